"""The guards that the probes test, each with what the application would do without it.

Nothing here runs on the side "app". On the side "control" `install` puts a switch before each
guard; it stays in place until `without` takes it out for one request or one attack. A rule of
`editorial/rules.py` goes by its own name.
"""

import dataclasses
import datetime
from contextlib import contextmanager
from contextvars import ContextVar

from django.apps import apps
from django.db import models

from acupoints.models import Acupoint
from articles import rendering
from editorial import (
    actions,
    documents,
    pages,
    previews,
    revision_admin,
    rules,
    signing,
    standing,
    stepping_back,
)
from editorial.admin import EventAdmin
from editorial.models import Content, InsertOnly, SignOff, insert_only, people
from editorial.moves import MOVES

# Taken out in the database itself, by whoever holds it (see site.py).
OF_THE_DATABASE = {"triggers", "foreign keys"}

_out = ContextVar("names of the guards that are out", default=frozenset())
_first_seen = ContextVar("what a request read first: {token: content}", default=None)


@contextmanager
def without(names):
    """Take guards out for what runs inside: one request, or one attack from a shell."""
    out, seen = _out.set(frozenset(names)), _first_seen.set({})
    try:
        yield
    finally:
        _out.reset(out)
        _first_seen.reset(seen)


def install():
    """Put a switch before every guard that is written in Python."""
    for guard, place, name, lifted in SWITCHES:
        true = getattr(place, name)
        setattr(place, name, switch(guard, true, lifted))
    for name, move in MOVES.items():
        checks = tuple(switch(check.__name__, check, passes) for check in move.checks)
        MOVES[name] = dataclasses.replace(move, checks=checks)
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if field.is_relation and field.remote_field.on_delete is models.PROTECT:
                field.remote_field.on_delete = switch("protect", models.PROTECT, cascades)


def switch(guards, true, lifted):
    """A function that does as `true`, or as `lifted` while one of the named guards is out."""
    names = set(guards.split(", "))

    def either(*args, **kwargs):
        return lifted(true, *args, **kwargs) if names & _out.get() else true(*args, **kwargs)

    return either


# --- What happens without a guard ----------------------------------------------------------


def passes(true, *args, **kwargs):
    """A rule that lets everybody pass."""


def yes(true, *args, **kwargs):
    return True


def no(true, *args, **kwargs):
    return False


def whatever_it_says(true, token):
    """A token that is not compared: the content as it stands now, or, without the
    compare-and-swap, as the request first read it."""
    if "swap" not in _out.get():
        return Content.objects.select_related("head__seal").get(pk=token.content)
    seen = _first_seen.get()
    if token not in seen:
        seen[token] = true(token)
    return seen[token]


def without_compare(true, content, at, **changes):
    """The UPDATE of a move without `WHERE version = …`."""
    rows = Content.objects.filter(pk=content.pk)
    rows.update(version=models.F("version") + 1, moved_at=at, **changes)
    content.refresh_from_db()


def carried_over_other_words(true, revision, parent):
    """Sign-offs that follow an edit, whatever it says."""
    for old in standing.signoffs_of(parent) if parent else ():
        fields = {f.name: getattr(old, f.name) for f in SignOff._meta.concrete_fields}
        for name in ("id", "mac"):
            del fields[name]
        changes = {"revision": revision, "digest": revision.seal.digest, "carried_from": old}
        carried = SignOff(**fields | changes)
        signing.seal_row("signoff", carried)
        carried.save()


def newest_points(true, root, points, document):
    """Embeds that show what readers of the point get now."""
    live = Acupoint.objects.select_related("live__seal").filter(code__in=points)
    newest = {point.code: documents.parse(point.live.seal.canonical) for point in live}
    true(root, newest, document)


def rendered_anew(true, data):
    """No rendering of the true text from the cache."""
    return pages.render_document(documents.parse(data))


def never_overdue(true, *args, **kwargs):
    return dataclasses.replace(true(*args, **kwargs), overdue=False)


def opened_long_ago(true, secret, now):
    return true(secret, now - datetime.timedelta(days=400))


def no_cautions(true, pin, now):
    return []


def cascades(true, *args):
    return models.CASCADE(*args)


def plain_delete(true, self, *args, **kwargs):
    """Django's own deletion of a row or of a queryset."""
    kind = models.Model if isinstance(self, models.Model) else models.QuerySet
    return kind.delete(self, *args, **kwargs)


SWITCHES = [
    ("token, swap", actions, "seen", whatever_it_says),
    ("token", revision_admin, "is_head", yes),
    ("swap", actions, "swap", without_compare),
    ("state_allows", rules, "state_allows", passes),
    ("carry", actions, "carry_sign_offs", carried_over_other_words),
    ("says_the_same", actions, "says_the_same", no),
    ("pin", rendering, "set_points", newest_points),
    ("pin", pages, "rendered", rendered_anew),
    ("new_cautions", standing, "new_cautions", no_cautions),
    ("overdue", standing, "badge_of", never_overdue),
    ("expiry", previews, "find", opened_long_ago),
    ("protect", people.KeepsWhatWasSigned, "delete", plain_delete),
    ("insert_only", InsertOnly, "delete", plain_delete),
    ("insert_only", insert_only.InsertOnlyQuerySet, "delete", plain_delete),
    ("event_admin", EventAdmin, "has_delete_permission", yes),
    ("stepping_back", stepping_back, "unmade_by", lambda true, migration: []),
]
