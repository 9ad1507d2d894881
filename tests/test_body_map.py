"""The body map with all points: each area is linked, counted and marked, and lists its points."""

import csv
from collections import Counter

import pytest
from django.core.management import call_command
from django.urls import reverse
from lxml import html

from acupoints import body
from acupoints.lexicon import DATA
from acupoints.models import StandardPoint
from tests.visits import visit

# With no point as with all; the footer of a page asks for the plain pages.
QUERIES = {"/body/": 3, "/body/upper-back/": 3, "/body/upper-back.svg": 0}
every_area = pytest.mark.parametrize("area", body.AREAS.values(), ids=lambda area: area.slug)


def names_in_data():
    """[[region]] of each row of the nomenclature's file."""
    with (DATA / "points.csv").open(encoding="utf-8") as file:
        return [row["region"].split(";") for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def nomenclature(written):
    written(lambda: call_command("import_acupoints", verbosity=0))


@pytest.fixture
def points(nomenclature, db):
    return StandardPoint.objects.all()


# --- Counts and points -----------------------------------------------------------------------


def test_counts_come_from_the_database_and_agree_with_the_data(points):
    expected = Counter()
    for regions in names_in_data():
        expected.update({body.AREA_OF_REGION[region].slug for region in regions})
    assert body.counts() == expected
    assert sum(expected.values()) == 420, "419 points, one of which lies in two areas"


def test_the_areas_hold_every_point(points):
    found = {
        code
        for area in body.AREAS.values()
        for code in points.in_regions(area.regions).values_list("code", flat=True)
    }
    assert found == set(points.values_list("code", flat=True))


def test_a_point_of_two_regions_stands_in_both(points):
    for slug in ("upper-back", "lower-back"):
        assert points.in_regions(body.AREAS[slug].regions).filter(code="EX-B2").exists()


# --- Pages -----------------------------------------------------------------------------------


def shapes_of(page):
    """{address: title} of the links in a page's drawings."""
    links = html.fromstring(page.text).xpath("//*[name()='svg']//a")
    return {link.get("href"): link.findtext("title") for link in links}


def test_the_map_links_and_counts_every_area_in_drawing_and_list(points):
    page = visit("/body/")
    shapes, tree = shapes_of(page), html.fromstring(page.text)
    for area, count in ((body.AREAS[slug], count) for slug, count in body.counts().items()):
        words = f"{count} point" if count == 1 else f"{count} points"
        assert shapes[area.get_absolute_url()] == f"{area.label}, {words}"
        [item] = tree.xpath(f"//li[a/@href='{area.get_absolute_url()}']")
        assert " ".join(item.text_content().split()) == f"{area.label} {count}{words}"


@every_area
def test_an_area_lists_its_points_in_order(points, area):
    page = visit(area.get_absolute_url())
    tree = html.fromstring(page.text)
    expected = points.in_regions(area.regions).order_by("order", "code")
    assert tree.xpath("//a[@class='point-link']/@href") == [
        reverse("acupoint", args=[point.slug]) for point in expected
    ]
    for text in ("code", "pinyin", "traditional", "english_name"):
        assert html.tostring(tree, encoding="unicode").count(getattr(expected[0], text)) >= 1
    assert expected[0].get_meridian_display() in tree.xpath("//section/h2/text()")


@every_area
def test_an_area_is_marked_in_its_own_drawing_and_no_other_is(nomenclature, db, area):
    tree = html.fromstring(visit(area.get_absolute_url()).text)
    [marked] = tree.xpath("//*[name()='svg']//a[@aria-current='page']")
    assert marked.get("href") == area.get_absolute_url()
    assert marked.find("path").get("d") == area.path


@pytest.mark.parametrize("path", QUERIES)
def test_a_page_keeps_to_its_queries_with_all_points_loaded(points, path):
    assert len(visit(path).queries) == QUERIES[path]
