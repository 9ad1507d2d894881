"""Whether a badge stands: a pure function of a content's own log lines, the rows that they name,
and the time. Nothing is stored as a flag, and nobody else decides.

"Reviewed & Fact-Checked by X" stands only over the exact words that X signed, and nobody's later
"no" is passed over. Everything that could part the two is asked here, and each part answers with a
sentence that names its fault.
"""

import datetime
import hashlib
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from . import documents, images, signing
from .log import ADOPTION
from .models import Event, Pin, Revision, SignOff

# Moves that begin a publication at once.
PUBLISHING = ("approve", "emergency")
APPROVALS = ("approve", "schedule")
UNREVIEWED = "emergency"
# Lines after which what was scheduled does not go live by itself any more.
END_A_SCHEDULE = ("approve", "emergency", "schedule", "recall", "hold", "withdraw")
# A "no" to a text: no earlier signature counts for a later approval.
END_SIGNATURES = ("request_changes", "withdraw")


@dataclass
class Publication:
    """A revision that readers got from a time on, and the log line that approved it."""

    revision_id: int
    since: datetime.datetime
    line: Event
    # The line by which it was withdrawn, or None.
    withdrawn: Event | None = None


class Record:
    """The lines that decide about one content, oldest first, and what they say together.

    A line that this application did not write says nothing, but for the fault that it is there.
    `adopting`: the account of a content that the log has not adopted yet (see accounts.py).
    """

    def __init__(self, content, lines, adopting=None):
        self.content = content
        self.adopting = adopting
        self.lines = [line for line in lines if signing.is_authentic(line)]
        self.is_forged = len(self.lines) < len(lines)

    # --- Whether the lines are all there, and true -------------------------------------------

    @cached_property
    def faults(self):
        """Why the log cannot be believed about this content, or the content's row; sentences."""
        if self.is_forged:
            return [_("A line of the log was not written by this application.")]
        if not self.is_complete:
            return [_("Lines of the log about this page are missing.")]
        if not self.names(self.content):
            return [_("The row of this page is not what the log says.")]
        return []

    @property
    def is_complete(self):
        """Whether the lines are numbered without a gap, up to the number in the content's row."""
        numbers = [line.nth for line in self.lines if line.nth]
        adopted = self.adoption.get("before")
        if adopted and adopted != summary_of(line for line in self.lines if not line.nth):
            return False
        return numbers == list(range(1, self.content.lines + 1))

    @property
    def is_waiting(self):
        """Whether the log has lines of an older release about it, and has not adopted it yet."""
        return not self.content.lines and any(line.layout == 1 for line in self.lines)

    @cached_property
    def adoption(self):
        """What the adopting line says of the lines and rows of an older release."""
        return next((line.data for line in self.told if line.move == ADOPTION), {})

    @property
    def told(self):
        """The lines, after the account of what older ones did not name."""
        return [self.adopting, *self.lines] if self.adopting else self.lines

    @cached_property
    def named(self):
        """{(table, key): (layout, SHA-256)} as the newest line that names each row has it."""
        return {(row[0], row[1]): tuple(row[2:]) for line in self.told for row in line.rows}

    def names(self, row):
        """Whether the newest line that names this row found it as it stands."""
        table = signing.logged_model(type(row))._meta.db_table
        layout, digest = self.named.get((table, row.pk), (None, None))
        try:
            return digest is not None and signing.digest_of(row, layout) == digest
        except KeyError:
            return False

    # --- What readers got, and when ------------------------------------------------------------

    def publications(self, now):
        """Every revision that was public up to `now`, oldest first.

        A scheduled one counts once its time has come without a line that ended its schedule, and
        unless a condition fell by the clock before.
        """
        found, waiting, holds_until = [], None, None
        for line in self.lines:
            if line.move in END_A_SCHEDULE:
                found += due(waiting, holds_until, line.at)
                waiting = holds_until = None
            elif is_held(waiting, holds_until, line.at):
                waiting = holds_until = None
            if "holds_until" in line.data:
                holds_until = moment(line.data["holds_until"])
            if line.move in PUBLISHING:
                found.append(Publication(line.revision_id, line.at, line))
            elif line.move == "schedule":
                go_live = moment(line.data["go_live_at"])
                waiting = Publication(line.revision_id, go_live, line)
            elif line.move == "withdraw" and found:
                found[-1].withdrawn = line
        return found + due(waiting, holds_until, now)

    def shown(self, now):
        """The publication that readers have at the time `now`, or None."""
        public = self.publications(now)
        return public[-1] if public and not public[-1].withdrawn else None

    def last(self, *moves):
        """The newest line of these moves, or None."""
        return next((line for line in reversed(self.lines) if line.move in moves), None)

    def after(self, line):
        return [later for later in self.lines if later.seq > line.seq]

    def before(self, line):
        """The record as it was when this line was written."""
        earlier = [one for one in self.lines if one.seq < line.seq]
        return Record(self.content, earlier, self.last(ADOPTION) or self.adopting)

    # --- What became of signatures -------------------------------------------------------------

    @cached_property
    def signed_at(self):
        """{sign-off: number of the line by which it was first made}; a carried one has that of
        the signature that it carries on."""
        found = dict(self.adoption.get("signed", ()))
        for line in self.lines:
            if line.move == "sign" and line.layout > 1:
                found[line.data["signoff"]] = line.seq
            for copy, original in line.data.get("carried", ()):
                found[copy] = found.get(original)
        return found

    @cached_property
    def original(self):
        """{carried sign-off: the sign-off that was first made}."""
        pairs = [*self.adoption.get("carried", ())]
        for line in self.lines:
            pairs += line.data.get("carried", ())
        return dict(map(tuple, pairs))

    def family(self, signoffs):
        """The sign-offs by the keys of those that were first made."""
        return {self.original.get(key, key) for key in signoffs}

    @cached_property
    def retracted(self):
        """Sign-offs that their signers took back, with what they had signed before over the same
        words, under whichever revision and by whichever of their accounts."""
        signing = {line.seq: line for line in self.lines if line.move == "sign"}
        noes = [line for line in self.lines if line.move == "retract"]
        before = [
            key
            for key, seq in self.signed_at.items()
            if (line := signing.get(seq)) and any(takes_back(no, line) for no in noes)
        ]
        return self.taken_back("retract") | self.family(before)

    @cached_property
    def fallen(self):
        """Sign-offs that count for nothing, though their signers did not say no: annulled, or
        of an annulled credential, or of somebody who turned out to have contributed, approved, or
        signed again under another name."""
        named = [key for line in self.told for key in line.data.get("fallen", ())]
        return self.taken_back("annul") | self.family(named)

    def why_fallen(self, key):
        """The sentence for a sign-off that fell with what its signer was taken for."""
        for line in self.told:
            if key in self.family(line.data.get("fallen", ())):
                if line.move == ADOPTION:
                    return _("The reviewer's credential was annulled, or not valid that day.")
                if line.move == "credential_annulled":
                    return _("The reviewer's credential was annulled.")
                if key in self.family(line.data.get("second", ())):
                    return _("The reviewer signed under another name too; the newest counts.")
                return _("The reviewer turned out to have worked on the text or approved it.")
        return None

    @cached_property
    def ended(self):
        """Numbers of approvals by somebody who turned out to have signed or written the text, and
        of confirmations by who published without a review."""
        return {seq for line in self.lines for seq in line.data.get("ended", ())}

    def taken_back(self, move):
        return self.family(line.data["signoff"] for line in self.lines if line.move == move)

    @cached_property
    def must_fixes(self):
        """{thread: MustFix}: comments that must be fixed before anybody signs."""
        found, persons = {}, dict(self.adoption.get("persons", ()))
        for line in self.lines:
            person = line.data.get("person", persons.get(line.actor_id, line.actor_id))
            if line.move == "comment" and line.data.get("must_fix"):
                found[line.data["comment"]] = MustFix(line.seq, {person})
            elif line.move == "comment_answered" and line.data.get("thread") in found:
                found[line.data["thread"]].answer(line, person)
        return found

    @property
    def open_must_fixes(self):
        """Keys of the comments that must still be fixed."""
        return [key for key, one in self.must_fixes.items() if one.is_open]

    def is_ended(self, seq):
        """Whether a signature made at this line counts for no later approval any more."""
        noes = [line.seq for line in self.lines if line.move in END_SIGNATURES]
        noes += [one.overruled for one in self.must_fixes.values()]
        return any(no > seq for no in noes)

    def is_sound(self, signoff, seal):
        """Whether a sign-off is the row that was written, over exactly these bytes."""
        same = signoff.digest == seal.digest and signoff.revision_id == seal.revision_id
        return same and self.names(signoff) and signoff.pk in self.signed_at

    def stands_by(self, signoff, seal):
        """Whether a sign-off would count, but for a "no" to the text: it is sound, and neither
        taken back nor fallen."""
        key = self.original.get(signoff.pk, signoff.pk)
        return self.is_sound(signoff, seal) and key not in self.retracted | self.fallen

    def for_approval(self, signoffs, seal):
        """Those of the sign-offs on which an approval could rest now, oldest first."""
        if self.faults:
            return []
        return [
            signoff
            for signoff in signoffs
            if self.stands_by(signoff, seal) and not self.is_ended(self.signed_at[signoff.pk])
        ]

    # --- What an approval rests on --------------------------------------------------------------

    def named_by(self, approval):
        """Keys of the sign-offs that an approval names."""
        if approval.layout > 1:
            return approval.data.get("signoffs", [])
        return dict(self.adoption.get("approvals", ())).get(approval.seq, [])

    def renewals(self, approval, named):
        """Sign-offs made later over the same words, by reviewers whom the approval names."""
        reviewers = {signoff.reviewer_id for signoff in named}
        return lambda signoff: (
            self.signed_at.get(signoff.pk, 0) > approval.seq and signoff.reviewer_id in reviewers
        )

    def approved(self, approval, signoffs, seal):
        """(sign-offs that count under an approval, oldest first; [why it does not stand]).

        `signoffs`: all rows over the approved revision. A retraction, a "stop relying on this" or
        an approver who was no second person ends it; what fell otherwise takes one name only.
        """
        keys = self.named_by(approval)
        named = [signoff for signoff in signoffs if signoff.pk in keys]
        standing = [signoff for signoff in named if self.stands_by(signoff, seal)]
        renewed = filter(self.renewals(approval, standing), signoffs)
        resting = [*named, *(signoff for signoff in renewed if signoff not in named)]
        counted = [signoff for signoff in resting if self.stands_by(signoff, seal)]
        faults = []
        gone = [s for s in resting if self.original.get(s.pk, s.pk) in self.retracted]
        if gone:
            faults.append(_("%(name)s took their signature back.") % {"name": gone[-1].name})
        if any(line.data.get("stop") for line in self.after(approval)):
            faults.append(_("A reviewer said that readers should stop relying on this text."))
        if approval.seq in self.ended:
            faults.append(_("Who approved this turned out to have signed it or worked on it."))
        return sorted(counted, key=lambda signoff: (signoff.signed_at, signoff.pk)), faults

    def approval_of(self, revision):
        """The newest line that approved this revision, or None."""
        found = [
            line
            for line in self.lines
            if line.move in APPROVALS
            and line.revision_id == revision.pk
            and line.digest == revision.seal.digest
        ]
        return found[-1] if found else None

    # --- What is said of the texts that this one uses -------------------------------------------

    @cached_property
    def pins(self):
        """{pinned revision: what was last said of it (see pins.py)}."""
        said = dict(map(tuple, self.adoption.get("pins", ())))
        for line in self.lines:
            said |= dict(map(tuple, line.data.get("pins", ())))
        return said


