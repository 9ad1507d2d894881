"""What machines read: order, number and dates in the feeds and the sitemap, and what robots.txt
keeps them from. A reader's program shows a change only where a date says that there is one."""

import datetime

import pytest
from django.test import Client
from lxml import etree

from editorial.models import Correction
from tests import factories as f

pytestmark = [pytest.mark.django_db, pytest.mark.once]

DAY = datetime.timedelta(days=1)
FIRST = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
NAMES = {
    "atom": "http://www.w3.org/2005/Atom",
    "map": "http://www.sitemaps.org/schemas/sitemap/0.9",
}


def elements(client, path, expression):
    root = etree.fromstring(client.get(path).content)
    return root.xpath(expression, namespaces=NAMES)


def said(element, name):
    return element.findtext(f"atom:{name}", namespaces=NAMES)


def entries(client, path="/feed/"):
    """[(title, published, updated)] of a feed, in its order."""
    found = elements(client, path, "//atom:entry")
    return [tuple(said(e, name) for name in ("title", "published", "updated")) for e in found]


def sitemap(client):
    """{path: lastmod}, in the order of the sitemap."""
    found = elements(client, "/sitemap.xml", "//map:url")
    return {
        url.findtext("map:loc", namespaces=NAMES).removeprefix("http://localhost"): url.findtext(
            "map:lastmod", namespaces=NAMES
        )
        for url in found
    }


def published(title, at, **fields):
    return f.publish(f.article(title=title, at=at, **fields), at=at)


def published_again(content, at, **fields):
    f.revise(content, at=at, **fields)
    return f.publish(content, at=at)


def second(moment):
    return moment.isoformat()


# --- The feed of articles -----------------------------------------------------------------


def test_a_second_publication_moves_updated_and_not_published(client):
    article = published("First words", FIRST)
    assert entries(client) == [("First words", second(FIRST), second(FIRST))]
    published_again(article, FIRST + DAY, title="Other words")
    assert entries(client) == [("Other words", second(FIRST), second(FIRST + DAY))]


def test_the_same_words_reviewed_again_are_no_update(client):
    article = published("First words", FIRST)
    f.move("submit", article, f.user("editor"), FIRST + DAY)
    f.publish(article, at=FIRST + DAY)
    assert entries(client) == [("First words", second(FIRST), second(FIRST))]


def test_an_entry_keeps_its_id_when_its_words_change(client):
    article = published("First words", FIRST)
    ids = elements(client, "/feed/", "//atom:entry/atom:id/text()")
    published_again(article, FIRST + DAY, title="Other words")
    assert elements(client, "/feed/", "//atom:entry/atom:id/text()") == ids


def test_the_newest_come_first_whatever_was_begun_first(client):
    old = published("Old", FIRST)
    published("Newer", FIRST + DAY)
    assert [title for title, *_dates in entries(client)] == ["Newer", "Old"]
    published_again(old, FIRST + 2 * DAY, title="Old, put right")
    assert [title for title, *_dates in entries(client)] == ["Old, put right", "Newer"]


def test_of_twenty_one_articles_the_oldest_is_left_out(client):
    moments = [FIRST + number * DAY for number in range(21)]
    for number, moment in enumerate(moments):
        published(f"No. {number}", moment)
    titles = [title for title, *_dates in entries(client)]
    assert titles == [f"No. {number}" for number in range(20, 0, -1)]
    feeds_own = "/atom:feed/atom:updated/text()"
    assert elements(client, "/feed/", feeds_own) == [second(moments[-1])]


def test_what_goes_live_by_the_clock_is_dated_by_it(client):
    article = f.article(title="Due by now", at=FIRST)
    f.sign(article, at=FIRST)
    f.move("schedule", article, f.user("editor"), FIRST, go_live_at=FIRST + 3 * DAY)
    go_live = second(FIRST + 3 * DAY)
    assert entries(client) == [("Due by now", go_live, go_live)]
    assert sitemap(client)[article.get_absolute_url()] == "2026-03-04"


# --- The feed of corrections ----------------------------------------------------------------


def corrected(article, note, at, **fields):
    f.revise(article, at=at, **fields)
    f.sign(article, at=at)
    f.move("approve", article, f.user("editor"), at, correction=note)


def note_of(entry):
    """The note alone, without the sentence that names both publications."""
    return said(entry, "summary").partition(" (Revision")[0]


def test_the_newest_correction_comes_first_with_its_date(client):
    article = published("First words", FIRST)
    for days in (1, 2):
        corrected(article, f"Note {days}.", FIRST + days * DAY, summary=f"Said anew {days}.")
    found = elements(client, "/corrections/feed/", "//atom:entry")
    notes = [(note_of(e), said(e, "published"), said(e, "updated")) for e in found]
    moments = [second(FIRST + days * DAY) for days in (2, 1)]
    assert notes == [(f"Note {n}.", m, m) for n, m in zip((2, 1), moments, strict=True)]
    page = client.get("/corrections/").content.decode()
    assert page.index("Note 2.") < page.index("Note 1.")


def test_of_thirty_one_corrections_the_oldest_is_left_out(client):
    article = published("First words", FIRST)
    rows = Correction.objects.bulk_create(
        Correction(
            content=article,
            revision=article.live,
            note=f"Note {days}.",
            at=FIRST + days * DAY,
            by=article.created_by,
        )
        for days in range(31)
    )
    f.name_in_log(article, *rows)
    notes = list(map(note_of, elements(client, "/corrections/feed/", "//atom:entry")))
    assert notes == [f"Note {days}." for days in range(30, 0, -1)]
    ids = elements(client, "/corrections/feed/", "//atom:entry/atom:id/text()")
    assert len(set(ids)) == 30


