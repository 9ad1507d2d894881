"""`make mutants`: changes a line at a time, in a copy of the tree, and looks whether a test fails.

    python -m tests.mutants [FILE …] [--jobs 2] [--most 60] [--minutes 15] [--seed 7]

FILE: modules of tests/mutants/selection.toml, which says what is played for each (all, unless
named). Prints a line for each change that no test noticed and a summary last; exits 1 where one
is not in tests/mutants/equivalent.txt, or where an entry of that has become untrue. Of all
changes `--most` are drawn by lot; the seed is printed, and the same seed draws the same.
"""

import argparse
import random
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from . import accepted, changes
from .workers import Stopped, started

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# A mutant may work so many times as long as all tests do without one, and some seconds more,
# before it counts as noticed; on a busy machine that may take longer by the clock.
PATIENCE, START, BY_THE_CLOCK = 2, 20, 5
LONGEST = 3600
GREEN, NOTHING_PLAYED = 0, 5


@dataclass
class Plan:
    """What to change and what to play: `tests` is {file of the tree: its test files}."""

    tree: Path
    tests: dict
    marks: str
    entries: dict
    jobs: int = 2
    most: int = 60
    minutes: float = 15
    seed: int = 0


def main():
    asked = arguments()
    try:
        return run(plan_of(asked))
    except (Stopped, ValueError) as error:
        print(error, file=sys.stderr)
        return 2


def arguments(words=None):
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("files", nargs="*", metavar="FILE")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--most", type=int, default=60)
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))  # noqa: S311
    return parser.parse_args(words)


def plan_of(asked):
    selection = tomllib.loads((HERE / "selection.toml").read_text())
    unknown = set(asked.files) - selection["tests"].keys()
    if unknown:
        raise ValueError(f"No tests are selected for {', '.join(sorted(unknown))}.")
    files = asked.files or selection["tests"]
    return Plan(
        tree=ROOT,
        tests={file: selection["tests"][file] for file in files},
        marks=selection["marks"],
        entries=accepted.read(HERE / "equivalent.txt"),
        jobs=asked.jobs,
        most=asked.most,
        minutes=asked.minutes,
        seed=asked.seed,
    )


def run(plan):
    """Play the plan; returns the exit code."""
    sources = {file: (plan.tree / file).read_text() for file in plan.tests}
    mutants = [m for file, source in sources.items() for m in changes.find(file, source)]
    drawn = draw(mutants, plan)
    print(f"{len(drawn)} of {len(mutants)} mutants of {len(sources)} files, seed {plan.seed}")
    verdicts = judge(drawn, sources, plan)
    if len(verdicts) < len(drawn):
        print(f"Time is up: {len(drawn) - len(verdicts)} were not tried.")
    untrue = accepted.unmatched(plan.entries, mutants, sources)
    return summed_up(verdicts, plan.entries, untrue)


def summed_up(verdicts, entries, untrue):
    """Print what is wrong with the entries, and the summary; returns the exit code."""
    tally = Tally(entries, verdicts)
    for entry in untrue:
        print(f"No such mutant any more: {entry}")
    for entry in tally.killed_entries:
        print(f"Not {entry.kind}, a test notices it: {entry}")
    print(tally)
    return 1 if untrue or tally.killed_entries or tally.new else 0


def draw(mutants, plan):
    """Some mutants by lot, in the order of the files."""
    lot = random.Random(plan.seed)  # noqa: S311
    drawn = set(lot.sample(range(len(mutants)), min(plan.most, len(mutants))))
    return [mutant for number, mutant in enumerate(mutants) if number in drawn]


def judge(mutants, sources, plan):
    """[(mutant, whether no test noticed it)] of those for which there was time."""
    until = time.monotonic() + plan.minutes * 60
    with (
        tempfile.TemporaryDirectory(prefix="mutants-") as folder,
        started(min(plan.jobs, len(mutants)), plan.tree, Path(folder)) as workers,
    ):
        limits = patience(workers[0], mutants, plan) if workers else ()
        free = SimpleQueue()
        for worker in workers:
            free.put(worker)

        def play(mutant):
            return judged(mutant, sources, plan, free, limits, until)

        with ThreadPoolExecutor(len(workers) or 1) as pool:
            return [verdict for verdict in pool.map(play, mutants) if verdict]


def patience(worker, mutants, plan):
    """How long a mutant may work, and take by the clock: by how long all its tests take on the
    tree as it is, which have to pass. Raises Stopped."""
    tests = sorted({test for mutant in mutants for test in plan.tests[mutant.file]})
    told = worker.play(tests, plan.marks, LONGEST, LONGEST)
    if told["code"] != GREEN:
        raise Stopped(f"{told['output']}\nThe tests do not pass on the tree as it is.")
    seconds = START + PATIENCE * told["seconds"]
    return seconds, BY_THE_CLOCK * max(seconds, told["took"])


def judged(mutant, sources, plan, free, limits, until):
    """(mutant, whether it survives), or None where time is up. Prints a new survivor at once."""
    if time.monotonic() > until:
        return None
    worker = free.get()
    try:
        source = mutant.applied(sources[mutant.file])
        tests = plan.tests[mutant.file]
        told = worker.play(tests, plan.marks, *limits, mutant.file, source)
    finally:
        free.put(worker)
    if told["code"] == NOTHING_PLAYED:
        raise Stopped(f"{mutant.file}: its selection holds no test.")
    survives = told["code"] == GREEN
    if survives and mutant.key not in plan.entries:
        print(mutant, flush=True)
    return mutant, survives


class Tally:
    """What became of all mutants, beside what was accepted."""

    def __init__(self, entries, verdicts):
        self.count = len(verdicts)
        survivors = [mutant for mutant, survives in verdicts if survives]
        found = [entries.get(mutant.key) for mutant in survivors]
        self.killed_entries = [
            entries[mutant.key]
            for mutant, survives in verdicts
            if not survives and mutant.key in entries
        ]
        self.equivalent = sum(entry is not None and entry.kind == "equivalent" for entry in found)
        self.known = sum(entry is not None and entry.kind == "known" for entry in found)
        self.new = found.count(None)

    def __str__(self):
        survive = self.new + self.known
        killed = self.count - survive - self.equivalent
        known = f", {self.known} of them known" if self.known else ""
        return (
            f"{self.count} mutants: {killed} killed, {self.equivalent} equivalent, "
            f"{survive} survive{known}"
        )


if __name__ == "__main__":
    sys.exit(main())
