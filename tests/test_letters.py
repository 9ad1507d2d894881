"""Who is told what, once, and what no letter says in its subject."""

import datetime
from smtplib import SMTPException

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.test import Client

from editorial import actions, credentials, letters, reviewing
from editorial.actions import Token
from editorial.errors import Refused
from editorial.models import Event, Letter, MailSetting, User
from tests import factories as f

pytestmark = pytest.mark.django_db

TITLE = "Zebrafish"


@pytest.fixture
def people():
    made = {
        "writer": f.user("writer"),
        "editor": f.user("editor"),
        "other editor": f.user("editor"),
        "reviewer": f.reviewer().user,
    }
    for name, user in made.items():
        user.email = f"{name.replace(' ', '.')}@sample.example"
        user.save()
    return made


@pytest.fixture
def article(people):
    return f.article(by=people["writer"], title=TITLE)


def ask(article, people):
    due = f.now().date() + datetime.timedelta(days=7)
    reviewer = people["reviewer"].reviewer
    return reviewing.ask(article, reviewer, by=people["editor"], at=f.now(), due_on=due)


def told(what):
    """The people who got a letter whose subject begins so."""
    found = Letter.objects.filter(subject__startswith=what)
    return sorted(found.values_list("recipient__email", flat=True))


def at(*names):
    return sorted(f"{name}@sample.example" for name in names)


def play(article, people):
    """The way of an article, with everything that somebody is told of."""
    f.move("submit", article, people["writer"])
    request = ask(article, people)
    reviewing.accept(request, by=people["reviewer"], at=f.now())
    article.refresh_from_db()
    thread = reviewing.comment(
        Token.of(article), by=people["reviewer"], at=f.now(), text="Says who?", must_fix=True
    )
    reviewing.reply(thread, by=people["writer"], at=f.now(), text="A study.")
    reviewing.reply(thread, by=people["reviewer"], at=f.now(), verdict="resolve")
    f.sign(article, people["reviewer"].reviewer)
    f.move("approve", article, people["editor"])
    f.move("withdraw", article, people["other editor"], reason="It was wrong.")


def test_each_is_told_what_concerns_them_and_nobody_what_they_did(article, people):
    play(article, people)
    assert told("A review is asked") == at("reviewer")
    assert told("Your request for a review was accepted") == at("editor")
    assert told("A comment on your text") == at("writer")
    assert told("An answer to a comment") == at("reviewer", "writer")
    assert told("A text waits for your approval") == at("editor", "other.editor")
    assert told("Your text is public") == at("writer")
    assert told("Your page was withdrawn") == at("writer")
    for letter in Letter.objects.filter(about__startswith="event:"):
        line = Event.objects.get(seq=letter.about.removeprefix("event:"))
        assert line.actor_id != letter.recipient_id


def test_no_subject_holds_a_word_of_the_text(article, people):
    play(article, people)
    assert Letter.objects.count() > 6
    assert not Letter.objects.filter(subject__icontains=TITLE).exists()
    assert not Letter.objects.filter(subject__icontains=article.slug).exists()
    assert not Letter.objects.exclude(body__contains="http").exists(), "each says where to go"


def test_a_letter_goes_out_after_the_commit_and_once(
    article, people, django_capture_on_commit_callbacks
):
    f.move("submit", article, people["writer"])
    with django_capture_on_commit_callbacks(execute=True):
        ask(article, people)
        assert mail.outbox == [], "not before"
    [message] = mail.outbox
    assert message.to == at("reviewer")
    assert TITLE in message.body
    assert TITLE not in message.subject
    letters.send()
    call_command("send_letters", verbosity=0)
    assert len(mail.outbox) == 1


