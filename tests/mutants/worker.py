"""Plays tests on one mutant after the other, in the copy of the tree that it is started in.

It reads a line of JSON for each and answers with one. Each is played by a fork: this process has
imported what is slow to import and is no part of the tree, and the first fork that makes the
test database keeps it for the others, which then migrate nothing. It knows the tree's modules
only by what a fork imports, so that no name of one has been imported from another before.
"""

import contextlib
import importlib
import importlib.util
import json
import os
import resource
import signal
import sqlite3
import sys
import time
from pathlib import Path

# No plugin of pytest: it wants to import those itself.
SLOW_TO_IMPORT = (
    "pytest",
    "PIL.Image",
    "django.core.management",
    "django.db.backends.sqlite3.base",
    "django.db.models",
    "django.forms",
    "django.http",
    "django.template.defaultfilters",
    "django.template.loader",
    "django.test",
    "lxml.html",
)
GLANCE = 0.02


def main():
    sys.path[0] = os.getcwd()
    for name in SLOW_TO_IMPORT:
        importlib.import_module(name)
    for line in sys.stdin:
        print(json.dumps(play(**json.loads(line))), flush=True)


def play(file, source, tests, marks, seconds, longest, database):
    """{"code": pytest's, or None where time ran out; "seconds" of work; "took", by the clock;
    "output": its end}. No more than `seconds` of work, which a busy machine makes no longer."""
    began, output = time.monotonic(), Path(database).with_name(f"output-{os.getpid()}")
    with changed(file, source):
        child = os.fork()
        if not child:
            resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
            play_here(tests, marks, output, Path(database))
        code, worked = ended(child, began + longest)
    return {
        "code": code,
        "seconds": worked,
        "took": time.monotonic() - began,
        "output": output.read_text(errors="replace")[-3000:],
    }


@contextlib.contextmanager
def changed(file, source):
    """Within, the file of this copy says something else."""
    if file is None:
        yield
        return
    path = Path(file)
    before = path.read_bytes()
    try:
        put(path, source.encode())
        yield
    finally:
        put(path, before)


def put(path, data):
    """Write a module, and forget its compiled form: that goes by size and second alone."""
    path.write_bytes(data)
    Path(importlib.util.cache_from_source(path)).unlink(missing_ok=True)


def play_here(tests, marks, output, database):
    """Ends this process with pytest's code."""
    os.setsid()
    handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    code = 3
    try:
        keep_database(database)
        code = importlib.import_module("pytest").main(["-x", "-q", "-m", marks, *tests])
    finally:
        if (error := sys.exc_info())[1]:
            sys.excepthook(*error)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def ended(child, deadline):
    """(the code with which a process ended, its seconds of work); the code is None where it had
    to be ended, with all that it began."""
    code, done = None, 0
    try:
        while not done and time.monotonic() < deadline:
            time.sleep(GLANCE)
            done, status, used = os.wait4(child, os.WNOHANG)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
    if done and os.WIFEXITED(status):
        code = os.WEXITSTATUS(status)
    if not done:
        _done, _status, used = os.wait4(child, 0)
    return code, used.ru_utime + used.ru_stime


def keep_database(file):
    """Let the test database be read from a file, which whoever makes it first writes."""
    from django.conf import settings
    from django.db.backends.sqlite3.creation import DatabaseCreation

    make = DatabaseCreation.create_test_db

    def create_test_db(self, *args, **kwargs):
        if not file.exists():
            name = make(self, *args, **kwargs)
            with contextlib.closing(sqlite3.connect(file)) as kept:
                self.connection.connection.backup(kept)
            return name
        name = self._get_test_db_name()
        self.connection.close()
        settings.DATABASES[self.connection.alias]["NAME"] = name
        self.connection.settings_dict["NAME"] = name
        self.connection.ensure_connection()
        with contextlib.closing(sqlite3.connect(file)) as kept:
            kept.backup(self.connection.connection)
        return name

    DatabaseCreation.create_test_db = create_test_db


if __name__ == "__main__":
    main()
