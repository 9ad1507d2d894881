"""A large house for the benchmark: one article in each state, and true copies of it.

The rows are copied past the actions, since thousands of moves would take hours; every digest,
mac and hash in them is true, so that badges stand and the log verifies.
"""

import datetime
import uuid

from django.db import connection, transaction
from django.utils import timezone

from articles.models import Article, ArticleRevision, Byline, TaggedArticle
from editorial import documents, search, triggers
from editorial.models import (
    ChangeRequest,
    Comment,
    Content,
    Event,
    Pin,
    ReviewRequest,
    Revision,
    Seal,
    SignOff,
)
from tests import copies
from tests import factories as f
from tests.copies import copy_of

REVISIONS = 11
CHUNK = 5_000
# Of a hundred articles, so many are in each state: enough that each list of the small house is
# full, so that both houses' pages show the same.
SHARES = {
    "published": 40,
    "draft": 10,
    "in_review": 10,
    "changes_requested": 10,
    "signed": 10,
    "scheduled": 10,
    "overdue": 8,
    "withdrawn": 2,
}
# The tables whose rows belong to a revision or a content, with the columns that name others of
# the copied rows.
COPIED = {
    Revision: ("content_id", "parent_id"),
    ArticleRevision: (),
    Byline: ("revision_id",),
    TaggedArticle: ("content_object_id",),
    Pin: ("revision_id",),
    ReviewRequest: ("content_id",),
    Comment: ("content_id", "revision_id", "thread_id"),
    ChangeRequest: ("content_id", "revision_id"),
}


def build(articles):
    """A house of so many articles; its people are named in PEOPLE of worker.py."""
    now = timezone.now()
    house = House(now)
    with transaction.atomic():
        templates = {state: house.article(state) for state in SHARES}
    # Every key above these is a copy's: row keys are moved by whole strides.
    for state, template in templates.items():
        count = max(1, round(articles * SHARES[state] / 100))
        Copies(template, count - 1, now).write()
    reset_sequences()
    search.mend()


class House:
    """The people, the point, and one article of each state with all its revisions."""

    def __init__(self, now):
        self.now = now
        self.writer = f.user("writer", username="writer", first_name="Wanda", last_name="Sample")
        self.editor = f.user("editor", username="editor", first_name="Edith", last_name="Sample")
        self.helper = f.user("editor", username="helper", first_name="Emil", last_name="Sample")
        self.reviewer = f.reviewer(f.user("reviewer", username="reviewer"), "Vera Sample")
        f.user("administrator", username="admin")
        self.author = f.author("Wanda Sample", user=self.writer)
        f.publish(f.point("BL40", cautions=[("vessel", "Gently.")]), self.reviewer)

    def article(self, state):
        at = self.now - datetime.timedelta(days=500 if state == "overdue" else 90)
        article = f.article(
            self.writer,
            authors=[self.author],
            at=at,
            slug=state.replace("_", "-"),
            title=f"An article that is {state.replace('_', ' ')}",
            body="<p>Sample words, as many as a paragraph has.</p>" * 5 + f.embed("BL40"),
        )
        f.tag(article, "knee pain")
        if state in ("published", "overdue", "withdrawn"):
            self.publish(article, at)
        for number in range(REVISIONS - article.revisions.count() - 1):
            f.revise(article, self.writer, at, summary=f"Said for the {number}th time.")
        if state not in ("draft", "published", "overdue"):
            f.move("submit", article, self.writer, at)
        if state == "published":
            f.revise(article, self.writer, at, summary="Said for good.")
            self.publish(article, at)
        if state == "overdue":
            f.revise(article, self.writer, at, summary="Said long ago.")
            self.publish(article, at)
        if state == "changes_requested":
            f.move("request_changes", article, self.helper, at, reason="Sources, please.")
        if state in ("signed", "scheduled"):
            f.sign(article, self.reviewer, at)
        if state == "scheduled":
            later = self.now + datetime.timedelta(days=30)
            f.move("schedule", article, self.helper, at, go_live_at=later)
        if state == "withdrawn":
            f.move("withdraw", article, self.helper, at, reason="It was wrong.")
        return article

    def publish(self, article, at):
        article.refresh_from_db()
        if article.status == "draft":
            f.move("submit", article, self.writer, at)
        f.sign(article, self.reviewer, at)
        f.move("approve", article, self.helper, at)


