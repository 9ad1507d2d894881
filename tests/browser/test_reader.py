"""What only a reader's browser knows: the words on the screen, the policy, keys, small screens."""

import gzip
import hashlib
import html as entities
import json
import re

import pytest
from playwright.sync_api import expect

from articles.models import Article

from .judging import findings, too_wide

pytestmark = pytest.mark.once

PAGES = [
    "/",
    "/articles/",
    "/articles/acupressure-for-knee-pain/",
    "/articles/acupressure-for-travel-sickness/",
    "/articles/winding-down-before-sleep/",
    "/articles/long-standing-at-work/",
    "/articles/acupressure-for-knee-pain/history/",
    "/acupoints/",
    "/acupoints/bl-40/",
    "/products/",
    "/products/sample-massage-ball/",
    "/topics/knee%20pain/",
    "/authors/nora-sample/",
    "/reviewers/ilse-sample-brandt/",
    "/reviewers/ruth-sample-moreau/",
    "/how-we-review/",
    "/search/",
    "/search/?q=knee",
    "/search/?q=nothing+like+this",
    "/search/?q=zhongzhu",
    "/search/?q=wiezhong",
    "/search/?q=massage",
    "/pregnancy/search/?q=hegu",
    "/nowhere/",
]


VISIBLE = """() => {
  const signed = document.querySelector("[data-signed]");
  const outside = (node) => !node.closest("[data-badge]");
  const texts = [];
  const walker = document.createTreeWalker(signed, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (outside(parent) && walker.currentNode.data.trim()) texts.push(walker.currentNode.data);
  }
  for (const element of signed.querySelectorAll("*")) {
    if (!outside(element)) continue;
    for (const name of ["alt", "title", "aria-label", "placeholder"]) {
      if (element.getAttribute(name)?.trim()) texts.push(element.getAttribute(name));
    }
    for (const side of ["::before", "::after"]) {
      const content = getComputedStyle(element, side).content;
      if (/"[^"]*[a-z0-9]/i.test(content)) texts.push(content);
    }
  }
  return texts;
}"""


def strings(value):
    """Every string in a canonical document, markup as the words it shows."""
    if isinstance(value, dict):
        return [found for inner in value.values() for found in strings(inner)]
    if isinstance(value, list):
        return [found for inner in value for found in strings(inner)]
    if not isinstance(value, str):
        return [] if value is None else [str(value)]
    return [flat(part) for part in re.split(r"<[^>]+>", value)]


def flat(text):
    return " ".join(entities.unescape(text).split())


@pytest.mark.parametrize("slug", ["acupressure-for-knee-pain", "acupressure-for-travel-sickness"])
def test_every_word_in_the_signed_part_stands_in_the_canonical_file(site, visitor, slug):
    reader = visitor()
    reader.open(f"/articles/{slug}/")
    texts = reader.page.evaluate(VISIBLE)
    assert len(texts) > 50
    digest = reader.page.locator("[data-signed]").get_attribute("data-signed")
    link = reader.page.locator(".digest a").get_attribute("href")
    data = reader.page.request.get(reader.base + link).body()
    assert hashlib.sha256(data).hexdigest() == digest
    sealed = strings(json.loads(data))
    for text in texts:
        assert any(flat(text) in words for words in sealed), text


