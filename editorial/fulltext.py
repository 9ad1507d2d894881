"""The full-text parts of the two databases, kept by each over the rows of SearchEntry.

SQLite has a virtual table that triggers fill, PostgreSQL generated columns with GIN indexes. Both
hold ASCII words with a space between them (see words.py), and so agree on what a word is. They
are made after every migration, as the guards are: SQLite drops triggers with their table.
"""

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from .models import SearchEntry
from .words import MARK, is_open

TABLE = SearchEntry._meta.db_table
# What is looked through where words are to stand in the title, under it, or anywhere.
UP_TO = {"title": ["title"], "head": ["title", "head"], "text": ["title", "head", "text"]}

COLUMNS = ", ".join(SearchEntry.WORDS)
OLD_GOES = f"DELETE FROM {TABLE}_words WHERE rowid = OLD.revision_id;"
NEW_COMES = (
    f"INSERT INTO {TABLE}_words (rowid, {COLUMNS}) "
    f"VALUES (NEW.revision_id, {', '.join(f'NEW.{column}' for column in SearchEntry.WORDS)});"
)
FILLED_BY = {"insert": NEW_COMES, "update": OLD_GOES + NEW_COMES, "delete": OLD_GOES}

# What parts the columns is no word, or the last of one would be followed by the first of the next.
BETWEEN = f" || ' {MARK} ' || "
VECTORS = {
    place: f"to_tsvector('pg_catalog.simple', {BETWEEN.join(['marks', *columns])})"
    for place, columns in UP_TO.items()
}
# What each database has to have, by name.
PARTS = {
    "sqlite": {
        f"{TABLE}_words": f"CREATE VIRTUAL TABLE {TABLE}_words "
        f"USING fts5({COLUMNS}, tokenize = 'ascii', columnsize = 0)",
        **{
            f"search_{event}": f"CREATE TRIGGER search_{event} AFTER {event} ON {TABLE} "
            f"BEGIN {statements} END"
            for event, statements in FILLED_BY.items()
        },
    },
    "postgresql": {
        **{
            f"up_to_{place}": f"ALTER TABLE {TABLE} ADD COLUMN up_to_{place} tsvector "
            f"GENERATED ALWAYS AS ({vector}) STORED"
            for place, vector in VECTORS.items()
        },
        **{
            f"search_up_to_{place}": f"CREATE INDEX search_up_to_{place} ON {TABLE} "
            f"USING gin (up_to_{place}) WITH (fastupdate = off)"
            for place in VECTORS
        },
    },
}
NAMES = {
    "sqlite": "SELECT name FROM sqlite_master",
    "postgresql": f"SELECT attname FROM pg_attribute WHERE attrelid = '{TABLE}'::regclass "
    f"UNION SELECT indexname FROM pg_indexes WHERE tablename = '{TABLE}'",
}


def install(connection):
    """Make the parts that are not there; twice is the same as once."""
    with connection.cursor() as cursor:
        for name in missing(connection):
            cursor.execute(PARTS[connection.vendor][name])


def missing(connection):
    """The names of parts that are not there."""
    with connection.cursor() as cursor:
        cursor.execute(NAMES[connection.vendor])
        present = {name for (name,) in cursor.fetchall()}
    return [name for name in PARTS[connection.vendor] if name not in present]


def lock(connection):
    """Within a transaction: moves wait with their entries until it ends, searches do not. On
    SQLite nobody else writes anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {TABLE} IN SHARE ROW EXCLUSIVE MODE")


def forget(connection):
    """Take deleted words out of SQLite's part, which else holds them until it merges."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {TABLE}_words ({TABLE}_words) VALUES ('optimize')")


def empty(connection):
    """Take out of SQLite's part what its triggers may have missed."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {TABLE}_words")


def count(connection):
    """How many entries the database's part holds."""
    table = f"{TABLE}_words" if connection.vendor == "sqlite" else TABLE
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


def holds(connection, place, parts, kind, marks=()):
    """A condition on entries: they are of a kind, and hold every part up to a place, or a mark.

    Parts and marks are letters and digits alone, so nothing of them is syntax.
    """
    if connection.vendor == "sqlite":
        condition = f"revision_id IN (SELECT rowid FROM {TABLE}_words WHERE {TABLE}_words MATCH %s)"
        query = fts5(place, parts, kind, marks)
    else:
        condition = f"up_to_{place} @@ %s::tsquery"
        query = tsquery(parts, kind, marks)
    return RawSQL(condition, [query], output_field=BooleanField())


def fts5(place, parts, kind, marks):
    said = " AND ".join(f'"{" ".join(part)}"{"*" * is_open(part)}' for part in parts)
    found = [f"{{{' '.join(UP_TO[place])}}} : ({said})", *(f'marks : "{mark}"' for mark in marks)]
    return f'marks : "{kind}" AND ({" OR ".join(found)})'


def tsquery(parts, kind, marks):
    said = " & ".join(f"({' <-> '.join(part)}{':*' * is_open(part)})" for part in parts)
    return f"{kind} & ({' | '.join([f'({said})', *marks])})"
