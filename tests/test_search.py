"""Search as a reader meets it, and the suggestions while one types."""

import datetime

import pytest
from django.db import connection
from django.db.models import QuerySet
from lxml import html

from acupoints.importing import import_points
from acupoints.models import StandardPoint
from articles.models import Article
from editorial import triggers
from editorial.models import Seal
from products.models import Product
from tcmtips import suggestions
from tests import factories as f
from tests import visits
from tests.reading import tree_of

pytestmark = pytest.mark.django_db

RESULTS = "//main//h3/a/@href | //main//*[@class='choices']//a/@href"


def some_pages():
    import_points()
    f.publish(f.point("BL40", uses="Stiff knees\nTightness behind the knee"))
    legs = f.article(
        slug="legs",
        title="Tired legs",
        summary="After a long walk.",
        body="<h2>Rest</h2><p>Lift your feet onto a <strong>cushion</strong> &amp; wait.</p>"
        + f.embed("BL40"),
    )
    f.tag(legs, "evening rest")
    f.publish(legs)
    f.tag(f.article(slug="draft", title="Tired eyes"), "screens")
    f.publish(f.product(name="Sample mat", summary="To lie on."))


@pytest.fixture(scope="module")
def written_pages(written):
    written(some_pages)


@pytest.fixture
def searchable(written_pages, db):
    """Pages to search for, and all points of the nomenclature."""


def found(client, words, path="/search/"):
    return html.fromstring(client.get(path, {"q": words}).content.decode().strip() or "<p></p>")


def reasons(client, words, path="/search/"):
    """{address: why} of all results."""
    tree = found(client, words, path)
    results = tree.xpath("//main//li[.//*[@class='why']]")
    return {
        result.xpath(".//a/@href")[0]: result.xpath("string(.//*[@class='why'])").strip()
        for result in results
    }


# --- Points ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "path", "addresses"),
    [
        ("sore knees", "/search/", ["/acupoints/for/knees/"]),
        ("Knee", "/pregnancy/search/", ["/pregnancy/acupoints/for/knees/"]),
        ("headache", "/search/", []),  # no point is described for it
        ("kneeling", "/search/", []),
        ("zebra", "/search/", []),
    ],
)
def test_a_complaint_leads_to_its_points(searchable, client, words, path, addresses):
    tree = found(client, words, path)
    assert tree.xpath("//main//*[@class='topics']//a[contains(@href, '/for/')]/@href") == addresses


@pytest.mark.parametrize(
    ("words", "address", "why"),
    [
        ("BL40", "bl-40", "Found by its code, BL40"),
        ("bl-40", "bl-40", "Found by its code, BL40"),
        ("UB 40", "bl-40", "UB is another way to write BL"),
        ("Ｂ Ｌ ４０", "bl-40", "Found by its code, BL40"),
        ("Wěizhōng", "bl-40", "Found by its pinyin name, Wěizhōng"),
        ("weizhong", "bl-40", "Found by its pinyin name, Wěizhōng"),
        ("wei3zhong1", "bl-40", "Found by its pinyin name, Wěizhōng"),
        ("委中", "bl-40", "Found by its characters, 委中"),
        ("委中穴", "bl-40", "Found by"),
        ("环跳", "gb-30", "Found by its simplified characters, 环跳"),
        ("環跳", "gb-30", "Found by its traditional characters, 環跳"),
        ("bend centre", "bl-40", "Found by its English name, Bend Centre"),
        ("bend center", "bl-40", "Found by its English name, Bend Centre"),
        ("stiff knees", "bl-40", "Traditionally used for: Stiff knees"),
    ],
)
def test_a_point_is_found_first_and_says_why(client, searchable, words, address, why):
    told = reasons(client, words)
    assert next(iter(told)) == f"/acupoints/{address}/"
    assert told[f"/acupoints/{address}/"].startswith(why)


@pytest.mark.parametrize(
    ("words", "address", "why"),
    [
        ("huan", "gb-30", "Found by its pinyin name, Huántiào"),
        ("环", "gb-30", "Found by its simplified characters, 环跳"),
        ("環", "gb-30", "Found by its traditional characters, 環跳"),
        ("circle jumping", "gb-30", "Found by its English name, Jumping Circle"),
        ("gb", "gb-1", "Found by its code, GB1"),
    ],
)
def test_a_part_of_a_name_is_enough(client, searchable, words, address, why):
    assert reasons(client, words)[f"/acupoints/{address}/"] == why


