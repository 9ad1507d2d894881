"""Somebody leaves: what was asked of them, the links they made, and what they signed."""

import datetime

import pytest

from editorial import previews, reviewing, standing
from editorial.actions import Token
from editorial.models import Event, Letter, PreviewLink, Reviewer, User
from tests import desk
from tests import factories as f
from tests.test_reviewing import logged_in, refused

pytestmark = pytest.mark.django_db

REVIEWER = "/admin/editorial/reviewer/{}/change/"
USER = "/admin/editorial/user/{}/change/"


@pytest.fixture
def editor():
    return f.user("editor", email="editor@sample.example")


@pytest.fixture
def admin():
    return logged_in(f.user("superuser"))


@pytest.fixture
def reviewer():
    return f.reviewer(f.user("reviewer", email="reviewer@sample.example"), name="Sample Reviewer")


def asked(reviewer, by, **fields):
    article = f.article(**fields)
    f.move("submit", article, f.user("editor"))
    due = f.now().date() + datetime.timedelta(days=7)
    return reviewing.ask(article, reviewer, by=by, at=f.now(), due_on=due)


def changed(client, address, form, **changes):
    """Send the change form of a record as its page would, with changes; None takes a field out."""
    data = {**desk.values(desk.forms(client.get(address))[form]), **changes}
    sent = {name: value for name, value in data.items() if value is not None}
    response = client.post(address, sent)
    assert response.status_code == 302, response.content.decode()
    return client.get(response.url).content.decode()


def deactivates_the_profile(admin, reviewer):
    address = REVIEWER.format(reviewer.pk)
    return changed(admin, address, "reviewer_form", active=None, deactivation_reason="Retired.")


def deactivates_the_account(admin, reviewer):
    return changed(admin, USER.format(reviewer.user_id), "user_form", is_active=None)


def takes_the_role(admin, reviewer):
    return changed(admin, USER.format(reviewer.user_id), "user_form", groups=[])


WAYS = [deactivates_the_profile, deactivates_the_account, takes_the_role]
every_way = pytest.mark.parametrize("leaves", WAYS)


class TestRequests:
    @every_way
    def test_they_go_back_and_who_asked_gets_one_letter(self, leaves, admin, reviewer, editor):
        first, second = asked(reviewer, editor, title="One"), asked(reviewer, editor, title="Two")
        reviewing.accept(second, by=reviewer.user, at=f.now())
        others = asked(f.reviewer(), editor)
        leaves(admin, reviewer)
        for request in (first, second):
            request.refresh_from_db()
            assert request.status == "cancelled"
            assert request.reason == "Sample Reviewer does not review here any more."
        others.refresh_from_db()
        assert others.status == "asked"
        letter = Letter.objects.get(recipient=editor, subject__contains="has left")
        assert "One\n" in letter.body
        assert "Two\n" in letter.body
        lines = Event.objects.filter(move="review_cancelled")
        assert {line.data["request"] for line in lines} == {first.pk, second.pk}

    @every_way
    def test_saying_so_twice_tells_nobody_twice(self, leaves, admin, reviewer, editor):
        asked(reviewer, editor)
        leaves(admin, reviewer)
        count = Letter.objects.count()
        leaves(admin, reviewer)
        assert Letter.objects.count() == count

    def test_a_change_of_the_name_takes_nothing_back(self, admin, reviewer, editor):
        request = asked(reviewer, editor)
        changed(admin, REVIEWER.format(reviewer.pk), "reviewer_form", name="New Name")
        changed(admin, USER.format(reviewer.user_id), "user_form", first_name="New")
        request.refresh_from_db()
        assert request.status == "asked"

    def test_a_change_that_fails_takes_nothing_back(self, admin, reviewer, editor, monkeypatch):
        request = asked(reviewer, editor)

        def fails(*args, **kwargs):
            raise RuntimeError

        monkeypatch.setattr("editorial.leaving.tell", fails)
        with pytest.raises(RuntimeError):
            takes_the_role(admin, reviewer)
        request.refresh_from_db()
        assert request.status == "asked"
        assert reviewer.user.groups.exists()


