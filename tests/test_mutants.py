"""The tool that changes one line at a time: which changes it makes, that it sees which of them a
test notices, and that it leaves the tree alone."""

import hashlib
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.mutants import __main__ as mutants
from tests.mutants import accepted, changes
from tests.mutants.__main__ import Plan
from tests.mutants.workers import Stopped

ROOT = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.once


# --- Which changes ----------------------------------------------------------------------------

MADE = [
    ("x = a < b", ["a < b → a <= b"]),
    ("x = a is not None", ["a is not None → a is None"]),
    ("x = a in b", ["a in b → a not in b"]),
    ("x = a and b", ["a and b → a or b", "a and b → b", "a and b → a"]),
    ("x = not a", ["not a → a"]),
    ("x = a + 1", ["a + 1 → a - 1", "a + 1 → a + 2", "a + 1 → a + 0"]),
    ("x = True", ["True → False"]),
    ("x = a | b", ["a | b → a", "a | b → b"]),
    ("x = f(a, b=c)", ["f(b=c) → f()"]),
    ("x = (a, b)", ["a → nothing", "b → nothing"]),
    ("x = {a: b}", ["a: b → nothing"]),
    ("x = q.filter(a)", [".filter(a) → nothing"]),
    ("x = q.select_for_update().get()", [".select_for_update() → nothing"]),
    ("x = q.order_by('-a', 'b')", ["order_by('-a', 'b') → order_by('a', '-b')"]),
    ("x = [a for a in b if c]", ["if c → if True"]),
    ("if a:\n    b()", ["if a → not a", "b() → pass"]),
    ("a.b = c", ["a.b = c → pass"]),
    ("raise a", ["raise a → pass"]),
    ("def f():\n    return a", ["return a → return None"]),
]
LEFT_ALONE = [
    "'''Words of 3 < 4.'''",
    "x = _('%(a)s' % {'a': 1})",
    "x = f'{a + 1}'",
    "def f(a: 1 < 2) -> 3: ...",
    "import a",
    "def f():\n    return None",
    "a = b",
]


def made(source):
    return [mutant.change for mutant in changes.find("a.py", source)]


@pytest.mark.parametrize(("source", "expected"), MADE)
def test_each_kind_of_change_is_made(source, expected):
    assert sorted(made(source)) == sorted(expected)


@pytest.mark.parametrize("source", LEFT_ALONE)
def test_what_only_people_read_is_left_alone(source):
    assert made(source) == []


def test_every_change_is_one_place_of_a_file_that_python_still_reads():
    """In a module with all that could put a place wrong: words in other scripts before it, rows
    over several lines, calls in calls."""
    source = (
        "x = {'委中': (1, 2), 'é': f(a, b=[\n    c,  # why\n    d,\n])} if a and not b else g(y\n"
        "    for y in z if y.é == '委' and y > 1)\n"
    )
    found = changes.find("a.py", source)
    assert len(found) > 15
    for mutant in found:
        changed = mutant.applied(source)
        compile(changed, "a.py", "exec")
        assert changed != source
        assert changed.startswith(source.encode()[: mutant.start].decode())
        assert changed.endswith(source.encode()[mutant.end :].decode())


def test_a_change_says_where_without_a_number_of_a_line():
    source = (
        "M = (Move('go', (r.one,)),)\nclass A:\n    def f(self):\n        return 1 < a, 1 < a\n"
    )
    keys = {mutant.key[1:] for mutant in changes.find("a.py", source)}
    assert ("M.go", "r.one → nothing") in keys
    assert ("A.f", "1 < a → 1 <= a") in keys
    assert ("A.f (2)", "1 < a → 1 <= a") in keys, "each has a name of its own"
    assert {m.key[1:] for m in changes.find("a.py", f"\n\n# A comment\n{source}")} == keys


