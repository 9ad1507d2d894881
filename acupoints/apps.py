from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AcupointsConfig(AppConfig):
    name = "acupoints"
    verbose_name = _("Acupoints")

    def ready(self):
        from editorial import reports

        from .coverage import COVERAGE

        reports.register(COVERAGE)

    def faults(self):
        """What `verify` has to name about the nomenclature."""
        from .importing import lost_cautions

        for code in lost_cautions():
            yield f"acupoint {code}", "A caution is missing; manage.py import_acupoints adds it."
