"""Databases that live as long as the probes do; never one that somebody works with."""

import os
import shutil
import sqlite3
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Identifier

# Each is waited for, five seconds at most.
END_SESSIONS = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname ="


class Sqlite:
    """A database in a file of a folder that the probes remove."""

    def __init__(self, address):
        self.address = address
        self.path = Path(urlsplit(address).path[1:])
        self.kept = self.path.with_suffix(".kept")

    def create(self, template=None):
        if template:
            shutil.copy(template.path, self.path)

    def drop(self):
        """The file goes with its folder."""

    def keep(self):
        """Remember what the database holds now, for `restore`."""
        copy(self.path, self.kept)

    def restore(self):
        copy(self.kept, self.path)

    def run(self, script):
        """SQL in a session of its own, as the sqlite3 shell opens one: without foreign keys."""
        session = sqlite3.connect(self.path, timeout=20, isolation_level=None)
        try:
            session.executescript(script)
        finally:
            session.close()

    def lift_foreign_keys(self):
        """Nothing to do: the sessions of `run` do not ask for them."""


def copy(source, target):
    """Copy one SQLite database over another, whoever has it open."""
    read, write = sqlite3.connect(source), sqlite3.connect(target, timeout=20)
    try:
        read.backup(write)
    finally:
        read.close()
        write.close()


class Postgres:
    """A database of our own name on the server that TEST_DATABASE_URL names."""

    def __init__(self, address):
        self.address = address
        self.name = urlsplit(address).path[1:]
        self.kept = f"{self.name}_kept"

    def on_server(self, statement, *names):
        """A statement about databases, from the one that every server has."""
        server = urlsplit(self.address)._replace(path="/postgres").geturl()
        with psycopg.connect(server, autocommit=True) as session:
            session.execute(SQL(statement).format(*map(Identifier, names)))

    def create(self, template=None):
        if template:
            self.on_server("CREATE DATABASE {} TEMPLATE {}", self.name, template.name)
        else:
            self.on_server("CREATE DATABASE {}", self.name)

    def drop(self):
        for name in (self.name, self.kept):
            self.on_server("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def keep(self):
        """Remember what the database holds now, for `restore`; ends everybody's sessions."""
        self.replace(self.kept, self.name)

    def restore(self):
        self.replace(self.name, self.kept)

    def replace(self, name, template):
        self.on_server("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        self.on_server(f"{END_SESSIONS} '{template}'")  # a template must have none
        self.on_server("CREATE DATABASE {} TEMPLATE {}", name, template)

    def run(self, script):
        """SQL in a session of its own and in one transaction."""
        with psycopg.connect(self.address) as session:
            session.execute(script)

    def lift_foreign_keys(self):
        with psycopg.connect(self.address) as session:
            found = session.execute(
                "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'f'"
            )
            for table, name in found.fetchall():
                drop = SQL("ALTER TABLE {} DROP CONSTRAINT {}")
                session.execute(drop.format(Identifier(table), Identifier(name)))


def at(address):
    """The scratch database at an address."""
    return Sqlite(address) if address.startswith("sqlite") else Postgres(address)


def named(name, folder, server=None):
    """A scratch database to be: on the server where one is given, else in the folder."""
    if server is None:
        return at(f"sqlite:///{folder}/{name}.sqlite3")
    return at(urlsplit(server)._replace(path=f"/probes_{os.getpid()}_{name}").geturl())
