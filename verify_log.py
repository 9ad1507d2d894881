#!/usr/bin/env python3
"""Check an exported log without the application: python3 verify_log.py EXPORT [HEAD]

EXPORT is what `manage.py export_log` wrote: one JSON object a line, the last one with count and
hash of the log's head. HEAD is what /.well-known/log-head answered, as a file or an address; kept
copies of it show whether the end of the log was cut off.

Each line's hash is the SHA-256 of its other fields in RFC 8785 form, the hash of the line before
among them. Prints the first line that does not hold and exits 1; else exits 0.
"""

import hashlib
import json
import sys
import urllib.request

GENESIS = "0" * 64


def canonical(value):
    """RFC 8785 for what log lines hold: objects, lists, strings, whole numbers, constants."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(key)}:{canonical(value[key])}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, float):
        raise ValueError("a log line holds no fractions")
    return json.dumps(value, ensure_ascii=False)


def hash_of(line):
    facts = {name: value for name, value in line.items() if name != "hash"}
    return hashlib.sha256(canonical(facts).encode()).hexdigest()


def fault(lines, head=None):
    """The sentence for the first thing that is wrong with an export's text lines, or None."""
    if not lines:
        return "the export is empty"
    previous, count = GENESIS, 0
    for number, text in enumerate(lines[:-1], 1):
        try:
            line = json.loads(text)
            found = hash_of(line)
        except (ValueError, AttributeError):
            return f"line {number} is no line of a log"
        if line.get("seq") != number:
            return f"line {number} has the number {line.get('seq')}: one is missing or misplaced"
        if line.get("previous") != previous:
            return f"line {number} does not follow from the line before it"
        if line.get("hash") != found:
            return f"line {number} is not what was written"
        previous, count = found, number
    try:
        end = json.loads(lines[-1])
        said = (end["count"], end["hash"])
    except (ValueError, KeyError, TypeError):
        return f"line {len(lines)} does not end the export with count and hash"
    if said != (count, previous):
        return f"line {len(lines)} says that the log ends otherwise: lines are missing before it"
    if head is not None and head["count"] > count:
        return f"line {count + 1} is missing: the published head counts {head['count']}"
    if head is not None:
        at_head = json.loads(lines[head["count"] - 1])["hash"] if head["count"] else GENESIS
        if at_head != head["hash"]:
            return f"line {head['count']} is not the one whose hash was published"
    return None


def read(place):
    if place.startswith(("https://", "http://")):
        with urllib.request.urlopen(place) as answer:  # noqa: S310
            return answer.read().decode()
    with open(place, encoding="utf-8") as file:
        return file.read()


def main(arguments):
    if len(arguments) not in (1, 2):
        print(__doc__.splitlines()[0])
        return 2
    lines = read(arguments[0]).split("\n")
    lines = lines[:-1] if lines[-1] == "" else lines
    head = json.loads(read(arguments[1])) if len(arguments) == 2 else None
    if found := fault(lines, head):
        print(f"The log does not hold: {found}.")
        return 1
    print(f"The log holds: {len(lines) - 1} lines.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
