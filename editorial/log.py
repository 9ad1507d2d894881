"""Writing and checking the append-only log: each line's hash covers the line before."""

import hashlib

import rfc8785

from . import letters, signing
from .models import Event, LogHead

GENESIS = "0" * 64


def write(move, *, at, actor=None, content=None, revision=None, digest="", data=None):
    """Append one line; call it last in a transaction, since it locks the log's head."""
    head, _created = LogHead.objects.select_for_update().get_or_create(
        pk=1, defaults={"count": 0, "hash": GENESIS}
    )
    event = Event(
        seq=head.count + 1,
        at=at,
        actor=actor,
        move=move,
        content=content,
        revision=revision,
        digest=digest,
        data=data or {},
        previous=head.hash,
    )
    event.hash = hash_of(event)
    signing.seal_row("event", event)
    event.save(force_insert=True)
    LogHead.objects.filter(pk=1).update(count=event.seq, hash=event.hash)
    letters.write_for(event)
    return event


def head():
    """The hash of the last line, or nothing before the first: as long as it stands, nothing that
    writes a line has happened."""
    return LogHead.objects.filter(pk=1).values_list("hash", flat=True).first() or ""


def line_of(event):
    """The facts that a line's hash covers, the hash before included."""
    facts = signing.facts_of(event)
    return {name: value for name, value in facts.items() if name != "hash"}


def hash_of(event):
    return hashlib.sha256(rfc8785.dumps(line_of(event))).hexdigest()


def faults():
    """What is wrong with the chain, one sentence each."""
    previous, count = GENESIS, 0
    for event in Event.objects.order_by("seq").iterator(chunk_size=2000):
        count += 1
        if event.seq != count:
            yield f"Log line {count} is missing; the next is {event.seq}."
            count = event.seq
        if event.previous != previous:
            yield f"Log line {event.seq} does not follow from the line before it."
        if event.hash != hash_of(event):
            yield f"Log line {event.seq} is not what was written."
        if not signing.is_true("event", event):
            yield f"Log line {event.seq} was not written by this application."
        previous = event.hash
    head = LogHead.objects.filter(pk=1).first()
    if (head.count, head.hash) != (count, previous) if head else count:
        yield "The log does not end where its head says."
