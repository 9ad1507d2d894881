"""How long the spelling resolver takes: `python -m tests.bench_resolver`.

Ordinary and hostile texts, each typed once, against a look-up of the same texts in a dict. It is
processor time, so that what else the machine does changes little.
"""

import csv
import os
import random
import statistics
import time
from pathlib import Path

import django

HOSTILE = (
    lambda dice: "a" * 10_000,
    lambda dice: "e\u0301" * dice.randrange(5_000),
    lambda dice: "a" + "\u0315\u0300\u05ae" * 3_000,
    lambda dice: "ﷺ" * dice.randrange(500),
    lambda dice: "".join(chr(dice.randrange(1, 0xD7FF)) for _ in range(dice.randrange(200))),
    lambda dice: " ".join(dice.choices("abcdefghijklmnopqrstuvwxyz", k=64)),
    lambda dice: "".join(dice.choices("a1b2 3-+.'", k=64)),
    lambda dice: "".join(dice.choices("足三里合谷太冲穴", k=64)),
    lambda dice: "li4 " * 20,
    lambda dice: "".join(dice.choices("aeioungzhsx", k=dice.randrange(3, 40))),
    lambda dice: "(a+)+$" * 20 + "!",
    lambda dice: "\u202e\x00🙂" * 50,
)


def ordinary():
    path = Path(__file__).parent / "data" / "point_spellings.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [row["typed"] for row in csv.DictReader(file)]


def slipped(text, dice):
    """The text with one letter changed."""
    place = dice.randrange(len(text))
    return text[:place] + dice.choice("aeioulnght") + text[place + 1 :]


def texts(dice, count=10_000):
    known = ordinary()
    for _ in range(count // 4):
        yield dice.choice(known)
        yield slipped(dice.choice(known), dice)
        yield dice.choice(HOSTILE)(dice)
        yield f"{slipped(dice.choice(known), dice)} {dice.choice(known)}"


def timed(function, values):
    """Milliseconds of each call."""
    taken = []
    for value in values:
        start = time.thread_time()
        function(value)
        taken.append((time.thread_time() - start) * 1000)
    return taken


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from acupoints.lexicon import read_entries
    from acupoints.resolver import Resolver

    start = time.thread_time()
    resolver = Resolver(read_entries())
    print(f"the index was built in {(time.thread_time() - start) * 1000:.0f} ms")
    resolver.resolve("warm up")
    typed = list(texts(random.Random(36)))  # noqa: S311
    taken = timed(resolver.resolve, typed)
    median, p99 = statistics.median(taken), statistics.quantiles(taken, n=100)[98]
    looked_up = statistics.median(timed(dict.fromkeys(typed).get, typed))
    print(f"{len(typed)} texts: median {median:.3f} ms, p99 {p99:.3f} ms, most {max(taken):.3f} ms")
    known = statistics.median(timed(resolver.resolve, ordinary()))
    print(f"texts of the sample: median {known:.3f} ms")
    print(f"the median is {median / looked_up:.0f} times a look-up in a dict")


if __name__ == "__main__":
    main()