@pytest.mark.parametrize("slug", ["acupressure-for-knee-pain"])
def test_every_signed_word_stands_on_the_page(site, visitor, slug):
    """The other way round: nothing that was signed is left out."""
    reader = visitor()
    reader.open(f"/articles/{slug}/")
    shown = flat(" ".join(reader.page.evaluate(VISIBLE)))
    link = reader.page.locator(".digest a").get_attribute("href")
    document = json.loads(reader.page.request.get(reader.base + link).body())
    fields = document["fields"]
    for name in ("title", "summary", "hero_alt", "hero_caption", "hero_credit", "tips_heading"):
        assert flat(fields[name]) in shown, name
    for name in ("body", "tips", "sources", "bylines"):
        for words in strings(fields[name]):
            assert words in shown or re.fullmatch(r"[a-z0-9-]*", words), words
    drawings = "[data-signed] img.body-figure"
    drawn = reader.page.eval_on_selector_all(drawings, "all => all.map((image) => image.src)")
    for pin in document["pins"]:
        area = pin["document"]["fields"].pop("area")  # it is seen as the drawing that marks it
        assert f"{reader.base}/body/{area}.svg" in drawn
        for name, value in pin["document"]["fields"].items():
            for words in strings(value):
                for line in words.splitlines():
                    kind = name == "cautions" and line in ("pregnancy", "vessel", "other")
                    assert kind or line in shown, line


def test_the_reviewer_reads_the_same_element_as_the_public(site, visitor):
    """On the reading page, in the preview and in public the signed part is the same, byte for
    byte, but for the badge."""
    from editorial.models import User

    User.objects.filter(username="reviewer").update(password=hash_of("demo"))
    article = Article.objects.get(slug="acupressure-for-knee-pain")
    reviewer = visitor(User.objects.get(username="reviewer"))
    element = """() => {
      const signed = document.querySelector("[data-signed]").cloneNode(true);
      signed.querySelector("[data-badge]")?.remove();
      return signed.outerHTML.replace(/>\\s+</g, "><");
    }"""
    seen = []
    for path in (
        f"/admin/articles/articlerevision/{article.head_id}/review/",
        f"/admin/articles/articlerevision/{article.head_id}/preview/",
        "/articles/acupressure-for-knee-pain/",
    ):
        reviewer.open(path)
        seen.append(reviewer.page.evaluate(element))
    assert seen[0] == seen[1] == seen[2]


def hash_of(password):
    from django.contrib.auth.hashers import make_password

    return make_password(password)


def test_no_page_sets_a_cookie_asks_a_third_party_or_offends_the_policy(site, visitor):
    reader = visitor()
    for path in PAGES:
        reader.open(path)
        reader.page.wait_for_timeout(50)  # for what a script asks once the page is there
    reader.page.wait_for_load_state("networkidle")
    assert reader.context.cookies() == []
    assert [url for url in reader.requests if not url.startswith((reader.base, "data:"))] == []
    assert reader.complaints == []


def test_search_opens_with_the_keyboard_closes_with_escape_and_gives_the_focus_back(site, visitor):
    reader = visitor()
    reader.open("/articles/")
    link = reader.page.locator("[data-opens-search]")
    link.focus()
    reader.page.keyboard.press("Enter")
    dialog = reader.page.locator("#search-dialog")
    expect(dialog).to_be_visible()
    expect(dialog.locator("input")).to_be_focused()
    reader.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(link).to_be_focused()
    reader.page.keyboard.press("Enter")
    reader.page.keyboard.type("knee")
    reader.page.keyboard.press("Enter")
    expect(reader.page).to_have_url(re.compile(r"/search/\?q=knee$"))
    expect(reader.page.locator("main")).to_contain_text("Sore knees after sport")


def test_suggestions_come_while_one_types_and_the_keyboard_reaches_them(site, visitor):
    reader = visitor()
    reader.open("/articles/")
    reader.page.click("[data-opens-search]")
    dialog = reader.page.locator("#search-dialog")
    reader.page.keyboard.type("ub40")
    links = dialog.locator(".suggestions a")
    expect(links.first).to_contain_text("UB is another way to write BL")
    expect(dialog.get_by_role("status")).to_have_text("1 suggestion below")
    reader.page.keyboard.press("ArrowDown")
    expect(links.first).to_be_focused()
    reader.page.keyboard.press("ArrowUp")
    expect(dialog.locator("#dialog-q")).to_be_focused()
    reader.page.fill("#dialog-q", "")
    expect(links).to_have_count(0)
    expect(dialog.get_by_role("status")).to_be_empty()
    reader.page.keyboard.type("sore knees")
    expect(links).to_have_count(1)
    reader.page.keyboard.press("ArrowDown")
    reader.page.keyboard.press("Enter")
    expect(reader.page).to_have_url(re.compile(r"/articles/acupressure-for-knee-pain/$"))
    assert reader.complaints == []


