"""Database triggers: what is sealed, signed or logged cannot be changed by anybody's SQL.

Each guard is a condition under which a statement on one table is refused with a sentence. The
same conditions are written for SQLite and PostgreSQL; only the frame around them differs. They
are made after every migration, since SQLite drops a table's triggers when it remakes the table
(docs/decisions/0004-triggers.md), and `missing()` tells which are absent or altered.
"""

from contextlib import contextmanager
from dataclasses import dataclass

from django.apps import apps
from django.db import connections, models, transaction

from . import signing

PREFIX = "guard_"
SEALS = "editorial_seal"
POINTERS = ("head_id", "live_id", "scheduled_id")  # of a content, to its revisions


@dataclass(frozen=True)
class Guard:
    """Refuse `event` on `table` where `condition` holds (SQL with NEW and OLD)."""

    table: str
    event: str  # INSERT, UPDATE, DELETE or TRUNCATE
    about: str
    condition: str
    sentence: str
    reads: tuple[str, ...] = ()  # other tables that the condition asks

    @property
    def tables(self):
        return {self.table, *self.reads}

    @property
    def name(self):
        return f"{PREFIX}{self.table}_{self.event.lower()}_{self.about}"[:63]

    def create_sql(self, vendor):
        """The statements that make this trigger."""
        sentence = self.sentence.replace("'", "''")
        if vendor == "sqlite":
            condition = self.condition.replace("IS DISTINCT FROM", "IS NOT")
            return [
                f'CREATE TRIGGER "{self.name}" BEFORE {self.event} ON "{self.table}" '
                f"FOR EACH ROW WHEN {condition} "
                f"BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
            ]
        scope = "STATEMENT" if self.event == "TRUNCATE" else "ROW"
        return [
            f'CREATE OR REPLACE FUNCTION "{self.name}"() RETURNS trigger '
            f"LANGUAGE plpgsql AS $guard${self.function_body()}$guard$",
            f'CREATE OR REPLACE TRIGGER "{self.name}" BEFORE {self.event} ON "{self.table}" '
            f'FOR EACH {scope} EXECUTE FUNCTION "{self.name}"()',
        ]

    def function_body(self):
        """The PostgreSQL function behind the trigger, as pg_proc.prosrc will show it."""
        sentence = self.sentence.replace("'", "''").replace("%", "%%")
        row = {"DELETE": "OLD", "TRUNCATE": "NULL"}.get(self.event, "NEW")
        return (
            f" BEGIN IF {self.condition} THEN RAISE EXCEPTION '{sentence}' "
            f"USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {row}; END "
        )


def expected(vendor):
    """Every guard that a database of this vendor must have."""
    guards = []
    for model in apps.get_models():
        if is_insert_only(model):
            guards += insert_only_guards(model)
        if set_once := [name for name in getattr(model, "SET_ONCE", ()) if has_column(model, name)]:
            guards += [set_once_guard(model, set_once), *key_guards(model)]
    guards += content_guards() + reference_guards() + named_row_guards() + log_head_guards()
    guards += line_guards()
    return [guard for guard in guards if vendor == "postgresql" or guard.event != "TRUNCATE"]


def is_insert_only(model):
    from .models import InsertOnly

    return issubclass(model, InsertOnly) and not model._meta.abstract and model._meta.managed


def has_column(model, name):
    return model._meta.get_field(name) in model._meta.local_fields


def insert_only_guards(model):
    """No UPDATE, DELETE, TRUNCATE, no INSERT over an existing key or into a sealed revision."""
    table, label = model._meta.db_table, str(model._meta.verbose_name)
    sentence = f"A row of {table} ({label}) is written once and never changed or deleted."
    guards = [
        Guard(table, event, "never", "TRUE", sentence) for event in ("UPDATE", "DELETE", "TRUNCATE")
    ]
    guards += key_guards(model)
    if parent := revision_column(model):
        guards.append(
            Guard(
                table,
                "INSERT",
                "sealed",
                f'EXISTS (SELECT 1 FROM editorial_seal WHERE revision_id = NEW."{parent}")',
                f"This revision is sealed: nothing can be added to it in {table}.",
                reads=(SEALS,),
            )
        )
    return guards


def key_guards(model):
    """No INSERT over an existing key, by which SQLite's REPLACE would rewrite a row."""
    table = model._meta.db_table
    sentence = f"A row with this key stands in {table} already and is never replaced."
    return [
        Guard(table, "INSERT", f"key{number}", taken(table, [columns]), sentence)
        for number, columns in enumerate(unique_keys(model))
    ]


