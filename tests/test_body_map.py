"""The body map with all points: each area is linked, counted and marked, and lists its points."""

import csv
from collections import Counter

import pytest
from django.core.management import call_command
from django.urls import reverse
from lxml import html

from acupoints import atlas, body, body_views
from acupoints.courses import COURSES
from acupoints.lexicon import DATA
from acupoints.models import StandardPoint
from tests import factories as f
from tests.visits import visit

# With no point as with all; the footer of a page asks for the plain pages.
QUERIES = {
    "/body/": 3,
    "/body/upper-back/": 5,
    "/pregnancy/body/": 4,
    "/pregnancy/body/calf/": 6,
    "/body/upper-back.svg": 0,
}
every_area = pytest.mark.parametrize("area", body.AREAS.values(), ids=lambda area: area.slug)


def address(area):
    return reverse("body_area", args=[area.slug])


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
    assert body.counts(points) == expected
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
    for area, count in ((body.AREAS[slug], count) for slug, count in body.counts(points).items()):
        words = f"{count} point" if count == 1 else f"{count} points"
        assert shapes[address(area)] == f"{area.label}, {words}"
        [item] = tree.xpath(f"//li[a/@href='{address(area)}']")
        assert " ".join(item.text_content().split()) == f"{area.label} {count}{words}"


@every_area
def test_an_area_lists_its_points_in_order(points, area):
    page = visit(address(area))
    tree = html.fromstring(page.text)
    expected = points.in_regions(area.regions).order_by("order", "code")
    assert tree.xpath("//a[@class='point-link']/@href") == [
        reverse("acupoint", args=[point.slug]) for point in expected
    ]
    for text in ("code", "pinyin", "traditional", "english_name"):
        assert html.tostring(tree, encoding="unicode").count(getattr(expected[0], text)) >= 1
    assert COURSES[expected[0].meridian].title in tree.xpath("//section/h2/a/text()")


@every_area
def test_an_area_is_marked_in_its_own_drawing_and_no_other_is(nomenclature, db, area):
    tree = html.fromstring(visit(address(area)).text)
    [marked] = tree.xpath("//*[name()='svg']//a[@aria-current='page']")
    assert marked.get("href") == address(area)
    assert marked.find("path").get("d") == area.path


@pytest.mark.parametrize("path", QUERIES)
def test_a_page_keeps_to_its_queries_with_all_points_loaded(points, path):
    assert len(visit(path).queries) == QUERIES[path]


# --- For a reader who is pregnant --------------------------------------------------------------


def test_the_map_for_pregnancy_counts_no_cautioned_point_and_keeps_to_its_part(points):
    page = visit("/pregnancy/body/")
    shown, cautioned = shapes_of(page), points.for_pregnancy()
    for area in body.AREAS.values():
        left = points.in_regions(area.regions).exclude(pk__in=cautioned).count()
        words = f"{left} point" if left == 1 else f"{left} points"
        assert shown[f"/pregnancy{address(area)}"] == f"{area.label}, {words}"
    links = html.fromstring(page.text).xpath("//main//*[name()='svg']//a/@href")
    assert all(link.startswith("/pregnancy/body/") for link in links)


@pytest.mark.parametrize("slug", ["sacrum", "hand-back", "lower-leg-inner", "shoulder"])
def test_an_area_for_pregnancy_leaves_cautioned_points_out_and_says_how_many(points, slug):
    here = points.in_regions(body.AREAS[slug].regions)
    left_out = here.filter(pk__in=points.for_pregnancy()).count()
    tree = html.fromstring(visit(f"/pregnancy/body/{slug}/").text)
    assert tree.xpath("//a[@class='point-link']/@href") == [
        reverse("pregnancy:acupoint", args=[point.slug])
        for point in here.exclude(pk__in=points.for_pregnancy())
    ]
    assert (f" {left_out} point" in tree.xpath("string(//aside[@class='part'])")) == bool(left_out)


def test_a_caution_of_a_signed_text_counts_in_the_map_too(points):
    before = body.counts(body_views.offered(f.now(), pregnant=True))
    f.publish(f.point("ST41", cautions=[("pregnancy", "Leave it out.")]))
    after = body.counts(body_views.offered(f.now(), pregnant=True))
    assert before - after == {"ankle": 1}
    assert "ST41" in atlas.cautioned_codes(f.now())
