"""What happens around a review: each rule tried from its wrong side, by form and by call."""

import datetime

import pytest
from django.test import Client

from articles.models import Source
from editorial import actions, reviewing, sources
from editorial.actions import Token
from editorial.errors import Refused, Stale
from editorial.models import Comment, Event, ReviewRequest, SourceCheck
from tests import desk
from tests import factories as f
from tests.database import everything

pytestmark = pytest.mark.django_db


def day(days):
    return f.now().date() + datetime.timedelta(days=days)


@pytest.fixture
def article():
    article = f.article(
        by=f.user("writer"),
        body='<p><a href="#source-1">Pressing helps some people.</a> Or not.</p>',
        children=[Source(title="A study", url="https://example.org/", supports="It helped some.")],
    )
    return f.move("submit", article, article.created_by) and article


def logged_in(user):
    client = Client()
    client.force_login(user)
    return client


def act(client, revision, name, **data):
    """Send one of the review page's forms with the page's own token."""
    token = Token.of_revision(revision)
    sent = {"version": token.version, "revision": token.revision, "digest": token.digest}
    return client.post(desk.url(revision, "act", name), sent | data)


def refused(sentence, deed, *args, **kwargs):
    before = everything()
    with pytest.raises(Refused) as refusal:
        deed(*args, **kwargs)
    assert sentence in refusal.value.sentence
    assert everything() == before


def test_what_would_change_nothing_says_so_and_makes_no_revision(article):
    f.move("recall", article, article.created_by)
    before, head = everything(), desk.head(article)
    for name in ("renew", "restore"):
        assert act(logged_in(article.created_by), head, name).status_code == 302
    assert everything() == before


def test_a_form_with_a_wrong_answer_is_shown_again(article):
    response = act(logged_in(f.user("editor")), desk.head(article), "ask", due_on="soon")
    assert response.status_code == 422
    assert "Enter a valid date." in response.content.decode()


class TestRequests:
    def ask(self, article, reviewer=None, **data):
        data.setdefault("by", None)
        by = data.pop("by") or f.user("editor")
        data = {"at": f.now(), "due_on": day(7)} | data
        return reviewing.ask(article, reviewer or f.reviewer(), by=by, **data)

    def test_an_editor_asks_by_the_page_and_the_reviewer_accepts(self, article):
        reviewer = f.reviewer()
        head = desk.head(article)
        editor = logged_in(f.user("editor"))
        response = act(editor, head, "ask", reviewer=reviewer.pk, due_on=day(9), note="Please.")
        assert response.status_code == 302
        request = ReviewRequest.objects.get()
        assert (request.reviewer, request.due_on, request.note) == (reviewer, day(9), "Please.")
        response = act(logged_in(reviewer.user), head, "accept", request=request.pk)
        assert response.status_code == 302
        request.refresh_from_db()
        assert request.status == "accepted"
        assert [e.move for e in Event.objects.order_by("-seq")[:2]] == [
            "review_accepted",
            "review_asked",
        ]

    def test_who_may_not_be_asked(self, article):
        editor = f.user("editor")
        contributor, reviewer = f.reviewer(article.created_by), f.reviewer()
        left = f.reviewer(
            deactivated_at=f.now(), deactivated_by=editor, deactivation_reason="Left."
        )
        self.ask(article, reviewer)
        refused("wrote a part", self.ask, article, contributor, by=editor)
        refused("no account", self.ask, article, left, by=editor)
        refused("asked already", self.ask, article, reviewer, by=editor)

    def test_a_writer_does_not_ask_and_no_day_lies_behind(self, article):
        reviewer, editor, product = f.reviewer(), f.user("editor"), f.product()
        refused("Your role", self.ask, article, reviewer, by=article.created_by)
        refused("lies ahead", self.ask, article, reviewer, by=editor, due_on=day(-1))
        refused("no review badge", self.ask, product, reviewer, by=editor)

    def test_somebody_elses_request_is_not_answered(self, article):
        request = self.ask(article)
        other = f.reviewer().user
        refused("somebody else", reviewing.accept, request, by=other, at=f.now())
        response = act(logged_in(other), desk.head(article), "accept", request=request.pk)
        assert response.status_code == 403

    def test_a_request_of_another_page_is_not_answered_here(self, article):
        reviewer = f.reviewer()
        request = self.ask(article, reviewer)
        other = f.article()
        response = act(logged_in(reviewer.user), desk.head(other), "accept", request=request.pk)
        assert response.status_code == 403
        request.refresh_from_db()
        assert request.status == "asked"

    def test_an_answer_is_given_once(self, article):
        request = self.ask(article)
        by = request.reviewer.user
        reviewing.decline(request, by=by, at=f.now(), reason="Away.")
        refused("answered already", reviewing.accept, request, by=by, at=f.now())
        refused("answered already", reviewing.decline, request, by=by, at=f.now(), reason="No.")

    def test_declining_and_taking_back_need_a_reason(self, article):
        request = self.ask(article)
        by = request.reviewer.user
        refused("reason", reviewing.decline, request, by=by, at=f.now(), reason=" ")
        editor = f.user("editor")
        refused("reason", reviewing.cancel, request, by=editor, at=f.now(), reason="")
        refused("Your role", reviewing.cancel, request, by=by, at=f.now(), reason="No.")

    def test_passing_on_asks_the_other(self, article):
        request = self.ask(article)
        other = f.reviewer()
        by = request.reviewer.user
        made = reviewing.delegate(request, other, by=by, at=f.now(), reason="Better placed.")
        assert (made.reviewer, made.delegated_from, made.due_on) == (other, request, day(7))
        request.refresh_from_db()
        assert request.status == "delegated"
        author = f.reviewer(article.created_by)
        refused(
            "wrote a part",
            reviewing.delegate,
            made,
            author,
            by=other.user,
            at=f.now(),
            reason="You know it best.",
        )

    def test_signing_answers_the_request(self, article):
        request = self.ask(article)
        f.sign(article, request.reviewer)
        request.refresh_from_db()
        assert request.status == "done"

    def test_who_the_draft_names_is_asked_on_submission(self):
        invitation = f.invitation()
        article = f.article(children=[invitation])
        f.move("submit", article, f.user("editor"))
        assert ReviewRequest.objects.get().reviewer == invitation.reviewer


