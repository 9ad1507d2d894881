import subprocess
import sys
import tempfile

from django.conf import settings
from django.core.management.base import BaseCommand

from tcmtips.append_only import rows, scratch


class Command(BaseCommand):
    help = (
        "Try to change or delete what is written once, in every way there is: by models, SQL, the "
        "desk, cascades and management commands. Works on a database of its own, filled with the "
        "demonstration and dropped at the end. Prints a line for each attempt and a summary last; "
        "exits 1 where one got through."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--control",
            metavar="TABLE",
            choices=[model._meta.db_table for model in rows.tables()],
            help="afterwards take this table's triggers off and attack it again: it must change",
        )

    def handle(self, control=None, **options):
        table = [control] if control else []
        with (
            tempfile.TemporaryDirectory(prefix="append-only-") as folder,
            scratch.database(folder) as address,
            subprocess.Popen(
                [sys.executable, "-m", "tcmtips.append_only", *table],
                cwd=settings.BASE_DIR,
                env=scratch.environment(address, folder),
                stdout=subprocess.PIPE,
                text=True,
            ) as attacks,
        ):
            for line in attacks.stdout:
                self.stdout.write(line, ending="")
        if attacks.returncode:
            raise SystemExit(1)
