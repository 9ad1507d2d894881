"""From an editor's draft to a signed public page, played through real pages."""

import urllib.request

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from articles.models import Article
from editorial.models import SignOff
from tests import factories as f

from . import seed_text

OWN = {
    "title": "Knees that grumble after a run",
    "summary": "Four places to press when a long run has made your knees sore.",
    "blocks": [
        ("p", "Sit down, breathe out, and take your time."),
        ("h2", "Behind the knee"),
        ("p", "Begin where the leg folds."),
        ("point", "BL40"),
        ("h2", "Above the kneecap"),
        ("point", "ST34"),
        ("p", "Afterwards:"),
        ("li", "walk a few steps"),
        ("li", "drink a glass of water"),
        ("h2", "When to see a doctor"),
        ("p", "If a knee is swollen, hot or locked, ask a doctor first."),
    ],
    "tips_heading": "Small things that help",
    "tips": [["Warm up", "Move gently before you press."], ["Rest", "Take a day off."]],
}


def write_body(page, blocks):
    """Type the blocks into the editor as a writer would, points through the picker."""
    editor = page.locator(".tiptap")
    editor.click()
    before = None
    for kind, text in blocks:
        if before == "li" and kind != "li":
            page.keyboard.press("Enter")  # an empty item ends the list
        if kind == "point":
            page.click(".prose-menubar button[title='Insert an acupoint']")
            page.fill("#acupoint-picker-q", text)
            page.locator(f".acupoint-picker [role=option]:has(strong:text-is('{text}'))").wait_for()
            page.keyboard.press("Enter")
            expect(editor.locator(f"[data-acupoint={text}]")).to_be_visible()
        else:
            if kind == "h2":
                page.keyboard.type("## ", delay=5)
            elif kind == "li" and before != "li":
                page.keyboard.type("- ", delay=5)
            page.keyboard.insert_text(text)
            page.keyboard.press("Enter")
        before = kind


def draft(writer, text, hero):
    page = writer.page
    page.click("text=New article")
    page.fill("#id_title", text["title"])
    page.locator("#id_title").blur()
    page.fill("#id_slug", "the-story")
    page.fill("#id_summary", text["summary"])
    write_body(page, text["blocks"])
    page.set_input_files("#id_hero", hero)
    page.fill("#id_hero_alt", "A drawn knee")
    page.fill("#id_tags", "knee pain, sport")
    page.fill("#id_tips_heading", text["tips_heading"])
    for number, (lead, tip) in enumerate(text["tips"]):
        page.click("#tips-group .add-row a")
        page.fill(f"#id_tips-{number}-lead", lead)
        page.fill(f"#id_tips-{number}-text", tip)
    page.click("#bylines-group .add-row a")
    page.click("#bylines-0 .select2-selection")
    with page.expect_response(lambda response: "term=Wanda" in response.url):
        page.fill(".select2-search__field", "Wanda")
    # The list is drawn anew after the answer; a click on the old one would choose nothing.
    expect(page.locator(".select2-results .loading-results")).to_have_count(0)
    page.locator(".select2-results__option", has_text="Wanda Sample").first.click()
    expect(page.locator("#bylines-0 .select2-selection")).to_contain_text("Wanda Sample")
    page.click("#recommendations-group .add-row a")
    page.select_option("#id_recommendations-0-product", label="Sample mat")
    page.click("button[name=_save]")
    expect(page.locator(".messagelist")).to_contain_text("Saved as revision 1")
    page.click("button[name=_submit]")
    expect(page.locator(".done").last).to_contain_text("Submitted")


def sign(reviewer):
    page = reviewer.page
    page.locator(".queue", has_text="To review").locator("a").first.click()
    expect(page.locator("[data-badge]")).to_have_count(0)
    page.fill("#sign_conflict_statement", "None.")
    page.check("#sign_has_read")
    page.click("#move-sign button")
    expect(page.locator(".state")).to_have_text("Signed")


