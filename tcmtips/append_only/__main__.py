"""All attacks on the database that DATABASE_URL names, which must be empty: a line for each and a
sum. `prove_append_only` starts this beside the site, so that it never knows the site's database.

A table as argument loses its triggers first: the control, in which that table alone is attacked
and must be seen to change.
"""

import io
import logging
import sys

import django
from django.core.management import call_command
from django.db import connection


def main(lifted=None):
    """Returns the exit code: 1 where anything got through."""
    django.setup()
    if connection.introspection.table_names():
        print("This database is not empty. Use manage.py prove_append_only, which makes its own.")
        return 1
    logging.disable(logging.CRITICAL)  # a refused request is what we want
    call_command("migrate", verbosity=0)
    call_command("seed", demo=True, stdout=io.StringIO())

    from . import commands, desk, orm, rows, sql
    from .trial import Trial

    rows.fill()
    if lifted:
        rows.lift(lifted)
    trial = Trial()
    for model in rows.without_a_row():
        trial.fail("seed", model._meta.db_table, "There is no row to attack.")
    for attacks in (orm, sql, desk, commands):
        for attack in attacks.attacks():
            if not lifted or lifted in attack.what:
                trial.play(attack)
    for command, reason in commands.left_out():
        trial.leave_out(command, reason)
    for command in commands.unknown():
        trial.fail("command", command, "Nobody has said how it could harm, or why it cannot.")
    print(trial.summary())
    return 1 if trial.failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
