"""What is done to rows, derived from the models: a new column is tried without being listed.

An alteration takes a row and returns what `verify` must print: any of these patterns.
"""

import datetime
import itertools
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.apps import apps
from django.db import IntegrityError, connection, models
from django.utils import timezone

from editorial import house, triggers
from editorial.models import Content, Event, LogHead, Revision, Seal
from tcmtips.append_only.rows import columns
from tcmtips.append_only.sql import insert
from tests.database import sql

FAR = 1_000_000
_numbers = itertools.count(FAR)

# Columns whose alteration nothing has to name, with the reason (docs/security.md lists them too).
ORDER = "Only the order of the rows has a meaning; rows that change places are named."
SAME = "What the column leads to stands beside it, sealed."
NO_MEANING = {
    ("articles_tip", "position"): ORDER,
    ("articles_source", "position"): ORDER,
    ("products_feature", "position"): ORDER,
    ("acupoints_caution", "position"): ORDER,
    ("acupoints_evidence", "position"): ORDER,
    ("editorial_pin", "position"): ORDER,
    ("acupoints_evidence", "source_keys"): SAME,
}


@dataclass(frozen=True)
class Alteration:
    model: type
    way: str
    act: Callable  # (row, other row or None) -> [patterns], each of which must be found
    takes_two: bool = False

    @property
    def table(self):
        return self.model._meta.db_table


def tables():
    """Every model whose rows mean something, by the name of its table."""
    found = [m for m in apps.get_models() if hasattr(m, "LOGGED") or has_seal(m)]
    found += [Seal, Event, LogHead]
    return sorted(set(found), key=lambda model: model._meta.db_table)


def has_seal(model):
    return triggers.is_insert_only(model) and bool(getattr(model, "PARENT", None))


def all_of_them():
    for model in tables():
        yield from alterations_of(model)


def alterations_of(model):
    for field in meaningful(model):
        yield Alteration(model, f"altered {field.column}", alter(field))
        if field.null:
            yield Alteration(model, f"emptied {field.column}", empty(field))
    yield Alteration(model, "deleted", delete)
    if model is not LogHead:  # a constraint allows no second one
        yield Alteration(model, "doubled", double)
        yield Alteration(model, "put in", put_in)
        yield Alteration(model, "swapped", swap, takes_two=True)
        if "LOGGED" in vars(model) or model is Seal:  # other keys say nothing but the order
            yield Alteration(model, "given another key", rekey)


def meaningful(model):
    """The columns of a table's own that an alteration must not pass unnamed in."""
    unlogged = getattr(model, "UNLOGGED", {}) if "LOGGED" in vars(model) else {}
    for field in model._meta.local_concrete_fields:
        table = model._meta.db_table
        if field.primary_key or field.name in unlogged or (table, field.column) in NO_MEANING:
            continue
        yield field


# --- Ways ------------------------------------------------------------------------------------


def alter(field):
    def act(row, _other):
        named = patterns(row)
        update(row, {field.column: field.get_db_prep_save(other_value(field, row), connection)})
        return named

    return act


def empty(field):
    def act(row, _other):
        if getattr(row, field.attname) is None:
            raise IntegrityError("It is empty already.")
        named = patterns(row)
        update(row, {field.column: None})
        return named

    return act


def delete(row, _other):
    named = patterns(row)
    sql(f'DELETE FROM "{row._meta.db_table}" WHERE "{row._meta.pk.column}" = %s', key_of(row))
    return named


def double(row, _other):
    return write_copy(row)


def put_in(row, _other):
    """A row that nobody wrote: like another, but for each text."""
    texts = (models.CharField, models.TextField)
    for field in meaningful(type(row)):
        if isinstance(field, texts) and not field.choices:
            setattr(row, field.attname, other_value(field, row))
    return write_copy(row)


def write_copy(row):
    model, key = type(row), next(_numbers)
    named = patterns_of_copy(row, key)
    for unique in triggers.unique_keys(model)[1:]:
        make_free(row, [model._meta.get_field(name) for name in names_of(model, unique)])
    if isinstance(row, Content) or model is Content:
        row.status, row.withdrawn_at, row.withdrawn_by_id = "draft", None, None
        row.live_at = row.first_live_at = row.scheduled_at = row.holds_until = None
    row.pk = key
    if model._meta.parents:
        row.pk = parent_of_another_kind(model)
        setattr(row, model._meta.pk.attname, row.pk)
        named = [rf"{model._meta.db_table}: Row {row.pk} "]
    sql(*unpacked(insert(row)))
    return named


def unpacked(statement):
    text, parameters = statement
    return text, *parameters


def names_of(model, unique):
    by_column = {field.column: field.name for field in model._meta.local_concrete_fields}
    return [by_column[column] for column in unique]


def make_free(row, fields):
    """Change a column of a unique key, so that another row may have the rest of it."""
    field = next((f for f in fields if f.null), None)
    if field and field.is_relation:
        setattr(row, field.attname, None)
        return
    own = [f for f in fields if not f.is_relation]
    other = [f for f in fields if f.name != getattr(row, "PARENT", None)]
    field = (own or other or fields)[0]
    setattr(row, field.attname, other_value(field, row))


