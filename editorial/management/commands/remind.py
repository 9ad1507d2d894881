from django.core.management.base import BaseCommand
from django.utils import timezone

from editorial import reminders
from editorial.models import Letter


class Command(BaseCommand):
    help = "Write reminders of what falls due. Run it once a day; more often writes none twice."

    def handle(self, **options):
        before = Letter.objects.count()
        reminders.write_all(timezone.now())
        self.stdout.write(f"{Letter.objects.count() - before} reminders written.")
