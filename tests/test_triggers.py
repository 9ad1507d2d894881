"""The guards themselves: they come back after a migration, and one that is gone is noticed."""

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from editorial import triggers
from tests.database import everything, sql
from tests.test_insert_only import full_site, refused

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_remade_table_is_guarded_again():
    full_site()
    field = models.CharField(max_length=90, default="")
    state = ProjectState.from_apps(apps)
    operation = migrations.AlterField("tip", "lead", field)
    after = state.clone()
    operation.state_forwards("articles", after)
    triggers.before_migrate(using="default")
    with connection.schema_editor() as editor:
        operation.database_forwards("articles", editor, state, after)
    if connection.vendor == "sqlite":
        assert triggers.missing(connection)
    call_command("migrate", verbosity=0)
    assert triggers.missing(connection) == []
    assert "written once" in refused("UPDATE articles_tip SET lead = 'x'")
    with connection.schema_editor() as editor:
        triggers.drop(connection)
        operation.database_backwards("articles", editor, after, state)
    call_command("migrate", verbosity=0)


def test_a_migration_backwards_removes_nothing_that_was_written():
    full_site()
    before = everything()
    for app in ("articles", "editorial"):
        with pytest.raises(CommandError, match="restore a backup"):
            call_command("migrate", app, "zero", verbosity=0)
    assert triggers.missing(connection) == []
    assert everything() == before


def test_a_missing_trigger_is_noticed_everywhere(client):
    guard = triggers.expected(connection.vendor)[0]
    on = f' ON "{guard.table}"' if connection.vendor == "postgresql" else ""
    sql(f'DROP TRIGGER "{guard.name}"{on}')
    try:
        assert triggers.missing(connection) == [guard.name]
        assert client.get("/readyz").status_code == 503
        with pytest.raises(SystemExit):
            call_command("verify", verbosity=0)
        with pytest.raises(Exception, match="trigger"):
            call_command("check", databases=["default"])
    finally:
        call_command("migrate", verbosity=0)
    assert client.get("/readyz").status_code == 200


def test_a_trigger_that_was_replaced_by_an_empty_one_is_noticed():
    guard = triggers.expected(connection.vendor)[0]
    if connection.vendor == "sqlite":
        sql(f'DROP TRIGGER "{guard.name}"')
        sql(
            f'CREATE TRIGGER "{guard.name}" BEFORE {guard.event} ON "{guard.table}" '
            "BEGIN SELECT 1; END"
        )
    else:
        sql(
            f'CREATE OR REPLACE FUNCTION "{guard.name}"() RETURNS trigger LANGUAGE plpgsql '
            "AS 'BEGIN RETURN NEW; END'"
        )
    try:
        assert guard.name in triggers.missing(connection)
    finally:
        call_command("migrate", verbosity=0)


def test_a_trigger_that_is_switched_off_is_noticed():
    if connection.vendor != "postgresql":
        return  # SQLite cannot switch a trigger off, only drop it
    guard = triggers.expected("postgresql")[0]
    sql(f'ALTER TABLE "{guard.table}" DISABLE TRIGGER "{guard.name}"')
    try:
        assert guard.name in triggers.missing(connection)
    finally:
        call_command("migrate", verbosity=0)
