"""What goes live by itself and when, and what was held back, and why."""

from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from . import pins, standing
from .lines import time_words
from .models import Content, Event, Pin
from .moves import MOVES
from .querysets import is_held

S = Content.Status
# Lines that lead to a state: the newest of them says why a text is where it is.
LEADING = ("hold", *[move.name for move in MOVES.values() if move.target])


def waiting(now):
    """Contents that go live by themselves, the next one first."""
    return Content.objects.in_state(S.SCHEDULED, now).order_by("scheduled_at")


def held(now):
    """Contents in review that were signed or scheduled, and were sent back by no person's choice:
    by a move elsewhere or by the clock."""
    newest = Event.objects.filter(content=OuterRef("pk"), move__in=LEADING).order_by("-seq")
    by_moves = Content.objects.filter(
        status=S.IN_REVIEW, pk__in=Event.objects.filter(move="hold").values("content")
    ).annotate(newest=Subquery(newest.values("move")[:1]))
    keys = by_moves.filter(newest="hold").values("pk")
    by_clock = is_held(now) & Q(status=S.SCHEDULED)
    return Content.objects.filter(by_clock | Q(pk__in=keys)).order_by("moved_at")


def notes(contents, now):
    """{content's key: what to know of its time}, for those that wait for one or were held back.

    A number of queries that does not grow with the contents.
    """
    found = {
        content.pk: _("Goes live on %(time)s.") % {"time": time_words(content.scheduled_at)}
        for content in contents
        if content.status_at(now) == S.SCHEDULED
    }
    return found | reasons(contents, now)


def reasons(contents, now):
    """{content's key: why it was held back}, for those in review that were."""
    in_review = [c for c in contents if c.status_at(now) == S.IN_REVIEW]
    records = standing.records_of(in_review) if in_review else {}
    fallen = [content for content in in_review if content.is_held(now)]
    used = pins_of_scheduled(fallen)
    found = {}
    for content in in_review:
        record = records[content.pk]
        line = record.last(*LEADING)
        if content.pk in used:
            found[content.pk] = why_clock_holds(content, record, used[content.pk], now)
        elif line and line.move == "hold":
            found[content.pk] = _("Held back: %(reason)s") % line.data
    return found


def pins_of_scheduled(contents):
    """{content's key: keys of the revisions that its scheduled revision uses}"""
    if not contents:
        return {}
    used = {content.pk: [] for content in contents}
    owners = {content.scheduled_id: content.pk for content in contents}
    rows = Pin.objects.filter(revision__in=owners).order_by("position")
    for revision, pinned in rows.values_list("revision", "pinned"):
        used[owners[revision]].append(pinned)
    return used


def why_clock_holds(content, record, used, now):
    why = [
        pins.sentence(said["name"], kind, words)
        for said in (record.pins.get(key, {}) for key in used)
        for kind, words in standing.faults_now(said, now)
    ]
    facts = {"time": time_words(content.scheduled_at), "reason": " ".join(why)}
    return (
        _("Held back, so it does not go live on %(time)s. %(reason)s It needs a new approval.")
        % facts
    )
