import pytest
from django.core.cache import cache
from django.db import connection

from editorial import triggers


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _flush_needs_lifted_triggers(request, monkeypatch):
    """The one place where tests lift the guards: to empty tables after a test that commits."""
    from django.core.management.commands import flush

    true_handle = flush.Command.handle

    def handle(self, **options):
        with triggers.lifted(connection):
            return true_handle(self, **options)

    monkeypatch.setattr(flush.Command, "handle", handle)
