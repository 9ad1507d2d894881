"""Copies of the tree, and a process in each that plays tests on mutants of it."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

WORKER = Path(__file__).with_name("worker.py")
LEFT_BEHIND = (".*", "__pycache__", "*.sqlite3*", "media", "node_modules", "staticfiles")


class Stopped(Exception):
    """Nothing can be said of any mutant, and why."""


class Worker:
    """One copy of the tree with its process. What happens in it never reaches the tree itself."""

    def __init__(self, tree, folder, number, database):
        self.database = database
        copy = folder / f"copy-{number}"
        shutil.copytree(tree, copy, ignore=shutil.ignore_patterns(*LEFT_BEHIND), symlinks=True)
        self.process = subprocess.Popen(
            [sys.executable, WORKER],
            cwd=copy,
            env=environment(folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def play(self, tests, marks, seconds, longest, file=None, source=None):
        """What worker.play tells."""
        job = {
            "file": file,
            "source": source,
            "tests": tests,
            "marks": marks,
            "seconds": seconds,
            "longest": longest,
            "database": str(self.database),
        }
        print(json.dumps(job), file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise Stopped("A process that plays tests has ended before its time.")
        return json.loads(answer)

    def end(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def environment(folder):
    """This one without what a pytest around us or a developer's settings would say."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PYTEST_") and name != "DJANGO_SETTINGS_MODULE"
    }
    mine = {"DATABASE_URL": "sqlite://:memory:", "CACHE_URL": "locmemcache://"}
    return kept | mine | {"TMPDIR": str(folder)}


@contextmanager
def started(count, tree, folder):
    """Workers on as many copies of the tree, until the end of the block."""
    database = folder / "database"
    workers = []
    try:
        for number in range(count):
            workers.append(Worker(tree, folder, number, database))
        yield workers
    finally:
        for worker in workers:
            worker.end()
