"""The atlas in a browser: what axe finds, small screens, the printed sheet, no JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from acupoints.importing import import_points
from acupoints.models import Acupoint
from articles.models import Article
from tests import desk
from tests import factories as f
from tests.support.standing import standing

from .judging import findings, too_wide

pytestmark = pytest.mark.once

PATHS = [
    "/acupoints/",
    "/acupoints/a-z/",
    "/acupoints/regions/",
    "/acupoints/complaints/",
    "/acupoints/for/headache/",
    "/acupoints/for/sleep/",
    "/acupoints/bl-40/",
    "/acupoints/bl-31/",
    "/acupoints/x-anmian/",
    "/acupoints/dantian/",
    "/acupoints/wiezhong/",
    "/acupoints/nothing/",
    "/meridians/urinary-bladder/",
    "/meridians/extra-head-and-neck/",
    "/pregnancy/acupoints/",
    "/pregnancy/acupoints/li-4/",
    "/pregnancy/acupoints/heguu/",
    "/pregnancy/acupoints/for/knees/",
    "/pregnancy/meridians/spleen/",
]
LONG = (
    "Sit down and bend the knee, so that the hollow goes soft. Rest the tips of both middle "
    "fingers in it and sink in lightly. Stay for about half a minute, then let go."
)


def points_and_texts():
    import_points()
    reviewer = f.reviewer(name="Dr Vera Sample")
    texts = {"location": LONG, "pressing": LONG, "research": LONG}
    told = f.evidence(statement="Hiccups.", grade="tradition", graded_by="", source_keys="")
    rows = {"cautions": [("vessel", LONG), ("other", LONG)], "evidence": [f.evidence(), told]}
    f.publish(f.point("BL40", **rows, **texts), reviewer)
    f.publish(f.point("LI4", cautions=[("pregnancy", LONG)], uses="Headache", **texts), reviewer)
    f.publish(f.article(slug="knees", title="Stiff knees", body=f.embed("BL40")), reviewer)


@pytest.fixture
def atlas(transactional_db):
    standing(points_and_texts)


def test_every_page_passes_axe_and_fits_its_screen(atlas, visitor):
    reader = visitor(bypass_csp=True)
    for path in PATHS:
        reader.open(path)
        assert findings(reader.page) == [], path
        assert too_wide(reader.page) == [], path
    assert reader.complaints == []


def test_targets_are_large_enough(atlas, visitor):
    """24 CSS pixels each way, but for links in a sentence."""
    reader = visitor(viewport={"width": 320, "height": 800})
    for path in PATHS:
        reader.open(path)
        small = reader.page.evaluate(
            """() => [...document.querySelectorAll("main a, main button, main input")]
              .filter((e) => !e.closest("[data-signed]") && e.getBoundingClientRect().height < 24)
              .filter((e) => getComputedStyle(e).display !== "inline" || e.closest("ul, ol"))
              .map((e) => e.outerHTML)"""
        )
        assert small == [], path


def test_a_point_prints_on_one_page(atlas, visitor):
    reader = visitor()
    for path in ("/acupoints/bl-40/", "/acupoints/bl-31/", "/pregnancy/acupoints/li-4/"):
        reader.open(path)
        pdf = reader.page.pdf(format="A4")
        assert re.findall(rb"/Type\s*/Pages[^>]*/Count (\d+)", pdf) == [b"1"], path
    reader.page.emulate_media(media="print")
    expect(reader.page.locator("[data-caution=pregnancy]")).to_be_visible()
    expect(reader.page.locator("[data-badge=reviewed]")).to_be_visible()
    expect(reader.page.locator(".steps")).to_be_hidden()


def test_a_reader_gets_everywhere_without_javascript(atlas, visitor):
    reader = visitor(java_script_enabled=False)
    page = reader.page
    reader.open("/acupoints/")
    page.fill("#point", "ＵＢ 40")
    page.click("text=Find")
    expect(page).to_have_url(f"{reader.base}/acupoints/bl-40/")
    page.click("text=Point before")
    expect(page).to_have_url(f"{reader.base}/acupoints/bl-39/")
    page.click("text=Urinary Bladder meridian")
    page.click("text=Pregnant?")
    page.click("[data-acupoint=BL21]")
    page.click("text=Point after")
    expect(page).to_have_url(f"{reader.base}/pregnancy/acupoints/bl-36/")
    page.click("header >> text=Acupoints")
    expect(page).to_have_url(f"{reader.base}/pregnancy/acupoints/")
    page.fill("#point", "hegu")
    page.click("text=Find")
    expect(page.locator("main [data-caution=pregnancy]").first).to_be_visible()
    assert reader.context.cookies() == []


def test_an_article_keeps_its_signed_words_after_its_point_has_others(atlas, visitor):
    """A point of the atlas is written anew, signed and published; its host stays as it was signed
    until somebody takes the newer version over and a reviewer signs that."""
    point, host = Acupoint.objects.get(code="BL40"), Article.objects.get(slug="knees")
    reader = visitor()
    reader.open("/articles/knees/")
    section = reader.page.locator("[data-signed] [data-acupoint=BL40]")
    before = section.inner_text()
    assert LONG in before
    f.revise(point, location="Bend the knee. The point is new here.")
    f.publish(point)
    reader.open("/acupoints/bl-40/")
    expect(reader.page.locator("[data-signed]")).to_contain_text("The point is new here.")
    expect(reader.page.locator("[data-signed] [data-badge=reviewed]")).to_have_count(1)
    reader.open("/articles/knees/")
    assert section.inner_text() == before
    expect(reader.page.locator("[data-signed] [data-badge=reviewed]")).to_have_count(1)

    # The desk says so, and one button takes it over, for the reviewer to sign.
    editor = visitor(f.user("editor", username="edith"))
    expect(editor.page.locator(".queue", has_text="older versions")).to_contain_text("Stiff knees")
    editor.open(desk.url(host.head.typed, "review"))
    editor.page.locator("details:has(.act-renew) summary, .act-renew button").first.click()
    expect(editor.page.locator("[data-signed]")).to_contain_text("The point is new here.")
    reader.open("/articles/knees/")
    assert section.inner_text() == before, "a draft is nobody's but the desk's"
    assert reader.complaints == editor.complaints == []