@dataclass
class MustFix:
    """A comment that must be fixed: the line that opened it last, and who said so and has not
    been satisfied."""

    opened: int
    unsatisfied: set
    is_open: bool = True
    # Where it was opened when last somebody else closed it: a "no" that was passed over, whatever
    # became of the comment later.
    overruled: int = 0

    def answer(self, line, person):
        if line.data.get("verdict") == "reopen":
            self.opened, self.is_open = line.seq, True
            self.unsatisfied.add(person)
        elif line.data.get("verdict") == "resolve":
            self.is_open = False
            self.unsatisfied.discard(person)
            if self.unsatisfied:
                self.overruled = self.opened


def signoff_fault(record, signoff, seal):
    """Why a sign-off over a revision does not count any more, or never did; None where it does."""
    key = record.original.get(signoff.pk, signoff.pk)
    if record.faults:
        return record.faults[0]
    if signoff.digest != seal.digest or signoff.revision_id != seal.revision_id:
        return _("A sign-off is for other words.")
    if not record.is_sound(signoff, seal):
        return _("A sign-off was not written by this application.")
    if key in record.retracted | record.taken_back("annul"):
        return _("This signature was taken back.")
    if key in record.fallen:
        return record.why_fallen(key)
    return None


def takes_back(retraction, sign):
    """Whether a signer's "no" is said of what they signed by an earlier line: the same words."""
    accounts = retraction.data.get("accounts", [retraction.actor_id])
    same = sign.digest == retraction.digest and sign.actor_id in accounts
    return same and sign.seq < retraction.seq


