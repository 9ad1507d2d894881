"""Days after the first publication, each step through a page: what becomes of a text that readers
have, what they then see of it, and who gets which letter."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect

from tests import factories as f

from .playing import (
    Post,
    act,
    day,
    expect_badge,
    expect_state,
    find,
    follow,
    in_a_year,
    move,
    publications,
    signers,
    stand_by,
)

pytestmark = pytest.mark.once

TITLE = "Shoulders that ache from carrying bags"
PAGE = "/articles/shoulders/"
VERA, OTTO = "Dr Vera Sample", "Dr Otto Sample"


def publish(people, *reviewers, days_ago, **fields):
    """A text of the writer's that readers have since then, signed by these for a year; returns
    when that was, and when it is due."""
    at = timezone.now() - timedelta(days=days_ago)
    body = "<p>Let your arms hang and breathe out. Carry less.</p>"
    fields = {
        "title": TITLE,
        "slug": "shoulders",
        "authors": [people.author],
        "body": body,
    } | fields
    article = f.article(people.writer, at=at, **fields)
    f.move("submit", article, people.writer, at)
    for reviewer in reviewers:
        f.move("sign", article, reviewer.user, at, **f.sign_form(reviewer, at))
    f.move("approve", article, people.approver, at)
    mail.outbox.clear()
    return at, timezone.localdate(at) + timedelta(days=365)


# --- The annual review -------------------------------------------------------------------------


def submit_by_the_reminder(people, visitor, post):
    """Who wrote it and who signed it are told in time; the writer submits the same words."""
    call_command("remind", verbosity=0)
    letters = post.take()
    subject = "A page is due soon"
    assert [letter[:2] for letter in letters] == [("vera", subject), ("wanda", subject)]
    writer = visitor(people.writer)
    writer.open(letters[1][2])
    move(writer.page, "submit")
    expect_state(writer.page, "In review")


def test_a_year_later_the_same_reviewer_signs_again(people, visitor):
    then, due = publish(people, people.reviewer, days_ago=350)
    now, post, reader = timezone.now(), Post(TITLE), visitor()
    expect_badge(reader, PAGE, VERA, reviewed=then, due=due)

    # The reviewer is told what comes next; readers lose nothing while it is in review.
    reviewer = visitor(people.reviewer.user)
    page = follow(reviewer, "Due for review again", TITLE)
    expect(page.locator(".panel")).to_contain_text("Once its writer or an editor has submitted it")
    submit_by_the_reminder(people, visitor, post)
    expect_badge(reader, PAGE, VERA, reviewed=then, due=due)

    # One click, and the date of the review has moved.
    page = follow(reviewer, "To review", TITLE)
    expect(page.locator("#move-sign")).to_contain_text("renews the date of their review at once")
    stand_by(page)
    expect_badge(reader, PAGE, VERA, reviewed=now, due=in_a_year())
    reader.open(f"{PAGE}history/")
    expect(reader.page.locator(".history > li")).to_have_count(1)
    expect(reader.page.locator(".history > li")).to_contain_text("Signed the same words again on")
    assert [letter[0] for letter in post.take()] == ["abel", "edith"]

    # An editor closes it; the history has both reviews, and nobody is reminded any more.
    page = follow(visitor(people.editor), "To approve", TITLE)
    move(page, "approve")
    expect_state(page, "Published")
    expect_badge(reader, PAGE, VERA, reviewed=now, due=in_a_year())
    newest, oldest = publications(reader, PAGE)
    assert newest["digest"] == oldest["digest"]
    assert [letter[:2] for letter in post.take()] == [("wanda", "Your text is public")]
    call_command("remind", verbosity=0)
    assert post.take() == []


def test_a_year_later_another_reviewer_signs(people, visitor):
    then, due = publish(people, people.reviewer, days_ago=350)
    now, post, reader = timezone.now(), Post(TITLE), visitor()
    submit_by_the_reminder(people, visitor, post)

    page = follow(visitor(people.busy.user), "To review", TITLE)
    expect(page.locator("#move-sign")).to_contain_text("once an editor has approved the text")
    move(page, "sign", conflict_statement="None.", has_read=True)
    expect_state(page, "Signed")
    expect_badge(reader, PAGE, VERA, reviewed=then, due=due)
    assert [letter[0] for letter in post.take()] == ["abel", "edith"]

    # Who signed a year ago is named beside the new name: both signed these words.
    page = follow(visitor(people.editor), "To approve", TITLE)
    move(page, "approve")
    expect_state(page, "Published")
    expect_badge(reader, PAGE, VERA, OTTO, reviewed=now, due=in_a_year())
    reader.open(f"{PAGE}history/")
    newest, oldest = reader.page.locator(".history > li").all()
    expect(newest).to_contain_text(f"Revision 1, reviewed again, {day(now)}")
    expect(newest).to_contain_text(OTTO)
    expect(oldest).not_to_contain_text(OTTO)
    newest, oldest = publications(reader, PAGE)
    assert [name for name, _counts in signers(newest)] == [VERA, OTTO]
    assert [name for name, _counts in signers(oldest)] == [VERA]


# --- A typo ------------------------------------------------------------------------------------


def test_a_typo_in_a_live_article(people, visitor):
    then, due = publish(people, people.reviewer, days_ago=90, summary="For armss that are tired.")
    now, post, reader = timezone.now(), Post(TITLE), visitor()

    writer = visitor(people.writer)
    page = find(writer, TITLE, "published")
    page.get_by_role("link", name="Edit").click()
    page.fill("#id_summary", "For arms that are tired.")
    page.fill("#id_note", "A typo in the summary.")
    page.click("button[name=_submit]")
    expect_state(page, "In review")
    expect_badge(reader, PAGE, VERA, reviewed=then, due=due)
    expect(reader.page.locator("main")).to_contain_text("armss")

    # The first thing that the reviewer sees is the one word.
    page = follow(visitor(people.reviewer.user), "To review", TITLE)
    since = page.locator("main > :first-child")
    expect(since.get_by_role("heading")).to_contain_text("What changed since you signed revision 1")
    expect(since.locator("del")).to_have_text("armss")
    expect(since.locator("ins")).to_have_text("arms")
    move(page, "sign", conflict_statement="None.", has_read=True)
    expect_state(page, "Signed")
    expect_badge(reader, PAGE, VERA, reviewed=then, due=due)
    expect(reader.page.locator("main")).to_contain_text("armss")
    [to_abel, to_edith] = post.take()
    assert to_abel[:2] == ("abel", "A text waits for your approval")

    editor = visitor(people.editor)
    editor.open(to_edith[2])
    move(editor.page, "approve")
    expect_state(editor.page, "Published")
    assert [letter[:2] for letter in post.take()] == [("wanda", "Your text is public")]
    expect_badge(reader, PAGE, VERA, reviewed=now, due=in_a_year())
    expect(reader.page.locator("main")).not_to_contain_text("armss")
    expect(reader.page.locator("[data-correction]")).to_have_count(0)
    reader.open(f"{PAGE}history/")
    newest, oldest = reader.page.locator(".history > li").all()
    newest.get_by_text("What changed since the publication before").click()
    expect(newest.locator("del")).to_have_text("armss")
    expect(oldest).to_contain_text("Readers have something newer.")
    assert [signers(one) for one in publications(reader, PAGE)] == [[(VERA, True)], [(VERA, False)]]


# --- Withdrawn by mistake ----------------------------------------------------------------------


def test_withdrawn_by_mistake_and_returned(people, visitor):
    publish(people, people.reviewer, days_ago=30)
    now, post, reader = timezone.now(), Post(TITLE), visitor()
    reason = "It names the wrong shoulder."

    editor = visitor(people.editor)
    page = find(editor, TITLE, "published")
    move(page, "withdraw", reason=reason, sure=True)
    expect_state(page, "Withdrawn")
    [to_vera, to_wanda] = post.take()
    assert to_vera[:2] == ("vera", "A page that you signed was withdrawn")
    assert to_wanda[:2] == ("wanda", "Your page was withdrawn")
    for path in (PAGE, f"{PAGE}history/"):
        assert reader.open(path).status == 410
        expect(reader.page.locator("main")).to_contain_text(reason)

    # It was another page that was meant. Nobody gets this one back before it is signed anew.
    page = find(editor, TITLE, "withdrawn")
    move(page, "return")
    expect_state(page, "In review")
    assert reader.open(PAGE).status == 410
    page = follow(visitor(people.reviewer.user), "To review", TITLE)
    expect(page.locator("#move-sign")).to_contain_text("The page was withdrawn on")
    stand_by(page)
    assert reader.open(PAGE).status == 410
    assert [letter[0] for letter in post.take()] == ["abel", "edith"]
    page = follow(visitor(people.approver), "To approve", TITLE)
    move(page, "approve")
    expect_state(page, "Published")
    assert [letter[:2] for letter in post.take()] == [("wanda", "Your text is public")]

    expect_badge(reader, PAGE, VERA, reviewed=now, due=in_a_year())
    reader.open(f"{PAGE}history/")
    newest, oldest = reader.page.locator(".history > li").all()
    expect(newest).to_contain_text("reviewed again and public again")
    for words in (f"Withdrawn on {day(now)}", "Sent back to review on", reason):
        expect(oldest).to_contain_text(words)
    newest, oldest = publications(reader, PAGE)
    assert (newest["digest"], newest["withdrawn"]) == (oldest["digest"], None)
    assert oldest["withdrawn"]["reason"] == reason
    assert oldest["withdrawn"]["returned_to_review_at"]
    assert [signers(newest), signers(oldest)] == [[(VERA, True)], [(VERA, False)]]


# --- Two signers -------------------------------------------------------------------------------


def test_two_signed_and_one_takes_it_back(people, visitor):
    then, due = publish(people, people.reviewer, people.busy, days_ago=30)
    now, post, reader = timezone.now(), Post(TITLE), visitor()
    expect_badge(reader, PAGE, VERA, OTTO, reviewed=then, due=due)

    # One "no" takes the whole badge at once. Who wrote it is told, and who can mend it.
    page = follow(visitor(people.busy.user), "Signed by you", TITLE)
    act(page, "retract", reason="I had read another version.")
    assert reader.open(PAGE).status == 200
    expect(reader.page.locator("[data-badge]")).to_have_count(0)
    expect(reader.page.locator("[data-status=unreviewed]")).to_be_visible()
    letters = post.take()
    taken_back = "A signature was taken back"
    assert {letter[:2] for letter in letters} == {
        *((name, taken_back) for name in ("abel", "edith", "wanda")),
        ("vera", "A page that you signed lost its badge"),
    }
    reader.open(f"{PAGE}history/")
    vera, otto = reader.page.locator(".credentials > li").all()
    expect(vera.locator(".fault")).to_have_text(f"{OTTO} took their signature back.")
    expect(otto.locator(".fault")).to_contain_text("This signature was taken back.")
    expect(reader.page.locator(".history")).to_contain_text("I had read another version.")
    [before] = publications(reader, PAGE)
    assert signers(before) == [(VERA, False), (OTTO, False)]
    assert before["sign_offs"][1]["taken_back"]["reason"] == "I had read another version."

    # The editor comes by the letter, reads what readers miss, and sends it to another review.
    editor = visitor(people.editor)
    editor.open(letters[1][2])
    page = editor.page
    expect(page.locator("[data-warning=badge]")).to_contain_text(f"{OTTO} took their signature")
    move(page, "submit")
    expect_state(page, "In review")
    stand_by(follow(visitor(people.reviewer.user), "To review", TITLE))
    expect(reader.page.locator("[data-badge]")).to_have_count(0)
    page = follow(visitor(people.approver), "To approve", TITLE)
    move(page, "approve")
    expect_state(page, "Published")
    expect(page.locator("[data-warning=badge]")).to_have_count(0)
    expect_badge(reader, PAGE, VERA, reviewed=now, due=in_a_year())
