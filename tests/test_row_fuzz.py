"""Every row of the house under somebody who has the database in hand: `verify` names each
alteration, and no page gains a badge by one."""

import pytest
from django.conf import settings

from tests.rowfuzz import alterations, house
from tests.rowfuzz.referee import Referee, verify

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


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
    tally = Referee(lifted).play(list(alterations.all_of_them()))
    told(tally, capsys)
    assert [f"{one.table}: {one.way}" for one in tally.missed] == []
    assert tally.gained == []
    assert tally.named.total() > (200 if lifted else 20)


def test_what_nothing_has_to_name_is_told_with_its_reason():
    told_there = (settings.BASE_DIR / "docs" / "security.md").read_text()
    for _table, column in alterations.NO_MEANING:
        assert f"`{column}`" in told_there
