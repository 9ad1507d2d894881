"""Every row of the house under somebody who has the database in hand: `verify` names each
alteration, and no page gains a badge by one."""

import pytest
from django.conf import settings
from django.db import connection

from tests.rowfuzz import alterations, house
from tests.rowfuzz.referee import Referee, verify

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


# What a row without its triggers says is read the same way on every database: elsewhere every third
# alteration is tried. `pytest tests/test_row_fuzz.py` on SQLite tries all.
IS_SQLITE = connection.vendor == "sqlite"


@pytest.fixture(scope="module")
def site(written):
    return written(house.build)


def told(tally, capsys):
    with capsys.disabled():
        print()
        print(*tally.lines(), sep="\n")


@pytest.fixture
def whole(site, db):
    code, printed = verify()
    assert code == 0, "\n".join(printed)


def test_every_table_has_rows_to_alter(whole):
    for model in alterations.tables():
        assert model._base_manager.exists(), model


@pytest.mark.parametrize("lifted", [True, False], ids=["triggers lifted", "triggers on"])
def test_each_alteration_is_named_and_gains_no_badge(whole, lifted, capsys):
    attacks = list(alterations.all_of_them())[:: 1 if IS_SQLITE or not lifted else 3]
    tally = Referee(lifted).play(attacks)
    told(tally, capsys)
    assert [f"{one.table}: {one.way}" for one in tally.missed] == []
    assert tally.gained == []
    assert tally.named.total() > (len(attacks) // 2 if lifted else 20)


def test_what_nothing_has_to_name_is_told_with_its_reason():
    told_there = (settings.BASE_DIR / "docs" / "security.md").read_text()
    for _table, column in alterations.NO_MEANING:
        assert f"`{column}`" in told_there
