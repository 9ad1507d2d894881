"""`make test`: the whole suite on SQLite, and on PostgreSQL and Redis where they are named.

TEST_DATABASE_URL and TEST_CACHE_URL name the second run's database and cache. Browser tests run
where a Chromium is found; what a database makes no difference to is marked and runs once.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager

BROWSERS = ("chromium", "chromium-browser")


def main():
    marks = []
    if not any(map(shutil.which, BROWSERS)):
        print("No Chromium was found: browser tests do not run (Debian: apt install chromium).")
        marks.append("not browser")
    runs = [("SQLite", {"DATABASE_URL": "sqlite://:memory:", "CACHE_URL": "locmemcache://"})]
    if database := os.environ.get("TEST_DATABASE_URL"):
        cache = os.environ.get("TEST_CACHE_URL", "locmemcache://")
        runs.append(("PostgreSQL", {"DATABASE_URL": database, "CACHE_URL": cache}))
    else:
        print("TEST_DATABASE_URL is not set, so the suite runs on SQLite alone.")
    with compiled_once() as more:
        for name, environment in runs:
            print(f"--- The suite on {name}", flush=True)
            asked = [*marks, "not postgres" if name == "SQLite" else "not once"]
            command = [sys.executable, "-m", "pytest", "-n", "auto", "--dist", "worksteal"]
            command += ["-m", " and ".join(asked), *sys.argv[1:]]
            done = subprocess.run(command, env={**os.environ, **more, **environment})
            if done.returncode:
                return done.returncode
    return 0


@contextmanager
def compiled_once():
    """Where Python is told to keep nothing beside the code, every worker and every command that a
    test starts would compile all modules anew, some seconds each; so they share a folder."""
    if not sys.dont_write_bytecode:
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="tcmtips-compiled-") as folder:
        yield {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": folder}


if __name__ == "__main__":
    sys.exit(main())
