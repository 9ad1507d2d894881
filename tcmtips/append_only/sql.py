"""By SQL, in a session that heeds no foreign keys where the database lets it (SQLite's shell)."""

from django.apps import apps
from django.db import connection

from editorial import triggers
from editorial.models import Content, LogHead, Pin, Revision, SignOff

from . import rows
from .trial import Attack

FAR = 1_000_000  # added to a key, it names no row


def attacks():
    for model in rows.tables():
        if row := rows.sample(model):
            yield from table_attacks(row)
            if triggers.revision_column(model):
                yield insertion("part of a sealed revision", rows.addition(row))
    for model, keys in triggers.named_models().items():
        if row := rows.named(model, keys):
            yield from parent_attacks(row)
    for model in apps.get_models():
        yield from set_once_attacks(model)
    yield from pointer_attacks()
    yield from reference_attacks()
    yield from log_head_attacks()


def statement(way, table, *script):
    """An attack of one or more (statement, parameters)."""

    def act():
        with connection.cursor() as cursor:
            for text, parameters in script:
                cursor.execute(text, parameters)

    return Attack(f"SQL {way}", table, act, foreign_keys=False)


def insert(row, verb="INSERT", tail="", **changes):
    """The (statement, parameters) that writes a row into its own table."""
    values = rows.columns(row) | changes
    names = ", ".join(f'"{name}"' for name in values)
    places = ", ".join(["%s"] * len(values))
    table = row._meta.db_table
    return f'{verb} INTO "{table}" ({names}) VALUES ({places}) {tail}', [*values.values()]


def insertion(way, row, **changes):
    return statement(f"INSERT, {way}", row._meta.db_table, insert(row, **changes))


def table_attacks(row):
    table, key = row._meta.db_table, row._meta.pk.column
    field, value = rows.changed(row)
    value = field.get_db_prep_save(value, connection)
    assign, where = f'"{table}" SET "{field.column}" = %s', f'WHERE "{key}" = %s'
    yield statement("UPDATE", table, (f"UPDATE {assign} {where}", [value, row.pk]))
    yield statement("DELETE", table, (f'DELETE FROM "{table}" {where}', [row.pk]))
    yield statement("DELETE of all", table, (f'DELETE FROM "{table}"', []))
    if connection.vendor == "postgresql":
        yield truncation(table)
    else:
        update = (f"UPDATE OR REPLACE {assign} {where}", [value, row.pk])
        yield statement("UPDATE OR REPLACE", table, update)
    for columns in triggers.unique_keys(type(row)):
        yield from upserts(row, columns, {field.column: value})


def upserts(row, columns, change):
    """INSERT over the row that stands under one of its unique keys."""
    table, key, names = row._meta.db_table, row._meta.pk.column, ", ".join(columns)
    change = {name: value for name, value in change.items() if name not in columns}
    if key not in columns:
        change[key] = row.pk + FAR
    column = next(iter(change))
    tail = f'ON CONFLICT ({names}) DO UPDATE SET "{column}" = excluded."{column}"'
    yield statement(f"INSERT ON CONFLICT ({names})", table, insert(row, tail=tail, **change))
    if connection.vendor == "sqlite":
        replace = insert(row, verb="INSERT OR REPLACE", **change)
        yield statement(f"INSERT OR REPLACE ({names})", table, replace)


def truncation(table):
    return statement("TRUNCATE", table, (f'TRUNCATE "{table}" CASCADE', []))


