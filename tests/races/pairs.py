"""Which moves race, from which state, and what must stand after a round that one of them won."""

from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True)
class Contender:
    """A move as one racer makes it."""

    name: str
    # The status that it leads to.
    end: str
    by: str = "editor"
    # Who gets a letter, but for the one who made the move.
    told: tuple[str, ...] = ("writer",)
    # Whether readers get the raced revision by it.
    publishes: bool = False
    # The lines that it writes, if not one of its own name: each a request of its own.
    lines: tuple[str, ...] = ()

    @property
    def steps(self):
        return self.lines or (self.name,)


@dataclass(frozen=True)
class Pair:
    """Two moves that meet on a text in `state`, beside an earlier revision that is live."""

    first: Contender
    second: Contender
    state: str
    # Where no state permits both: the move that is legal in this one. The other never wins.
    only: Contender | None = None

    def __str__(self):
        legal = f"only {self.only.name} legal" if self.only else "both legal"
        return f"{self.first.name} / {self.second.name}, {self.state}, {legal}"


SIX = (
    Contender("approve", "published", publishes=True),
    Contender("request_changes", "changes_requested"),
    Contender("edit", "draft", by="writer", told=(), lines=("save",)),
    Contender("schedule", "scheduled"),
    Contender("emergency", "published", told=("writer", "editor"), publishes=True),
    Contender("withdraw", "withdrawn"),
)
LEGAL = {
    "signed": {"approve", "request_changes", "schedule", "emergency", "withdraw"},
    "draft": {"edit", "emergency", "withdraw"},
}


def paired(first, second):
    for state, legal in LEGAL.items():
        if {first.name, second.name} <= legal:
            return Pair(first, second, state)
    # What is signed cannot be edited; what can be edited is not up for a decision.
    [only] = [one for one in (first, second) if one.name in LEGAL["signed"]]
    return Pair(first, second, "signed", only)


PAIRS = [paired(first, second) for first, second in combinations(SIX, 2)]

# A text that is being decided on can still be changed in two steps, which race too.
RECALL = Contender("recall and edit", "draft", by="writer", told=(), lines=("recall", "save"))
SIGN = Contender("sign", "signed", by="reviewer", told=("editor",))
PAIRS += [Pair(SIX[0], RECALL, "signed"), Pair(SIGN, RECALL, "in_review")]
