"""One of two processes that race for a content: reads orders from standard input, one JSON line
each, starts at the named moment, and answers with what the server said and the mail that went out.

With RACE_WITHOUT_SWAP=1 the compare-and-swap is taken out, to show that the races see it.
"""

import json
import os
import sys
import time

import django

django.setup()

from django.core import mail
from django.db.models import F
from django.test import Client

from editorial import actions
from editorial.models import Content, User

mail.outbox = []


def swap_without_compare(content, at, **changes):
    Content.objects.filter(pk=content.pk).update(version=F("version") + 1, moved_at=at, **changes)
    content.refresh_from_db()


def play(order, client):
    """Send the requests of an order while they succeed. Returns {"codes": their status codes,
    "mails": [[receiver, subject], …]}."""
    mail.outbox.clear()
    codes = []
    time.sleep(max(0, order["start"] - time.time() - 0.002))
    while time.time() < order["start"]:
        pass  # sleep alone wakes too late to be a close race
    for url, data in order["posts"]:
        codes.append(client.post(url, data).status_code)
        if codes[-1] != 302:
            break
    mails = [[to, message.subject] for message in mail.outbox for to in message.to]
    return {"codes": codes, "mails": mails}


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
