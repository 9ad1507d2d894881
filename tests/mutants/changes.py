"""The one-line changes of a module: each wrong on purpose, so that some test has to fail.

What only people read is left alone: sentences for the screen, docstrings, annotations, names of
models. So are f-strings, of which Python 3.11 does not know where their parts stand.
"""

import ast
import copy
import textwrap
from collections import Counter
from dataclasses import dataclass, replace
from itertools import accumulate

SWAPPED = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
}
# Methods of which the call is left out, so that what they are called on stands alone.
LEFT_OUT = {"select_for_update", "filter", "exclude", "distinct", "strip"}
GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext"}
NOT_LOOKED_INTO = (ast.JoinedStr, ast.Import, ast.ImportFrom, ast.Global)
NOTHING = "nothing"
LONGEST = 160


@dataclass(frozen=True)
class Mutant:
    """A change of a file: `text` stands in the place of its bytes from `start` to `end`."""

    file: str
    line: int
    # The function or class it stands in, or the name that it is assigned to: no line number.
    where: str
    change: str
    start: int
    end: int
    text: str

    @property
    def key(self):
        """What names it for good: it survives that lines move."""
        return self.file, self.where, self.change

    def __str__(self):
        return f"{self.file}:{self.line} {self.where}: {self.change}"

    def applied(self, source):
        data = source.encode()
        return (data[: self.start] + self.text.encode() + data[self.end :]).decode()


def find(file, source):
    """All Mutants of a file, in the order of its lines."""
    starts = [0, *accumulate(len(line) for line in source.encode().splitlines(keepends=True))]
    found, seen = [], Counter()
    for where, node, text, change in changes_in(ast.parse(source), ()):
        start, end = (
            starts[line - 1] + column
            for line, column in (
                (node.lineno, node.col_offset),
                (node.end_lineno, node.end_col_offset),
            )
        )
        mutant = Mutant(file, node.lineno, where or "module", change, start, end, text)
        seen[mutant.key] += 1
        if (number := seen[mutant.key]) > 1:  # the same words again in one function
            mutant = replace(mutant, where=f"{mutant.where} ({number})")
        found.append(mutant)
    return sorted(found, key=lambda mutant: (mutant.line, mutant.start))


def changes_in(node, names, parent=None):
    """Yield (where, the node that is replaced, by what, change in words) of a node and below."""
    if is_for_people(node):
        return
    names = names_with(node, names)
    for made in changes_of(node, parent):
        yield ".".join(names), *made
    for field, value in ast.iter_fields(node):
        if field not in ("annotation", "returns", "decorator_list"):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from changes_in(child, names, node)


