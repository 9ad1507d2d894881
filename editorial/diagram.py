"""The state diagram of the workflow, drawn from the moves table."""

from .models import Content
from .moves import MOVES


def mermaid():
    """A Mermaid state diagram: one arrow for each state and move, in the table's order."""
    lines = ["stateDiagram-v2", "    [*] --> draft: save"]
    for state in Content.Status:
        lines += [
            f"    {state.value} --> {Content.Status(move.target).value}: {move.name}"
            for move in MOVES.values()
            if state in move.sources and move.target
        ]
    return "\n".join(lines)


def table():
    """A Markdown table of the moves: name, from, to, permission, rules."""
    rows = ["| move | from | to | permission | rules |", "|---|---|---|---|---|"]
    for move in MOVES.values():
        sources = ", ".join(Content.Status(state).value for state in move.sources)
        checks = ", ".join(check.__name__.replace("_", " ") for check in move.checks)
        target = Content.Status(move.target).value if move.target else "the same"
        rows.append(f"| {move.name} | {sources} | {target} | {move.permission} | {checks} |")
    return "\n".join(rows)
