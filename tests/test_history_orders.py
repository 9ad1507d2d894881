"""Whatever the order of the steps, the public history claims what was so: which revision readers
had from when, which signatures its review rested on and which of them count now, who said that
readers should stop relying on what, and what a correction explains.

What was so is noted down while it happens, by what readers get before and after each step.
"""

import contextlib
import copy
import datetime
import random
from collections import defaultdict

import pytest

from articles.models import Article
from editorial import actions, history, pages, reviewing, standing
from editorial.actions import Token
from editorial.errors import Refused
from editorial.models import Content, Event, SignOff
from tests import factories as f

pytestmark = [pytest.mark.django_db, pytest.mark.once]

HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)


class House:
    """The people, who are the same for all texts."""

    def __init__(self):
        self.writer, self.approver, self.second = (
            f.user("writer"),
            f.user("editor"),
            f.user("editor"),
        )
        self.admin = f.user("administrator")
        self.reviewers = {name: f.reviewer(name=name) for name in ("Vera", "Otto", "Rita")}


class Life:
    """One article, the steps that are taken on it, and what came of each for its readers."""

    def __init__(self, house):
        self.house = house
        self.now = f.now() - 390 * DAY
        self.article = f.article(by=house.writer, at=self.now)
        self.notes = 0
        # Each by the line that approved the publication.
        self.renewals, self.returned = defaultdict(set), {}
        self.stops, self.corrections = defaultdict(list), defaultdict(list)

    def page(self):
        """What readers have now, or None."""
        public = Article.objects.public(self.now).filter(pk=self.article.pk)
        return next(iter(pages.load(public, self.now)), None)

    def publication(self):
        page = self.page()
        return page and page.record.shown(self.now)

    def take(self, step):
        """Raises Refused where the step may not be taken."""
        self.now += HOUR
        getattr(self, step)()
        self.check()

    def move(self, name, by, **data):
        f.move(name, self.article, by, self.now, **data)

    # --- The steps ---

    def revise(self):
        self.notes += 1
        self.article.refresh_from_db()
        token, summary = Token.of(self.article), f"Summary {self.notes}."
        actions.revise(token, by=self.house.writer, at=self.now, summary=summary)

    def submit(self):
        self.move("submit", self.house.writer)

    def sign(self, name="Vera"):
        reviewer = self.house.reviewers[name]
        self.move("sign", reviewer.user, **f.sign_form(reviewer, self.now))
        page, made = self.page(), SignOff.objects.latest("pk")
        if page and page.badge.stands and made in page.badge.signoffs:
            self.renewals[page.record.shown(self.now).line.seq].add(made.pk)

    def otto_signs(self):
        self.sign("Otto")

    def approve(self):
        self.move("approve", self.house.approver)

    def correct(self):
        self.notes += 1
        note = f"Correction {self.notes}."
        self.move("approve", self.house.approver, correction=note)
        self.corrections[self.publication().line.seq].append(note)

    def schedule(self):
        self.move("schedule", self.house.approver, go_live_at=self.now + 2 * DAY)

    def wait(self):
        self.now += 3 * DAY

    def recall(self):
        self.move("recall", self.house.writer)

    def hold(self):
        """A comment that must be fixed takes it off its schedule, and its writer closes it."""
        opener = self.house.reviewers["Rita"].user
        token = Token.of(Content.objects.get(pk=self.article.pk))
        said = {"by": opener, "at": self.now}
        thread = reviewing.comment(token, text="The dose?", must_fix=True, **said)
        reviewing.reply(thread, verdict="resolve", **said)

    def send_back(self, **data):
        self.move("request_changes", self.house.reviewers["Rita"].user, reason="Wrong.", **data)

    def stop(self):
        shown = self.publication()
        self.send_back(stop=True)
        if shown:
            self.stops[shown.line.seq].append(self.now.isoformat())

    def take_back(self, kind, by=None):
        mine = SignOff.objects.filter(content=self.article, revocation=None)
        last = mine.filter(name="Vera").order_by("pk").last()
        if last is None:
            raise Refused("Nothing is signed.")
        by = by or last.signed_by
        actions.revoke(last, kind=kind, by=by, at=self.now, reason="I was wrong.")

    def retract(self):
        self.take_back("retract")

    def annul(self):
        self.take_back("annul", self.house.admin)

    def withdraw(self):
        self.move("withdraw", self.house.approver, reason="It was wrong.")

    def give_back(self):
        last = standing.record_of(Content.objects.get(pk=self.article.pk)).publications(self.now)
        self.move("return", self.house.approver)
        self.returned[last[-1].line.seq] = self.now

    def emergency(self):
        self.move("emergency", self.house.approver, reason="It cannot wait.")

    def confirm(self):
        self.move("confirm", self.house.second)

    # --- What the history says ---

    def check(self):
        page = self.page()
        if page is None:
            return
        entries = history.entries(page.content, self.now)
        public = page.record.publications(self.now)
        assert [e.publication.line.seq for e in reversed(entries)] == [p.line.seq for p in public]
        counting = {s.pk for s in page.badge.signoffs} if page.badge.stands else set()
        told = {signoff.pk for entry in entries for signoff, _fault in entry.signoffs}
        assert counting <= told
        for entry in entries:
            self.check_entry(entry, page, counting)

    def check_entry(self, entry, page, counting):
        facts, seq = entry.facts(), entry.publication.line.seq
        is_shown = entry.publication == page.record.shown(self.now)
        rests = {signoff.pk for signoff, _fault in entry.signoffs}
        assert rests == named_by(entry) | self.renewals[seq]
        assert {s.pk for s, fault in entry.signoffs if fault is None} == rests & counting
        assert facts["not_to_be_relied_on"] == self.stops[seq]
        assert [note["note"] for note in facts["corrections"]] == self.corrections[seq]
        assert (entry.returned and entry.returned.at) == self.returned.get(seq)
        for signoff, fault in entry.signoffs:
            self.check_reason(signoff, fault, entry, page)
        assert entry.awaits_confirmation == bool(
            is_shown and page.badge.emergency and not page.badge.confirmed
        )
        self.check_heading(entry)

    def check_reason(self, signoff, fault, entry, page):
        """Why a signature does not count, where its own fate is not the reason."""
        again = [s.pk for s in page.badge.signoffs if s.reviewer_id == signoff.reviewer_id]
        true = {
            "Readers have something newer.": page.revision.number > entry.revision.number,
            "The page was withdrawn after it.": bool(entry.withdrawn),
            "The same reviewer has signed these words again since.": any(
                key > signoff.pk for key in again
            ),
            "What readers have now does not rest on it.": not again,
        }
        assert true.get(fault, True), fault

    def check_heading(self, entry):
        before, said = entry.before, entry.heading
        if before is None or before.revision != entry.revision:
            assert ", public from " in said
            return
        made = Event.objects.filter(content=self.article, move="sign", data__signoff__isnull=False)
        since, until = before.publication.line.seq, entry.publication.line.seq
        between = made.filter(seq__gt=since, seq__lt=until)
        anew = {line.data["signoff"] for line in between} & named_by(entry)
        assert (", reviewed " in said) == bool(anew)
        assert ("again" in said.partition("reviewed")[2][:6]) == bool(anew and not before.emergency)
        assert ("public again from " in said) == bool(before.withdrawn)
        assert ("without a review" in said) == bool(entry.emergency)


