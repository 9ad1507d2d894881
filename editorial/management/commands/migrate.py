from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from editorial import adoption


class Command(migrate.Command):
    """Django's own, but it may start while triggers are missing: it is what makes them.

    Once all migrations are in, a house of an older release is moved to the log that names rows.
    """

    def get_check_kwargs(self, options):
        return {**super().get_check_kwargs(options), "databases": []}

    def handle(self, *args, **options):
        super().handle(*args, **options)
        if options["plan"] or options["check_unapplied"] or not is_complete(options["database"]):
            return
        report = adoption.adopt_house(timezone.now(), self.stdout.write)
        if report:
            self.stdout.write(report.summary())


def is_complete(alias):
    """Whether every migration is in, so that the tables are as this code knows them."""
    executor = MigrationExecutor(connections[alias])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
