"""The rows that are attacked, derived from the models, and what the tables hold."""

import hashlib

from django.apps import apps
from django.db import connection, models
from django.utils import timezone

from editorial import actions, log, triggers
from editorial.models import Content, Revision, SignOff, SourceCheck


def tables():
    """Every insert-only model, by the name of its table."""
    found = filter(triggers.is_insert_only, apps.get_models())
    return sorted(found, key=lambda model: model._meta.db_table)


def fill():
    """What the demonstration has no example of: a signature taken back and a checked source."""
    signoff, now = SignOff.objects.select_related("revision", "signed_by").first(), timezone.now()
    actions.revoke(signoff, kind="retract", by=signoff.signed_by, at=now, reason="A mistake.")
    check = SourceCheck.objects.create(
        content_id=signoff.content_id,
        revision=signoff.revision,
        claim="0" * 64,
        checked_by=signoff.signed_by,
        at=now,
    )
    log.write(
        "source_checked",
        at=now,
        actor=signoff.signed_by,
        content=Content.objects.get(pk=signoff.content_id),
        wrote=[check],
    )


def without_a_row():
    return [model for model in tables() if sample(model) is None]


def lift(table):
    """Take the triggers off one table, as an owner of the database could."""
    with connection.cursor() as cursor:
        for name, of_table in triggers.present_names(cursor, connection.vendor):
            if of_table == table:
                on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
                cursor.execute(f'DROP TRIGGER "{name}"{on}')


_last = {}  # {table: (its rows when they were last read, their hashes)}


def contents():
    """{table: hashes of its rows} of every insert-only table that stands."""
    found = {}
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        for table in (model._meta.db_table for model in tables()):
            if table in present:
                cursor.execute(f'SELECT * FROM "{table}"')
                found[table] = hashes_of(table, cursor.fetchall())
    return found


def hashes_of(table, read):
    """Hashed anew only where a row differs: the tables are read after each of many attempts."""
    if table not in _last or _last[table][0] != read:
        _last[table] = read, {hash_of(row) for row in read}
    return _last[table][1]


def hash_of(row):
    plain = [bytes(value) if isinstance(value, memoryview) else value for value in row]
    return hashlib.sha256(repr(plain).encode()).digest()


# --- One row and its variations ------------------------------------------------------------


def sample(model):
    return model._base_manager.order_by("pk").first()


def named(model, keys):
    """A row that written rows name by one of these foreign keys."""
    for field in keys:
        naming = field.model._base_manager.exclude(**{field.name: None})
        if found := model._base_manager.filter(pk__in=naming.values(field.attname)).first():
            return found
    return None


def changed(row):
    """(field, value): a column of the row's own table, and a value that it does not hold.

    A text where there is one, else a number, else another row to point to.
    """
    kinds = (models.CharField, models.TextField), models.IntegerField, models.ForeignKey
    fields = [f for f in row._meta.local_concrete_fields if not f.primary_key]
    fields.sort(key=lambda field: field.unique)
    field = next(field for kind in kinds for field in fields if isinstance(field, kind))
    return field, other_value(field, getattr(row, field.attname))


def other_value(field, value):
    if field.is_relation:
        return field.related_model._base_manager.exclude(pk=value).values_list("pk").first()[0]
    if isinstance(field, models.IntegerField):
        return value + 1000
    return value[:-1] + ("y" if value.endswith("x") else "x")


def altered(row):
    """The row, read anew, with one column changed and not saved."""
    field, value = changed(row)
    again = type(row)._base_manager.get(pk=row.pk)
    setattr(again, field.attname, value)
    return again


def addition(row):
    """A row like this one that is not there yet, for a revision that is sealed."""
    model = type(row)
    new = model._base_manager.get(pk=row.pk)
    if issubclass(model, Revision):
        own = model._base_manager.values("pk")
        new.pk = Revision.objects.exclude(pk__in=own).values_list("pk", flat=True).first()
        return new
    new.pk = None
    parent, key = triggers.revision_column(model), model._meta.pk.column
    by_column = {field.column: field for field in model._meta.local_concrete_fields}
    for column in {column for columns in triggers.unique_keys(model) for column in columns}:
        if column not in (parent, key):
            field = by_column[column]
            setattr(new, field.attname, other_value(field, getattr(row, field.attname)))
    return new


def columns(row):
    """{column: value as the database takes it} of the row's own table, without an empty key."""
    return {
        field.column: field.get_db_prep_save(getattr(row, field.attname), connection)
        for field in row._meta.local_concrete_fields
        if not (field.primary_key and row.pk is None)
    }
