import pytest
from django.core.cache import cache
from django.core.management.commands import flush
from django.db import connection

from editorial import triggers


def pytest_addoption(parser):
    parser.addoption(
        "--rewrite-access", action="store_true", help="write tests/access_matrix.csv anew"
    )


def pytest_collection_modifyitems(config, items):
    """What needs PostgreSQL is left out elsewhere, and counted as deselected."""
    if connection.vendor != "postgresql":
        left_out = [item for item in items if item.get_closest_marker("postgres")]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()
    yield
    cache.clear()


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
