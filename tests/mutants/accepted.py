"""The survivors that are accepted, each with its reason: equivalent.txt.

Three lines a mutant, the first two as the run prints them but for the number of the line:

    editorial/log.py faults
    chunk_size=2000 → chunk_size=2001
    equivalent: how many rows are fetched at once changes no line

The reason begins with "equivalent:" where nobody could tell the two apart, and with "known:" where
somebody could, in a way that these tests do not go.
"""

from dataclasses import dataclass

KINDS = ("equivalent", "known")


@dataclass(frozen=True)
class Entry:
    key: tuple
    reason: str

    @property
    def kind(self):
        return self.reason.partition(":")[0]

    def __str__(self):
        file, where, change = self.key
        return f"{file} {where}: {change}"


def read(path):
    """{key: Entry}; raises ValueError for what is none."""
    text = path.read_text() if path.exists() else ""
    lines = [line.strip() for line in text.splitlines() if not line.startswith("#")]
    blocks = [block.splitlines() for block in "\n".join(lines).split("\n\n") if block.strip()]
    entries = [entry_of([line for line in block if line]) for block in blocks]
    return {entry.key: entry for entry in entries}


def entry_of(lines):
    if len(lines) != 3 or " " not in lines[0]:
        raise ValueError(f"Not an entry of three lines: {' / '.join(lines)}")
    file, where = lines[0].split(" ", 1)
    entry = Entry((file, where, lines[1]), lines[2])
    if entry.kind not in KINDS or not lines[2].partition(":")[2].strip():
        raise ValueError(f"No reason that begins with {' or '.join(KINDS)}: {entry}")
    return entry


def unmatched(entries, mutants, files):
    """The entries about these files that no mutant of them answers to any more."""
    keys = {mutant.key for mutant in mutants}
    return [entry for key, entry in entries.items() if key[0] in files and key not in keys]