class TestPublication:
    @pytest.mark.parametrize(
        ("move", "data", "reason"),
        [
            ("approve", {}, "It was published."),
            ("schedule", {"go_live_at": f.now() + datetime.timedelta(days=2)}, "at its time"),
            ("emergency", {"reason": "A danger."}, "without a review"),
        ],
    )
    def test_it_ends_what_is_still_asked(self, move, data, reason, reviewer, editor):
        request = asked(reviewer, editor)
        elsewhere = asked(reviewer, editor)
        f.sign(request.content)
        f.move(move, request.content, f.user("editor"), **data)
        request.refresh_from_db()
        elsewhere.refresh_from_db()
        assert (request.status, elsewhere.status) == ("cancelled", "asked")
        assert reason in request.reason
        assert Event.objects.get(move="review_cancelled").data["request"] == request.pk

    @pytest.mark.parametrize(
        ("move", "data", "reason"),
        [
            ("withdraw", {"reason": "Wrong."}, "It was withdrawn."),
            ("discard", {}, "The draft was discarded."),
        ],
    )
    def test_what_is_taken_away_is_asked_of_nobody(self, move, data, reason, reviewer, editor):
        content = f.publish(f.article())
        f.revise(content, summary="Newer.")
        request = reviewing.ask(
            content, reviewer, by=editor, at=f.now(), due_on=f.now().date(), note=""
        )
        f.move(move, content, f.user("editor"), **data)
        request.refresh_from_db()
        assert (request.status, request.reason) == ("cancelled", reason)

    def test_a_draft_that_is_put_away_is_asked_of_nobody(self, reviewer, editor):
        request = asked(reviewer, editor)
        f.move("recall", request.content, editor)
        request.refresh_from_db()
        assert request.status == "asked"
        f.move("put_away", request.content, editor)
        request.refresh_from_db()
        assert (request.status, request.reason) == ("cancelled", "The draft was put away.")

    def test_a_signature_is_no_end_and_a_given_answer_stays(self, reviewer, editor):
        request = asked(reviewer, editor)
        f.sign(request.content)
        request.refresh_from_db()
        assert request.status == "asked"
        reviewing.decline(request, by=reviewer.user, at=f.now(), reason="Away.")
        f.move("approve", request.content, f.user("editor"))
        request.refresh_from_db()
        assert (request.status, request.reason) == ("declined", "Away.")

    def test_an_approval_that_is_refused_ends_nothing(self, reviewer, editor):
        request = asked(reviewer, editor)
        refused("No reviewer", f.move, "approve", request.content, f.user("editor"))
        request.refresh_from_db()
        assert request.status == "asked"


class TestLinks:
    def test_they_end_for_good_with_the_account(self, client, admin):
        writer = f.user("writer")
        article = f.article(by=writer)
        _link, secret = previews.create(article.head, by=writer, at=f.now(), label="Paper")
        changed(admin, USER.format(writer.pk), "user_form", is_active=None)
        changed(admin, USER.format(writer.pk), "user_form", is_active="on")
        assert client.get(f"/preview/{secret}/").status_code == 404
        assert PreviewLink.objects.get().ended_at
        assert Event.objects.filter(move="preview_ended").count() == 1

    def test_another_change_of_the_account_ends_none(self, client, admin):
        writer = f.user("writer")
        article = f.article(by=writer)
        _link, secret = previews.create(article.head, by=writer, at=f.now(), label="Paper")
        changed(admin, USER.format(writer.pk), "user_form", first_name="New")
        assert client.get(f"/preview/{secret}/").status_code == 200


