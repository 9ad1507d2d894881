"""The nomenclature as it stands now, ready to be asked: whole spellings and parts of names.

Its entries are those of the database, or of the project's files while the database has none. They
are kept in memory and true while the log's last line stands: whatever changes the nomenclature
writes a line in the same transaction. After any other line they are read again and, being the
same, kept. Code that changes them asks nothing here before its line is written.
"""

from dataclasses import dataclass, replace

from django.db.models import F

from editorial import log

from .lexicon import entry, read_entries
from .models import StandardPoint
from .names import Names
from .resolver import Resolver

SAME = ("code", "meridian", "number", "pinyin", "english", "other_codes", "region")
RENAMED = {
    "hanzi_trad": F("traditional"),
    "hanzi_simp": F("simplified"),
    "alias": F("names__name"),
    "kind": F("names__kind"),
}


@dataclass(frozen=True)
class Nomenclature:
    """All points, as of `head`, the hash of the log's last line."""

    head: str
    entries: list
    resolver: Resolver
    names: Names

    def resolve(self, typed):
        """A Point, Question, Guess or Refusal for whatever was typed."""
        return self.resolver.resolve(typed)


_kept = None  # the Nomenclature of this process


def current():
    """The Nomenclature that the database has now, at the cost of one query."""
    global _kept  # one reference, set whole: whoever reads it has the older or the newer one
    kept, head = _kept, log.head()
    if kept is None or kept.head != head:
        kept = _kept = renewed(kept, head)
    return kept


def renewed(kept, head):
    """What is kept, if it is what the database says, or else a new one."""
    entries = stored_entries() or read_entries()
    if kept and kept.entries == entries:
        return replace(kept, head=head)
    resolver = Resolver(entries)
    return Nomenclature(head, entries, resolver, Names(resolver.lexicon))


def stored_entries():
    """[Entry] of the database, in its order; none before an import."""
    points, names = {}, {}
    for row in StandardPoint.objects.order_by("order", "code").values(*SAME, **RENAMED):
        points[row["code"]] = row
        if row["alias"] is not None:
            names.setdefault(row["code"], []).append((row["alias"], row["kind"]))
    return [entry(row, names.get(code, ())) for code, row in points.items()]
