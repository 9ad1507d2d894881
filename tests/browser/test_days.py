"""An editor's day and a reviewer's day, each step through a page, each way there through a letter:
from the invitation to the public history."""

import hashlib
import json
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect

from editorial.models import Event, Letter
from tests import desk
from tests import factories as f

from .playing import Post, act, comment_on, move

pytestmark = pytest.mark.once

TITLE = "Wrists that ache from kneading dough"
PASSAGE = "press as hard as you can"


@pytest.fixture
def people(people):
    """Everybody, and a text of the writer's."""
    people.article = f.article(
        people.writer,
        title=TITLE,
        slug="wrists",
        authors=[people.author],
        body=f"<p>Rest your hand on the table and {PASSAGE}.</p>" + f.embed("BL40"),
    )
    mail.outbox.clear()
    return people


def test_from_the_invitation_to_the_public_history(people, visitor):
    post, due = Post(TITLE, PASSAGE), timezone.localdate() + timedelta(days=5)
    review = desk.url(people.article.head.typed, "review")

    # The editor asks two reviewers by name, with a day and a note.
    f.move("submit", people.article, people.writer)
    post.take()
    editor = visitor(people.editor)
    editor.open(review)
    for name in ("Dr Vera Sample", "Dr Otto Sample"):
        note = "The second paragraph above all."
        act(editor.page, "ask", reviewer=name, due_on=due.isoformat(), note=note)
    letters = post.take()
    asked = "A review is asked of you"
    assert letters == [("otto", asked, review), ("vera", asked, review)]

    # One has no time, and says so; the other accepts.
    busy = visitor(people.busy.user)
    busy.open(review)
    act(busy.page, "decline", reason="I am away until the end of the month.")
    assert post.take() == [("edith", "Your request for a review was declined", review)]
    reviewer = visitor(people.reviewer.user)
    expect(reviewer.page.locator(".queue", has_text="Asked of you")).to_contain_text(TITLE)
    reviewer.open(letters[1][2])
    expect(reviewer.page.locator("[data-badge]")).to_have_count(0)
    expect(reviewer.page.locator(".rows").first).to_contain_text("The second paragraph above all.")
    act(reviewer.page, "accept")
    assert post.take() == [("edith", "Your request for a review was accepted", review)]

    # A passage must be fixed: until it is, the form to sign is not even there.
    comment_on(reviewer.page, PASSAGE, text="That would hurt. Say how gently.", must_fix=True)
    assert post.take() == [("wanda", "A comment on your text", review)]
    expect(reviewer.page.locator("#move-sign")).to_have_count(0)
    expect(reviewer.page.locator(".offer-closed").first).to_contain_text("must be resolved first")
    move(reviewer.page, "request_changes", reason="One passage would hurt somebody.")
    expect(reviewer.page.locator(".state")).to_have_text("Changes requested")
    [(name, subject, path)] = post.take()
    assert (name, subject) == ("wanda", "Changes are asked of you")

    # The writer comes by the letter, reads the passage in its place, answers, and rewrites it.
    writer = visitor(people.writer)
    expect(writer.page.locator(".queues")).to_contain_text(TITLE)
    writer.open(path)
    expect(writer.page.locator(".threads blockquote")).to_have_text(PASSAGE)
    act(writer.page, "reply", text="True. I say it otherwise now.")
    assert post.take() == [("vera", "An answer to a comment", review)]
    writer.page.get_by_role("link", name="Edit").click()
    writer.page.locator(".tiptap p").first.click(click_count=3)
    writer.page.keyboard.type("Rest your hand on the table and press lightly, for three breaths.")
    writer.page.fill("#id_note", "Lighter pressure, as the reviewer asked.")
    writer.page.click("button[name=_save]")
    expect(writer.page.locator(".messagelist")).to_contain_text("Saved as revision 2")
    writer.page.click("button[name=_submit]")
    expect(writer.page.locator(".done").last).to_contain_text("Submitted")
    people.article.refresh_from_db()
    second = desk.url(people.article.head.typed, "review")

    # The reviewer compares, is content, resolves, and signs the fingerprint that is shown.
    reviewer.open("/admin/")
    reviewer.page.locator(".queue", has_text="Asked of you").locator("a", has_text=TITLE).click()
    page = reviewer.page
    expect(page.locator(".threads")).to_contain_text("do not stand in the text any more")
    page.get_by_role("link", name="since the revision before").click()
    expect(page.locator("del", has_text="hard").first).to_be_visible()
    expect(page.locator("ins", has_text="lightly").first).to_be_visible()
    page.go_back()
    act(page, "reply", verdict="resolve")
    fingerprint = page.locator("dd code").inner_text()
    move(page, "sign", conflict_statement="None.", has_read=True)
    expect(page.locator(".state")).to_have_text("Signed")
    people.article.refresh_from_db()
    assert fingerprint == people.article.head.seal.digest
    letters = post.take()
    assert [(name, subject) for name, subject, _path in letters] == [
        ("abel", "A text waits for your approval"),
        ("edith", "A text waits for your approval"),
        ("wanda", "An answer to a comment"),
    ]

    # The second editor comes by the letter and approves.
    approver = visitor(people.approver)
    approver.open(letters[0][2])
    assert letters[0][2] == second
    approver.page.click("#move-approve button")
    expect(approver.page.locator(".state")).to_have_text("Published")
    assert [letter[:2] for letter in post.take()] == [("wanda", "Your text is public")]

    # The writer sees it on her board, the reviewer among what she signed.
    writer.open("/admin/board/?q=kneading&state=published")
    expect(writer.page.locator("main")).to_contain_text(TITLE)
    reviewer.open("/admin/")
    expect(reviewer.page.locator(".queue", has_text="Signed by you")).to_contain_text(TITLE)

    # Anybody reads who signed what, and checks the fingerprint.
    reader = visitor()
    reader.open("/articles/wrists/")
    expect(reader.page.locator("[data-badge=reviewed]")).to_contain_text("Dr Vera Sample")
    reader.open("/articles/wrists/history/")
    entry = reader.page.locator(".history > li")
    expect(entry).to_have_count(1)  # what was never public is nobody's business
    for words in ("Revision 2", "Dr Vera Sample", "Licensed acupuncturist", "Interests: None."):
        expect(entry).to_contain_text(words)
    address = entry.locator(".digest a").get_attribute("href")
    sealed = reader.context.request.get(reader.base + address).body()
    assert hashlib.sha256(sealed).hexdigest() == fingerprint == entry.locator("code").inner_text()
    assert "press lightly" in json.loads(sealed)["fields"]["body"]
    assert PASSAGE not in reader.page.content()

    # One letter to one person for one event, and the whole day stands in the log.
    assert len(mail.outbox) == Letter.objects.exclude(sent_at=None).count()
    pairs = list(Letter.objects.values_list("recipient", "about"))
    assert len(pairs) == len(set(pairs))
    made = (
        Event.objects.filter(content=people.article).order_by("seq").values_list("move", flat=True)
    )
    assert list(made) == [
        "save",
        "submit",
        "review_asked",
        "review_asked",
        "review_declined",
        "review_accepted",
        "comment",
        "request_changes",
        "comment_answered",
        "save",
        "submit",
        "comment_answered",
        "sign",
        "approve",
    ]
    call_command("verify", verbosity=0)
    for somebody in (editor, busy, reviewer, writer, approver, reader):
        assert somebody.complaints == []


