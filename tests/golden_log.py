"""Lines, rows and an old sign-off as they were once hashed and signed: tests/golden/log.json.

    python -m tests.golden_log

adds what layouts have come since, and never changes what is there.
"""

import datetime
import hashlib
import json
import os
import uuid
from pathlib import Path

FILE = Path(__file__).parent / "golden" / "log.json"
KEY = "a key of forty letters for golden files only"
MOMENT = datetime.datetime(2026, 5, 4, 3, 2, 1, 900, tzinfo=datetime.UTC)


def golden():
    return json.loads(FILE.read_text())


def logged_models():
    """{label: model} of all whose rows lines name."""
    from django.apps import apps

    return {m._meta.label: m for m in apps.get_models() if "LOGGED" in vars(m)}


def row_of(model, columns):
    """An unsaved row with these columns, as a form or an import would give them."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    row = model(pk=1)
    for name in fields.keys() & columns.keys():
        setattr(row, name, target_of(fields[name]).to_python(columns[name]))
    if "group_names" in columns:
        give_roles(row, columns["group_names"], columns["permission_names"])
    return row


def give_roles(user, groups, permissions):
    """As if the account's groups and permissions had been read from the database."""
    from django.contrib.auth.models import Group, Permission
    from django.contrib.contenttypes.models import ContentType

    permissions = [name.split(".") for name in permissions]
    user._prefetched_objects_cache = {
        "groups": [Group(name=name) for name in groups],
        "user_permissions": [
            Permission(codename=codename, content_type=ContentType(app_label=app, model="x"))
            for app, codename in permissions
        ],
    }


ROLES = {"group_names": ["editor", "reviewer"], "permission_names": ["editorial.view_event"]}


def target_of(field):
    """The column that a foreign key holds, however many tables a kind inherits."""
    while field.related_model:
        field = field.related_model._meta.pk
    return field


def line_of(columns):
    from editorial.models import Event

    at = datetime.datetime.fromisoformat(columns["at"])
    return Event(**columns | {"at": at})


def sample(field, number):
    """A value of a column's kind."""
    kind = target_of(field).get_internal_type()
    if "Integer" in kind or "AutoField" in kind:
        return number + 1
    return {
        "BooleanField": True,
        "DateField": "2026-05-04",
        "DateTimeField": MOMENT.isoformat(timespec="microseconds"),
        "UUIDField": str(uuid.UUID(int=number + 1)),
        "JSONField": {"é": [1, None]},
        "FloatField": 0.5,
        "DecimalField": "0.5",
    }.get(kind, f"Füße 足 {field.attname}")


def main():
    import rfc8785

    found = golden()
    for label, model in logged_models().items():
        fields = {field.attname: field for field in model._meta.concrete_fields}
        for layout, names in model.LOGGED.items():
            columns = {
                name: sample(fields[name], i) if name in fields else ROLES[name]
                for i, name in enumerate(names)
            }
            digest = hashlib.sha256(rfc8785.dumps(columns)).hexdigest()
            layouts = found["rows"].setdefault(label, {})
            layouts.setdefault(str(layout), {"columns": columns, "digest": digest})
    text = json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True)
    FILE.write_text(f"{text}\n")


if __name__ == "__main__":
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    main()
