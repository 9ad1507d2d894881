"""What is offered while a reader types: points, topics, articles and products, at most eight.

Points are looked up in memory. So are titles: they are read once, and again after each line of
the log and each go-live, because nothing else changes what is public. What they give is only
asked for: `public(now)` decides, and the words shown are the sealed ones.
"""

import datetime
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Min, OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from acupoints import nomenclature
from acupoints.addresses import atlas_reverse
from acupoints.atlas import cautioned_codes
from acupoints.models import StandardPoint
from acupoints.resolver import Guess, Point, Question, offered
from articles.models import Article, ArticleRevision, TaggedArticle
from editorial import documents, log
from editorial.models import Content, Seal
from products.models import Product, ProductRevision

from .finding import cleaned, words_of

MOST = 8
MOST_POINTS = 4
MOST_TITLES = 4
MOST_TOPICS = 2


class Suggestion(NamedTuple):
    """A link: what it is, its words, and why it is offered where they do not show it."""

    kind: str
    url: str
    text: str
    point: StandardPoint | None = None
    why: str = ""


class Title(NamedTuple):
    """A title or name as it is searched, with a space before each word."""

    words: str
    key: int | str


@dataclass(frozen=True)
class Titles:
    """The titles of all public texts and the names of their topics, as of one time.

    They are true while `head`, the hash of the log's last line, stands and before `until`.
    """

    head: str
    since: datetime.datetime
    until: datetime.datetime | None
    contents: list
    topics: dict

    def is_true(self, head, now):
        return head == self.head and self.since <= now and not (self.until and self.until <= now)


_kept = None  # the Titles of this process


def titles(now):
    global _kept  # one reference, set whole: whoever reads it has the older or the newer Titles
    head = log.head()
    if _kept is None or not _kept.is_true(head, now):
        _kept = read_titles(head, now)
    return _kept


def read_titles(head, now):
    articles = Article.objects.public(now).order_by("-shown_since", "pk")
    products = Product.objects.public(now).order_by("-shown_since", "pk")
    titled = ArticleRevision.objects.filter(pk=OuterRef("shown_id")).values("title")
    named = ProductRevision.objects.filter(pk=OuterRef("shown_id")).values("name")
    rows = [
        *articles.annotate(words=Subquery(titled)).values_list("words", "pk"),
        *products.annotate(words=Subquery(named)).values_list("words", "pk"),
    ]
    shown = articles.order_by().values("shown_id")
    topics = TaggedArticle.objects.filter(content_object__in=shown).values_list(
        "tag__name", "tag__slug"
    )
    later = Content.objects.filter(scheduled__isnull=False, scheduled_at__gt=now)
    return Titles(
        head=head,
        since=now,
        until=later.aggregate(first=Min("scheduled_at"))["first"],
        contents=[Title(searched(words), pk) for words, pk in rows],
        topics={Title(searched(name), slug): name for name, slug in topics.distinct()},
    )


def searched(text):
    return "".join(f" {word}" for word in text.casefold().split())


def find(typed, now, pregnant=False):
    """[Suggestion] for what has been typed so far; none for nothing."""
    query = cleaned(typed)
    words = words_of(query)
    if not words:
        return []
    kept = titles(now)
    parts = [f" {word.casefold()}" for word in words]
    found = [
        *points(query, words, now, pregnant)[:MOST_POINTS],
        *topics(kept, parts)[:MOST_TOPICS],
        *texts(kept, parts, now),
    ]
    return found[:MOST]


def points(query, words, now, pregnant):
    """Points by the resolver first, then by part of a name."""
    known = nomenclature.current()
    answer = known.resolve(query)
    reasons = {}
    if isinstance(answer, Point | Question | Guess):
        reasons = {code: answer.why or known.names.why(query, code) for code in offered(answer)}
    for code, name in known.names.holding(words).items():
        reasons.setdefault(code, name.why)
    if pregnant and reasons:
        cautioned = cautioned_codes(now)
        reasons = {code: why for code, why in reasons.items() if code not in cautioned}
    codes = list(reasons)[:MOST_POINTS]
    found = StandardPoint.objects.in_bulk(codes, field_name="code") if codes else {}
    return [
        Suggestion(
            kind=_("Point"),
            url=atlas_reverse("acupoint", pregnant, found[code].slug),
            text=found[code].pinyin,
            point=found[code],
            why=reasons[code],
        )
        for code in codes
        if code in found
    ]


def topics(kept, parts):
    return [
        Suggestion(_("Topic"), reverse("topic", args=[title.key]), name)
        for title, name in kept.topics.items()
        if all(part in title.words for part in parts)
    ]


def texts(kept, parts, now):
    """Articles and products of which the title has a word that begins with each of the parts."""
    keys = [title.key for title in kept.contents if all(part in title.words for part in parts)]
    keys = keys[:MOST_TITLES]
    if not keys:
        return []
    contents = Content.objects.public(now).in_bulk(keys)
    seals = Seal.objects.in_bulk([content.shown_id for content in contents.values()])
    shown = [(contents[key], seals[contents[key].shown_id]) for key in keys if key in contents]
    return [text_of(content, seal) for content, seal in shown if is_whole(seal)]


def is_whole(seal):
    """Whether the bytes are the sealed ones: other words are shown to nobody."""
    return documents.digest_of(bytes(seal.canonical)) == seal.digest


def text_of(content, seal):
    fields = documents.parse(seal.canonical)["fields"]
    if content.kind == Product.KIND.name:
        return Suggestion(_("Product"), content.get_absolute_url(), fields["name"])
    return Suggestion(_("Article"), content.get_absolute_url(), fields["title"])
