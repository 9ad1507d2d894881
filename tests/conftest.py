import gc
from contextlib import ExitStack

import pytest
from django.core.cache import cache
from django.core.management.commands import flush
from django.db import connection, transaction
from django.test import TransactionTestCase

from editorial import triggers
from tests.support import standing


def pytest_addoption(parser):
    parser.addoption("--rewrite-access", action="store_true", help="write tests/access_*.csv anew")


def pytest_collection_modifyitems(config, items):
    """What needs PostgreSQL is left out elsewhere, and counted as deselected. Slow tests come
    first: where several workers share them, none waits in the end for another's long one."""
    for item in items:
        if not reaches_a_database(item):
            item.add_marker(pytest.mark.once)
    items.sort(key=lambda item: commits(item) or not item.get_closest_marker("slow"))
    if connection.vendor != "postgresql":
        left_out = [item for item in items if item.get_closest_marker("postgres")]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


def pytest_collection_finish(session):
    """What was imported and collected stays; looking through it for garbage costs a tenth."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def reaches_a_database(item):
    """Where a test asks for no database, pytest-django refuses it every one; a process that it
    starts is not held back by that."""
    asked = any(map(item.get_closest_marker, ("django_db", "postgres", "process")))
    return asked or not {"db", "transactional_db", "live_server"}.isdisjoint(item.fixturenames)


def commits(item):
    """Such a test keeps its place behind those that only take back what they did."""
    mark = item.get_closest_marker("django_db")
    transactional = {"transactional_db", "live_server"}.intersection(item.fixturenames)
    return bool(transactional or (mark and mark.kwargs.get("transaction")))


@pytest.fixture(autouse=True)
def _empty_cache():
    from tests.factories import forget_head

    cache.clear()
    forget_head()
    yield
    cache.clear()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Before the database is dropped, sessions that a thread or a worker left behind are ended:
    a server may take a moment to see that its client has gone."""
    with django_db_blocker.unblock():
        standing.keep(standing.MIGRATED)
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND usename = current_user "
                "AND pid <> pg_backend_pid()"
            )


@pytest.fixture(scope="module")
def written(django_db_setup, django_db_blocker):
    """Takes a function that writes rows, for all tests of a module; returns what it returns.

    The rows go when the module ends, and what a test does to them when the test ends. Tests take
    a deep copy of the objects, as Django's setUpTestData gives them.
    """

    def write(build):
        with django_db_blocker.unblock():
            made = build()
            connection.check_constraints()  # PostgreSQL alters no table that waits for a check
            return made

    with ExitStack() as open_transaction:
        with django_db_blocker.unblock():
            open_transaction.enter_context(transaction.atomic())
        yield write
        with django_db_blocker.unblock():
            transaction.set_rollback(True)
            open_transaction.close()


@pytest.fixture(autouse=True, scope="session")
def _flush_lifts_triggers():
    """The one place where tests lift the guards: to empty tables after a test that commits."""
    true_handle = flush.Command.handle

    def handle(self, **options):
        with triggers.lifted(connection):
            return true_handle(self, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush.Command, "handle", handle)
        yield


@pytest.fixture(autouse=True, scope="session")
def _flushes_are_spared():
    """After a test that commits, the database stands as it was kept before the first one, which
    is quicker than to empty each table and write anew what a migration writes."""
    flushed = TransactionTestCase._fixture_teardown

    def teardown(self):
        if not standing.bring_back(standing.MIGRATED):
            flushed(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield
