"""No migration backwards takes away what is written for good: not even `migrate articles zero`."""

from django.apps import apps
from django.core.management.base import CommandError
from django.db import connections
from django.db.migrations.operations import AddField, CreateModel

from .triggers import is_insert_only


def refuse(using, plan=(), **kwargs):
    """Raise CommandError, before anything is done, where a step back would empty a table or a
    column that holds rows written once. `plan`: [(migration, whether it is taken back)]."""
    connection = connections[using]
    for migration, backwards in plan:
        if backwards and (lost := [t for t in unmade_by(migration) if has_rows(connection, t)]):
            raise CommandError(
                f"Taking {migration} back would remove what is written for good, in "
                f"{', '.join(lost)}. To return to an older release, restore a backup."
            )


def unmade_by(migration):
    """The insert-only tables that lose themselves or a column when a migration is taken back."""
    names = [op.name for op in migration.operations if isinstance(op, CreateModel)]
    names += [op.model_name for op in migration.operations if isinstance(op, AddField)]
    known = apps.all_models[migration.app_label]
    models = {known[name.lower()] for name in names if name.lower() in known}
    return sorted(model._meta.db_table for model in models if is_insert_only(model))


def has_rows(connection, table):
    if table not in connection.introspection.table_names():
        return False
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT 1 FROM "{table}" LIMIT 1')  # noqa: S608  (a table of our models)
        return cursor.fetchone() is not None