class TestComments:
    def comment(self, article, by=None, **data):
        article.refresh_from_db()
        data = {"text": "Says who?", "must_fix": True} | data
        by = by or f.reviewer().user
        return reviewing.comment(Token.of(article), by=by, at=f.now(), **data)

    def test_a_must_fix_stops_signing_approving_and_scheduling(self, article):
        reviewer = f.reviewer()
        thread = self.comment(article)
        refused("must be resolved", f.sign, article, reviewer)
        reviewing.reply(thread, by=thread.author, at=f.now(), verdict="resolve")
        f.sign(article, reviewer)
        self.comment(article)
        editor = f.user("editor")
        refused("must be resolved", f.move, "approve", article, editor)
        later = f.now() + datetime.timedelta(days=1)
        refused("must be resolved", f.move, "schedule", article, editor, go_live_at=later)

    def test_who_is_about_to_sign_sees_it_first(self, article):
        token = Token.of(article)
        reviewer = f.reviewer()
        self.comment(article)
        with pytest.raises(Stale):
            actions.make("sign", token, by=reviewer.user, at=f.now(), **f.sign_form(reviewer))

    def test_a_remark_stops_nobody(self, article):
        token = Token.of(article)
        self.comment(article, must_fix=False)
        article.refresh_from_db()
        assert Token.of(article) == token
        f.sign(article)

    def test_what_was_scheduled_waits_for_it(self, article):
        f.sign(article)
        later = f.now() + datetime.timedelta(days=1)
        f.move("schedule", article, f.user("editor"), go_live_at=later)
        self.comment(article)
        article.refresh_from_db()
        assert (article.status, article.scheduled) == ("in_review", None)

    def test_the_writer_cannot_resolve_what_must_be_fixed_in_their_text(self, article):
        thread = self.comment(article)
        deed = {"at": f.now(), "verdict": "resolve"}
        refused("or an editor", reviewing.reply, thread, by=article.created_by, **deed)
        superuser = f.user("superuser")
        f.move("recall", article, superuser)
        actions.revise(Token.of(article), by=superuser, at=f.now(), summary="Mine too.")
        refused("You wrote", reviewing.reply, thread, by=superuser, **deed)

    def test_resolving_twice_and_opening_what_is_open(self, article):
        thread = self.comment(article)
        at = f.now()
        refused("is open", reviewing.reply, thread, by=thread.author, at=at, verdict="reopen")
        reviewing.reply(thread, by=thread.author, at=at, verdict="resolve")
        refused("already", reviewing.reply, thread, by=thread.author, at=at, verdict="resolve")
        reviewer = f.reviewer()
        reviewing.reply(thread, by=thread.author, at=at, verdict="reopen")
        refused("must be resolved", f.sign, article, reviewer)

    def test_by_the_page(self, article):
        client = logged_in(f.reviewer().user)
        head = desk.head(article)
        data = {"text": "Says who?", "quote": "Or not.", "must_fix": "on"}
        assert act(client, head, "comment", **data).status_code == 302
        page = client.get(desk.url(head, "review")).content.decode()
        assert "<blockquote data-quote" in page
        assert "do not stand in the text" not in page
        thread = Comment.objects.get()
        response = act(client, desk.head(article), "reply", thread=thread.pk, verdict="resolve")
        assert response.status_code == 302

    def test_a_quote_that_went_away_says_so(self, article):
        client = logged_in(f.reviewer().user)
        act(client, desk.head(article), "comment", text="Hm.", quote="never stood here")
        page = client.get(desk.url(desk.head(article), "review")).content.decode()
        assert "do not stand in the text" in page

    def test_without_a_token_or_with_an_old_one(self, article):
        client = logged_in(f.reviewer().user)
        head = desk.head(article)
        before = everything()
        assert client.post(desk.url(head, "act", "comment"), {"text": "Hm."}).status_code == 422
        assert everything() == before
        sent = {"version": 1, "revision": head.pk, "digest": head.seal.digest, "text": "Hm."}
        assert client.post(desk.url(head, "act", "comment"), sent).status_code == 409
        assert everything() == before

    def test_markup_in_a_comment_is_text(self, article):
        client = logged_in(f.reviewer().user)
        act(client, desk.head(article), "comment", text="<script>alert(1)</script>")
        page = client.get(desk.url(desk.head(article), "review")).content.decode()
        assert "<script>alert(1)" not in page

    def test_an_administrator_without_the_permission_says_nothing(self, article):
        refused("Your role", self.comment, article, by=f.user("administrator"))