def test_the_last_letters_win_however_late_an_answer_comes(site, visitor):
    reader = visitor()
    reader.page.route(
        "**/suggest/?q=knee",
        lambda route: (reader.page.wait_for_timeout(600), route.continue_()),
    )
    reader.open("/search/")
    reader.page.focus("#q")
    reader.page.keyboard.type("knee")
    reader.page.wait_for_timeout(200)
    reader.page.fill("#q", "zhongzhu")
    links = reader.page.locator("main .suggestions a")
    expect(links).to_have_count(2)
    reader.page.wait_for_timeout(700)
    expect(links).to_have_count(2)
    reader.page.keyboard.press("Escape")
    expect(links).to_have_count(0)


def test_suggestions_keep_to_the_part_for_pregnancy(site, visitor):
    reader = visitor()
    reader.open("/pregnancy/acupoints/")
    reader.page.click("[data-opens-search]")
    reader.page.keyboard.type("zhongz")
    links = reader.page.locator("#search-dialog .suggestions a")
    expect(links.first).to_have_attribute("href", "/pregnancy/acupoints/te-3/")
    assert "KI15" not in " ".join(links.all_inner_texts())


def test_the_script_is_small(site, visitor):
    """The whole of it, compressed, in bytes."""
    script = visitor().page.request.get(f"{visitor().base}/static/site/site.js").body()
    assert len(gzip.compress(script)) < 10_000


def test_everything_works_without_javascript(site, visitor):
    reader = visitor(java_script_enabled=False)
    reader.open("/articles/acupressure-for-knee-pain/")
    expect(reader.page.locator("[data-badge=reviewed]")).to_be_visible()
    reader.page.click("[data-opens-search]")
    reader.page.fill("#q", "BL40")
    reader.page.click(".search-form button")
    expect(reader.page.locator("main .choices a").first).to_contain_text("BL40")


def test_scroll_to_top_leads_to_the_top(site, visitor):
    reader = visitor()
    reader.open("/articles/acupressure-for-knee-pain/")
    reader.page.click("text=Scroll to top")
    reader.page.wait_for_function("window.scrollY === 0")


def test_every_public_page_passes_axe_and_fits_its_screen(site, visitor):
    reader = visitor(bypass_csp=True)
    for path in PAGES:
        reader.open(path)
        assert findings(reader.page) == [], path
        assert too_wide(reader.page) == [], path
    reader.page.click("[data-opens-search]")
    assert findings(reader.page) == [], "with the search dialog open"
    reader.page.keyboard.type("knee")
    expect(reader.page.locator("#search-dialog .suggestions a").first).to_be_visible()
    assert findings(reader.page) == [], "with suggestions"


def test_nothing_shifts_while_an_article_loads(site, visitor):
    reader = visitor()
    reader.page.add_init_script(
        "window.shift = 0; new PerformanceObserver((list) => { for (const entry of"
        " list.getEntries()) window.shift += entry.value; })"
        ".observe({type: 'layout-shift', buffered: true});"
    )
    reader.open("/articles/acupressure-for-knee-pain/")
    reader.page.wait_for_load_state("networkidle")
    assert reader.page.evaluate("window.shift") == 0


def test_print_keeps_the_text_and_the_badge_and_drops_the_product_box(site, visitor):
    reader = visitor()
    reader.open("/articles/acupressure-for-knee-pain/")
    reader.page.emulate_media(media="print")
    expect(reader.page.locator("[data-badge=reviewed]")).to_be_visible()
    expect(reader.page.locator("[data-product]")).to_be_hidden()
    expect(reader.page.locator(".search-link")).to_be_hidden()
