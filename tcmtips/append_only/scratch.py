"""A database that lives as long as the attacks do; never one that somebody works with."""

import os
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.db import connection


@contextmanager
def database(folder):
    """The address of an empty database: a file of the folder, or beside the one in use on its
    server, where the account must be allowed to make one."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{folder}/append_only.sqlite3"
        return
    name = f"append_only_{os.getpid()}"
    on_server(f'CREATE DATABASE "{name}"')
    try:
        yield urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    finally:
        on_server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def on_server(statement):
    """A statement about databases, from a session in none of ours."""
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)


def environment(address, folder):
    """Settings of the process that attacks: its own database, pictures, cache and letter box."""
    return {
        **os.environ,
        "DEBUG": "1",  # static files are served from where they are written
        "DATABASE_URL": address,
        "MEDIA_ROOT": os.path.join(folder, "media"),
        "CACHE_URL": "locmemcache://",
        "EMAIL_URL": "dummymail://",
        "TMPDIR": folder,
    }
