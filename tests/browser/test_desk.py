"""What only an editor's browser knows: the editor's scripts, two tabs, keys, and the policy."""

import pytest
from playwright.sync_api import expect

from tests import desk
from tests import factories as f

from .judging import findings

pytestmark = pytest.mark.once


@pytest.fixture
def article(house):
    made = f.article(house.writer, body="<p>Before the point.</p>" + f.embed("BL40", "ST34"))
    return made


def type_into(page, words):
    page.locator(".tiptap p").first.click()
    page.keyboard.press("End")
    page.keyboard.type(words)


def test_saving_without_touching_the_text_makes_no_revision(visitor, house, article):
    writer = visitor(house.writer)
    writer.open(desk.url(desk.head(article)))
    expect(writer.page.locator(".tiptap .acupoint-embed")).to_have_count(2)
    writer.page.click("button[name=_save]")
    expect(writer.page.locator(".messagelist")).to_contain_text("Nothing was changed")
    assert article.revisions.count() == 1


def test_typing_keeps_the_embeds(visitor, house, article):
    writer = visitor(house.writer)
    writer.open(desk.url(desk.head(article)))
    expect(writer.page.locator(".acupoint-embed").first).to_contain_text("Wěizhōng")
    type_into(writer.page, " And more.")
    writer.page.click("button[name=_save]")
    expect(writer.page.locator(".messagelist")).to_contain_text("Saved as revision 2")
    assert "Before the point. And more." in desk.head(article).body
    assert desk.head(article).pins.count() == 2
    assert writer.complaints == []


def test_blocking_the_embeds_script_and_saving_loses_no_embed(visitor, house, article):
    writer = visitor(house.writer)
    writer.page.route("**/desk/acupoint-embed.js", lambda route: route.abort())
    writer.open(desk.url(desk.head(article)))
    writer.page.locator(".tiptap").wait_for()
    type_into(writer.page, " And more.")
    writer.page.click("button[name=_save]")
    expect(writer.page.locator(".errorlist").first).to_contain_text("would lose BL40, ST34")
    assert article.revisions.count() == 1
    assert desk.head(article).pins.count() == 2


def test_blocking_the_whole_editor_and_saving_loses_no_embed(visitor, house, article):
    writer = visitor(house.writer)
    writer.page.route("**/django_prose_editor/**", lambda route: route.abort())
    writer.open(desk.url(desk.head(article)))
    writer.page.fill("#id_summary", "Changed without the editor.")
    writer.page.click("button[name=_save]")
    expect(writer.page.locator(".messagelist")).to_contain_text("Saved as revision 2")
    assert desk.head(article).pins.count() == 2


def test_two_tabs_keep_both_texts(visitor, house, article):
    writer = visitor(house.writer)
    path = desk.url(desk.head(article))
    writer.open(path)
    other = writer.context.new_page()
    other.goto(writer.base + path)
    other.fill("#id_summary", "Written in the other tab.")
    other.click("button[name=_save]")
    expect(other.locator(".messagelist")).to_contain_text("Saved as revision 2")
    writer.page.fill("#id_summary", "Written in the first tab.")
    writer.page.click("button[name=_save]")
    conflict = writer.page.locator(".conflict")
    expect(conflict).to_contain_text("Written in the other tab.")
    expect(conflict).to_contain_text("Written in the first tab.")
    expect(writer.page.locator("#id_summary")).to_have_value("Written in the first tab.")
    assert desk.head(article).summary == "Written in the other tab."
    writer.page.click("button[name=_save]")
    expect(writer.page.locator(".messagelist")).to_contain_text("Saved as revision 3")
    assert desk.head(article).summary == "Written in the first tab."


def test_a_point_is_picked_with_the_keyboard_alone(visitor, house, article):
    writer = visitor(house.writer)
    writer.open(desk.url(desk.head(article)))
    writer.page.locator(".tiptap").wait_for()
    type_into(writer.page, "")
    writer.page.keyboard.press("Enter")
    writer.page.locator("button[title='Insert an acupoint']").focus()
    writer.page.keyboard.press("Enter")
    writer.page.keyboard.type("GB3")
    expect(writer.page.locator(".acupoint-picker [role=option]")).to_have_count(1)
    writer.page.keyboard.press("Escape")
    expect(writer.page.locator(".acupoint-picker")).to_have_count(0)
    writer.page.locator("button[title='Insert an acupoint']").focus()
    writer.page.keyboard.press("Enter")
    writer.page.keyboard.type("gb33")
    writer.page.keyboard.press("Enter")
    expect(writer.page.locator(".tiptap [data-acupoint=GB33]")).to_be_visible()
    writer.page.click("button[name=_save]")
    expect(writer.page.locator(".messagelist")).to_contain_text("Saved as revision 2")
    codes = [pin.pinned.content.typed.code for pin in desk.head(article).pins.all()]
    assert sorted(codes) == ["BL40", "GB33", "ST34"]


def test_a_refused_move_keeps_what_was_typed(visitor, house, article):
    f.move("submit", article, house.writer)
    reviewer = visitor(house.reviewer.user)
    reviewer.open(desk.url(desk.head(article), "review"))
    reviewer.page.fill("#sign_conflict_statement", "I own a clinic.")
    reviewer.page.check("#sign_has_read")
    f.move("recall", article, house.writer)
    f.move("submit", article, house.writer)
    reviewer.page.click("#move-sign button")
    expect(reviewer.page.locator(".refusal")).to_contain_text("has moved on")
    assert article.signoffs.count() == 0


# Findings of axe that are Django's own, not ours to mend here.
DJANGOS = {
    "aria-input-field-name",  # select2's search field
    "aria-required-children",  # select2's rendered list
    "aria-prohibited-attr",  # the help bubbles of filter_horizontal
}


def test_axe_finds_nothing_of_ours_on_the_desk(visitor, house, article):
    f.move("submit", article, house.writer)
    drafts = f.article(house.writer), f.point("PC6", house.writer, evidence=[f.evidence()])
    forms = [desk.url(desk.head(draft)) for draft in drafts]
    for user, paths in (
        (house.writer, ["/admin/", *forms, "/admin/articles/articlerevision/"]),
        (house.reviewer.user, [desk.url(desk.head(article), "review")]),
        (house.editor, [desk.url(desk.head(article), "log"), desk.url(desk.head(article))]),
    ):
        person = visitor(user, bypass_csp=True)
        for path in paths:
            person.open(path)
            person.page.wait_for_load_state("networkidle")
            assert findings(person.page, besides=DJANGOS) == [], path


def test_the_desk_runs_under_its_policy_without_a_complaint(visitor, house, article):
    editor = visitor(house.editor)
    for path in (
        "/admin/",
        "/admin/articles/articlerevision/",
        "/admin/articles/articlerevision/add/",
        desk.url(desk.head(article)),
        desk.url(desk.head(article), "review"),
        desk.url(desk.head(article), "preview"),
        "/admin/editorial/credential/",
        "/admin/editorial/event/",
    ):
        editor.open(path)
        editor.page.wait_for_load_state("networkidle")
        assert editor.complaints == [], path
    assert [url for url in editor.requests if not url.startswith((editor.base, "data:"))] == []
