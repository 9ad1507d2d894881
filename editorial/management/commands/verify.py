from django.core.management.base import BaseCommand
from django.utils import timezone

from editorial import verify
from editorial.models import Content, Event, Seal, SignOff


class Command(BaseCommand):
    help = (
        "Check every seal, pin, sign-off, picture, trigger and line of the log. Prints one line "
        "for each fault and a summary last; exits 1 where there is a fault."
    )
    # A missing trigger is a fault to name, not a reason to stop before the others are found.
    requires_system_checks = []

    def handle(self, **options):
        count = 0
        for about, sentence in verify.faults(timezone.now()):
            count += 1
            self.stdout.write(f"{about}: {sentence}")
        seen = (
            f"{Content.objects.count()} contents, {Seal.objects.count()} seals, "
            f"{SignOff.objects.count()} sign-offs, {Event.objects.count()} log lines"
        )
        if count:
            self.stdout.write(f"FAULTY: {count} faults in {seen}")
            raise SystemExit(1)
        self.stdout.write(f"ok: {seen}")
