"""What the tests know about the rows: nothing that changed one is overlooked."""

from contextlib import contextmanager

import pytest
from django.db import transaction

from editorial.models import Author
from tests import factories as f
from tests.database import everything, read_rows, sql

pytestmark = pytest.mark.django_db


@contextmanager
def taken_back():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_rows_are_remembered_while_they_are_only_looked_at():
    before = everything()
    with taken_back():
        assert Author.objects.count() == 0
        assert everything() is before
    assert everything() is before


WRITES = {
    "a model": lambda: f.author(),
    "an update past the models": lambda: sql("UPDATE editorial_user SET first_name = 'Vera'"),
    "a deletion": lambda: sql("DELETE FROM auth_group_permissions"),
    "a clause before it": lambda: sql(
        "WITH new AS (SELECT 'Vera' AS name) UPDATE editorial_user SET first_name = 'Vera'"
    ),
    "a change of the schema": lambda: sql("CREATE TABLE one_more (id integer)"),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_change_is_seen_wherever_it_is_made(write):
    f.user()
    before = everything()
    with taken_back():
        write()
        changed = everything()
        assert changed == read_rows() != before
        with taken_back():
            f.author()
            assert everything() == read_rows() != changed
        assert everything() is changed
    assert everything() is before
    write()
    assert everything() == read_rows() != before


def test_a_savepoint_that_was_let_go_takes_nothing_back():
    before = everything()
    with transaction.atomic():
        f.author()
    assert everything() == read_rows() != before
