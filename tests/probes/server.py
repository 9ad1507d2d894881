"""The application as it is served, with a few things that only the probes' requests can ask for.

    X-Probe-Clock: 2030-01-01T00:00:00+00:00    the server's clock at this moment
    X-Probe-Meet: 1       wait for one another after all checks, before the move is made
    X-Probe-Without: a b  these guards are out; heard by the control's server alone

None of the three exists outside this file.
"""

import datetime
import os
import threading
from contextlib import ExitStack

import time_machine

from tcmtips.wsgi import application as served

# isort: split
# The line above sets Django up, which the models below need.
from editorial import actions
from tests.probes import guards

BOTH = threading.Barrier(2, timeout=20)
IS_CONTROL = os.environ.get("PROBES_SIDE") == "control"
here = threading.local()


def application(environ, start_response):
    with ExitStack() as during:
        if moment := environ.get("HTTP_X_PROBE_CLOCK"):
            at = datetime.datetime.fromisoformat(moment)
            during.enter_context(time_machine.travel(at))
        if IS_CONTROL:
            names = environ.get("HTTP_X_PROBE_WITHOUT", "").split()
            during.enter_context(guards.without(names))
        here.meets = "HTTP_X_PROBE_MEET" in environ
        return served(environ, start_response)


def make_together(*args, **kwargs):
    """Make a move once another request has come as far, with what each read before."""
    if here.meets:
        BOTH.wait()
    return make(*args, **kwargs)


make, actions.make = actions.make, make_together
if IS_CONTROL:
    guards.install()
