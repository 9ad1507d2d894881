"""Many public articles at once, for tests of what a page costs on a large site.

The rows are copied past the actions, but every digest, mac and hash in them is true: their
badges stand, and the log verifies.
"""

import uuid

from django.db import connection
from django.db.models import F, OuterRef, Subquery

from articles.models import Article, ArticleRevision
from editorial import documents, log, search, signing, triggers
from editorial.actions import children_of
from editorial.models import Content, Event, LogHead, Revision, Seal, SignOff


def articles_like(template, count):
    """`count` further articles that are public like `template`, of one revision each."""
    source = ArticleRevision.objects.select_related("seal").get(pk=template.live_id)
    original = Content.objects.get(pk=template.pk)
    unsealed = {"status": "draft", "head_id": None, "live_id": None}
    unsealed |= {"live_at": None, "first_live_at": None}
    contents = Content.objects.bulk_create(
        copy_of(original, uid=uuid.uuid4(), slug=f"{original.slug}-{uuid.uuid4().hex}", **unsealed)
        for _number in range(count)
    )
    insert_own_columns(Article, [Article(content_ptr_id=content.pk) for content in contents])
    revisions = Revision.objects.bulk_create(
        copy_of(source.revision_ptr, content_id=content.pk, number=1, parent_id=None)
        for content in contents
    )
    titles = [f"{source.title}, copy {revision.pk}" for revision in revisions]
    insert_own_columns(
        ArticleRevision,
        [
            copy_of(source, revision_ptr_id=revision.pk, title=title)
            for revision, title in zip(revisions, titles, strict=True)
        ],
    )
    copy_children(source, revisions)
    seals = Seal.objects.bulk_create(
        seal_of(source.seal, revision, content, title)
        for revision, content, title in zip(revisions, contents, titles, strict=True)
    )
    sign(source, seals, revisions)
    point_at(original, contents)
    write_log(source, seals, revisions)
    search.mend()


def copy_of(row, **changes):
    """An unsaved row with the same columns, but for its key and `changes`."""
    columns = [f.attname for f in row._meta.local_concrete_fields if not f.primary_key]
    return type(row)(**{name: getattr(row, name) for name in columns} | changes)


def insert_own_columns(model, rows):
    """Insert a child table's part of rows whose parents stand: what bulk_create refuses."""
    model._base_manager.all()._batched_insert(rows, model._meta.local_concrete_fields, None)


def copy_children(source, revisions):
    for relation in children_of(ArticleRevision):
        column = relation.field.attname
        rows = list(relation.related_model.objects.filter(**{column: source.pk}))
        relation.related_model.objects.bulk_create(
            copy_of(row, **{column: revision.pk}) for revision in revisions for row in rows
        )


def seal_of(seal, revision, content, title):
    document = documents.parse(seal.canonical)
    document["content"] = str(content.uid)
    document["fields"]["title"] = title
    data = documents.canonical(document)
    digest = documents.digest_of(data)
    return Seal(revision=revision, format=seal.format, canonical=data, digest=digest)


def sign(source, seals, revisions):
    signoffs = list(SignOff.objects.filter(revision=source))
    rows = [
        copy_of(
            signoff,
            content_id=revision.content_id,
            revision_id=revision.pk,
            digest=seal.digest,
        )
        for seal, revision in zip(seals, revisions, strict=True)
        for signoff in signoffs
    ]
    for row in rows:
        signing.seal_row("signoff", row)
    SignOff.objects.bulk_create(rows)


def point_at(original, contents):
    own = Revision.objects.filter(content=OuterRef("pk")).values("pk")
    Content.objects.filter(pk__in=[content.pk for content in contents]).update(
        head=Subquery(own),
        live=Subquery(own),
        live_at=original.live_at,
        first_live_at=original.first_live_at,
        status=original.status,
        version=F("version") + 1,
    )


def write_log(source, seals, revisions):
    """The lines of the template's revision again for each copy; the head moves once."""
    head = LogHead.objects.get()
    rows = []
    lines = list(Event.objects.filter(revision=source).order_by("seq"))
    for seal, revision in zip(seals, revisions, strict=True):
        for line in lines:
            row = copy_of(
                line,
                seq=head.count + 1,
                content_id=revision.content_id,
                revision_id=revision.pk,
                digest=seal.digest,
                previous=head.hash,
            )
            row.hash = log.hash_of(row)
            signing.seal_row("event", row)
            rows.append(row)
            head.count, head.hash = row.seq, row.hash
    Event.objects.bulk_create(rows)
    connection.check_constraints()  # PostgreSQL drops no trigger while some are pending
    with triggers.lifted(connection):
        head.save()
