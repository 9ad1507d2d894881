"""Who else has a draft open: a hint for colleagues, never a lock."""

import datetime

from django.http import JsonResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST

from .models import OpenForm

# A form says every 20 seconds that it is open (static/desk/safety-net.js); one that has been
# silent for so long is closed.
SILENT = datetime.timedelta(seconds=70)


def others(content, user, now):
    """Names of the colleagues who have the content's form open, the longest silent last."""
    found = OpenForm.objects.filter(content=content, seen_at__gt=now - SILENT).exclude(user=user)
    return [one.user.display_name for one in found.select_related("user").order_by("-seen_at")]


def seen(content, user, now):
    """Keep that the user has the content's form open now."""
    OpenForm.objects.update_or_create(content=content, user=user, defaults={"seen_at": now})


def closed(content, user):
    OpenForm.objects.filter(content=content, user=user).delete()


class PresenceMixin:
    """Adds to an admin of revisions the address that an open form speaks to."""

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_open"
        view = self.admin_site.admin_view(require_POST(self.open_view))
        return [path("<int:pk>/open/", view, name=name), *super().get_urls()]

    def open_view(self, request, pk):
        """{"others": [names], "newest": key of the working revision}; `closed` ends it."""
        revision = self.revision_or_404(request, pk)
        now, content = timezone.now(), revision.content
        if "closed" in request.POST:
            closed(content, request.user)
        elif self.has_change_permission(request, revision):
            seen(content, request.user, now)
        return JsonResponse(
            {"others": others(content, request.user, now), "newest": content.head_id}
        )
