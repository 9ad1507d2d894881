"""A house of two people, from its second account to a badge: each step through a page."""

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone
from playwright.sync_api import expect

from editorial.models import User
from tests import factories as f

from .playing import Post, expect_badge, expect_state, follow, in_a_year, move, publications

pytestmark = pytest.mark.once

TITLE = "Shoulders that ache from carrying bags"
PAGE = "/articles/shoulders/"


@pytest.fixture
def two(transactional_db, settings):
    """A house with one account so far, which keeps the desk, writes, and approves."""
    settings.HOUSE_OF_TWO = settings.APPROVER_MAY_BE_CONTRIBUTOR = True
    ada = f.user("editor", username="ada", first_name="Ada", email="ada@sample.example")
    ada.groups.add(Group.objects.get(name="administrator"))
    return User.objects.get(pk=ada.pk)


def choose(page, field, words):
    """Take the one entry that a field with its own search finds."""
    page.click(f".field-{field} .select2-selection")
    with page.expect_response(lambda response: "autocomplete" in response.url):
        page.fill(".select2-search__field", words)
    expect(page.locator(".select2-results .loading-results")).to_have_count(0)
    page.locator(".select2-results__option", has_text=words).first.click()


def save(page):
    page.click("input[name=_save], button[name=_save]")
    expect(page.locator(".messagelist")).to_be_visible()


def test_a_house_of_two(two, visitor):
    """Whoever keeps the house lets a reviewer in, looks up the credential that she entered
    herself, writes and approves; a reviewer signs. Readers are told both."""
    ada, now, post = visitor(two), timezone.now(), Post(TITLE)
    page = ada.page
    ada.open("/admin/editorial/user/add/")
    page.fill("#id_username", "bo")
    page.fill("#id_password1", "a long way round")
    page.fill("#id_password2", "a long way round")
    save(page)
    page.fill("#id_first_name", "Bo")
    page.fill("#id_email", "bo@sample.example")
    page.check("#id_is_staff")
    page.select_option("#id_groups_from", label="reviewer")
    page.click("#id_groups_add")
    save(page)
    ada.open("/admin/editorial/reviewer/add/")
    page.fill("#id_name", "Dr Bo Sample")
    choose(page, "user", "bo")
    save(page)
    ada.open("/admin/editorial/credential/add/")
    choose(page, "reviewer", "Bo")
    page.select_option("#id_kind", "licence")
    page.fill("#id_title", "Licensed acupuncturist")
    page.fill("#id_issuer", "Sample Board")
    page.fill("#id_number", "S-7")
    page.fill("#id_scope", "Acupressure for adults")
    page.fill("#id_valid_from", "2020-01-01")
    page.fill("#id_valid_until", f"{timezone.localdate().year + 3}-01-01")
    save(page)
    page.locator("#result_list").get_by_role("link", name="Dr Bo Sample").click()
    expect(page.locator(".field-checked")).to_contain_text("who does not hold it")

    # She writes; before the look-up, the reviewer reads why there is nothing to sign with.
    ada.open("/admin/articles/articlerevision/add/")
    page.fill("#id_title", TITLE)
    page.locator("#id_title").blur()
    page.fill("#id_slug", "shoulders")
    page.fill("#id_summary", "What helps.")
    page.locator(".tiptap").click()
    page.keyboard.type("Let your arms hang and breathe out.")
    page.click("button[name=_save]")
    expect(page.locator(".messagelist")).to_contain_text("Saved as revision 1")
    page.click("button[name=_submit]")
    expect_state(page, "In review")
    bo = visitor()
    bo.open("/admin/")
    bo.page.fill("#id_username", "bo")
    bo.page.fill("#id_password", "a long way round")
    bo.page.click("[type=submit]")
    bo.page.locator(".queue", has_text="To review").get_by_role("link", name=TITLE).click()
    expect(bo.page.locator(".offer-closed").first).to_contain_text("looks it up first")

    ada.open("/admin/editorial/credential/")
    page.locator("#result_list").get_by_role("link", name="Dr Bo Sample").click()
    page.check("#id_checked")
    save(page)
    page = follow(bo, "To review", TITLE)
    move(page, "sign", conflict_statement="None.", has_read=True)
    expect_state(page, "Signed")
    assert [letter[:2] for letter in post.take()] == [("ada", "A text waits for your approval")]

    # Nobody else is there to approve it.
    page = follow(ada, "To approve", TITLE)
    move(page, "approve")
    expect_state(page, "Published")
    assert post.take() == []
    reader = visitor()
    expect_badge(reader, PAGE, "Dr Bo Sample", reviewed=now, due=in_a_year())
    reader.open(f"{PAGE}history/")
    said = "Approved by somebody who also worked on the text."
    expect(reader.page.locator(".history > li")).to_contain_text(said)
    [publication] = publications(reader, PAGE)
    assert publication["approver_contributed"]
    reader.open(PAGE)
    reader.page.locator("[data-badge]").get_by_role("link", name="Find out more").click()
    said = "Entered and looked up by the same person, since this house has no third."
    expect(reader.page.locator("main")).to_contain_text(said)
    for person in (ada, bo, reader):
        assert person.complaints == []
