"""Everything that `manage.py verify` asks of the whole database, one sentence for each fault."""

import hashlib

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import Exists, OuterRef

from . import (
    documents,
    images,
    kinds,
    log,
    pages,
    redaction,
    replay,
    rules,
    search,
    standing,
    triggers,
)
from .models import Revision, Seal, SignOff

CHUNK = 200


def faults(now):
    """Yield (what it is about, what is wrong with it)."""
    for name in triggers.missing(connection):
        yield "database", f"The trigger {name} is missing or altered."
    yield from dangling_references()
    for sentence in log.faults():
        yield "log", sentence
    for kind in kinds.models_by_kind():
        yield from faults_of_kind(kind)
    yield from faults_of_unsealed()
    yield from replay.faults(now)
    yield from faults_of_signers()
    for sentence in search.faults():
        yield "search", f"{sentence} manage.py index_search makes the index anew."
    for config in apps.get_app_configs():
        if hasattr(config, "faults"):
            yield from config.faults()


def dangling_references():
    """Written rows that name a row which is gone: some sessions get past the foreign keys."""
    for model in filter(triggers.is_insert_only, apps.get_models()):
        for field in model._meta.local_fields:
            if field.is_relation:
                named = field.related_model._base_manager.filter(pk=OuterRef(field.attname))
                rows = model._base_manager.exclude(**{field.attname: None})
                if count := rows.filter(~Exists(named)).count():
                    gone = field.related_model._meta.db_table
                    yield model._meta.db_table, f"{count} rows name a row of {gone} that is gone."


def faults_of_kind(kind):
    """Seals of one kind against bytes, rows, pins, pictures and rendering."""
    spec = kinds.models_by_kind()[kind].KIND
    keys = list(kinds.revision_model(kind).objects.order_by("pk").values_list("pk", flat=True))
    seen = set()
    for start in range(0, len(keys), CHUNK):
        sealed = set(
            Seal.objects.filter(pk__in=keys[start : start + CHUNK]).values_list("pk", flat=True)
        )
        revisions = pages.revisions_for(sealed, spec)
        typed = kinds.models_by_kind()[kind].objects.in_bulk(
            {revision.content_id for revision in revisions.values()}
        )
        for revision in revisions.values():
            if revision.content_id not in typed:
                yield label(revision), "The row of its content's kind is gone."
                continue
            revision.content = typed[revision.content_id]
            yield from ((label(revision), sentence) for sentence in faults_of(revision, seen))


def faults_of(revision, seen):
    """What is wrong with one sealed revision; `seen` holds pictures that were read already."""
    if not revision.seal.canonical and redaction.tombstones([revision.pk]):
        return []  # removed by law; the log has the digest and the reason
    if found := standing.integrity_faults(revision):
        return [str(fault) for fault in found]  # what is not the sealed text is not read further
    document = documents.parse(revision.seal.canonical)
    pages.render_document(document)
    for pin in document["pins"]:
        if documents.digest_of(documents.canonical(pin["document"])) != pin["digest"]:
            found.append("A pinned text inside it does not have the digest that stands beside it.")
    for name, sha256 in documents.pictures_in(document):
        if name not in seen:
            seen.add(name)
            found += picture_faults(name, sha256)
    return found


def picture_faults(name, sha256):
    if not images.NAME.fullmatch(name) or not default_storage.exists(name):
        return [f"The picture {name} is gone."]
    with default_storage.open(name) as file:
        if hashlib.sha256(file.read()).hexdigest() != sha256:
            return [f"The picture {name} was changed."]
    return []


def faults_of_unsealed():
    """Revisions without a seal, and revisions whose kind's own row is gone."""
    for revision in Revision.objects.filter(seal=None).select_related("content"):
        yield label(revision), "It was never sealed."
    for kind in kinds.models_by_kind():
        model = kinds.revision_model(kind)
        rowless = Revision.objects.filter(content__kind=kind).exclude(
            pk__in=model.objects.values("pk")
        )
        for revision in rowless.select_related("content"):
            yield label(revision), "Its fields are gone."


def faults_of_signers():
    """Sign-offs by somebody who had contributed when they signed."""
    signoffs = SignOff.objects.select_related("revision__content", "signed_by")
    for signoff in signoffs.iterator(chunk_size=CHUNK):
        before = rules.contributors(signoff.revision.content, until=signoff.signed_at)
        if signoff.signed_by.person_id in before:
            yield label(signoff.revision), f"{signoff.name} signed and also contributed."


def label(revision):
    """How a fault names a revision: article knee-pain, revision 3."""
    return f"{label_of(revision.content)}, revision {revision.number}"


def label_of(content):
    return f"{content.kind} {content.slug}"
