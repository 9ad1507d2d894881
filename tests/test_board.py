"""The board: what each filter finds, what it costs, and what becomes of moves on many."""

import datetime
from importlib import import_module
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import html

from editorial import board, reviewing
from editorial.actions import Token
from editorial.models import Content, ReviewRequest
from editorial.moves import MOVES
from tests import factories as f
from tests.database import everything

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


def logged_in(user):
    client = Client()
    client.force_login(user)
    return client


def titles(client, **asked):
    """The titles on the board, or in the list of a state."""
    tree = page(client, **asked)
    return sorted(link.text_content() for link in tree.xpath("//li[contains(@class,'card')]//a"))


def page(client, **asked):
    response = client.get(f"/admin/board/?{urlencode(asked)}")
    assert response.status_code == 200
    return html.fromstring(response.content.decode())


def token(content):
    content.refresh_from_db()
    seen = Token.of(content)
    return f"{seen.content}:{seen.version}:{seen.revision}:{seen.digest}"


def bulk(client, move, *chosen, **data):
    response = client.post("/admin/board/move/", {"move": move, "chosen": list(chosen), **data})
    assert response.status_code == 200
    tree = html.fromstring(response.content.decode())
    return [
        " ".join(p.text_content().split())
        for p in tree.xpath("//ul[contains(@class,'results')]/li//p")
    ]


@pytest.fixture
def editor():
    return f.user("editor", first_name="Edith")


@pytest.fixture
def client(editor):
    return logged_in(editor)


class TestFilters:
    def test_a_state_lists_what_is_in_it(self, client):
        draft = f.article(title="Still a draft")
        f.move("submit", f.article(title="In review"), f.user("editor"))
        assert titles(client, state="draft") == ["Still a draft"]
        assert titles(client, state="in_review") == ["In review"]
        assert titles(client) == ["In review", "Still a draft"]
        assert draft.status == "draft"

    def test_what_is_due_counts_as_published(self, client):
        now = f.now()
        article = f.article(title="Due by now", at=now - 3 * DAY)
        f.sign(article, at=now - 2 * DAY)
        f.move("schedule", article, f.user("editor"), now - 2 * DAY, go_live_at=now - DAY)
        assert titles(client, state="published") == ["Due by now"]
        assert titles(client, state="scheduled") == []

    def test_words_are_sought_in_every_kind(self, client):
        f.article(title="Tired knees")
        f.point("BL40", english="Bend Centre")
        f.product(name="Cork mat")
        f.page(title="How we review")
        for words, found in (
            ("tired", ["Tired knees"]),
            ("KNEES tired", ["Tired knees"]),
            ("bl40", ["BL40 Wěizhōng"]),
            ("bend", ["BL40 Wěizhōng"]),
            ("cork", ["Cork mat"]),
            ("how we", ["How we review"]),
            ("zebra", []),
            ("%", []),
        ):
            assert titles(client, q=words) == found, words

    def test_words_are_those_of_the_head(self, client):
        article = f.publish(f.article(title="Tired knees"))
        f.revise(article, title="Stiff knees")
        assert (titles(client, q="tired"), titles(client, q="stiff")) == ([], ["Stiff knees"])
        f.move("discard", article, f.user("editor"))
        assert titles(client, q="tired", state="published") == ["Tired knees"]
        assert titles(client, q="stiff", state="published") == []

    def test_the_migration_finds_the_words_that_a_save_writes(self):
        for content in (f.article(title="Tired Knees"), f.point("BL40"), f.product(), f.page()):
            written = Content.objects.filter(pk=content.pk)
            words = written.get().head_words
            written.update(head_words=None, version=F("version") + 1)
            import_module("editorial.migrations.0004_head_words").fill(apps, None)
            assert written.get().head_words == words != ""

    def test_a_kind(self, client):
        f.article(title="An article")
        f.product(name="A product")
        assert titles(client, kind="product") == ["A product"]

    def test_an_owner(self, client, editor):
        f.article(editor, title="Mine")
        writer = f.user("writer")
        f.article(writer, title="Theirs")
        assert titles(client, owner="me") == ["Mine"]
        assert titles(client, owner=writer.pk) == ["Theirs"]

    def test_a_reviewer_who_was_asked_or_has_signed(self, client, editor):
        reviewer = f.reviewer()
        asked, signed = f.article(title="Asked"), f.article(title="Signed")
        f.article(title="Neither")
        today = f.now().date()
        reviewing.ask(asked, reviewer, by=editor, at=f.now(), due_on=today + DAY)
        f.sign(signed, reviewer)
        assert titles(client, reviewer=reviewer.pk) == ["Asked", "Signed"]

    def test_a_reviewer_who_signed_other_words_than_those_of_the_head(self, client):
        reviewer = f.reviewer()
        article = f.publish(f.article(title="Signed once"), reviewer)
        assert titles(client, reviewer=reviewer.pk, state="published") == ["Signed once"]
        f.revise(article, summary="Nobody has signed this.")
        assert titles(client, reviewer=reviewer.pk) == []

    def test_a_topic_of_the_working_revision(self, client):
        about = f.article(title="About knees")
        f.tag(about, "knee pain")
        f.article(title="About nothing")
        assert titles(client, topic="knee-pain") == ["About knees"]

    def test_what_is_overdue_and_what_will_be(self, client):
        today = f.now().date()
        late, soon, later = (f.article(title=title) for title in ("Late", "Soon", "Later"))
        long_ago = f.now() - 400 * DAY
        for article, due, at in (
            (late, today - DAY, long_ago),
            (soon, today + 20 * DAY, f.now()),
            (later, today + 200 * DAY, f.now()),
        ):
            f.sign(article, at=at, next_review_on=due)
            f.move("approve", article, f.user("editor"), at)
        assert titles(client, due="overdue", state="published") == ["Late"]
        assert titles(client, due="soon", state="published") == ["Late", "Soon"]

    def test_a_reviewer_who_is_late_only_while_it_is_their_turn(self, client, editor):
        article = f.article(title="Waiting")
        f.move("submit", article, f.user("editor"))
        reviewing.ask(
            article, f.reviewer(), by=editor, at=f.now() - 9 * DAY, due_on=f.now().date() - DAY
        )
        assert titles(client, due="requests") == ["Waiting"]
        f.move("request_changes", article, f.user("editor"), reason="Sources.")
        assert titles(client, due="requests") == []

    def test_texts_with_an_older_version_of_a_point(self, client):
        point = f.publish(f.point("BL40"))
        f.publish(f.article(title="Host", body=f.embed("BL40")))
        f.publish(f.article(title="Other"))
        assert titles(client, older="on", state="published") == []
        f.revise(point, location="A little higher.")
        assert titles(client, older="on", state="published") == [], "readers have the old one"
        f.publish(point)
        assert titles(client, older="on", state="published") == ["Host"]

    def test_filters_narrow_together_and_nonsense_narrows_nothing(self, client, editor):
        f.article(editor, title="My draft")
        f.article(f.user("writer"), title="Their draft")
        assert titles(client, owner="me", q="their") == []
        assert titles(client, owner="999999", state="zebra") == ["My draft", "Their draft"]
        assert page(client, state="zebra").xpath("//ul[@class='errorlist']")

    def test_a_reviewers_board_shows_no_kind_that_its_role_does_not(self):
        f.article(title="An article")
        assert titles(logged_in(f.reviewer().user)) == ["An article"]
        assert logged_in(f.user(None)).get("/admin/board/").status_code == 403