def parent_of_another_kind(model):
    """Each time another one, and not one whose own row may be gone."""
    kind = model._base_manager.values_list(
        "content__kind" if issubclass(model, Revision) else "kind", flat=True
    ).first()
    if issubclass(model, Revision):
        others = Revision.objects.exclude(content__kind=kind)
    else:
        others = Content.objects.exclude(kind=kind)
    keys = list(others.order_by("-pk").values_list("pk", flat=True))
    return keys[next(_numbers) % len(keys)]


def swap(row, other):
    """What one row says, the other says from now on; a sealed one in its own place."""
    named = [*patterns(row), *patterns(other)]
    taken = [c for unique in triggers.unique_keys(type(row)) for c in unique if len(unique) == 1]
    if not has_own_patterns(row) and has_seal(type(row)):
        taken += ["position", triggers.revision_column(type(row))]
    one, two = ({k: v for k, v in columns(r).items() if k not in taken} for r in (row, other))
    if one == two:
        raise IntegrityError("They say the same.")
    update(row, two)
    update(other, one)
    return named


def rekey(row, _other):
    named, key = patterns(row), next(_numbers)
    update(row, {row._meta.pk.column: key})
    if not has_own_patterns(row):
        return named
    if house.is_whole(type(row)):
        return named
    return [*named, *patterns_of_copy(row, key)]


def update(row, values):
    assign = ", ".join(f'"{column}" = %s' for column in values)
    table, key = row._meta.db_table, row._meta.pk.column
    sql(f'UPDATE "{table}" SET {assign} WHERE "{key}" = %s', *values.values(), key_of(row))


def key_of(row):
    field = row._meta.pk
    return field.get_db_prep_save(getattr(row, field.attname), connection)


# --- What must be printed ----------------------------------------------------------------------


def has_own_patterns(row):
    return "LOGGED" in vars(type(row))


def patterns(row):
    """Regular expressions, each of which must match a line of what `verify` prints."""
    model, table = type(row), row._meta.db_table
    if model is LogHead:
        return ["The log does not end where its head says"]
    if model is Event:
        return [rf"Log line ({row.seq}|{row.seq + 1}) "]
    if "LOGGED" in vars(model):
        if house.is_whole(model):
            return [f"{table}: Its rows"]
        named = rf"Row {row.pk}( of {table})? is "
        return [f"{table}: {named}" if model in house.models() else named]
    return [label_of(row)]


def patterns_of_copy(row, key):
    model, table = type(row), row._meta.db_table
    if model is Event:
        return ["The log does not end where|Log line"]
    if "LOGGED" in vars(model) and not house.is_whole(model):
        own = f"{table}: " if model in house.models() else ""
        return [rf"{own}Row {key}( of {table})? is "]
    if model is Seal:
        return [f"{table}: "]
    return patterns(row)


def label_of(row):
    """How verify names the revision, or the content, that a sealed row is part of."""
    if isinstance(row, Content):
        return rf"{row.kind} {row.slug}[,:]"
    revision = row if isinstance(row, Revision) else parent_of(row)
    content = revision.content
    return rf"{content.kind} {re.escape(content.slug)}, revision {revision.number}: "


def parent_of(row):
    return row.revision if isinstance(row, Seal) else getattr(row, row.PARENT)


# --- Values by the kind of the field -------------------------------------------------------------


def other_value(field, row):
    """A value for this column that the row does not hold."""
    value = getattr(row, field.attname)
    if field.is_relation:
        others = field.related_model._base_manager.exclude(pk=value).order_by("-pk")
        return others.values_list("pk", flat=True).first()
    if choices := [key for key, _label in field.flatchoices if key not in ("", value)]:
        return choices[0]
    for kinds, make in VALUES.items():
        if isinstance(field, kinds):
            return make(value, field)
    raise TypeError(field)


def other_text(value, field):
    """Another text of no greater length; a number in it, so that it may be unique."""
    end = str(next(_numbers))
    kept = str(value or "")[: (field.max_length or FAR) - len(end)]
    return f"{kept}{end}"[: field.max_length]


def other_json(value, _field):
    return {**value, "x": 1} if isinstance(value, dict) else [*value, ["x", 1, 1, "0" * 64]]


VALUES = {
    models.BooleanField: lambda value, _field: not value,
    models.DateTimeField: lambda value, _field: (
        value + datetime.timedelta(seconds=1) if value else timezone.now()
    ),
    models.DateField: lambda value, _field: (
        value + datetime.timedelta(days=1) if value else timezone.localdate()
    ),
    models.UUIDField: lambda _value, _field: uuid.uuid4(),
    models.JSONField: other_json,
    models.BinaryField: lambda value, _field: bytes([bytes(value)[0] ^ 1]) + bytes(value)[1:],
    models.IntegerField: lambda value, _field: (value or 0) + 1,
    (models.CharField, models.TextField, models.FileField): other_text,
}
