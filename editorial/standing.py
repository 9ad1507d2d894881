"""Whether a badge stands: computed each time from rows and bytes, never stored.

"Reviewed & Fact-Checked by X" stands only over the exact words that X signed. Everything that
could part the two is asked here, and each part answers with a sentence that names its fault.
"""

from dataclasses import dataclass, field

from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from . import documents, signing
from .models import Event, Pin, SignOff

APPROVALS = ("approve", "schedule")
UNREVIEWED = "emergency"
REVOCATIONS = ("retract", "annul")


def relations(signed):
    """What to prefetch with revisions so that nothing below asks the database again.

    `signed`: whether their kind has sign-offs of its own.
    """
    wanted = [Prefetch("pins", pins_with_all())]
    return [*wanted, Prefetch("signoffs", signoffs_with_all())] if signed else wanted


@dataclass(frozen=True)
class Badge:
    """What may be said of a shown revision, and why not more."""

    signoffs: list = field(default_factory=list)
    approved_at: object = None
    faults: list = field(default_factory=list)
    overdue: bool = False
    # The log line that put this before readers without a review, and the one that confirmed it.
    emergency: object = None
    confirmed: object = None
    # (pinned content, words): cautions that a pinned text has gained since.
    new_cautions: list = field(default_factory=list)

    @property
    def stands(self):
        return bool(self.signoffs) and not self.faults and not self.overdue

    @property
    def approved(self):
        """Whether an editor's approval covers what is shown, a reviewer's signature or not."""
        return self.approved_at is not None and not self.faults

    @property
    def is_unreviewed(self):
        """Whether readers must be told that this was published without a review."""
        return self.emergency is not None and self.approved_at is None

    @property
    def last_reviewed(self):
        return self.signoffs[-1].signed_at if self.signoffs else None

    @property
    def next_review_on(self):
        return self.signoffs[-1].next_review_on if self.signoffs else None


def signoffs_with_all():
    """Sign-offs with every row that `signoff_fault` asks for."""
    return SignOff.objects.select_related(
        "reviewer", "credential", "revocation", "carried_from__revocation"
    )


def pins_with_all():
    """Pins with every row that `pin_fault` asks for."""
    return Pin.objects.select_related(
        "pinned__seal",
        "pinned__content__live__seal",
        "pinned__content__scheduled__seal",
    ).prefetch_related(Prefetch("pinned__signoffs", signoffs_with_all()))


def signoffs_of(revision):
    """The sign-offs that stand under a revision, oldest first."""
    found = fetched(revision, "signoffs")
    if found is None:
        found = signoffs_with_all().filter(revision=revision)
    return [signoff for signoff in found if signoff_fault(signoff, revision) is None]


def fetched(revision, relation):
    """The rows of a relation where they were prefetched with all that is asked of them."""
    return getattr(revision, "_prefetched_objects_cache", {}).get(relation)


def signoff_fault(signoff, revision):
    """Why a sign-off does not count for a revision; None where it does."""
    if not signing.is_true("signoff", signoff):
        return _("A sign-off was not written by this application.")
    if signoff.revision_id != revision.pk or signoff.digest != revision.seal.digest:
        return _("A sign-off is for other words.")
    original = signoff.carried_from or signoff
    if hasattr(signoff, "revocation") or hasattr(original, "revocation"):
        return _("A sign-off was taken back.")
    credential = signoff.credential
    if credential.annulled_at:
        return _("The reviewer's credential was annulled.")
    if not credential.was_valid_on(timezone.localdate(original.signed_at)):
        return _("The reviewer's credential was not valid on the day of signing.")
    if credential.suspended_at and credential.suspended_at <= original.signed_at:
        return _("The reviewer's credential was suspended when it signed.")
    return None


def pins_of(revision):
    """The pins of a revision, in the order of its text."""
    found = fetched(revision, "pins")
    return pins_with_all().filter(revision=revision) if found is None else found


def new_cautions(pin, now):
    """Words of the cautions that readers of the pinned content get now and its pin has not."""
    content = pin.pinned.content
    find = content.spec.cautions
    shown = content.scheduled if content.is_due(now) else content.live
    if find is None or shown is None or shown.pk == pin.pinned_id:
        return []
    try:
        before = find(documents.parse(pin.pinned.seal.canonical))
        after = find(documents.parse(shown.seal.canonical))
    except documents.BrokenSeal:
        return [_("Its newest text cannot be read.")]
    return [words for key, words in after.items() if key not in before]


