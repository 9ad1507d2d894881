"""Writing and checking the append-only log: each line's hash covers the line before, and each line
names the rows that it wrote."""

import hashlib

import rfc8785
from django.db import transaction
from django.db.models import F

from . import letters, signing
from .errors import BeingMoved, Refused
from .models import Content, Event, LogHead

GENESIS = "0" * 64
# The line that names the rows of an older release (see adoption.py).
ADOPTION = "adopt"


def write(
    move,
    *,
    at,
    actor=None,
    content=None,
    revision=None,
    digest="",
    data=None,
    wrote=(),
    gone=(),
    tables=(),
    nth=None,
):
    """Append one line; call it last in a transaction, since it locks the log's head.

    `wrote`: the rows that this step wrote or changed, as they stand now; `gone`: those that it
    deleted; `tables`: models whose tables it changed and that are named whole. `nth`: where the
    line decides about its content, its number among those that do (`Content.lines`, raised by
    who changed the row); such a line names the content's own row too. `data` holds no private
    word.
    """
    facts = [*map(signing.fact_of, wrote)]
    facts += [fact_of_content(content)] if nth else []
    facts += [*map(signing.fact_of_gone, gone), *map(signing.fact_of_table, tables)]
    (event,) = append(
        [
            Event(
                at=at,
                actor=actor,
                move=move,
                content=content,
                revision=revision,
                digest=digest,
                nth=nth,
                data=data or {},
                rows=sorted(facts),
            )
        ]
    )
    letters.write_for(event)
    return event


@transaction.atomic(savepoint=False)
def append(events):
    """Append lines that lack only number, hash and mac; the head is locked and moved once.

    Raises BeingMoved for a first line that decides about a content of an older release: the log
    adopts it first.
    """
    first = [event.content for event in events if event.nth == 1 and event.move != ADOPTION]
    if first and Event.objects.filter(content__in=first, layout=1).exists():
        raise BeingMoved
    if not events:
        return events
    head, _created = LogHead.objects.select_for_update().get_or_create(
        pk=1, defaults={"count": 0, "hash": GENESIS}
    )
    for event in events:
        event.layout, event.key_id = signing.LAYOUT, signing.key_id()
        event.seq, event.previous = head.count + 1, head.hash
        event.hash = hash_of(event)
        signing.set_mac(event)
        head.count, head.hash = event.seq, event.hash
    Event.objects.bulk_create(events)
    LogHead.objects.filter(pk=1).update(count=head.count, hash=head.hash)
    return events


def fact_of_content(content):
    """What a line that decides says of the content's row. One that was changed past this
    application keeps that fault: no line vouches for it again."""
    fact = signing.fact_of(content)
    return [*fact[:3], ""] if content.is_altered else fact


def number(contents):
    """Raise `lines` of contents that are locked, each for one line that decides about it."""
    Content.objects.filter(pk__in=[content.pk for content in contents]).update(lines=F("lines") + 1)
    for content in contents:
        content.lines += 1


def head():
    """The hash of the last line, or nothing before the first: as long as it stands, nothing that
    writes a line has happened."""
    return LogHead.objects.filter(pk=1).values_list("hash", flat=True).first() or ""


def line_of(event):
    """The facts that a line's hash covers, as an export writes them."""
    return signing.line_facts(event)


def hash_of(event):
    return hashlib.sha256(rfc8785.dumps(signing.line_facts(event))).hexdigest()


def faults(since=0, see=lambda line: None):
    """What is wrong with the chain after the line `since`, one sentence each.

    `see` is shown each line that this application wrote.
    """
    before = Event.objects.filter(seq=since).first()
    previous, count = (before.hash, since) if before else (GENESIS, 0)
    for event in Event.objects.filter(seq__gt=count).order_by("seq").iterator(chunk_size=2000):
        count += 1
        if event.seq != count:
            yield f"Log line {count} is missing; the next is {event.seq}."
            count = event.seq
        if event.previous != previous:
            yield f"Log line {event.seq} does not follow from the line before it."
        if event.layout not in signing.LINE_COLUMNS or event.hash != hash_of(event):
            yield f"Log line {event.seq} is not what was written."
        elif not signing.is_authentic(event):
            yield f"Log line {event.seq} was not written by this application."
        else:
            see(event)
        previous = event.hash
    if fault := fault_of_head(LogHead.objects.filter(pk=1).first(), count, previous):
        yield fault


# --- The head ----------------------------------------------------------------------------


def fault_of_head(head, count, last):
    """What is wrong with the head of a log that ends with line `count` of hash `last`, and what
    to do about it; None where it is right."""
    if (head.count, head.hash) == (count, last) if head else not count:
        return None
    said = "The log does not end where its head says: "
    if head is None:
        said += f"it has no head, and {count} lines."
    elif head.count > count:
        return (
            f"{said}at line {head.count}, but the last is {count}. Lines are gone, and only a "
            "backup has them."
        )
    else:
        said += f"at line {head.count}, and the last is {count}."
    return f"{said} Nothing can be written so; manage.py mend_log_head puts it at the last line."


@transaction.atomic
def mend_head(at):
    """Put a head that is gone, or behind the lines, at the last line, and write a line about it.

    Returns the count that it had, or None where nothing was wrong. Raises Refused where the head
    names lines that are gone: it is all that still tells of them.
    """
    head = LogHead.objects.select_for_update().filter(pk=1).first()
    last = Event.objects.order_by("seq").last() or Event(seq=0, hash=GENESIS)
    fault = fault_of_head(head, last.seq, last.hash)
    if fault is None:
        return None
    if head and head.count > last.seq:
        raise Refused(fault)
    had = head.count if head else 0
    LogHead.objects.update_or_create(pk=1, defaults={"count": last.seq, "hash": last.hash})
    write("log_head_mended", at=at, data={"before": had, "after": last.seq})
    return had
