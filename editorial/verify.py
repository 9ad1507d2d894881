"""Everything that `manage.py verify` asks of the whole database, one sentence for each fault.

Contents are taken a chunk at a time, with their lines, rows and seals; nothing is held of those
that were asked already.
"""

from django.apps import apps
from django.db import connection
from django.db.models import Exists, OuterRef

from . import (
    actions,
    documents,
    house,
    images,
    kinds,
    log,
    pages,
    redaction,
    replay,
    search,
    signers,
    standing,
    triggers,
)
from .models import Content, Event, Revision, Seal
from .replay import label_of

CHUNK = 100


def faults(now, since=0, render=False):
    """Yield (what it is about, what is wrong with it).

    `since`: only the lines of the log after this one, and what they are about. `render`: render
    each sealed text anew as well.
    """
    for name in triggers.missing(connection):
        yield "database", f"The trigger {name} is missing or altered."
    named = house.Named()
    for sentence in log.faults(since, see=named.see):
        yield "log", sentence
    yield from house.faults(named, only_named=bool(since))
    for contents in chunks_of_contents(since):
        yield from replay.faults(contents, now)
        yield from faults_of_seals(contents, render)
        yield from signers.faults(contents)
    if not since:
        yield from faults_of_the_rest()


def chunks_of_contents(since):
    """{key: content} of all contents in turn, or of those that lines after `since` are about."""
    rows = Content.objects.select_related("head", "live", "scheduled").order_by("pk")
    if since:
        rows = rows.filter(Exists(Event.objects.filter(content=OuterRef("pk"), seq__gt=since)))
    last = 0
    while contents := {row.pk: row for row in rows.filter(pk__gt=last)[:CHUNK]}:
        yield contents
        last = max(contents)


def faults_of_the_rest():
    """What no content's turn finds: rows without their other half, and what is derived."""
    yield from faults_of_gone_contents()
    yield from dangling_references()
    yield from faults_of_kinds()
    for sentence in search.faults():
        yield "search", f"{sentence} manage.py index_search makes the index anew."
    for config in apps.get_app_configs():
        if hasattr(config, "faults"):
            yield from config.faults()


def faults_of_gone_contents():
    there = Content.objects.filter(pk=OuterRef("content"))
    told = Event.objects.exclude(content=None).filter(~Exists(there))
    for key in told.order_by("content").values_list("content", flat=True).distinct():
        yield "editorial_content", f"Row {key} of editorial_content is gone; the log names it."


def dangling_references():
    """Rows that name a row which is gone: some sessions get past the foreign keys."""
    for model in apps.get_models():
        if triggers.is_insert_only(model) or hasattr(model, "LOGGED"):
            yield from dangling_references_of(model)


def dangling_references_of(model):
    table = model._meta.db_table
    for field in filter(lambda field: field.is_relation, model._meta.local_fields):
        named = field.related_model._meta
        if count := count_dangling(table, field.column, named.db_table, named.pk.column):
            yield table, f"{count} rows name a row of {named.db_table} that is gone."


def count_dangling(table, column, named, key):
    """How many rows of a table name a row that is gone. By SQL: it is asked of every key."""
    statement = (
        f'SELECT COUNT(*) FROM "{table}" r WHERE r."{column}" IS NOT NULL AND NOT EXISTS '  # noqa: S608  (tables of our models)
        f'(SELECT 1 FROM "{named}" n WHERE n."{key}" = r."{column}")'
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def faults_of_kinds():
    """Rows of one kind that belong to a content or a revision of another."""
    for kind, model in kinds.models_by_kind().items():
        revisions = kinds.revision_model(kind)
        for rows in (
            model._base_manager.exclude(kind=kind),
            revisions._base_manager.exclude(content__kind=kind),
        ):
            for key in rows.values_list("pk", flat=True):
                yield rows.model._meta.db_table, f"Row {key} belongs to something of another kind."


# --- Seals -------------------------------------------------------------------------------------


def faults_of_seals(contents, render):
    """The seals of some contents against bytes, rows, pins and pictures."""
    seen = set()
    for kind, model in kinds.models_by_kind().items():
        of_kind = [content.pk for content in contents.values() if content.kind == kind]
        typed = model.objects.in_bulk(of_kind)
        for key in set(of_kind) - typed.keys():
            yield label_of(contents[key]), "The row of its content's kind is gone."
        yield from faults_of_kind(model.KIND, typed, seen, render)


def faults_of_kind(spec, typed, seen, render):
    for keys in chunks(Seal.objects.filter(revision__content__in=typed)):
        revisions = pages.revisions_for(keys, spec)
        removed = redaction.tombstones(keys)
        for revision in Revision.objects.filter(pk__in=set(keys) - revisions.keys()):
            yield label(revision, typed), "Its fields are gone."
        for revision in revisions.values():
            revision.content = typed[revision.content_id]
            if revision.pk in removed:
                found = redaction.faults(revision)
            else:
                found = faults_of(revision, seen, render)
            yield from ((label(revision, typed), str(sentence)) for sentence in found)


def chunks(rows):
    """The keys of some rows, a list at a time."""
    last = 0
    keys = rows.order_by("pk").values_list("pk", flat=True)
    while found := list(keys.filter(pk__gt=last)[:CHUNK]):
        yield found
        last = found[-1]


def faults_of(revision, seen, render):
    """What is wrong with one sealed revision; `seen` holds pictures that were read already."""
    if found := standing.integrity_faults(revision):
        return found  # what is not the sealed text is not read further
    found = []
    document = documents.parse(revision.seal.canonical)
    if render and not pages.is_cached_true(bytes(revision.seal.canonical)):
        found.append("The cache holds another rendering than its bytes give.")
    for pin in document["pins"]:
        if documents.digest_of(documents.canonical(pin["document"])) != pin["digest"]:
            found.append("A pinned text inside it does not have the digest that stands beside it.")
    pictures = dict(documents.pictures_in(document))
    for name, sha256 in pictures.items():
        if name not in seen:
            seen.add(name)
            found += picture_faults(name, sha256)
    for name in pictures_of(revision) - pictures.keys():
        found.append(f"Its row names the picture {name}, which is not in its text.")
    return found + faults_of_words(revision)


def pictures_of(revision):
    """Names of the pictures in a revision's own row."""
    fields = [f for f in revision._meta.local_fields if isinstance(f, images.ImageField)]
    return {getattr(revision, field.name).name for field in fields} - {"", None}


def faults_of_words(revision):
    """Whether the desk finds a head by the words that it has."""
    content = revision.content
    if content.head_id != revision.pk:
        return []
    words = actions.as_head(content, revision)["head_words"]
    return [] if words == content.head_words else ["The desk finds it by words that it has not."]


def picture_faults(name, sha256):
    fault = images.fault_of(name, sha256, trust_times=False)
    return [str(fault)] if fault else []


def label(revision, contents):
    """How a fault names a revision: article knee-pain, revision 3."""
    return f"{label_of(contents[revision.content_id])}, revision {revision.number}"
