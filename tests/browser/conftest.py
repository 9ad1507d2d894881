"""A real Chromium in front of a live server, with strict policies as in production."""

import os
import shutil
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client

from tests import factories as f
from tests.support.standing import standing

# Playwright runs an event loop in this thread; the ORM calls of the tests are not async.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def pytest_collection_modifyitems(items):
    for item in items:
        if "browser" in item.nodeid.split("::")[0].split("/"):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session")
def browser_type_launch_args():
    return {"executable_path": CHROMIUM, "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args():
    return {"viewport": {"width": 1280, "height": 900}, "locale": "en-GB"}


@pytest.fixture(scope="session", autouse=True)
def _last_connections_may_end():
    """Threads of the live server end when the browser lets go of them, which may be after the
    server has stopped: the one connection in memory stays theirs to close until then."""
    connection.inc_thread_sharing()


class Visitor:
    """Somebody with a browser of their own; notes what its console and network complain of."""

    def __init__(self, browser, base, presence=False, **context):
        self.base = base
        self.context = browser.new_context(
            **{"viewport": {"width": 1280, "height": 900}, **context}
        )
        if not presence:
            # Forms say by themselves that they are open, whenever they like; with one connection
            # for test and server that would fall into the middle of a test's own statements.
            self.context.route("**/open/", lambda route: route.fulfill(json={"others": []}))
        self.page = self.context.new_page()
        self.complaints, self.requests = [], []
        self.page.on("console", self.note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def note(self, message):
        # A page that answers 404, 409, 410, 422 or 403 on purpose is no complaint.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def open(self, path):
        return self.page.goto(self.base + path)

    def log_in(self, user):
        """Be logged in, at the desk's first page."""
        client = Client()
        client.force_login(user)
        key = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": self.base}]
        )
        self.open("/admin/")
        return self

    def log_in_by_form(self, user):
        self.open("/admin/")
        self.page.fill("#id_username", user.username)
        self.page.fill("#id_password", "demo")
        self.page.click("[type=submit]")
        self.page.wait_for_url("**/admin/")
        return self


@pytest.fixture
def visitor(browser, live_server):
    """visitor(user=None, presence=False, **context): a new browser, logged in where a user is
    given. Its open forms are seen by colleagues where `presence` is on."""
    opened = []

    def make(user=None, **context):
        made = Visitor(browser, live_server.url, **context)
        opened.append(made)
        return made.log_in(user) if user else made

    yield make
    for made in opened:
        made.page.on("dialog", lambda dialog: dialog.accept())
        made.page.goto("about:blank")
        made.page.wait_for_timeout(50)  # for what a page says when it is left
        made.context.close()


def small_house():
    """A writer, an editor, a reviewer, and the points they need."""
    writer = f.user("writer", username="wanda", first_name="Wanda", last_name="Sample")
    editor = f.user("editor", username="edith", first_name="Edith", last_name="Sample")
    account = f.user("reviewer", username="vera", first_name="Vera", last_name="Sample")
    reviewer = f.reviewer(account, name="Dr Vera Sample")
    author = f.author("Wanda Sample", user=writer, bio="Writes in short sentences.")
    f.publish(f.product())
    for code in ("BL40", "ST34", "GB33", "ST35"):
        cautions = [("vessel", "Press only gently here.")] if code == "BL40" else []
        f.publish(f.point(code, cautions=cautions), reviewer)
    return SimpleNamespace(writer=writer, editor=editor, reviewer=reviewer, author=author)


@pytest.fixture
def house(transactional_db):
    return standing(small_house)


def demonstration():
    call_command("seed", demo=True, verbosity=0)


@pytest.fixture
def site(transactional_db):
    """The demonstration, as `make run` seeds it."""
    standing(demonstration)


@pytest.fixture
def people(house):
    """The house with addresses, a second editor and a second reviewer."""
    for user in (house.writer, house.editor, house.reviewer.user):
        user.email = f"{user.username}@sample.example"
        user.save()
    house.approver = f.user(
        "editor",
        username="abel",
        first_name="Abel",
        last_name="Sample",
        email="abel@sample.example",
    )
    house.busy = f.reviewer(
        f.user(
            "reviewer",
            username="otto",
            first_name="Otto",
            last_name="Sample",
            email="otto@sample.example",
        ),
        name="Dr Otto Sample",
    )
    mail.outbox.clear()
    return house
