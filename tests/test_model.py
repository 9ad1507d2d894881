"""The model of the workflow and the application take the same steps, and say the same of them."""

import logging

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.model.driver import (
    DAY,
    HOUR,
    SIZE,
    START,
    Difference,
    House,
    Sides,
    numbers_in,
    numbers_of,
    play,
)
from tests.model.faults import FAULTS
from tests.model.surfaces import Reader

# Four tests of so many runs make 2,000 steps; one number in seven finds nothing to do.
RUNS, STEPS = 3, 200
quiet = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
without_shrinking = [Phase.generate]


@pytest.fixture(scope="module")
def written_house(written):
    with time_machine.travel(START, tick=False):
        return written(House.build)


@pytest.fixture
def house(written_house, db):
    return written_house


@pytest.mark.slow
@pytest.mark.parametrize("number", range(4))
def test_model_and_application_agree_on_random_runs(house, number, caplog):
    caplog.set_level(logging.ERROR, "django.request")  # a page that is not there is no news
    reader, taken = Reader(house.users["ed"]), []

    @seed(number)
    @settings(max_examples=RUNS + 1, phases=without_shrinking, **quiet)
    @given(run=st.binary(min_size=SIZE * STEPS, max_size=SIZE * STEPS))
    def check(run):
        if any(run):  # the first one is of zeros, which lead nowhere
            taken.append(play(house, numbers_in(run), reader).taken)

    check()
    assert sum(taken) >= 500


# --- Faults that were mended, planted again -------------------------------------------------------

MOST_RUNS, MOST_STEPS = 16, 30


@pytest.mark.slow
@pytest.mark.parametrize("name", FAULTS)
def test_random_runs_find(house, name, caplog, monkeypatch):
    caplog.set_level(logging.ERROR, "django.request")
    fault = FAULTS[name]
    reader = Reader(house.users["ed"]) if fault.looks else None
    with monkeypatch.context() as patch:
        fault.plant(patch)
        run = find_difference(house, fault, reader)
    assert run, f"{MOST_RUNS} runs did not find that {name}."
    play(house, run, reader, fault.focus)  # without the fault the two agree


def find_difference(house, fault, reader):
    """The numbers of the first run in which the two differ, up to there; or None."""
    for start in range(fault.seed, fault.seed + MOST_RUNS):
        run = numbers_of(start, MOST_STEPS)
        try:
            play(house, run, reader, fault.focus)
        except Difference:
            return run
    return None


# --- Stories in which the two once parted --------------------------------------------------------


def told(house, *steps):
    """Take steps, each "person move text", an hour after the other; returns the sides then."""
    with time_machine.travel(START, tick=False) as clock, transaction.atomic():
        sides = Sides(house, clock)
        for step in steps:
            (who, move, name), data = step[0].split(), dict(*step[1:])
            sides.wait(data.pop("after", HOUR))
            sides.take(move, who, name, **data)
        transaction.set_rollback(True)
    return sides


def names(sides, name="post"):
    return sides.told_by_the_model(name)["names"]


IN_REVIEW = [("wen submit post",), ("ada sign post",)]
PUBLISHED = [*IN_REVIEW, ("ed approve post",)]
HOST = [("wen submit host",), ("bo sign host",), ("ed approve host",)]


def test_a_signature_that_nobody_approved_does_not_repair_a_host(house):
    fallen = [*HOST, ("ada retract point", {"signature": 0})]
    signed = [*fallen, ("wen submit point",), ("bo sign point",)]
    assert names(told(house, *signed), "host") == []
    assert names(told(house, *signed, ("ed approve point",)), "host") == ["Reviewer bo"]


def test_a_retracted_renewal_takes_the_older_signature_along(house):
    renewed = [*PUBLISHED, ("wen submit post",), ("ada sign post",)]
    sides = told(house, *renewed, ("ada retract post", {"signature": 1}), ("ed approve post",))
    assert sides.world.pages["post"].state == "in_review"


def test_a_retraction_of_an_older_signature_takes_the_newer_ones_badge(house):
    ended = [*PUBLISHED, ("eve withdraw post", {"reason": "Wrong."}), ("eve return post",)]
    again = [*ended, ("ada sign post",), ("ed approve post",)]
    assert names(told(house, *again)) == ["Reviewer ada"]
    assert names(told(house, *again, ("ada retract post", {"signature": 0}))) == []


def test_a_must_fix_that_was_overruled_ends_signatures_for_good(house):
    overruled = [("bo comment post", {"must_fix": True}), ("ed resolve post", {"comment": 0})]
    closed = [("bo reopen post", {"comment": 0}), ("bo resolve post", {"comment": 0})]
    sides = told(house, *IN_REVIEW, *overruled, *closed, ("eve approve post",))
    assert sides.world.pages["post"].live is None


def test_a_schedule_left_with_a_review_that_runs_out_before_it_is_held(house):
    later = ("bo sign post", {"after": 60 * DAY})
    scheduled = ("ed schedule post", {"go_live": START + 150 * DAY})
    annulled = ("root annul post", {"signature": 1})
    sides = told(house, *IN_REVIEW, later, scheduled, annulled)
    assert sides.world.pages["post"].state == "in_review"
