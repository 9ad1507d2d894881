"""`make probes`: attacks on the running application, one line each, a summary last.

A probe has held when every attempt was refused with the right answer and left every table and all
that a visitor gets as it was, and when its control did harm. Exits 1 otherwise. Runs on SQLite, or
on the server that TEST_DATABASE_URL names, in databases of its own that are dropped at the end.
Numbers as arguments play those probes alone.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack

from tests.probes import scratch

SIDES = ("app", "control")
SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.settings", "CACHE_URL": "locmemcache://"}


def main():
    began = time.monotonic()
    server = os.environ.get("TEST_DATABASE_URL")
    with ExitStack() as during:
        folder = during.enter_context(tempfile.TemporaryDirectory(prefix="probes-"))
        databases = {side: scratch.named(side, folder, server) for side in SIDES}
        for database in databases.values():
            during.callback(database.drop)
        databases["app"].create()
        manage(databases["app"], folder, "migrate", "--verbosity", "0")
        databases["control"].create(template=databases["app"])
        sides = {side: start(side, database, folder) for side, database in databases.items()}
        ended_well = compared(sides)
        ended_well &= manage(databases["app"], folder, "verify")
    took = f"{time.monotonic() - began:.0f} s on {'PostgreSQL' if server else 'SQLite'}"
    print(f"{'All held' if ended_well else 'FAILED'}, in {took}")
    return 0 if ended_well else 1


def environment(database, folder, **more):
    """Settings of a process: its database, and a folder for whatever it leaves behind."""
    return {**os.environ, **SETTINGS, "DATABASE_URL": database.address, "TMPDIR": folder, **more}


def manage(database, folder, *command):
    """Whether a management command ends well, run as anybody with a shell would."""
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        env=environment(database, folder),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        print(f"manage.py {command[0]}: {done.stdout}{done.stderr}")
    return done.returncode == 0


def start(side, database, folder):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.probes.side", *sys.argv[1:]],
        env=environment(database, folder, PROBES_SIDE=side),
        stdout=subprocess.PIPE,
        text=True,
    )


def compared(sides):
    """Print a line for each probe as soon as both sides have played it, and their sum; returns
    whether all held, all controls did harm, and both sides came to their end."""
    held = controls = probes = 0
    for lines in zip(*(sides[side].stdout for side in SIDES), strict=False):
        app, control = map(json.loads, lines)
        why_not = app["broken"] or what_gave_way(app["attempts"])
        no_proof = control["broken"] or what_did_no_harm(control["attempts"])
        probes, held, controls = probes + 1, held + (not why_not), controls + (not no_proof)
        print(line(app, why_not, control, no_proof), flush=True)
    print(f"{held} of {probes} probes held, {controls} of {probes} controls breach.", flush=True)
    ended = [process.wait() == 0 for process in sides.values()]
    return all(ended) and held == controls == probes > 0


def what_gave_way(attempts):
    """A sentence on the attempts that were not refused as they should, or did harm."""
    found = [(a["about"], what) for a in attempts for what in [*a["wrong"], *a["harm"]]]
    if not attempts:
        return "nothing was attempted"
    return "; ".join(f"{about}: {what}" for about, what in found)


def what_did_no_harm(attempts):
    """Attempts that did no harm although the guard was out: they prove nothing."""
    if not attempts:
        return "nothing was attempted"
    return ", ".join(a["about"] for a in attempts if not a["harm"])


def line(app, why_not, control, no_proof):
    count = len(app["attempts"])
    said = f"BREACH ({why_not})" if why_not else f"held ({count} attempt{'s' * (count != 1)})"
    guards = dict.fromkeys(name for a in control["attempts"] for name in a["without"])
    proof = f"NO BREACH ({no_proof})" if no_proof else "breach"
    return (
        f"{app['number']:2}. {app['title']}: {said}; "
        f"control without {', '.join(guards) or 'anything'}: {proof}"
    )


if __name__ == "__main__":
    sys.exit(main())
