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


def beside(complaint, uses, now, pregnant=False):
    """The Beside of a complaint and of the points that it is shown with.

    Rows find the articles; what puts each in its list is the sealed text. For a reader who is
    pregnant articles that use a point with a caution for pregnancy are left out.
    """
    topics = [topic for topic in Topic.objects.all() if complaints.is_about(topic.name, complaint)]
    public = Article.objects.public(now).order_by("-shown_since", "pk")
    if pregnant:
        public = public.not_using(atlas.cautioned_codes(now))
    about = public.about_any(topics)
    codes = {use.page.content.code for use in uses}
    using = public.using(codes).exclude(pk__in=about.values("pk"))
    newest = [list(articles[: MOST + 1]) for articles in (about, using)]
    loaded = pages.load([article for found in newest for article in found[:MOST]], now)
    on_it = [page for page in loaded if is_on(page, complaint)]
    return Beside(
        about=on_it,
        using=[page for page in loaded if page not in on_it and codes & codes_in(page)],
        has_more_about=len(newest[0]) > MOST,
        has_more_using=len(newest[1]) > MOST,
        topics=public_topics(topics, now),
    )


def is_on(page, complaint):
    """Whether one of the topics that stand in an article's sealed text is about the complaint."""
    return any(complaints.is_about(topic["name"], complaint) for topic in page.fields["tagged"])


def codes_in(page):
    return {pin["document"]["identity"]["code"] for pin in page.document["pins"]}


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
    about, using = newest_articles(now)
    found = []
    for complaint, lines in complaints.index(points):
        shown = {page.content.pk: page for pages in lines.values() for page in pages}
        if any(page.badge.stands for page in shown.values()):
            times = [page.since for page in shown.values()]
            times += [using[key] for key in shown if key in using]
            times += [about[complaint.slug]] if complaint.slug in about else []
            found.append((complaint, max(times)))
    return found


def newest_articles(now):
    """({complaint's slug: when the newest article on it went live}, the same by a point's key)."""
    since = dict(Article.objects.public(now).order_by().values_list("shown_id", "shown_since"))
    # What goes live while these are asked for is not in `since`, and not in this answer.
    shown = Article.objects.public(now).order_by().values("shown_id")
    tagged = TaggedArticle.objects.filter(content_object__in=shown).order_by()
    pinned = Pin.objects.filter(revision__in=shown).order_by()
    topics = latest(
        (name, since[revision])
        for name, revision in tagged.values_list("tag__name", "content_object")
        if revision in since
    )
    about = latest(
        (complaint.slug, moment)
        for name, moment in topics.items()
        for complaint in complaints.named([name])
    )
    using = latest(
        (point, since[revision])
        for point, revision in pinned.values_list("pinned__content", "revision")
        if revision in since
    )
    return about, using


def latest(pairs):
    """{key: its latest moment} of (key, moment)."""
    found = {}
    for key, moment in pairs:
        found[key] = max(moment, found.get(key, moment))
    return found