def test_typed_tones_leave_out_names_with_others(client, searchable):
    assert "/acupoints/bl-40/" in reasons(client, "zhōng")
    assert "/acupoints/bl-40/" not in reasons(client, "zhòng")


def test_several_points_of_one_name_are_asked_about(client, searchable):
    tree = found(client, "zhongzhu")
    assert tree.xpath("//main//h2/text()") == ["Which point do you mean?"]
    assert tree.xpath(RESULTS) == ["/acupoints/ki-15/", "/acupoints/te-3/"]


@pytest.mark.parametrize(
    ("words", "address", "why"),
    [
        ("wiezhong", "bl-40", "Did you mean Wěizhōng (BL40)?"),
        ("BL70", "bl-67", "There is no BL70"),
    ],
)
def test_a_slip_is_offered_with_a_reason(client, searchable, words, address, why):
    tree = found(client, words)
    assert tree.xpath("//main//h2/text()") == ["Did you mean"]
    assert tree.xpath(RESULTS) == [f"/acupoints/{address}/"]
    assert why in tree.text_content()
    assert not tree.xpath("//*[@class='empty']")


def test_a_point_that_only_a_text_knows_is_found_by_it(client, searchable):
    f.publish(f.point("BL99", pinyin="Jiǔjiǔ", english="Samples End", uses="Sleepy toes"))
    for words in ("BL99", "bl-99", "Jiǔjiǔ", "samples end", "sleepy toes"):
        assert "/acupoints/bl-99/" in found(client, words).xpath(RESULTS), words


def test_many_points_are_cut_and_counted(client, searchable):
    tree = found(client, "gb")
    assert len(tree.xpath("//*[@class='choices']/li")) == 20
    assert "the first 20 of 45 points" in tree.text_content()


# --- Articles, topics, products ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("tired", "“tired” stands in the title"),
        ("LEGS", "“LEGS” stands in the title"),
        ("walk", "“walk” stands in the summary"),
        ("legs walk", "“legs” stands in the title; “walk” stands in the summary"),
        ("evening", "Its topic is evening rest"),
        ("cushion", "The text says: “Rest Lift your feet onto a cushion & wait. BL40”"),
        ("walk cushion", "“walk” stands in the summary; The text says"),
        ("UB40", "It uses the point Wěizhōng (BL40)"),
        ("委中", "It uses the point Wěizhōng (BL40)"),
        ("weizhong", "It uses the point Wěizhōng (BL40)"),
    ],
)
def test_an_article_is_found_and_says_why(client, searchable, words, why):
    assert reasons(client, words)["/articles/legs/"].startswith(why)


def test_an_article_is_found_by_its_points_characters_in_either_script(client, searchable):
    f.publish(f.point("GB30", pinyin="Huántiào", traditional="環跳", simplified="环跳"))
    f.publish(f.article(slug="hip", title="Hips", body=f.embed("GB30")))
    for words in ("環跳", "环跳", "huantiao", "Huántiào"):
        assert reasons(client, words)["/articles/hip/"] == "It uses the point Huántiào (GB30)"


def test_an_article_with_the_words_in_its_title_comes_first(client, searchable):
    f.publish(f.article(slug="later", title="Rain", summary="Better than tired."))
    assert list(reasons(client, "tired")) == ["/articles/legs/", "/articles/later/"]


def test_topics_and_products_are_results_too(client, searchable):
    assert found(client, "evening").xpath("//ul[@class='topics']//@href") == [
        "/topics/evening-rest/"
    ]
    product = Product.objects.get()
    assert reasons(client, "sample mat") == {product.get_absolute_url(): "Found by its name"}
    assert reasons(client, "lie on") == {product.get_absolute_url(): "Found by its description"}
    assert not found(client, "screens").xpath("//ul[@class='topics']"), "a draft's topic"


@pytest.mark.parametrize(
    "words", ["eyes draft", "tired eyes", "zebra", "%", "_", "' OR 1=1 --", "strong", "h2", "div"]
)
def test_search_finds_nothing_else(client, searchable, words):
    """Neither drafts nor markup nor everything."""
    tree = found(client, words)
    assert not [url for url in tree.xpath(RESULTS) if not url.startswith("/acupoints/")]


