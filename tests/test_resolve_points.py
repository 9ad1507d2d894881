"""The command that an outsider's list of spellings is tried with."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db
DATA = Path(__file__).with_name("data")


def run(path):
    """(exit code, lines printed)."""
    out = io.StringIO()
    try:
        call_command("resolve_points", str(path), stdout=out)
    except SystemExit as stop:
        return stop.code, out.getvalue().splitlines()
    return 0, out.getvalue().splitlines()


@pytest.mark.parametrize("name", ["point_spellings.csv", "more_spellings.csv"])
def test_the_kept_lists_are_right(name):
    code, lines = run(DATA / name)
    assert (code, lines) == (0, ["280 right, 0 wrong, 0 differing"])


def test_each_difference_is_printed_and_the_exit_code_is_1(tmp_path):
    path = tmp_path / "mine.csv"
    rows = ["typed,expected_code", "UB40,BL40", "UB40,BL41", "Q7,BL7", "通谷,UNKNOWN"]
    path.write_text("\n".join(rows))
    assert run(path) == (
        1,
        [
            "wrong: 'UB40' expected BL41, found BL40",
            "differing: 'Q7' expected BL7, found UNKNOWN",
            "differing: '通谷' expected UNKNOWN, found AMBIGUOUS:BL66|KI20",
            "1 right, 1 wrong, 2 differing",
        ],
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no columns"),
        (b"typed\nUB40\n", "no columns"),
        (b"typed,expected_code\n", "no rows"),
        (b"typed,expected_code\nUB40\n", "1 rows without"),
        (b"typed,expected_code\n\xff,BL40\n", "no CSV file in UTF-8"),
    ],
)
def test_a_file_that_is_no_list_is_refused(tmp_path, content, why):
    path = tmp_path / "mine.csv"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=why):
        run(path)
    with pytest.raises(CommandError, match="cannot be read"):
        run(tmp_path / "none.csv")


def test_a_point_that_the_database_does_not_hold_is_not_found(client):
    """The resolver knows all points from its files; before an import there is no page for them."""
    for path in ("/acupoints/bl-40/", "/acupoints/UB40/", "/acupoints/dantian/"):
        assert client.get(path).status_code == 404
    assert client.get("/acupoints/").status_code == 200
