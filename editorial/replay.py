"""Each content played again from its lines of the log, and the rows compared with what comes out.

For `verify`: rows are compared one to one and both ways, so that a row that was altered, removed,
doubled or put in is named, whichever table it stands in.
"""

from django.apps import apps

from . import signing, standing
from .models import Content, Event
from .moves import MOVES

CHUNK = 100
S = Content.Status


def faults(now):
    """Yield (what it is about, what is wrong with it), a chunk of contents at a time."""
    keys = list(Content.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        contents = Content.objects.select_related("head").in_bulk(keys[start : start + CHUNK])
        lines = lines_of(contents)
        yield from faults_of_rows(contents, lines)
        for key, content in contents.items():
            deciding = [line for line in lines[key] if line.nth or line.layout == 1]
            record = standing.Record(content, deciding)
            yield from ((str(content), sentence) for sentence in faults_of(record, now))


def lines_of(contents):
    """{content key: all its lines, oldest first}."""
    found = {key: [] for key in contents}
    for line in Event.objects.filter(content__in=contents).order_by("seq"):
        found[line.content_id].append(line)
    return found


# --- Rows --------------------------------------------------------------------------------------


def logged_models():
    """The models whose rows belong to a content and are named by its lines."""
    return [m for m in apps.get_models() if "LOGGED" in vars(m) and vars(m).get("LOGGED_WITH")]


def faults_of_rows(contents, lines):
    """Rows of these contents that no line names as they stand, and named rows that are gone."""
    named = {}
    for key, of_content in lines.items():
        for line in of_content:
            named |= {(row[0], row[1]): (*row[2:], key) for row in line.rows}
    for model in logged_models():
        table = model._meta.db_table
        wanted = {key: fact for (name, key), fact in named.items() if name == table}
        rows = model._base_manager.filter(**{f"{model.LOGGED_WITH}__in": list(contents)})
        for row in rows.iterator(chunk_size=CHUNK):
            layout, digest, _content = wanted.pop(row.pk, (None, None, None))
            if layout not in model.LOGGED:
                yield table, f"Row {row.pk} ({row}) is named by no line of the log."
            elif signing.digest_of(row, layout) != digest:
                yield table, f"Row {row.pk} ({row}) is not what the log says was written."
        for key, (*_fact, content) in wanted.items():
            if not was_removed(lines[content], table, key):
                yield table, f"Row {key} of {contents[content]} is gone, and the log names it."


def was_removed(lines, table, key):
    """Whether the row was part of a revision whose words were removed by law."""
    written = [line for line in lines if any(row[:2] == [table, key] for row in line.rows)]
    removed = {line.revision_id for line in lines if line.move == "redacted"}
    if written[-1].move == standing.ADOPTION:  # which names the rows of all its revisions
        return bool(removed)
    return written[-1].move == "save" and written[-1].revision_id in removed


# --- Moves -------------------------------------------------------------------------------------


def faults_of(record, now):
    """What the content's own row and its lines disagree about, one sentence each."""
    content = record.content
    if not record.lines and not content.head_id:
        return  # begun, and nothing saved yet
    yield from map(str, record.faults)
    for before, move in impossible_moves(record):
        yield f"The log has the step {move} from {before}, which the workflow does not have."
    shown = record.shown(now)
    if content.shown_revision_id(now) != (shown and shown.revision_id):
        yield "What readers get is not what the log says was approved."
    if content.head_id != head_of(record):
        yield "Its head is not what the log says was saved last."
    if content.status_at(now) != state_of(record, now):
        yield "Its state is not the one that its moves lead to."


def states(record):
    """[(state before, line)] for each line, and the state after the last as a line of None."""
    state = S.DRAFT
    waiting = None
    for line in record.lines:
        if waiting and state == S.SCHEDULED and waiting <= line.at:
            state = S.PUBLISHED
        yield state, line
        state = target_of(line, state)
        if line.move == "schedule":
            waiting = standing.moment(line.data["go_live_at"])
    yield state, None


def target_of(line, state):
    if line.move == "hold":
        return S.IN_REVIEW
    if line.move in MOVES:
        return MOVES[line.move].target or state
    return state


def impossible_moves(record):
    for state, line in states(record):
        if line and line.move in MOVES and state not in MOVES[line.move].sources:
            yield state, line.move


def state_of(record, now):
    """The state that a content's moves lead to at the time `now`."""
    *_before, (state, _none) = states(record)
    if state == S.SCHEDULED:
        shown = record.shown(now)
        line = record.last("schedule")
        if shown and shown.line == line:
            return S.PUBLISHED
        if record.content.is_held(now):
            return S.IN_REVIEW
    return state


def head_of(record):
    """The key of the revision that the log says the desk works on."""
    line = record.last("save", "discard", "return")
    if line is None:
        return None
    return line.revision_id if line.move == "save" else line.data["head"]
