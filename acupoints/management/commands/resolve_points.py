import csv
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError

from acupoints.lexicon import read_entries
from acupoints.nomenclature import stored_entries
from acupoints.resolver import Resolver, evaluate

COLUMNS = ("typed", "expected_code")


class Command(BaseCommand):
    help = (
        "Say which point each spelling in a file leads to, by the names in the database or, where "
        "it has none, in the project's files. The file is a CSV with the columns "
        "typed,expected_code: a code such as BL40, AMBIGUOUS:BL66|KI20 for a question, UNKNOWN for "
        "a refusal; a near miss that is offered counts as its code. Prints every row that differs "
        "and a summary last; exits 1 where one does."
    )

    def add_arguments(self, parser):
        parser.add_argument("path", type=Path, metavar="FILE.csv")

    def handle(self, *, path, **options):
        result = evaluate(read(path), Resolver(self.entries()))
        for name, rows in (("wrong", result.wrong), ("differing", result.differing)):
            for typed, expected, found in rows:
                self.stdout.write(f"{name}: {typed!r} expected {expected}, found {found}")
        summary = (
            f"{len(result.right)} right, {len(result.wrong)} wrong, "
            f"{len(result.differing)} differing"
        )
        self.stdout.write(summary)
        if result.wrong or result.differing:
            raise SystemExit(1)

    def entries(self):
        """Those of the database, or of the files: it may have no tables, or not be there."""
        try:
            stored = stored_entries()
        except (OperationalError, ProgrammingError) as error:
            self.stderr.write(f"No database: {error}".strip())
            stored = []
        if not stored:
            self.stderr.write("The names are those of the project's files.")
        return stored or read_entries()


def read(path):
    """[(typed, expected_code)]; raises CommandError for a file that has no such rows."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if not set(COLUMNS) <= set(rows.fieldnames or ()):
                raise CommandError(f"{path} has no columns {','.join(COLUMNS)}.")
            found = [(row["typed"], row["expected_code"]) for row in rows]
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise CommandError(f"{path} is no CSV file in UTF-8: {error}.") from error
    if not found:
        raise CommandError(f"{path} holds no rows.")
    if bad := [typed for typed, expected in found if typed is None or expected is None]:
        raise CommandError(f"{path} has {len(bad)} rows without an expected code.")
    return found
