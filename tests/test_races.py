"""Two processes, one content, the same moment, on PostgreSQL: exactly one wins each round."""

import json
import os
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from editorial.actions import Token
from tests import desk
from tests import factories as f

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

ROUNDS = 200
STEP = 0.001  # seconds


class Racer:
    """One worker process, connected to this test's database."""

    def __init__(self, **environment):
        db = connection.settings_dict
        server = f"{db['USER']}:{db['PASSWORD']}@{db['HOST']}:{db['PORT'] or 5432}"
        address = f"postgres://{server}/{db['NAME']}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.race_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=settings.BASE_DIR,
            env={**os.environ, "DATABASE_URL": address, **environment},
        )
        assert self.process.stdout.readline().strip() == "ready"

    def send(self, order):
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def answer(self):
        return json.loads(self.process.stdout.readline())

    def stop(self):
        self.process.stdin.close()
        assert self.process.wait(20) == 0


@pytest.fixture
def racers(request):
    environment = getattr(request, "param", {})
    made = [Racer(**environment), Racer(**environment)]
    yield made
    for racer in made:
        racer.stop()


class Race:
    """A cast that stays, and a fresh article for each round."""

    def __init__(self):
        self.writer = f.user("writer")
        self.editor, self.approver, self.helper = (f.user("editor") for _ in range(3))
        self.signer, self.other_signer = f.reviewer(), f.reviewer()

    def signed(self):
        article = f.article(by=self.writer)
        f.move("submit", article, self.helper)
        f.sign(article, self.signer)
        return article

    def in_review(self):
        article = f.article(by=self.writer)
        f.move("submit", article, self.helper)
        return article

    def order(self, article, move, by, number, **extra):
        token = Token.of(article)
        data = {"version": token.version, "revision": token.revision, "digest": token.digest}
        if move == "request_changes":
            data["reason"] = "Sources, please."
        if move == "sign":
            form = f.sign_form(self.other_signer)
            data |= form | {
                "credential": form["credential"].pk,
                "next_review_on": form["next_review_on"].isoformat(),
                "has_read": "on",
            }
        url = desk.url(article.head.typed, "move", move)
        return {"url": url, "data": data, "user": by.pk, "round": number, **extra}


def approve_against_recall_and_edit(race, number):
    article = race.signed()
    return (
        race.order(article, "approve", race.approver, number),
        race.order(article, "recall", race.writer, number, edit=True),
        {"published", "draft"},
        article,
    )


def sign_against_recall(race, number):
    article = race.in_review()
    return (
        race.order(article, "sign", race.other_signer.user, number),
        race.order(article, "recall", race.writer, number),
        {"signed", "draft"},
        article,
    )


def approve_against_request_changes(race, number):
    article = race.signed()
    return (
        race.order(article, "approve", race.approver, number),
        race.order(article, "request_changes", race.editor, number),
        {"published", "changes_requested"},
        article,
    )


RACES = [approve_against_recall_and_edit, sign_against_recall, approve_against_request_changes]


def run(racers, setting, rounds=ROUNDS):
    """Play the rounds; returns (wins of the first, wins of the second). Raises AssertionError
    where a round has not exactly one winner, or an answer is neither made nor refused.

    Both wait for the same moment. The side that reaches its write sooner by nature then gives a
    handicap, set anew each round by who won the last: that keeps the race as close as can be.
    """
    race, wins, handicap = Race(), [0, 0], 0.0
    for number in range(rounds):
        first, second, ends, article = setting(race, number)
        if number % 2:  # neither process has the better start by habit
            racers = racers[::-1]
        start = time.time() + 0.01
        racers[0].send({**first, "start": start + max(0, -handicap)})
        racers[1].send({**second, "start": start + max(0, handicap)})
        codes = [racers[0].answer(), racers[1].answer()]
        won = [answer[0] == 302 for answer in codes]
        assert sum(won) == 1, f"round {number}: {codes}"
        assert {answer[0] for answer in codes} <= {302, 409, 403}, f"round {number}: {codes}"
        assert codes[won.index(True)] in ([302], [302, 302]), f"round {number}: {codes}"
        article.refresh_from_db()
        assert article.status in ends
        wins[won.index(True)] += 1
        handicap += -STEP if won[0] else STEP
    return wins


@pytest.mark.parametrize("setting", RACES)
def test_exactly_one_wins_each_round(racers, setting, capsys):
    wins = run(racers, setting)
    with capsys.disabled():
        print(f"\n{setting.__name__}: {ROUNDS} rounds, won {wins[0]} to {wins[1]}")
    assert min(wins) >= ROUNDS / 10, wins
    call_command("verify")


@pytest.mark.parametrize("racers", [{"RACE_WITHOUT_SWAP": "1"}], indirect=True)
def test_without_the_swap_the_same_race_is_lost(racers, capsys):
    with pytest.raises(AssertionError, match="round") as lost:
        run(racers, approve_against_recall_and_edit)
    with capsys.disabled():
        print(f"\ncontrol without compare-and-swap: {str(lost.value).splitlines()[0]}")
