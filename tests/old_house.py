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
from django.utils import timezone

from editorial import pages, triggers
from editorial.kinds import models_by_kind

ENDED = {
    "rejected-and-resubmitted": "Changes were requested after Ilse Sample signed.",
    "overruled": "A comment said after Ilse Sample signed that something must be fixed, and "
    "somebody else closed it.",
    "emergency-after-a-schedule": "This was published without a review.",
    "one-of-two-retracted": "Otto Sample took their signature back.",
    "put-back": "The row of this page is not what the log says.",
}

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


def badges_left():
    """{slug: (digest, names under its badge)}: what the old release showed, without the badges
    that end; a page that the log contradicts is shown to nobody."""
    return {
        slug: (one["digest"], [] if slug in ENDED else one["names"])
        for slug, one in said().items()
        if slug != "put-back"
    }


def badges():
    """{slug: (digest, names under a badge that stands)} of all public pages now."""
    found, now = {}, timezone.now()
    for model in models_by_kind().values():
        for page in pages.load(model.objects.public(now), now):
            names = [signoff.name for signoff in page.badge.signoffs]
            found[page.content.slug] = (page.digest, names if page.badge.stands else [])
    return found


def newest_migrations(loader, backwards=False):
    """The last migration of each app in the old release; `backwards`: of those that have newer."""
    applied = {tuple(node) for node in house()["migrations"]} & set(loader.graph.nodes)
    newest = {app: (app, name) for app, name in sorted(applied)}
    leaves = set(loader.graph.leaf_nodes())
    return [node for node in newest.values() if not (backwards and node in leaves)]


def load(registry=apps):
    """Insert the rows past the guards, by the models of `registry`: those of now, or those of a
    state of the migrations. Columns that came later get what the database gives them."""
    triggers.drop(connection)
    loaded = set()
    for row in house()["rows"]:
        model = registry.get_model(row["model"])
        groups = row["fields"].get("groups")
        made = instance(model, row)
        models.Model.save_base(made, raw=True, force_insert=True)
        if groups:  # names; the keys of the groups differ from house to house
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
