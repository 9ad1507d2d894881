"""The pages of one revision on the desk: read and decide, preview, log, and the moves."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from . import actions, errors, hosts, lines, pages, previews
from .actions import Token
from .acts import Panel
from .errors import Refused
from .forms import move_form
from .moves import MOVES

NEWER_THAN_ASKED = gettext_lazy("This is the newest revision; you asked for an older one.")


LOG_HEADINGS = [
    gettext_lazy(heading)
    for heading in ("Line", "When", "Who", "What", "Revision", "Words", "Fingerprint")
]


class DecideMixin:
    """Adds to an admin of revisions the pages on which their moves are made."""

    def get_urls(self):
        def wrap(view, method=require_safe):
            return self.admin_site.admin_view(method(view))

        name = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("<int:pk>/review/", wrap(self.review_view), name=f"{name}_review"),
            path("<int:pk>/preview/", wrap(self.preview_view), name=f"{name}_preview"),
            path("<int:pk>/log/", wrap(self.log_view), name=f"{name}_log"),
            path(
                "<int:pk>/move/<str:move>/",
                wrap(self.move_view, require_POST),
                name=f"{name}_move",
            ),
            *super().get_urls(),
        ]

    def revision_or_404(self, request, pk):
        if not self.has_view_permission(request):
            raise PermissionDenied
        revision = self.get_object(request, pk)
        if revision is None:
            raise Http404
        return revision

    def review_view(self, request, pk):
        """The signed part as readers will see it, beside the moves that this person may make."""
        revision = self.revision_or_404(request, pk)
        if revision.content.head_id != revision.pk:
            messages.info(request, NEWER_THAN_ASKED)
            return HttpResponseRedirect(self.url("review", revision.content.head_id))
        return self.render_review(request, revision)

    def render_review(self, request, revision, bound=None, refusal=None, acts=None):
        """`bound`: {move name: its form as sent}; `acts`: the same of the other forms, by their
        keys; `refusal`: why something was not done. Without one, they were filled in
        wrongly, which is 422 as well."""
        now = timezone.now()
        content = revision.content
        panel = Panel(revision, request.user, now, self.url, acts)
        context = {
            **self.admin_site.each_context(request),
            "revision": revision,
            "content": content,
            "state": content.status_at(now),
            "token": Token.of_revision(revision),
            "html": pages.rendered(revision.seal.canonical),
            "effect": hosts.effect_of(revision, now),
            "panel": panel,
            "events": lines.add_words(self.events_of(content)[:8]),
            "offers": self.offers(panel, bound or {}),
            "refusal": refusal,
            "change_url": self.url("change", revision.pk),
            "preview_url": self.url("preview", revision.pk),
            "log_url": self.url("log", revision.pk),
            "list_url": self.url("changelist"),
            "may_edit": self.has_change_permission(request, revision),
        }
        status = refusal.status_code if refusal else 422 if bound or acts else 200
        if status != 200:
            errors.record(request, refusal, content=content.pk)
        return render(request, "desk/review.html", context, status=status)

    def offers(self, panel, bound):
        """The moves that this person may make from here, each with its form."""
        content, by, at = panel.content, panel.by, panel.at
        found = []
        for move, why_not in actions.offered(content, by=by, at=at):
            if move.name == "save" or (why_not and not move.forward):
                continue
            signs = move.name == "sign" and not why_not
            signed = panel.earlier_signature if signs and move.name not in bound else None
            form = bound.get(move.name) or move_form(
                move.name, content=content, by=by, at=at, signed=signed
            )
            offer = {"move": move, "why_not": why_not, "form": form, "signed": signed}
            offer["url"] = self.url("move", panel.revision.pk, move.name)
            found.append(offer | {"notes": panel.notes_for_signing() if signs else []})
        return found

    def move_view(self, request, pk, move):
        """One move by form post: 302 when made, else the page again with a sentence."""
        revision = self.revision_or_404(request, pk)
        if move not in MOVES or move == "save":
            raise Http404
        now = timezone.now()
        form = None
        try:
            token = Token.from_post(revision.content_id, request.POST)
            content = actions.seen(token)
            form = move_form(
                move, content=content.typed, by=request.user, at=now, data=request.POST
            )
            if not form.is_valid():
                # What no answer in the form could mend comes before the form's own errors.
                actions.check(move, content, by=request.user, at=now)
                return self.render_review(request, self.head_of(request, revision), {move: form})
            actions.make(move, token, by=request.user, at=now, **form.cleaned_data)
        except Refused as refusal:
            head = self.head_of(request, revision)
            return self.render_review(request, head, {move: form} if form else None, refusal)
        messages.success(request, _("Done: %(step)s.") % {"step": MOVES[move].label})
        return HttpResponseRedirect(self.url("review", revision.pk))

    def head_of(self, request, revision):
        content = type(revision.content).objects.get(pk=revision.content_id)
        return self.get_object(request, content.head_id)

    def preview_view(self, request, pk):
        """The whole page as readers would get it, without a badge."""
        revision = self.revision_or_404(request, pk)
        redaction = getattr(revision, "redaction", None)
        if redaction and redaction.done_at:
            return render(request, "removed.html", {"redaction": redaction}, status=410)
        context = previews.context_of(revision, timezone.now())
        context |= {"back_url": self.url("review", revision.pk)}
        context |= self.preview_extras(context["page"])
        return render(request, f"{revision.content.kind}.html", context)

    def preview_extras(self, page):
        """What stands around the content on its page; kinds add theirs."""
        return {}

    def log_view(self, request, pk):
        """Every line of the log about this content, newest first."""
        revision = self.revision_or_404(request, pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Log of %(title)s") % {"title": revision},
            "headings": LOG_HEADINGS,
            "events": lines.add_words(self.events_of(revision.content)),
            "review_url": self.url("review", revision.content.head_id),
            "head_id": revision.content.head_id,
            "compare_name": self.compare_name,
        }
        return render(request, "desk/log.html", context)

    def history_view(self, request, object_id, extra_context=None):
        """Django's own history address leads to the log."""
        return self.log_view(request, object_id)

    @staticmethod
    def events_of(content):
        return content.events.select_related("actor", "revision").order_by("-seq")
