"""Search as a reader meets it."""

import pytest
from lxml import html

from tests import factories as f
from tests import visits
from tests.reading import tree_of

pytestmark = pytest.mark.django_db


def some_pages():
    f.publish(f.point("BL40", simplified="委中穴"))
    f.publish(f.article(slug="legs", title="Tired legs", summary="After a long walk."))
    f.article(slug="draft", title="Tired eyes")


@pytest.fixture(scope="module")
def written_pages(written):
    written(some_pages)


@pytest.fixture
def searchable(written_pages, db):
    """Pages to search for."""


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
    assert tree.xpath("//main//h3/a/@href | //main//*[@class='choices']//a/@href") == [found]


@pytest.mark.parametrize("words", ["eyes", "tired eyes", "zebra", "%", "_", "' OR 1=1 --"])
def test_search_finds_nothing_else(client, searchable, words):
    tree = html.fromstring(client.get("/search/", {"q": words}).content.decode())
    assert not tree.xpath("//main//h3/a | //main//*[@class='choices']//a")


def test_search_without_words_lists_nothing_and_blames_nobody(client, searchable):
    for query in ("", "?q=", "?q=%20%09"):
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
