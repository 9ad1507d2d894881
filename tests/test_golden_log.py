"""What was hashed and signed once is hashed and signed the same way for ever, or old lines, rows
and signatures would count for nothing after an upgrade."""

import pytest

from editorial import log, signing
from editorial.models import SignOff
from tests import golden_log

GOLDEN = golden_log.golden()
ROWS = [(label, layout) for label, layouts in GOLDEN["rows"].items() for layout in layouts]


@pytest.fixture(autouse=True)
def _golden_key(settings):
    settings.SIGNING_KEY = golden_log.KEY


@pytest.mark.parametrize("layout", GOLDEN["lines"])
def test_a_line_keeps_its_hash_and_mac(layout):
    line = golden_log.line_of(GOLDEN["lines"][layout]["columns"])
    assert line.layout == int(layout)
    assert log.hash_of(line) == GOLDEN["lines"][layout]["hash"]
    line.hash = GOLDEN["lines"][layout]["hash"]
    assert signing.line_mac(line) == GOLDEN["lines"][layout]["mac"]
    line.mac = GOLDEN["lines"][layout]["mac"]
    assert signing.is_authentic(line)


def test_every_layout_of_lines_has_its_golden_one():
    assert set(map(int, GOLDEN["lines"])) == signing.LINE_COLUMNS.keys()


def test_an_old_sign_off_keeps_its_mac():
    old = GOLDEN["signoff"]
    assert signing.was_authentic(golden_log.row_of(SignOff, old["columns"] | {"mac": old["mac"]}))


@pytest.mark.parametrize(("label", "layout"), ROWS)
def test_a_row_keeps_its_digest(label, layout):
    golden = GOLDEN["rows"][label][layout]
    model = golden_log.logged_models()[label]
    assert set(model.LOGGED[int(layout)]) == golden["columns"].keys()
    row = golden_log.row_of(model, golden["columns"])
    assert signing.digest_of(row, int(layout)) == golden["digest"]


def test_every_layout_of_rows_has_its_golden_one():
    """python -m tests.golden_log adds one for a layout that is new."""
    models = golden_log.logged_models().items()
    assert set(ROWS) == {(label, str(layout)) for label, m in models for layout in m.LOGGED}
