"""`make model`: model and application take random steps side by side, for ten minutes.

    python -m tests.model [--minutes 10] [--seed N]

Prints the seed first, a line for each difference with the run that led to it, and a summary last;
exits 1 where there was a difference.
"""

import argparse
import logging
import os
import random
import sys
import time
from contextlib import contextmanager

import django
import time_machine
from django.test.runner import DiscoverRunner

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

STEPS = 100


def main():
    asked = parsed()
    seed = asked.seed if asked.seed is not None else random.SystemRandom().randrange(10**6)
    print(f"Seed {seed}", flush=True)
    runs = steps = 0
    found = []
    ends = time.monotonic() + asked.minutes * 60
    with scratch_house() as house:
        from tests.model.driver import Difference, numbers_of, play
        from tests.model.surfaces import Reader

        reader = Reader(house.users["ed"])
        while time.monotonic() < ends:
            runs += 1
            try:
                steps += play(house, numbers_of(seed + runs, STEPS), reader).taken
            except Difference as difference:
                found.append(difference)
                print(f"Run {seed + runs}: {difference}", flush=True)
    print(f"{len(found)} differences in {runs} runs, {steps} steps.")
    return 1 if found else 0


def parsed():
    parser = argparse.ArgumentParser(prog="make model")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int)
    return parser.parse_args()


@contextmanager
def scratch_house():
    """A database that lives as long as this, with the people of the runs in it."""
    django.setup()
    logging.getLogger("django.request").setLevel(logging.ERROR)  # what is not there is no news
    from tests.model.driver import START, House

    runner = DiscoverRunner(verbosity=0, interactive=False)
    runner.setup_test_environment()
    databases = runner.setup_databases()
    try:
        with time_machine.travel(START, tick=False):
            house = House.build()
        yield house
    finally:
        runner.teardown_databases(databases)


if __name__ == "__main__":
    sys.exit(main())
