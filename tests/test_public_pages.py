"""Each public address: what answers, with which headers, at what cost; topics, search,
pictures and the log's head."""

import hashlib
from functools import cache
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.urls import reverse
from lxml import html

from articles.models import Topic
from editorial.models import LogHead
from tests import factories as f
from tests import visits
from tests.reading import tree_of

pytestmark = pytest.mark.django_db

# Queries of each public page, with ten articles as with a thousand. A page has the name of its
# URL pattern; after a colon stands what is asked of it. A new address needs a row here.
QUERY_BUDGET = {
    "home": 17,
    "home: no such address": 1,
    "articles": 11,
    "articles: an older page": 11,
    "articles: past the last page": 11,
    "articles: no page number": 11,
    "article": 21,
    "article: draft": 3,
    "article: withdrawn": 3,
    "article_history": 13,
    "article_history: withdrawn": 3,
    "article_reviews": 12,
    "article_reviews: withdrawn": 3,
    "article_canonical": 3,
    "article_canonical: withdrawn": 3,
    "acupoints": 11,
    "acupoint": 24,
    "acupoints: pregnant": 12,
    # Where a reader's words are looked up, one query asks for the head of the log, and one, after
    # each of its lines, reads the names.
    "acupoints: a spelling": 3,
    "acupoints_a_z": 4,
    "acupoints_regions": 4,
    "acupoints_complaints": 8,
    "acupoint: pregnant": 26,
    "acupoint: not described": 9,
    "acupoint: not described, pregnant": 11,
    "acupoint: another spelling": 6,
    "acupoint: ambiguous": 9,
    "acupoint: misspelt": 9,
    "acupoint: unknown": 8,
    "acupoint: for": 8,
    "points_for": 23,
    "points_for: nothing": 5,
    "points_for: unknown": 1,
    "points_for: pregnant": 19,
    "meridian": 4,
    "meridian: pregnant": 4,
    "meridian: by its code": 0,
    "meridian: unknown": 1,
    "body": 3,
    "body: pregnant": 4,
    "body_area": 5,
    "body_area: pregnant": 6,
    "body_area: unknown": 1,
    "body_figure": 0,
    "acupoint_history": 11,
    "acupoint_reviews": 10,
    "acupoint_canonical": 3,
    "products": 6,
    "product": 7,
    "product_history": 9,
    "product_reviews": 8,
    "product_canonical": 3,
    "page": 6,
    "page: unknown": 3,
    "page_history": 8,
    "page_reviews": 7,
    "page_canonical": 3,
    "topic": 12,
    "topic: unknown": 2,
    "author": 13,
    "reviewer": 13,
    "search": 1,
    "search: found": 28,
    "search: nothing found": 15,
    "search: a point": 28,
    "search: pregnant": 17,
    # Five of these read the titles, once after each line of the log.
    "suggest": 0,
    "suggest: found": 10,
    "suggest: nothing found": 7,
    "suggest: pregnant": 11,
    "picture": 0,
    "picture: unknown": 1,
    "robots": 0,
    "healthz": 0,
    "readyz": 1,
    "log_head": 1,
    "corrections": 4,
    "corrections_feed": 2,
    "feed": 9,
    "sitemap": 18,
    "preview": 9,
    "preview: unknown": 2,
}
# So many questions to the index are spared where the first ones fill the list.
FULL_AT_ONCE = {"search: found": 2, "search: a point": 1}
NOT_200 = {
    "home: no such address": 404,
    "article: draft": 404,
    "article: withdrawn": 410,
    "article_history: withdrawn": 410,
    "article_canonical: withdrawn": 410,
    "article_reviews: withdrawn": 410,
    "acupoints: a spelling": 302,
    "acupoint: another spelling": 301,
    "acupoint: ambiguous": 300,
    "acupoint: misspelt": 404,
    "acupoint: unknown": 404,
    "acupoint: for": 404,
    "points_for: unknown": 404,
    "meridian: by its code": 301,
    "meridian: unknown": 404,
    "preview: unknown": 404,
    "body_area: unknown": 404,
    "page: unknown": 404,
    "topic: unknown": 404,
    "picture: unknown": 404,
}
NO_PAGE = {
    "article_canonical": "application/json",
    "acupoint_canonical": "application/json",
    "product_canonical": "application/json",
    "page_canonical": "application/json",
    "picture": "image/png",
    "body_figure": "image/svg+xml",
    "robots": "text/plain; charset=utf-8",
    "healthz": "text/plain",
    "readyz": "application/json",
    "log_head": "application/json",
    "article_reviews": "application/json",
    "acupoint_reviews": "application/json",
    "product_reviews": "application/json",
    "page_reviews": "application/json",
    "corrections_feed": "application/atom+xml; charset=utf-8",
    "feed": "application/atom+xml; charset=utf-8",
    "sitemap": "application/xml",
    # A part of a page.
    "suggest": "text/html; charset=utf-8",
    "suggest: found": "text/html; charset=utf-8",
    "suggest: nothing found": "text/html; charset=utf-8",
    "suggest: pregnant": "text/html; charset=utf-8",
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
}
REDIRECTS = {name for name, status in NOT_200.items() if status in (301, 302)}
every_page = pytest.mark.parametrize("name", QUERY_BUDGET)
every_html_page = pytest.mark.parametrize(
    "name", [n for n in QUERY_BUDGET if n not in NO_PAGE and n not in REDIRECTS]
)


