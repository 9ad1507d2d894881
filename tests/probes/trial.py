"""How an attack is judged: by its answer, and by what a visitor and the tables show after it."""

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from django.core.management import CommandError
from django.db import DatabaseError

from editorial.models import InsertOnlyError

REFUSALS = (DatabaseError, InsertOnlyError, CommandError, sqlite3.Error, psycopg.Error)

PROBES = {}


def probe(number, title):
    """Enter a function into the list of probes. It takes (site, trial), shows that the honest way
    works, and makes one attempt or more."""

    def enter(function):
        PROBES[number] = (title, function)
        return function

    return enter


@dataclass
class Attempt:
    """One attack: the answers that were no refusal, and the harm that was done."""

    about: str
    without: tuple
    wrong: list = field(default_factory=list)
    harm: list = field(default_factory=list)

    def answers(self, answer, status):
        if answer.status_code != status:
            self.wrong.append(f"answered {answer.status_code}, not {status}")

    def refused(self, attack, *args, **kwargs):
        """Do something that the database or the application refuses by raising."""
        try:
            attack(*args, **kwargs)
        except REFUSALS:
            return
        self.wrong.append("was not refused")

    def harms(self, true, sentence):
        if true:
            self.harm.append(sentence)


class Trial:
    """The attempts of one probe on one side."""

    def __init__(self, site):
        self.site, self.attempts, self.is_kept = site, [], False

    @contextmanager
    def attempt(self, about, *contents, without, untouched=True, keep=False, undo=False):
        """An attack on contents; on the control the guards `without` are out.

        `untouched`: afterwards every table and all that a visitor gets is as it was. `keep`: where
        harm was done, put the database back to what it was before the probe's first such attempt.
        `undo`: put it back in any case, since the attack leaves rows of its own.
        """
        made = Attempt(about, tuple(without))
        if undo or (keep and not self.is_kept):
            self.site.keep()
            self.is_kept = not undo
        paths = self.site.paths(*contents)
        before = self.site.outside(paths) if untouched else {}
        with self.site.guards_out(without):
            yield made
            after = self.site.outside(paths) if untouched else {}
        changed = [what for what, how in before.items() if after.get(what) != how]
        if changed:
            made.harm.append(f"changed: {', '.join(changed)}")
        if undo or (keep and made.harm):
            self.site.restore()
        self.attempts.append(made)
