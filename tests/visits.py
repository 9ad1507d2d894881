"""A site with one of every public page, each visited once as an anonymous reader would."""

from dataclasses import dataclass
from types import SimpleNamespace

from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver, reverse

from acupoints.importing import import_points
from articles.models import Invitation, Recommendation, Source, Tip
from editorial import actions, previews
from editorial.actions import Token
from tcmtips import suggestions
from tests import bulk
from tests import factories as f


@dataclass
class Visit:
    """What a visitor got, and what it cost."""

    response: object
    content: bytes
    queries: list

    @property
    def text(self):
        return self.content.decode()


def visit(path):
    cache.clear()
    suggestions._kept = None
    f.forget_head()
    with CaptureQueriesContext(connection) as queries:
        response = Client().get(path)
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return Visit(response, content, [query["sql"] for query in queries.captured_queries])


def public_url_names():
    """The names of all addresses but the desk's."""
    return set(names_in(get_resolver().url_patterns))


def names_in(patterns):
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern.name
        elif pattern.namespace != "admin":
            yield from names_in(pattern.url_patterns)


def build(articles):
    """A site with so many articles, all alike; everything that a page can hold is there, and all
    points of the nomenclature."""
    import_points()
    reviewers = [f.reviewer(name="Ilse Sample"), f.reviewer(name="Jonas Sample")]
    authors = [f.author("Nora Sample"), f.author("Tomas Sample")]
    cautions = [("pregnancy", "Leave it out."), ("vessel", "Press gently.")]
    points = [
        f.publish(f.point(code, cautions=cautions, evidence=[f.evidence()]))
        for code in ("BL40", "ST36")
    ]
    f.publish(f.point("GB34"))  # one without a caution for pregnancy
    products = [f.publish(f.product(name=name)) for name in ("Sample mat", "Sample ball")]
    article = f.article(
        slug="full",
        title="Bend and stretch",
        body=f.embed("BL40", "ST36"),
        hero=f.picture(),
        hero_alt="A knee",
        authors=authors,
        children=[
            Tip(lead="Rest", text="Rest a while."),
            Source(title="A study", doi="10.1136/acupmed-2015-010936", supports="This."),
            *[Recommendation(product=product) for product in products],
            Invitation(reviewer=reviewers[0]),
        ],
    )
    f.tag(article, "knee pain", "sport")
    sign_twice_and_publish(article, reviewers)
    withdrawn = f.publish(f.article(slug="withdrawn"))
    f.move("withdraw", withdrawn, f.user("editor"), reason="A number in it was wrong.")
    draft = f.article(slug="draft")
    _link, secret = previews.create(
        draft.head, by=f.user("editor"), at=f.now(), label="Sample paper"
    )
    page = f.publish(f.page())
    actions.revise(Token.of(page), by=f.user("editor"), at=f.now(), summary="Put right.")
    f.move("submit", page, f.user("editor"))
    f.move("approve", page, f.user("editor"), correction="An address was wrong.")
    site = SimpleNamespace(
        article=article,
        point=points[0],
        product=products[0],
        page=page,
        author=authors[0],
        reviewers=reviewers,
        secret=secret,
    )
    bulk.articles_like(article, articles - 1)
    return site


def sign_twice_and_publish(article, reviewers):
    f.move("submit", article, f.user("editor"))
    for reviewer in reviewers:
        f.sign(article, reviewer)
    note = {"correction": "A number was wrong."} if article.first_live_at else {}
    f.move("approve", article, f.user("editor"), **note)


def grow(site, articles):
    """Many more articles, further points and products, and a longer history of each page."""
    bulk.articles_like(site.article, articles)
    for code in ("PC6", "LI4"):
        f.publish(f.point(code))
    f.publish(f.product())
    for round in ("once", "twice"):
        for content, field in (
            (site.article, "summary"),
            (site.point, "location"),
            (site.product, "summary"),
            (site.page, "summary"),
        ):
            token = Token.of(content)
            actions.revise(token, by=f.user("editor"), at=f.now(), **{field: f"Revised {round}."})
            if content == site.article:
                sign_twice_and_publish(content, site.reviewers)
            else:
                f.publish(content)


