"""What the public may know of a content's past: which revisions it saw, and who signed them."""

import datetime
from dataclasses import dataclass
from itertools import pairwise

from django.conf import settings
from django.db.models import Prefetch
from django.urls import reverse

from . import differences, documents, standing
from .models import Correction, Event, Revision


@dataclass
class Publication:
    """A revision that readers got from a time on, and the log line that approved it."""

    revision_id: int
    since: datetime.datetime
    line: Event


@dataclass
class Entry:
    """A publication with what stood under it then and stands now."""

    publication: Publication
    revision: Revision
    # The parsed sealed bytes; None where they were removed by law.
    document: dict | None
    signoffs: list
    corrections: list
    # Set where it was removed: the public reason and the day.
    redaction: object
    # What differs from the publication before; None for the first, and where one was removed.
    differences: list | None = None
    # The same words after another review.
    again: bool = False
    confirmed: Event | None = None

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
            "canonical": None if self.redaction else f"{settings.SITE_URL}{self.canonical_url}",
            "approved_at": None if self.emergency else line.at.isoformat(),
            "approver_contributed": self.approver_contributed,
            "published_without_review": self.emergency
            and {
                "reason": line.data["reason"],
                "at": line.at.isoformat(),
                "confirmed_at": self.confirmed and self.confirmed.at.isoformat(),
            },
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


# Moves that begin a publication, or end the waiting for one.
PUBLISHING = ("approve", "emergency")
DECISIVE = (*PUBLISHING, "schedule", "recall", "hold", "withdraw")


def publications(content, now):
    """Every revision that was public up to `now`, oldest first, read from the log.

    A scheduled one counts once its time has come without a recall or withdrawal before.
    """
    found, waiting = [], None
    for line in content.events.filter(move__in=DECISIVE).order_by("seq"):
        found += due(waiting, line.at)
        waiting = None
        if line.move in PUBLISHING:
            found.append(Publication(line.revision_id, line.at, line))
        elif line.move == "schedule":
            go_live = datetime.datetime.fromisoformat(line.data["go_live_at"])
            waiting = Publication(line.revision_id, go_live, line)
    return found + due(waiting, now)


def due(publication, now):
    return [publication] if publication and publication.since <= now else []


def entries(content, now):
    """The public history, newest first, in a number of queries that does not grow with it."""
    public = publications(content, now)
    keys = [publication.revision_id for publication in public]
    revisions = {
        revision.pk: revision
        for revision in Revision.objects.filter(pk__in=keys)
        .select_related("seal", "redaction")
        .prefetch_related(Prefetch("signoffs", standing.signoffs_with_all()))
        .prefetch_related(Prefetch("corrections", Correction.objects.select_related("replaced")))
    }
    for revision in revisions.values():
        revision.content = content.typed
    confirmations = {
        line.data.get("emergency"): line for line in content.events.filter(move="confirm")
    }
    found = []
    for publication in public:
        made = entry(publication, revisions[publication.revision_id])
        made.confirmed = confirmations.get(publication.line.seq)
        if found:
            made.again = found[-1].revision == made.revision
        found.append(made)
    add_differences(found)
    return found[::-1]


MOST_COMPARED = 20


def add_differences(found):
    """Between neighbours, for the newest ones: a page must not cost more with its age."""
    for before, after in list(pairwise(found))[-MOST_COMPARED:]:
        if before.document and after.document and not after.again:
            after.differences = differences.between(before.document, after.document)


def entry(publication, revision):
    redaction = getattr(revision, "redaction", None)
    removed = redaction if redaction and redaction.done_at else None
    signed = [(s, standing.signoff_fault(s, revision)) for s in revision.signoffs.all()]
    return Entry(
        publication=publication,
        revision=revision,
        document=None if removed else documents.parse(revision.seal.canonical),
        signoffs=signed,
        corrections=list(revision.corrections.all()),
        redaction=removed,
    )
