from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from editorial import log
from editorial.errors import Refused


class Command(BaseCommand):
    help = (
        "Put the head of the log at its last line, where `verify` says that it is not: it was "
        "turned back, emptied or removed by somebody who had switched the triggers off, or a "
        "line was put in by SQL. Until then nothing can be written. Where lines are gone that "
        "the head names, nothing is done: restore a backup."
    )

    def handle(self, **options):
        try:
            had = log.mend_head(timezone.now())
        except Refused as refusal:
            raise CommandError(refusal.sentence) from refusal
        if had is None:
            self.stdout.write("ok: the log ends where its head says")
        else:
            self.stdout.write(f"ok: the head was at line {had} and is at the last one now")
