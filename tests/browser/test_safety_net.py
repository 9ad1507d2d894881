"""The draft form's safety net: nothing typed is lost to a crash, a closed tab or a colleague."""

import pytest
from playwright.sync_api import expect

from tests import desk
from tests import factories as f
from tests.browser.test_desk import type_into

pytestmark = pytest.mark.once


@pytest.fixture
def article(house):
    children = [f.invitation(), f.recommendation()]
    return f.article(
        house.writer,
        body="<p>Before the point.</p>" + f.embed("BL40"),
        authors=[house.author],
        children=children,
    )


def open_form(person, article):
    person.open(desk.url(desk.head(article)))
    person.page.locator(".tiptap").wait_for()
    return person.page


def kept_in(page):
    return page.evaluate(
        "Object.keys(localStorage).filter(k => k.startsWith('kept-draft:')).length"
    )


def wait_until_kept(page):
    """The strict policy lets no test's words be evaluated in the page, so it is asked again."""
    for _try in range(50):
        if kept_in(page):
            return
        page.wait_for_timeout(100)
    raise AssertionError("the browser kept nothing")


def crash(person):
    """Close the tab without asking, as a crash does; returns a new one."""
    person.page.close(run_before_unload=False)
    person.page = person.context.new_page()
    person.page.on("console", person.note)


def test_text_is_offered_back_after_a_crash(visitor, house, article):
    writer = visitor(house.writer)
    page = open_form(writer, article)
    page.fill("#id_summary", "Typed before the crash.")
    type_into(page, " And this.")
    wait_until_kept(page)
    page.wait_for_timeout(600)
    crash(writer)
    page = open_form(writer, article)
    note = page.locator("[data-kept]")
    expect(note).to_be_visible()
    expect(page.locator("#id_summary")).to_have_value("A sample summary.")
    note.locator("[data-take]").click()
    expect(page.locator("#id_summary")).to_have_value("Typed before the crash.")
    expect(page.locator(".tiptap")).to_contain_text("Before the point. And this.")
    page.click("button[name=_save]")
    expect(page.locator(".messagelist")).to_contain_text("Saved as revision 2")
    head = desk.head(article)
    assert head.summary == "Typed before the crash."
    assert "Before the point. And this." in head.body
    assert head.pins.count() == 1, "the embed came back with the text"
    page.wait_for_timeout(300)
    assert kept_in(page) == 0, "what was saved is kept no longer"
    assert writer.complaints == []


def test_added_rows_and_chosen_people_come_back(visitor, house, article):
    writer = visitor(house.writer)
    page = open_form(writer, article)
    page.locator("#tips-group .add-row a").click()
    page.fill("#id_tips-0-lead", "Warm up")
    page.fill("#id_tips-0-text", "Rub your hands.")
    page.locator("#bylines-group .add-row a").click()
    other = f.author("Tomas Sample")
    page.locator("#bylines-group .select2-selection").last.click()
    page.locator(".select2-results__option").get_by_text("Tomas Sample").click()
    wait_until_kept(page)
    page.wait_for_timeout(600)
    crash(writer)
    page = open_form(writer, article)
    page.locator("[data-take]").click()
    expect(page.locator("#id_tips-0-text")).to_have_value("Rub your hands.")
    page.click("button[name=_save]")
    expect(page.locator(".messagelist")).to_contain_text("Saved as revision 2")
    head = desk.head(article)
    assert [tip.lead for tip in head.tips.all()] == ["Warm up"]
    assert {line.author for line in head.bylines.all()} == {house.author, other}


def test_it_can_be_thrown_away(visitor, house, article):
    writer = visitor(house.writer)
    page = open_form(writer, article)
    page.fill("#id_summary", "Not worth keeping.")
    wait_until_kept(page)
    crash(writer)
    page = open_form(writer, article)
    page.locator("[data-drop]").click()
    expect(page.locator("[data-kept]")).to_be_hidden()
    assert kept_in(page) == 0


def test_old_text_taken_back_over_a_newer_revision_overwrites_nothing(visitor, house, article):
    writer = visitor(house.writer)
    page = open_form(writer, article)
    page.fill("#id_summary", "Mine, before the crash.")
    wait_until_kept(page)
    crash(writer)
    f.revise(article, summary="Theirs, saved meanwhile.")
    page = open_form(writer, article)
    expect(page.locator("[data-moved-on]")).to_be_visible()
    page.locator("[data-take]").click()
    page.click("button[name=_save]")
    conflict = page.locator(".conflict")
    expect(conflict).to_contain_text("Theirs, saved meanwhile.")
    expect(conflict).to_contain_text("Mine, before the crash.")
    assert desk.head(article).summary == "Theirs, saved meanwhile."


def test_leaving_with_unsaved_text_asks_first_and_saving_does_not(visitor, house, article):
    writer = visitor(house.writer)
    page = open_form(writer, article)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.fill("#id_summary", "Unsaved.")
    page.get_by_role("link", name="The desk").click()
    page.wait_for_url("**/admin/")
    assert asked == ["beforeunload"]
    page = open_form(writer, article)
    page.locator("[data-take]").click()
    page.click("button[name=_save]")
    expect(page.locator(".messagelist")).to_contain_text("Saved")
    page.get_by_role("link", name="The desk").click()
    page.wait_for_url("**/admin/")
    assert asked == ["beforeunload"]


def test_an_untouched_form_neither_keeps_nor_asks(visitor, house, article):
    writer = visitor(house.writer)
    page = open_form(writer, article)
    page.wait_for_timeout(800)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("link", name="The desk").click()
    page.wait_for_url("**/admin/")
    assert asked == []
    assert kept_in(page) == 0


def test_a_new_article_is_kept_too_and_forgotten_once_it_is_there(visitor, house):
    writer = visitor(house.writer)
    writer.open("/admin/articles/articlerevision/add/")
    page = writer.page
    page.locator(".tiptap").wait_for()
    page.fill("#id_title", "Begun and lost")
    wait_until_kept(page)
    page.wait_for_timeout(600)
    crash(writer)
    writer.open("/admin/articles/articlerevision/add/")
    page = writer.page
    page.locator("[data-take]").click()
    expect(page.locator("#id_title")).to_have_value("Begun and lost")
    page.fill("#id_summary", "Found again.")
    page.fill("#id_slug", "begun")
    page.click("button[name=_read]")
    expect(page.locator("h1")).to_contain_text("Begun and lost")
    page.wait_for_timeout(300)
    assert kept_in(page) == 0


def test_colleagues_see_who_else_has_the_draft_open(visitor, house, article):
    writer = visitor(house.writer, presence=True)
    editor = visitor(house.editor, presence=True)
    open_form(writer, article).wait_for_timeout(300)
    page = open_form(editor, article)
    expect(page.locator("[data-others]")).to_contain_text("Wanda Sample")
    expect(page.locator("[data-others]")).to_contain_text("Nothing is locked")
    writer.page.goto(writer.base + "/admin/")
    writer.page.wait_for_timeout(300)
    open_form(editor, article)
    expect(editor.page.locator("[data-others]")).to_be_hidden()


def test_a_newer_revision_is_told_before_the_save(visitor, house, article):
    writer = visitor(house.writer, presence=True)
    page = open_form(writer, article)
    page.wait_for_timeout(300)
    f.revise(article, summary="Saved by a colleague.")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("[data-newer]")).to_be_visible()
