"""The articles beside the points of a complaint: those about it, and those that use its points."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from acupoints import atlas, complaints
from editorial import pages
from editorial.models import Pin

from .models import Article, TaggedArticle, Topic

MOST = 6


@dataclass(frozen=True)
class Beside:
    """The newest articles of each sort as pages, whether there are more, and the topics of the
    first sort, under which all of them stand. No article is of both sorts."""

    about: list
    using: list
    has_more_about: bool
    has_more_using: bool
    topics: list


def beside(complaint, uses, now):
    """The Beside of a complaint and of the points that it is shown with."""
    topics = [topic for topic in Topic.objects.all() if complaint in complaints.named([topic.name])]
    public = Article.objects.public(now).order_by("-shown_since", "pk")
    about = public.about_any(topics)
    using = public.using([use.page.content.code for use in uses]).exclude(pk__in=about.values("pk"))
    newest = [list(articles[: MOST + 1]) for articles in (about, using)]
    loaded = pages.load([article for found in newest for article in found[:MOST]], now)
    keys = [{article.pk for article in found} for found in newest]
    return Beside(
        about=[page for page in loaded if page.content.pk in keys[0]],
        using=[page for page in loaded if page.content.pk in keys[1]],
        has_more_about=len(newest[0]) > MOST,
        has_more_using=len(newest[1]) > MOST,
        topics=public_topics(topics, now),
    )


def public_topics(topics, now):
    """Those of some topics that a public article carries: the others have no page."""
    public = Article.objects.public(now).about(OuterRef(OuterRef("pk"))).order_by()
    keys = [topic.pk for topic in topics]
    return list(Topic.objects.filter(Exists(public), pk__in=keys)) if keys else []


def listed(now):
    """[(Complaint, since when its page reads as it does)] of those with a reviewed point.

    The others are kept from search engines, whatever articles they hold: their title promises
    points that somebody has checked.
    """
    points, _left_out = atlas.described(now)
    found = {}
    for complaint, lines in complaints.index(points):
        shown = {page.content.pk: page for pages in lines.values() for page in pages}
        if any(page.badge.stands for page in shown.values()):
            found[complaint] = shown
    about, using = newest_articles(now)
    return [
        (
            complaint,
            max(
                *(page.since for page in shown.values()),
                *(about[name] for name in about if complaint in complaints.named([name])),
                *(using[key] for key in shown if key in using),
            ),
        )
        for complaint, shown in found.items()
    ]


def newest_articles(now):
    """({topic's name: when its newest public article went live}, the same by a point's key)."""
    since = dict(Article.objects.public(now).order_by().values_list("shown_id", "shown_since"))
    shown = Article.objects.public(now).order_by().values("shown_id")
    tagged = TaggedArticle.objects.filter(content_object__in=shown).order_by()
    pinned = Pin.objects.filter(revision__in=shown).order_by()
    return (
        newest(tagged.values_list("tag__name", "content_object"), since),
        newest(pinned.values_list("pinned__content", "revision"), since),
    )


def newest(rows, since):
    """{key: the latest `since` of its revisions} of (key, revision)."""
    found = {}
    for key, revision in rows:
        found[key] = max(found.get(key, since[revision]), since[revision])
    return found
