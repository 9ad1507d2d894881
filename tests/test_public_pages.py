"""What a visitor gets: each public address with its headers and its cost; what is shown to
whom and until when; and that page, lists and machine-readable data never disagree."""

import datetime
import hashlib
import json
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from lxml import html

from articles.models import Topic
from editorial import actions, signing
from editorial.actions import Token
from editorial.errors import Refused
from editorial.models import Credential, LogHead, SignOff
from tests import factories as f
from tests import visits

pytestmark = pytest.mark.django_db

DAY, SECOND = datetime.timedelta(days=1), datetime.timedelta(seconds=1)

# --- Every address: what answers, with which headers, at what cost --------------------------

# Queries of each public page, with ten articles as with a thousand. A page has the name of its
# URL pattern; after a colon stands what is asked of it. A new address needs a row here.
QUERY_BUDGET = {
    "home": 16,
    "home: no such address": 0,
    "articles": 11,
    "articles: an older page": 11,
    "articles: past the last page": 11,
    "articles: no page number": 11,
    "article": 17,
    "article: draft": 2,
    "article: withdrawn": 2,
    "article_history": 4,
    "article_history: withdrawn": 2,
    "article_canonical": 3,
    "article_canonical: withdrawn": 2,
    "acupoints": 6,
    "acupoint": 6,
    "acupoint_history": 4,
    "acupoint_canonical": 3,
    "products": 5,
    "product": 5,
    "product_history": 4,
    "product_canonical": 3,
    "page": 4,
    "page: unknown": 2,
    "page_history": 4,
    "page_canonical": 3,
    "topic": 12,
    "topic: unknown": 1,
    "author": 13,
    "reviewer": 13,
    "search": 0,
    "search: found": 16,
    "search: nothing found": 2,
    "picture": 0,
    "picture: unknown": 0,
    "robots": 0,
    "healthz": 0,
    "readyz": 1,
    "log_head": 1,
}
NOT_200 = {
    "home: no such address": 404,
    "article: draft": 404,
    "article: withdrawn": 410,
    "article_history: withdrawn": 410,
    "article_canonical: withdrawn": 410,
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
    "robots": "text/plain; charset=utf-8",
    "healthz": "text/plain",
    "readyz": "application/json",
    "log_head": "application/json",
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
}
every_page = pytest.mark.parametrize("name", QUERY_BUDGET)
every_html_page = pytest.mark.parametrize("name", [n for n in QUERY_BUDGET if n not in NO_PAGE])


@pytest.fixture(scope="module")
def visited(django_db_setup, django_db_blocker):
    """{number of articles: {page: the visit}}; the site is gone again before the first test."""
    with django_db_blocker.unblock(), transaction.atomic():
        site = visits.build(10)
        ten = {page: visits.visit(path) for page, path in visits.paths(site).items()}
        visits.grow(site, 990)
        thousand = {page: visits.visit(path) for page, path in visits.paths(site).items()}
        transaction.set_rollback(True)
    return {10: ten, 1000: thousand}


def test_no_public_address_is_left_out():
    named = {page.partition(":")[0] for page in QUERY_BUDGET}
    assert visits.public_url_names() == named, "give each address a row in QUERY_BUDGET"


def test_every_row_is_visited(visited):
    assert visited[10].keys() == visited[1000].keys() == QUERY_BUDGET.keys()


@every_page
def test_a_page_keeps_to_its_queries_however_large_the_site(visited, name):
    spent = {articles: len(visited[articles][name].queries) for articles in (10, 1000)}
    budget = QUERY_BUDGET[name]
    assert spent == {10: budget, 1000: budget}, visited[1000][name].queries


@every_page
def test_a_page_answers_with_its_status_and_type(visited, name):
    response = visited[1000][name].response
    assert response.status_code == NOT_200.get(name, 200)
    assert response.headers["Content-Type"] == NO_PAGE.get(name, "text/html; charset=utf-8")


@every_page
def test_an_anonymous_reader_gets_no_cookie(visited, name):
    response = visited[1000][name].response
    assert not response.cookies
    assert "cookie" not in response.headers.get("Vary", "").lower()


