"""What waits for whom: the lists on the desk's first page, and the next step of each content."""

import datetime
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Min, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timesince
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from . import kinds, rules, schedules, signatures
from .models import Content, ReviewRequest, SignOff
from .querysets import written_by

S = Content.Status
LONGEST = 8
MOST_COUNTED = 99
# Days before a review falls due in which its reviewer is shown it.
AHEAD = 60

NEXT_STEP = {
    S.DRAFT: _("Finish and submit"),
    S.IN_REVIEW: _("A reviewer signs"),
    S.CHANGES_REQUESTED: _("The writer revises"),
    S.SIGNED: _("An editor approves"),
    S.SCHEDULED: _("Goes live by itself"),
    S.PUBLISHED: _("Nothing to do"),
    S.WITHDRAWN: _("Revise, or leave it"),
    S.DISCARDED: _("Recall it, or leave it"),
}


@dataclass
class Queue:
    """One list: its first contents, how many there are, and what to say where there are none."""

    title: str
    empty: str
    contents: list
    total: int
    # What the board is asked for to show all of them; empty where it cannot.
    board: str = ""
    notes: dict = field(default_factory=dict)

    @property
    def total_words(self):
        return f"{MOST_COUNTED}+" if self.total > MOST_COUNTED else str(self.total)

    @property
    def rows(self):
        """[(content, what to know about it in a few words)]"""
        return [(content, self.notes[content.pk]) for content in self.contents]


def next_step(content, now):
    """What has to happen next with a content, in a few words."""
    state = content.status_at(now)
    if state == S.IN_REVIEW and not content.spec.needs_sign_off:
        return NEXT_STEP[S.SIGNED]
    return NEXT_STEP[state]


def next_steps(contents, now):
    """{key: what has to happen next} for any number of contents; what lost its badge says why."""
    public = Content.objects.filter(pk__in=[content.pk for content in contents])
    again = {content.pk: _("A reviewer signs again") for content in signatures.overdue(public, now)}
    lost = {content.pk: content.why_lost for content in signatures.lost(public, now)}
    at_rest = {content.pk for content in contents if content.status_at(now) == S.PUBLISHED}
    news = {key: words for key, words in (again | lost).items() if key in at_rest}
    return {content.pk: news.get(content.pk) or next_step(content, now) for content in contents}


def for_user(user, now):
    """The queues of everything that this person may move on, the most pressing first."""
    found = []
    if user.has_perm("editorial.sign_content") and (reviewer := rules.reviewer_of(user)):
        found += for_reviewer(user, reviewer, now)
    if user.has_perm("editorial.approve_content"):
        found += for_editor(user, now)
    if user.has_perm("editorial.save_content"):
        found += for_writer(user, now)
    return sorted(found, key=lambda one: not one.total)  # what is empty comes last


# --- Whose queues ------------------------------------------------------------------------


def for_reviewer(user, reviewer, now):
    asked = ReviewRequest.objects.open().filter(reviewer=reviewer)
    my_request = asked.filter(content=OuterRef("pk"))
    waiting = Content.objects.filter(status=S.IN_REVIEW, kind__in=signed_kinds())
    waiting = waiting.exclude(pk__in=asked.values("content"))
    return [
        queue(
            _("Asked of you"),
            _("Nobody waits for a review of yours."),
            Content.objects.filter(pk__in=asked.values("content"))
            .annotate(due_on=Subquery(my_request.values("due_on")[:1]))
            .order_by("due_on"),
            now,
            due_words,
        ),
        queue(
            _("To review"),
            _("Nothing else waits for a review."),
            waiting.not_worked_on_by(user),
            now,
            board="state=in_review",
        ),
        due_queue(
            _("Due for review again"),
            _("Nothing that you signed falls due in the next %(days)d days.") % {"days": AHEAD},
            signatures.due(signed_by_user(user), now, ahead(now)),
            now,
            of=user,
        ),
        signed_by(user),
    ]


def signed_by(user):
    """What the user signed last, each content once."""
    mine = SignOff.objects.filter(signed_by=user).order_by("-signed_at")
    notes = {}
    for key, at in mine.values_list("content", "signed_at")[: 3 * LONGEST]:
        if len(notes) < LONGEST:
            notes.setdefault(key, _now("signed on %(day)s") % {"day": day_of(at)})
    contents = Content.objects.in_bulk(notes)
    shown = with_heads(contents[key] for key in notes)
    empty = _("You have not signed anything yet.")
    return Queue(_("Signed by you"), empty, shown, bounded_count(mine), notes=notes)


def to_approve(user):
    """What waits for an approval that this person may give; in a house of two also where they
    worked on it themselves, as rules.approver_did_not_contribute has it."""
    is_signed = Q(kind__in=signed_kinds())
    found = Content.objects.filter(Q(status=S.SIGNED) | Q(status=S.IN_REVIEW) & ~is_signed)
    if settings.APPROVER_MAY_BE_CONTRIBUTOR:
        return found.filter(is_signed | ~written_by(user))
    return found.not_worked_on_by(user)


