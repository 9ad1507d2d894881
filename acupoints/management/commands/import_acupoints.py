from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from acupoints.importing import BadRows, import_points
from acupoints.lexicon import DATA


class Command(BaseCommand):
    help = (
        "Load the nomenclature of the points: names, codes, regions, cautions. Running it again "
        "changes nothing, no caution is ever taken away, and reviewed texts are not touched. "
        "Prints what changed (each added row with --verbosity 2) and a summary last; on a bad row "
        "it names file and line, writes nothing and exits 1."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "path",
            nargs="?",
            type=Path,
            default=DATA,
            metavar="FILE",
            help="a CSV file of points, or a folder with points.csv, names.csv, cautions.csv "
            "and pairs.csv; the project's own data where nothing is named",
        )

        parser.add_argument(
            "--keep",
            action="store_true",
            help="leave the points, names and pairs that are there as they are, since somebody "
            "may have changed them at the desk; only new points and cautions come in, "
            "and the pairs where there is none",
        )

    def handle(self, *, path, keep, verbosity, **options):
        try:
            found = import_points(path, keep)
        except BadRows as error:
            for fault in error.faults:
                self.stderr.write(fault)
            raise CommandError(f"{len(error.faults)} faults; nothing was imported.") from error
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        if verbosity:
            self.report(found, verbosity)

    def report(self, found, verbosity):
        for changes in found:
            told = {"changed": changes.changed, "removed": changes.removed}
            if verbosity > 1:
                told = {"added": changes.added, **told}
            for what, sentences in told.items():
                for sentence in sentences:
                    self.stdout.write(f"{what} in {changes.table}: {sentence}")
        for changes in found:
            self.stdout.write(f"{changes.table}: {listed(changes.counts())}")
        names = found[0].counts()
        totals = {name: sum(changes.counts()[name] for changes in found) for name in names}
        rows = sum(totals.values()) - totals["removed"]
        self.stdout.write(f"Imported {rows} rows: {listed(totals)}")


def listed(counts):
    return ", ".join(f"{count} {what}" for what, count in counts.items())
