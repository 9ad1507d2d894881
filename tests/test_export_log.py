"""An exported log against the stand-alone checker: each way of falsifying it is named."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import rfc8785
from django.conf import settings
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

import verify_log
from editorial.lines import OTHER_LINES
from editorial.models import ReviewRequest
from editorial.moves import MOVES
from tests import factories as f

SCRIPT = Path(settings.BASE_DIR, "verify_log.py")


@pytest.fixture
def export(tmp_path, db, client):
    article = f.publish(f.article(title="Füße, 足, “so”"))
    f.move("withdraw", article, f.user("editor"), reason="Falsch: \u2028 \U0001f9b6 \t ende.")
    path = tmp_path / "log.jsonl"
    call_command("export_log", output=path, verbosity=0)
    (tmp_path / "head.json").write_bytes(client.get("/.well-known/log-head").content)
    return path


def run(path, head=True):
    """The script as anybody would run it: no Django, no packages."""
    arguments = [str(path.parent / "head.json")] if head else []
    return subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), str(path), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def lines_of(path):
    return path.read_text().split("\n")[:-1]


def write(path, lines):
    path.write_text("\n".join(lines) + "\n")


def test_an_untouched_export_holds(export):
    for head in (True, False):
        result = run(export, head)
        assert (result.returncode, result.stderr) == (0, ""), result.stdout
        assert "The log holds" in result.stdout


def test_one_changed_line_is_named(export):
    lines = lines_of(export)
    for number in range(len(lines) - 1):
        line = json.loads(lines[number])
        line["move"] = "approve" if line["move"] != "approve" else "sign"
        write(export, [*lines[:number], json.dumps(line), *lines[number + 1 :]])
        result = run(export)
        assert result.returncode == 1
        assert f"line {number + 1} " in result.stdout


def test_a_changed_line_with_a_hash_that_fits_breaks_the_next(export):
    lines = lines_of(export)
    line = json.loads(lines[0])
    line["at"] = "2020-01-01T00:00:00.000000+00:00"
    line["hash"] = verify_log.hash_of(line)
    write(export, [json.dumps(line), *lines[1:]])
    result = run(export)
    assert result.returncode == 1
    assert "line 2 does not follow" in result.stdout


def test_a_dropped_line_is_named(export):
    lines = lines_of(export)
    write(export, [*lines[:2], *lines[3:]])
    result = run(export)
    assert result.returncode == 1
    assert "line 3 " in result.stdout


def test_the_dropped_last_line_is_named(export):
    lines = lines_of(export)
    write(export, [*lines[:-2], lines[-1]])
    result = run(export, head=False)
    assert result.returncode == 1
    assert "missing" in result.stdout


def test_a_cut_log_with_a_true_end_fails_against_the_published_head(export):
    lines = lines_of(export)
    last = json.loads(lines[-3])
    end = json.dumps({"count": last["seq"], "hash": last["hash"]})
    write(export, [*lines[:-2], end])
    assert run(export, head=False).returncode == 0, "by itself it is whole"
    result = run(export)
    assert result.returncode == 1
    assert f"line {last['seq'] + 1} is missing" in result.stdout


def test_two_swapped_lines_are_named(export):
    lines = lines_of(export)
    write(export, [lines[0], lines[2], lines[1], *lines[3:]])
    result = run(export)
    assert result.returncode == 1
    assert "line 2 " in result.stdout


@pytest.mark.parametrize("text", ["", "\n", "nonsense\n", "[]\n{}\n", '{"count": 0}\n'])
def test_what_is_no_export_is_refused_without_a_traceback(export, text):
    export.write_text(text)
    result = run(export)
    assert (result.returncode, result.stderr) == (1, "")


def test_a_newer_log_holds_against_an_older_head(export):
    f.article()
    call_command("export_log", output=export, verbosity=0)
    assert run(export).returncode == 0


facts = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(facts)
def test_its_bytes_are_those_of_the_library(value):
    try:
        expected = rfc8785.dumps(value)
    except (UnicodeEncodeError, rfc8785.CanonicalizationError):
        return  # half a character, which no log line holds
    assert verify_log.canonical(value).encode() == expected


def test_the_desks_filter_knows_every_name_that_a_line_is_written_with():
    apps = ("editorial", "acupoints", "products", "articles", "tcmtips")
    code = "".join(
        p.read_text() for app in apps for p in Path(settings.BASE_DIR, app).rglob("*.py")
    )
    written = set(re.findall(r'(?:log\.write|write_line)\(\s*"(\w+)"', code))
    assert {"save", "hold", "preview_made"} <= written
    statuses = {f"review_{status}" for status in ReviewRequest.Status if status != "done"}
    assert written | statuses <= {*MOVES, *OTHER_LINES}