def unique_keys(model):
    """The column lists of this table's own unique keys, the primary key first."""
    meta = model._meta
    keys = [(meta.pk.column,)]
    keys += [(f.column,) for f in meta.local_fields if f.unique and not f.primary_key]
    names = [c.fields for c in meta.constraints if isinstance(c, models.UniqueConstraint)]
    names += list(meta.unique_together)
    keys += [tuple(meta.get_field(name).column for name in key) for key in names]
    return keys


def revision_column(model):
    """The column that names the revision a row is part of; None for rows of their own."""
    from .models import Revision

    if model is not Revision and issubclass(model, Revision):
        return model._meta.pk.column
    return model._meta.get_field(model.PARENT).column if model.PARENT else None


def set_once_guard(model, names):
    columns = [model._meta.get_field(name).column for name in names]
    changed = " OR ".join(
        f'(OLD."{c}" IS NOT NULL AND NEW."{c}" IS DISTINCT FROM OLD."{c}")' for c in columns
    )
    table = model._meta.db_table
    listed = ", ".join(columns)
    return Guard(table, "UPDATE", "once", f"({changed})", f"{listed} of {table} is set once.")


def content_guards():
    """Pointers name sealed revisions of the same content; every change raises the version."""
    guards = []
    for event in ("INSERT", "UPDATE"):
        for column in POINTERS:
            changed = (
                f" AND NEW.{column} IS DISTINCT FROM OLD.{column}" if event == "UPDATE" else ""
            )
            guards.append(
                Guard(
                    "editorial_content",
                    event,
                    column,
                    f"(NEW.{column} IS NOT NULL{changed} AND NOT EXISTS ("
                    "SELECT 1 FROM editorial_revision r "
                    "JOIN editorial_seal s ON s.revision_id = r.id "
                    f"WHERE r.id = NEW.{column} AND r.content_id = NEW.id))",
                    f"{column} must name a sealed revision of the same content.",
                )
            )
    guards.append(
        Guard(
            "editorial_content",
            "UPDATE",
            "version",
            "(NEW.version < OLD.version OR (NEW.version = OLD.version AND NEW.lines <= OLD.lines))",
            "Every change of a content raises its version; use the moves of the desk.",
        )
    )
    return guards


def line_guards():
    """An older release, still running beside this one, writes lines that name no rows."""
    return [
        Guard(
            "editorial_event",
            "INSERT",
            "layout",
            f"NEW.layout < {signing.LAYOUT}",
            "The house has moved to a newer release. Nothing was changed; try again shortly.",
        )
    ]


def reference_guards():
    """Parents, pins and sign-offs refer to what they belong to, and to sealed bytes only."""
    sealed = "SELECT 1 FROM editorial_revision r JOIN editorial_seal s ON s.revision_id = r.id "
    return [
        Guard(
            "editorial_revision",
            "INSERT",
            "parent",
            "(NEW.parent_id IS NOT NULL AND NOT EXISTS ("
            f"{sealed} WHERE r.id = NEW.parent_id AND r.content_id = NEW.content_id))",
            "A revision's parent is a sealed revision of the same content.",
        ),
        Guard(
            "editorial_pin",
            "INSERT",
            "sealed_pin",
            f"NOT EXISTS ({sealed} WHERE r.id = NEW.pinned_id AND r.content_id <> "
            "(SELECT content_id FROM editorial_revision WHERE id = NEW.revision_id))",
            "A pin names a sealed revision of another content.",
        ),
        Guard(
            "editorial_signoff",
            "INSERT",
            "subject",
            f"NOT EXISTS ({sealed} WHERE r.id = NEW.revision_id "
            "AND r.content_id = NEW.content_id AND s.digest = NEW.digest)",
            "A sign-off names a sealed revision of its content, with that revision's digest.",
        ),
    ]


def named_models():
    """{model: [foreign keys by which rows written for good name its rows]}.

    A kind's own row is named with its content's: `Article` by what names a `Content`.
    """
    named = {}
    for written in filter(is_insert_only, apps.get_models()):
        for field in written._meta.local_fields:
            for model in apps.get_models() if field.is_relation else ():
                if issubclass(model, field.related_model) and not is_insert_only(model):
                    named.setdefault(model, []).append(field)
    return named


def named_row_guards():
    """Nobody deletes or replaces the person, credential or content that a row written for good
    names, or gives its key away.

    The foreign keys say so too, but SQLite heeds them only in sessions that ask for it, and its
    own shell does not ask. Its `OR REPLACE` deletes rows without asking a DELETE trigger.
    """
    return [
        guard
        for model, fields in named_models().items()
        for guard in guards_of_named(model, fields)
    ]


