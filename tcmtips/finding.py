"""One search over points, topics, articles and products; each result says why it is one."""

import unicodedata
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef

from acupoints import complaints
from acupoints.finding import Found as FoundPoints
from acupoints.finding import find as find_points
from articles.finding import why as why_article
from articles.models import Article, TaggedArticle, Topic
from editorial import pages, search
from products.finding import why as why_product
from products.models import Product

LONGEST_QUERY = 100
LONGEST_RAW = 512
MOST_WORDS = 8
MOST_RESULTS = 20


@dataclass
class Found:
    """All results for a query; articles and products are (page, why)."""

    query: str
    points: FoundPoints = field(default_factory=FoundPoints)
    complaints: list = field(default_factory=list)
    topics: list = field(default_factory=list)
    articles: list = field(default_factory=list)
    products: list = field(default_factory=list)

    @property
    def is_empty(self):
        points = self.points.results or self.points.nearest
        others = self.complaints or self.topics or self.articles or self.products
        return not (points or others)

    @property
    def pages(self):
        """All pages of which words are shown."""
        return [*self.points.pages, *(page for page, _why in [*self.articles, *self.products])]


def cleaned(typed):
    """The query that is searched for: compatibility forms and spaces unified, then cut."""
    text = unicodedata.normalize("NFKC", typed[:LONGEST_RAW])
    return " ".join(text.split())[:LONGEST_QUERY]


def words_of(query):
    """The different words of a query, the first few."""
    return list(dict.fromkeys(query.split()))[:MOST_WORDS]


def find(typed, now, pregnant=False):
    """The Found of a typed text; nothing where nothing was typed."""
    query = cleaned(typed)
    words = words_of(query)
    if not words:
        return Found(query)
    points = find_points(query, words, now, pregnant)
    return Found(
        query=query,
        points=points,
        complaints=complaints.described([query], now, pregnant),
        topics=list(topics(words, now)[:MOST_RESULTS]),
        articles=find_articles(words, points.codes, now),
        products=find_products(words, now),
    )


def topics(words, now):
    """Topics of public articles whose name holds every word."""
    found = Topic.objects.all()
    for word in words:
        found = found.filter(name__icontains=word)
    # Asked of one row after the other until one is shown, and not of every public article.
    carried = TaggedArticle.objects.filter(tag=OuterRef("pk"))
    shown = Article.objects.public(now).filter(
        pk=OuterRef("content_object__content"), shown_id=OuterRef("content_object")
    )
    return found.filter(Exists(carried.filter(Exists(shown))))


def find_articles(words, codes, now):
    """[(page, why)] by title, summary, topics, text and the points that they use."""
    loaded = pages.load(search.find(Article, words, now, MOST_RESULTS, codes), now)
    return with_reason((page, why_article(page, words, codes)) for page in loaded)


def find_products(words, now):
    """[(page, why)] by name, summary and features."""
    loaded = pages.load(search.find(Product, words, now, MOST_RESULTS), now)
    return with_reason((page, why_product(page, words)) for page in loaded)


def with_reason(results):
    """Those that have one: where only the index holds the words there is none."""
    return [(page, why) for page, why in results if why]
