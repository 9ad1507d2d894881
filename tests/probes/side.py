"""One side of the probes: a server, and one after another every attack on it.

Writes one JSON line for each probe: {"number", "broken", "attempts": [{"about", …}]}.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import django


class Server:
    """A server process of our own on a free port; its words go to a file."""

    def __init__(self):
        self.port = free_port()
        self.log = tempfile.NamedTemporaryFile(prefix="probes-", suffix=".log")  # noqa: SIM115
        command = [Path(sys.executable).with_name("granian"), "--interface", "wsgi"]
        command += ["--host", "127.0.0.1", "--port", str(self.port), "--no-ws"]
        command += ["--workers", "1", "--blocking-threads", "4", "tests.probes.server:application"]
        self.process = subprocess.Popen(command, stdout=self.log, stderr=subprocess.STDOUT)

    def words(self):
        return Path(self.log.name).read_text()

    def wait(self, visitor):
        """Until it is ready, which it is only where every trigger stands."""
        for _try in range(600):
            if self.process.poll() is not None:
                break
            try:
                if visitor.get("/readyz").status_code == 200:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise RuntimeError(f"The server does not start:\n{self.words()}")

    def stop(self):
        self.process.terminate()
        self.process.wait(30)
        self.log.close()


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def main():
    server = Server()
    try:
        django.setup()
        play(server)
    finally:
        server.stop()


def play(server):
    from tests.probes import guards, moves, readers, rows, saves, scratch, truth  # noqa: F401
    from tests.probes.browser import Visitor
    from tests.probes.site import Site
    from tests.probes.trial import PROBES

    is_control = os.environ["PROBES_SIDE"] == "control"
    if is_control:
        guards.install()
    server.wait(Visitor(server.port))
    site = Site(server.port, scratch.at(os.environ["DATABASE_URL"]), is_control)
    asked = [int(number) for number in sys.argv[1:]] or sorted(PROBES)
    for number in asked:
        print(json.dumps({"number": number, **played(number, site, server)}), flush=True)


def played(number, site, server):
    """What one probe found. On the side "app" the whole database must verify after it."""
    from tests.probes.site import Broken
    from tests.probes.trial import PROBES, Trial

    title, attack = PROBES[number]
    trial, broken, began = Trial(site), "", time.monotonic()
    try:
        attack(site, trial)
        if not site.is_control:
            broken = faults()
    except Broken as why:
        broken = str(why)
    except Exception as error:  # noqa: BLE001  (one probe that fails stops no other)
        broken = f"{type(error).__name__}: {error}"
    if broken:
        print(broken, server.words()[-4000:], file=sys.stderr)
    attempts = [vars(attempt) for attempt in trial.attempts]
    seconds = round(time.monotonic() - began, 1)
    return {"title": title, "broken": broken, "attempts": attempts, "seconds": seconds}


def faults():
    """What `manage.py verify` finds wrong."""
    from django.utils import timezone

    from editorial import verify

    found = [f"{about}: {sentence}" for about, sentence in verify.faults(timezone.now())]
    return f"verify finds {found[0]}" if found else ""


if __name__ == "__main__":
    main()
