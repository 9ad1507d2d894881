"""One attempt at a time: made, judged by what the tables hold after it, and undone."""

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from django.core.management import CommandError
from django.db import IntegrityError, connection, transaction

from editorial.errors import Refused
from editorial.models import InsertOnlyError

from . import rows

# How triggers, foreign keys (Django's PROTECT too), models, moves and commands say no. Any other
# error is a fault in the attack and ends the run.
REFUSALS = (IntegrityError, InsertOnlyError, Refused, CommandError)


@dataclass(frozen=True)
class Attack:
    way: str
    what: str
    act: Callable[[], object]
    # It may come to its end, so long as every row stands as it was.
    may_run: bool = False
    # SQLite heeds foreign keys only in sessions that ask for it, as its own shell does not.
    foreign_keys: bool = True


class Trial:
    """Prints a line for each attempt: verdict, way, what was attacked, and the answer."""

    def __init__(self):
        self.before = rows.contents()
        self.counts = Counter()

    def play(self, attack):
        with ExitStack() as session:
            if not attack.foreign_keys:
                session.enter_context(connection.constraint_checks_disabled())
            session.enter_context(transaction.atomic())
            refusal = attempted(attack)
            harm = self.harm(attack)
            transaction.set_rollback(True)
        if harm:
            verdict, said = "CHANGED", harm
        elif refusal is not None:
            verdict, said = "refused", refusal
        elif attack.may_run:
            verdict, said = "harmless", "It ran; every row stands as it was."
        else:
            verdict, said = "PASSED", "It was not refused."
        self.tell(verdict, attack.way, attack.what, said)

    def harm(self, attack):
        """What an attempt did to rows that stood before it, in a sentence, or nothing."""
        after = rows.contents()
        hurt = [table for table, held in self.before.items() if not held <= after.get(table, set())]
        if hurt:
            return f"Rows of {', '.join(hurt)} are gone or altered."
        if not attack.foreign_keys:
            try:
                connection.check_constraints()
            except IntegrityError as error:
                return f"A written row names nothing now: {error}"
        return ""

    def fail(self, way, what, sentence):
        self.tell("FAILED", way, what, sentence)

    def leave_out(self, command, reason):
        self.tell("left out", "command", command, reason)

    def tell(self, verdict, way, what, sentence):
        self.counts[verdict] += 1
        print(f"{verdict:8}  {way:34}  {what:32}  {sentence}", flush=True)

    @property
    def failed(self):
        return sum(self.counts[verdict] for verdict in ("CHANGED", "PASSED", "FAILED"))

    def summary(self):
        attempts = self.counts.total() - self.counts["left out"] - self.counts["FAILED"]
        return (
            f"{attempts} attempts, {self.counts['refused']} refused, "
            f"{self.counts['harmless']} ran and harmed nothing, {self.failed} failures; "
            f"{self.counts['left out']} commands have nothing to attack with"
        )


def attempted(attack):
    """Make the attempt; returns the sentence that refused it, or None."""
    try:
        with transaction.atomic():
            attack.act()
            if attack.foreign_keys:
                connection.check_constraints()  # as the end of a transaction does
    except REFUSALS as error:
        return str(error.args[0]).splitlines()[0]
    return None
