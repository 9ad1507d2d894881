import sys
from pathlib import Path

import rfc8785
from django.core.management.base import BaseCommand
from django.db import transaction

from editorial import log
from editorial.models import Event, LogHead


class Command(BaseCommand):
    help = (
        "Write the log, one JSON object a line, ending with count and hash of its head. "
        "verify_log.py checks it without the application. Lines of layout 2 hold no private words; "
        "those of layout 1, of releases up to 0.3, hold notes and reasons."
    )

    def add_arguments(self, parser):
        parser.add_argument("--output", type=Path, help="a file; standard output unless given")

    @transaction.atomic  # lines and head of one moment
    def handle(self, output=None, **options):
        head = LogHead.objects.filter(pk=1).first() or LogHead(count=0, hash=log.GENESIS)
        events = Event.objects.filter(seq__lte=head.count).order_by("seq")
        out = output.open("wb") if output else sys.stdout.buffer
        try:
            for event in events.iterator(chunk_size=2000):
                out.write(rfc8785.dumps(log.line_of(event) | {"hash": event.hash}) + b"\n")
            out.write(rfc8785.dumps({"count": head.count, "hash": head.hash}) + b"\n")
        finally:
            if output:
                out.close()
        said = f"{head.count} lines, head {head.hash}"
        (self.stdout if output else self.stderr).write(said)