def pin_fault(pin, now):
    """Why a pinned text cannot stand under a badge at the time `now`; None where it can."""
    pinned = pin.pinned
    if pinned.content.withdrawn_at and not pinned.content.is_due(now):
        return _("%(content)s was withdrawn; take it out of the text.") % {
            "content": pinned.content
        }
    if pinned.content.spec.needs_sign_off and not signoffs_of(pinned):
        return _("%(content)s is used in a version that no reviewer's signature covers.") % {
            "content": pinned.content
        }
    if new_cautions(pin, now):
        return _("%(content)s has gained a caution since; take over its newest version.") % {
            "content": pinned.content
        }
    return None


def integrity_faults(revision):
    """Whether bytes, digest and rows of a sealed revision still say the same."""
    seal = revision.seal
    data = bytes(seal.canonical)
    if documents.digest_of(data) != seal.digest:
        return [_("The sealed bytes were changed.")]
    try:
        rebuilt = documents.canonical(documents.build(revision, seal.format))
    except (documents.BrokenSeal, KeyError):
        return [_("What the text embeds cannot be read.")]
    if rebuilt != data:
        return [_("The stored fields differ from the sealed bytes.")]
    return []


def lines_about(revisions):
    """{revision key: what the log says of its approval and of its content's signatures taken
    back}, in one query."""
    contents = {revision.content_id: revision.pk for revision in revisions}
    lines = {key: [] for key in contents.values()}
    # By content first, or SQLite walks through every approval that there ever was.
    found = Event.objects.filter(content__in=contents).filter(
        Q(revision__in=lines, move__in=(*APPROVALS, UNREVIEWED))
        | Q(move__in=(*REVOCATIONS, "confirm"))
    )
    for line in found.order_by("seq"):
        lines[contents[line.content_id]].append(line)
    return lines


def last_in(lines, moves, revision):
    """The latest line by which one of the moves was made on exactly this revision, or None."""
    found = [
        line
        for line in lines
        if line.move in moves
        and line.revision_id == revision.pk
        and line.digest == revision.seal.digest
        and signing.is_true("event", line)
    ]
    return found[-1] if found else None


def badge_of(revision, lines, now):
    """The badge of a shown revision; kinds without sign-off get one that never stands.

    `lines` is what `lines_about` found for it. A signature that the log calls taken back counts
    for nothing, even where somebody removed the row that says so.
    """
    revoked = {line.data.get("signoff") for line in lines if line.move in REVOCATIONS}
    approval = last_in(lines, APPROVALS, revision)
    emergency = last_in(lines, [UNREVIEWED], revision)
    signoffs = signoffs_of(revision) if revision.content.spec.needs_sign_off else []
    signoffs = [s for s in signoffs if not {s.pk, s.carried_from_id} & revoked]
    faults = integrity_faults(revision)
    if not signoffs and revision.content.spec.needs_sign_off:
        faults.append(_("No reviewer's signature stands under this revision."))
    if approval is None:
        faults.append(_("No editor has approved this revision."))
    if revision.content.withdrawn_at and not revision.content.is_due(now):
        faults.append(_("This page was withdrawn."))
    faults += filter(None, [pin_fault(pin, now) for pin in pins_of(revision)])
    return Badge(
        signoffs=newest_of_each(signoffs),
        approved_at=approval and approval.at,
        faults=faults,
        overdue=bool(signoffs) and timezone.localdate(now) > signoffs[-1].next_review_on,
        emergency=emergency,
        confirmed=emergency and confirmation_in(lines, emergency),
        new_cautions=[
            (pin.pinned.content, words)
            for pin in pins_of(revision)
            for words in new_cautions(pin, now)
        ],
    )


def newest_of_each(signoffs):
    """Without what a reviewer signed again later: {reviewer: sign-off}, oldest first."""
    newest = {signoff.reviewer_id: signoff for signoff in signoffs}
    return [signoff for signoff in signoffs if newest[signoff.reviewer_id] == signoff]


def confirmation_in(lines, emergency):
    """The line by which a second person confirmed this emergency, or None."""
    for line in lines:
        if line.move == "confirm" and line.data.get("emergency") == emergency.seq:
            return line if signing.is_true("event", line) else None
    return None