def is_for_people(node):
    """Whether a change here would change words for the screen, or nothing at all."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in GETTEXT
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        return node.name in ("Meta", "__str__")
    return isinstance(node, NOT_LOOKED_INTO)


def names_with(node, names):
    """The names that lead to a node: functions and classes; outside them what is assigned to,
    and the first word of a call: `MOVES.approve`."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        return (*names, node.name)
    if isinstance(node, ast.Assign) and not names:
        return tuple(ast.unparse(target) for target in node.targets[:1])
    if isinstance(node, ast.Call) and names and names[0].isupper() and node.args:
        first = node.args[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            return (*names, first.value)
    return names


def changes_of(node, parent):
    """Yield (the node that is replaced, by what, change in words) of one node."""
    makers = [MAKERS.get(type(node), none)]
    if isinstance(node, ast.stmt):
        makers.append(deleted)
    for make in makers:
        yield from make(node, parent)


def none(node, parent):
    return ()


# --- Expressions -----------------------------------------------------------------------------


def instead(node, new, parent=None):
    """An expression in the place of another, told with what it stands in where that helps."""
    before, after = node, new
    if isinstance(parent, ast.keyword | ast.Call | ast.Subscript | ast.BinOp | ast.Compare):
        before, after = parent, with_child(parent, node, new)
    return node, f"({ast.unparse(new)})", told(before, after)


def told(before, after):
    """In one line, as Python itself would write it, cut where it is long."""
    texts = (part if isinstance(part, str) else ast.unparse(part) for part in (before, after))
    return " → ".join(textwrap.shorten(text, LONGEST, placeholder=" …") for text in texts)


def with_fields(node, **fields):
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def with_child(node, old, new):
    fields = {}
    for name, value in ast.iter_fields(node):
        if isinstance(value, list):
            fields[name] = [new if child is old else child for child in value]
        elif value is old:
            fields[name] = new
    return with_fields(node, **fields)


def without(rows, number):
    return [*rows[:number], *rows[number + 1 :]]


def compared(node, parent):
    for number, operator in enumerate(node.ops):
        if type(operator) in SWAPPED:
            ops = list(node.ops)
            ops[number] = SWAPPED[type(operator)]()
            yield instead(node, with_fields(node, ops=ops))


def joined(node, parent):
    """`and` for `or`, and each side left out."""
    yield instead(node, with_fields(node, op=SWAPPED[type(node.op)]()))
    for number in range(len(node.values)):
        left = without(node.values, number)
        yield instead(node, with_fields(node, values=left) if len(left) > 1 else left[0])


def calculated(node, parent):
    if type(node.op) in SWAPPED:
        yield instead(node, with_fields(node, op=SWAPPED[type(node.op)]()))
    if isinstance(node.op, ast.BitOr | ast.BitAnd):
        yield instead(node, node.left)
        yield instead(node, node.right)


def negated(node, parent):
    if isinstance(node.op, ast.Not):
        yield instead(node, node.operand)


def counted(node, parent):
    if isinstance(node.value, bool):
        others = [not node.value]
    elif isinstance(node.value, int):
        others = [node.value + 1, node.value - 1]
    else:
        return
    for other in others:
        yield instead(node, ast.Constant(other), parent)


def called(node, parent):
    for number, keyword in enumerate(node.keywords):
        if keyword.arg:
            name = ast.unparse(node.func).split(".")[-1]
            new = with_fields(node, keywords=without(node.keywords, number))
            yield (
                node,
                f"({ast.unparse(new)})",
                told(f"{name}({ast.unparse(keyword)})", f"{name}()"),
            )
    if isinstance(node.func, ast.Attribute):
        yield from method_called(node)


def method_called(node):
    value, name = node.func.value, node.func.attr
    if name in LEFT_OUT:
        call = ast.unparse(node).removeprefix(ast.unparse(value))
        yield node, f"({ast.unparse(value)})", told(call, NOTHING)
    if name == "order_by" and node.args and all(map(is_text, node.args)):
        args = [ast.Constant(reverse_of(arg.value)) for arg in node.args]
        texts = (f"order_by({', '.join(map(ast.unparse, some))})" for some in (node.args, args))
        yield node, f"({ast.unparse(with_fields(node, args=args))})", told(*texts)


def is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def reverse_of(column):
    return column.removeprefix("-") if column.startswith("-") else f"-{column}"


def listed(node, parent):
    """Each element left out: a rule of a move, a state of a tuple."""
    if not isinstance(getattr(node, "ctx", None), ast.Store):
        for number, element in enumerate(node.elts):
            left = without(node.elts, number)
            new = with_fields(node, elts=left) if left else ast.Tuple([], ast.Load())
            yield node, f"({ast.unparse(new)})", told(element, NOTHING)


def mapped(node, parent):
    """Each entry of a dictionary left out."""
    for number in range(len(node.keys)):
        one, rest = (
            ast.Dict(pick(node.keys), pick(node.values))
            for pick in (lambda rows, n=number: [rows[n]], lambda rows, n=number: without(rows, n))
        )
        yield node, f"({ast.unparse(rest)})", told(ast.unparse(one)[1:-1], NOTHING)


# --- Conditions and statements -----------------------------------------------------------------


def asked(node, parent):
    """The opposite of a condition in which nothing else is changed."""
    if not isinstance(node.test, ast.Compare | ast.BoolOp | ast.UnaryOp | ast.Constant):
        new = ast.UnaryOp(ast.Not(), node.test)
        yield node.test, f"({ast.unparse(new)})", told(f"if {ast.unparse(node.test)}", new)


def sifted(node, parent):
    """A comprehension that lets everything through."""
    for condition in node.ifs:
        yield condition, "True", told(f"if {ast.unparse(condition)}", "if True")


def returned(node, parent):
    if node.value and not (isinstance(node.value, ast.Constant) and node.value.value is None):
        yield node, "return None", told(node, "return None")


def deleted(node, parent):
    """A statement left out, where Python goes on without it."""
    columns = ast.Attribute | ast.Subscript
    sets_a_column = isinstance(node, ast.Assign) and isinstance(node.targets[0], columns)
    acts = isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)
    others = ast.AugAssign | ast.Raise | ast.Delete | ast.Continue | ast.Break
    if sets_a_column or acts or isinstance(node, others):
        yield node, "pass", told(node, "pass")


MAKERS = {
    ast.Compare: compared,
    ast.BoolOp: joined,
    ast.BinOp: calculated,
    ast.UnaryOp: negated,
    ast.Constant: counted,
    ast.Call: called,
    ast.Tuple: listed,
    ast.List: listed,
    ast.Set: listed,
    ast.Dict: mapped,
    ast.If: asked,
    ast.IfExp: asked,
    ast.comprehension: sifted,
    ast.Return: returned,
}