def test_nothing_found_says_so_and_where_to_go(client, searchable):
    tree = found(client, "zebra")
    assert "Nothing here matches “zebra”" in tree.text_content()
    assert "/acupoints/" in tree.xpath("//*[@class='empty']//a/@href")


def test_what_is_withdrawn_or_not_yet_due_is_not_found(client, searchable, time_machine):
    legs = Article.objects.get(slug="legs")
    later = f.article(slug="later", title="Tired arms")
    f.sign(later)
    at = f.now() + datetime.timedelta(hours=1)
    f.move("schedule", later, f.user("editor"), go_live_at=at)
    for path in ("/search/", "/search/suggest/"):
        links = found(client, "tired", path).xpath("//a/@href")
        assert "/articles/legs/" in links
        assert "/articles/later/" not in links
    f.move("withdraw", legs, f.user("editor"), reason="It was wrong.")
    time_machine.move_to(at)
    for path in ("/search/", "/search/suggest/"):
        links = found(client, "tired", path).xpath("//a/@href")
        assert "/articles/legs/" not in links
        assert "/articles/later/" in links


# --- What is typed -----------------------------------------------------------------------------


def test_search_without_words_lists_nothing_and_blames_nobody(client, searchable):
    for query in ("", "?q=", "?q=%20%09"):
        tree = tree_of(client, f"/search/{query}")
        assert not tree.xpath("//main//h2 | //main//*[@class='empty']")


@pytest.mark.parametrize("path", ["/search/", "/search/suggest/"])
def test_what_is_searched_for_is_no_markup(client, searchable, path):
    for words in ('"><script>alert(1)</script>', '<i>BL40</i>"'):
        page = client.get(path, {"q": words}).content.decode()
        assert "<script>alert" not in page
        assert "<i>" not in page


def test_a_search_is_cut_at_a_hundred_characters(client):
    tree = tree_of(client, "/search/?q=" + "x" * 5000)
    assert tree.xpath("//input[@id='q']/@value") == ["x" * 100]
    assert set(tree.xpath("//input[@name='q']/@maxlength")) == {"100"}


def test_a_search_for_many_words_costs_no_more_than_one_for_few(client, searchable):
    """Each word once doubled the statement: fifteen took a minute, and fifty fit in."""
    path = "/search/?q=" + "+".join(f"e{number}" for number in range(50))
    spent = visits.visit(path)
    assert len(spent.queries) <= len(visits.visit("/search/?q=e").queries)
    assert max(map(len, spent.queries)) < 60_000


# --- In pregnancy ------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["LI4", "hegu", "合谷", "heg"])
@pytest.mark.parametrize("path", ["/search/", "/search/suggest/"])
def test_a_reader_who_is_pregnant_gets_no_cautioned_point(client, searchable, words, path):
    assert "/acupoints/li-4/" in found(client, words, path).xpath("//a/@href")
    links = found(client, words, f"/pregnancy{path}").xpath("//a/@href")
    assert "/pregnancy/acupoints/li-4/" not in links
    assert "/acupoints/li-4/" not in links


def test_what_is_left_out_in_pregnancy_is_counted_and_said(client, searchable):
    tree = found(client, "hegu", "/pregnancy/search/")
    words = " ".join(tree.text_content().split())
    assert "1 point is left out here because tradition tells pregnant women to avoid it." in words
    assert "Nothing else here matches “hegu”." in words
    assert "/search/?q=hegu" in tree.xpath("//main//a/@href")


def test_an_article_is_not_found_by_a_point_that_is_left_out(client, searchable):
    f.publish(f.point("LI4", pinyin="Hégǔ", traditional="合谷", simplified="合谷"))
    f.publish(f.article(slug="hand", title="Hands", body=f.embed("LI4")))
    assert "/articles/hand/" in reasons(client, "合谷")
    assert "/articles/hand/" not in reasons(client, "合谷", "/pregnancy/search/")