def test_what_is_refused_tells_nobody(article, people, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        ask(article, people)
        with pytest.raises(Refused):
            ask(article, people)
    assert len(mail.outbox) == 1


def test_one_line_is_told_once_however_often(article, people):
    ask(article, people)
    line = Event.objects.order_by("-seq").first()
    letters.write_for(line)
    letters.write_for(line)
    assert told("A review is asked") == at("reviewer")


def test_of_two_who_send_the_same_one_does(article, people):
    ask(article, people)
    letter = Letter.objects.get()
    assert letters.claimed([letter.pk]) == 1
    assert letters.claimed([letter.pk]) == 0
    assert letters.send() == (0, 0)


def test_a_failing_server_keeps_the_letter_for_the_next_time(article, people, monkeypatch):
    ask(article, people)
    with monkeypatch.context() as patch:

        def fail(self, messages):
            raise SMTPException("No room.")

        patch.setattr(EmailBackend, "send_messages", fail)
        with pytest.raises(CommandError):
            call_command("send_letters", verbosity=0)
    letter = Letter.objects.get()
    assert (letter.sent_at, letter.error, letter.attempts) == (None, "No room.", 1)
    call_command("send_letters", verbosity=0)
    assert len(mail.outbox) == 1


def test_wishes_are_kept(article, people):
    MailSetting.objects.create(user=people["reviewer"], reviews=False)
    MailSetting.objects.create(user=people["editor"], delivery="never")
    MailSetting.objects.create(user=people["other editor"], delivery="daily")
    play(article, people)
    assert told("A review is asked") == []
    assert told("Your request") == []
    assert told("A text waits for your approval") == at("other.editor")
    letters.send(in_digest=False)
    sent_at_once = {message.to[0] for message in mail.outbox}
    assert sent_at_once == set(at("writer", "reviewer"))


def test_a_digest_is_one_letter(article, people):
    MailSetting.objects.create(user=people["writer"], delivery="daily")
    play(article, people)
    waiting = Letter.objects.filter(recipient=people["writer"]).count()
    assert waiting > 2
    mail.outbox.clear()
    call_command("send_letters", digest=True, verbosity=0)
    call_command("send_letters", digest=True, verbosity=0)
    [message] = mail.outbox
    assert str(waiting) in message.subject
    assert TITLE not in message.subject


def test_who_left_or_has_no_address_gets_none(article, people):
    User.objects.filter(pk=people["other editor"].pk).update(is_active=False)
    User.objects.filter(pk=people["reviewer"].pk).update(email="")
    f.move("submit", article, people["writer"])
    ask(article, people)
    f.sign(article, people["reviewer"].reviewer)
    assert told("A text waits for your approval") == at("editor")
    letters.send()
    assert [message.to for message in mail.outbox] == [at("editor")]


class TestThoseWhoSigned:
    """No badge falls without a word to whoever signed under it and did not take it."""

    @pytest.fixture
    def published(self, article, people):
        f.sign(article, people["reviewer"].reviewer)
        f.move("approve", article, people["editor"])
        return article

    def sees(self, account, what, *words):
        (letter,) = Letter.objects.filter(recipient=account, subject__startswith=what)
        for word in words:
            assert word in letter.body, letter.body
        assert TITLE not in letter.subject

    def test_a_page_that_they_signed_is_withdrawn(self, published, people):
        f.move("withdraw", published, people["editor"], reason="It was wrong.")
        said = "It was wrong.", TITLE
        self.sees(people["reviewer"], "A page that you signed was withdrawn", *said)

    def test_another_says_that_readers_should_stop(self, published, people):
        other = f.reviewer(name="Dr Other").user
        f.move("submit", published, people["editor"])
        f.move("request_changes", published, other, reason="The dose.", stop=True)
        self.sees(people["reviewer"], "A page that you signed lost its badge", "The dose.", TITLE)
        assert told("Changes are asked") == at("writer")

    def test_changes_alone_are_not_told_to_them(self, published, people):
        f.move("submit", published, people["editor"])
        f.move("request_changes", published, people["editor"], reason="Shorter.")
        assert told("A page that you signed") == []

    def test_another_takes_a_signature_back(self, article, people):
        other = f.reviewer(name="Dr Other")
        f.sign(article, other)
        f.sign(article, people["reviewer"].reviewer)
        f.move("approve", article, people["editor"])
        own = article.signoffs.get(reviewer=other)
        actions.revoke(own, kind="retract", by=other.user, at=f.now(), reason="I was wrong.")
        self.sees(people["reviewer"], "A page that you signed lost its badge", TITLE)
        assert not Letter.objects.filter(recipient=other.user, subject__startswith="A page")

    def test_a_signature_under_a_draft_takes_no_badge(self, published, people):
        f.revise(published, summary="Newer.")
        f.sign(published, f.reviewer(name="Dr Other"))
        f.revoke(published)
        assert told("A page that you signed") == []

    def test_theirs_is_annulled(self, published, people):
        actions.revoke(
            published.signoffs.get(),
            kind="annul",
            by=f.user("administrator"),
            at=f.now(),
            reason="Not a reviewer.",
        )
        self.sees(people["reviewer"], "Your signature was annulled", "Not a reviewer.", TITLE)
        assert {*at("writer", "editor", "other.editor")} <= {*told("A signature was annulled")}

    def test_their_credential_is_annulled(self, published, people):
        credential = people["reviewer"].reviewer.credentials.get()
        other = f.article(title="Quagga")
        f.sign(other, people["reviewer"].reviewer)
        by = f.user("administrator")
        actions.annul_credential(credential, by=by, at=f.now(), reason="Forged.")
        said = "Forged.", "All that it signed counts for nothing any more."
        self.sees(people["reviewer"], "Your credential was annulled", TITLE, *said)
        self.sees(people["editor"], "Pages lost a name", TITLE, "Forged.")
        assert not Letter.objects.filter(body__contains="Quagga", subject__startswith="Pages")

    def test_a_credential_that_signed_nothing_is_told_to_its_holder_alone(self, people):
        credential = people["reviewer"].reviewer.credentials.get()
        by = f.user("administrator")
        actions.annul_credential(credential, by=by, at=f.now(), reason="Forged.")
        self.sees(people["reviewer"], "Your credential was annulled", "/admin/me/")
        assert told("Pages lost") == []

    @pytest.mark.parametrize(
        ("column", "value"),
        [("valid_until", datetime.date(2199, 1, 1)), ("scope", "Adults"), ("title", "Doctor")],
    )
    def test_their_credential_is_changed(self, published, people, column, value):
        credential = people["reviewer"].reviewer.credentials.get()
        setattr(credential, column, value)
        credentials.keep(credential, by=f.user("administrator"), at=f.now())
        said = "it signs nothing; what it signed before stands"
        self.sees(people["reviewer"], "Your credential is to be looked up again", said)
        line = Event.objects.get(move="credential_look_up_ended")
        assert line.rows[0][:2] == ["editorial_credential", credential.pk]

    def test_their_credential_is_suspended(self, people):
        credential = people["reviewer"].reviewer.credentials.get()
        credential.note = "The register asks."
        credentials.keep(credential, by=f.user("administrator"), at=f.now(), suspended=True)
        said = "It signs nothing from now on", "The register asks."
        self.sees(people["reviewer"], "Your credential was suspended", *said)

    def test_their_account_is_linked(self, published, people):
        by = f.user("administrator")
        actions.link_accounts(people["reviewer"], people["writer"], by=by, at=f.now())
        self.sees(people["reviewer"], "Pages lost your name", TITLE)
        assert set(at("editor", "other.editor")) <= set(told("Pages lost a name"))


class TestReminders:
    def remind(self):
        call_command("remind", verbosity=0)

    def test_before_and_after_the_day_and_each_once(self, article, people):
        with time_machine.travel(datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)) as clock:
            f.move("submit", article, people["writer"])
            ask(article, people)  # due on the 8th
            Letter.objects.all().delete()
            for days, due, overdue in ((3, 0, 0), (1, 1, 0), (3, 1, 0), (1, 1, 2), (6, 1, 4)):
                clock.shift(datetime.timedelta(days=days))
                self.remind()
                self.remind()
                found = len(told("A review is due")), len(told("A review is overdue"))
                assert found == (due, overdue), f.now()

    def test_an_answered_request_is_not_reminded_of(self, article, people):
        request = ask(article, people)
        reviewing.decline(request, by=people["reviewer"], at=f.now(), reason="Away.")
        with time_machine.travel(f.now() + datetime.timedelta(days=20)):
            self.remind()
        assert told("A review is overdue") == []

    def test_a_page_that_loses_its_badge(self, article, people):
        with time_machine.travel(datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)) as clock:
            f.publish(article, people["reviewer"].reviewer)
            clock.shift(datetime.timedelta(days=340))
            self.remind()
            assert told("A page is due soon") == at("reviewer", "writer")
            clock.shift(datetime.timedelta(days=30))
            self.remind()
            assert told("A page has lost its badge") == at("reviewer", "writer")

    def test_an_emergency(self, article, people):
        f.move("emergency", article, people["editor"], reason="Now.")
        self.remind()
        assert told("An emergency waits") == at("editor", "other.editor")
        with time_machine.travel(f.now() + datetime.timedelta(days=4)):
            self.remind()
        assert told("An emergency is past") == at("editor", "other.editor")
        f.move("confirm", article, people["other editor"])
        with time_machine.travel(f.now() + datetime.timedelta(days=9)):
            self.remind()
        assert len(told("An emergency")) == 4


