"""The body map in a reader's browser: keys, screen readers, small and dark screens, no script."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from acupoints import body
from tests.support.standing import standing

from .judging import findings, too_wide

pytestmark = pytest.mark.once

PAGES = ["/body/", "/body/upper-back/", "/body/face/", "/body/sole/", "/pregnancy/body/"]
AREAS = {reverse("body_area", args=[area.slug]) for area in body.AREAS.values()}


def points():
    call_command("import_acupoints", verbosity=0)


@pytest.fixture
def atlas(transactional_db):
    standing(points)


def test_every_page_passes_axe_and_fits_its_screen(atlas, visitor):
    reader = visitor(bypass_csp=True)
    for path in PAGES:
        reader.open(path)
        assert findings(reader.page) == [], path
        assert too_wide(reader.page) == [], path
    assert reader.complaints == []


def test_the_links_of_the_lists_are_large_enough(atlas, visitor):
    """24 CSS pixels each way, on the smallest screen."""
    reader = visitor(viewport={"width": 320, "height": 800})
    for path in PAGES:
        reader.open(path)
        heights = reader.page.locator("main a:not(svg a, .part a)").evaluate_all(
            "links => links.map((link) => [link.textContent, link.getBoundingClientRect().height])"
        )
        assert [name for name, height in heights if height < 24] == [], path


FOCUS = """() => {
  const path = document.activeElement.closest(".body-map")?.querySelector(":focus path");
  return path && {
    address: document.activeElement.getAttribute("href"),
    width: parseFloat(getComputedStyle(path).strokeWidth),
    fill: getComputedStyle(path).fill,
  };
}"""


@pytest.mark.parametrize("forced", ["none", "active"])
def test_the_keyboard_reaches_every_area_of_the_drawings_and_shows_where_it_is(
    atlas, visitor, forced
):
    reader = visitor(forced_colors=forced)
    reader.open("/body/")
    resting = reader.page.locator(".body-map a path").first
    width = resting.evaluate("path => parseFloat(getComputedStyle(path).strokeWidth)")
    reached = {}
    for _press in range(reader.page.locator("a").count()):
        reader.page.keyboard.press("Tab")
        if shown := reader.page.evaluate(FOCUS):
            reached[shown.pop("address")] = shown
    assert reached.keys() >= AREAS
    assert min(shown["width"] for shown in reached.values()) >= 3 * width
    assert "rgba(0, 0, 0, 0)" not in {shown["fill"] for shown in reached.values()}


def test_enter_on_an_area_opens_it(atlas, visitor):
    reader = visitor()
    reader.open("/body/")
    reader.page.locator(".body-map a[href='/body/calf/']").focus()
    reader.page.keyboard.press("Enter")
    reader.page.wait_for_url("**/body/calf/")


def test_the_map_works_without_script(atlas, visitor):
    reader = visitor(java_script_enabled=False)
    reader.open("/body/")
    reader.page.locator(".body-map a[href='/body/upper-back/'] path").click()
    reader.page.wait_for_url("**/body/upper-back/")
    hands = reader.page.locator(".body-map a[href='/body/#hand'] path")
    box = hands.bounding_box()
    hands.click(position={"x": 0.13 * box["width"], "y": 0.4 * box["height"]})
    reader.page.wait_for_url("**/body/#hand")


def test_a_screen_reader_hears_area_and_count_of_each_link(atlas, visitor):
    reader = visitor()
    reader.open("/body/")
    drawing = reader.page.get_by_role("group", name="Drawing: Back")
    assert drawing.get_by_role("link", name="Upper back, 34 points", exact=True).count() == 1
    item = reader.page.locator("#back li", has_text="Upper back")
    assert item.inner_text().split() == ["Upper", "back", "34", "34", "points"]


def test_the_print_keeps_the_drawings(atlas, visitor):
    reader = visitor()
    reader.open("/body/")
    reader.page.emulate_media(media="print")
    for drawing in reader.page.locator(".body-map").all():
        assert drawing.bounding_box()["height"] > 100
    assert reader.page.locator(".body-jump").is_hidden()


def test_a_small_figure_is_eight_rems_high_and_breaks_no_policy(atlas, visitor):
    reader = visitor()
    reader.open("/body/")
    assert reader.page.evaluate(
        """async () => {
          const image = document.createElement("img");
          image.className = "body-figure";
          image.src = "/body/chest.svg";
          document.querySelector("main").append(image);
          await image.decode();
          return [image.naturalHeight > image.naturalWidth, image.height];
        }"""
    ) == [True, 136]
    assert reader.complaints == []
