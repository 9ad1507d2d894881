"""The database backend that `ENGINE = "tcmtips.postgres"` names."""

import threading

import psycopg
from django.db.backends.postgresql import base

PATIENCE = 0.25  # seconds


class Away(psycopg.OperationalError):
    """No new session: the server is away, or it takes nobody."""


class Sessions:
    """The sessions of a thread, which end with it: Django's wrapper, a knot of references, would
    hold them until the garbage is collected, while new threads open new ones."""

    def __init__(self):
        self.open = []

    def add(self, session):
        self.open = [one for one in self.open if not one.closed] + [session]

    def __del__(self):
        for session in self.open:
            session.close()


class OfThread(threading.local):
    def __init__(self):
        self.sessions = Sessions()


of_thread = OfThread()


class DatabaseWrapper(base.DatabaseWrapper):
    """While the server is away, one thread of a process at a time tries to reach it and the others
    are told soon; else all of them would wait out the timeout, one request after another."""

    trying = threading.Lock()
    # How many sessions the process has made, and how many it had when an attempt last failed.
    made, failed = 0, None

    def get_new_connection(self, conn_params):
        kind = type(self)
        if kind.made != kind.failed:
            return self.try_to_connect(conn_params)
        if not kind.trying.acquire(timeout=PATIENCE):
            raise Away("The database is away; another request is trying to reach it.")
        try:
            return self.try_to_connect(conn_params)
        finally:
            kind.trying.release()

    def try_to_connect(self, conn_params):
        kind, made = type(self), type(self).made
        try:
            session = super().get_new_connection(conn_params)
        except psycopg.OperationalError as error:
            kind.failed = made  # unless another thread has had success meanwhile
            raise Away(str(error)) from error
        kind.made += 1
        of_thread.sessions.add(session)
        return session
