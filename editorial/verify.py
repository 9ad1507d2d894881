"""Everything that `manage.py verify` asks of the whole database, one sentence for each fault."""

import hashlib

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import Exists, OuterRef

from . import (
    documents,
    history,
    images,
    kinds,
    log,
    pages,
    redaction,
    rules,
    search,
    signing,
    standing,
    triggers,
)
from .models import Content, Credential, Event, Revision, Revocation, Seal, SignOff

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
    yield from faults_of_pointers(now)
    yield from faults_of_signoffs()
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


def faults_of_pointers(now):
    """What readers get must be what the log's last approval says, and the head the last save."""
    contents = Content.objects.select_related("live", "scheduled", "head")
    for content in contents.iterator(chunk_size=CHUNK):
        for name in ("head", "live", "scheduled"):
            revision = getattr(content, name)
            if revision and revision.content_id != content.pk:
                yield label_of(content), f"{name} names a revision of another content."
        shown = content.shown_revision_id(now)
        public = history.publications(content, now)
        if shown and (not public or public[-1].revision_id != shown):
            yield label_of(content), "What readers get is not what the log says was approved."
        if content.head_id and content.head_id != last_head(content):
            yield label_of(content), "Its head is not what the log says was saved last."


def last_head(content):
    """The key of the revision that the log says the desk works on."""
    line = content.events.filter(move__in=("save", "discard")).order_by("-seq").first()
    if line is None:
        return None
    return line.data["head"] if line.move == "discard" else line.revision_id


def faults_of_signoffs():
    """Sign-offs that this application did not write, or by somebody who may not have signed."""
    logged = signed_lines()
    signoffs = SignOff.objects.select_related("revision__content", "revision__seal", "signed_by")
    for signoff in signoffs.iterator(chunk_size=CHUNK):
        about = label(signoff.revision)
        if not signing.is_true("signoff", signoff):
            yield about, f"The sign-off by {signoff.name} was not written by this application."
        if signoff.digest != signoff.revision.seal.digest:
            yield about, f"The sign-off by {signoff.name} is for other bytes."
        if (
            signoff.carried_from is None
            and (signoff.revision_id, signoff.signed_by_id) not in logged
        ):
            yield about, f"The sign-off by {signoff.name} has no line in the log."
        before = rules.contributors(signoff.revision.content, until=signoff.signed_at)
        if signoff.signed_by.person_id in before:
            yield about, f"{signoff.name} signed and also contributed."
    logged = {line["signoff"] for line in data_of(*Revocation.Kind.values)}
    rows = set(Revocation.objects.values_list("signoff", flat=True))
    for signoff in SignOff.objects.filter(pk__in=logged ^ rows).select_related("revision__content"):
        yield label(signoff.revision), "The log and the rows differ on whether it was taken back."
    annulled = {line["credential"] for line in data_of("credential_annulled")}
    for credential in Credential.objects.filter(pk__in=annulled, annulled_at=None):
        yield f"credential of {credential.reviewer}", "The log says that it was annulled."


def signed_lines():
    return set(Event.objects.filter(move="sign").values_list("revision_id", "actor_id"))


def data_of(*moves):
    return Event.objects.filter(move__in=moves).values_list("data", flat=True)


def label(revision):
    """How a fault names a revision: article knee-pain, revision 3."""
    return f"{label_of(revision.content)}, revision {revision.number}"


def label_of(content):
    return f"{content.kind} {content.slug}"