@every_page
def test_a_page_sends_every_security_header(visited, name):
    headers = visited[1000][name].response.headers
    assert {header: headers.get(header) for header in HEADERS} == HEADERS


@every_page
def test_a_page_allows_nothing_from_elsewhere(visited, name):
    policy = visited[1000][name].response.headers["Content-Security-Policy"]
    directives = dict(line.strip().partition(" ")[::2] for line in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["frame-ancestors"] == "'none'"
    assert directives["base-uri"] == "'none'"
    assert set(directives.values()) <= {"'none'", "'self'"}, "no host, no unsafe-*, no data:"


@every_html_page
def test_a_page_loads_nothing_from_elsewhere(visited, name):
    tree = html.fromstring(visited[1000][name].text)
    loaded = tree.xpath(
        "//script/@src | //link/@href | //img/@src | //img/@srcset | //source/@srcset"
        " | //form/@action | //button/@formaction | //iframe/@src | //object/@data"
    )
    assert loaded
    assert {urlsplit(url).netloc for url in loaded} <= {"", "localhost"}, loaded


@every_html_page
def test_a_page_holds_nothing_that_its_own_policy_forbids(visited, name):
    tree = html.fromstring(visited[1000][name].text)
    inline = tree.xpath("//script[not(@src)]/@type")
    assert set(inline) <= {"application/ld+json"}
    assert not tree.xpath("//style | //@style")
    assert not [
        attribute for e in tree.iter() for attribute in e.attrib if attribute.startswith("on")
    ]


@every_html_page
def test_only_what_is_found_is_offered_to_search_engines(visited, name):
    tree = html.fromstring(visited[1000][name].text)
    hidden = name in NOT_200 or name.startswith("search") or "_history" in name
    assert ("noindex" in tree.xpath("//meta[@name='robots']/@content")) is hidden
    canonical = tree.xpath("//link[@rel='canonical']/@href")
    assert [urlsplit(url).scheme for url in canonical] == ([] if name in NOT_200 else ["http"])


def test_ten_articles_stand_on_one_page_and_a_thousand_on_many(visited):
    few, many = (html.fromstring(visited[n]["articles"].text) for n in (10, 1000))
    assert not few.xpath("//nav[@class='pagination']")
    assert "Page 1 of 84" in many.xpath("string(//nav[@class='pagination'])")
    assert many.xpath("//a[@rel='next']/@href") == ["?page=2"]
    assert not many.xpath("//a[@rel='prev']")


def test_an_older_page_leads_both_ways(visited):
    tree = html.fromstring(visited[1000]["articles: an older page"].text)
    assert tree.xpath("//a[@rel='prev']/@href") == ["?page=39"]
    assert tree.xpath("//a[@rel='next']/@href") == ["?page=41"]
    assert len(tree.xpath("//*[@class='cards']/*")) == 12


def test_a_page_number_that_does_not_exist_shows_one_that_does(visited):
    last = visited[1000]["articles: past the last page"].text
    assert "Page 84 of 84" in last
    assert "Page 1 of 84" in visited[1000]["articles: no page number"].text


def test_every_article_of_the_large_site_has_its_badge(visited):
    """Or the budget would be measured on pages that show less than true ones."""
    for name in ("home", "articles", "topic", "author", "reviewer", "search: found"):
        tree = html.fromstring(visited[1000][name].text)
        cards = tree.xpath("//article[@class='card']")
        assert len(cards) >= 7
        assert all(card.xpath(".//*[@data-badge]") for card in cards), name


# --- Reading a page ------------------------------------------------------------------------


def tree_of(client, path, status=200):
    response = client.get(path)
    assert response.status_code == status, response.status_code
    return html.fromstring(response.content.decode())


def graph_of(tree):
    """{type: node} of a page's JSON-LD."""
    (script,) = tree.xpath("//script[@type='application/ld+json']/text()")
    return {node["@type"]: node for node in json.loads(script)["@graph"]}


def badges(client, content):
    """The badges on a content's page, after a check that lists and JSON-LD say the same."""
    tree = tree_of(client, content.get_absolute_url())
    found = tree.xpath("//*[@data-badge='reviewed']")
    if content.kind == "article":
        page = graph_of(tree)["MedicalWebPage"]
        assert ("reviewedBy" in page) == ("lastReviewed" in page) == bool(found)
        listed = tree_of(client, "/articles/").xpath("//article//*[@data-badge]")
        assert bool(listed) == bool(found)
    return found


def status(client, content):
    tree = tree_of(client, content.get_absolute_url())
    return tree.xpath("//*[@data-status]/@data-status")


LISTS = ("home", "articles", "topic", "author", "search")


def complete_article(**fields):
    """An article that every list would name, with its author and its topic."""
    author = f.author("Nora Sample")
    article = f.article(title="Tired legs", authors=[author], **fields)
    f.tag(article, "legs")
    return article


def listed_in(client, article):
    """The lists that link to the article."""
    byline = article.head.typed.bylines.get()
    addresses = {
        "home": "/",
        "articles": "/articles/",
        "topic": "/topics/legs/",
        "author": reverse("author", args=[byline.slug]),
        "search": "/search/?q=tired",
    }
    link = f'href="{article.get_absolute_url()}"'
    return [name for name, url in addresses.items() if link in client.get(url).content.decode()]


# --- Before, while and after something is public -------------------------------------------


def test_a_scheduled_article_appears_everywhere_from_its_second_on(client):
    article = complete_article()
    f.sign(article)
    go_live = f.now().replace(microsecond=0) + 2 * DAY
    f.move("schedule", article, f.user("editor"), go_live_at=go_live)
    with time_machine.travel(go_live - SECOND, tick=False):
        assert client.get(article.get_absolute_url()).status_code == 404
        assert listed_in(client, article) == []
    with time_machine.travel(go_live, tick=False):
        assert badges(client, article)
        assert listed_in(client, article) == list(LISTS)
    article.refresh_from_db()
    assert (article.status, article.live) == ("scheduled", None), "no worker was needed"


def test_a_scheduled_revision_takes_the_place_of_the_old_one_from_its_second_on(client):
    article = f.publish(f.article(title="Old title"))
    actions.revise(Token.of(article), by=f.user("editor"), at=f.now(), title="New title")
    f.sign(article)
    go_live = f.now().replace(microsecond=0) + DAY
    f.move("schedule", article, f.user("editor"), go_live_at=go_live)
    for moment, shown in ((go_live - SECOND, "Old title"), (go_live, "New title")):
        with time_machine.travel(moment, tick=False):
            assert tree_of(client, article.get_absolute_url()).findtext(".//h1") == shown
            assert tree_of(client, "/").findtext(".//h3/a") == shown
            assert (
                client.get(f"/articles/{article.slug}/history/2/canonical.json").status_code
                == {"Old title": 404, "New title": 200}[shown]
            )


def test_a_withdrawn_article_is_gone_with_its_reason(client):
    article = f.publish(complete_article())
    assert listed_in(client, article) == list(LISTS)
    f.move("withdraw", article, f.user("editor"), reason="A dose in it was wrong.")
    assert listed_in(client, article) == []
    for suffix in ("", "history/", "history/2/canonical.json"):
        tree = tree_of(client, f"{article.get_absolute_url()}{suffix}", 410)
        assert "A dose in it was wrong." in tree.text_content()
        assert not tree.xpath("//*[@data-badge] | //*[@data-signed]")


def test_a_withdrawn_article_that_is_approved_for_a_time_comes_back_then(client):
    article = f.publish(f.article())
    f.move("withdraw", article, f.user("editor"), reason="Wrong.")
    actions.revise(Token.of(article), by=f.user("editor"), at=f.now(), title="Put right")
    f.sign(article)
    go_live = f.now() + DAY
    f.move("schedule", article, f.user("editor"), go_live_at=go_live)
    with time_machine.travel(go_live - SECOND, tick=False):
        assert client.get(article.get_absolute_url()).status_code == 410
    with time_machine.travel(go_live, tick=False):
        assert badges(client, article)
        actions.revise(Token.of(article), by=f.user("editor"), at=f.now(), title="Next draft")
        assert badges(client, article)


def test_a_revision_withdrawn_before_its_time_was_never_public(client):
    article = f.publish(f.article())
    actions.revise(Token.of(article), by=f.user("editor"), at=f.now(), title="Held back")
    f.sign(article)
    f.move("schedule", article, f.user("editor"), go_live_at=f.now() + DAY)
    f.move("withdraw", article, f.user("editor"), reason="Wrong.")
    with time_machine.travel(f.now() + 2 * DAY):
        actions.revise(Token.of(article), by=f.user("editor"), at=f.now(), title="Put right")
        f.publish(article)
        assert client.get(f"/articles/{article.slug}/history/2/canonical.json").status_code == 404
        assert "Revision 2" not in client.get(f"/articles/{article.slug}/history/").content.decode()


def draft(content):
    pass


def in_review(content):
    f.move("submit", content, f.user("editor"))


def changes_requested(content):
    in_review(content)
    f.move("request_changes", content, f.user("editor"), reason="Not yet.")


def signed(content):
    f.sign(content)


@pytest.mark.parametrize("bring_to", [draft, in_review, changes_requested, signed])
def test_what_was_never_public_answers_404_and_stands_in_no_list(client, bring_to):
    article = complete_article()
    bring_to(article)
    for suffix in ("", "history/", "history/2/canonical.json"):
        assert client.get(f"{article.get_absolute_url()}{suffix}").status_code == 404
    assert listed_in(client, article) == []
    assert client.get("/topics/legs/").status_code == 404, "nor may its topic's name get out"


@pytest.mark.parametrize("make", [f.point, f.product, f.page])
def test_drafts_of_other_kinds_answer_404_too(client, make):
    content = make()
    for suffix in ("", "history/", "history/1/canonical.json"):
        assert client.get(f"{content.get_absolute_url()}{suffix}").status_code == 404
    for listing in ("/", "/acupoints/", "/products/", "/search/?q=BL40"):
        assert content.get_absolute_url() not in client.get(listing).content.decode()


# --- The signed bytes ----------------------------------------------------------------------


def fingerprint(client, article, number):
    data = client.get(f"/articles/{article.slug}/history/{number}/canonical.json").content
    return hashlib.sha256(data).hexdigest()


def test_the_signed_bytes_hash_to_the_fingerprint_on_the_page(client):
    article = f.publish(f.article())
    tree = tree_of(client, article.get_absolute_url())
    (shown,) = tree.xpath("//*[@data-signed]/@data-signed")
    assert fingerprint(client, article, 1) == shown
    (link,) = tree.xpath("//*[@class='digest']/a")
    assert link.get("href") == f"/articles/{article.slug}/history/1/canonical.json"
    assert shown.startswith(link.text_content().rstrip("…"))


def test_an_earlier_revision_is_served_for_ever_and_a_draft_never(client):
    article = f.publish(f.article())
    first = article.live.seal.digest
    actions.revise(Token.of(article), by=f.user("editor"), at=f.now(), title="Second")
    assert client.get(f"/articles/{article.slug}/history/2/canonical.json").status_code == 404
    f.publish(article)
    second = article.live.seal.digest
    actions.revise(Token.of(article), by=f.user("editor"), at=f.now(), title="Third")
    listed = tree_of(client, f"/articles/{article.slug}/history/").xpath("//ol//code/text()")
    assert listed == [second, first]
    assert [fingerprint(client, article, number) for number in (1, 2)] == [first, second]
    assert client.get(f"/articles/{article.slug}/history/3/canonical.json").status_code == 404


@pytest.mark.parametrize("number", ["0", "2", "9" * 30])
def test_a_revision_that_does_not_exist_is_not_found(client, number):
    article = f.publish(f.article())
    path = f"/articles/{article.slug}/history/{number}/canonical.json"
    assert client.get(path).status_code == 404


def test_another_pages_revision_is_not_served_under_this_address(client):
    article, other = f.publish(f.article()), f.publish(f.article())
    actions.revise(Token.of(other), by=f.user("editor"), at=f.now(), title="Second")
    f.publish(other)
    assert client.get(f"/articles/{article.slug}/history/2/canonical.json").status_code == 404


# --- How long a badge stands ---------------------------------------------------------------

ZONES = [  # the days on which clocks go forward and back
    ("UTC", datetime.date(2027, 6, 1)),
    ("Europe/Berlin", datetime.date(2027, 3, 28)),
    ("Europe/Berlin", datetime.date(2027, 10, 31)),
    ("America/Los_Angeles", datetime.date(2027, 3, 14)),
    ("America/Los_Angeles", datetime.date(2027, 11, 7)),
]


@pytest.mark.parametrize(("zone", "due"), ZONES)
def test_a_badge_stands_to_the_end_of_the_day_its_review_is_due(client, settings, zone, due):
    settings.TIME_ZONE = zone
    with time_machine.travel(datetime.datetime(2026, 12, 1, 12, tzinfo=ZoneInfo(zone))):
        article = f.article()
        f.publish(article, next_review_on=due)
    midnight = datetime.datetime.combine(due + DAY, datetime.time(), ZoneInfo(zone))
    with time_machine.travel(midnight.timestamp() - 1, tick=False):
        assert badges(client, article)
    with time_machine.travel(midnight.timestamp(), tick=False):
        assert not badges(client, article)
        assert status(client, article) == ["overdue"]
        text = tree_of(client, article.get_absolute_url()).text_content()
        assert f"due for review on {due.day} {due:%B %Y}" in text
        assert "Sample Reviewer" not in json.dumps(
            graph_of(tree_of(client, article.get_absolute_url()))
        )


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/Los_Angeles"])
@pytest.mark.parametrize("hour", [0, 12, 23])
def test_dates_for_readers_and_for_machines_are_the_same(client, settings, zone, hour):
    settings.TIME_ZONE = zone
    with time_machine.travel(datetime.datetime(2027, 3, 27, hour, 30, tzinfo=datetime.UTC)):
        article = f.publish(f.article())
    with time_machine.travel(datetime.datetime(2027, 3, 29, hour, 30, tzinfo=datetime.UTC)):
        actions.revise(Token.of(article), by=f.user("editor"), at=f.now(), title="Second")
        f.publish(article)
        tree = tree_of(client, article.get_absolute_url())
        card = tree_of(client, "/articles/").xpath("//article[@class='card']//time")[0]
    graph = graph_of(tree)
    reviewed = graph["MedicalWebPage"]["lastReviewed"]
    published, updated = (graph["Article"][n] for n in ("datePublished", "dateModified"))
    times = tree.xpath("//time")
    shown = [element.get("datetime") for element in times]
    due = tree.xpath("//*[@data-next-review]/@datetime")
    assert shown == [reviewed, *due, published, updated]
    assert [element.text for element in times] == [in_words(day) for day in shown]
    assert (card.get("datetime"), card.text) == (updated[:10], in_words(updated))


def in_words(moment):
    day = datetime.date.fromisoformat(moment[:10])
    return f"{day.day} {day:%B %Y}"


@pytest.fixture
def reviewed(client):
    """A public article with a badge, on a page that embeds a point."""
    f.publish(f.point("BL40"))
    article = f.publish(f.article(body=f.embed("BL40")))
    assert badges(client, article)
    return article


def expire(credential):
    credential.update(valid_until=timezone.localdate())


def annul(credential):
    credential.update(annulled_at=f.now(), annulled_by=f.user("administrator"))


def suspend(credential):
    credential.update(suspended_at=f.now(), suspended_by=f.user("administrator"))


@pytest.mark.parametrize(("fate", "stands"), [(expire, True), (suspend, True), (annul, False)])
def test_what_becomes_of_a_credential_after_it_signed(client, reviewed, fate, stands):
    fate(Credential.objects.filter(signoffs__content=reviewed))
    with time_machine.travel(f.now() + 10 * DAY):
        assert bool(badges(client, reviewed)) is stands
        assert status(client, reviewed) == (["approved"] if stands else ["unreviewed"])


def test_a_credential_that_had_expired_before_the_signing_makes_no_badge(client, reviewed):
    yesterday = timezone.localdate() - DAY
    Credential.objects.filter(signoffs__content=reviewed).update(valid_until=yesterday)
    assert not badges(client, reviewed)


def test_a_retracted_sign_off_takes_the_badge_and_the_history_says_why(client, reviewed):
    f.revoke(reviewed)
    assert not badges(client, reviewed)
    assert status(client, reviewed) == ["unreviewed"]
    text = tree_of(client, f"/articles/{reviewed.slug}/history/").text_content()
    assert "A sign-off was taken back. I was wrong." in text


def withdraw(point):
    f.move("withdraw", point, f.user("editor"), reason="Wrong.")


@pytest.mark.parametrize("fate", [withdraw, f.revoke])
def test_a_host_loses_its_badge_with_the_point_that_it_embeds(client, reviewed, fate):
    fate(reviewed.live.pins.get().pinned.content)
    assert not badges(client, reviewed)
    assert tree_of(client, reviewed.get_absolute_url()).xpath("//*[@data-acupoint='BL40']")


def test_a_newer_revision_of_a_point_leaves_its_host_as_it_was_signed(client, reviewed):
    point = reviewed.live.pins.get().pinned.content
    actions.revise(Token.of(point), by=f.user("editor"), at=f.now(), location="Elsewhere.")
    f.publish(point)
    assert badges(client, reviewed)
    assert "Elsewhere." not in client.get(reviewed.get_absolute_url()).content.decode()
    assert "Elsewhere." in client.get(point.get_absolute_url()).content.decode()


# --- What tests and outsiders find a page's parts by ---------------------------------------


@pytest.fixture
def hooks(client):
    """(article, tree) of a page with everything on it."""
    f.publish(f.point("BL40"))
    product = f.product()
    article = f.article(
        body=f.embed("BL40"), authors=[f.author()], children=[f.Recommendation(product=product)]
    )
    f.publish(product)
    reviewer = f.reviewer(name="Ilse Sample")
    f.publish(article, reviewer)
    return article, tree_of(client, article.get_absolute_url())


def test_hooks_carry_their_values(hooks):
    article, tree = hooks
    signoff = SignOff.objects.get(content=article)
    values = {
        "data-signed": article.live.seal.digest,
        "data-badge": "reviewed",
        "data-reviewer": signoff.reviewer.slug,
        "data-status": "approved",
        "data-acupoint": "BL40",
        "data-product": article.live.typed.recommendations.get().product.slug,
    }
    assert {name: tree.xpath(f"//@{name}") for name in values} == {
        name: [value] for name, value in values.items()
    }
    (last,) = tree.xpath("//*[@data-last-reviewed]/@datetime")
    (due,) = tree.xpath("//*[@data-next-review]/@datetime")
    assert last == timezone.localdate(signoff.signed_at).isoformat()
    assert due == signoff.next_review_on.isoformat()


def test_the_badge_stands_inside_what_was_signed(hooks):
    _article, tree = hooks
    assert tree.xpath("//*[@data-signed]//*[@data-badge]//*[@data-reviewer]")
    assert not tree.xpath("//*[@data-badge][not(ancestor::*[@data-signed])]")
    assert tree.xpath("//*[@data-signed]//*[@data-acupoint]")


def test_products_and_authors_stand_outside_what_was_signed(hooks):
    _article, tree = hooks
    for name in ("*[@data-product]", "*[@data-disclosure]", "*[@class='author-box']"):
        assert tree.xpath(f"//{name}")
        assert not tree.xpath(f"//*[@data-signed]//{name}")
        assert not tree.xpath(f"//{name}[not(ancestor-or-self::*[@data-unsigned])]")
    assert not tree.xpath("//*[@data-signed]//*[@data-unsigned]")
    assert "Not part of the review" in tree.xpath("string(//*[@class='unsigned'])")


def test_the_name_in_the_badge_is_the_one_that_was_signed_with(client, hooks):
    article, _tree = hooks
    reviewer = SignOff.objects.get(content=article).reviewer
    reviewer.name = "Ilse Sample, married"
    reviewer.save()
    tree = tree_of(client, article.get_absolute_url())
    assert tree.xpath("//*[@data-reviewer]/strong/text()") == ["Ilse Sample"]
    (person,) = graph_of(tree)["MedicalWebPage"]["reviewedBy"]
    assert person["name"] == "Ilse Sample"


def test_a_recommended_product_that_is_not_public_is_not_shown(client):
    article = f.publish(f.article(children=[f.recommendation()]))
    tree = tree_of(client, article.get_absolute_url())
    assert not tree.xpath("//*[@data-product] | //*[@data-disclosure]")


# --- Products and plain pages --------------------------------------------------------------

AMAZON = "As an Amazon Associate I earn from qualifying purchases."
SHOPS = [
    ("https://www.amazon.com/dp/B000000000?tag=sample-20", "Amazon"),
    ("https://www.amazon.co.uk/dp/B000000000?tag=sample-21", "Amazon"),
    ("https://shop.example.org/mat", "shop.example.org"),
    ("https://notamazon.example/mat", "notamazon.example"),
]


@pytest.mark.parametrize(("url", "shop"), SHOPS)
def test_a_paid_link_says_so_before_its_button(client, url, shop):
    product = f.publish(f.product(url=url))
    article = f.publish(f.article(children=[f.Recommendation(product=product)]))
    for path in (product.get_absolute_url(), article.get_absolute_url(), "/products/"):
        (box,) = tree_of(client, path).xpath("//*[@data-product]")
        (button,) = box.xpath(".//a[contains(@class, 'button')]")
        assert button.get("href") == url
        assert button.get("rel") == "sponsored nofollow noopener"
        assert button.text == f"See it on {shop} (paid link)"
        (note,) = box.xpath(".//*[@data-disclosure]")
        assert (AMAZON in note.text_content()) is (shop == "Amazon")
        assert note in button.xpath("preceding::*")


def test_a_page_with_a_product_says_so_before_its_text(client):
    product = f.publish(f.product())
    article = f.publish(f.article(children=[f.Recommendation(product=product)]))
    tree = tree_of(client, article.get_absolute_url())
    assert tree.xpath("//*[@data-disclosure][following::*[@data-signed]]")


@pytest.mark.parametrize("make", [f.product, f.page])
def test_what_nobody_reviews_has_no_badge_not_even_with_a_sign_off(client, make):
    content = f.publish(make())
    reviewer = f.reviewer()
    row = SignOff(
        content=content,
        revision=content.live,
        digest=content.live.seal.digest,
        reviewer=reviewer,
        credential=reviewer.credentials.get(),
        signed_by=reviewer.user,
        signed_at=f.now(),
        name=reviewer.name,
        credential_line="Licensed",
        scope="All",
        conflict_statement="None.",
        next_review_on=f.sign_form(reviewer)["next_review_on"],
    )
    signing.seal_row("signoff", row)
    row.save()
    tree = tree_of(client, content.get_absolute_url())
    assert not tree.xpath("//*[@data-badge] | //*[@data-signed] | //*[@data-reviewer]")
    assert tree.xpath("//article[@data-unsigned]")


# --- Topics, search, pictures, the log's head ----------------------------------------------


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


@pytest.fixture
def searchable():
    f.publish(f.point("BL40", simplified="委中穴"))
    f.publish(f.article(slug="legs", title="Tired legs", summary="After a long walk."))
    f.article(slug="draft", title="Tired eyes")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("tired", "/articles/legs/"),
        ("LEGS", "/articles/legs/"),
        ("walk", "/articles/legs/"),
        ("legs walk", "/articles/legs/"),
        ("BL40", "/acupoints/bl-40/"),
        ("bl40", "/acupoints/bl-40/"),
        ("bl-40", "/acupoints/bl-40/"),
        ("bl", "/acupoints/bl-40/"),
        ("Wěizhōng", "/acupoints/bl-40/"),
        ("zhōng", "/acupoints/bl-40/"),
        ("委中", "/acupoints/bl-40/"),
        ("委中穴", "/acupoints/bl-40/"),
        ("bend centre", "/acupoints/bl-40/"),
    ],
)
def test_search_finds_by_any_name(client, searchable, words, found):
    tree = tree_of(client, f"/search/?q={words}")
    assert tree.xpath("//main//h3/a/@href | //main//a[@class='point-link']/@href") == [found]


