"""The one address for everything on the review page that is no move."""

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from .actions import Token, of_its_content
from .acts import ACTS
from .errors import Refused, Unchanged

# The hidden fields by which forms of one kind on one page are told apart.
KEYS = ("request", "thread", "claim", "signoff", "link")


class ActsMixin:
    """Adds to an admin of revisions what people do around a review."""

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_act"
        view = self.admin_site.admin_view(require_POST(self.act_view))
        return [path("<int:pk>/act/<str:act>/", view, name=name), *super().get_urls()]

    def act_view(self, request, pk, act):
        """One act by form post: 302 when done, else the review page again with a sentence."""
        revision = self.revision_or_404(request, pk)
        if act not in ACTS:
            raise Http404
        fields = ACTS[act].base_fields
        key = (act, *[request.POST.get(name, "") for name in KEYS if name in fields])
        form = ACTS[act](
            request.POST, revision=revision, by=request.user, at=timezone.now(), key=key
        )
        try:
            token = Token.from_post(revision.content_id, request.POST)
            of_its_content(token)
            if not form.is_valid():
                head = self.head_of(request, revision)
                return self.render_review(request, head, acts={key: form})
            done = form.do(token)
        except Refused as refusal:
            head = self.head_of(request, revision)
            return self.render_review(request, head, acts={key: form}, refusal=refusal)
        except Unchanged:
            messages.info(request, _("Nothing was changed, so there is no new revision."))
            return HttpResponseRedirect(self.url("review", self.head_of(request, revision).pk))
        messages.success(request, done)
        target = form.where()
        head_id = target.pk if target else self.head_of(request, revision).pk
        return HttpResponseRedirect(self.url("review", head_id))
