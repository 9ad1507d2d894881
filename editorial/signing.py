"""Message authentication of sign-offs and log lines, under a key outside the database."""

import datetime
import hmac

import rfc8785
from django.conf import settings


def mac_of(kind, fields):
    """HMAC-SHA-256 of a row's facts, as 64 hexadecimal digits.

    `kind` keeps a sign-off's mac from ever fitting a log line.
    """
    message = rfc8785.dumps({"kind": kind, "fields": fields})
    return hmac.digest(settings.SIGNING_KEY.encode(), message, "sha256").hex()


def is_true(kind, row):
    """Whether the row's mac is the one that this application would have written."""
    return hmac.compare_digest(row.mac, mac_of(kind, facts_of(row)))


def seal_row(kind, row):
    """Set the row's mac from its other columns."""
    row.mac = mac_of(kind, facts_of(row))


def facts_of(row):
    """Every column but the key and the mac itself, as JSON values."""
    return {
        field.attname: plain(getattr(row, field.attname))
        for field in row._meta.concrete_fields
        if field.attname not in ("id", "mac")
    }


def plain(value):
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat(timespec="microseconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value