def test_every_selected_file_is_there_with_its_tests():
    plan = mutants.plan_of(mutants.arguments([]))
    for file, tests in plan.tests.items():
        assert [path for path in (file, *tests) if not (ROOT / path).is_file()] == []


def test_every_accepted_mutant_is_of_a_selected_file():
    plan = mutants.plan_of(mutants.arguments([]))
    assert {file for file, *_where in plan.entries} <= plan.tests.keys()


# --- A house of one file, with a test that sees half of it ------------------------------------

RULES = """\
def may_enter(age, names=()):
    if age >= 18:
        return True
    return False
"""
TESTS = """\
from house import rules


def test_a_child_may_not_enter():
    assert rules.may_enter(30) is True
    assert rules.may_enter(3) is False
"""
WHERE = "house/rules.py may_enter"
# `names` is in nobody's way; the other two are a person of exactly 18 or 17.
SURVIVORS = ["age >= 18 → age > 18", "age >= 18 → age >= 17", "age >= 18 → age >= 19"]


def built(tree, rules=RULES, tests=TESTS):
    """The plan of a house in this folder. Its pytest loads as few plugins as it can."""
    left_out = ("cacheprovider", "django", "hypothesispytest", "xdist")
    addopts = " ".join(f"-p no:{name}" for name in left_out)
    files = {
        "house/__init__.py": "",
        "house/rules.py": rules,
        "checks/test_rules.py": tests,
        "pytest.ini": f"[pytest]\naddopts = {addopts}\n",
    }
    for name, text in files.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    played = {"house/rules.py": ["checks/test_rules.py"]}
    return Plan(tree, played, marks="", entries={}, jobs=2)


def state_of(tree):
    return {
        path.relative_to(tree): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in tree.rglob("*")
        if path.is_file()
    }


@pytest.mark.slow
def test_a_change_that_no_test_notices_is_reported_and_no_other(tmp_path, capsys):
    plan = built(tmp_path)
    before = state_of(tmp_path)
    code = mutants.run(plan)
    first, *survivors, last = capsys.readouterr().out.splitlines()
    assert first == "7 of 7 mutants of 1 files, seed 0"
    assert sorted(survivors) == sorted(f"house/rules.py:2 may_enter: {s}" for s in SURVIVORS)
    assert (code, last) == (1, "7 mutants: 4 killed, 0 equivalent, 3 survive")
    assert state_of(tmp_path) == before, "the tree is as it was"


ENDLESS = """\
def may_enter(age):
    while age < 18:
        age += 1
    return age == 18
"""


@pytest.mark.slow
def test_a_change_that_never_ends_counts_as_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(mutants, "START", 2)
    plan = built(tmp_path, ENDLESS, TESTS.replace("(3)", "(31)").replace("(30)", "(3)"))
    [endless] = [m for m in changes.find("house/rules.py", ENDLESS) if m.text == "pass"]
    verdicts = mutants.judge([endless], {"house/rules.py": ENDLESS}, plan)
    assert verdicts == [(endless, False)]


@pytest.mark.slow
@pytest.mark.parametrize("tests", [TESTS.replace("True", "None"), "def nothing(): ..."])
def test_tests_that_do_not_pass_say_nothing_of_a_mutant(tmp_path, tests):
    with pytest.raises(Stopped, match="do not pass on the tree as it is"):
        mutants.run(built(tmp_path, tests=tests))


# --- What is said of the verdicts ---------------------------------------------------------------


FOUND = changes.find("house/rules.py", RULES)
VERDICTS = [(mutant, mutant.change in SURVIVORS) for mutant in FOUND]


def entry(change, reason):
    return f"{WHERE}\n{change}\n{reason}\n\n"


def summed_up(tmp_path, capsys, entries):
    """(exit code, lines printed) where these entries are accepted."""
    file = tmp_path / "equivalent.txt"
    file.write_text(entries)
    entries = accepted.read(file)
    untrue = accepted.unmatched(entries, FOUND, {"house/rules.py"})
    code = mutants.summed_up(VERDICTS, entries, untrue)
    return code, capsys.readouterr().out.splitlines()