class TestClaims:
    def check(self, article, by):
        article.refresh_from_db()
        [claim] = sources.claims_of(article.head)
        return reviewing.check_source(Token.of(article), claim.digest, by=by, at=f.now())

    def test_a_claim_stands_beside_its_source_and_is_marked(self, article):
        client = logged_in(f.reviewer().user)
        head = desk.head(article)
        page = client.get(desk.url(head, "review")).content.decode()
        assert "Pressing helps some people." in page
        assert "It helped some." in page
        [claim] = sources.claims_of(head)
        assert act(client, head, "check", claim=claim.digest).status_code == 302
        assert SourceCheck.objects.count() == 1

    def test_the_house_may_ask_for_it_before_a_signature(self, article, settings):
        settings.REQUIRE_SOURCE_CHECKS = True
        reviewer = f.reviewer()
        self.check(article, f.reviewer().user)  # another reviewer's check is not mine
        refused("Check these claims", f.sign, article, reviewer)
        self.check(article, reviewer.user)
        f.sign(article, reviewer)

    def test_a_check_ends_when_claim_or_source_change(self, article, settings):
        settings.REQUIRE_SOURCE_CHECKS = True
        reviewer = f.reviewer()
        self.check(article, reviewer.user)
        f.move("recall", article, article.created_by)
        new = [Source(title="Another", url="https://example.org/2", supports="Otherwise.")]
        actions.revise(Token.of(article), by=article.created_by, at=f.now(), sources=new)
        f.move("submit", article, article.created_by)
        refused("Check these claims", f.sign, article, reviewer)

    def test_a_claim_without_its_source_is_not_submitted(self):
        article = f.article(body='<p><a href="#source-2">It cures.</a></p>')
        refused("no such source", f.move, "submit", article, f.user("editor"))

    def test_writers_and_contributors_check_nothing(self, article):
        refused("Only a reviewer", self.check, article, article.created_by)
        author = f.reviewer(article.created_by)
        author.user.groups.add(*f.user("reviewer").groups.all())
        author.user = type(author.user).objects.get(pk=author.user_id)
        refused("You wrote", self.check, article, author.user)

    def test_readers_get_from_the_claim_to_its_source(self, article, client):
        f.sign(article)
        f.move("approve", article, f.user("editor"))
        page = client.get(article.get_absolute_url()).content.decode()
        assert 'href="#source-1"' in page
        assert 'id="source-1"' in page