def moment(text):
    return datetime.datetime.fromisoformat(text) if text else None


def due(publication, holds_until, now):
    """[publication] where its time has come and no condition had fallen by then."""
    if publication is None or publication.since > now:
        return []
    return [] if is_held(publication, holds_until, now) else [publication]


def is_held(publication, holds_until, now):
    return bool(publication and holds_until) and holds_until <= min(now, publication.since)


def summary_of(lines):
    """[how many lines, SHA-256 of their hashes]: by which an adopting line keeps older ones."""
    hashes = [line.hash for line in lines]
    return [len(hashes), hashlib.sha256("".join(hashes).encode()).hexdigest()]


# --- From the database ------------------------------------------------------------------------


def records_of(contents):
    """{content key: its Record}, in one query for any number of contents."""
    contents = list(contents)
    lines = {content.pk: [] for content in contents}
    found = Event.objects.filter(content__in=lines).filter(Q(nth__isnull=False) | Q(layout=1))
    for line in found.order_by("seq"):
        lines[line.content_id].append(line)
    records = {content.pk: Record(content, lines[content.pk]) for content in contents}
    waiting = [record for record in records.values() if record.is_waiting]
    return records | accounted_for(waiting) if waiting else records


def accounted_for(records):
    """Records of contents that the log has not adopted yet, with what adoption would write."""
    from . import accounts  # which asks this module about each of them

    now, found = timezone.now(), {}
    read = accounts.accounts_of(records, now, accounts.FOR_READERS)
    for record in records:
        content = record.content
        found[content.pk] = Record(content, record.lines, read[content.pk].line(content, now))
        found[content.pk].is_forged = record.is_forged
    return found


