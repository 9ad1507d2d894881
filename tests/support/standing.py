"""Rows that tests which commit find again: written once, then copied back from memory.

A copy takes milliseconds; emptying every table and writing anew takes seconds. Only SQLite in
memory can do it; elsewhere rows are written anew for each test.
"""

import copy
import sqlite3
import time

from django.db import connection

MIGRATED = "as the migrations left it"
_kept = {}


def keep(name, about=None):
    """Remember the whole database under a name, where it can be remembered."""
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        connection.ensure_connection()
        rows = sqlite3.connect(":memory:", check_same_thread=False)
        connection.connection.backup(rows)
        _kept[name] = rows, about


def bring_back(name):
    """Whether the whole database is again as it was kept under this name."""
    if name not in _kept:
        return False
    rows, _about = _kept[name]
    copy_to(connection.connection, rows)
    return True


def copy_to(target, rows, tries=20):
    """A page that a browser left may still be answered, and read, while its test is taken back.
    sqlite3 tells of it by an error of its own, or by SystemError where it finds no reason."""
    for left in reversed(range(tries)):
        try:
            return rows.backup(target)
        except (sqlite3.Error, SystemError):
            if not left:
                raise
            time.sleep(0.1)
    return None


def standing(build):
    """What the function `build` returns, with the rows that it writes into an empty database."""
    if bring_back(build):
        return copy.deepcopy(_kept[build][1])
    built = build()
    keep(build, copy.deepcopy(built))
    return built
