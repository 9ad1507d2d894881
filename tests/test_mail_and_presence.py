"""What must come to an end: attempts to send a letter, the wait for a mail server, and the hint
that a colleague has a text open."""

import datetime
from smtplib import SMTPException

import pytest
import time_machine
from django.core import mail
from django.core.mail import get_connection
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command

from editorial.models import Letter
from tests import desk
from tests import factories as f
from tests.test_reviewing import logged_in

pytestmark = pytest.mark.django_db

NOON = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
SECOND = datetime.timedelta(seconds=1)


# --- Letters ------------------------------------------------------------------------------


@pytest.fixture
def broken_server(monkeypatch):
    """A mail server that refuses all; returns what it was handed."""
    handed = []

    def refuse(self, messages):
        handed.extend(messages)
        raise SMTPException("No room.")

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    return handed


def a_letter(in_digest=False):
    writer = f.user("writer", email="writer@sample.example")
    return Letter.objects.create(
        recipient=writer,
        about="event:1",
        subject="Something happened",
        body="At the desk.",
        written_at=f.now(),
        in_digest=in_digest,
    )


@pytest.mark.parametrize("in_digest", [False, True])
def test_a_letter_that_is_refused_eight_times_is_not_sent_a_ninth(broken_server, in_digest):
    letter = a_letter(in_digest)
    for _time in range(8):
        with pytest.raises(CommandError):
            call_command("send_letters", digest=in_digest, verbosity=0)
    call_command("send_letters", digest=in_digest, verbosity=0)  # nothing waits any more
    assert len(broken_server) == 8
    letter.refresh_from_db()
    assert (letter.sent_at, letter.attempts, letter.error) == (None, 8, "No room.")


def test_a_letter_that_was_refused_seven_times_still_goes_out(monkeypatch):
    a_letter()
    Letter.objects.update(attempts=7)
    call_command("send_letters", verbosity=0)
    assert [message.subject for message in mail.outbox] == ["Something happened"]


def test_a_mail_server_that_says_nothing_holds_nobody_up_for_long():
    smtp = get_connection("django.core.mail.backends.smtp.EmailBackend")
    assert 0 < smtp.timeout <= 10


# --- Who has a text open ---------------------------------------------------------------------


def told(user, head, **data):
    return logged_in(user).post(desk.url(head, "open"), data).json()["others"]


def seen_at(moment, user, head):
    with time_machine.travel(moment, tick=False):
        return told(user, head)


def test_a_colleague_is_named_until_their_form_is_silent_for_seventy_seconds():
    article = f.article(by=f.user("writer", first_name="Wilma"))
    head, editor = desk.head(article), f.user("editor")
    seen_at(NOON, article.created_by, head)
    assert seen_at(NOON + 69 * SECOND, editor, head) == ["Wilma"]
    assert seen_at(NOON + 70 * SECOND, editor, head) == []


def test_a_form_that_goes_on_speaking_goes_on_being_named():
    article = f.article(by=f.user("writer", first_name="Wilma"))
    head = desk.head(article)
    for seconds in (0, 60, 120):
        seen_at(NOON + seconds * SECOND, article.created_by, head)
    assert seen_at(NOON + 180 * SECOND, f.user("editor"), head) == ["Wilma"]


def test_a_closed_form_is_named_no_more():
    article = f.article(by=f.user("writer", first_name="Wilma"))
    head, editor = desk.head(article), f.user("editor")
    told(article.created_by, head)
    assert told(editor, head) == ["Wilma"]
    told(article.created_by, head, closed="1")
    assert told(editor, head) == []


def test_nobody_is_told_of_themselves_or_of_another_text():
    article, other = f.article(by=f.user("writer")), f.article()
    head = desk.head(article)
    assert told(article.created_by, head) == []
    assert told(article.created_by, head) == []
    assert told(f.user("editor"), desk.head(other)) == []


def test_who_only_reads_is_not_named():
    article = f.article(by=f.user("writer"))
    head = desk.head(article)
    told(f.user("writer", first_name="Another"), head)
    assert told(article.created_by, head) == []


def test_of_several_the_one_who_spoke_last_comes_first():
    article = f.article(by=f.user("writer", first_name="Wilma"))
    head = desk.head(article)
    seen_at(NOON, article.created_by, head)
    seen_at(NOON + 5 * SECOND, f.user("editor", first_name="Edith"), head)
    names = seen_at(NOON + 9 * SECOND, f.user("editor"), head)
    assert names == ["Edith", "Wilma"]
