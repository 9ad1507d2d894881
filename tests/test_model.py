"""The model of the workflow and the application take the same steps, and say the same of them."""

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.model.driver import MOST, START, House, Sides

RUNS, STEPS = 40, 50
numbers = st.lists(st.integers(0, MOST), min_size=STEPS, max_size=STEPS)
quiet = {"deadline": None, "suppress_health_check": list(HealthCheck), "derandomize": True}


@pytest.fixture(scope="module")
def written_house(written):
    with time_machine.travel(START, tick=False):
        return written(House.build)


@pytest.fixture
def house(written_house, db):
    return written_house


def run(house, steps):
    """One run from the beginning; nothing of it stays in the database."""
    with time_machine.travel(START, tick=False) as clock, transaction.atomic():
        sides = Sides(house, clock)
        for number in steps:
            sides.play(number)
        transaction.set_rollback(True)
    return sides


def test_model_and_application_agree_on_random_runs(house):
    @settings(max_examples=RUNS, **quiet)
    @given(steps=numbers)
    def check(steps):
        run(house, steps)

    check()
