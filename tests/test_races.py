"""The races themselves: few rounds of each pair here, 500 in `make races`; and that the referee
sees what it is there to see."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest
from django.core import mail

from editorial import letters
from editorial.models import Content, LogHead
from editorial.moves import MOVES
from tests import factories as f
from tests.races.pairs import PAIRS, SIX
from tests.races.referee import Handicap, Lost, check_content, check_lines, winner_of

ROUNDS = 8
APPROVE, REQUEST_CHANGES, EDIT, SCHEDULE, EMERGENCY, WITHDRAW = SIX
BOTH_LEGAL, APPROVE_ALONE = PAIRS[:2]


@pytest.mark.postgres
@pytest.mark.slow
def test_each_round_has_one_winner_and_without_the_swap_has_not():
    environment = {
        **os.environ,
        "TEST_DATABASE_URL": os.environ["DATABASE_URL"],
        "RACE_ROUNDS": str(ROUNDS),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.races"], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    for pair, line in zip(PAIRS, lines, strict=False):
        assert line.startswith(f"{pair}: {ROUNDS} rounds, won ")
    total, verify, *controls, last = lines[len(PAIRS) :]
    assert total == "17 of 17 pairs held, 0 lost."
    assert verify == "verify: no fault after all rounds"
    assert controls[-1] == "control without the swap: 0 of 14 pairs held, 14 lost."
    assert last.startswith("One winner in every round")


# --- The pairs ---------------------------------------------------------------------------


def test_every_two_of_the_six_moves_race():
    assert {frozenset((pair.first.name, pair.second.name)) for pair in PAIRS[:15]} == {
        frozenset((first.name, second.name)) for first in SIX for second in SIX if first != second
    }


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_both_are_legal_in_its_state_or_no_state_permits_both(pair):
    first, second = (set(MOVES[one.steps[0]].sources) for one in (pair.first, pair.second))
    if pair.only is None:
        assert pair.state in first & second
    else:
        assert not first & second
        assert pair.state in MOVES[pair.only.steps[0]].sources


# --- The referee -------------------------------------------------------------------------


@pytest.mark.parametrize("loser", [403, 409])
def test_the_one_whose_move_was_made_has_won(loser):
    assert winner_of(BOTH_LEGAL, [[302], [loser]]) == 0
    assert winner_of(BOTH_LEGAL, [[loser], [302]]) == 1


@pytest.mark.parametrize(
    "codes",
    [
        [[302], [302]],
        [[409], [409]],
        [[302], [500]],
        [[302], [422]],
        [[302], [200]],
        [[302], [302, 409]],
    ],
)
def test_anything_but_one_winner_and_one_refusal_is_lost(codes):
    with pytest.raises(Lost):
        winner_of(BOTH_LEGAL, codes)


def test_what_its_state_forbids_may_not_win():
    assert winner_of(APPROVE_ALONE, [[302], [403]]) == 0
    with pytest.raises(Lost, match="does not permit"):
        winner_of(APPROVE_ALONE, [[409], [302]])


def test_the_handicap_ends_near_where_both_are_even():
    handicap = Handicap()
    for _round in range(40):
        handicap.led_by(0 if handicap.seconds < 0.1 else 1)
    assert handicap.seconds == pytest.approx(0.1, abs=0.01)


@pytest.fixture
def won(db):
    """A signed article before and after its withdrawal, as check_lines wants to know it."""
    writer, editor = f.user("writer", email="writer@sample.example"), f.user("editor")
    article = f.publish(f.article(by=writer))
    f.revise(article, writer, summary="Said anew.")
    f.sign(article)
    before, lines = Content.objects.get(pk=article.pk), LogHead.objects.get().count
    f.move("withdraw", article, editor, reason="It was wrong.")
    letters.send(about=f"event:{lines + 1}")
    mails = [[message.to[0], message.subject] for message in mail.outbox]
    return before, lines, editor, mails


def test_a_content_that_is_not_as_the_winner_leaves_it_is_lost(won):
    before, *_ = won
    check_content(before, WITHDRAW)
    for other in {*SIX} - {WITHDRAW}:
        with pytest.raises(Lost, match="the state is withdrawn"):
            check_content(before, other)
    with pytest.raises(Lost, match="readers get revision 1"):
        check_content(before, replace(WITHDRAW, publishes=True))
    with pytest.raises(Lost, match="revision 2 is the head"):
        check_content(before, replace(WITHDRAW, lines=("save",)))


def test_unsigned_words_before_readers_are_lost_unless_in_an_emergency(db):
    article = f.article()
    before = Content.objects.get(pk=article.pk)
    f.move("emergency", article, f.user("editor"), reason="Now.")
    check_content(before, EMERGENCY)
    Content.objects.filter(pk=article.pk).update(emergency_until=None, version=99)
    with pytest.raises(Lost, match="unsigned"):
        check_content(before, EMERGENCY)


def test_a_line_of_somebody_else_and_a_mail_too_many_are_lost(won):
    before, lines, editor, mails = won
    told = ["writer@sample.example"]
    check_lines(before, lines, WITHDRAW, editor, told, mails)
    for wrong in (
        (lines - 1, WITHDRAW, editor, told, mails),
        (lines, APPROVE, editor, told, mails),
        (lines, WITHDRAW, before.created_by, told, mails),
        (lines, WITHDRAW, editor, [], mails),
        (lines, WITHDRAW, editor, told, mails * 2),
        (lines, WITHDRAW, editor, told, []),
    ):
        with pytest.raises(Lost):
            check_lines(before, *wrong)
