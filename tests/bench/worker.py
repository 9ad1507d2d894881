"""One house of the benchmark in a process of its own: seeds it, or answers for pages in it.

`python -m tests.bench.worker seed ARTICLES` fills the database that DATABASE_URL names.
`python -m tests.bench.worker serve` reads [who, path] lines and answers [seconds, queries, status].
"""

import json
import os
import sys
import time

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from editorial.models import Content, Revision, User

KEEP_CACHE = "kept: "


def seed(articles):
    from tests.bench import site

    call_command("migrate", verbosity=0)
    if Content.objects.exists():
        print(f"{articles} articles stand already")
        return
    site.build(articles)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")  # as the server does by itself after a while
    print(f"{Content.objects.count()} contents, {Revision.objects.count()} revisions")


def serve():
    clients = {}
    print(json.dumps(places()), flush=True)
    for line in sys.stdin:
        who, path = json.loads(line)
        if who not in clients:
            clients[who] = Client()
            if who:
                clients[who].force_login(User.objects.get(username=who))
        if path.startswith(KEEP_CACHE):
            path = path.removeprefix(KEEP_CACHE)
        else:
            cache.clear()
        print(json.dumps(asked(clients[who], path)), flush=True)


def places():
    """Keys of contents to ask for, as the addresses in PAGES name them."""
    found = {}
    for state in ("draft", "in_review", "published"):
        content = Content.objects.get(slug=state.replace("_", "-"))
        first = content.revisions.order_by("number").first()
        found |= {state: content.head_id, f"{state}_first": first.pk}
    return found


def asked(client, path):
    with CaptureQueriesContext(connection) as queries:
        start = time.perf_counter()
        response = client.get(path)
        seconds = time.perf_counter() - start
    return [seconds, len(queries), response.status_code]


if __name__ == "__main__":
    if sys.argv[1] == "seed":
        seed(int(sys.argv[2]))
    else:
        serve()