# --- The sitemap ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "fields"),
    [
        (f.article, {"title": "Other words"}),
        (f.point, {"location": "Other words."}),
        (f.product, {"name": "Other words"}),
        (f.page, {"title": "Other words"}),
    ],
)
def test_a_second_publication_moves_the_sitemaps_date(client, make, fields):
    content = f.publish(make(), at=FIRST)
    address = content.get_absolute_url()
    assert sitemap(client)[address] == "2026-03-01"
    f.revise(content, at=FIRST + DAY, **fields)
    assert sitemap(client)[address] == "2026-03-01", "readers have the old words"
    f.publish(content, at=FIRST + 2 * DAY)
    assert sitemap(client)[address] == "2026-03-03"


def test_the_sitemap_lists_the_same_order_each_time_it_is_asked(client):
    """By what never changes, so that no page slips from one part to another between two calls."""
    articles = [published(f"No. {number}", FIRST + number * DAY) for number in range(3)]
    addresses = [article.get_absolute_url() for article in articles]
    published_again(articles[0], FIRST + 9 * DAY, title="Put right")
    assert [path for path in sitemap(client) if path in addresses] == addresses


def test_the_lists_themselves_are_in_the_sitemap(client):
    assert {"/", "/articles/", "/acupoints/", "/products/", "/corrections/"} <= set(sitemap(client))


# --- Lists that readers and crawlers follow ----------------------------------------------------


def test_the_newest_articles_lead_home_and_list(client):
    for number in range(8):
        published(f"No. {number}", FIRST + number * DAY)
    home = etree.HTML(client.get("/").content)
    titles = [t for t in home.xpath("//article//h3/a/text()") if t.startswith("No.")]
    assert titles[:7] == [f"No. {number}" for number in range(7, 0, -1)]
    listed = etree.HTML(client.get("/articles/").content)
    assert listed.xpath("//article//h3/a/text()") == [f"No. {n}" for n in range(7, -1, -1)]


# --- The public history for machines --------------------------------------------------------


def publications(client, content):
    return client.get(f"{content.get_absolute_url()}history/reviews.json").json()["publications"]


def test_the_history_tells_publications_newest_first_each_with_its_own_dates(client):
    article = published("First words", FIRST)
    published_again(article, FIRST + DAY, title="Other words")
    dates = ("title", "revision", "public_from", "approved_at")
    told = publications(client, article)
    assert [tuple(one[name] for name in dates) for one in told] == [
        ("Other words", 2, second(FIRST + DAY), second(FIRST + DAY)),
        ("First words", 1, second(FIRST), second(FIRST)),
    ]
    signed = [[signoff["signed_at"] for signoff in one["sign_offs"]] for one in told]
    assert signed == [[second(FIRST + DAY)], [second(FIRST)]]
    assert {one["published_without_review"] for one in told} == {None}


def test_what_goes_live_by_the_clock_is_public_from_then_and_approved_before(client):
    article = f.article(at=FIRST)
    f.sign(article, at=FIRST)
    f.move("schedule", article, f.user("editor"), FIRST + DAY, go_live_at=FIRST + 3 * DAY)
    [told] = publications(client, article)
    assert told["public_from"] == second(FIRST + 3 * DAY)
    assert told["approved_at"] == second(FIRST + DAY)


def test_an_emergency_is_told_with_its_reason_and_when_it_was_confirmed(client):
    article = f.article(at=FIRST)
    f.move("emergency", article, f.user("editor"), FIRST, reason="A wrong dose.")
    facts = {"reason": "A wrong dose.", "at": second(FIRST), "confirmed_at": None}
    [told] = publications(client, article)
    assert (told["published_without_review"], told["approved_at"]) == (facts, None)
    f.move("confirm", article, f.user("editor"), FIRST + DAY)
    [told] = publications(client, article)
    assert told["published_without_review"] == facts | {"confirmed_at": second(FIRST + DAY)}


def test_the_same_words_reviewed_again_differ_in_nothing_and_say_so(client):
    article = published("First words", FIRST)
    f.move("submit", article, f.user("editor"), FIRST + DAY)
    f.publish(article, at=FIRST + DAY)
    page = etree.HTML(client.get(f"{article.get_absolute_url()}history/").content)
    newest, oldest = page.xpath("//ol[@class='history']/li")
    assert "reviewed again" in newest.findtext("h2")
    assert not newest.xpath(".//details")
    assert "reviewed again" not in oldest.findtext("h2")


# --- robots.txt ---------------------------------------------------------------------------------


def test_robots_are_kept_from_all_that_is_not_for_them(client):
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert lines == [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /search/",
        "Disallow: /pregnancy/search/",
        "Disallow: /preview/",
        "Sitemap: http://localhost/sitemap.xml",
    ]


# --- Cookies -------------------------------------------------------------------------------------


def test_no_other_site_can_send_the_desks_cookies_along():
    """Both are Lax: a form on another site reaches the desk without a session."""
    client = Client()
    client.get("/admin/login/")
    client.post("/admin/login/", {"username": f.user("editor").username, "password": "demo"})
    told = {name: (cookie["samesite"], cookie["path"]) for name, cookie in client.cookies.items()}
    assert told == {"csrftoken": ("Lax", "/"), "sessionid": ("Lax", "/")}
    assert client.cookies["sessionid"]["httponly"]
