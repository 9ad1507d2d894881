from django.core.management.base import BaseCommand, CommandError
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

    def add_arguments(self, parser):
        parser.add_argument(
            "--since",
            type=int,
            default=0,
            metavar="SEQ",
            help="check only the lines of the log after this one, and what they are about",
        )
        parser.add_argument(
            "--render",
            action="store_true",
            help="render each sealed text anew as well, and compare it with the cache",
        )

    def handle(self, since=0, render=False, **options):
        if since and not Event.objects.filter(seq=since).exists():
            raise CommandError(f"The log has no line {since}.")
        count = 0
        for about, sentence in verify.faults(timezone.now(), since, render):
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
