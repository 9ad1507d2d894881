"""Lines of the log again for copies of a content, each as true as if it had been written."""

from editorial import log, signing
from editorial.models import Event, LogHead


def copy_of(row, **changes):
    """An unsaved row with the same columns, but for its key and `changes`."""
    columns = [f.attname for f in row._meta.local_concrete_fields if not f.primary_key]
    return type(row)(**{name: getattr(row, name) for name in columns} | changes)


class Lines:
    """Copied lines on their way into the log, which is moved once."""

    def __init__(self):
        self.head = LogHead.objects.get()
        self.made = []

    def add(self, line, rows, **changes):
        """One line again. `rows`: {(table, key in the line): the copied row}."""
        made = copy_of(
            line,
            seq=self.head.count + 1,
            previous=self.head.hash,
            data=moved(line.data, rows),
            rows=sorted(
                signing.fact_of(rows[table, key])
                for table, key, *_fact in line.rows
                if (table, key) in rows
            ),
            **changes,
        )
        made.hash = log.hash_of(made)
        signing.set_mac(made)
        self.made.append(made)
        self.head.count, self.head.hash = made.seq, made.hash

    def write(self):
        Event.objects.bulk_create(self.made)
        self.head.save()
        self.made = []


KEYS = {
    "signoff": "editorial_signoff",
    "head": "editorial_revision",
    "comment": "editorial_comment",
    "thread": "editorial_comment",
    "request": "editorial_reviewrequest",
    "change_request": "editorial_changerequest",
}


def moved(data, rows):
    """What a line says of rows, with the keys of their copies."""

    def key(table, old):
        copied = rows.get((table, old))
        return old if copied is None else copied.pk

    found = {name: key(KEYS[name], old) for name, old in data.items() if name in KEYS}
    if "signoffs" in data:
        found["signoffs"] = [key("editorial_signoff", old) for old in data["signoffs"]]
    if "carried" in data:
        found["carried"] = [
            [key("editorial_signoff", old) for old in pair] for pair in data["carried"]
        ]
    return data | found


def deciding(lines):
    """How many of the lines decide about their content."""
    return sum(line.nth is not None for line in lines)


def numbered(lines):
    """[(line, its number among those that decide, or None)], counted anew."""
    count = 0
    for line in lines:
        count += line.nth is not None
        yield line, count if line.nth is not None else None
