from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class EditorialConfig(AppConfig):
    name = "editorial"
    default = True
    verbose_name = _("People and review")

    def ready(self):
        from . import checks, roles, search, stepping_back, triggers  # noqa: F401  (checks registers itself)

        # The one use of signals: see docs/decisions/0004-triggers.md.
        pre_migrate.connect(stepping_back.refuse, sender=self)
        pre_migrate.connect(triggers.before_migrate, sender=self)
        post_migrate.connect(triggers.after_migrate, dispatch_uid="editorial.triggers")
        post_migrate.connect(roles.after_migrate, sender=self)
        post_migrate.connect(search.after_migrate, sender=self)


class DeskConfig(AdminConfig):
    """Django's admin with our own site class: the editorial desk."""

    default_site = "editorial.desk.DeskSite"