def test_ones_own_page_changes_ones_own_settings_only(people):
    client = Client()
    client.force_login(people["writer"])
    data = {"email": "new@sample.example", "delivery": "daily", "reviews": "on"}
    other = people["editor"].pk
    assert client.post("/admin/me/", {**data, "user": other}).status_code == 302
    setting = MailSetting.objects.get()
    assert (setting.user, setting.delivery, setting.queues) == (people["writer"], "daily", False)
    assert User.objects.get(pk=other).email == "editor@sample.example"
    assert client.post("/admin/me/", {**data, "delivery": "hourly"}).status_code == 200
    assert MailSetting.objects.get().delivery == "daily"
    assert Client().get("/admin/me/").status_code == 302


def test_a_signature_that_is_taken_back_is_told_to_who_wrote_and_who_approves(article, people):
    f.move("submit", article, people["writer"])
    f.sign(article, people["reviewer"].reviewer)
    f.move("approve", article, people["other editor"])
    MailSetting.objects.create(user=people["other editor"], queues=False)
    f.revoke(article)
    assert told("A signature was taken back") == at("editor", "writer")


def test_in_a_house_of_two_who_wrote_it_is_told_that_it_waits(people, settings):
    settings.APPROVER_MAY_BE_CONTRIBUTOR = True
    article = f.article(by=people["editor"])
    f.move("submit", article, people["editor"])
    f.sign(article, people["reviewer"].reviewer)
    assert told("A text waits for your approval") == at("editor", "other.editor")
