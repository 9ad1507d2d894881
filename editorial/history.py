"""What the public may know of a content's past: which revisions it saw, who signed them, what was
withdrawn and why, and what came back."""

from dataclasses import dataclass, field
from itertools import pairwise

from django.conf import settings
from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from . import differences, documents, pages, standing
from .models import Correction, Event, Revision, Revocation, SignOff
from .standing import Publication


@dataclass
class Entry:
    """A publication with what stood under it then and stands now."""

    publication: Publication
    revision: Revision
    # The parsed sealed bytes; None where they were removed by law, or are not the sealed ones.
    document: dict | None
    # [(sign-off, why it does not count now or None)] of those that the approval rests on.
    signoffs: list
    corrections: list
    # Set where it was removed: the public reason and the day.
    redaction: object
    # What differs from the publication before; None for the first, and where one was removed.
    differences: list | None = None
    before: "Entry | None" = None
    # It was approved on a signature that was given since the publication before.
    signed_anew: bool = True
    # Readers have it now.
    is_shown: bool = False
    confirmed: Event | None = None
    # The line that sent it back to review after it had been withdrawn, or None.
    returned: Event | None = None
    # Lines by which reviewers said that readers should stop relying on it.
    stops: list = field(default_factory=list)

    @property
    def again(self):
        """The same words as the publication before it."""
        return bool(self.before) and self.before.revision == self.revision

    @property
    def heading(self):
        """What became of which revision, and from when readers had it."""
        facts = {
            "number": self.revision.number,
            "day": date_format(timezone.localtime(self.publication.since), "j F Y, H:i e"),
        }
        if not self.again:
            said = _("Revision %(number)d, public from %(day)s")
        elif self.before.withdrawn:
            said = self.said_of_return
        elif self.emergency:
            said = _("Revision %(number)d, published without a review, %(day)s")
        elif not self.signed_anew:
            said = _("Revision %(number)d, published again, %(day)s")
        elif self.before.emergency:
            said = _("Revision %(number)d, reviewed since, %(day)s")
        else:
            said = _("Revision %(number)d, reviewed again, %(day)s")
        return said % facts

    @property
    def said_of_return(self):
        """What a heading says of words that had been withdrawn."""
        if self.emergency:
            return _("Revision %(number)d, public again from %(day)s, without a review")
        if not self.signed_anew:
            return _("Revision %(number)d, public again from %(day)s")
        if self.before.emergency:
            return _("Revision %(number)d, reviewed since and public again from %(day)s")
        return _("Revision %(number)d, reviewed again and public again from %(day)s")

    @property
    def title(self):
        fields = self.document["fields"] if self.document else {}
        return fields.get("title") or fields.get("name") or str(self.revision.content)

    @property
    def approver_contributed(self):
        return bool(self.publication.line.data.get("approver_contributed"))

    @property
    def emergency(self):
        """The log line that published this without a review, or None."""
        return self.publication.line if self.publication.line.move == "emergency" else None

    @property
    def awaits_confirmation(self):
        """Whether somebody may still confirm that this was published without a review."""
        return bool(self.is_shown and self.emergency and not self.confirmed)

    @property
    def withdrawn(self):
        """The log line that withdrew it, or None."""
        return self.publication.withdrawn

    @property
    def is_readable(self):
        return self.document is not None

    @property
    def canonical_url(self):
        content = self.revision.content
        return reverse(f"{content.kind}_canonical", args=[content.slug, self.revision.number])

    def facts(self):
        """This entry for machines (docs/public-proof.md)."""
        line = self.publication.line
        return {
            "revision": self.revision.number,
            "title": self.title,
            "public_from": self.publication.since.isoformat(),
            "digest": self.revision.seal.digest,
            "canonical": f"{settings.SITE_URL}{self.canonical_url}" if self.is_readable else None,
            "approved_at": None if self.emergency else line.at.isoformat(),
            "approver_contributed": self.approver_contributed,
            "published_without_review": self.emergency
            and {
                "reason": line.data["reason"],
                "at": line.at.isoformat(),
                "confirmed_at": self.confirmed and self.confirmed.at.isoformat(),
            },
            "withdrawn": self.withdrawn
            and {
                "reason": self.withdrawn.data["reason"],
                "at": self.withdrawn.at.isoformat(),
                "returned_to_review_at": self.returned and self.returned.at.isoformat(),
            },
            "not_to_be_relied_on": [line.at.isoformat() for line in self.stops],
            "removed": self.redaction
            and {
                "reason": self.redaction.reason,
                "at": self.redaction.done_at.isoformat(),
            },
            "corrections": [
                {
                    "at": note.at.isoformat(),
                    "note": note.note,
                    "in_place_of": note.replaced and note.replaced.number,
                }
                for note in self.corrections
            ],
            "sign_offs": [signoff_facts(signoff, fault) for signoff, fault in self.signoffs],
        }


def signoff_facts(signoff, fault):
    revocation = signoff.taken_back
    return {
        "name": signoff.name,
        "credential": signoff.credential_line,
        "reviewer": f"{settings.SITE_URL}{signoff.reviewer.get_absolute_url()}",
        "scope": signoff.scope,
        "conflict_statement": signoff.conflict_statement,
        "signed_at": signoff.signed_at.isoformat(),
        "next_review_on": signoff.next_review_on.isoformat(),
        "digest": signoff.digest,
        "counts": fault is None,
        "why_not": fault,
        "taken_back": revocation
        and {
            "kind": revocation.kind,
            "reason": revocation.reason,
            "at": revocation.revoked_at.isoformat(),
        },
    }