def named_by(entry):
    return set(entry.publication.line.data.get("signoffs", ()))


@pytest.fixture(scope="module")
def written_house(written):
    return written(House)


@pytest.fixture
def house(written_house, db):
    return copy.deepcopy(written_house)


PUBLIC = "submit sign approve "
ORDERS = [
    # What waits for its time, or never got there, is not what readers have.
    PUBLIC + "submit stop submit sign schedule wait",
    PUBLIC + "submit schedule recall submit sign approve",
    PUBLIC + "submit schedule hold sign approve",
    PUBLIC + "revise submit sign schedule recall submit sign approve",
    PUBLIC + "revise submit sign schedule wait submit stop submit sign approve",
    PUBLIC + "revise submit sign schedule wait submit sign withdraw give_back sign approve",
    # Signed again: by whom the approval names, and by whom it does not.
    PUBLIC + "submit sign",
    PUBLIC + "submit sign approve submit approve submit sign recall",
    PUBLIC + "submit otto_signs sign approve submit otto_signs",
    PUBLIC + "submit stop submit otto_signs sign approve",
    PUBLIC + "submit stop submit otto_signs approve submit sign approve",
    "submit sign otto_signs approve submit sign annul annul",
    "submit sign otto_signs approve submit sign retract otto_signs approve",
    "submit sign otto_signs approve annul submit sign approve",
    "submit sign otto_signs approve retract submit sign otto_signs approve",
    # Corrections, and the same revision approved again.
    PUBLIC + "revise submit sign correct submit approve submit sign approve",
    PUBLIC + "revise submit sign correct withdraw give_back sign approve",
    # Withdrawn and returned, more than once.
    PUBLIC + "withdraw revise submit sign approve withdraw give_back sign approve",
    PUBLIC + "withdraw give_back stop submit sign approve submit stop",
    PUBLIC + "revise withdraw give_back sign schedule wait",
    # Published without a review.
    "emergency submit sign approve submit sign approve",
    "emergency withdraw give_back sign approve",
    "emergency confirm revise submit sign approve submit emergency",
    PUBLIC + "submit emergency submit approve",
    "submit sign emergency submit stop submit sign schedule wait",
]


@pytest.mark.parametrize("order", ORDERS)
def test_the_history_claims_what_was_so_after_every_step(house, order):
    life = Life(house)
    for step in order.split():
        life.take(step)
    assert life.publication()


STEPS = (
    *("revise", "submit", "sign", "sign", "otto_signs", "approve", "approve", "correct"),
    *("schedule", "wait", "recall", "hold", "stop", "send_back", "retract", "annul"),
    *("withdraw", "give_back", "emergency", "confirm"),
)


@pytest.mark.parametrize("seed", range(4))
def test_the_history_claims_what_was_so_in_any_order(house, seed):
    choose, life = random.Random(seed), Life(house)  # noqa: S311  (to be repeated)
    for step in PUBLIC.split():
        life.take(step)
    for step in choose.choices(STEPS, k=40):
        with contextlib.suppress(Refused):
            life.take(step)