@pytest.fixture(scope="module")
def visit_sites(django_db_setup, django_db_blocker):
    """A function from a number of articles to {page: the visit}; no site is left behind."""

    @cache
    def visited(articles):
        with django_db_blocker.unblock(), transaction.atomic():
            site = visits.build(10)
            if articles > 10:
                visits.grow(site, articles - 10)
            found = {page: visits.visit(path) for page, path in visits.paths(site).items()}
            transaction.set_rollback(True)
        return found

    return visited


@pytest.fixture
def visited(visit_sites):
    return visit_sites(10)


def test_no_public_address_is_left_out():
    named = {page.partition(":")[0] for page in QUERY_BUDGET}
    assert visits.public_url_names() == named, "give each address a row in QUERY_BUDGET"


def test_every_row_is_visited(visited):
    assert visited.keys() == QUERY_BUDGET.keys()


LARGE = [pytest.mark.slow, pytest.mark.once]


@every_page
@pytest.mark.parametrize("articles", [10, pytest.param(1000, marks=LARGE)])
def test_a_page_keeps_to_its_queries_however_large_the_site(visit_sites, name, articles):
    queries = visit_sites(articles)[name].queries
    spared = FULL_AT_ONCE.get(name, 0) if articles > 10 else 0
    assert len(queries) == QUERY_BUDGET[name] - spared, queries


@every_page
def test_a_page_answers_with_its_status_and_type(visited, name):
    response = visited[name].response
    assert response.status_code == NOT_200.get(name, 200)
    assert response.headers["Content-Type"] == NO_PAGE.get(name, "text/html; charset=utf-8")


@every_page
def test_an_anonymous_reader_gets_no_cookie(visited, name):
    response = visited[name].response
    assert not response.cookies
    assert "cookie" not in response.headers.get("Vary", "").lower()


@every_page
def test_a_page_sends_every_security_header(visited, name):
    headers = visited[name].response.headers
    assert {header: headers.get(header) for header in HEADERS} == HEADERS