class TestCards:
    def test_a_card_tells_what_presses(self, client, editor):
        article = f.article(title="Pressing")
        f.move("submit", article, f.user("editor"))
        reviewer = f.reviewer(name="Vera Sample")
        reviewing.ask(
            article, reviewer, by=editor, at=f.now() - 9 * DAY, due_on=f.now().date() - DAY
        )
        article.refresh_from_db()
        reviewing.comment(Token.of(article), by=editor, at=f.now(), text="Hm.", must_fix=True)
        (card,) = page(client).xpath("//li[@class='card']")
        assert "A comment must be fixed" in card.text_content()
        assert "Vera Sample, by" in card.text_content()
        assert len(card.xpath(".//*[contains(@class,'flag-must')]")) == 2

    def test_a_column_shows_the_longest_waiting_and_counts_all(self, client):
        for number in range(board.IN_COLUMN + 2):
            f.article(title=f"Draft {number:02}", at=f.now() - (50 - number) * DAY)
        tree = page(client)
        cards = [a.text for a in tree.xpath("//section[@aria-labelledby='column-draft']//li//a")]
        assert cards == [f"Draft {number:02}" for number in range(board.IN_COLUMN)]
        assert tree.xpath("string(//*[@id='column-draft']/*[@class='count'])") == "12"
        assert tree.xpath("//section[@aria-labelledby='column-draft']/p/a/@href") == [
            "?state=draft"
        ]

    def test_a_long_list_has_pages(self, client):
        for number in range(board.PER_PAGE + 1):
            f.article(title=f"Draft {number:02}")
        assert len(titles(client, state="draft")) == board.PER_PAGE
        assert len(titles(client, state="draft", page=2)) == 1
        assert len(titles(client, state="draft", page="x")) == board.PER_PAGE

    def test_it_costs_no_more_queries_with_many_contents(self, client):
        def spent(**asked):
            with CaptureQueriesContext(connection) as queries:
                titles(client, **asked)
            return len(queries)

        def fill(number):
            for _ in range(number):
                f.article(f.user("writer"))
                f.move("submit", f.article(f.user("writer")), f.user("editor"))

        fill(1)
        few = spent(), spent(state="draft"), spent(q="sample")
        fill(5)
        assert (spent(), spent(state="draft"), spent(q="sample")) == few