def for_editor(user, now):
    late = ReviewRequest.objects.late(now)
    return [
        queue(
            _("To approve"),
            _("Nothing waits for an approval."),
            to_approve(user),
            now,
            board="state=signed",
        ),
        queue(
            _("Published without a review"),
            _("No emergency is open."),
            Content.objects.unconfirmed(now).order_by("emergency_until"),
            now,
            deadline_words,
        ),
        due_queue(
            _("Badge lost: review overdue"),
            _("Every public text is within its time."),
            signatures.overdue(Content.objects, now, MOST_COUNTED + 1),
            now,
            board="due=overdue",
        ),
        lost_queue(now),
        queue(
            _("Held back"),
            _("Nothing that was signed or scheduled was held back."),
            schedules.held(now),
            now,
            notes=schedules.notes,
        ),
        queue(
            _("Scheduled"),
            _("Nothing waits for its time."),
            schedules.waiting(now),
            now,
            board="state=scheduled",
            notes=schedules.notes,
        ),
        queue(
            _("Older versions of points"),
            _("Every text uses what readers of its points get."),
            Content.objects.using_older_versions(now).order_by("moved_at"),
            now,
            board="older=1",
        ),
        queue(
            _("Reviews that are late"),
            _("No reviewer is behind."),
            Content.objects.filter(pk__in=late.values("content"))
            .annotate(due_on=Min("requests__due_on", filter=Q(requests__in=late)))
            .order_by("due_on"),
            now,
            due_words,
            board="due=requests",
        ),
    ]


def for_writer(user, now):
    mine = Content.objects.worked_on_by(user)
    return [
        queue(
            _("Changes asked of you"),
            _("Nobody has asked you for changes."),
            mine.filter(status=S.CHANGES_REQUESTED),
            now,
            board="state=changes_requested&owner=me",
        ),
        queue(
            _("Your drafts"),
            _("You have no open draft. Begin one with a button above."),
            mine.filter(status=S.DRAFT),
            now,
            board="state=draft&owner=me",
        ),
    ]


def signed_kinds():
    """Names of the kinds that carry a reviewer's signature."""
    return [name for name, model in kinds.models_by_kind().items() if model.KIND.needs_sign_off]


# --- Making one --------------------------------------------------------------------------


def queue(title, empty, contents, now, note=None, board="", notes=None):
    """A queue of the first contents, oldest first unless they come in an order of their own.

    `note` words one content, `notes` all of them at once: {content's key: words}.
    """
    if not contents.query.order_by:
        contents = contents.order_by("moved_at")
    shown = with_heads(contents[:LONGEST])
    total = len(shown) if len(shown) < LONGEST else bounded_count(contents)
    words = {content.pk: (note or age_words)(content, now) for content in shown}
    return Queue(title, empty, shown, total, board, words | notes(shown, now) if notes else words)


def due_queue(title, empty, found, now, of=None, board=""):
    """A queue of contents that fall due (see signatures.py); `of`: only where this person's
    signature gives the day."""
    found = [content for content in found if of is None or content.signed_by == of.pk]
    shown = with_heads(found[:LONGEST])
    notes = {content.pk: due_words(content, now) for content in shown}
    return Queue(title, empty, shown, len(found), board, notes)


def lost_queue(now):
    found = signatures.lost(Content.objects, now, MOST_COUNTED + 1)
    shown = with_heads(found[:LONGEST])
    notes = {content.pk: content.why_lost for content in shown}
    empty = _("No public text has lost its badge by a “no” or by a text that it uses.")
    return Queue(_("Badge lost: review again"), empty, shown, len(found), "due=lost", notes)


def signed_by_user(user):
    """Contents of which the user signed some revision."""
    return Content.objects.filter(pk__in=SignOff.objects.filter(signed_by=user).values("content"))


def bounded_count(rows):
    """How many there are, as far as MOST_COUNTED: nobody reads on, and counting all takes time."""
    return rows.order_by()[: MOST_COUNTED + 1].count()


def age_words(content, now):
    return _now("%(since)s in this state") % {"since": timesince(content.moved_at, now, depth=1)}


def due_words(content, now):
    if content.due_on < timezone.localdate(now):
        return _now("was due on %(day)s") % {"day": day_words(content.due_on)}
    return _now("due on %(day)s") % {"day": day_words(content.due_on)}


def deadline_words(content, now):
    day = {"day": day_of(content.emergency_until)}
    if content.emergency_until <= now:
        return _now("was to be confirmed by %(day)s") % day
    return _now("to be confirmed by %(day)s") % day


def day_of(moment):
    return day_words(timezone.localdate(moment))


def day_words(day):
    return date_format(day, "j M Y")


def ahead(now):
    return timezone.localdate(now) + datetime.timedelta(days=AHEAD)


def with_heads(contents):
    """The contents with their heads as typed revisions, one query a kind."""
    contents = list(contents)
    for name in sorted({content.kind for content in contents}):
        model = kinds.revision_model(name)
        heads = model.objects.select_related(f"content__{name}", "created_by", "seal")
        heads = heads.in_bulk([c.head_id for c in contents if c.kind == name])
        for content in contents:
            if content.kind == name:
                content.head = heads[content.head_id]
    return contents
