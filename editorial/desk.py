"""The editorial desk: Django's admin as one site, with what waits for whom on its first page."""

from csp.decorators import csp_update
from django.conf import settings
from django.contrib.admin import AdminSite
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

ORDER = {"articles": 0, "acupoints": 1, "products": 2, "editorial": 3}


class DeskSite(AdminSite):
    site_title = _("Desk")
    site_header = _("The desk")
    index_title = _("What waits for you")
    index_template = "desk/index.html"
    login_template = "desk/login.html"
    enable_nav_sidebar = True

    def admin_view(self, view, cacheable=False):
        inner = super().admin_view(view, cacheable)
        return csp_update(settings.DESK_CONTENT_SECURITY_POLICY)(inner)

    def index(self, request, extra_context=None):
        from . import queues

        waiting = queues.for_user(request.user, timezone.now())
        return super().index(request, {**(extra_context or {}), "queues": waiting})

    def get_app_list(self, request, app_label=None):
        """Contents first, in the order of an editor's day; then people; then the rest."""
        listed = super().get_app_list(request, app_label)
        return sorted(listed, key=lambda app: ORDER.get(app["app_label"], len(ORDER)))