def test_an_editors_day_after_publishing(people, visitor):
    """A mistake that readers are told of, the figures, and a withdrawal."""
    f.move("submit", people.article, people.writer)
    f.sign(people.article, people.reviewer)
    f.move("approve", people.article, people.approver)
    f.revise(people.article, people.writer, summary="For the left hand, too.")
    f.move("submit", people.article, people.writer)
    f.sign(people.article, people.reviewer)
    mail.outbox.clear()
    post = Post(TITLE, PASSAGE)
    review = desk.url(people.article.head.typed, "review")

    editor = visitor(people.editor)
    expect(editor.page.locator(".queue", has_text="To approve")).to_contain_text(TITLE)
    editor.open(review)
    move(editor.page, "approve", correction="We had named the wrong hand.")
    expect(editor.page.locator(".state")).to_have_text("Published")
    assert [letter[:2] for letter in post.take()] == [("wanda", "Your text is public")]
    reader = visitor()
    reader.open("/corrections/")
    expect(reader.page.locator("main")).to_contain_text("We had named the wrong hand.")

    editor.open("/admin/reports/")
    with editor.page.expect_download() as download:
        editor.page.get_by_role("link", name="As CSV").first.click()
    assert download.value.suggested_filename.endswith(".csv")

    editor.open(review)
    move(editor.page, "withdraw", reason="The advice was found unsafe.", sure=True)
    expect(editor.page.locator(".state")).to_have_text("Withdrawn")
    assert [letter[:2] for letter in post.take()] == [
        ("vera", "A page that you signed was withdrawn"),
        ("wanda", "Your page was withdrawn"),
    ]
    assert reader.open("/articles/wrists/").status == 410
    expect(reader.page.locator("main")).to_contain_text("The advice was found unsafe.")
    for path in ("/articles/", "/feed/", "/sitemap.xml", "/search/?q=kneading"):
        answer = reader.context.request.get(reader.base + path)
        assert "/articles/wrists/" not in answer.text(), path
    assert reader.complaints == editor.complaints == []
