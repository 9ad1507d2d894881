"""What waits for its time and what was held back: said with time and reason, wherever it stands."""

import datetime

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import html

from acupoints.models import Caution
from editorial import queues, reviewing, schedules
from editorial.actions import Token
from editorial.lines import time_words
from editorial.models import Content, Event, Letter
from tests import desk
from tests import factories as f
from tests.test_reviewing import logged_in

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


@pytest.fixture
def now():
    return f.now()


@pytest.fixture
def editor():
    return f.user("editor", email="editor@sample.example")


def scheduled(now, days=10, **fields):
    article = f.article(**fields)
    f.sign(article, at=now)
    f.move("schedule", article, f.user("editor"), now, go_live_at=now + days * DAY)
    return article


def held_by_the_clock(now, **fields):
    """A text on schedule, whose point gains a caution five days before."""
    point = f.publish(f.point("BL40"), at=now)
    host = scheduled(now, body=f.embed("BL40"), **fields)
    f.revise(point, at=now, cautions=[Caution(kind="vessel", text="Not on varicose veins.")])
    f.sign(point, at=now)
    f.move("schedule", point, f.user("editor"), now, go_live_at=now + 5 * DAY)
    host.refresh_from_db()
    return host


def held_by_a_comment(now, **fields):
    article = scheduled(now, **fields)
    reviewing.comment(
        Token.of(Content.objects.get(pk=article.pk)),
        by=f.reviewer().user,
        at=now,
        text="Is it so?",
        must_fix=True,
    )
    article.refresh_from_db()
    return article


def in_queue(user, title, now):
    (found,) = [q for q in queues.for_user(user, now) if str(q.title) == title]
    return {str(content.head): note for content, note in found.rows}


def test_every_scheduled_text_stands_with_its_time(now, editor):
    second, first = (scheduled(now, days, title=title) for days, title in ((9, "B"), (3, "A")))
    found = in_queue(editor, "Scheduled", now)
    assert list(found) == ["A", "B"]
    for content in (first, second):
        content.refresh_from_db()
        assert time_words(content.scheduled_at) in found[str(content.head.typed)]
        client = logged_in(editor)
        for path in ("/admin/board/", desk.url(desk.head(content), "review")):
            assert time_words(content.scheduled_at) in client.get(path).content.decode()


def test_what_is_due_waits_no_more(now, editor):
    article = scheduled(now, 3)
    assert in_queue(editor, "Scheduled", now + 4 * DAY) == {}
    assert schedules.notes([article], now + 4 * DAY) == {}


def test_what_the_clock_held_says_why(now, editor):
    host = held_by_the_clock(now, title="Host")
    assert in_queue(editor, "Held back", now) == {}
    assert "Host" in in_queue(editor, "Scheduled", now)
    later = now + 6 * DAY
    assert "Host" not in in_queue(editor, "Scheduled", later)
    for note in (
        in_queue(editor, "Held back", later)["Host"],
        schedules.notes([host], later)[host.pk],
    ):
        assert "BL40 Wěizhōng has gained a caution" in note
        assert "needs a new approval" in note
        assert time_words(host.scheduled_at) in note


def test_what_a_comment_held_says_why(now, editor):
    article = held_by_a_comment(now, title="Held")
    note = in_queue(editor, "Held back", now)["Held"]
    assert "A comment says that it must be fixed first." in note
    page = logged_in(editor).get(desk.url(desk.head(article), "review"))
    shown = html.fromstring(page.content.decode()).xpath("string(//*[@data-schedule])")
    assert shown == note
    assert note in html.fromstring(logged_in(editor).get("/admin/board/").content).text_content()


def test_a_hold_is_over_once_somebody_decided(now, editor):
    article = held_by_a_comment(now)
    f.move("recall", article, f.user("editor"))
    assert in_queue(editor, "Held back", f.now()) == {}
    f.move("submit", article, f.user("editor"))
    assert in_queue(editor, "Held back", f.now()) == {}
    assert schedules.notes([article], f.now()) == {}


def test_a_forged_hold_gives_no_reason(now):
    article = f.article()
    f.move("submit", article, f.user("editor"))
    line = held_by_a_comment(now).events.get(move="hold")
    line.pk, line.content, line.nth, line._state.adding = None, article, 99, True
    line.seq, line.hash = line.seq + 1000, "0" * 64
    line.data = {"reason": "Because I say so."}
    Event.objects.bulk_create([line])
    assert schedules.held(f.now()).filter(pk=article.pk)
    assert schedules.notes([article], f.now()) == {}


def test_the_number_of_queries_does_not_grow(now):
    def spent(contents):
        with CaptureQueriesContext(connection) as queries:
            schedules.notes(contents, now + 6 * DAY)
        return len(queries)

    point = f.publish(f.point("BL40"), at=now)
    hosts = [scheduled(now, body=f.embed("BL40")) for _ in range(4)]
    f.revise(point, at=now, cautions=[Caution(kind="vessel", text="Not on varicose veins.")])
    f.sign(point, at=now)
    f.move("schedule", point, f.user("editor"), now, go_live_at=now + 5 * DAY)
    for host in hosts:
        host.refresh_from_db()
    assert all(host.is_held(now + 6 * DAY) for host in hosts)
    assert spent(hosts[:1]) == spent(hosts) == 2


class TestReminder:
    SUBJECT = "A scheduled text was held back"

    def letters(self):
        return Letter.objects.filter(subject=self.SUBJECT)

    def remind(self, at):
        with time_machine.travel(at):
            call_command("remind", verbosity=0)

    def test_editors_are_told_once_that_the_clock_held_a_text(self, now, editor):
        host = held_by_the_clock(now, title="Host")
        writer = host.created_by
        self.remind(now + 4 * DAY)
        assert not self.letters()
        for days in (6, 7, 20):
            self.remind(now + days * DAY)
        letter = self.letters().get(recipient=editor)
        assert "Host" in letter.body
        assert "has gained a caution" in letter.body
        assert not self.letters().filter(recipient=writer)

    def test_nobody_is_told_of_what_went_live(self, now, editor):
        scheduled(now, 3)
        self.remind(now + 6 * DAY)
        assert not self.letters()
