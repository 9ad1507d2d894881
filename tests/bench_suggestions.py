"""How long suggestions take in a large house: `python -m tests.bench_suggestions`.

Asks /search/suggest/ for what somebody types letter by letter, on SQLite and, where
TEST_DATABASE_URL is set, on PostgreSQL, in the houses that `make seed-bench` made, beside the
same request for nothing, and prints a line a database. The milliseconds are to be read, not
judged: they are the machine's too. Nothing is written: the nomenclature is rolled back.
"""

import os
import statistics
import subprocess
import sys
import time

from tests.bench.__main__ import LARGE, address

TYPED = (
    "knee pain",
    "weizhong",
    "Wěizhōng",
    "委中穴",
    "環跳",
    "UB40",
    "wiezhong",
    "article that is",
    "jumping circle",
    "nothing like this",
)


def beginnings():
    return [text[:length] for text in TYPED for length in range(1, len(text) + 1)]


def milliseconds(client, path, values):
    taken = []
    for value in values:
        start = time.perf_counter()
        response = client.get(path, {"q": value})
        taken.append((time.perf_counter() - start) * 1000)
        if response.status_code != 200:
            raise SystemExit(f"{value} answered {response.status_code}")
    return taken


def measure():
    """Print the line of one database."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.db import connection, transaction
    from django.test import Client

    from acupoints.importing import import_points
    from editorial.models import Content

    with transaction.atomic():
        import_points()
        client = Client()
        first = milliseconds(client, "/search/suggest/", ["knee"])[0]
        taken = milliseconds(client, "/search/suggest/", beginnings())
        nothing = statistics.median(milliseconds(client, "/search/suggest/", [""] * 50))
        contents = Content.objects.count()
        transaction.set_rollback(True)
    median, p95 = statistics.median(taken), statistics.quantiles(taken, n=20)[18]
    print(
        f"{connection.vendor:10} {contents} contents: median {median:.1f} ms, p95 {p95:.1f} ms, "
        f"first {first:.0f} ms; {median / nothing:.1f} times a request for nothing",
        flush=True,
    )


def main():
    servers = [None, os.environ.get("TEST_DATABASE_URL")]
    for server in dict.fromkeys(servers):
        os.environ.pop("TEST_DATABASE_URL", None)
        if server:
            os.environ["TEST_DATABASE_URL"] = server
        environment = {**os.environ, "DATABASE_URL": address(LARGE)}
        command = [sys.executable, "-m", "tests.bench_suggestions", "measure"]
        subprocess.run(command, env=environment, check=True)


if __name__ == "__main__":
    measure() if sys.argv[1:] == ["measure"] else main()