def test_a_reader_who_is_pregnant_stays_in_her_part(client, searchable):
    tree = found(client, "gb30", "/pregnancy/search/")
    assert tree.xpath(RESULTS) == ["/pregnancy/acupoints/gb-30/"]
    assert set(tree.xpath("//form[@role='search']/@action")) == {"/pregnancy/search/"}
    suggested = found(client, "gb30", "/pregnancy/search/suggest/")
    assert suggested.xpath("//a/@href") == ["/pregnancy/acupoints/gb-30/"]


def test_the_nomenclatures_cautions_leave_points_out_of_every_search(client, searchable):
    cautioned = StandardPoint.objects.for_pregnancy()
    assert len(cautioned) > 50
    for point in cautioned[::7]:
        for path in ("/pregnancy/search/", "/pregnancy/search/suggest/"):
            links = found(client, point.code, path).xpath("//a/@href")
            assert not [url for url in links if url.endswith(f"/{point.slug}/")]


# --- Suggestions -------------------------------------------------------------------------------


def suggested(client, words):
    """[(kind, address)] under the field."""
    links = found(client, words, "/search/suggest/").xpath("//li/a")
    return [(link.xpath("string(*[@class='kind'])"), link.get("href")) for link in links]


def test_suggestions_are_of_every_kind(client, searchable):
    assert suggested(client, "weizh") == [("Point", "/acupoints/bl-40/")]
    assert suggested(client, "tired l") == [("Article", "/articles/legs/")]
    assert suggested(client, "even") == [("Topic", "/topics/evening-rest/")]
    assert [kind for kind, _url in suggested(client, "sample m")] == ["Product"]


@pytest.mark.parametrize("words", ["UB40", "委中", "wiezhong", "Wěizhōng", "wei3 zhong1"])
def test_a_suggested_point_is_the_resolvers(client, searchable, words):
    assert suggested(client, words)[0] == ("Point", "/acupoints/bl-40/")


def test_a_suggestion_says_why(client, searchable):
    assert "UB is another way to write BL" in client.get("/search/suggest/?q=UB40").content.decode()


@pytest.mark.parametrize(
    "words", ["", "   ", "zebra", "eyes", "screens", "%", "\u202e", "x" * 9999]
)
def test_nothing_is_suggested_where_nothing_fits(client, searchable, words):
    assert [s for s in suggested(client, words) if s[0] != "Point"] == []


def test_suggestions_are_eight_at_most(client, searchable):
    for number in range(9):
        f.publish(f.article(title=f"Zhong {number}"))
        f.publish(f.product(name=f"Zhong {number}"))
    found = suggested(client, "zhong")
    assert len(found) == 8
    assert {kind for kind, _url in found} == {"Point", "Article"}


def test_suggestions_are_kept_by_nobody(client, searchable):
    """They follow the clock and the desk at once."""
    response = client.get("/search/suggest/?q=bl40")
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["X-Robots-Tag"] == "noindex"


def test_a_changed_title_is_suggested_as_it_was_signed_anew(client, searchable):
    assert suggested(client, "tired") == [("Article", "/articles/legs/")]
    legs = Article.objects.get(slug="legs")
    f.revise(legs, title="Heavy legs")
    assert suggested(client, "heavy") == []
    f.sign(legs)
    f.move("approve", legs, f.user("editor"), correction="Another title.")
    assert suggested(client, "tired") == []
    assert suggested(client, "heavy") == [("Article", "/articles/legs/")]


def test_words_that_were_not_sealed_are_suggested_to_nobody(client, searchable):
    assert suggested(client, "tired") == [("Article", "/articles/legs/")]
    legs = Article.objects.get(slug="legs")
    connection.check_constraints()
    with triggers.lifted(connection):
        seal = Seal.objects.filter(revision=legs.live_id)
        changed = bytes(seal.get().canonical).replace(b"Tired legs", b"Cured legs")
        QuerySet(Seal).filter(revision=legs.live_id).update(canonical=changed)
    assert suggested(client, "tired") == []


def test_titles_are_read_once_for_many_suggestions(client, searchable, monkeypatch):
    reads = []
    read = suggestions.read_titles
    monkeypatch.setattr(suggestions, "read_titles", lambda *args: reads.append(args) or read(*args))
    f.publish(f.article(title="Anything"))
    for words in ("t", "ti", "tir"):
        suggested(client, words)
    assert len(reads) == 1