class Copies:
    """`count` copies of one content with all that belongs to it."""

    def __init__(self, template, count, now):
        self.template = Content.objects.get(pk=template.pk)
        self.count, self.now = count, now
        self.content_keys, self.revision_keys = {}, {}
        self.revisions = list(Revision.objects.filter(content=template.pk).order_by("pk"))
        self.seals = Seal.objects.in_bulk([revision.pk for revision in self.revisions])
        lines = Event.objects.filter(content=template.pk).order_by("seq")
        self.lines = list(copies.numbered(lines))

    def write(self):
        with transaction.atomic():
            connection.check_constraints()
            with triggers.lifted(connection):
                for start in range(0, self.count, CHUNK // REVISIONS):
                    numbers = range(start, min(self.count, start + CHUNK // REVISIONS))
                    self.write_chunk(numbers)
                connection.check_constraints()

    def write_chunk(self, numbers):
        self.contents = self.write_contents(numbers)
        self.copied = {number: {} for number in numbers}
        top = (Revision.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
        self.keys = {
            (number, revision.pk): top + place * len(self.revisions) + index
            for place, number in enumerate(numbers)
            for index, revision in enumerate(self.revisions)
        }
        for model, names in COPIED.items():
            self.copy(model, names, numbers)
        self.write_seals(numbers)
        self.write_signoffs(numbers)
        self.point(numbers)
        self.write_lines(numbers)

    def write_contents(self, numbers):
        unset = {"head_id": None, "live_id": None, "scheduled_id": None, "status": "draft"}
        unset |= dict.fromkeys(("live_at", "first_live_at", "scheduled_at"))
        made = Content.objects.bulk_create(
            copy_of(
                self.template,
                uid=uuid.uuid4(),
                slug=f"{self.template.slug}-{number}",
                moved_at=self.template.moved_at - datetime.timedelta(minutes=number),
                **unset,
            )
            for number in numbers
        )
        insert_own(Article, [Article(content_ptr_id=content.pk) for content in made])
        return dict(zip(numbers, made, strict=True))

    def copy(self, model, names, numbers):
        """The rows of one table, with the keys of what they belong to changed."""
        own = "revision_ptr_id" if model is ArticleRevision else "pk"
        if model in (Revision, ArticleRevision):
            rows = list(model.objects.filter(pk__in=[r.pk for r in self.revisions]))
        else:
            owner = names[0]
            keys = [self.template.pk] if owner == "content_id" else list(self.seals)
            rows = list(model.objects.filter(**{f"{owner}__in": keys}))
        made, copied_from = [], []
        for number in numbers:
            for row in rows:
                copied_from.append((number, row))
                changed = {name: self.key_of(number, name, getattr(row, name)) for name in names}
                if model is Revision:
                    changed["id"] = self.keys[number, row.pk]
                if own == "revision_ptr_id":
                    changed[own] = self.keys[number, row.pk]
                    changed["title"] = f"{row.title}, number {number}"
                made.append(copy_of(row, **changed))
        if model._meta.parents:
            insert_own(model, made)
            return
        model._base_manager.bulk_create(made)
        for (number, row), copied in zip(copied_from, made, strict=True):
            self.copied[number][model._meta.db_table, row.pk] = copied

    def key_of(self, number, name, key):
        if key is None or name == "thread_id":
            return None
        return self.contents[number].pk if name == "content_id" else self.keys[number, key]

    def write_seals(self, numbers):
        made = []
        for number in numbers:
            for revision in self.revisions:
                seal = self.seals[revision.pk]
                document = documents.parse(seal.canonical)
                document["content"] = str(self.contents[number].uid)
                document["fields"]["title"] += f", number {number}"
                data = documents.canonical(document)
                made.append(
                    Seal(
                        revision_id=self.keys[number, revision.pk],
                        format=seal.format,
                        canonical=data,
                        digest=documents.digest_of(data),
                    )
                )
        self.digests = {seal.revision_id: seal.digest for seal in made}
        Seal.objects.bulk_create(made)

    def write_signoffs(self, numbers):
        for row in SignOff.objects.filter(content=self.template.pk).order_by("pk"):
            made = []
            for number in numbers:
                revision = self.keys[number, row.revision_id]
                made.append(
                    copy_of(
                        row,
                        content_id=self.contents[number].pk,
                        revision_id=revision,
                        digest=self.digests[revision],
                    )
                )
            for number, copied in zip(numbers, SignOff.objects.bulk_create(made), strict=True):
                self.copied[number]["editorial_signoff", row.pk] = copied

    def write_lines(self, numbers):
        again = copies.Lines()
        for number in numbers:
            content = Content.objects.get(pk=self.contents[number].pk)
            rows = self.copied[number] | {("editorial_content", self.template.pk): content}
            for line, nth in self.lines:
                revision = line.revision_id and self.keys[number, line.revision_id]
                again.add(
                    line,
                    rows,
                    nth=nth,
                    at=line.at - datetime.timedelta(minutes=number),
                    content_id=content.pk,
                    revision_id=revision,
                    digest=self.digests[revision] if line.digest else "",
                )
        again.write()

    def point(self, numbers):
        kept = ("status", "live_at", "first_live_at", "scheduled_at")
        for number in numbers:
            content = self.contents[number]
            for name in kept:
                setattr(content, name, getattr(self.template, name))
            for name in ("head_id", "live_id", "scheduled_id"):
                key = getattr(self.template, name)
                setattr(content, name, key and self.keys[number, key])
            content.version += 1
            content.lines = self.template.lines
            title = self.template.head.typed.title.lower()
            content.head_words = content.head_words.replace(title, f"{title}, number {number}")
        fields = [*kept, "head", "live", "scheduled", "version", "lines", "head_words"]
        Content.objects.bulk_update(self.contents.values(), fields, batch_size=200)


def insert_own(model, rows):
    """Insert rows of a table by its own columns: what bulk_create refuses to child tables."""
    fields = model._meta.local_concrete_fields
    if rows and rows[0].pk is None:
        fields = [field for field in fields if not field.primary_key]
    model._base_manager.all()._batched_insert(rows, fields, None)


def reset_sequences():
    """Keys were given by hand, so PostgreSQL's sequences must be told."""
    models = [Content, Revision, *COPIED, Seal, SignOff, Event]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(actions_style(), models):
            cursor.execute(statement)


def actions_style():
    from django.core.management.color import no_style

    return no_style()
