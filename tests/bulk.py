"""Many public articles at once, for tests of what a page costs on a large site.

The rows are copied past the actions, but every digest, mac and hash in them is true: their
badges stand, and the log verifies.
"""

import uuid

from django.db import connection
from django.db.models import F, OuterRef, Subquery

from articles.models import Article, ArticleRevision
from editorial import documents, search, triggers
from editorial.actions import children_of
from editorial.models import Content, Event, Revision, Seal, SignOff
from tests import copies
from tests.copies import copy_of


def articles_like(template, count):
    """`count` further articles that are public like `template`, of one revision each."""
    source = ArticleRevision.objects.select_related("seal").get(pk=template.live_id)
    original = Content.objects.get(pk=template.pk)
    lines = list(Event.objects.filter(revision=source).order_by("seq"))
    unsealed = {"status": "draft", "head_id": None, "live_id": None}
    unsealed |= {"live_at": None, "first_live_at": None, "lines": 0}
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
    rows = [{("editorial_revision", source.pk): revision} for revision in revisions]
    copy_children(source, revisions, rows)
    seals = Seal.objects.bulk_create(
        seal_of(source.seal, revision, content, title)
        for revision, content, title in zip(revisions, contents, titles, strict=True)
    )
    sign(source, seals, revisions, rows)
    point_at(original, contents, titles, copies.deciding(lines))
    written = Content.objects.in_bulk([content.pk for content in contents])
    for own, content in zip(rows, contents, strict=True):
        own["editorial_content", original.pk] = written[content.pk]
    write_log(lines, seals, revisions, rows)
    search.mend()


def insert_own_columns(model, rows):
    """Insert a child table's part of rows whose parents stand: what bulk_create refuses."""
    model._base_manager.all()._batched_insert(rows, model._meta.local_concrete_fields, None)


def copy_children(source, revisions, copied):
    for relation in children_of(ArticleRevision):
        column = relation.field.attname
        for row in relation.related_model.objects.filter(**{column: source.pk}):
            made = relation.related_model.objects.bulk_create(
                copy_of(row, **{column: revision.pk}) for revision in revisions
            )
            keep(row, made, copied)


def keep(row, made, copied):
    """Note for each content which row is its copy of this one."""
    for own, copy in zip(copied, made, strict=True):
        own[row._meta.db_table, row.pk] = copy


def seal_of(seal, revision, content, title):
    document = documents.parse(seal.canonical)
    document["content"] = str(content.uid)
    document["fields"]["title"] = title
    data = documents.canonical(document)
    digest = documents.digest_of(data)
    return Seal(revision=revision, format=seal.format, canonical=data, digest=digest)


def sign(source, seals, revisions, copied):
    for signoff in SignOff.objects.filter(revision=source):
        made = SignOff.objects.bulk_create(
            copy_of(
                signoff,
                content_id=revision.content_id,
                revision_id=revision.pk,
                digest=seal.digest,
                carried_from_id=None,
            )
            for seal, revision in zip(seals, revisions, strict=True)
        )
        keep(signoff, made, copied)


def point_at(original, contents, titles, lines):
    own = Revision.objects.filter(content=OuterRef("pk")).values("pk")
    Content.objects.filter(pk__in=[content.pk for content in contents]).update(
        head=Subquery(own),
        live=Subquery(own),
        live_at=original.live_at,
        first_live_at=original.first_live_at,
        status=original.status,
        version=F("version") + 1,
        lines=lines,
    )
    for content, title in zip(contents, titles, strict=True):
        words = f"{title} {original.live.typed.summary}".lower()
        Content.objects.filter(pk=content.pk).update(head_words=words, version=F("version") + 1)


def write_log(lines, seals, revisions, copied):
    """The lines of the template's revision again for each copy; the head moves once."""
    again = copies.Lines()
    for seal, revision, rows in zip(seals, revisions, copied, strict=True):
        for line, nth in copies.numbered(lines):
            again.add(
                line,
                rows,
                nth=nth,
                content_id=revision.content_id,
                revision_id=revision.pk,
                digest=seal.digest,
            )
    connection.check_constraints()  # PostgreSQL drops no trigger while some are pending
    with triggers.lifted(connection):
        again.write()
