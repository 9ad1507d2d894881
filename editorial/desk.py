"""The editorial desk: Django's admin as one site, with what waits for whom on its first page."""

from csp.decorators import csp_update
from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import errors

ORDER = {"articles": 0, "acupoints": 1, "products": 2, "editorial": 3}


class TellsApart(AutocompleteJsonView):
    """Suggestions in which reviewers of one name differ."""

    def serialize_result(self, obj, to_field_name):
        from .models import Reviewer

        shown = super().serialize_result(obj, to_field_name)
        if isinstance(obj, Reviewer):
            shown["text"] = obj.told_apart_on(timezone.localdate())
        return shown


class DeskSite(AdminSite):
    site_title = _("Desk")
    site_header = _("The desk")
    index_title = _("What waits for you")
    index_template = "desk/index.html"
    login_template = "desk/login.html"
    enable_nav_sidebar = False

    def admin_view(self, view, cacheable=False):
        inner = super().admin_view(errors.recorded(view), cacheable)
        return csp_update(settings.DESK_CONTENT_SECURITY_POLICY)(inner)

    def get_urls(self):
        from . import board, report_views, takeover_views
        from .profile import profile

        pages = [
            ("me/", profile, "me"),
            ("board/", board.board, "board"),
            ("board/move/", board.bulk_move, "bulk_move"),
            ("takeover/<int:pk>/", takeover_views.takeover_page, "takeover"),
            ("reports/", report_views.index, "reports"),
            ("reports/<slug:name>.csv", report_views.as_csv, "report_csv"),
        ]
        own = [path(address, self.admin_view(view), name=name) for address, view, name in pages]
        return [*own, *super().get_urls()]

    def autocomplete_view(self, request):
        return TellsApart.as_view(admin_site=self)(request)

    def index(self, request, extra_context=None):
        from . import queues

        context = {
            "queues": queues.for_user(request.user, timezone.now()),
            "begin": self.what_may_begin(request),
        }
        return super().index(request, {**(extra_context or {}), **context})

    def what_may_begin(self, request):
        """[(name, address)] of the kinds of content that this person may draft."""
        from .models import Revision

        return [
            (
                model._meta.verbose_name,
                reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_add"),
            )
            for model, its_admin in self._registry.items()
            if issubclass(model, Revision) and its_admin.has_add_permission(request)
        ]

    def get_app_list(self, request, app_label=None):
        """Contents first, in the order of an editor's day; then people; then the rest."""
        listed = super().get_app_list(request, app_label)
        return sorted(listed, key=lambda app: ORDER.get(app["app_label"], len(ORDER)))
