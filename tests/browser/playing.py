"""What people do at the desk's pages, for the tests that play whole days."""

import re
from urllib.parse import urlparse

from django.core import mail
from django.utils import timezone
from django.utils.formats import date_format
from playwright.sync_api import expect

from articles.models import Article
from editorial.days import months_after


class Post:
    """The letters that left since one last looked."""

    def __init__(self, title, *passages):
        """`title`: of the text that they are about, which no subject tells; `passages`: words
        that stand in no letter at all."""
        self.read, self.title, self.passages = len(mail.outbox), title, passages

    def take(self):
        """[(receiver, subject, path)] in the order of receivers, each with the page it leads to."""
        new, self.read = mail.outbox[self.read :], len(mail.outbox)
        for letter in new:
            assert self.title not in letter.subject
            assert not [p for p in self.passages if p in letter.subject + letter.body]
            assert letter.content_subtype == "plain"
        return sorted(
            (letter.to[0].split("@")[0], letter.subject.split(" (no.")[0], self.path(letter.body))
            for letter in new
        )

    def path(self, body):
        return urlparse(re.search(r"http\S+", body).group()).path


def act(page, name, **fields):
    """Open one of the acts on the review page, fill its form, and send it."""
    form = page.locator(f".act-{name}").first
    summary = page.locator(f"details:has(.act-{name}):not([open]) > summary").first
    if summary.count():
        summary.click()
    for field, value in fields.items():
        box = form.locator(f"[name={field}]")
        if value is True:
            box.check()
        elif box.evaluate("element => element.tagName") == "SELECT":
            # People of one name are told apart by what stands in brackets behind it.
            texts = box.locator("option").all_inner_texts()
            label = next((t for t in texts if t == value or t.startswith(f"{value} (")), None)
            box.select_option(label=label) if label else box.select_option(value)
        else:
            box.fill(value)
    with page.expect_navigation():
        form.locator("button[type=submit]").click()
    expect(page.locator(".done").first).to_be_visible()


def comment_on(page, words, **fields):
    """Mark words in the text with the mouse's selection, and comment on them."""
    page.evaluate(
        """words => {
          const walker = document.createTreeWalker(
            document.querySelector("[data-signed]"), NodeFilter.SHOW_TEXT);
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const at = node.data.indexOf(words);
            if (at < 0) continue;
            document.getSelection().setBaseAndExtent(node, at, node, at + words.length);
            return;
          }
        }""",
        words,
    )
    page.locator(".comment-here").click()
    expect(page.locator(".act-comment [name=quote]")).to_have_value(words)
    act(page, "comment", **fields)


def move(page, name, **fields):
    summary = page.locator(f"details:has(#move-{name}):not([open]) > summary")
    if summary.count():
        summary.click()
    form = page.locator(f"#move-{name}")
    for field, value in fields.items():
        box = form.locator(f"[name={field}]")
        box.check() if value is True else box.fill(value)
    with page.expect_navigation():
        form.locator("button[type=submit]").click()


def follow(person, queue, title):
    """Go from the desk's first page to the text that stands in one of its queues."""
    person.open("/admin/")
    person.page.locator(".queue", has_text=queue).get_by_role("link", name=title).click()
    return person.page


def find(person, title, state):
    """Go to a text by the board's search."""
    person.open(f"/admin/board/?q={title.split()[0]}&state={state}")
    person.page.get_by_role("link", name=title).click()
    return person.page


def stand_by(page):
    page.get_by_role("button", name="Stand by my signature").click()
    expect_state(page, "Signed")


def expect_state(page, state):
    expect(page.locator(".standing .state")).to_have_text(state)


# --- What readers see --------------------------------------------------------------------------


def day(moment):
    return date_format(timezone.localdate(moment), "j F Y")


def in_a_year():
    """The day that the form proposes for the next review of an article that is signed today."""
    return months_after(timezone.localdate(), Article.KIND.review_months)


def expect_badge(reader, path, *names, reviewed, due):
    """Who signed, when, and until when, as the badge says it."""
    assert reader.open(path).status == 200
    badge = reader.page.locator("[data-signed] [data-badge=reviewed]")
    expect(badge.locator("[data-reviewer] strong")).to_have_text(list(names))
    expect(badge.locator("[data-last-reviewed]")).to_have_text(day(reviewed))
    expect(badge.locator("[data-next-review]")).to_have_text(date_format(due, "j F Y"))


def publications(reader, path):
    """The history as machines read it, newest first."""
    answer = reader.context.request.get(f"{reader.base}{path}history/reviews.json")
    return answer.json()["publications"]


def signers(publication):
    """[(name, whether the signature counts)]"""
    return [(signoff["name"], signoff["counts"]) for signoff in publication["sign_offs"]]
