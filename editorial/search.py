"""The search's index: the words of every text that readers have, or will have at a set time.

Entries follow from contents and seals. They are written in the transaction of the move that
publishes, schedules or withdraws, and give candidates only: `public(now)` decides what is shown.
`index_search` makes them anew.
"""

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.models import Case, F, Q, When

from . import documents, fulltext
from .kinds import models_by_kind
from .models import Content, Seal, SearchEntry
from .words import keys_in, mark_of, part_of

# Of the texts that match, so many that were written last are put in order, and no others.
CANDIDATES = 200
# A text is found by so many words: PostgreSQL has 16,383 positions, and a megabyte for them all.
MOST_WORDS = 14_000
CHUNK = 500

# --- Finding -------------------------------------------------------------------------------


def find(model, typed, now, most, about=()):
    """Public contents of a kind whose shown text has all typed words, or is about something.

    Those that have the words in the title come first, then those that have them there or under
    it, or that are about what is asked for; then those that say them anywhere. Within each the
    newest come first.
    """
    parts = [part for part in map(part_of, typed) if part]
    found = []
    kind, marks = mark_of(model.KIND.name), [mark_of(name) for name in about]
    for place in fulltext.UP_TO if parts else ():
        allowed = () if place == "title" else marks
        holds = fulltext.holds(connection, place, parts, kind, allowed)
        known = [content.pk for content in found]
        found += newest(model, holds, now).exclude(pk__in=known)[: most - len(found)]
        if len(found) == most:
            break
    return found


def newest(model, holds, now):
    """Public contents of a kind whose entry of now holds what is asked for, the newest first.

    Entries know when they are shown, so that no candidate is hidden, however many texts are
    still to come; then `public(now)` is asked.
    """
    entries = SearchEntry.objects.filter(shown_at(now), holds).order_by("-pk").values("pk")
    public = model.objects.public(now)
    found = public.filter(revisions__in=entries[:CANDIDATES], revisions=F("shown_id"))
    return found.order_by("-shown_since", "pk")


def shown_at(now):
    """A condition on entries: readers have the text at this time."""
    return Q(shown_from__lte=now) & (Q(shown_until=None) | Q(shown_until__gt=now))


# --- Keeping it ----------------------------------------------------------------------------


def follow(content):
    """Index what the content's readers have or will have, and nothing else of it."""
    if content.spec.found_by:
        SearchEntry.objects.filter(revision__content=content.pk).delete()
        write(periods(Content.objects.filter(pk=content.pk)))


def forget(revision):
    """No word of a revision stays behind: they were removed by law."""
    entry = SearchEntry.objects.filter(pk=revision.pk)
    entry.update(**dict.fromkeys(SearchEntry.WORDS, ""))
    fulltext.forget(connection)


@transaction.atomic
def mend():
    """Write what is missing and remove what is left over; returns how many of each."""
    fulltext.install(connection)
    fulltext.lock(connection)
    if fulltext.count(connection) != SearchEntry.objects.count():
        empty()
    missing, left_over = out_of_step()
    for start in range(0, len(left_over), CHUNK):
        SearchEntry.objects.filter(pk__in=left_over[start : start + CHUNK]).delete()
    for start in range(0, len(missing), CHUNK):
        write(dict(missing[start : start + CHUNK]))
    return len(missing), len(left_over)


@transaction.atomic
def rebuild():
    """Make the whole index anew; returns the number of its entries."""
    fulltext.install(connection)
    fulltext.lock(connection)
    empty()
    written, _left_over = mend()
    return written


def empty():
    SearchEntry.objects.all().delete()
    fulltext.empty(connection)


def out_of_step():
    """([(revision, period)] that have no entry, [revisions] of which the entry is not true)."""
    kinds = [name for name, model in models_by_kind().items() if model.KIND.found_by]
    wanted = periods(Content.objects.filter(kind__in=kinds)).items()
    rows = SearchEntry.objects.values_list("pk", "shown_from", "shown_until")
    stored = {(key, (since, until)) for key, since, until in rows}
    return sorted(wanted - stored), [key for key, _period in stored - wanted]


def periods(contents):
    """{revision: (from, until)}: when readers have it, as the contents stand; until may be None."""
    found = {}
    in_time = Q(holds_until=None) | Q(holds_until__gt=F("scheduled_at"))
    goes_live = Case(When(in_time, then=F("scheduled")))
    columns = ("live", "live_at", "goes_live", "scheduled_at", "withdrawn_at")
    rows = contents.annotate(goes_live=goes_live).values_list(*columns)
    for live, live_at, scheduled, scheduled_at, withdrawn_at in rows:
        if scheduled:
            found[scheduled] = (scheduled_at, None)
        if live and not withdrawn_at:
            found[live] = (live_at, scheduled_at if scheduled not in (None, live) else None)
    return found


def write(periods):
    """Entries of revisions that have none, from {revision: (from, until)}."""
    entries = entries_of(periods)
    for entry in entries:
        entry.shown_from, entry.shown_until = periods[entry.pk]
    SearchEntry.objects.bulk_create(entries)


def entries_of(revisions):
    """Unsaved entries with the words of sealed revisions, by their keys."""
    seals = Seal.objects.filter(pk__in=revisions).order_by("pk")
    rows = seals.values_list("pk", "canonical", "digest", "revision__content__kind")
    return [SearchEntry(pk=key, **words_of(*row)) for key, *row in rows]


def words_of(canonical, digest, kind):
    """{column: words} of one seal; none where the bytes are not the sealed ones."""
    words = dict.fromkeys(SearchEntry.WORDS, "")
    if documents.digest_of(bytes(canonical)) == digest:
        found_by = models_by_kind()[kind].KIND.found_by(documents.parse(canonical))
        words["marks"] = " ".join(map(mark_of, [kind, *found_by["about"]]))
        room = MOST_WORDS
        for place in fulltext.UP_TO:
            keys = keys_in(found_by[place])[:room]
            words[place] = " ".join(keys)
            room -= len(keys)
    return words


def faults():
    """What `verify` has to name; `index_search` puts it right."""
    missing, left_over = out_of_step()
    if missing:
        yield f"{len(missing)} texts are missing."
    if left_over:
        yield f"{len(left_over)} texts are left over."
    if altered := sum(map(len, altered_entries())):
        yield f"{altered} texts have other words than their seals."
    if absent := fulltext.missing(connection):
        yield f"The database's own parts are missing: {', '.join(absent)}."
    elif fulltext.count(connection) != SearchEntry.objects.count():
        yield "The database's own part does not hold what it should."


def altered_entries():
    """Keys of entries that do not say what their seals do, a chunk at a time."""
    keys = list(SearchEntry.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        kept = SearchEntry.objects.in_bulk(keys[start : start + CHUNK])
        made = entries_of(kept)
        yield [entry.pk for entry in made if entry.words() != kept[entry.pk].words()]


def after_migrate(using, **kwargs):
    """Make the databases' parts, and write what an older release published without them."""
    connection = connections[using]
    if fulltext.TABLE in connection.introspection.table_names():
        fulltext.install(connection)
        if using == DEFAULT_DB_ALIAS:
            mend()
