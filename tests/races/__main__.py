"""`make races`: all pairs of six moves on PostgreSQL, each from two processes at the same moment.

Prints a line a pair and a summary last; exits 1 where a round had not exactly one winner, where
`manage.py verify` finds a fault afterwards, or where the same races without the compare-and-swap
are not lost. Plays in databases of its own on the server that TEST_DATABASE_URL names, and drops
them at the end. RACE_ROUNDS says how many rounds a pair has.
"""

import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from urllib.parse import urlsplit

from tests.probes import scratch
from tests.probes.__main__ import environment, manage

# Without the swap nearly every round of a close race is lost.
CONTROL_ROUNDS = "40"


def main():
    began = time.monotonic()
    server = os.environ.get("TEST_DATABASE_URL", "")
    if not server.startswith("postgres"):
        sys.exit("Races need PostgreSQL: name a server in TEST_DATABASE_URL.")
    with ExitStack() as during:
        folder = during.enter_context(tempfile.TemporaryDirectory(prefix="races-"))
        app, control = (named(side, server) for side in ("app", "control"))
        for database in (app, control):
            during.callback(database.drop)
        app.create()
        manage(app, folder, "migrate", "--verbosity", "0")
        control.create(template=app)
        well = {
            "races": referee(app, folder),
            "verify": verified(app, folder),
            "control": referee(control, folder, RACE_WITHOUT_SWAP="1", RACE_ROUNDS=CONTROL_ROUNDS),
        }
    failed = [name for name, went_well in well.items() if not went_well]
    said = f"FAILED ({', '.join(failed)})" if failed else "One winner in every round"
    print(f"{said}, in {time.monotonic() - began:.0f} s")
    return 1 if failed else 0


def named(side, server):
    return scratch.at(urlsplit(server)._replace(path=f"/races_{os.getpid()}_{side}").geturl())


def referee(database, folder, **more):
    """Whether all pairs of moves ended as they must; prints a line for each."""
    command = [sys.executable, "-m", "tests.races.referee"]
    return subprocess.run(command, env=environment(database, folder, **more)).returncode == 0


def verified(database, folder):
    found = manage(database, folder, "verify")
    print(f"verify: {'no fault' if found else 'FAULTY'} after all rounds", flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main())
