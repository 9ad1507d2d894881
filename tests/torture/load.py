"""Readers, in a process of their own: four who read pages and one who asks the probes, until the
input ends or LIMIT requests were made. Then prints [began, ended, path, status, body] a line;
the status of an answer that was cut is 0. Asks 127.0.0.1 only."""

import http.client
import itertools
import json
import sys
import threading
import time

PAGES = ("/", "/.well-known/log-head", "/articles/for-readers/", "/articles/", "/feed/")
PROBES = ("/healthz", "/readyz")
LIMIT = 20_000
READERS = 4


def ask(port, path):
    """[began, ended, path, status, the body of what is not a page]."""
    began = time.time()
    session = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        session.request("GET", path, headers={"Host": "localhost"})
        answer = session.getresponse()
        status, body = answer.status, answer.read().decode()
    except (OSError, http.client.HTTPException) as error:
        status, body = 0, type(error).__name__
    finally:
        session.close()
    return [began, time.time(), path, status, body if path in PROBES or not status else ""]


def read(port, paths, pause, ended, rows):
    for path in itertools.cycle(paths):
        if ended.is_set() or len(rows) >= LIMIT:
            return
        rows.append(ask(port, path))
        time.sleep(pause)


def main(port):
    ended, rows = threading.Event(), []
    jobs = [(PAGES[n:] + PAGES[:n], 0.03) for n in range(READERS)] + [(PROBES, 0.1)]
    readers = [
        threading.Thread(target=read, args=[port, paths, pause, ended, rows])
        for paths, pause in jobs
    ]
    for reader in readers:
        reader.start()
    sys.stdin.read()
    ended.set()
    for reader in readers:
        reader.join()
    for row in rows:
        print(json.dumps(row))


if __name__ == "__main__":
    main(int(sys.argv[1]))
