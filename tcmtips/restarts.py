"""When the database restarts: pages that were only to be read are asked for once more, and where
it is really away, everybody gets a short answer at once."""

import logging

import psycopg
from django.db import InterfaceError, OperationalError, close_old_connections
from django.http import HttpResponse
from django.template.loader import render_to_string

from .postgres.base import Away

logger = logging.getLogger(__name__)

SAFE = ("GET", "HEAD", "OPTIONS")
SECONDS = 5
# What PostgreSQL says when it ends or refuses a session; often there is nobody left to say it.
FAREWELLS = {None, "57P01", "57P02", "57P03", "08000", "08001", "08003", "08004", "08006"}


class DatabaseRestarts:
    """Answers what the loss of the connection made impossible.

    A request that may have changed something is never repeated: nobody knows whether it did.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if getattr(response, "may_be_tried_again", False):
            close_old_connections()
            response = self.get_response(request)
        return response

    def process_exception(self, request, exception):
        return sorry(request, exception) if is_lost(exception) else None


def is_lost(error):
    """Whether an error is the connection's, and not a statement's.

    The connection itself cannot be asked: at the end of a transaction Django may have made a new
    one already.
    """
    if isinstance(error, InterfaceError):
        return error.__cause__ is None  # Django's own: closed within a transaction
    cause = error.__cause__ if isinstance(error, OperationalError) else None
    return isinstance(cause, psycopg.OperationalError) and cause.sqlstate in FAREWELLS


def sorry(request, error):
    """A page that needs no database."""
    logger.warning("No database for %s %s: %s", request.method, request.path, error)
    safe = request.method in SAFE
    page = render_to_string("503.html", {"sent": not safe})
    headers = {"Retry-After": str(SECONDS), "Cache-Control": "no-store"}
    response = HttpResponse(page, status=503, headers=headers)
    # A session that ended is soon replaced; where none could be made, none can be made now.
    response.may_be_tried_again = safe and not isinstance(error.__cause__, Away)
    return response
