"""The areas of the body and their drawings: each region lies in one area, each area is drawn; the
small figures, the finger-widths, and the map before a point is loaded."""

import re
from collections import Counter

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from lxml import etree, html

from acupoints import body
from acupoints.models import StandardPoint
from acupoints.regions import REGIONS
from tests import factories as f
from tests.test_body_map import QUERIES, every_area, names_in_data
from tests.visits import visit

# --- Areas -----------------------------------------------------------------------------------


def test_every_region_belongs_to_exactly_one_area():
    held = Counter(region for area in body.AREAS.values() for region in area.regions)
    assert set(held.values()) == {1}
    assert held.keys() == REGIONS.keys()


def test_no_region_of_the_data_is_left_out():
    named = {region for regions in names_in_data() for region in regions}
    assert named <= body.AREA_OF_REGION.keys()


def test_a_region_named_like_an_area_belongs_to_it():
    for name in body.AREA_OF_REGION.keys() & body.AREAS.keys():
        assert body.AREA_OF_REGION[name].slug == name


def test_an_area_and_a_view_have_no_name_in_common():
    assert not body.AREAS.keys() & body.VIEWS.keys()


@pytest.mark.parametrize("view", body.VIEWS.values(), ids=lambda view: view.slug)
def test_a_drawing_shows_every_area_of_its_view_and_nothing_unknown(view):
    drawn = view.drawing["areas"].keys()
    assert {area.slug for area in view.areas} <= drawn
    assert drawn <= body.AREAS.keys() | body.VIEWS.keys()


@pytest.mark.parametrize("view", body.VIEWS.values(), ids=lambda view: view.slug)
def test_a_drawing_is_made_of_paths_that_lie_in_its_box(view):
    drawing = view.drawing
    left, top, width, height = map(float, drawing["box"].split())
    assert (drawing["width"], drawing["height"]) == (width, height)
    for path in (drawing["body"], drawing["outline"], drawing["lines"], *drawing["areas"].values()):
        assert re.fullmatch(r"[MZlc0-9 .\n-]+", path)
        for x, y in re.findall(r"M(-?[\d.]+) ?(-?[\d.]+)", path):
            assert left - 50 <= float(x) <= left + width + 50
            assert top - 50 <= float(y) <= top + height + 50


@pytest.mark.parametrize(
    ("place", "slug"),
    [
        ("knee-back-outer", "knee-back"),
        ("upper-back;lower-back", "upper-back"),
        ("ankle-back-inner", "ankle"),
        ("scalp", "scalp"),
    ],
)
def test_a_region_or_an_area_leads_to_its_area(place, slug):
    assert body.area_of(place).slug == slug


@pytest.mark.parametrize("place", ["", "moon", ";", "front"])
def test_what_is_no_region_has_no_area(place):
    assert body.area_of(place) is None


def test_head_hand_and_foot_of_the_whole_body_lead_to_the_larger_drawings():
    for view in (body.FRONT, body.BACK):
        leads = {target.slug for _path, target, count in body.plate(view, Counter())["shapes"]}
        assert {"head", "hand", "foot"} <= leads


# --- With few points or none ----------------------------------------------------------------


@pytest.mark.django_db
def test_counts_are_nought_before_the_nomenclature_is_loaded():
    assert set(body.counts(StandardPoint.objects.all()).values()) == {0}


@pytest.mark.django_db
def test_counts_follow_the_database():
    f.standard_point("BL40", region="knee-back")
    assert body.counts(StandardPoint.objects.all())["knee-back"] == 1


@pytest.mark.django_db
def test_a_region_is_not_taken_for_another_whose_name_begins_alike():
    f.standard_point("BL40", region="knee-back-outer")
    assert not StandardPoint.objects.in_regions(["knee-back"]).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("path", QUERIES)
def test_a_page_keeps_to_its_queries_with_no_point(path):
    page = visit(path)
    assert page.response.status_code == 200
    assert len(page.queries) == QUERIES[path]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/body/moon/", "/body/front/", "/body/moon.svg", "/body/..svg"])
def test_an_unknown_area_is_not_found(path):
    assert visit(path).response.status_code == 404


# --- Figures ---------------------------------------------------------------------------------


@pytest.mark.django_db
@every_area
def test_a_small_figure_is_small_and_marks_its_area_without_styles(area):
    page = visit(reverse("body_figure", args=[area.slug]))
    assert page.response.headers["Content-Type"] == "image/svg+xml"
    assert page.response.headers["Cache-Control"] == "public, max-age=86400"
    assert len(page.content) < 8000
    tree = etree.fromstring(page.content)
    [marked] = tree.xpath("//*[@clip-path]")
    assert marked.get("d") == area.path
    assert not tree.xpath("//*[local-name()='style' or local-name()='script'] | //@style")


@pytest.mark.parametrize("place", ["chest", "knee-back-outer", "upper-back;lower-back"])
def test_the_figure_of_a_region_is_an_image_with_words_and_few_bytes(place):
    text = render_to_string("components/_figure.html", {"place": place}).strip()
    image, area = html.fromstring(text), body.area_of(place)
    assert image.get("src") == f"/body/{area.slug}.svg"
    assert image.get("alt") == f"Drawing of the body, marked: {area.label}"
    assert (image.get("width"), image.get("height")) == ("280", "624")
    assert len(text) < 250


def test_where_the_map_has_no_such_region_there_is_no_figure():
    assert render_to_string("components/_figure.html", {"place": "moon"}).strip() == ""


def test_the_finger_widths_are_drawn_to_scale():
    tree = html.fromstring(render_to_string("components/_finger_widths.html"))
    measures = tree.xpath("//*[@class='measure']/@d")
    widths = [int(re.search(r"h(\d+)$", measure)[1]) for measure in measures]
    words = [float(text.split()[0]) for text in tree.xpath("//strong/text()")]
    assert words == [1, 1.5, 3]
    assert [width / widths[0] for width in widths] == words
    scales = {
        float(svg.get("width")) / float(svg.get("viewbox").split()[2])
        for svg in tree.xpath("//svg")
    }
    assert len(scales) == 1
