from django.core.management.base import BaseCommand, CommandError

from editorial import letters


class Command(BaseCommand):
    help = "Send the letters that wait: those that failed before, or with --digest the daily ones."

    def add_arguments(self, parser):
        parser.add_argument("--digest", action="store_true", help="one letter a person")

    def handle(self, digest=False, **options):
        sent, failed = letters.send_digests() if digest else letters.send(in_digest=False)
        self.stdout.write(f"{sent} sent, {failed} failed.")
        if failed:
            raise CommandError("Not every letter could be sent; they wait for the next time.")
