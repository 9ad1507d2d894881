from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from editorial.models import Content
from tcmtips.demo.seeding import ACCOUNTS, Seeding


class Command(BaseCommand):
    help = (
        "Fill the database with the nomenclature of the points and a demonstration site: invented "
        "people, articles in every state. Running it again changes nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--demo",
            action="store_true",
            help="needed where DEBUG is off: yes, put invented content on this site",
        )
        parser.add_argument(
            "--beside-other-content",
            action="store_true",
            help="seed although the database holds contents that are not from a seed",
        )

    def handle(self, *, demo, beside_other_content, **options):
        if not settings.DEBUG and not demo:
            raise CommandError("DEBUG is off here. Say --demo if this site is to show a demo.")
        is_seeded = Content.objects.filter(is_demo=True).exists()
        if Content.objects.exists() and not is_seeded and not beside_other_content:
            raise CommandError(
                "This database holds other content. Say --beside-other-content to seed it anyway."
            )
        with transaction.atomic():
            call_command("import_acupoints", keep=True, verbosity=0)
            if not is_seeded:
                Seeding(timezone.now(), password="demo" if settings.DEBUG else None).run()
        if is_seeded:
            self.stdout.write("The demonstration is here already; nothing was changed.")
        else:
            self.stdout.write(self.summary())

    def summary(self):
        count = Content.objects.filter(is_demo=True).count()
        if not settings.DEBUG:
            return f"Seeded {count} contents. The demo accounts have no password here."
        return (
            f"Seeded {count} contents. Log in at {settings.SITE_URL}/admin/ as "
            f"{', '.join(ACCOUNTS)}; the password is demo."
        )
