"""Each content played again from its lines of the log, and the rows compared with what comes out.

For `verify`: rows are compared one to one and both ways, so that a row that was altered, removed,
doubled or put in is named, whichever table it stands in.
"""

from django.apps import apps

from . import signing, standing
from .models import Content, Event, Revision
from .moves import MOVES

CHUNK = 100
S = Content.Status


def label_of(content):
    return f"{content.kind} {content.slug}"


def faults(contents, now):
    """Yield (what it is about, what is wrong with it) for a chunk of contents, {key: content}."""
    lines = lines_of(contents)
    yield from faults_of_rows(contents, lines)
    yield from faults_of_saves(contents, lines)
    for key, content in contents.items():
        record = standing.Record(content, [line for line in lines[key] if decides(line)])
        yield from ((label_of(content), sentence) for sentence in faults_of(record, now))


def lines_of(contents):
    """{content key: all its lines, oldest first}."""
    found = {key: [] for key in contents}
    for line in Event.objects.filter(content__in=contents).order_by("seq"):
        found[line.content_id].append(line)
    return found


def decides(line):
    return line.nth is not None or line.layout == 1


# --- Rows --------------------------------------------------------------------------------------


def logged_models():
    """The models whose rows belong to a content and are named by its lines."""
    return [m for m in apps.get_models() if "LOGGED" in vars(m) and hasattr(m, "LOGGED_WITH")]


def parts():
    """Tables whose rows are part of a revision, and go where its words are removed by law."""
    return {m._meta.db_table for m in logged_models() if getattr(m, "PARENT", None)}


def named_by(lines):
    """{(table, key): (layout, digest)} as the newest true line that names each row has it."""
    named = {}
    for line in filter(signing.is_authentic, lines):
        if line.move == "redacted":
            removed = map(tuple, line.data.get("parts", ()))
            for key in [*parts_of(line.revision_id, lines), *removed]:
                named.pop(key, None)
        named |= {(row[0], row[1]): tuple(row[2:]) for row in line.rows}
    return named


def parts_of(revision, lines):
    """[(table, key)] of the parts of a revision that the log says were removed by law."""
    tables = parts()
    saved = [line for line in lines if line.move == "save" and line.revision_id == revision]
    return [(row[0], row[1]) for line in saved for row in line.rows if row[0] in tables]


def faults_of_rows(contents, lines):
    """Rows of these contents that no line names as they stand, and named rows that are gone."""
    named = {key: named_by(of_content) for key, of_content in lines.items()}
    for model in logged_models():
        table, path = model._meta.db_table, model.LOGGED_WITH
        wanted = {
            row: (fact, content)
            for content, facts in named.items()
            for (name, row), fact in facts.items()
            if name == table
        }
        rows = model._base_manager.filter(**{f"{path}__in": list(contents)})
        owners = dict(rows.values_list("pk", path))
        for row in rows.order_by("pk").iterator(chunk_size=CHUNK):
            fact, _content = wanted.pop(row.pk, (None, None))
            if sentence := fault_of_row(row, fact):
                yield label_of(contents[owners[row.pk]]), sentence
        for key, (_fact, content) in wanted.items():
            yield label_of(contents[content]), f"Row {key} of {table} is gone; the log names it."


def fault_of_row(row, fact):
    """The sentence where a row is not as the newest line that names it has it, or None."""
    layout, digest = fact or (None, None)
    about = f"Row {row.pk} of {row._meta.db_table}"
    if layout not in signing.logged_model(type(row)).LOGGED:
        return f"{about} is named by no line of the log."
    if signing.digest_of(row, layout) != digest:
        return f"{about} is not what the log says was written."
    return None


def faults_of_saves(contents, lines):
    """Revisions whose seal is not the one that the line of their save has."""
    saved = {
        line.revision_id: line.digest
        for of_content in lines.values()
        for line in of_content
        if line.move == "save" and signing.is_authentic(line)
    }
    rows = Revision.objects.filter(content__in=contents).order_by("pk")
    for key, number, content, digest in rows.values_list(
        "pk", "number", "content", "seal__digest"
    ).iterator(chunk_size=CHUNK):
        about = f"{label_of(contents[content])}, revision {number}"
        if digest is None:
            yield about, "It was never sealed."
        elif saved.get(key) != digest:
            yield about, "Its seal is not the one that the log says was made."


# --- Moves -------------------------------------------------------------------------------------


def faults_of(record, now):
    """What the content's own row and its lines disagree about, one sentence each."""
    content = record.content
    if record.is_forged or not record.is_complete:
        yield from map(str, record.faults)
    *before, (state, _none) = states(record, now)
    for state_before, line in before:
        if line.move in MOVES and state_before not in MOVES[line.move].sources:
            yield (
                f"The log has the step {line.move} from {state_before}, which the workflow "
                "does not have."
            )
    for name in ("head", "live", "scheduled"):
        revision = getattr(content, name)
        if revision and revision.content_id != content.pk:
            yield f"{name} names a revision of another content."
    shown = record.shown(now)
    if content.shown_revision_id(now) != (shown and shown.revision_id):
        yield "What readers get is not what the log says was approved."
    if content.head_id != head_of(record):
        yield "Its head is not what the log says was saved last."
    if content.status_at(now) != state:
        yield "Its state is not the one that its moves lead to."


def states(record, now):
    """[(state before, line)] for each line, and the state at the time `now` before no line."""
    state, go_live, holds_until = S.DRAFT, None, None
    for line in record.lines:
        state = state_by_clock(state, go_live, holds_until, line.at)
        yield state, line
        state = target_of(line, state)
        if line.move in standing.END_A_SCHEDULE:
            go_live = standing.moment(line.data.get("go_live_at"))
            holds_until = None
        if "holds_until" in line.data:
            holds_until = standing.moment(line.data["holds_until"])
    yield state_by_clock(state, go_live, holds_until, now), None


def state_by_clock(state, go_live, holds_until, now):
    """What became of what was scheduled: it went live, or a condition fell before."""
    if state != S.SCHEDULED:
        return state
    if holds_until and holds_until <= min(now, go_live):
        return S.IN_REVIEW
    return S.PUBLISHED if go_live <= now else state


def target_of(line, state):
    if line.move == "hold":
        return S.IN_REVIEW
    if line.move in MOVES:
        return MOVES[line.move].target or state
    return state


def head_of(record):
    """The key of the revision that the log says the desk works on."""
    line = record.last("save", "discard", "return")
    if line is None:
        return None
    return line.revision_id if line.move == "save" else line.data["head"]
