"""What a correction explains: the publication that readers had, and the one that replaces it."""

from . import differences, documents, standing


def last_publication(content, at):
    """The publication that readers had last by the time `at`, withdrawn since or not; or None."""
    found = standing.record_of(content).publications(at)
    return found[-1] if found else None


def columns_of_replaced(content, at):
    """The columns of a correction that name what readers had before."""
    before = last_publication(content, at)
    return {"replaced_id": before.revision_id, "replaced_since": before.since}


def reads_the_same(before, after):
    """Whether readers would find no difference between two seals; a newer format is none."""
    if before.digest == after.digest:
        return True
    try:
        old, new = documents.parse(before.canonical), documents.parse(after.canonical)
    except documents.BrokenSeal:  # removed by law since
        return False
    return not differences.between(old, new)
