from django.core.management.base import BaseCommand

from editorial import search


class Command(BaseCommand):
    help = (
        "Make the search's index anew, in one transaction; readers find by the old one until it "
        "ends. With --mend write only what is missing and remove what is left over."
    )

    def add_arguments(self, parser):
        parser.add_argument("--mend", action="store_true")

    def handle(self, mend=False, **options):
        if mend:
            missing, left_over = search.mend()
            self.stdout.write(f"ok: {missing} texts were missing, {left_over} were left over")
        else:
            self.stdout.write(f"ok: {search.rebuild()} texts")
