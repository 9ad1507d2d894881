"""Two revisions of one content side by side, word by word."""

from django.http import Http404
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from . import differences, documents
from .actions import Token
from .acts import Panel


class CompareMixin:
    """Adds to an admin of revisions the page that compares two of them."""

    @property
    def compare_name(self):
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_compare"

    def get_urls(self):
        name = self.compare_name.removeprefix("admin:")
        view = self.admin_site.admin_view(require_safe(self.compare_view))
        return [path("<int:pk>/compare/<int:other>/", view, name=name), *super().get_urls()]

    def compare_view(self, request, pk, other):
        """What became of revision `pk` in revision `other` of the same content."""
        old, new = self.revision_or_404(request, pk), self.revision_or_404(request, other)
        if old.content_id != new.content_id:
            raise Http404
        now = timezone.now()
        content = new.content
        panel = Panel(old, request.user, now, self.url)
        context = {
            **self.admin_site.each_context(request),
            "title": _("What changed: %(title)s") % {"title": new},
            "old": old,
            "new": new,
            "differences": self.differences_between(old, new),
            "others": self.numbered(content, now),
            "compare_name": self.compare_name,
            "token": Token.of_revision(self.head_of(request, new)),
            "acts": panel.on_old_revision(),
            "review_url": self.url("review", content.head_id),
            "log_url": self.url("log", content.head_id),
        }
        return render(request, "desk/compare.html", context)

    def differences_between(self, old, new):
        """None where the words of one of them were removed by law."""
        try:
            return differences.between(
                documents.parse(old.seal.canonical), documents.parse(new.seal.canonical)
            )
        except documents.BrokenSeal:
            return None

    def numbered(self, content, now):
        """The content's newest revisions with what each is now."""
        found = content.revisions.select_related("created_by").order_by("-number")[:30]
        return [(revision, marks(revision, content, now)) for revision in found]


def marks(revision, content, now):
    named = (
        (content.head_id, _("working revision")),
        (content.shown_revision_id(now), _("what readers have")),
        (None if content.is_due(now) else content.scheduled_id, _("scheduled")),
    )
    return [words for key, words in named if key == revision.pk]