def parent_attacks(row):
    """On a row that is no written row, but that written rows name."""
    table, key, model = row._meta.db_table, row._meta.pk.column, type(row)
    where = f'WHERE "{key}" = %s'
    delete = (f'DELETE FROM "{table}" {where}', [row.pk])
    yield statement("DELETE of what rows name", table, delete)
    more = raised(model)
    away = (f'UPDATE "{table}" SET "{key}" = %s{more} {where}', [row.pk + FAR, row.pk])
    yield statement("UPDATE of a named key", table, away)
    if connection.vendor == "postgresql":
        yield truncation(table)
        return
    for columns in triggers.unique_keys(model):
        values = rows.columns(row)
        if None in (values[column] for column in columns):
            continue
        change = {} if key in columns else {key: row.pk + FAR}
        replace = insert(row, verb="INSERT OR REPLACE", **change)
        yield statement(f"INSERT OR REPLACE ({', '.join(columns)})", table, replace)
        if other := model._base_manager.exclude(pk=row.pk).first():
            assign = ", ".join(f'"{column}" = %s' for column in columns)
            taken = [values[column] for column in columns]
            update = f'UPDATE OR REPLACE "{table}" SET {assign}{more} {where}'
            yield statement(
                f"UPDATE OR REPLACE ({', '.join(columns)})", table, (update, [*taken, other.pk])
            )


def set_once_attacks(model):
    table, key = model._meta.db_table, model._meta.pk.column
    names = [name for name in getattr(model, "SET_ONCE", ()) if triggers.has_column(model, name)]
    for name in names:
        if row := model._base_manager.exclude(**{name: None}).first():
            assign = f'"{model._meta.get_field(name).column}" = NULL{raised(model)}'
            update = f'UPDATE "{table}" SET {assign} WHERE "{key}" = %s'
            yield statement("UPDATE of what is set once", f"{table}.{name}", (update, [row.pk]))


def raised(model):
    """What else an UPDATE sets, so that it is not refused for the version that stays."""
    return ", version = version + 1" if model is Content else ""


def pointer_attacks():
    """Pointers of a content to another's revision, or to one that is not sealed."""
    one = Content.objects.exclude(live=None).first()
    unused = {"head_of": None, "live_of": None, "scheduled_of": None}
    other = Revision.objects.filter(**unused).exclude(content=one).first()
    unsealed = Revision.objects.get(pk=one.head_id)
    unsealed.pk, unsealed.number = FAR, FAR
    for column in triggers.POINTERS:
        update = f"UPDATE editorial_content SET {column} = %s, version = version + 1 WHERE id = %s"
        table = f"editorial_content.{column}"
        yield statement("pointer to another's revision", table, (update, [other.pk, one.pk]))
        script = insert(unsealed), (update, [FAR, one.pk])
        yield statement("pointer to an unsealed revision", table, *script)
        new = {"id": FAR, "uid": "0" * 32, "slug": "another", "head_id": None, "live_id": None}
        new |= {"scheduled_id": None, column: other.pk}
        yield insertion(f"a content with {column}", one, **new)
    back = ("UPDATE editorial_content SET version = version - 1 WHERE id = %s", [one.pk])
    yield statement("version turned back", "editorial_content", back)


def reference_attacks():
    """Rows that would sign, pin or go on from what they must not."""
    signoff, pin = rows.sample(SignOff), rows.sample(Pin)
    revision = rows.sample(Revision)
    stranger = Revision.objects.exclude(content=revision.content_id).first()
    yield insertion("for other bytes", signoff, id=FAR, digest="0" * 64)
    yield insertion("for another's revision", signoff, id=FAR, revision_id=stranger.pk)
    yield insertion("of its own revision", pin, id=FAR, position=99, pinned_id=pin.revision_id)
    child = {"id": FAR, "number": FAR, "parent_id": stranger.pk}
    yield insertion("child of another's revision", revision, **child)


def log_head_attacks():
    head = LogHead.objects.get()
    for way, text in (
        ("turned back", "UPDATE editorial_loghead SET count = count - 1"),
        ("skipping a line", "UPDATE editorial_loghead SET count = count + 2"),
        ("with another hash", "UPDATE editorial_loghead SET hash = 'x'"),
        ("DELETE", "DELETE FROM editorial_loghead"),
    ):
        yield statement(way, "editorial_loghead", (text, []))
    if connection.vendor == "postgresql":
        yield truncation("editorial_loghead")
    else:
        yield statement("INSERT OR REPLACE", "editorial_loghead", insert(head, "INSERT OR REPLACE"))
