"""From a public content to what a visitor sees: bytes, rendering, badge.

Whatever shows contents to readers (page, list, search, box) loads them here, in a number of
queries that does not depend on how many there are.
"""

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.cache import cache as renderings
from django.template.loader import render_to_string
from django.urls import reverse

from . import documents, standing
from .kinds import models_by_kind, revision_model
from .models import Content, Revision

RENDERING_SECONDS = 7 * 24 * 3600


@cache
def renderer():
    """A digest of everything that may render sealed bytes: the templates, and the code and the
    drawings of the apps whose kinds they are.

    A release that changes one of them never serves what an older one rendered.
    """
    sources = {
        file
        for app in {"editorial", *(m._meta.app_label for m in models_by_kind().values())}
        for pattern in ("*.py", "*.toml")
        for file in Path(apps.get_app_config(app).path).rglob(pattern)
    }
    for directory in settings.TEMPLATES[0]["DIRS"]:
        sources |= set(Path(directory, "signed").glob("*.html"))
    text = b"".join(source.read_bytes() for source in sorted(sources))
    return documents.digest_of(text)[:16]


@dataclass
class Page:
    """One content as shown at one time."""

    content: Content
    revision: Revision
    badge: standing.Badge
    record: standing.Record | None = None

    @property
    def is_readable(self):
        """Whether the bytes are the sealed ones: other words are shown to nobody."""
        return documents.digest_of(bytes(self.revision.seal.canonical)) == self.digest

    @property
    def digest(self):
        return self.revision.seal.digest

    @cached_property
    def document(self):
        """The parsed sealed bytes; raises documents.BrokenSeal."""
        return documents.parse(self.revision.seal.canonical)

    @property
    def fields(self):
        return self.document["fields"]

    @cached_property
    def html(self):
        return rendered(bytes(self.revision.seal.canonical))

    @property
    def history_url(self):
        return reverse(f"{self.content.kind}_history", args=[self.content.slug])

    @property
    def canonical_url(self):
        number = self.revision.number
        return reverse(f"{self.content.kind}_canonical", args=[self.content.slug, number])

    @property
    def since(self):
        return self.content.shown_since

    @property
    def first_shown(self):
        return self.content.first_shown


def rendered(data):
    """The signed part of a page from its canonical bytes: {"head": html, "body": html}.

    Cached by the digest of the very bytes at hand, so that changed bytes are never served from
    what the true ones once gave. Raises documents.BrokenSeal.
    """
    key = rendering_key(data)
    html = renderings.get(key)
    if html is None:
        html = render_document(documents.parse(data))
        renderings.set(key, html, RENDERING_SECONDS)
    return html


def rendering_key(data):
    return f"signed:{renderer()}:{documents.digest_of(data)}"


def is_cached_true(data):
    """Whether the cache holds what these bytes give when they are rendered anew, or nothing."""
    return renderings.get(rendering_key(data)) in (None, render_document(documents.parse(data)))


def render_document(document):
    """Render a parsed document with its kind's templates, without cache."""
    model = Content.model_of(document["kind"])
    context = {"doc": document, **model.signed_context(document)}
    return {
        part: render_to_string(f"signed/{document['kind']}_{part}.html", context)
        for part in ("head", "body")
    }


def load(contents, now):
    """Pages for public contents of one kind (from `ContentQuerySet.public`), in their order.

    A page whose bytes are not the sealed ones any more is left out, and so is one that readers
    have by the columns of its row but not by the log.
    """
    contents = list(contents)
    if not contents:
        return []
    revisions = revisions_for([c.shown_id for c in contents], contents[0].spec)
    contents = [content for content in contents if content.shown_id in revisions]
    for content in contents:
        revisions[content.shown_id].content = content
    records = standing.records_of(contents)
    pages = []
    for content in contents:
        revision, record = revisions[content.shown_id], records[content.pk]
        page = Page(content, revision, standing.badge_of(revision, record, now), record)
        if page.is_readable and is_shown(record, revision, now):
            pages.append(page)
    return pages


def is_shown(record, revision, now):
    """Whether the log says that readers have this revision now, whatever the columns say."""
    shown = record.shown(now)
    return shown is not None and shown.revision_id == revision.pk


def preview(revision, now):
    """A revision as a page would show it: no badge, whoever signed it."""
    content = revision.content
    content.shown_since = content.first_shown = now
    return Page(content, revision, standing.Badge())


def revisions_for(keys, spec):
    """{key: revision of the kind, with everything that rendering and badge ask for}."""
    model = revision_model(spec.name)
    relations = [*model.document_relations(), *standing.relations(spec.needs_sign_off)]
    return model.objects.select_related("seal").prefetch_related(*relations).in_bulk(keys)
