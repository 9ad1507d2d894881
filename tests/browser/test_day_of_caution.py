"""A caution in a point that forty articles use, from the point's form to forty badges: each step
through a page, each person told once."""

import pytest
from django.core import mail
from playwright.sync_api import expect

from tests import factories as f

from .playing import expect_state, follow, move

pytestmark = pytest.mark.once

HOSTS = 40
CAUTION = "Not over varicose veins."


@pytest.fixture
def point(people):
    """A point that forty articles of the writer's use, each with its badge."""
    point = f.publish(f.point("HT7", people.editor), people.reviewer)
    for number in range(HOSTS):
        article = f.article(
            people.writer,
            title=f"Calm hands {number}",
            slug=f"calm-hands-{number}",
            body="<p>Sit down.</p>" + f.embed("HT7"),
        )
        f.move("submit", article, people.writer)
        f.sign(article, people.reviewer)
        f.move("approve", article, people.approver)
    mail.outbox.clear()
    return point


def see(reader, *numbers):
    """How many of the articles have their badge, and how many tell of a new caution."""
    paths = [f"/articles/calm-hands-{number}/" for number in numbers or range(HOSTS)]
    pages = [reader.context.request.get(reader.base + path).text() for path in paths]
    marks = ('data-badge="reviewed"', 'data-notice="caution"')
    return tuple(sum(mark in page for page in pages) for mark in marks)


def letters():
    """[(receiver, subject without its number, how many texts it lists)] since one last looked."""
    found = [
        (letter.to[0].split("@")[0], letter.subject.split(" (")[0], letter.body.count("• "))
        for letter in mail.outbox
    ]
    mail.outbox.clear()
    return sorted(found)


def press(page, step):
    with page.expect_navigation():
        page.click(f"#form-{step} button[type=submit]")
    expect(page.locator(".became h2")).to_have_text(f"{HOSTS} of {HOSTS} were done")


def test_a_caution_in_forty_articles(people, point, visitor):
    reader = visitor()
    assert see(reader, 0, 39) == (2, 0)

    # The editor writes the caution; before anything is public, each page says what it will do.
    editor = visitor(people.editor)
    page = editor.page
    editor.open("/admin/board/?q=HT7&state=published&kind=acupoint")
    page.get_by_role("link", name="HT7").first.click()
    page.get_by_role("link", name="Edit").click()
    expect(page.locator(".used-in")).to_contain_text(f"Used in {HOSTS} texts")
    page.click("#cautions-group .add-row a")
    page.select_option("#id_cautions-0-kind", "vessel")
    page.fill("#id_cautions-0-text", CAUTION)
    page.click("button[name=_save]")
    warning = f"Used in {HOSTS} texts; adding this caution takes the badge off {HOSTS} of them"
    expect(page.locator(".used-in")).to_contain_text(warning)
    page.locator(".used-in summary").click()
    expect(page.locator(".used-in li").first).to_contain_text("Calm hands")
    page.click("button[name=_submit]")
    expect_state(page, "In review")

    reviewer = visitor(people.reviewer.user)
    page = follow(reviewer, "To review", "HT7")
    expect(page.locator(".used-in")).to_contain_text(warning)
    expect(page.locator(".since ins")).to_contain_text(CAUTION)
    move(page, "sign", conflict_statement="None.", has_read=True)
    expect_state(page, "Signed")
    assert see(reader, 0, 39) == (2, 0)
    assert letters() == [("abel", "A text waits for your approval", 0)]

    # From the approval on, readers see the caution in all of them, and no badge.
    approver = visitor(people.approver)
    page = follow(approver, "To approve", "HT7")
    expect(page.locator(".used-in")).to_contain_text(warning)
    move(page, "approve")
    expect_state(page, "Published")
    assert see(reader) == (0, HOSTS)
    assert letters() == [("edith", "Your text is public", 0)]

    # The editor finds them on the desk; one of them leads to the page that takes it over in all.
    page = follow(editor, "Older versions of points", "Calm hands 0")
    expect(page.locator("[data-warning=badge]")).to_contain_text("HT7")
    page.get_by_role("link", name="over in all texts").click()
    expect(page.locator("table.sides ins")).to_contain_text(CAUTION)
    takeover = page.url.removeprefix(editor.base)
    press(page, "take")
    subject = "Reviews are asked of you: a new version was taken over"
    assert letters() == [("vera", subject, HOSTS)]
    assert see(reader, 0, 39) == (0, 2)

    # The reviewer is shown the one difference once, and signs all of them.
    reviewer.open(takeover)
    page = reviewer.page
    expect(page.locator("table.sides ins")).to_have_count(1)
    expect(page.locator("#form-sign [name=chosen]:checked")).to_have_count(HOSTS)
    page.fill("#sign_conflict_statement", "None.")
    page.check("#sign_has_read")
    press(page, "sign")
    subject = "Texts wait for your approval: a new version was signed in them"
    assert letters() == [("abel", subject, HOSTS)]
    assert see(reader, 0, 39) == (0, 2)

    # The second editor approves them; all stand again.
    approver.open(takeover)
    press(approver.page, "approve")
    subject = "Texts of yours are public with a new version"
    assert letters() == [("edith", subject, HOSTS), ("wanda", subject, HOSTS)]
    assert see(reader) == (HOSTS, 0)
    for person in (editor, reviewer, approver, reader):
        assert person.complaints == []
