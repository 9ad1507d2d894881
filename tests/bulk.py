"""Many public articles at once, for tests of what a page costs on a large site.

The rows are copied past the actions, but every digest, mac and hash in them is true: their
badges stand, and the log verifies.
"""

import uuid

from django.db.models import F, OuterRef, Subquery

from articles.models import Article, ArticleRevision
from editorial import documents, log, search, signing
from editorial.actions import children_of
from editorial.models import Content, Event, Revision, Seal, SignOff


def articles_like(template, count):
    """`count` further articles that are public like `template`, of one revision each."""
    source = ArticleRevision.objects.select_related("seal").get(pk=template.live_id)
    original = Content.objects.get(pk=template.pk)
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
    copy_children(source, revisions)
    seals = Seal.objects.bulk_create(
        seal_of(source.seal, revision, content, title)
        for revision, content, title in zip(revisions, contents, titles, strict=True)
    )
    copies = sign(source, seals, revisions)
    point_at(original, contents)
    write_log(source, seals, revisions, copies)
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
    """Copies of the sign-offs; returns {(content, key of the original): row}."""
    copies = {}
    for signoff in SignOff.objects.filter(revision=source):
        for seal, revision in zip(seals, revisions, strict=True):
            copies[revision.content_id, signoff.pk] = copy_of(
                signoff,
                content_id=revision.content_id,
                revision_id=revision.pk,
                digest=seal.digest,
            )
    SignOff.objects.bulk_create(copies.values())
    return copies


def point_at(original, contents):
    own = Revision.objects.filter(content=OuterRef("pk")).values("pk")
    Content.objects.filter(pk__in=[content.pk for content in contents]).update(
        head=Subquery(own),
        live=Subquery(own),
        live_at=original.live_at,
        first_live_at=original.first_live_at,
        status=original.status,
        lines=original.lines,
        version=F("version") + 1,
    )


def write_log(source, seals, revisions, copies):
    """The lines of the template's revision again for each copy; the head moves once.

    The last line of each names its rows, so that they are what the log says.
    """
    lines = list(Event.objects.filter(content=source.content_id, nth__gt=0).order_by("seq"))
    contents = Content.objects.in_bulk([revision.content_id for revision in revisions])
    parts = parts_of(revisions)
    rows = []
    for seal, revision in zip(seals, revisions, strict=True):
        content = contents[revision.content_id]
        signoffs = {old: row for (key, old), row in copies.items() if key == content.pk}
        for line in lines:
            row = copy_of(
                line,
                content_id=content.pk,
                revision_id=line.revision_id and revision.pk,
                digest=line.digest and seal.digest,
                data=data_of(line, signoffs),
                rows=[],
            )
            rows.append(row)
        rows[-1].rows = sorted(
            map(signing.fact_of, [content, revision, *signoffs.values(), *parts[revision.pk]])
        )
    log.append(rows)


def data_of(line, signoffs):
    data = dict(line.data)
    if "signoff" in data:
        data["signoff"] = signoffs[data["signoff"]].pk
    if "signoffs" in data:
        data["signoffs"] = [signoffs[key].pk for key in data["signoffs"]]
    return data


def parts_of(revisions):
    """{revision: rows that no seal covers}."""
    found = {revision.pk: [] for revision in revisions}
    for relation in children_of(ArticleRevision):
        if hasattr(relation.related_model, "LOGGED"):
            column = relation.field.attname
            for row in relation.related_model.objects.filter(**{f"{column}__in": found}):
                found[getattr(row, column)].append(row)
    return found
