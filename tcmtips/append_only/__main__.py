"""All attacks on the database that DATABASE_URL names, which must be empty: a line for each and a
sum. `prove_append_only` starts this beside the site, so that it never knows the site's database.

A table as argument loses its triggers after that: the control, in which that table alone is
attacked and must be seen to change.
"""

import io
import logging
import sys

import django
from django.core.management import call_command
from django.db import connection


def main(control=None):
    """Returns the exit code: 1 where anything got through, or nothing did in the control."""
    django.setup()
    if connection.introspection.table_names():
        print("This database is not empty. Use manage.py prove_append_only, which makes its own.")
        return 1
    logging.disable(logging.CRITICAL)  # a refused request is what we want
    call_command("migrate", verbosity=0)
    call_command("seed", demo=True, stdout=io.StringIO())

    from . import commands, desk, orm, rows, sql

    rows.fill()
    attempts = [one for kind in (orm, sql, desk, commands) for one in kind.attacks()]
    is_proven = not prove(attempts)
    if control:
        print(f"--- The control: {control} without its triggers")
        rows.lift(control)
        is_proven &= played([one for one in attempts if control in one.what]) > 0
    return 0 if is_proven else 1


def prove(attempts):
    """Make every attempt; returns how many got through or could not be made."""
    from . import commands, rows
    from .trial import Trial

    trial = Trial()
    for model in rows.without_a_row():
        trial.fail("seed", model._meta.db_table, "There is no row to attack.")
    for command, reason in commands.left_out():
        trial.leave_out(command, reason)
    for command in commands.unknown():
        trial.fail("command", command, "Nobody has said how it could harm, or why it cannot.")
    return played(attempts, trial)


def played(attempts, trial=None):
    """Make some attempts, print the sum, and return how many got through."""
    from .trial import Trial

    trial = trial or Trial()
    for attempt in attempts:
        trial.play(attempt)
    print(trial.summary())
    return trial.failed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
