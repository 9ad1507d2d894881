"""What the public may know of a content's past: which revisions it saw, and who signed them."""

import datetime
from dataclasses import dataclass

from django.db.models import Prefetch
from django.urls import reverse

from . import documents, standing
from .models import Event, Revision


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
    title: str
    signoffs: list
    approver_contributed: bool

    @property
    def canonical_url(self):
        content = self.revision.content
        return reverse(f"{content.kind}_canonical", args=[content.slug, self.revision.number])


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
        .select_related("seal")
        .prefetch_related(Prefetch("signoffs", standing.signoffs_with_all()))
    }
    for revision in revisions.values():
        revision.content = content.typed
    return [entry(publication, revisions[publication.revision_id]) for publication in public[::-1]]


def entry(publication, revision):
    fields = documents.parse(revision.seal.canonical)["fields"]
    signed = [(s, standing.signoff_fault(s, revision)) for s in revision.signoffs.all()]
    return Entry(
        publication=publication,
        revision=revision,
        title=fields.get("title") or fields.get("name") or str(revision.content),
        signoffs=signed,
        approver_contributed=bool(publication.line.data.get("approver_contributed")),
    )
