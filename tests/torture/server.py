"""The production server as `make serve` starts it, and its workers."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from .load import ask


def children(pid):
    """Process ids of the living children of a process, the oldest first."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, rest = path.read_text().rsplit(")", 1)
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile
        state, parent, *_ = rest.split()
        if int(parent) == pid and state != "Z":
            found.append(int(name.split("(")[0]))
    return sorted(found)


def listening(port):
    """How many sockets wait for connections on a port of 127.0.0.1: each worker has its own."""
    wanted = f"0100007F:{port:04X}"
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(local == wanted and state == "0A" for _n, local, _remote, state, *_ in rows)


class Server:
    def __init__(self, port, environment, log):
        self.port, self.log = port, log
        # -o: not the time to install anything.
        command = ["make", "--silent", "-o", ".installed", "serve", f"PORT={port}"]
        with open(log, "wb") as out:
            self.process = subprocess.Popen(
                command, env=environment, stdout=out, stderr=out, start_new_session=True
            )

    def wait(self, seconds=300):
        """Until it is ready. Exits where it does not become so."""
        until = time.monotonic() + seconds
        while ask(self.port, "/readyz")[3] != 200:
            if time.monotonic() > until or not self.lives():
                raise SystemExit(f"The server did not start:\n{self.log.read_text()[-2000:]}")
            time.sleep(0.2)

    def lives(self):
        return self.process.poll() is None

    def workers(self):
        """make -> (a shell ->) granian -> its workers."""
        pid = self.process.pid
        while below := children(pid):
            if len(below) > 1:
                return below
            pid = below[0]
        return []

    def ready_workers(self):
        return listening(self.port)

    def kill_worker(self):
        """The oldest one, so that each dies in turn."""
        os.kill(self.workers()[0], signal.SIGKILL)

    def stop(self):
        """Its whole session, which nobody else is in."""
        for how in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError, subprocess.TimeoutExpired):
                os.killpg(self.process.pid, how)
                self.process.wait(20)
