"""Rows that belong to no content and decide all the same: who may do what, who signs as whom and by
which credential, the topics, the nomenclature.

Lines of the log name them as they name the rows of a content. Where one is changed, `write` tells
the log. What a role may do is in the code (roles.py), with which the groups are compared.
"""

import json
from functools import reduce
from operator import or_

from django.apps import apps
from django.contrib.auth.models import Group
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from . import log, roles, signing
from .models import Event

CHUNK = 500


def models():
    """The models whose rows belong to no content and are named by lines."""
    return [m for m in apps.get_models() if "LOGGED" in vars(m) and not hasattr(m, "LOGGED_WITH")]


def is_whole(model):
    """Whether lines name the table as a whole, and not each of its rows."""
    return getattr(model, "LOGGED_WHOLE", False)


def write(move, *rows, by=None, at, data=None, gone=()):
    """A line for what was done to rows of the house; it names them as they now stand stored.

    It names them by table and key: who or what that is, the desk looks up in the row.
    """
    stored = [type(row)._base_manager.get(pk=row.pk) for row in rows]
    return log.write(move, at=at, actor=by, data=data, wrote=stored, gone=gone)


def altered(*rows):
    """The first of some rows that is not as the newest line about it has it, or None."""
    facts = facts_of(rows)
    return next((row for row in rows if fault_of_row(row, facts.get(key_of(row)))), None)


def facts_of(rows):
    """{(table, key): (layout, digest)} as the newest true line that names each of some rows has
    it. One query: what a line names is text that can be searched for."""
    named = [json.dumps(key_of(row)).removesuffix("]") + "," for row in rows]
    any_of = reduce(or_, (Q(text__contains=text) for text in named))
    lines = Event.objects.filter(content=None).annotate(text=Cast("rows", TextField()))
    found = {}
    for line in filter(signing.is_authentic, lines.filter(any_of).order_by("seq")):
        found |= {(table, key): tuple(fact) for table, key, *fact in line.rows}
    return found


def key_of(row):
    return row._meta.db_table, row.pk


class Named:
    """{(table, key): (layout, digest)} of the house's rows, as the newest line has each."""

    def __init__(self):
        self.tables = {model._meta.db_table for model in models()}
        self.facts = {}

    def see(self, line):
        for table, key, *fact in line.rows:
            if table in self.tables:
                self.facts[table, key] = tuple(fact)

    def of(self, model):
        """{key: (layout, digest)} of the rows of one table."""
        table = model._meta.db_table
        return {key: fact for (name, key), fact in self.facts.items() if name == table}


def faults(named, only_named=False):
    """Yield (table, sentence) for each row of the house that is not as the log says.

    `only_named`: a part of the log was read, so that rows which it does not name may be good.
    """
    for model in models():
        compare = faults_of_table if is_whole(model) else faults_of_rows
        for sentence in compare(model, named.of(model), only_named):
            yield model._meta.db_table, sentence
    yield from faults_of_roles()


def faults_of_table(model, facts, only_named):
    layout, digest = facts.get(signing.WHOLE, (None, None))
    if layout is None:
        if not only_named and model._base_manager.exists():
            yield "Its rows are named by no line of the log."
    elif layout not in model.LOGGED or signing.digest_of_table(model, layout) != digest:
        yield "Its rows are not what the log says was written."


def faults_of_rows(model, wanted, only_named):
    rows = model._base_manager.order_by("pk")
    rows = rows.prefetch_related(*getattr(model, "LOGGED_RELATIONS", ()))
    for row in rows.iterator(chunk_size=CHUNK):
        if row.pk in wanted or not only_named:
            yield from fault_of_row(row, wanted.pop(row.pk, None))
    for key, (_layout, digest) in wanted.items():
        if digest:
            yield f"Row {key} is gone, and the log names it."


def fault_of_row(row, fact):
    """[sentence] where a row is not as the newest line that names it has it."""
    layout, digest = fact or (None, None)
    if layout not in signing.logged_model(type(row)).LOGGED:
        return [f"Row {row.pk} is named by no line of the log."]
    if signing.digest_of(row, layout) != digest:
        return [f"Row {row.pk} is not what the log says was written."]
    return []


def faults_of_roles():
    """Groups that may do something else than roles.py gives them."""
    wanted = {role.name: roles.permissions_of(role) for role in roles.ROLES}
    for group in Group.objects.prefetch_related("permissions__content_type"):
        held = {f"{p.content_type.app_label}.{p.codename}" for p in group.permissions.all()}
        if held != wanted.pop(group.name, None):
            yield "auth_group", f"The group {group.name} may not do exactly what its role lists."
    for name in wanted:
        yield "auth_group", f"The group {name} is missing; manage.py migrate makes it."