def entries(content, now):
    """The public history, newest first, in a number of queries that does not grow with it.

    `content` comes from `ContentQuerySet.public`.
    """
    loaded = pages.load([content], now)
    record = loaded[0].record if loaded else standing.record_of(content)
    badge = loaded[0].badge if loaded else standing.Badge()
    public, shown = record.publications(now), record.shown(now)
    revisions = revisions_of(content, public)
    found = []
    for publication in public:
        before = found[-1] if found else None
        found.append(entry(publication, revisions[publication.revision_id], record, before))
    for one in found:
        for signoff in one.signoffs:
            signoff.taken_back = taken_back(record, signoff)
        one.is_shown = one.publication == shown
        one.signoffs = [(s, why_not_now(s, one, badge, record, shown)) for s in one.signoffs]
    add_stops(found, record)
    add_differences(found)
    return found[::-1]


def revisions_of(content, public):
    """{key: revision} of some publications, with all that is told of them."""
    signoffs = SignOff.objects.select_related("reviewer")
    found = (
        Revision.objects.filter(pk__in=[publication.revision_id for publication in public])
        .select_related("seal", "redaction")
        .prefetch_related(Prefetch("signoffs", signoffs))
        .prefetch_related(Prefetch("corrections", Correction.objects.select_related("replaced")))
        .in_bulk()
    )
    for revision in found.values():
        revision.content = content.typed
    return found


def why_not_now(signoff, entry, badge, record, shown):
    """Why a sign-off does not stand under what readers have now; None where it does."""
    if fault := standing.signoff_fault(record, signoff, entry.revision.seal):
        return fault
    if not entry.is_readable and not entry.redaction:
        return _("The sealed bytes were changed.")
    newest = next((s for s in badge.signoffs if s.reviewer_id == signoff.reviewer_id), None)
    if entry.withdrawn and signoff != newest:
        return _("The page was withdrawn after it.")
    if shown is None or signoff.revision_id != shown.revision_id:
        return _("Readers have something newer.")
    if newest is None:
        return _("What readers have now does not rest on it.")
    if badge.faults:
        return badge.faults[0]
    if badge.overdue:
        return _("The review has run out.")
    if signoff != newest:
        return _("The same reviewer has signed these words again since.")
    return None


def taken_back(record, signoff):
    """How the log has it that a sign-off was taken back, or the one that it carries on; or None.
    A row that no line tells of says nothing."""
    key = record.original.get(signoff.pk, signoff.pk)
    for line in record.lines:
        if line.move in Revocation.Kind and record.family([line.data["signoff"]]) == {key}:
            return Revocation(kind=line.move, reason=line.data["reason"], revoked_at=line.at)
    return None


def add_stops(found, record):
    """To each entry what was said of it: a "stop" is about what readers had at that moment."""
    by_line = {one.publication.line.seq: one for one in found}
    for line in record.lines:
        shown = record.before(line).shown(line.at) if line.data.get("stop") else None
        if shown and shown.line.seq in by_line:
            by_line[shown.line.seq].stops.append(line)


MOST_COMPARED = 20


def add_differences(found):
    """Between neighbours, for the newest ones: a page must not cost more with its age."""
    for before, after in list(pairwise(found))[-MOST_COMPARED:]:
        if before.document and after.document and not after.again:
            after.differences = differences.between(before.document, after.document)


def entry(publication, revision, record, before):
    line = publication.line
    redaction = getattr(revision, "redaction", None)
    removed = redaction if redaction and redaction.done_at and record.names(redaction) else None
    signoffs = list(revision.signoffs.all())
    named = [s for s in signoffs if s.pk in record.named_by(line)]
    renewing = [s for s in signoffs if renewed(record, publication, s, revision)]
    notes = [note for note in revision.corrections.all() if note.at == publication.since]
    return Entry(
        publication=publication,
        revision=revision,
        document=None if removed else readable(revision.seal),
        signoffs=named + renewing,
        # Of one revision that was published more than once, each explains one publication.
        corrections=[note for note in notes if record.names(note)],
        redaction=removed,
        before=before,
        signed_anew=not before or signed_since(record, named, before.publication.line),
        confirmed=standing.confirmation_in(record, line),
        returned=returned_after(record, publication),
    )


def renewed(record, publication, signoff, revision):
    """Whether a sign-off, when it was made, renewed the review of what readers had then: which is
    what its signer was told (signing_again.py)."""
    line, signed = publication.line, record.signed_at.get(signoff.pk)
    made = next((later for later in record.after(line) if later.seq == signed), None)
    if made is None or line.move not in standing.APPROVALS:
        return False
    then = record.before(made)
    shown = then.shown(made.at)
    if shown is None or shown.line != line:
        return False
    counted, ended = then.approved(line, revision.signoffs.all(), revision.seal)
    mine = [s for s in counted if s.reviewer_id == signoff.reviewer_id]
    return not ended and any(s.pk in then.named_by(line) for s in mine)


def signed_since(record, signoffs, line):
    return any((record.signed_at.get(signoff.pk) or 0) > line.seq for signoff in signoffs)


def readable(seal):
    """The parsed sealed bytes, or None where the bytes at hand are not the sealed ones."""
    if documents.digest_of(bytes(seal.canonical)) != seal.digest:
        return None
    return documents.parse(seal.canonical)


def returned_after(record, publication):
    """The line that sent a publication back to review after its withdrawal, not after a later
    one."""
    if publication.withdrawn is None:
        return None
    later = record.after(publication.withdrawn)
    line = next((line for line in later if line.move in ("return", "withdraw")), None)
    return line if line and line.move == "return" else None