def mark_altered(records):
    """Tell each content, before its next line, whether its row is still what the log says."""
    for record in records:
        record.content.is_altered = not record.names(record.content)


def record_of(content):
    return records_of([content])[content.pk]


def relations(signed):
    """What to prefetch with revisions so that nothing below asks the database again.

    `signed`: whether their kind has sign-offs of its own.
    """
    wanted = [Prefetch("pins", pins_with_seals())]
    return [*wanted, Prefetch("signoffs", signoffs_with_all())] if signed else wanted


def signoffs_with_all():
    """Sign-offs with what is shown of them."""
    return SignOff.objects.select_related("reviewer")


def pins_with_seals():
    return Pin.objects.select_related("pinned__seal", "pinned__content")


def signoffs_under(revision):
    """All sign-offs over a revision, whether they count or not, oldest first."""
    found = fetched(revision, "signoffs")
    return signoffs_with_all().filter(revision=revision) if found is None else found


def fetched(revision, relation):
    """The rows of a relation where they were prefetched with all that is asked of them."""
    return getattr(revision, "_prefetched_objects_cache", {}).get(relation)


def pins_of(revision):
    """The pins of a revision, in the order of its text."""
    found = fetched(revision, "pins")
    return pins_with_seals().filter(revision=revision) if found is None else found


def signoffs_of(revision, record=None):
    """The sign-offs on which an approval of the revision could rest now, oldest first."""
    record = record or record_of(revision.content)
    return record.for_approval(signoffs_under(revision), revision.seal)


# --- The badge --------------------------------------------------------------------------------


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
    # (pinned content, its name, words): cautions that a pinned text has gained since.
    new_cautions: list = field(default_factory=list)
    # (name of an embedded text, [names of its own signers]): what this review does not cover.
    sections: list = field(default_factory=list)

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
        return self.emergency is not None

    @property
    def last_reviewed(self):
        return self.signoffs[-1].signed_at if self.signoffs else None

    @property
    def next_review_on(self):
        return self.signoffs[-1].next_review_on if self.signoffs else None


