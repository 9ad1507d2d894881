from django.core.management import CommandError
from django.core.management.commands import flush
from django.db import IntegrityError


class Command(flush.Command):
    """Django's own, but where the triggers refuse it says so, not that the server may be down."""

    def handle(self, **options):
        try:
            super().handle(**options)
        except CommandError as error:
            if isinstance(error.__cause__, IntegrityError):
                refusal = str(error.__cause__).splitlines()[0]
                raise CommandError(f"Nothing was emptied: {refusal}") from error
            raise