def approve(editor):
    page = editor.page
    page.locator(".queue", has_text="To approve").locator("a").first.click()
    page.click("#move-approve button")
    expect(page.locator(".state")).to_have_text("Published")


def bytes_of(live_server, path):
    with urllib.request.urlopen(live_server.url + path) as response:  # noqa: S310
        return response.read()


def story(visitor, live_server, house, text, hero):
    writer = visitor().log_in_by_form(house.writer)
    draft(writer, text, hero)
    reader = visitor()
    assert reader.open("/articles/the-story/").status == 404
    reviewer = visitor(house.reviewer.user)
    sign(reviewer)
    assert reader.open("/articles/the-story/").status == 404, "signed is not published"
    editor = visitor(house.editor)
    approve(editor)

    assert reader.open("/articles/the-story/").status == 200
    page = reader.page
    badge = page.locator("[data-signed] [data-badge=reviewed]")
    signoff = SignOff.objects.get(content__slug="the-story")
    expect(badge).to_contain_text("Approved")
    expect(badge).to_contain_text("Reviewed & Fact-Checked By")
    expect(badge.locator("[data-reviewer] strong")).to_have_text("Dr Vera Sample")
    expect(badge).to_contain_text("Licensed acupuncturist, Sample Board S-1")
    expect(badge.locator("[data-last-reviewed]")).to_have_attribute(
        "datetime", timezone.localtime(signoff.signed_at).isoformat()
    )
    expect(badge.locator("[data-next-review]")).to_have_attribute(
        "datetime", signoff.next_review_on.isoformat()
    )
    expect(page.locator("h1")).to_have_text(text["title"])
    for kind, words in text["blocks"]:
        if kind == "point":
            expect(page.locator(f"[data-signed] [data-acupoint={words}] dl")).to_be_visible()
        else:
            expect(page.locator("[data-signed]")).to_contain_text(words)
    for lead, tip in text["tips"]:
        expect(page.locator("[data-signed] .tips")).to_contain_text(lead)
        expect(page.locator("[data-signed] .tips")).to_contain_text(tip)
    beside = page.locator("[data-unsigned]")
    expect(beside.locator("[data-product] h3")).to_have_text("Sample mat")
    expect(beside.locator(".author-box")).to_contain_text("Writes in short sentences.")
    expect(page.locator("[data-signed] [data-product]")).to_have_count(0)
    badge.get_by_role("link", name="Find out more").click()
    expect(page.locator("h1")).to_have_text("Dr Vera Sample")

    before = bytes_of(live_server, "/articles/the-story/")
    writer.open(f"/admin/articles/articlerevision/{signoff.revision_id}/change/")
    writer.page.fill("#id_summary", "Words that nobody has signed.")
    writer.page.click("button[name=_save]")
    expect(writer.page.locator(".messagelist")).to_contain_text("Saved as revision 2")
    assert bytes_of(live_server, "/articles/the-story/") == before, "not by a byte"
    writer.page.click("text=Preview")
    expect(writer.page.locator("[data-signed]")).to_contain_text("Words that nobody has signed.")
    expect(writer.page.locator("[data-badge]")).to_have_count(0)
    article = Article.objects.get(slug="the-story")
    assert (article.status, article.live_id) == ("draft", signoff.revision_id)
    for somebody in (writer, reviewer, editor, reader):
        assert somebody.complaints == []


@pytest.fixture
def hero(tmp_path):
    path = tmp_path / "hero.png"
    path.write_bytes(f.picture().read())
    return str(path)


TEXTS = {"our own": lambda: OWN}
if seed_text.FILE.exists():  # where it lies beside the checkout, the story is played with it too
    TEXTS["the article it began with"] = seed_text.read


@pytest.mark.parametrize("which", TEXTS)
def test_the_whole_story(which, visitor, live_server, house, hero):
    story(visitor, live_server, house, TEXTS[which](), hero)
