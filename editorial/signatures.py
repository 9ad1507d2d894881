"""Which signatures count and which reviews fall due, for lists: rows are found by a query, and
what the log says of them decides, for any number of them at once."""

import datetime

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from . import signing_again, standing
from .models import Event, Revision, SignOff

CHUNK = 200
# Lines by which a page that readers have can lose its badge.
TAKE_BADGES = (
    "retract",
    "annul",
    "credential_annulled",
    "accounts_linked",
    "request_changes",
    "pin",
)


def standing_rows(signoffs):
    """Those of these rows that were neither taken back nor fallen, in their order."""
    return [row for row, record in with_records(signoffs) if record.stands_by(row, seal_of(row))]


def for_approval(signoffs):
    """Those of these rows on which an approval could rest now, in their order."""
    return [
        row for row, record in with_records(signoffs) if record.for_approval([row], seal_of(row))
    ]


def with_records(signoffs):
    """[(row, the record of its content)]; of what the log cannot be believed about, none."""
    found = list(signoffs.select_related("content", "revision__seal"))
    records = standing.records_of({row.content_id: row.content for row in found}.values())
    pairs = [(row, records[row.content_id]) for row in found]
    return [(row, record) for row, record in pairs if not record.faults]


def seal_of(signoff):
    return signoff.revision.seal


def due(contents, now, until, most=None):
    """Contents of which the readers' badge rests on a review that runs out by the day `until`,
    the earliest first; no more than `most`.

    Each gets `due_on`, `signer`, `signed_by` (name and account of the signature that gives the
    day) and `signatures`: those that count. What lost its badge for another reason is not due.
    """
    candidates, found = candidates_for(contents, now, until), []
    keys = list(candidates.values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        chunk = candidates.filter(pk__in=keys[start : start + CHUNK])
        found += [content for content in with_signatures(chunk, now) if content.due_on <= until]
        if most and len(found) >= most:
            break
    return sorted(found, key=lambda content: (content.due_on, content.pk))[:most]


def overdue(contents, now, most=None):
    """Those that lost their badge because the review has run out."""
    return due(contents, now, timezone.localdate(now) - datetime.timedelta(days=1), most)


def lost(contents, now, most=None):
    """Public contents that lost their badge otherwise than by the day, the longest unmoved first;
    no more than `most`. Each gets `why_lost`, a sentence."""
    lines = Event.objects.filter(content=OuterRef("pk"), move__in=TAKE_BADGES)
    since = Exists(lines.filter(at__gte=OuterRef("live_at"))) | Q(live_at=None) & Exists(lines)
    candidates, found = contents.order_by().public(now).filter(since).order_by("moved_at", "pk"), []
    keys = list(candidates.values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        found += without_badge(candidates.filter(pk__in=keys[start : start + CHUNK]), now)
        if most and len(found) >= most:
            break
    return found[:most]


def without_badge(contents, now):
    contents = [content for content in contents if content.spec.needs_sign_off]
    records = standing.records_of(contents)
    shown = Revision.objects.filter(pk__in=[content.shown_id for content in contents])
    shown = shown.select_related("seal").defer("seal__canonical")
    revisions = shown.prefetch_related(*standing.relations(signed=True)).in_bulk()
    for content in contents:
        record, revision = records[content.pk], revisions[content.shown_id]
        if counting(record, revision, now) and not standing.pin_faults(record, revision, now):
            continue  # it has its badge, or lost it by the day
        content.why_lost = signing_again.why_no_badge(record, revision, now)
        if content.why_lost and record.shown(now).line.move in standing.APPROVALS:
            yield content


def candidates_for(contents, now, until):
    """All that might be due: some signature under what readers have runs out by then."""
    signed = SignOff.objects.filter(next_review_on__lte=until)
    # The first condition follows an index; the second is true for few of what it leaves.
    public = contents.order_by().filter(pk__in=signed.values("content")).public(now)
    shown = signed.filter(revision=OuterRef("shown_id"))
    earliest = shown.order_by("-next_review_on").values("next_review_on")[:1]
    return public.filter(Exists(shown)).annotate(day=Subquery(earliest)).order_by("day", "pk")


def with_signatures(contents, now):
    """Of some public contents those whose approval stands, with what is said of its signatures."""
    contents = list(contents)
    records = standing.records_of(contents)
    revisions = standing.revisions_with_seals([content.shown_id for content in contents])
    for content in contents:
        counted = counting(records[content.pk], revisions[content.shown_id], now)
        if counted:
            last = counted[-1]
            content.signatures = standing.newest_of_each(counted)
            content.due_on, content.signer = last.next_review_on, last.name
            content.signed_by = last.signed_by_id
            yield content


def counting(record, revision, now):
    """The sign-offs that give a shown revision its badge, or would if none had run out."""
    shown = record.shown(now)
    if record.faults or shown is None or shown.revision_id != revision.pk:
        return []
    if shown.line.move not in standing.APPROVALS or shown.line.digest != revision.seal.digest:
        return []
    rows = standing.signoffs_under(revision)
    counted, ended = record.approved(shown.line, rows, revision.seal)
    return [] if ended else counted


def by_signers(sections, signoffs=()):
    """[(names of embedded texts, their signers)]: what the same people signed stands in one line.

    `sections`: [(name, [signers])], as a badge has them. Whoever is among `signoffs`, the signers
    of the text around them, is named without the credential, which stands there already.
    """
    short = {f"{signoff.name}, {signoff.credential_line}": signoff.name for signoff in signoffs}
    found = {}
    for name, signers in sections:
        words = _(" and ").join(short.get(signer, signer) for signer in signers)
        found.setdefault(words, []).append(name)
    return [(", ".join(names), signers) for signers, names in found.items() if signers]