def badge_of(revision, record, now):
    """The badge of a shown revision; kinds without sign-off get one that never stands."""
    shown = record.shown(now)
    if shown is None or shown.revision_id != revision.pk:
        return Badge(faults=[_("This is not what the log says was published.")])
    line = shown.line
    faults = [*record.faults, *integrity_faults(revision)]
    if line.digest != revision.seal.digest:
        faults.append(_("What was approved are other words."))
    said = about_pins(record, revision, now)
    if line.move == UNREVIEWED:
        faults.append(_("This was published without a review."))
        confirmed = confirmation_in(record, line)
        return Badge(faults=faults, emergency=line, confirmed=confirmed, **said)
    is_signed = revision.content.spec.needs_sign_off
    rows = signoffs_under(revision) if is_signed else []
    signoffs, ended = record.approved(line, rows, revision.seal)
    faults += ended
    if is_signed and not signoffs:
        faults.append(_("No reviewer's signature stands under this revision."))
    return Badge(
        signoffs=newest_of_each(signoffs),
        approved_at=line.at,
        faults=[*faults, *pin_faults(record, revision, now)],
        overdue=bool(signoffs) and timezone.localdate(now) > signoffs[-1].next_review_on,
        **said,
    )


def integrity_faults(revision):
    """Whether bytes, digest, rows and pictures of a sealed revision still say the same."""
    seal = revision.seal
    data = bytes(seal.canonical)
    if documents.digest_of(data) != seal.digest:
        return [_("The sealed bytes were changed.")]
    try:
        document = documents.build(revision, seal.format)
    except (documents.BrokenSeal, KeyError):
        return [_("What the text embeds cannot be read.")]
    if documents.canonical(document) != data:
        return [_("The stored fields differ from the sealed bytes.")]
    faults = [images.fault_of(*picture) for picture in documents.pictures_in(document)]
    return [fault for fault in faults if fault]


def said_of_pins(record, revision):
    """[(pin, what the newest line says of the pinned revision)], in the order of the text."""
    return [(pin, record.pins.get(pin.pinned_id, {})) for pin in pins_of(revision)]


def faults_now(said, now):
    """[(kind, words)] of the faults in what is said of a pin that have come by `now`."""
    return [(kind, words) for since, kind, words in said.get("faults", ()) if moment(since) <= now]


def pin_faults(record, revision, now):
    return [
        pin_fault(said["name"], kind, words)
        for _pin, said in said_of_pins(record, revision)
        for kind, words in faults_now(said, now)
    ]


def pin_fault(name, kind, words):
    if kind == "caution":
        sentence = _("%(text)s, which this text uses, has a new caution: %(words)s")
    else:
        sentence = _("%(text)s, which this text uses, is not as it was: %(words)s")
    return sentence % {"text": name, "words": words}


def about_pins(record, revision, now):
    """What a badge says of embedded texts: new cautions, and who signed which section."""
    said = said_of_pins(record, revision)
    return {
        "new_cautions": [
            (pin.pinned.content, one["name"], words)
            for pin, one in said
            for kind, words in faults_now(one, now)
            if kind == "caution"
        ],
        "sections": [(one["name"], one["signed_by"]) for _pin, one in said if one.get("signed_by")],
    }


def newest_of_each(signoffs):
    """Without what a reviewer signed again later: {reviewer: sign-off}, oldest first."""
    newest = {signoff.reviewer_id: signoff for signoff in signoffs}
    return [signoff for signoff in signoffs if newest[signoff.reviewer_id] == signoff]


def confirmation_in(record, emergency):
    """The line by which a second person confirmed this emergency, or None."""
    for line in record.lines:
        confirms = line.move == "confirm" and line.data.get("emergency") == emergency.seq
        if confirms and line.seq not in record.ended:
            return line
    return None


def revisions_with_seals(keys):
    """{key: revision with its seal and its sign-offs}."""
    found = Revision.objects.filter(pk__in=keys).select_related("seal")
    return found.prefetch_related(Prefetch("signoffs", signoffs_with_all())).in_bulk()
