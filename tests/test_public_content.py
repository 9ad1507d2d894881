"""What is shown to whom and from when: pages, lists and signed bytes, the parts of a page, and
what stands around products."""

import datetime
import hashlib

import pytest
import time_machine
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from editorial import actions
from editorial.actions import Token
from editorial.models import SignOff
from tests import factories as f
from tests.reading import badges, graph_of, tree_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]

DAY, SECOND = datetime.timedelta(days=1), datetime.timedelta(seconds=1)
LISTS = ("home", "articles", "topic", "author", "search", "feed", "sitemap")


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
        "feed": "/feed/",
        "sitemap": "/sitemap.xml",
    }
    path = article.get_absolute_url()
    links = (
        f'href="{path}"',
        f'href="{settings.SITE_URL}{path}"',
        f"<loc>{settings.SITE_URL}{path}<",
    )
    shown = {name: client.get(url).content.decode() for name, url in addresses.items()}
    return [name for name, text in shown.items() if any(link in text for link in links)]


# --- Before, while and after something is public -----------------------------------------


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


# --- The signed bytes --------------------------------------------------------------------


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


# --- What tests and outsiders find a page's parts by -------------------------------------


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
    assert last == timezone.localtime(signoff.signed_at).isoformat()
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


# --- Products and plain pages ------------------------------------------------------------

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
    row.save()
    tree = tree_of(client, content.get_absolute_url())
    assert not tree.xpath("//*[@data-badge] | //*[@data-signed] | //*[@data-reviewer]")
    assert tree.xpath("//article[@data-unsigned]")