def test_a_survivor_that_is_accepted_with_a_reason_fails_nothing(tmp_path, capsys):
    entries = entry(SURVIVORS[0], "equivalent: nobody is exactly 18")
    entries += "".join(entry(one, "known: for the sake of a test") for one in SURVIVORS[1:])
    told = summed_up(tmp_path, capsys, entries)
    assert told == (0, ["7 mutants: 4 killed, 1 equivalent, 2 survive, 2 of them known"])


def test_one_survivor_that_is_not_accepted_fails(tmp_path, capsys):
    entries = "".join(entry(one, "known: for the sake of a test") for one in SURVIVORS[1:])
    told = summed_up(tmp_path, capsys, entries)
    assert told == (1, ["7 mutants: 4 killed, 0 equivalent, 3 survive, 2 of them known"])


def test_an_entry_that_is_not_true_any_more_is_named(tmp_path, capsys):
    entries = entry("age >= 21 → age > 21", "equivalent: it was once 21")
    entries += entry("return True → return None", "equivalent: so somebody thought")
    entries += "".join(entry(one, "known: for the sake of a test") for one in SURVIVORS)
    code, (*named, _last) = summed_up(tmp_path, capsys, entries)
    assert code == 1
    assert named == [
        f"No such mutant any more: {WHERE}: age >= 21 → age > 21",
        f"Not equivalent, a test notices it: {WHERE}: return True → return None",
    ]


def test_an_entry_of_a_file_that_is_not_played_is_not_judged(tmp_path, capsys):
    entries = "".join(entry(one, "known: for the sake of a test") for one in SURVIVORS)
    entries += "house/other.py f\na → b\nequivalent: elsewhere\n"
    assert summed_up(tmp_path, capsys, entries)[0] == 0


def test_the_same_seed_draws_the_same_and_no_more_than_is_asked(tmp_path):
    def drawn(seed):
        return mutants.draw(FOUND, Plan(tmp_path, {}, "", {}, most=3, seed=seed))

    assert drawn(1) == drawn(1)
    assert [len(drawn(seed)) for seed in range(4)] == [3] * 4
    assert len({tuple(drawn(seed)) for seed in range(4)}) > 1


def test_after_its_time_no_mutant_is_tried():
    assert mutants.judged(FOUND[0], {}, None, None, (), time.monotonic() - 1) is None


@pytest.mark.parametrize(
    "text",
    ["house/rules.py may_enter\na → b", entry("a → b", "so be it"), entry("a → b", "known:")],
)
def test_an_entry_without_a_reason_is_refused(tmp_path, text):
    file = tmp_path / "equivalent.txt"
    file.write_text(text)
    with pytest.raises(ValueError, match=r"Not an entry|No reason"):
        accepted.read(file)


def test_a_file_for_which_no_tests_are_selected_is_refused():
    command = [sys.executable, "-m", "tests.mutants", "manage.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (2, "No tests are selected for manage.py.\n")


# --- The project's own tests on a mutant ------------------------------------------------------


@pytest.mark.slow
def test_the_projects_tests_notice_a_rule_that_is_taken_out(capsys):
    """By one test file, with its database: once made, and then read from a file."""
    tests = {"editorial/previews.py": ["tests/test_previews.py"]}
    plan = Plan(ROOT, tests, "not slow", {}, jobs=1)
    source = (ROOT / "editorial/previews.py").read_text()
    [dropped] = [
        mutant
        for mutant in changes.find("editorial/previews.py", source)
        if mutant.change == "may and (not is_overtaken(link, now)) → may"
    ]
    verdicts = mutants.judge([dropped], {"editorial/previews.py": source}, plan)
    assert verdicts == [(dropped, False)]
    assert (ROOT / "editorial/previews.py").read_text() == source
