"""Runs every pair for RACE_ROUNDS rounds: two processes, one content, the same moment.

Prints a line a pair and their sum; exits 1 where a pair was lost: a round had not exactly one
winner, left something else than the winner's work, or one side led in nearly all rounds.

With RACE_WITHOUT_SWAP=1 it is the other way round: every pair of which both are legal must be lost.
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

import django

django.setup()

from editorial.models import Content, Event, Letter, LogHead, SignOff
from tests.races.course import Course
from tests.races.pairs import PAIRS

LONGEST_STEP, SHORTEST_STEP = 0.064, 0.001  # seconds
# Of the rounds, so many at least must be led by either side: else nothing was raced.
CLOSE = 0.05


class Lost(AssertionError):
    """A round that did not end as it must, in a sentence."""


class Racer:
    """One worker process, connected to the same database."""

    def __init__(self):
        command = [sys.executable, "-m", "tests.races.worker"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.process = subprocess.Popen(command, text=True, **pipes)

    def send(self, order):
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def answer(self):
        return json.loads(self.process.stdout.readline())

    def stop(self):
        self.process.stdin.close()
        return self.process.wait(20)


class Handicap:
    """How much later the first starts (negative: the second), in seconds.

    The side that is there sooner by nature gives way, more each time until the other leads, then
    ever less: that keeps the race as close as can be.
    """

    def __init__(self):
        self.seconds, self.step, self.ahead = 0.0, LONGEST_STEP, None

    def led_by(self, ahead):
        if self.ahead is not None:
            factor = 1.5 if ahead == self.ahead else 0.5
            self.step = min(max(self.step * factor, SHORTEST_STEP), LONGEST_STEP)
        self.ahead = ahead
        self.seconds += self.step if ahead == 0 else -self.step


@dataclass
class Tally:
    """What the rounds of a pair came to."""

    wins: list = field(default_factory=lambda: [0, 0])
    led: list = field(default_factory=lambda: [0, 0])
    refused: Counter = field(default_factory=Counter)
    mails: int = 0

    def __str__(self):
        refused = ", ".join(f"{count} by {code}" for code, count in sorted(self.refused.items()))
        return f"won {self.wins[0]} to {self.wins[1]}, refused {refused}, {self.mails} mails"


def run(racers, course, pair, rounds):
    """Play a pair's rounds and return their Tally. Raises Lost."""
    people = course.people(pair)
    contenders = (pair.first, pair.second)
    tally, handicap = Tally(), Handicap()
    for number in range(rounds):
        content, lines = next(course.fresh[pair.state]), LogHead.objects.get().count
        orders = [course.order(*both, content) for both in zip(contenders, people, strict=True)]
        racers = racers[::-1]  # neither process has the better start by habit
        answers = meet(racers, orders, handicap.seconds)
        try:
            winner = winner_of(pair, [answer["codes"] for answer in answers])
            mails = [mail for answer in answers for mail in answer["mails"]]
            told = course.told(contenders[winner], people[winner])
            check_content(content, contenders[winner])
            check_lines(content, lines, contenders[winner], people[winner], told, mails)
        except Lost as lost:
            raise Lost(f"round {number + 1}: {lost}") from lost
        refusal = answers[1 - winner]["codes"][0]
        # Who is refused by the state, and not as stale, was there before it changed.
        ahead = 1 - winner if pair.only and refusal == 403 else winner
        tally.wins[winner] += 1
        tally.led[ahead] += 1
        tally.refused[refusal] += 1
        tally.mails += len(mails)
        handicap.led_by(ahead)
    if min(tally.led) < CLOSE * rounds:
        raise Lost(f"not close enough to be a race, led by {tally.led[0]} to {tally.led[1]}")
    return tally


def meet(racers, orders, handicap):
    """Both answers to two orders that start at the same moment, but for the handicap."""
    start = time.time() + 0.01
    for racer, order, wait in zip(racers, orders, (handicap, -handicap), strict=True):
        racer.send({**order, "start": start + max(0, wait)})
    return [racer.answer() for racer in racers]


def winner_of(pair, codes):
    """0 or 1: whose requests were all done while the other's first one was refused. Raises Lost."""
    done = [set(answered) == {302} for answered in codes]
    if sum(done) != 1:
        raise Lost(f"{sum(done)} winners, answers {codes}")
    winner = done.index(True)
    if codes[1 - winner] not in ([409], [403]):
        raise Lost(f"not a refusal among the answers {codes}")
    if pair.only and pair.only is not (pair.first, pair.second)[winner]:
        raise Lost(f"{pair.state} does not permit what was done, answers {codes}")
    return winner


def check_content(before, won):
    """Raises Lost where the content is not what the winner alone makes of it."""
    after = Content.objects.get(pk=before.pk)
    if after.status != won.end:
        raise Lost(f"{won.name} won and the state is {after.status}")
    saved = "save" in won.steps
    if (after.head.parent_id if saved else after.head_id) != before.head_id:
        raise Lost(f"{won.name} won and revision {after.head.number} is the head")
    if after.live_id != (before.head_id if won.publishes else before.live_id):
        raise Lost(f"{won.name} won and readers get revision {after.live.number}")
    signed = SignOff.objects.filter(revision=after.live, digest=after.live.seal.digest).exists()
    if not signed and after.emergency_until is None:
        raise Lost(f"{won.name} won and readers get unsigned words")


def check_lines(content, lines, won, person, told, mails):
    """Raises Lost where the log's new lines, their letters and the mails are not the winner's.

    `lines`: how many there were before; `told`: the addresses that are to get one mail each;
    `mails`: what both racers sent, as [receiver, subject].
    """
    written = Event.objects.filter(seq__gt=lines).order_by("seq")
    found = list(written.values_list("content", "move", "actor"))
    if found != [(content.pk, step, person.pk) for step in won.steps]:
        raise Lost(f"{won.name} won and the log says {found}")
    about = [f"event:{line.seq}" for line in written]
    letters = Letter.objects.filter(about__in=about).exclude(sent_at=None)
    letters = sorted(map(list, letters.values_list("recipient__email", "subject")))
    if not (told == [receiver for receiver, _subject in letters] and letters == sorted(mails)):
        raise Lost(f"{won.name} won, letters are {letters}, mails {mails}, but told is {told}")


def main():
    rounds = int(os.environ.get("RACE_ROUNDS", "500"))
    control = bool(os.environ.get("RACE_WITHOUT_SWAP"))
    label = "control without the swap: " if control else ""
    # What its state forbids is refused with or without the swap.
    pairs = [pair for pair in PAIRS if not (control and pair.only)]
    course = Course(pairs, rounds)
    racers = [Racer(), Racer()]
    for racer in racers:
        assert racer.process.stdout.readline().strip() == "ready"
    lost = 0
    for pair in pairs:
        try:
            said = f"{rounds} rounds, {run(racers, course, pair, rounds)}"
        except Lost as sentence:
            said, lost = f"LOST, {sentence}", lost + 1
        print(f"{label}{pair}: {said}", flush=True)
    print(f"{label}{len(pairs) - lost} of {len(pairs)} pairs held, {lost} lost.", flush=True)
    stopped = [racer.stop() for racer in racers]
    return 0 if stopped == [0, 0] and lost == control * len(pairs) else 1


if __name__ == "__main__":
    sys.exit(main())
