"""Somebody who works while the database is killed: real moves, one after the other, each told to
standard output when, and only when, it was acknowledged.

`python -m tests.torture.writer` writes until its input ends.
`python -m tests.torture.writer check FILE` looks for all that FILE says; exits 1 if some is lost.
"""

import json
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import django

django.setup()

from django.db import InterfaceError, OperationalError, connection

from articles.models import Article, ArticleRevision
from editorial.models import Content, Event
from tests import factories as f

LOST = (OperationalError, InterfaceError)
SLUG = "written-in-a-storm"
MOST = 5000


def prepare():
    """An article for readers, and the one that is worked on."""
    f.publish(f.article(slug="for-readers"))
    writer, editor = f.user("writer", username="storm-writer"), f.user("editor")
    return f.article(writer, slug=SLUG), writer, editor


def next_step(content, number, writer, editor):
    """Make the move that the state allows. Returns its name and what it said, if anything."""
    if content.status == Content.Status.IN_REVIEW:
        f.move("recall", content, writer)
        return "recall", ""
    if number % 3:
        words = f"Write {number}."
        f.revise(content, writer, summary=words)
        return "save", words
    f.move("submit", content, editor)
    return "submit", ""


def work(until):
    content, writer, editor = prepare()
    print(json.dumps({"move": "ready"}), flush=True)
    for number in range(1, MOST):
        if until.is_set():
            return
        try:
            content.refresh_from_db()
            move, words = next_step(content, number, writer, editor)
        except LOST:
            connection.close()
            time.sleep(0.05)
            continue
        print(json.dumps({"move": move, "words": words, "version": content.version}), flush=True)
        time.sleep(0.01)


def lost(told):
    """Sentences about what was acknowledged and is not there."""
    content = Article.objects.get(slug=SLUG)
    saved = ArticleRevision.objects.filter(content=content, seal__isnull=False)
    words = set(saved.values_list("summary", flat=True))
    yield from (f"“{one['words']}” is gone" for one in told if one["words"] not in {*words, ""})
    for move, count in Counter(one["move"] for one in told).items():
        lines = Event.objects.filter(content=content, move=move).count()
        if lines < count:
            yield f"{count} times {move} was acknowledged, {lines} lines are there"
    if content.version < max(one["version"] for one in told):
        yield f"version {content.version} is older than what was acknowledged"


def check(path):
    told = [json.loads(line) for line in Path(path).read_text().splitlines()]
    told = [one for one in told if one["move"] != "ready"]
    sentences = list(lost(told))
    counts = Counter(one["move"] for one in told)
    made = ", ".join(f"{count} {move}" for move, count in sorted(counts.items()))
    print("; ".join(sentences) or f"{len(told)} acknowledged moves ({made}) are all there")
    return 1 if sentences or len(told) < 20 else 0


def wait_for_end(ended):
    sys.stdin.read()
    ended.set()


if __name__ == "__main__":
    if sys.argv[1:2] == ["check"]:
        sys.exit(check(sys.argv[2]))
    ended = threading.Event()
    threading.Thread(target=wait_for_end, args=[ended], daemon=True).start()
    work(ended)
