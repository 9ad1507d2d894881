"""The proof that rows are written once: it passes, and a table without triggers fails it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands

from tcmtips.append_only import __main__ as attacks
from tcmtips.append_only import commands, desk, orm, rows, sql
from tcmtips.append_only.trial import Attack, Trial

ROOT = Path(__file__).resolve().parent.parent
SUMMARY = r"(\d+) attempts, (\d+) refused, (\d+) ran and harmed nothing, (\d+) failures; .*"


CONTROL = "editorial_seal"


@pytest.fixture(scope="module")
def proof():
    """(exit code, what the proof printed, what its control printed)."""
    done = subprocess.run(
        [sys.executable, "manage.py", "prove_append_only", "--control", CONTROL],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
    )
    between = f"--- The control: {CONTROL} without its triggers\n"
    assert between in done.stdout, done.stdout + done.stderr
    return done.returncode, *map(read, done.stdout.split(between))


def read(said):
    """([(verdict, way, what, sentence)], the numbers of the summary)."""
    *lines, last = said.splitlines()
    numbers = re.fullmatch(SUMMARY, last)
    assert numbers, said
    found = [re.split(r" {2,}", line, maxsplit=3) for line in lines]
    return found, [int(number) for number in numbers.groups()]


@pytest.mark.slow
@pytest.mark.process
def test_every_attempt_is_refused(proof):
    code, (lines, (attempts, refused, harmless, failures)), _control = proof
    assert [line for line in lines if line[0] in ("CHANGED", "PASSED", "FAILED")] == []
    assert (code, failures) == (0, 0)
    assert attempts == refused + harmless
    for table in (model._meta.db_table for model in rows.tables()):
        ways = {way for verdict, way, what, _ in lines if (verdict, what) == ("refused", table)}
        assert {"ORM save", "ORM bulk_update past the model", "SQL UPDATE", "SQL DELETE"} <= ways
    tried = {what.split()[0].strip(",") for _, way, what, _ in lines if way == "command"}
    assert tried == set(get_commands())
    flush = next(line for line in lines if line[2].startswith("flush"))
    assert flush[3].startswith("Nothing was emptied: ")
    assert [line[0] for line in lines if line[2] == "verify"] == ["harmless"]
    saved = [line for line in lines if line[1] == "desk, true token"]
    assert {line[0] for line in saved} == {"harmless"}  # the form that is refused otherwise is true


@pytest.mark.slow
@pytest.mark.process
def test_a_table_without_its_triggers_is_seen_to_change(proof):
    _code, _proof, (lines, (*_, failures)) = proof
    through = [line for line in lines if line[0] in ("CHANGED", "PASSED")]
    assert len(through) == failures
    ways = {way for _, way, *_ in through}
    assert {"SQL UPDATE", "SQL DELETE", "ORM save past the model", "ORM raw delete"} <= ways
    assert "command" in ways
    assert {sentence for *_, sentence in through} == {f"Rows of {CONTROL} are gone or altered."}


@pytest.mark.parametrize(("failures", "through", "code"), [(0, 5, 0), (1, 5, 1), (0, 0, 1)])
def test_a_control_in_which_nothing_changes_fails_the_proof(
    monkeypatch, capsys, failures, through, code
):
    monkeypatch.setattr(attacks.connection.introspection, "table_names", list)
    for name in ("django.setup", "call_command", "logging.disable"):
        monkeypatch.setattr(f"tcmtips.append_only.__main__.{name}", lambda *args, **options: None)
    monkeypatch.setattr(rows, "fill", lambda: None)
    monkeypatch.setattr(rows, "lift", lambda table: None)
    for kind in (orm, sql, desk, commands):
        monkeypatch.setattr(kind, "attacks", list)
    monkeypatch.setattr(attacks, "prove", lambda attempts: failures)
    monkeypatch.setattr(attacks, "played", lambda attempts: through)
    assert attacks.main(CONTROL) == code


@pytest.mark.django_db
def test_it_attacks_no_database_that_holds_something(capsys):
    assert attacks.main() == 1
    assert "not empty" in capsys.readouterr().out


def test_a_command_that_nobody_has_judged_fails(monkeypatch):
    monkeypatch.delitem(commands.REASONS, "runserver")
    assert commands.unknown() == ["runserver"]


@pytest.mark.django_db
def test_an_attack_that_nobody_refuses_fails(capsys):
    trial = Trial()
    trial.play(Attack("a way", "a table", lambda: None))
    assert capsys.readouterr().out.startswith("PASSED")
    assert trial.failed == 1


@pytest.mark.django_db
def test_a_table_without_a_row_fails_the_proof():
    assert rows.without_a_row() == rows.tables()