@pytest.mark.parametrize("words", ["eyes", "tired eyes", "zebra", "%", "_", "' OR 1=1 --", "\0"])
def test_search_finds_nothing_else(client, searchable, words):
    tree = tree_of(client, "/search/?" + "q=" + "".join(f"%{b:02x}" for b in words.encode()))
    assert not tree.xpath("//main//h3/a | //main//a[@class='point-link']")


def test_search_without_words_lists_nothing_and_blames_nobody(client, searchable):
    for query in ("", "?q=", "?q=%20%00"):
        tree = tree_of(client, f"/search/{query}")
        assert not tree.xpath("//main//h2 | //main//*[@class='empty']")


def test_what_is_searched_for_is_no_markup(client):
    page = client.get("/search/", {"q": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_search_is_cut_at_a_hundred_characters(client):
    tree = tree_of(client, "/search/?q=" + "x" * 5000)
    assert tree.xpath("//input[@id='q']/@value") == ["x" * 100]
    assert set(tree.xpath("//input[@name='q']/@maxlength")) == {"100"}


def test_a_search_for_many_words_costs_no_more_than_one_for_few(client, searchable):
    """Each word once doubled the statement: fifteen took a minute, and fifty fit in."""
    path = "/search/?q=" + "+".join(["e"] * 50)
    spent = visits.visit(path)
    assert len(spent.queries) == len(visits.visit("/search/?q=e").queries)
    assert max(map(len, spent.queries)) < 60_000


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
    assert {"Disallow: /admin/", "Disallow: /search/"} <= set(lines)


# --- A sign-off that goes on: same words, other products -----------------------------------


def change_products(article, by):
    """The next draft, with another product after the text."""
    product = f.publish(f.product())
    return actions.revise(
        Token.of(article),
        by=by,
        at=f.now(),
        recommendations=[f.Recommendation(product=product)],
        invitations=[f.invitation()],
    )


def submit_and_approve(article):
    f.move("submit", article, f.user("editor"))
    f.move("approve", article, f.user("editor"))


def test_a_sign_off_is_carried_where_only_products_change(client):
    article = f.publish(f.article())
    first = SignOff.objects.get()
    revision = change_products(article, f.user("editor"))
    carried = SignOff.objects.get(revision=revision)
    assert revision.seal.digest == first.digest
    assert carried.carried_from == first
    assert (carried.signed_at, carried.name) == (first.signed_at, first.name)
    submit_and_approve(article)
    assert article.live_id == revision.pk
    assert badges(client, article)
    assert tree_of(client, article.get_absolute_url()).xpath("//*[@data-product]")


def test_a_carried_sign_off_names_the_first_one_however_often_it_goes_on(client):
    article = f.publish(f.article())
    first = SignOff.objects.get()
    change_products(article, f.user("editor"))
    last = change_products(article, f.user("editor"))
    assert SignOff.objects.get(revision=last).carried_from == first


def test_a_carried_sign_off_falls_with_the_first_one(client):
    article = f.publish(f.article())
    first = SignOff.objects.get()
    change_products(article, f.user("editor"))
    submit_and_approve(article)
    actions.revoke(first, kind="retract", by=first.signed_by, at=f.now(), reason="I was wrong.")
    assert not badges(client, article)


def test_a_restored_text_carries_nothing():
    article = f.publish(f.article(title="First words"))
    editor, digest = f.user("editor"), article.live.seal.digest
    actions.revise(Token.of(article), by=editor, at=f.now(), title="Other words")
    article.refresh_from_db()
    restored = actions.revise(Token.of(article), by=editor, at=f.now(), title="First words")
    assert restored.seal.digest == digest
    assert not SignOff.objects.filter(revision=restored).exists()
    with pytest.raises(Refused, match="No reviewer's signature"):
        submit_and_approve(article)


def test_a_revoked_sign_off_is_not_carried():
    article = f.publish(f.article())
    f.revoke(article)
    revision = change_products(article, f.user("editor"))
    assert not SignOff.objects.filter(revision=revision).exists()


def test_a_signer_who_edits_carries_nothing():
    account = f.user("superuser")
    article = f.article()
    f.publish(article, f.reviewer(account))
    revision = change_products(article, account)
    assert revision.seal.digest == article.live.seal.digest
    assert not SignOff.objects.filter(revision=revision).exists()
    with pytest.raises(Refused, match="No reviewer's signature"):
        submit_and_approve(article)
