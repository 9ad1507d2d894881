"""What a request meets when the database restarts or is away: one more try where nothing can have
been changed, a short answer at once else, and never a repeated write."""

import gc
import socket
import threading
import time
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import (
    OperationalError,
    close_old_connections,
    connection,
    connections,
    transaction,
)
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from tcmtips import urls
from tcmtips.urls import handler404, handler500  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

here = threading.local()


def end_own_session():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def ask_database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def happen():
    """What the test has laid out for this call, the last of it for all further ones."""
    here.calls += 1
    (here.plan.pop(0) if len(here.plan) > 1 else here.plan[0])()


@csrf_exempt
def view(request):
    happen()
    return HttpResponse("done")


@csrf_exempt
def view_in_transaction(request):
    with transaction.atomic():
        ask_database()
        happen()
    return HttpResponse("done")


def clumsy_middleware(get_response):
    """One that asks the database after the view, as the one for sessions does."""

    def middleware(request):
        response = get_response(request)
        happen()
        return response

    return middleware


urlpatterns = [
    path("view/", view),
    path("view-in-transaction/", view_in_transaction),
    *urls.urlpatterns,
]


def plan(*steps):
    here.plan, here.calls = list(steps), 0


@pytest.fixture
def _django_db_helper(django_db_setup, django_db_blocker):
    """In place of pytest-django's: no transaction around, and, as nothing is written, no flush."""
    with django_db_blocker.unblock():
        yield
        connection.close()


@pytest.fixture
def client():
    """A visitor to whom an error of the server's is an answer."""
    return Client(raise_request_exception=False)


def is_sorry(response):
    return response.status_code == 503 and 0 < int(response.headers["Retry-After"]) < 30


# --- A restart between and within requests -------------------------------------------------

postgres = pytest.mark.postgres
VIEWS = ("/view/", "/view-in-transaction/")


@postgres
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("address", VIEWS)
def test_a_session_that_ended_since_the_last_request_costs_nothing(client, method, address):
    plan(ask_database)
    assert client.get(address).status_code == 200
    end_session(connection.connection.info.backend_pid)
    plan(ask_database)
    close_old_connections()  # as before every request but a test client's
    assert getattr(client, method)(address).content == b"done"
    assert here.calls == 1


def end_session(pid):
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    other.close()


@postgres
@pytest.mark.parametrize("address", VIEWS)
def test_a_page_whose_session_ends_half_way_is_asked_for_once_more(client, address):
    plan(end_own_session, ask_database)
    assert client.get(address).content == b"done"
    assert here.calls == 2


@postgres
@pytest.mark.parametrize("address", VIEWS)
def test_a_page_is_never_asked_for_a_third_time(client, address):
    plan(end_own_session)
    assert is_sorry(client.get(address))
    assert here.calls == 2


@postgres
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("address", VIEWS)
def test_what_may_have_changed_something_is_never_repeated(client, method, address):
    plan(end_own_session, ask_database)
    response = getattr(client, method)(address)
    assert is_sorry(response)
    assert "may have been saved or not" in response.content.decode()
    assert here.calls == 1


@postgres
@pytest.mark.parametrize(("method", "calls"), [("get", 2), ("post", 1)])
def test_a_session_that_ends_under_a_middleware_is_no_error_500(client, method, calls):
    clumsy = [*settings.MIDDLEWARE, f"{__name__}.clumsy_middleware"]
    with override_settings(MIDDLEWARE=clumsy):
        plan(end_own_session)
        assert is_sorry(getattr(Client(raise_request_exception=False), method)("/healthz"))
    assert here.calls == calls


@postgres
def test_a_statement_that_fails_is_an_error_500_and_not_repeated(client):
    def take_too_long():
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 10; SELECT pg_sleep(1)")

    plan(take_too_long, ask_database)
    assert client.get("/view/").status_code == 500
    assert here.calls == 1


@pytest.mark.parametrize("error", [OperationalError("database is locked"), ValueError()])
def test_an_error_with_a_sound_connection_is_an_error_500_and_not_repeated(client, error):
    def fail():
        ask_database()
        raise error

    plan(fail, ask_database)
    assert client.get("/view/").status_code == 500
    assert here.calls == 1


@postgres
def test_a_thread_that_ends_takes_its_session_along_and_no_others():
    ask_database()
    own, found = connection.connection, []

    def work():
        ask_database()
        found.append(connection.connection)

    gc.disable()  # or it might be that which ends the session
    try:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert found[0] is not own
        assert found[0].closed
        assert not own.closed
    finally:
        gc.enable()


# --- While the database is away ------------------------------------------------------------


@contextmanager
def database_at(port):
    """Within, the database is looked for at another port."""
    connection.close()
    true, connection.settings_dict["PORT"] = connection.settings_dict["PORT"], port
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["PORT"] = true


@contextmanager
def mute_server():
    """A port where connections are taken and nobody ever says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def closed_port():
    with mute_server() as port:
        return port


@contextmanager
def at_most(seconds):
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


@postgres
@pytest.mark.parametrize("path", ["/", "/articles/", "/search/?q=knee", "/admin/", "/feed/"])
def test_while_the_database_is_away_there_is_a_short_answer_at_once(client, path):
    client.cookies["sessionid"] = "a" * 32
    with database_at(closed_port()), at_most(1):
        response = client.get(path)
    assert is_sorry(response)
    assert "does not answer just now" in response.content.decode()
    assert response.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert client.get("/articles/").status_code == 200


@postgres
def test_the_probes_tell_the_process_and_its_database_apart(client):
    with database_at(closed_port()), at_most(2):
        assert client.get("/healthz").status_code == 200
        response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"ready": False, "why": "the database does not answer"}
    assert client.get("/readyz").json() == {"ready": True}


@postgres
def test_a_server_that_says_nothing_is_given_up_soon(client):
    with mute_server() as port, database_at(port):
        with at_most(3):
            assert is_sorry(client.get("/articles/"))
        with at_most(3):
            assert client.get("/readyz").status_code == 503


@postgres
def test_nobody_waits_behind_another_for_a_server_that_says_nothing(client):
    with mute_server() as port, database_at(port):
        client.get("/articles/")  # from here on it is known to be away
        wrapper, began = type(connections["default"]), time.monotonic()
        first = threading.Thread(target=try_alone, args=[connection.copy()])
        first.start()
        while not wrapper.trying.locked():
            assert time.monotonic() - began < 2
        with at_most(0.5):
            assert is_sorry(client.get("/articles/"))
        first.join()
    assert client.get("/articles/").status_code == 200
    assert wrapper.made != wrapper.failed


def try_alone(other):
    with pytest.raises(OperationalError):
        other.ensure_connection()
