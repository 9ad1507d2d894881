"""`manage.py migrate` on a house of release 0.3, from its own tables to those of now."""

import io

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from editorial import log, triggers
from editorial.models import Event
from tests import factories as f
from tests import old_house


@pytest.mark.django_db
def test_a_new_house_is_not_adopted(db):
    f.publish(f.article())
    count = Event.objects.count()
    out = io.StringIO()
    call_command("migrate", verbosity=0, stdout=out)
    assert out.getvalue() == ""
    assert Event.objects.count() == count


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_migrate_moves_the_house():
    """From the tables of the release before to those of now, with all its rows in them."""
    loader = MigrationExecutor(connection).loader
    triggers.drop(connection)
    MigrationExecutor(connection).migrate(old_house.newest_migrations(loader, backwards=True))
    try:
        with transaction.atomic():
            nodes = old_house.newest_migrations(loader)
            old_house.load(loader.project_state(nodes).apps)
    finally:
        out = io.StringIO()
        with time_machine.travel(old_house.now(), tick=False):
            call_command("migrate", verbosity=0, stdout=out)
    *told, summary = out.getvalue().splitlines()
    assert summary.startswith("35 contents adopted, 4 rows not accounted for, 5 badges end")
    ended = {f"article {slug}: the badge ends: {why}" for slug, why in old_house.ENDED.items()}
    assert ended < set(told)
    assert triggers.missing(connection) == []
    assert list(log.faults()) == []
    with time_machine.travel(old_house.now(), tick=False):
        assert old_house.badges() == old_house.badges_left()
