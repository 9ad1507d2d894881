"""The probes themselves: all hold, every control breaches, and neither is said without reason."""

import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from tests.probes import __main__ as probes

HELD = {"about": "x", "without": ["token"], "wrong": [], "harm": []}
HARMED = {**HELD, "harm": ["changed: rows of editorial_content"]}


@pytest.mark.once
@pytest.mark.slow
@pytest.mark.process
def test_all_hold_and_every_control_breaches():
    environment = {key: value for key, value in os.environ.items() if key != "TEST_DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.probes"], env=environment, capture_output=True, text=True
    )
    *lines, total, last = done.stdout.splitlines()
    assert [line.split(".")[0].strip() for line in lines] == [str(n) for n in range(1, 25)]
    for line in lines:
        assert ": held (" in line
        assert line.endswith(": breach")
    assert total == "24 of 24 probes held, 24 of 24 controls breach."
    assert last.startswith("All held"), done.stderr
    assert done.returncode == 0


def judged(capsys, app, control, ends=0, **facts):
    """(whether all is well, what is printed) where the two sides tell this of one probe."""
    sides = {
        name: SimpleNamespace(
            stdout=[json.dumps({"number": 1, "title": "t", "broken": "", **facts, "attempts": a})],
            wait=lambda: ends,
        )
        for name, a in (("app", app), ("control", control))
    }
    return probes.compared(sides), capsys.readouterr().out


def test_held_beside_a_control_that_breaches(capsys):
    well, out = judged(capsys, [HELD], [HARMED])
    assert well
    assert "held (1 attempt); control without token: breach" in out


@pytest.mark.parametrize("app", [{**HELD, "wrong": ["answered 302, not 409"]}, HARMED])
def test_a_wrong_answer_and_harm_are_each_a_breach(capsys, app):
    well, out = judged(capsys, [app], [HARMED])
    assert not well
    assert "t: BREACH (x: " in out


@pytest.mark.parametrize("control", [[HELD], [HARMED, HELD], []])
def test_a_control_in_which_an_attempt_does_no_harm_proves_nothing(capsys, control):
    well, out = judged(capsys, [HELD], control)
    assert not well
    assert "NO BREACH" in out


def test_nothing_attempted_is_not_held(capsys):
    assert not judged(capsys, [], [HARMED])[0]


def test_an_honest_way_that_is_closed_is_not_held(capsys):
    well, out = judged(capsys, [HELD], [HARMED], broken="approve answers 500")
    assert not well
    assert "BREACH (approve answers 500)" in out


def test_a_side_that_ends_before_its_time_fails(capsys):
    assert not judged(capsys, [HELD], [HARMED], ends=1)[0]
