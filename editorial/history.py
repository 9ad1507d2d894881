"""What the public may know of a content's past: which revisions it saw, who signed them, what was
withdrawn and why, and what came back."""

from dataclasses import dataclass, field
from itertools import pairwise

from django.conf import settings
from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import gettext as _

from . import differences, documents, pages, standing
from .models import Correction, Event, Revision, SignOff
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
    # The same words as the publication before it.
    again: bool = False
    # Somebody signed since the publication before.
    signed_anew: bool = True
    confirmed: Event | None = None
    # The line that sent it back to review after it had been withdrawn, or None.
    returned: Event | None = None
    # Lines by which reviewers said that readers should stop relying on it.
    stops: list = field(default_factory=list)

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
    revocation = getattr(signoff, "revocation", None)
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
    shown = pages.load([content], now)
    record = shown[0].record if shown else standing.record_of(content)
    badge = shown[0].badge if shown else standing.Badge()
    public = record.publications(now)
    revisions = revisions_of(content, public)
    found = []
    for publication in public:
        before = found[-1] if found else None
        found.append(entry(publication, revisions[publication.revision_id], record, before))
    for one in found:
        one.signoffs = [(s, why_not_now(s, one, badge, record)) for s in one.signoffs]
    add_differences(found)
    return found[::-1]


def revisions_of(content, public):
    """{key: revision} of some publications, with all that is told of them."""
    signoffs = SignOff.objects.select_related("reviewer", "revocation")
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


def why_not_now(signoff, entry, badge, record):
    """Why a sign-off does not stand under what readers have now; None where it does."""
    if fault := standing.signoff_fault(record, signoff, entry.revision.seal):
        return fault
    if badge.stands and signoff in badge.signoffs:
        return None
    if entry.withdrawn:
        return _("The page was withdrawn after it.")
    if badge.overdue and signoff in badge.signoffs:
        return _("The review has run out.")
    if badge.faults and signoff.revision_id == record_revision(record):
        return badge.faults[0]
    return _("Readers have something newer.")


def record_revision(record):
    last = record.last(*standing.PUBLISHING, "schedule")
    return last and last.revision_id


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
    resting = [s for s in signoffs if rests_on(record, line, s, signoffs)]
    return Entry(
        publication=publication,
        revision=revision,
        document=None if removed else readable(revision.seal),
        signoffs=resting,
        corrections=[note for note in revision.corrections.all() if record.names(note)],
        redaction=removed,
        again=bool(before) and before.revision == revision,
        signed_anew=not before or signed_since(record, resting, before.publication.line),
        confirmed=standing.confirmation_in(record, line),
        returned=returned_after(record, publication),
        stops=[later for later in until_next(record, line) if later.data.get("stop")],
    )


def rests_on(record, line, signoff, all_of_it):
    """Whether a publication's approval names a sign-off, or the sign-off renews it."""
    if line.move not in standing.APPROVALS:
        return False
    named = [s for s in all_of_it if s.pk in record.named_by(line)]
    return signoff in named or (
        record.renewals(line, named)(signoff)
        and not any(later.move in standing.APPROVALS for later in between(record, line, signoff))
    )


def between(record, line, signoff):
    """The lines after a publication and before a sign-off."""
    signed = record.signed_at.get(signoff.pk, 0)
    return [later for later in record.after(line) if later.seq < signed]


def signed_since(record, signoffs, line):
    return any(record.signed_at.get(signoff.pk, 0) > line.seq for signoff in signoffs)


def readable(seal):
    """The parsed sealed bytes, or None where the bytes at hand are not the sealed ones."""
    if documents.digest_of(bytes(seal.canonical)) != seal.digest:
        return None
    return documents.parse(seal.canonical)


def until_next(record, line):
    """The lines after a publication's, up to the next one that publishes."""
    for later in record.after(line):
        if later.move in standing.PUBLISHING:
            return
        yield later


def returned_after(record, publication):
    if publication.withdrawn is None:
        return None
    later = record.after(publication.withdrawn)
    return next((line for line in later if line.move == "return"), None)
