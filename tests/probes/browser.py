"""Who comes to the site by HTTP: a visitor, and people of the house with a session each."""

import http.client
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from editorial.actions import Token
from tests import desk


@dataclass
class Answer:
    """What the server answered; the helpers of tests/desk.py read forms from it."""

    status_code: int
    content: bytes
    headers: http.client.HTTPMessage


@dataclass
class Order:
    """A form as a page holds it, to be sent now or when it is stale."""

    url: str
    data: dict


class Visitor:
    """Somebody without a session. `headers` go along with each request."""

    def __init__(self, port):
        self.port, self.cookies, self.headers = port, {}, {}

    def get(self, path, at=None):
        """Ask for a page, now or with the server's clock at the moment `at`."""
        return self.ask("GET", path, headers={"X-Probe-Clock": at.isoformat()} if at else {})

    def post(self, path, data, headers=None):
        body = urlencode(data, doseq=True)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, body, {**form, **(headers or {})})

    def ask(self, method, path, body=None, headers=None):
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"Cookie": cookies} if cookies else {}
        if method == "POST":
            sent["Origin"] = f"http://127.0.0.1:{self.port}"
        try:
            line.request(method, path, body, {**sent, **self.headers, **(headers or {})})
            got = line.getresponse()
            answer = Answer(got.status, got.read(), got.headers)
        finally:
            line.close()
        for cookie in got.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: one.value for name, one in SimpleCookie(cookie).items()}
        return answer


class Desk(Visitor):
    """Somebody of the house, logged in as the log-in page asks for it."""

    def __init__(self, port, user):
        super().__init__(port)
        (form,) = desk.forms(self.get("/admin/login/")).values()
        sent = {**desk.values(form), "username": user.username, "password": "demo"}
        answer = self.post("/admin/login/", sent)
        assert answer.status_code == 302, f"{user} cannot log in: {answer.status_code}"

    def draft(self, content):
        """The draft form of the content's head, as its page sends it unchanged."""
        revision = desk.head(content)
        return Order(desk.url(revision), desk.draft_form(self, revision))

    def move(self, content, name):
        """The form of a move, as the page to read and decide on offers it."""
        revision = desk.head(content)
        return Order(desk.url(revision, "move", name), desk.move_form(self, revision, name))

    def forged(self, content, name, **fields):
        """The form of a move that the page does not offer, with a token that is true now."""
        revision = desk.head(content)
        token = Token.of(content)
        true = {"version": token.version, "revision": token.revision, "digest": token.digest}
        return Order(desk.url(revision, "move", name), self.signed(true | fields))

    def signed(self, fields):
        """Fields with the token against forged requests that this session has."""
        return {"csrfmiddlewaretoken": self.cookies["csrftoken"], **fields}

    def send(self, order, headers=None, **changes):
        return self.post(order.url, {**order.data, **changes}, headers)
