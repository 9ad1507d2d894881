"""A house as release 0.3 kept it (see data/make_house_76f5f26.py), put into a test's database."""

import base64
import datetime
import gzip
import json
from functools import cache
from pathlib import Path

from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management.color import no_style
from django.db import connection, models

from editorial import triggers

FILE = Path(__file__).parent / "data" / "house-76f5f26.json.gz"


@cache
def house():
    """{"now", "migrations", "said", "rows", "files"}."""
    with gzip.open(FILE) as file:
        return json.load(file)


def now():
    """The moment at which the house was left."""
    return datetime.datetime.fromisoformat(house()["now"])


def said():
    """{slug: what the old release showed of each public page}."""
    return house()["said"]


def load(registry=apps):
    """Insert the rows past the guards, by the models of `registry`: those of now, or those of a
    state of the migrations. Columns that came later get what the database gives them."""
    triggers.drop(connection)
    loaded = set()
    for row in house()["rows"]:
        model = registry.get_model(row["model"])
        groups = row["fields"].pop("groups", None) if "groups" in row["fields"] else None
        made = instance(model, row)
        models.Model.save_base(made, raw=True, force_insert=True)
        if groups:
            made.groups.set(registry.get_model("auth.Group").objects.filter(name__in=groups))
        loaded.add(model)
    for statement in connection.ops.sequence_reset_sql(no_style(), loaded):
        connection.cursor().execute(statement)
    for name, data in house()["files"].items():
        if not default_storage.exists(name):
            default_storage.save(name, ContentFile(base64.b64decode(data)))


def instance(model, row):
    made = model(pk=row["pk"])
    for field in model._meta.local_concrete_fields:
        if field.name in row["fields"]:
            value = row["fields"][field.name]
            related = field.related_model
            to_python = related._meta.pk.to_python if related else field.to_python
            setattr(made, field.attname, to_python(value))
        elif field.has_db_default():
            setattr(made, field.attname, given_by_database(field))
    return made


def given_by_database(field):
    return getattr(field.db_default, "value", field.db_default)