def paths(site):
    """{page: its address}; a page is named like its URL pattern, with a remark after a colon."""
    found = {
        name: reverse(name)
        for name in (
            *("home", "articles", "acupoints", "body", "products", "search"),
            *("acupoints_a_z", "acupoints_regions", "acupoints_complaints"),
            *("healthz", "readyz", "robots", "log_head"),
            *("corrections", "corrections_feed", "feed", "sitemap"),
        )
    }
    for content in (site.article, site.point, site.product, site.page):
        content.refresh_from_db()
        kind, slug = content.kind, content.slug
        found[kind] = reverse(kind, args=[slug])
        found[f"{kind}_history"] = reverse(f"{kind}_history", args=[slug])
        found[f"{kind}_reviews"] = reverse(f"{kind}_reviews", args=[slug])
        found[f"{kind}_canonical"] = reverse(f"{kind}_canonical", args=[slug, content.live.number])
    return found | {
        "topic": reverse("topic", args=["sport"]),
        "author": site.author.get_absolute_url(),
        "reviewer": site.reviewers[0].get_absolute_url(),
        "points_for": reverse("points_for", args=["knees"]),
        "points_for: nothing": reverse("points_for", args=["headache"]),
        "points_for: unknown": "/acupoints/for/nothing/",
        "points_for: pregnant": "/pregnancy/acupoints/for/knees/",
        "acupoint: for": "/acupoints/for/",
        "picture": reverse("picture", args=[site.product.live.typed.image.name]),
        "preview": reverse("preview", args=[site.secret]),
        "body_area": reverse("body_area", args=["chest"]),
        "body_area: unknown": "/body/moon/",
        "body: pregnant": "/pregnancy/body/",
        "body_area: pregnant": "/pregnancy/body/chest/",
        "body_figure": reverse("body_figure", args=["chest"]),
        "preview: unknown": reverse("preview", args=["nothing"]),
        "article_reviews: withdrawn": "/articles/withdrawn/history/reviews.json",
        "articles: an older page": "/articles/?page=40",
        "articles: past the last page": "/articles/?page=99999",
        "articles: no page number": "/articles/?page=x",
        "search: found": "/search/?q=bend",
        "search: nothing found": "/search/?q=zebra",
        "search: a point": "/search/?q=BL40",
        "search: pregnant": "/pregnancy/search/?q=hegu",
        "suggest": "/search/suggest/",
        "suggest: found": "/search/suggest/?q=bend",
        "suggest: nothing found": "/search/suggest/?q=zebra",
        "suggest: pregnant": "/pregnancy/search/suggest/?q=bend",
        "article: draft": "/articles/draft/",
        "article: withdrawn": "/articles/withdrawn/",
        "article_history: withdrawn": "/articles/withdrawn/history/",
        "article_canonical: withdrawn": "/articles/withdrawn/history/1/canonical.json",
        "page: unknown": "/nothing-here/",
        "topic: unknown": "/topics/nothing-here/",
        "picture: unknown": "/media/nothing-here.png",
        "home: no such address": "/nothing/here/at/all",
        "acupoints: pregnant": "/pregnancy/acupoints/",
        "acupoints: a spelling": "/acupoints/?q=UB40",
        "acupoint: pregnant": "/pregnancy/acupoints/bl-40/",
        "acupoint: not described": "/acupoints/bl-31/",
        "acupoint: not described, pregnant": "/pregnancy/acupoints/bl-31/",
        "acupoint: another spelling": "/acupoints/委中/",
        "acupoint: ambiguous": "/acupoints/dantian/",
        "acupoint: misspelt": "/acupoints/wiezhong/",
        "acupoint: unknown": "/acupoints/nothing/",
        "meridian": "/meridians/urinary-bladder/",
        "meridian: pregnant": "/pregnancy/meridians/urinary-bladder/",
        "meridian: by its code": "/meridians/bl/",
        "meridian: unknown": "/meridians/nothing/",
    }
