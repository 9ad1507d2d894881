"""Does what the alterations say, asks `verify` and the public pages, undoes it, and counts."""

import io
import re
from collections import Counter
from dataclasses import dataclass, field

from django.core.cache import cache
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from lxml import html

from editorial import house, kinds, log, triggers
from editorial.models import Content, Event, LogHead, Pin, Redaction, Seal
from tests import factories as f

from .alterations import tables

AT_ONCE = 40
LISTS = ("/", "/articles/", "/acupoints/")


@dataclass
class Tally:
    """Of each table: how many alterations were named, refused by the database, or missed."""

    named: Counter = field(default_factory=Counter)
    refused: Counter = field(default_factory=Counter)
    missed: list = field(default_factory=list)
    gained: list = field(default_factory=list)
    runs: int = 0

    def lines(self):
        for table in sorted({*self.named, *self.refused}):
            missed = sum(one.table == table for one in self.missed)
            yield (
                f"{table:32} {self.named[table]:4} named {self.refused[table]:4} refused "
                f"{missed:4} missed"
            )
        yield (
            f"{self.named.total()} named, {self.refused.total()} refused by the database, "
            f"{len(self.missed)} missed, {len(self.gained)} badges gained, in {self.runs} runs"
        )


def verify():
    """(exit code, the lines that it printed)."""
    out = io.StringIO()
    try:
        call_command("verify", stdout=out)
    except SystemExit as stop:
        return stop.code, out.getvalue().splitlines()
    return 0, out.getvalue().splitlines()


class Referee:
    """`lifted`: whether the triggers are lifted while rows are altered, and put back after it."""

    def __init__(self, lifted):
        self.lifted = lifted
        self.tally = Tally()
        self.rows = {model: list(owned(model)) for model in tables() if not is_small(model)}
        self.named = house.Named()
        assert list(log.faults(see=self.named.see)) == []
        self.before = badges()
        assert any(self.before.values()), "There is no badge to lose."

    def play(self, attacks):
        """Everything, in as few runs as there are rows for; returns the tally."""
        waiting = [one for one in attacks if not is_small(one.model)]
        for one in attacks:
            if is_small(one.model):
                self.play_small(one)
        while waiting:
            left = self.run(waiting)
            assert len(left) < len(waiting), f"There is no row for {left[0]}."
            waiting = left
        return self.tally

    def run(self, waiting):
        """Place what fits, judge it and undo it; returns what is left."""
        left = []
        with transaction.atomic():
            placed = self.place(waiting, left)
            if placed:
                self.judge(placed)
            transaction.set_rollback(True)
        cache.clear()
        f.forget_head()
        return left

    def place(self, waiting, left):
        if self.lifted:
            triggers.drop(connection)
        placed, used = [], set()
        for one in waiting:
            found = len(placed) < AT_ONCE and self.free_rows(one, used)
            if not found:
                left.append(one)
                continue
            if patterns := self.attempt(one, found):
                placed.append((one, patterns))
                used |= {owner for _row, owner in found}
        if self.lifted:
            triggers.install(connection)
        return placed

    def attempt(self, one, found):
        """The patterns that must be printed, or None where the database refused."""
        rows = [type(row)._base_manager.get(pk=row.pk) for row, _owner in found]
        try:
            with transaction.atomic():
                patterns = one.act(rows[0], rows[-1])
                if connection.vendor == "postgresql":  # SQLite's own shell heeds no foreign key
                    connection.check_constraints()
        except DatabaseError:
            self.tally.refused[one.table] += 1
            return None
        return patterns

    def judge(self, placed):
        self.tally.runs += 1
        cache.clear()
        f.forget_head()
        code, printed = verify()
        assert code == 1, printed
        for one, patterns in placed:
            unseen = [p for p in patterns if not any(re.search(p, line) for line in printed)]
            self.count(one, not unseen)
            if unseen:
                print(f"{one.table}: {one.way} was not named: {unseen}")
        after = badges()
        for content, shown in after.items():
            if shown - self.before.get(content, set()):
                self.tally.gained.append((content, [one.way for one, _patterns in placed]))

    def count(self, one, was_named):
        if was_named:
            self.tally.named[one.table] += 1
        else:
            self.tally.missed.append(one)

    # --- Rows ------------------------------------------------------------------------------

    def free_rows(self, one, used):
        """[(row, what it belongs to)]: one row, or two, that nothing was done to in this run."""
        free = [pair for pair in self.rows[one.model] if pair[1] not in used]
        wanted = 2 if one.takes_two else 1
        return free[:wanted] if len(free) >= wanted else []

    # --- Tables that one fact stands for -----------------------------------------------------

    def play_small(self, one):
        """One alteration by itself, judged by that part of `verify` which is about the table."""
        rows = list(one.model._base_manager.order_by("pk")[:2])
        with transaction.atomic():
            if self.lifted:
                triggers.drop(connection)
            patterns = self.attempt(one, [(row, None) for row in rows])
            if self.lifted:
                triggers.install(connection)
            if patterns:
                if one.model is LogHead:
                    found = list(log.faults())
                else:
                    found = [f"{about}: {words}" for about, words in house.faults(self.named)]
                self.count(one, any(re.search(patterns[0], line) for line in found))
            transaction.set_rollback(True)


def is_small(model):
    return model is LogHead or house.is_whole(model)


def owned(model):
    """(row, what it belongs to) of the rows to choose from.

    Not those of a text that others use, whose hosts would be named for it; nor pins of words that
    were removed by law, which lead nowhere.
    """
    rows = model._base_manager.order_by("pk")
    if model is Event:
        lines = [line for line in rows if line.seq % 4 == 0]
        yield from ((line, line.content_id or ("line", line.seq)) for line in lines)
        return
    if model in house.models():
        yield from ((row, (model, row.pk)) for row in rows)
        return
    used = set(Pin.objects.values_list("pinned__content", flat=True))
    removed = set(Redaction.objects.exclude(done_at=None).values_list("revision", flat=True))
    owners = dict(rows.values_list("pk", path_of(model)))
    for row in rows:
        if owners[row.pk] not in used and not (model is Pin and row.revision_id in removed):
            yield row, owners[row.pk]


def path_of(model):
    """The way from a row to its content."""
    if hasattr(model, "LOGGED_WITH"):
        return model.LOGGED_WITH
    return "revision__content" if model is Seal else f"{model.PARENT}__content"


# --- Pages -----------------------------------------------------------------------------------


def badges():
    """{content, or list: the badges that its page shows, each with the digest above it}."""
    client = Client(raise_request_exception=False)
    found = {path: shown_at(client, path) for path in LISTS}
    for content in Content.objects.filter(kind__in=kinds.models_by_kind()):
        found[content.pk] = shown_at(client, content.get_absolute_url())
    return found


def shown_at(client, path):
    response = client.get(path)
    if response.status_code != 200:
        return set()
    tree = html.fromstring(response.content.decode())
    return {said(badge) for badge in tree.xpath("//*[@data-badge='reviewed']")}


def said(badge):
    """The words of a badge, and the digest of what it stands in."""
    digests = badge.xpath("ancestor-or-self::*[@data-signed][1]/@data-signed")
    return " ".join(badge.text_content().split()), *digests
