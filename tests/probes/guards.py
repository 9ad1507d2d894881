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
    history,
    pages,
    pins,
    previews,
    revision_admin,
    rules,
    standing,
    stepping_back,
)
from editorial.admin import EventAdmin
from editorial.models import Content, InsertOnly, Seal, SignOff, insert_only, people
from editorial.moves import MOVES
from editorial.standing import Publication, Record

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
    rows.update(version=models.F("version") + 1, lines=models.F("lines") + 1, **changes)
    content.refresh_from_db()


def carried_over_other_words(true, revision, parent, standings):
    """Sign-offs that follow an edit, whatever it says."""
    carried = []
    for old in standings:
        fields = {f.name: getattr(old, f.name) for f in SignOff._meta.concrete_fields}
        del fields["id"]
        changes = {"revision": revision, "digest": revision.seal.digest, "carried_from": old}
        carried.append(SignOff(**fields | changes))
        carried[-1].save()
    return carried


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


def tells_nobody(true, content, *, by, at):
    return []


def as_the_row_says(true, self, now):
    """What readers have by the content's columns, approved by whatever approved it last."""
    shown = self.content.shown_revision_id(now)
    lines = [ln for ln in self.lines if ln.move in standing.APPROVALS and ln.revision_id == shown]
    return Publication(shown, lines[-1].at, lines[-1]) if lines else true(self, now)


def all_rows_count(true, self, approval, signoffs, seal):
    """Every sign-off that no row takes back, whoever wrote it."""
    return [signoff for signoff in signoffs if not hasattr(signoff, "revocation")], []


def whatever_the_badge(true, signoff, entry, badge, record, shown):
    return standing.signoff_fault(record, signoff, entry.revision.seal)


def as_the_seal_says(true, data):
    """A digest that nobody computes: the one that stands beside the bytes."""
    seal = Seal.objects.filter(canonical=data).first()
    return seal.digest if seal else true(data)


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
    ("tell_hosts", pins, "tell_hosts", tells_nobody),
    ("ended", Record, "is_ended", no),
    ("shown", Record, "shown", as_the_row_says),
    ("named_rows", Record, "names", yes),
    ("named_signoffs", Record, "approved", all_rows_count),
    ("badge_in_reviews", history, "why_not_now", whatever_the_badge),
    ("hash", documents, "digest_of", as_the_seal_says),
    ("overdue", standing, "badge_of", never_overdue),
    ("expiry", previews, "find", opened_long_ago),
    ("protect", people.KeepsWhatWasSigned, "delete", plain_delete),
    ("insert_only", InsertOnly, "delete", plain_delete),
    ("insert_only", insert_only.InsertOnlyQuerySet, "delete", plain_delete),
    ("event_admin", EventAdmin, "has_delete_permission", yes),
    ("stepping_back", stepping_back, "unmade_by", lambda true, migration: []),
]
