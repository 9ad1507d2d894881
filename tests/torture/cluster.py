"""A PostgreSQL server of our own, in a temporary folder and on a port of its own, to be killed."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psycopg

# pg_ctl refuses to run as root.
ACCOUNT = "postgres"


def free_port():
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


def programs():
    """The folder of PostgreSQL's own programs, the newest where several are installed."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    installed = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(installed, key=lambda path: float(path.parts[-3]), default=None)
    if newest is None:
        raise SystemExit("The torture needs PostgreSQL's server programs (initdb, pg_ctl).")
    return newest.parent


class Cluster:
    """Starts in `folder`; `address` is its DATABASE_URL."""

    def __init__(self, folder):
        folder.mkdir(mode=0o700)
        self.data, self.port, self.bin = folder / "data", free_port(), programs()
        self.address = f"postgres://tcmtips@127.0.0.1:{self.port}/postgres"
        if os.getuid() == 0:
            shutil.chown(folder, ACCOUNT)
            folder.parent.chmod(0o755)
        self.run("initdb", "-U", "tcmtips", "-A", "trust", "--no-sync")

    def run(self, program, *options, check=True):
        """One of PostgreSQL's programs, as an account that is not root's."""
        other = {"user": ACCOUNT, "group": pwd.getpwnam(ACCOUNT).pw_gid, "extra_groups": []}
        return subprocess.run(
            [self.bin / program, "-D", self.data, *options],
            cwd=self.data.parent,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=check,
            **(other if os.getuid() == 0 else {}),
        ).returncode

    def start(self):
        """Start, again and again while processes of a server that was killed are still there."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k '{self.data}'"
        until = time.monotonic() + 30
        while self.run("pg_ctl", "start", "-w", "-o", options, "-l", "/dev/null", check=False):
            if time.monotonic() > until:
                raise SystemExit("The database server did not come back.")
            time.sleep(0.1)

    def stop(self):
        self.run("pg_ctl", "stop", "-w", "-m", "immediate", check=False)

    def stop_in_order(self):
        """As `systemctl restart postgresql` does it."""
        self.run("pg_ctl", "stop", "-w", "-m", "fast")

    def kill(self):
        """As a machine without memory does it: the first process gets no time for a word."""
        pid = int((self.data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)

    def end_sessions(self):
        """Every session of the server but this one. Returns how many there were."""
        with psycopg.connect(self.address, autocommit=True) as session:
            ended = session.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
            return ended.fetchone()[0]

    def answers(self):
        with suppress(psycopg.OperationalError):
            psycopg.connect(self.address, connect_timeout=2).close()
            return True
        return False
