"""Message authentication of log lines, under a key outside the database, and digests of the rows
that a line names."""

import datetime
import hashlib
import hmac
import uuid
from functools import cache

import rfc8785
from django.conf import settings
from django.db.models.fields.files import FieldFile

# What the hash of a log line covers, by layout. A layout that was ever in use never changes.
LINE_COLUMNS = {
    1: ("seq", "at", "actor_id", "move", "content_id", "revision_id", "digest", "data", "previous"),
}
LINE_COLUMNS[2] = (*LINE_COLUMNS[1], "nth", "rows", "layout", "key_id")
LAYOUT = max(LINE_COLUMNS)

# Stands for the key where a line names a whole table.
WHOLE = "*"

# What the mac of an older release's sign-off covers: such rows were not named by any line.
OLD_SIGNOFF_COLUMNS = (
    "content_id",
    "revision_id",
    "digest",
    "reviewer_id",
    "credential_id",
    "signed_by_id",
    "signed_at",
    "name",
    "credential_line",
    "scope",
    "conflict_statement",
    "next_review_on",
    "carried_from_id",
)


def mac_of(kind, fields):
    """HMAC-SHA-256 of a row's facts, as 64 hexadecimal digits.

    `kind` keeps an old sign-off's mac from ever fitting a log line.
    """
    message = rfc8785.dumps({"kind": kind, "fields": fields})
    return hmac.digest(settings.SIGNING_KEY.encode(), message, "sha256").hex()


def key_id():
    """Which key signs now: the first digits of its own hash, which tell nothing about it."""
    return id_of(settings.SIGNING_KEY)


@cache
def id_of(key):
    return hashlib.sha256(b"signing key " + key.encode()).hexdigest()[:16]


# --- Lines -------------------------------------------------------------------------------


def line_facts(event):
    """The facts that a line's hash covers, the hash of the line before included."""
    return columns_of(event, LINE_COLUMNS[event.layout])


def set_mac(event):
    """Set a line's mac from its other columns, its hash included."""
    event.mac = line_mac(event)


def line_mac(event):
    return mac_of("event", line_facts(event) | {"hash": event.hash})


def is_authentic(event):
    """Whether a log line is one that this application wrote, in a layout that it knows."""
    if event.layout not in LINE_COLUMNS or event.key_id not in ("", key_id()):
        return False
    return hmac.compare_digest(event.mac, line_mac(event))


def was_authentic(signoff):
    """Whether a sign-off of an older release has the mac that it was written with."""
    expected = mac_of("signoff", columns_of(signoff, OLD_SIGNOFF_COLUMNS))
    return hmac.compare_digest(signoff.mac, expected)


# --- Rows --------------------------------------------------------------------------------


def fact_of(row):
    """[table, key, layout, SHA-256]: what a line of the log says of a row that it wrote."""
    model = logged_model(type(row))
    return [model._meta.db_table, row.pk, max(model.LOGGED), digest_of(row, max(model.LOGGED))]


def fact_of_gone(row):
    """What a line says of a row that the step deleted: it has no digest any more."""
    model = logged_model(type(row))
    return [model._meta.db_table, row.pk, max(model.LOGGED), ""]


def fact_of_table(model):
    """What a line says of a whole table, whose rows are named together: ["table", "*", …]."""
    layout = max(model.LOGGED)
    return [model._meta.db_table, WHOLE, layout, digest_of_table(model, layout)]


def digest_of_table(model, layout):
    """SHA-256 over the rows in the order of their keys."""
    digest = hashlib.sha256()
    for row in model._base_manager.order_by("pk").iterator(chunk_size=2000):
        digest.update(rfc8785.dumps([row.pk, columns_of(row, model.LOGGED[layout])]))
    return digest.hexdigest()


def digest_of(row, layout):
    """SHA-256 of the row's columns with meaning, by their names; raises KeyError for a layout
    that its table never had."""
    columns = logged_model(type(row)).LOGGED[layout]
    return hashlib.sha256(rfc8785.dumps(columns_of(row, columns))).hexdigest()


def logged_model(model):
    """The model whose table LOGGED is about: a kind's content is logged as a Content."""
    return next(m for m in reversed(model.__mro__) if "LOGGED" in vars(m))


def columns_of(row, columns):
    return {name: plain(getattr(row, name)) for name in columns}


def plain(value):
    """A column's value as JSON has it."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat(timespec="microseconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, FieldFile):
        return value.name
    return value
