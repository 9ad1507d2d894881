"""`make torture`: the production server while its database is restarted and its workers are killed.

Starts a PostgreSQL server of its own in a temporary folder and `make serve` on it; readers and
somebody who works are processes of their own. Ten times all sessions are ended and the database is
stopped, in order and by SIGKILL in turn; then ten workers are killed. Prints a line a finding and a
summary last; exits 1 where an answer was 500, where readers had to wait once the database was
back, where a probe was wrong or late, or where something acknowledged is lost.
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from .cluster import Cluster, free_port
from .load import PROBES
from .server import Server

ROUNDS = int(os.environ.get("TORTURE_ROUNDS", "10"))
AWAY, WATCHED = 1.5, 3.0  # seconds without a database, and seconds to look on once it is back
GRACE = 1.0
HEALTHY, READY = 1.0, 2.5  # seconds that a probe may take
WORKERS = 2
CUT = 12  # answers that a killed worker may take with it


def main():
    began = time.monotonic()
    failed = 0
    with ExitStack() as during:
        folder = Path(tempfile.mkdtemp(prefix="torture-"))
        during.callback(shutil.rmtree, folder, ignore_errors=True)
        for held, sentence in torture(folder, during):
            failed += not held
            print(f"{'held' if held else 'FAILED'}: {sentence}", flush=True)
    said = f"{failed} FAILED" if failed else "All held"
    print(f"{said}, in {time.monotonic() - began:.0f} s")
    return 1 if failed else 0


def torture(folder, during):
    """Yields what was found: (whether it is as it must be, sentence)."""
    cluster = Cluster(folder / "cluster")
    during.callback(cluster.stop)
    cluster.start()
    environment = settings(cluster, folder)
    server = Server(free_port(), environment, folder / "server.log")
    during.callback(server.stop)
    server.wait()
    told = folder / "acknowledged"
    writer = start("writer", environment, during, output=told.open("w"))
    wait_for(lambda: told.stat().st_size)
    readers = start("load", environment, during, str(server.port))
    time.sleep(2)
    gone = [restart(cluster, number) for number in range(ROUNDS)]
    middle = time.time()
    workers = [kill_worker(server) for _ in range(ROUNDS)]
    lives = server.lives()
    writer.communicate()
    rows = list(map(json.loads, readers.communicate()[0].splitlines()))
    yield from after_restarts([row for row in rows if row[1] < middle], gone)
    yield from after_kills([row for row in rows if row[1] >= middle], workers, lives)
    yield in_log(server.log.read_text())
    yield run(environment, "-m", "tests.torture.writer", "check", str(told))
    yield run(environment, "manage.py", "verify")


def settings(cluster, folder):
    """The environment of a production server, and of those who work beside it."""
    return os.environ | {
        "ENV_FILE": "",
        "DEBUG": "0",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "SIGNING_KEY": secrets.token_urlsafe(48),
        "SITE_URL": "http://localhost",
        "DATABASE_URL": cluster.address,
        "CACHE_URL": "locmemcache://",
        "EMAIL_URL": "dummymail://",
        "MEDIA_ROOT": str(folder / "media"),
        "WEB_CONCURRENCY": str(WORKERS),
        "DJANGO_SETTINGS_MODULE": "tcmtips.settings",
    }


def start(module, environment, during, *options, output=subprocess.PIPE):
    process = subprocess.Popen(
        [sys.executable, "-m", f"tests.torture.{module}", *options],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=output,
        text=True,
    )
    during.callback(process.kill)
    return process


def wait_for(condition, seconds=60):
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise SystemExit("Waited in vain for what the torture needs.")
        time.sleep(0.05)


# --- What is done --------------------------------------------------------------------------


def restart(cluster, number):
    """End all sessions, then take the server away and bring it back. Returns (from, to, how)."""
    cluster.end_sessions()
    time.sleep(1)
    away = time.time()
    stop, how = (cluster.kill, "by SIGKILL") if number % 2 else (cluster.stop_in_order, "in order")
    stop()
    time.sleep(AWAY)
    cluster.start()
    wait_for(cluster.answers)
    back = time.time()
    time.sleep(WATCHED)
    return away, back, how


def kill_worker(server):
    """Kill one, and wait until another serves. Returns the seconds that this took."""
    server.kill_worker()
    killed = time.time()
    wait_for(lambda: server.ready_workers() < WORKERS)
    wait_for(lambda: server.ready_workers() == WORKERS or not server.lives())
    took = time.time() - killed
    time.sleep(1)
    return took


# --- What is found -------------------------------------------------------------------------


def after_restarts(rows, gone):
    pages = [row for row in rows if row[2] not in PROBES]
    hows = Counter(how for _away, _back, how in gone)
    told = ", ".join(f"{count} {how}" for how, count in hows.items())
    yield (
        not any(status == 500 for *_, status, _body in pages),
        f"{len(gone)} restarts of the database ({told}): {by_status(pages)}",
    )
    late = [row for row in pages if row[3] != 200 and not (row[3] and is_excused(row, gone))]
    examples = "".join(f"; {place(row, gone)}" for row in late[:5])
    after = f"were cut, or failed later than {GRACE:.0f} s after it was back"
    yield not late, f"{len(late)} pages {after}{examples}"
    sorry = [row[1] - row[0] for row in pages if row[3] == 503]
    slowest = max(sorry, default=0)
    yield 0 < slowest < READY, f"{len(sorry)} answers 503, {slowest:.2f} s at most"
    yield from after_probes(rows, gone)


def place(row, gone):
    since = min((row[0] - away for away, _back, _how in gone), key=abs)
    return f"{row[2]} {row[3]} {row[4]} {since:+.1f} s from the end, took {row[1] - row[0]:.1f} s"


def is_excused(row, gone):
    """Whether the database was away during an answer, or until a moment before it."""
    return any(away <= row[1] and row[0] <= back + GRACE for away, back, _how in gone)


def after_probes(rows, gone):
    healthz = [row for row in rows if row[2] == "/healthz"]
    slowest = max(row[1] - row[0] for row in healthz)
    well = {row[3] for row in healthz} == {200} and slowest < HEALTHY
    yield well, f"/healthz: {by_status(healthz)}, {slowest:.2f} s at most"
    readyz = [row for row in rows if row[2] == "/readyz"]
    slowest = max(row[1] - row[0] for row in readyz)
    sentences = {json.loads(row[4]).get("why") for row in readyz if row[3] == 503}
    well = sentences == {"the database does not answer"} and slowest < READY
    well &= all(row[3] == 200 or is_excused(row, gone) for row in readyz)
    yield well, f"/readyz: {by_status(readyz)} {sentences}, {slowest:.2f} s at most"


def after_kills(rows, workers, lives):
    cut = sum(not row[3] for row in rows)
    well = lives and {row[3] for row in rows} <= {0, 200} and cut <= CUT * len(workers)
    slowest = f"a new one after {max(workers):.1f} s at most"
    yield well, f"{len(workers)} workers killed, {slowest}: {by_status(rows)}"


def in_log(text):
    """Errors that nobody answered for: each leaves a traceback."""
    count = text.count("Traceback (most recent call last):")
    return not count, f"{count} tracebacks in the server's log"


def by_status(rows):
    counts = Counter(status or f"cut ({body})" for *_, status, body in rows)
    return ", ".join(f"{count} × {status}" for status, count in sorted(counts.items(), key=str))


def run(environment, *command):
    """(whether a Python command ended well, the last line that it printed)."""
    done = subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True
    )
    printed = (done.stdout.strip() or done.stderr.strip() or "nothing was said").splitlines()
    return done.returncode == 0, printed[-1]


if __name__ == "__main__":
    sys.exit(main())