class TestSigners:
    WARNING = "Sample Reviewer signed this and does not review here any more."

    def seen(self, article):
        """What an editor reads on the board, and on the text's own page."""
        client = logged_in(f.user("editor"))
        pages = ("/admin/board/", desk.url(desk.head(article), "review"))
        return [self.WARNING in client.get(page).content.decode() for page in pages]

    def scheduled(self, reviewer):
        article = f.article(title="Stiff knees")
        f.sign(article, reviewer)
        later = f.now() + datetime.timedelta(days=1)
        f.move("schedule", article, f.user("editor"), go_live_at=later)
        return article

    @every_way
    def test_the_text_goes_live_and_the_desk_warns(self, leaves, admin, reviewer, client):
        article = self.scheduled(reviewer)
        assert self.seen(article) == [False, False]
        told = leaves(admin, reviewer)
        assert "still waiting to go live: Stiff knees." in told
        assert self.seen(article) == [True, True]
        article.refresh_from_db()
        assert article.status == "scheduled"
        assert [s.name for s in standing.signoffs_of(article.head)] == ["Sample Reviewer"]

    def test_a_signed_text_is_marked_before_anybody_approves_it(self, admin, reviewer):
        article = f.article()
        f.sign(article, reviewer)
        deactivates_the_profile(admin, reviewer)
        assert self.seen(article) == [True, True]

    def test_no_warning_for_what_is_public_or_whose_signature_was_taken_back(self, reviewer):
        public, taken_back = f.article(), f.article()
        f.sign(public, reviewer)
        f.move("approve", public, f.user("editor"))
        f.sign(taken_back, reviewer)
        f.revoke(taken_back)
        Reviewer.objects.filter(pk=reviewer.pk).update(
            deactivated_at=f.now(), deactivated_by=f.user("administrator")
        )
        assert self.seen(public) == [False, False]
        assert self.seen(taken_back) == [False, False]

    def test_the_one_who_stays_is_not_named(self, reviewer):
        article = f.article()
        f.sign(article, reviewer)
        f.sign(article, f.reviewer(name="Dr Stays"))
        User.objects.filter(pk=reviewer.user_id).update(is_active=False)
        assert self.seen(article) == [True, True]

    def test_the_buttons_that_switch_somebody_off_say_what_stays(self, admin, reviewer):
        for address in (REVIEWER.format(reviewer.pk), USER.format(reviewer.user_id)):
            assert "goes live as it was approved" in admin.get(address).content.decode()


class TestMustFixOnWhatIsScheduled:
    @pytest.fixture
    def article(self):
        article = f.article(by=f.user("writer"))
        f.sign(article)
        return article

    def schedule(self, article):
        later = f.now() + datetime.timedelta(days=1)
        f.move("schedule", article, f.user("editor"), go_live_at=later)

    def comment(self, article, by, **data):
        article.refresh_from_db()
        data = {"text": "Stop.", "must_fix": True} | data
        return reviewing.comment(Token.of(article), by=by, at=f.now(), **data)

    def test_a_writer_opens_none_and_may_say_it_plainly(self, article):
        self.schedule(article)
        refused("has its date", self.comment, article, by=article.created_by)
        refused("has its date", self.comment, article, by=f.user("writer"))
        self.comment(article, article.created_by, must_fix=False)
        article.refresh_from_db()
        assert article.status == "scheduled"

    def test_a_writer_reopens_none(self, article):
        thread = self.comment(article, article.created_by)
        reviewing.reply(thread, by=article.created_by, at=f.now(), verdict="resolve")
        self.schedule(article)
        deed = {"by": article.created_by, "at": f.now(), "verdict": "reopen"}
        refused("has its date", reviewing.reply, thread, **deed)
        reviewing.reply(thread, by=f.user("editor"), at=f.now(), verdict="reopen")
        article.refresh_from_db()
        assert article.status == "in_review"

    @pytest.mark.parametrize("role", ["editor", "reviewer"])
    def test_who_reviews_or_approves_stops_it(self, article, role):
        self.schedule(article)
        self.comment(article, f.user(role))
        article.refresh_from_db()
        assert (article.status, article.scheduled) == ("in_review", None)

    def test_before_it_has_its_date_a_writer_may(self, article):
        thread = self.comment(article, article.created_by)
        editor = f.user("editor")
        refused("must be resolved", f.move, "approve", article, editor)
        assert thread.must_fix
