"""`make bench`: what each page costs in a large house, as a ratio to a small one.

Two processes serve the same pages from two databases, in turn, so that whatever else the machine
does falls on both. Prints a line a page and a summary last; exits 1 where a page's median is
more than 1.5 times that of the small house, or takes more queries than its budget.

`make seed-bench` makes the databases: SQLite files in .bench/, or PostgreSQL where
TEST_DATABASE_URL is set.
"""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

SMALL, LARGE = 100, 10_000
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "15"))
MOST = 1.5
FOLDER = Path(".bench")

ARTICLE = "/admin/articles/articlerevision"
# {page: (who asks, address, queries that it may take)}
PAGES = {
    "first page, editor": ("editor", "/admin/", 15),
    "first page, writer": ("writer", "/admin/", 10),
    "first page, reviewer": ("reviewer", "/admin/", 17),
    "board": ("editor", "/admin/board/", 16),
    "board, a state": ("editor", "/admin/board/?state=published", 14),
    "board, words": ("editor", "/admin/board/?q=signed", 13),
    "board, overdue": ("editor", "/admin/board/?due=overdue", 8),
    "board, a reviewer": ("editor", "/admin/board/?reviewer=1&state=in_review", 8),
    "board, a topic": ("editor", "/admin/board/?topic=knee-pain", 16),
    "board, older points": ("editor", "/admin/board/?older=1", 8),
    "reports": ("editor", "kept: /admin/reports/", 4),
    "list of articles": ("editor", f"{ARTICLE}/", 6),
    "draft form": ("writer", f"{ARTICLE}/{{draft}}/change/", 22),
    "read and decide": ("reviewer", f"{ARTICLE}/{{in_review}}/review/", 35),
    "preview": ("editor", f"{ARTICLE}/{{draft}}/preview/", 10),
    "compare": ("editor", f"{ARTICLE}/{{published_first}}/compare/{{published}}/", 13),
    "log of an article": ("editor", f"{ARTICLE}/{{published}}/log/", 7),
    "log of the house": ("editor", "/admin/editorial/event/", 13),
    "own page": ("writer", "/admin/me/", 6),
    "search, in all texts": ("", "/search/?q=sample+paragraph", 31),
    "search, in all titles": ("", "/search/?q=article+published", 31),
    "search, in no text": ("", "/search/?q=zebra", 31),
    "search, a point": ("", "/search/?q=BL40", 31),
}
# What a report costs where its figures are not kept any more; told, not judged.
COLD = {"reports, counted anew": ("editor", "/admin/reports/", 60)}


def address(articles):
    """The database of a house, as DATABASE_URL."""
    if server := os.environ.get("TEST_DATABASE_URL"):
        return f"{server.rsplit('/', 1)[0]}/tcmtips_bench_{articles}"
    FOLDER.mkdir(exist_ok=True)
    return f"sqlite:///{(FOLDER / f'{articles}.sqlite3').resolve()}"


def environment(articles):
    return {**os.environ, "DATABASE_URL": address(articles), "CACHE_URL": "locmemcache://"}


def seed():
    for articles in (SMALL, LARGE):
        make_database(articles)
        command = [sys.executable, "-m", "tests.bench.worker", "seed", str(articles)]
        subprocess.run(command, env=environment(articles), check=True)


def make_database(articles):
    """PostgreSQL's databases are made by hand; SQLite's make themselves."""
    if server := os.environ.get("TEST_DATABASE_URL"):
        import psycopg

        with psycopg.connect(f"{server.rsplit('/', 1)[0]}/postgres", autocommit=True) as server:
            name = f"tcmtips_bench_{articles}"
            found = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if not found.fetchone():
                server.execute(f'CREATE DATABASE "{name}"')


class House:
    """A worker process that serves one database."""

    def __init__(self, articles):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.worker", "serve"],
            env=environment(articles),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.places = json.loads(self.process.stdout.readline())

    def ask(self, who, path):
        self.process.stdin.write(json.dumps([who, path.format(**self.places)]) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def measured(houses, who, path):
    """{house: (median milliseconds, queries)} of a page, asked in turn; raises on a bad status."""
    times, queries = {}, {}
    for round in range(ROUNDS + 1):
        for name, house in houses.items():
            seconds, count, status = house.ask(who, path)
            if status != 200:
                raise SystemExit(f"{path} answered {status} in the {name} house")
            if round:  # the first fills what is kept
                times.setdefault(name, []).append(seconds * 1000)
            queries[name] = count
    return {name: (statistics.median(times[name]), queries[name]) for name in houses}


def main():
    houses = {"small": House(SMALL), "large": House(LARGE)}
    failed = 0
    print(f"{'page':24} {'small':>8} {'large':>8}  ratio  queries")
    for page, (who, path, budget) in (PAGES | COLD).items():
        found = measured(houses, who, path)
        (small, few), (large, many) = found["small"], found["large"]
        fault = ""
        if large > MOST * small and page not in COLD:
            fault = f"more than {MOST} times"
        if max(few, many) > budget:
            fault = f"more than {budget} queries"
        failed += bool(fault)
        figures = f"{small:6.1f}ms {large:6.1f}ms  {large / small:5.2f}  {few:3}/{many:<3}"
        print(f"{page:24} {figures} {fault}", flush=True)
    print(f"{len(PAGES)} pages with {LARGE} articles against {SMALL}: {failed} too dear")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(seed() if sys.argv[1:] == ["seed"] else main())
