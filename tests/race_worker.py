"""One of two processes that race for a content: reads orders from standard input, one JSON
line each, starts at the named moment, and answers with what the server said.

With RACE_WITHOUT_SWAP=1 the compare-and-swap is taken out, to show that the race test sees it.
"""

import json
import os
import sys
import time

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from django.db.models import F
from django.test import Client

from articles.models import ArticleRevision
from editorial import actions
from editorial.models import Content, User
from tests import desk


def swap_without_compare(content, at, **changes):
    Content.objects.filter(pk=content.pk).update(version=F("version") + 1, moved_at=at, **changes)
    content.refresh_from_db()


def play(order, client):
    """Make the ordered move; after a recall that succeeded, edit too. Returns status codes."""
    while time.time() < order["start"]:
        pass
    codes = [client.post(order["url"], order["data"]).status_code]
    if order.get("edit") and codes == [302]:
        revision = ArticleRevision.objects.get(pk=order["data"]["revision"])
        codes.append(desk.save(client, revision, summary=f"Edited in {order['round']}").status_code)
    return codes


def main():
    if os.environ.get("RACE_WITHOUT_SWAP"):
        actions.swap = swap_without_compare
    clients = {}
    print("ready", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        if order["user"] not in clients:
            clients[order["user"]] = Client(raise_request_exception=False)
            clients[order["user"]].force_login(User.objects.get(pk=order["user"]))
        print(json.dumps(play(order, clients[order["user"]])), flush=True)


if __name__ == "__main__":
    main()