def guards_of_named(model, fields):
    table, key = model._meta.db_table, model._meta.pk.column
    named = " OR ".join(names_the_row(field, key) for field in fields)
    reads = tuple({field.model._meta.db_table for field in fields})
    # A pointer that is taken is another content's: content_guards() says so.
    own = [columns for columns in unique_keys(model) if columns[0] not in (key, *POINTERS)]
    kept = f"A row of {table} that signed or logged rows name is never deleted."
    stands = f"A row with this key stands in {table} already and is never replaced."
    moved = f"The key of a row of {table} is never changed."
    guards = [
        Guard(table, "DELETE", "named", f"({named})", kept, reads=reads),
        Guard(table, "TRUNCATE", "named", "TRUE", kept),
        Guard(table, "INSERT", "key", taken(table, [(key,), *own]), stands),
        Guard(table, "UPDATE", "pk", f'NEW."{key}" <> OLD."{key}"', moved),
    ]
    if own:
        others = taken(table, own, f' AND "{key}" <> OLD."{key}"')
        guards.append(Guard(table, "UPDATE", "key", others, stands))
    return guards


def taken(table, keys, more=""):
    """The condition that a row has one of these keys of NEW."""
    rows = []
    for columns in keys:
        same = " AND ".join(f'"{column}" = NEW."{column}"' for column in columns)
        rows.append(f'EXISTS (SELECT 1 FROM "{table}" WHERE {same}{more})')
    return f"({' OR '.join(rows)})"


def names_the_row(field, key):
    """The condition that a written row names the row which is about to go."""
    return (
        f'EXISTS (SELECT 1 FROM "{field.model._meta.db_table}" '
        f'WHERE "{field.column}" = OLD."{key}")'
    )


def log_head_guards():
    """The head may be put at the line that it names already: so a wrong hash is mended."""
    table = "editorial_loghead"
    sentence = "The log's head only moves on, to a line that was written."
    return [
        Guard(
            table,
            "UPDATE",
            "step",
            "(NEW.count < OLD.count OR NOT EXISTS (SELECT 1 FROM editorial_event "
            "WHERE seq = NEW.count AND hash = NEW.hash))",
            sentence,
            reads=("editorial_event",),
        ),
        Guard(table, "DELETE", "never", "TRUE", sentence),
        Guard(table, "TRUNCATE", "never", "TRUE", sentence),
        Guard(table, "INSERT", "one", f"EXISTS (SELECT 1 FROM {table})", sentence),
    ]


# --- Making, lifting and finding them ------------------------------------------------------


def install(connection):
    """Make every expected trigger on the tables that exist; twice is the same as once."""
    drop(connection)
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for guard in expected(connection.vendor):
            if not guard.tables <= tables:
                continue  # a migration that stopped half-way; `missing` will name them
            for statement in guard.create_sql(connection.vendor):
                cursor.execute(statement)


def drop(connection):
    """Remove all guards, also those whose model has gone."""
    with connection.cursor() as cursor:
        for name, table in present_names(cursor, connection.vendor):
            if connection.vendor == "sqlite":
                cursor.execute(f'DROP TRIGGER "{name}"')
            else:
                cursor.execute(f'DROP TRIGGER "{name}" ON "{table}"')
                cursor.execute(f'DROP FUNCTION IF EXISTS "{name}"()')


def present_names(cursor, vendor):
    if vendor == "sqlite":
        cursor.execute(
            "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s",
            [f"{PREFIX}%"],
        )
    else:
        cursor.execute(
            "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND t.tgname LIKE %s",
            [f"{PREFIX}%"],
        )
    return cursor.fetchall()


def missing(connection):
    """Names of guards that are absent, switched off or not what this code would make."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            wanted = {g.name: g.create_sql("sqlite")[0] for g in expected("sqlite")}
        else:
            cursor.execute(
                "SELECT t.tgname, p.prosrc FROM pg_trigger t "
                "JOIN pg_proc p ON p.oid = t.tgfoid "
                "WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')"
            )
            wanted = {g.name: g.function_body() for g in expected("postgresql")}
        present = dict(cursor.fetchall())
    return sorted(name for name, text in wanted.items() if present.get(name) != text)


@contextmanager
def lifted(connection):
    """Work without the guards, in one transaction: for test flushes and for redaction only."""
    with transaction.atomic(using=connection.alias):
        drop(connection)
        yield
        install(connection)


def before_migrate(using, **kwargs):
    # SQLite refuses to rename a table while a trigger's body names a table that is just being
    # remade, so the guards step aside; readiness and `verify` fail until they are back.
    connection = connections[using]
    if connection.vendor == "sqlite":
        drop(connection)


def after_migrate(app_config, using, **kwargs):
    # Guards refer to tables of several applications, so wait for the last one.
    if app_config == last_with_models():
        install(connections[using])


def last_with_models():
    return [config for config in apps.get_app_configs() if config.models_module][-1]