class TestMovesOnMany:
    def test_each_is_made_or_refused_by_its_own_rules(self, client, editor):
        """One of each kind of refusal beside one that is made; none stops another."""
        good, unsigned, own, stale = (f.article(title=title) for title in "GUOS")
        f.sign(good)
        f.move("submit", unsigned, f.user("editor"))
        f.revise(own, editor, summary="The editor wrote this.")
        f.sign(own)
        f.sign(stale)
        seen = token(stale)
        f.move("recall", stale, f.user("editor"))
        said = bulk(client, "approve", token(good), token(unsigned), token(own), seen)
        assert said[0] == "✓ Done"
        assert "No reviewer's signature stands" in said[1]
        assert "somebody else must approve it" in said[2]
        assert "has moved on since you opened it" in said[3]
        states = {c.pk: c.status for c in Content.objects.all()}
        assert states[good.pk] == "published"
        assert states[unsigned.pk] == "in_review"
        assert states[own.pk] == "signed"
        assert states[stale.pk] == "draft"

    def test_the_same_one_twice_is_made_once(self, client):
        article = f.article()
        said = bulk(client, "submit", token(article), token(article))
        assert said[0] == "✓ Done"
        assert "has moved on" in said[1]

    @pytest.mark.parametrize("text", ["", "1", "a:b:c:d", "1:2:3", "999999:1:1:x", ":::"])
    def test_a_value_that_names_no_revision_changes_nothing(self, client, text):
        f.article()
        before = everything()
        (said,) = bulk(client, "submit", text)
        assert "does not say which revision" in said or "no such content" in said
        assert everything() == before

    def test_a_reason_that_is_missing_refuses_each(self, client):
        article = f.publish(f.article())
        before = everything()
        assert "required" in bulk(client, "withdraw", token(article))[0]
        assert everything() == before
        reason = {"reason": "It was wrong."}
        assert "I am sure" in bulk(client, "withdraw", token(article), **reason)[0]
        assert everything() == before
        assert bulk(client, "withdraw", token(article), sure="on", **reason) == ["✓ Done"]

    def test_a_time_is_given_once_for_all(self, client):
        one, other = f.article(), f.article()
        f.sign(one)
        f.sign(other)
        later = (f.now() + 3 * DAY).strftime("%Y-%m-%dT%H:%M")
        assert (
            bulk(client, "schedule", token(one), token(other), go_live_at=later) == ["✓ Done"] * 2
        )
        past = (f.now() - DAY).strftime("%Y-%m-%dT%H:%M")
        third = f.article()
        f.sign(third)
        assert "lies ahead" in bulk(client, "schedule", token(third), go_live_at=past)[0]

    @pytest.mark.parametrize("move", ["sign", "emergency", "confirm", "save", "zebra", ""])
    def test_what_asks_for_care_is_not_made_on_many(self, client, move):
        article = f.article()
        before = everything()
        response = client.post("/admin/board/move/", {"move": move, "chosen": [token(article)]})
        assert response.status_code == 403
        assert everything() == before

    @pytest.mark.parametrize("move", [name for name, move in MOVES.items() if move.bulk])
    def test_nobody_gets_further_by_many_than_by_one(self, move):
        """Every step by a role that has no right to it, with a true token."""
        article = f.publish(f.article())
        f.sign(f.article())
        outsider = logged_in(f.user("administrator"))
        before = everything()
        data = {"reason": "Because.", "go_live_at": "2099-01-01T10:00"}
        data |= {"move": move, "chosen": [token(article)]}
        assert outsider.post("/admin/board/move/", data).status_code == 403
        assert everything() == before

    def test_only_so_many_at_once_and_the_rest_is_told(self, client):
        response = client.post(
            "/admin/board/move/", {"move": "submit", "chosen": ["x"] * (board.MOST_AT_ONCE + 2)}
        )
        assert b"2 more were left out" in response.content

    def test_nothing_ticked_says_so(self, client):
        response = client.post("/admin/board/move/", {"move": "submit"})
        assert b"Nothing was ticked." in response.content

    def test_a_get_moves_nothing(self, client):
        article = f.article()
        address = f"/admin/board/move/?move=submit&chosen={token(article)}"
        assert client.get(address).status_code == 405

    def test_a_writer_is_offered_what_a_writer_may_do(self):
        f.article()
        tree = page(logged_in(f.user("writer")))
        assert tree.xpath("//select[@name='move']/option/@value") == [
            "",
            "submit",
            "recall",
            "discard",
            "put_away",
        ]
        assert not page(logged_in(f.reviewer().user)).xpath("//option[@value='approve']")


def test_an_open_request_counts_once_on_a_card(client, editor):
    article = f.article()
    for _ in range(2):
        reviewing.ask(article, f.reviewer(), by=editor, at=f.now(), due_on=f.now().date() + DAY)
    assert ReviewRequest.objects.count() == 2
    assert len(page(client).xpath("//li[@class='card']")) == 1


@pytest.mark.parametrize("asked", ["", "?p=1", "?q=knees", "?state=draft", "?owner=me"])
def test_the_list_of_a_kind_counts_what_it_shows(editor, asked):
    """The count that is taken without the texts and the one that is taken with them."""
    for title in ("Tired knees", "Stiff knees"):
        f.publish(f.article(title=title))
        f.revise(f.article(editor, title=title), summary="Newer.")
    f.product()
    f.article(editor, title="Hands")
    shown = logged_in(editor).get(f"/admin/articles/articlerevision/{asked}")
    changes = shown.context["cl"]
    assert changes.result_count == len(changes.result_list) > 0
