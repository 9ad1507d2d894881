"""The workflow against a second table, written by hand: every state x move x role."""

import copy
import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction

from editorial import actions
from editorial.actions import Token
from editorial.errors import Refused
from editorial.management.commands.draw_workflow import redrawn
from editorial.models import Content, User
from editorial.moves import MOVES
from tests import factories as f

pytestmark = [pytest.mark.django_db, pytest.mark.once]

STATES = [
    "draft",
    "in_review",
    "changes_requested",
    "signed",
    "scheduled",
    "published",
    "withdrawn",
    "discarded",
]
ROLES = ("owner", "other writer", "editor", "reviewer", "administrator")

# Who may make which move from which state; what does not stand here is refused.
ALLOWED = {
    ("draft", "owner"): "save submit put_away",
    ("draft", "editor"): "save submit put_away emergency",
    ("in_review", "owner"): "recall",
    ("in_review", "editor"): "recall request_changes emergency",
    ("in_review", "reviewer"): "sign request_changes",
    ("changes_requested", "owner"): "save submit put_away",
    ("changes_requested", "editor"): "save submit put_away emergency",
    ("signed", "owner"): "recall",
    ("signed", "editor"): "recall request_changes approve schedule emergency",
    ("signed", "reviewer"): "sign request_changes",
    ("scheduled", "owner"): "recall",
    ("scheduled", "editor"): "recall",
    ("published", "owner"): "save submit",
    ("published", "editor"): "save submit withdraw",
    ("withdrawn", "owner"): "save",
    ("withdrawn", "editor"): "save return",
    ("discarded", "owner"): "save recall",
    ("discarded", "editor"): "save recall",
    # A new draft beside what readers have.
    ("revised", "owner"): "save submit discard",
    ("revised", "editor"): "save submit discard withdraw emergency",
    # Published without a review by one editor; another may confirm it.
    ("unreviewed", "owner"): "save submit",
    ("unreviewed", "editor"): "save submit withdraw confirm",
}


def content_in(state, owner):
    """An article of the owner's in a state, brought there by its moves."""
    article = f.article(by=owner)
    if state == "draft":
        return article
    if state == "discarded":
        return f.move("put_away", article, owner)
    if state == "unreviewed":
        return f.move("emergency", article, f.user("editor"), reason="It cannot wait.")
    if state == "revised":
        f.publish(article)
        actions.revise(Token.of(article), by=owner, at=f.now(), summary="Newer.")
        article.refresh_from_db()
        return article
    if state in ("signed", "scheduled", "published", "withdrawn"):
        f.sign(article)
    else:
        f.move("submit", article, f.user("editor"))
    if state == "changes_requested":
        f.move("request_changes", article, f.user("editor"), reason="More sources, please.")
    if state == "scheduled":
        later = f.now() + datetime.timedelta(days=3)
        f.move("schedule", article, f.user("editor"), go_live_at=later)
    if state in ("published", "withdrawn"):
        f.move("approve", article, f.user("editor"))
    if state == "withdrawn":
        f.move("withdraw", article, f.user("editor"), reason="It was wrong.")
    assert article.status == state
    return article


def attempt(move, article, by):
    token = Token.of(Content.objects.get(pk=article.pk))
    if move == "save":
        actions.revise(token, by=by, at=f.now(), summary="Changed.")
        return
    data = {}
    if move == "sign":
        reviewer = getattr(by, "reviewer", None) or f.reviewer()
        data = f.sign_form(reviewer)
    elif move in ("request_changes", "withdraw", "emergency"):
        data = {"reason": "Because."}
    elif move == "schedule":
        data = {"go_live_at": f.now() + datetime.timedelta(days=2)}
    actions.make(move, token, by=by, at=f.now(), **data)


def house():
    """{role: person}, and {state: an article of the owner's}."""
    people = {
        "owner": f.user("writer"),
        "other writer": f.user("writer"),
        "editor": f.user("editor"),
        "reviewer": f.reviewer().user,
        "administrator": f.user("administrator"),
    }
    states = (*STATES, "revised", "unreviewed")
    return people, {state: content_in(state, people["owner"]) for state in states}


@pytest.fixture(scope="module")
def written_house(written):
    return written(house)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("state", [*STATES, "revised", "unreviewed"])
def test_every_move_from_every_state_by_every_role(written_house, state, role):
    allowed = set(ALLOWED.get((state, role), "").split())
    people, articles = copy.deepcopy(written_house)
    person, article = people[role], articles[state]
    before = Content.objects.get(pk=article.pk).status
    for move in MOVES:
        with transaction.atomic():
            by = User.objects.get(pk=person.pk)
            content = Content.objects.get(pk=article.pk)
            offers = {o.name: why_not for o, why_not in actions.offered(content, by=by, at=f.now())}
            if move in allowed:
                attempt(move, content, by)
                content.refresh_from_db()
                assert content.status == (MOVES[move].target or before), (state, move, role)
                assert move in offers, "a button must offer what is allowed"
                assert offers[move] is None
            else:
                with pytest.raises(Refused):
                    attempt(move, content, by)
                content.refresh_from_db()
                assert content.status == before, (state, move, role)
                assert offers.get(move) is not None or move not in offers, "no button may offer it"
            transaction.set_rollback(True)


def test_the_table_knows_every_state_and_move():
    assert set(STATES) == {state.value for state in Content.Status}
    named = {move for moves in ALLOWED.values() for move in moves.split()}
    assert named == set(MOVES)


def test_the_diagram_in_the_docs_is_the_moves_table():
    page = Path(settings.BASE_DIR, "docs", "workflow.md").read_text()
    assert "draft --> in_review: submit" in page
    assert redrawn(page) == page, "run manage.py draw_workflow"
