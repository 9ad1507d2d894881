"""The words of the model: who may move what whence, and what a world is made of. No rules here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Time = Any  # numbers (days, say), or datetimes beside a timedelta as `review_every`
NEEDS_SIGNATURE = {"article", "acupoint"}

# move: (states it leaves, roles that may, state it leads to)
# "*" is any, "-" is beside all pages, "=" leaves the state alone or lets its function set it.
# DESIGN is silent: which role makes which move, and where some lead. Here: an administrator gets
# none of the others' moves; a save leads to draft from everywhere; discard leads back to published,
# with the public revision as head; a renewal leads to signed like any other signature; comments
# belong to a text in the making.
TABLE = {
    "save": ("draft changes_requested published withdrawn discarded", "writer editor", "="),
    "submit": ("draft changes_requested published", "writer editor", "in_review"),
    "sign": ("in_review signed", "reviewer", "signed"),
    "approve": ("in_review signed", "editor", "published"),
    "schedule": ("in_review signed", "editor", "scheduled"),
    "request_changes": ("in_review signed", "reviewer editor", "changes_requested"),
    "recall": ("in_review signed scheduled discarded", "writer editor", "draft"),
    "discard": ("draft changes_requested", "writer editor", "published"),
    "put_away": ("draft changes_requested", "writer editor", "discarded"),
    "emergency": ("draft changes_requested in_review signed", "editor", "published"),
    "confirm": ("*", "editor", "="),
    "withdraw": ("*", "editor", "withdrawn"),
    "return": ("withdrawn", "editor", "in_review"),
    "comment": (
        "draft in_review changes_requested signed scheduled",
        "writer editor reviewer",
        "=",
    ),
    "resolve": ("*", "writer editor reviewer", "="),
    "reopen": ("*", "writer editor reviewer", "="),
    "retract": ("*", "*", "="),
    "annul": ("*", "administrator", "="),
    "annul_credential": ("-", "administrator", "="),
    "link_accounts": ("-", "administrator", "="),
}


@dataclass(frozen=True)
class Account:
    person: str
    roles: frozenset[str]
    credential_until: Time  # None: no end


@dataclass(frozen=True)
class Line:
    """One line of the log; its number orders what happened at the same time."""

    move: str
    by: str
    at: Time
    content: str | None
    data: dict
    number: int


@dataclass(eq=False)
class Revision:
    content: str
    words: str
    cautions: frozenset[str]
    byline: tuple[str, ...]  # accounts named as authors
    pin: Revision | None
    aside: str  # what nobody signs
    saved_by: str
    line: int

    @property
    def digest(self) -> tuple:
        return self.words, self.cautions, self.byline, self.pin and self.pin.digest

    def says_the_same(self, other) -> bool:
        return (self.digest, self.pin, self.aside) == (other.digest, other.pin, other.aside)


@dataclass(eq=False)
class Signature:
    revision: Revision
    by: str
    at: Time
    made: int  # the line of the decision
    row: int  # the line that wrote this row: a later one when carried to a child
    retracted: bool = False
    annulled: bool = False


@dataclass(eq=False)
class Approval:
    revision: Revision
    by: str
    since: Time
    line: int
    signatures: list[Signature] = field(default_factory=list)  # those it names
    renewals: list[Signature] = field(default_factory=list)
    emergency: bool = False
    confirmed_by: str | None = None
    stopped: bool = False  # a reviewer said that readers should stop relying on it
    withdrawn: bool = False


@dataclass(eq=False)
class Comment:
    opener: str
    must_fix: bool
    opened: int  # line
    noes: set[str]  # who opened it, and has not closed it
    is_open: bool = True


@dataclass(eq=False)
class Page:
    name: str
    kind: str
    state: str = "draft"
    head: Revision | None = None
    approval: Approval | None = None  # the one that made the live revision public
    scheduled: Approval | None = None
    withdrawn: Revision | None = None
    ended: int = 0  # signatures made before this line serve no later approval
    submitted: int = 0  # the line by which it last came to review
    revisions: list[Revision] = field(default_factory=list)
    signatures: list[Signature] = field(default_factory=list)
    publications: list[Approval] = field(default_factory=list)
    approvals: list[Approval] = field(default_factory=list)  # of readers or of nobody
    comments: list[Comment] = field(default_factory=list)
    history: list[tuple] = field(default_factory=list)

    @property
    def live(self) -> Revision | None:
        return self.approval and self.approval.revision


@dataclass(frozen=True)
class Seen:
    code: int
    words: str | None = None
    badge: tuple[str, ...] = ()
    last_reviewed: Time = None
    next_review_on: Time = None
    notices: frozenset[str] = frozenset()
    state: str = "draft"
    sections: tuple[tuple, ...] = ()  # of each embedded text, who signed it
    history: tuple[tuple, ...] = ()  # (words, since); a withdrawal is (None, since)
