"""The first page of the desk: each waiting thing stands with whoever can move it on."""

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import html

from editorial import queues, reviewing
from tests import factories as f

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


def waiting(user, now=None):
    """{title of the queue: titles of its contents} of those that hold something."""
    found = queues.for_user(user, now or f.now())
    return {str(q.title): [str(c.head) for c in q.contents] for q in found if q.total}


def ask(article, reviewer, days=5, at=None):
    at = at or f.now()
    due = at.date() + days * DAY
    return reviewing.ask(article, reviewer, by=f.user("editor"), at=at, due_on=due)


class TestReviewer:
    def test_what_was_asked_comes_by_its_day_and_apart_from_the_rest(self):
        reviewer = f.reviewer()
        for title, days in (("Later", 9), ("Sooner", 2)):
            article = f.article(title=title)
            f.move("submit", article, f.user("editor"))
            ask(article, reviewer, days)
        other = f.article(title="Nobody's")
        f.move("submit", other, f.user("editor"))
        found = waiting(reviewer.user)
        assert found["Asked of you"] == ["Sooner", "Later"]
        assert found["To review"] == ["Nobody's"]

    def test_nothing_that_they_wrote_or_that_needs_no_signature(self):
        reviewer = f.reviewer()
        own = f.article(title="Own")
        f.revise(own, f.user("editor"), summary="Revised.")
        f.move("submit", own, f.user("editor"))
        f.move("submit", f.page(), f.user("editor"))
        assert waiting(reviewer.user) == {"To review": ["Own"]}
        mixed = f.user("reviewer")
        f.reviewer(mixed)
        mixed.groups.add(*f.user("editor").groups.all())
        mixed = type(mixed).objects.get(pk=mixed.pk)
        mine = f.article(mixed, title="Mine")
        f.move("submit", mine, f.user("editor"))
        assert waiting(mixed)["To review"] == ["Own"]

    def test_what_they_signed_last_and_what_falls_due_again(self):
        reviewer, other = f.reviewer(), f.reviewer()
        today = f.now().date()
        for title, by, days in (
            ("Soon", reviewer, 20),
            ("Late", reviewer, 300),
            ("Not mine", other, 20),
        ):
            article = f.article(title=title)
            f.sign(article, by, next_review_on=today + days * DAY)
            f.move("approve", article, f.user("editor"))
        found = waiting(reviewer.user)
        assert found["Due for review again"] == ["Soon"]
        assert found["Signed by you"] == ["Late", "Soon"]

    def test_a_text_that_another_signed_after_them_is_the_others_to_sign_again(self):
        first, second = f.reviewer(), f.reviewer()
        article = f.article()
        soon = f.now().date() + 20 * DAY
        f.sign(article, first, next_review_on=soon)
        f.sign(article, second, next_review_on=soon)
        f.move("approve", article, f.user("editor"))
        assert "Due for review again" not in waiting(first.user)
        assert waiting(second.user)["Due for review again"] == ["Sample title"]


class TestEditor:
    def test_to_approve_are_the_signed_and_what_needs_no_signature(self):
        f.sign(f.article(title="Signed"))
        f.move("submit", f.article(title="In review"), f.user("editor"))
        f.move("submit", f.page(title="A page"), f.user("editor"))
        editor = f.user("editor")
        assert waiting(editor)["To approve"] == ["Signed", "A page"]
        own = f.article(title="Own")
        f.revise(own, editor, summary="Revised.")
        f.sign(own)
        assert "Own" not in waiting(editor)["To approve"]

    def test_emergencies_overdue_reviews_and_late_reviewers(self):
        now = f.now()
        f.move("emergency", f.article(title="Hurried"), f.user("editor"), reason="Now.")
        long_ago = now - 400 * DAY
        f.publish(f.article(title="Overdue", at=long_ago), at=long_ago)
        late = f.article(title="Slow", at=long_ago)
        f.move("submit", late, f.user("editor"), long_ago)
        ask(late, f.reviewer(), at=now - 30 * DAY)
        found = waiting(f.user("editor"))
        assert found["Published without a review"] == ["Hurried"]
        assert found["Badge lost: review overdue"] == ["Overdue"]
        assert found["Reviews that are late"] == ["Slow"]

    def test_hosts_of_a_point_that_was_published_anew(self):
        point = f.publish(f.point("BL40"))
        f.publish(f.article(title="Host", body=f.embed("BL40")))
        editor = f.user("editor")
        assert "Older versions of points" not in waiting(editor)
        f.revise(point, location="A little higher.")
        f.publish(point)
        assert waiting(editor)["Older versions of points"] == ["Host"]


class TestWriter:
    def test_drafts_and_changes_of_ones_own(self):
        writer = f.user("writer")
        f.article(writer, title="My draft")
        back = f.article(writer, title="Sent back")
        f.move("submit", back, writer)
        f.move("request_changes", back, f.user("editor"), reason="Sources.")
        f.article(f.user("writer"), title="Another's")
        assert waiting(writer) == {
            "Changes asked of you": ["Sent back"],
            "Your drafts": ["My draft"],
        }

    def test_a_draft_to_which_one_added_a_line_is_ones_own_too(self):
        editor = f.user("editor")
        f.revise(f.article(title="Helped"), editor, summary="Revised.")
        assert waiting(editor)["Your drafts"] == ["Helped"]


def test_what_is_empty_comes_last_and_says_so():
    writer = f.user("writer")
    f.article(writer)
    found = queues.for_user(writer, f.now())
    assert [bool(queue.total) for queue in found] == [True, False]
    client = Client()
    client.force_login(writer)
    assert b"Nobody has asked you for changes." in client.get("/admin/").content


def test_a_long_queue_is_cut_counted_and_leads_to_the_board():
    writer = f.user("writer")
    for _ in range(queues.LONGEST + 1):
        f.article(writer)
    client = Client()
    client.force_login(writer)
    tree = html.fromstring(client.get("/admin/").content.decode())
    assert len(tree.xpath("//section[@class='queue']//li")) == queues.LONGEST
    assert tree.xpath("string(//*[@class='count'])") == str(queues.LONGEST + 1)
    (more,) = tree.xpath("//section[@class='queue']/p/a/@href")
    listed = html.fromstring(client.get(more).content.decode())
    assert len(listed.xpath("//li[@class='card']")) == queues.LONGEST + 1


@pytest.mark.parametrize("role", ["writer", "editor", "reviewer"])
def test_the_first_page_costs_no_more_with_many_contents(role):
    user = f.reviewer().user if role == "reviewer" else f.user(role)
    client = Client()
    client.force_login(user)

    def fill(number):
        for _ in range(number):
            f.article(user if role == "writer" else f.user("writer"))
            f.sign(f.article())
            f.move("submit", f.article(), f.user("editor"))

    def spent():
        with CaptureQueriesContext(connection) as queries:
            client.get("/admin/")
        return len(queries)

    fill(1)
    few = spent()
    fill(4)
    assert spent() == few


def test_in_a_house_of_two_ones_own_work_waits_for_oneself(settings):
    editor = f.user("editor")
    f.sign(f.article(editor, title="My own"), f.reviewer())
    plain = f.page(editor)
    f.move("submit", plain, editor)
    assert "To approve" not in waiting(editor)
    settings.APPROVER_MAY_BE_CONTRIBUTOR = True
    assert waiting(editor)["To approve"] == ["My own"], "a plain page has no signature yet"