@every_page
def test_a_page_allows_nothing_from_elsewhere(visited, name):
    policy = visited[name].response.headers["Content-Security-Policy"]
    directives = dict(line.strip().partition(" ")[::2] for line in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["frame-ancestors"] == "'none'"
    assert directives["base-uri"] == "'none'"
    assert set(directives.values()) <= {"'none'", "'self'"}, "no host, no unsafe-*, no data:"


@every_html_page
def test_a_page_loads_nothing_from_elsewhere(visited, name):
    tree = html.fromstring(visited[name].text)
    loaded = tree.xpath(
        "//script/@src | //link/@href | //img/@src | //img/@srcset | //source/@srcset"
        " | //form/@action | //button/@formaction | //iframe/@src | //object/@data"
    )
    assert loaded
    assert {urlsplit(url).netloc for url in loaded} <= {"", "localhost"}, loaded


@every_html_page
def test_a_page_holds_nothing_that_its_own_policy_forbids(visited, name):
    tree = html.fromstring(visited[name].text)
    inline = tree.xpath("//script[not(@src)]/@type")
    assert set(inline) <= {"application/ld+json"}
    assert not tree.xpath("//style | //@style")
    assert not [
        attribute for e in tree.iter() for attribute in e.attrib if attribute.startswith("on")
    ]


@every_html_page
def test_only_what_is_found_is_offered_to_search_engines(visited, name):
    tree = html.fromstring(visited[name].text)
    hidden = name in NOT_200 or name.startswith("search") or "_history" in name
    hidden = hidden or name == "preview" or "not described" in name or "pregnant" in name
    hidden = hidden or name == "points_for: nothing"
    robots = " ".join(tree.xpath("//meta[@name='robots']/@content"))
    assert ("noindex" in robots) is hidden
    canonical = tree.xpath("//link[@rel='canonical']/@href")
    nowhere = name in NOT_200 or name == "preview"
    assert [urlsplit(url).scheme for url in canonical] == ([] if nowhere else ["http"])


@pytest.mark.once
@pytest.mark.slow
def test_ten_articles_stand_on_one_page_and_a_thousand_on_many(visit_sites):
    few, many = (html.fromstring(visit_sites(n)["articles"].text) for n in (10, 1000))
    assert not few.xpath("//nav[@class='pagination']")
    assert "Page 1 of 84" in many.xpath("string(//nav[@class='pagination'])")
    assert many.xpath("//a[@rel='next']/@href") == ["?page=2"]
    assert not many.xpath("//a[@rel='prev']")


@pytest.mark.slow
def test_an_older_page_leads_both_ways(visit_sites):
    tree = html.fromstring(visit_sites(1000)["articles: an older page"].text)
    assert tree.xpath("//a[@rel='prev']/@href") == ["?page=39"]
    assert tree.xpath("//a[@rel='next']/@href") == ["?page=41"]
    assert len(tree.xpath("//*[@class='cards']/*")) == 12


@pytest.mark.slow
def test_a_page_number_that_does_not_exist_shows_one_that_does(visit_sites):
    last = visit_sites(1000)["articles: past the last page"].text
    assert "Page 84 of 84" in last
    assert "Page 1 of 84" in visit_sites(1000)["articles: no page number"].text


@pytest.mark.slow
def test_every_article_of_the_large_site_has_its_badge(visit_sites):
    """Or the budget would be measured on pages that show less than true ones."""
    for name in ("home", "articles", "topic", "author", "reviewer", "search: found"):
        tree = html.fromstring(visit_sites(1000)[name].text)
        cards = tree.xpath("//article[@class='card']")
        assert len(cards) >= 7
        assert all(card.xpath(".//*[@data-badge]") for card in cards), name


# --- Topics, search, pictures, the log's head --------------------------------------------


@pytest.mark.parametrize(("articles", "hidden"), [(1, True), (2, True), (3, False)])
def test_a_thin_topic_is_kept_from_search_engines(client, articles, hidden):
    for _number in range(articles):
        article = f.article()
        f.tag(article, "legs")
        f.publish(article)
    tree = tree_of(client, "/topics/legs/")
    assert ("noindex" in tree.xpath("//meta[@name='robots']/@content")) is hidden


def test_a_topic_in_another_script_has_an_address(client):
    article = f.article()
    f.tag(article, "膝盖")
    f.publish(article)
    assert client.get(Topic.objects.get().get_absolute_url()).status_code == 200


def test_a_picture_may_be_kept_for_ever(client):
    product = f.product()
    name = product.head.typed.image.name
    response = client.get(reverse("picture", args=[name]))
    data = b"".join(response.streaming_content)
    assert hashlib.sha256(data).hexdigest() in name
    kept = {part.strip() for part in response.headers["Cache-Control"].split(",")}
    assert kept == {"public", "max-age=31536000", "immutable"}


@pytest.mark.parametrize(
    "name", ["", "images/", "../manage.py", "%2e%2e/manage.py", f"images/ab/{'a' * 64}-1x1.png"]
)
def test_nothing_but_stored_pictures_is_served(client, name):
    response = client.get(f"/media/{name}")
    assert response.status_code == 404
    assert "immutable" not in response.headers.get("Cache-Control", "")


def test_the_logs_head_is_told_to_everybody(client):
    assert client.get("/.well-known/log-head").json() == {"count": 0, "hash": "0" * 64}
    f.publish(f.article())
    head = LogHead.objects.get()
    response = client.get("/.well-known/log-head")
    assert response.json() == {"count": head.count, "hash": head.hash}
    assert "no-store" in response.headers["Cache-Control"]


def test_robots_are_kept_from_the_desk_and_from_searches(client):
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert {"Disallow: /admin/", "Disallow: /search/", "Disallow: /pregnancy/search/"} <= set(lines)
