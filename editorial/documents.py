"""From the rows of a revision to its canonical bytes, and back.

A document is what a reviewer signs: a JSON object that holds every word, picture hash and
pinned text of a revision, and the headings printed between them. Its RFC 8785 bytes are stored
in the revision's seal; pages are rendered from those bytes alone.

Formats never change once used. A new one gets its own number, its own field lists in the
models' SIGNED tables and its own labels; what builds the old ones stays.
"""

import hashlib
import json

import rfc8785
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from . import images


class BrokenSeal(Exception):
    """Bytes that hold no document."""


def current_format(revision):
    return max(type(revision).SIGNED)


def build(revision, format=None):
    """The document of `revision` (an instance of its kind's model) from its rows.

    `format` is the newest of the kind unless named; raises KeyError for one it never had.
    """
    format = format or current_format(revision)
    content = revision.content
    return {
        "format": format,
        "kind": content.kind,
        "content": str(content.uid),
        "locale": content.locale,
        "identity": content.identity(),
        "labels": content.spec.labels[format][content.locale],
        "fields": fields_of(revision, format),
        "pins": [pinned_document(pin) for pin in revision.pins.all()],
    }


def fields_of(row, format):
    """{name: value} of the signed fields and children of one row, for one format."""
    return {name: value_of(row, name, format) for name in type(row).SIGNED[format]}


def value_of(row, name, format):
    try:
        field = row._meta.get_field(name)
    except FieldDoesNotExist:
        return getattr(row, name)  # a property, such as a tag's name through its row
    if field.one_to_many:
        children = getattr(row, field.get_accessor_name()).all()
        return [fields_of(child, format) for child in children]
    value = getattr(row, name)
    if isinstance(field, models.FileField):
        return images.facts(value.name)
    if value is None or isinstance(value, str | int | list):
        return value
    return str(value)


def pinned_document(pin):
    """A pinned text with its digest: {"digest": …, "document": …}."""
    seal = pin.pinned.seal
    return {"digest": seal.digest, "document": parse(seal.canonical)}


def canonical(document):
    """RFC 8785 bytes of a document."""
    return rfc8785.dumps(document)


def digest_of(data):
    """SHA-256 of canonical bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def parse(data):
    """The document in canonical bytes; raises BrokenSeal where they hold none."""
    try:
        document = json.loads(bytes(data))
    except ValueError as error:
        raise BrokenSeal("These bytes are not the JSON that was sealed.") from error
    if not isinstance(document, dict) or "fields" not in document:
        raise BrokenSeal("These bytes hold no document.")
    return document


def pictures_in(value):
    """(name, SHA-256) of every picture in a document, pinned ones included."""
    if isinstance(value, dict):
        if "sha256" in value and "name" in value:
            yield value["name"], value["sha256"]
        for inner in value.values():
            yield from pictures_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from pictures_in(inner)
