"""Every move and act x every role by form post, each from the same state: with a true token and
a complete form, with holes in the token, and with ids of other things.

tests/access_moves.csv has a row for each move and act; a cell says what the role is answered.
`pytest tests/test_access_moves.py --rewrite-access` writes it anew, to be read line by line.
"""

import copy
import csv
import datetime
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from articles.models import ArticleRevision, Source
from editorial import decide, previews, redaction, reviewing, sources
from editorial.actions import Token
from editorial.acts import ACTS
from editorial.models import Revision
from editorial.moves import MOVES
from tests import desk
from tests import factories as f
from tests.database import everything
from tests.test_access import ROLES

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.once]

TABLE = Path(__file__).with_name("access_moves.csv")
REFUSED = ("login", "403", "404", "409", "422")


@dataclass
class Attempt:
    """A move or an act, the revision in its address, whose token is sent, and its form."""

    name: str
    revision: Revision
    token: Token
    data: dict

    @property
    def address(self):
        name = self.name.split(":")[0]
        if name == "save":
            return desk.url(self.revision)
        return desk.url(self.revision, "move" if name in MOVES else "act", name)

    def sent(self):
        parts = ("version", "revision", "digest")
        return {**self.data, **{part: getattr(self.token, part) for part in parts}}


# --- The house ---------------------------------------------------------------------------


def claiming(words, by, **fields):
    source = Source(title="A study", url="https://example.org/", supports=words)
    body = f'<p><a href="#source-1">{words}</a></p>'
    return f.article(by=by, body=body + fields.pop("more", ""), children=[source], **fields)


def asked(content, reviewer):
    editor, day = f.user("editor"), f.now().date() + datetime.timedelta(days=7)
    return reviewing.ask(content, reviewer, by=editor, at=f.now(), due_on=day)


def thread_on(content, by):
    content.refresh_from_db()
    token = Token.of(content)
    return reviewing.comment(token, by=by, at=f.now(), text="Which study?", must_fix=True)


def linked(content, by):
    content.refresh_from_db()
    return previews.create(content.head, by=by, at=f.now(), label="Sample paper")[0]


def build():
    """An article of the writer's in each state, and a twin with a row of each kind."""
    writer, reviewer, other, third = f.user("writer"), f.reviewer(), f.reviewer(), f.reviewer()
    people = {
        "visitor": None,
        "writer": writer,
        "other writer": f.user("writer"),
        "editor": f.user("editor"),
        "reviewer": reviewer.user,
        "other reviewer": other.user,
        "administrator": f.user("administrator"),
    }
    assert tuple(people) == ROLES
    point = f.publish(f.point("BL40"))
    draft = claiming("It helps.", writer, more=f.embed("BL40"))
    first = draft.head
    for summary in ("The second.", "The third."):
        f.revise(draft, summary=summary)
    redaction.ask(first, by=f.user("administrator"), at=f.now(), reason="A name stands in it.")
    draft.refresh_from_db()
    f.revise(point, uses="Stiff knees")
    f.publish(point)

    waiting, twin = claiming("It works.", writer), claiming("It works twice.", writer)
    for content in (waiting, twin):
        f.move("submit", content, writer)
    published, revised, unreviewed, withdrawn = (f.article(by=writer) for _ in range(4))
    signed = f.article(by=writer)
    f.sign(signed, reviewer)
    for content in (published, revised, withdrawn):
        f.publish(content)
    f.move("withdraw", withdrawn, f.user("editor"), reason="It was wrong.")
    f.revise(revised, by=writer, summary="Newer.")
    f.move("emergency", unreviewed, f.user("editor"), reason="It cannot wait.")
    twice = f.article(by=writer)
    f.sign(twice, third)
    contents = {
        "draft": draft,
        "waiting": waiting,
        "signed": signed,
        "published": published,
        "revised": revised,
        "unreviewed": unreviewed,
        "withdrawn": withdrawn,
        "twin": twin,
        "product": f.product(by=writer),
    }
    rows = {
        "request": asked(waiting, reviewer),
        "thread": thread_on(draft, reviewer.user),
        "link": linked(draft, writer),
        "signoff": signed.signoffs.get(),
        "claim": claim_of(waiting),
        "twin's request": asked(twin, reviewer),
        "third's request": asked(waiting, third),
        "twin's thread": thread_on(twin, reviewer.user),
        "twin's link": linked(twin, writer),
        "twin's claim": claim_of(twin),
        "third's signoff": twice.signoffs.get(),
        "third's credential": third.credentials.get(),
        "writer's profile": f.reviewer(writer),
        "retired": f.reviewer(
            deactivated_at=f.now(), deactivated_by=people["editor"], deactivation_reason="Moved."
        ),
    }
    rows["answer"] = reviewing.reply(
        rows["thread"], by=people["editor"], at=f.now(), text="The second one."
    )
    for content in contents.values():
        content.refresh_from_db()
    credentials = {
        role: person.reviewer.credentials.get().pk
        for role, person in people.items()
        if role in ("reviewer", "other reviewer")
    }
    return {
        "people": people,
        "contents": contents,
        "rows": rows,
        "old": list(draft.revisions.order_by("number")),
        "third": third,
        "fourth": f.reviewer(),
        "credentials": credentials,
    }


def claim_of(content):
    content.refresh_from_db()
    (claim,) = sources.claims_of(content.head)
    return claim.digest


@pytest.fixture(scope="module")
def written_house(written):
    return written(build)


@pytest.fixture
def house(written_house, db):
    return copy.deepcopy(written_house)


@pytest.fixture
def clients(house):
    made = {role: Client(raise_request_exception=False) for role in ROLES}
    for role, person in house["people"].items():
        if person:
            made[role].force_login(person)
    return made


@pytest.fixture
def unrendered(monkeypatch):
    """Status codes without their pages and what is gathered for them, which the first test below
    renders for each refusal."""

    def render(request, template, context, status=200):
        return HttpResponse(status=status)

    monkeypatch.setattr(decide, "render", render)
    monkeypatch.setattr(decide, "Panel", lambda *about: None)
    monkeypatch.setattr(decide.DecideMixin, "offers", lambda admin, panel, bound: [])


# --- Attempts ----------------------------------------------------------------------------


def forms(house, clients):
    """{name: (content, complete form, revision in the address or None for the head)}"""
    rows, third, old = house["rows"], house["third"].pk, house["old"]
    now, reason = f.now(), {"reason": "Because."}
    draft = desk.draft_form(clients["writer"], house["contents"]["draft"].head.typed)
    signing = {
        "scope": "The whole text",
        "conflict_statement": "None.",
        "next_review_on": (now + datetime.timedelta(days=300)).date().isoformat(),
        "has_read": "on",
    }
    live = {"go_live_at": (now + datetime.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")}
    due = (now + datetime.timedelta(days=7)).date().isoformat()
    request = {"request": rows["request"].pk}
    return {
        "save": ("draft", {**draft, "summary": "Changed."}, None),
        "submit": ("draft", {}, None),
        "sign": ("waiting", signing, None),
        "approve": ("signed", {}, None),
        "schedule": ("signed", live, None),
        "request_changes": ("waiting", reason, None),
        "recall": ("waiting", {}, None),
        "discard": ("revised", {}, None),
        "put_away": ("draft", {}, None),
        "emergency": ("draft", reason | {"sure": "on"}, None),
        "confirm": ("unreviewed", {}, None),
        "withdraw": ("published", reason | {"sure": "on"}, None),
        "return": ("withdrawn", {}, None),
        "ask": ("signed", {"reviewer": third, "due_on": due}, None),
        "accept": ("waiting", request, None),
        "decline": ("waiting", request | reason, None),
        "delegate": ("waiting", request | reason | {"to": house["fourth"].pk}, None),
        "cancel": ("waiting", request | reason, None),
        "comment": ("waiting", {"text": "Hm.", "must_fix": "on"}, None),
        "reply": ("draft", {"thread": rows["thread"].pk, "text": "Yes."}, None),
        "reply: resolve": ("draft", {"thread": rows["thread"].pk, "verdict": "resolve"}, None),
        "check": ("waiting", {"claim": rows["claim"]}, None),
        "renew": ("draft", {}, None),
        "retract": ("signed", {"signoff": rows["signoff"].pk} | reason, None),
        "annul": ("signed", {"signoff": rows["signoff"].pk} | reason, None),
        "restore": ("draft", {}, old[1]),
        "duplicate": ("draft", {"slug": "the-copy"}, None),
        "link": ("draft", {"label": "Sample paper", "days": 7}, None),
        "end_link": ("draft", {"link": rows["link"].pk}, None),
        "ask_redaction": ("draft", reason, old[1]),
        "redact": ("draft", {"sure": "on"}, old[0]),
    }


@pytest.fixture
def attempts(house, clients):
    """{name: {role: Attempt}}, each with a true token in a state in which somebody may."""
    made = {}
    for name, (key, data, revision) in forms(house, clients).items():
        content = house["contents"][key]
        revision = (revision or content.head).typed
        made[name] = {
            role: Attempt(name, revision, Token.of(content), data_of(name, role, data, house))
            for role in ROLES
        }
    return made


def data_of(name, role, data, house):
    """Each reviewer signs with their own credential; the others try with a reviewer's."""
    if name != "sign":
        return data
    credentials = house["credentials"]
    return data | {"credential": credentials.get(role, credentials["reviewer"])}


@contextmanager
def rolled_back():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def answer(client, address, data):
    """What the address answers, as a cell of the table: a status code, or "login"."""
    response = client.post(address, data)
    to_login = response.get("Location", "").startswith(reverse("admin:login"))
    return "login" if to_login else str(response.status_code)


def outcome(client, address, data, before):
    """(cell, whether every table is as it was); whatever was done is taken back."""
    with rolled_back():
        cell = answer(client, address, data)
        return cell, everything() == before


def table():
    with TABLE.open() as file:
        return {row.pop("name"): row for row in csv.DictReader(file)}


def allowed():
    """(name, role) of every attempt that the table says is made."""
    return [(n, role) for n, cells in table().items() for role in ROLES if cells[role] == "302"]


# --- Tests -------------------------------------------------------------------------------


def test_every_move_and_act_has_a_row():
    assert {name.split(":")[0] for name in table()} == {*MOVES, *ACTS}


def test_every_move_and_act_answers_each_role_as_the_table_says(attempts, clients, request):
    before, now = everything(), {}
    for name, by_role in attempts.items():
        now[name] = {}
        for role, attempt in by_role.items():
            cell, same = outcome(clients[role], attempt.address, attempt.sent(), before)
            assert same == (cell != "302"), f"{name} by {role}: {cell}, and yet it was otherwise"
            now[name][role] = cell
    if request.config.getoption("--rewrite-access"):
        with TABLE.open("w", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(["name", *ROLES])
            rows.writerows([name, *cells.values()] for name, cells in now.items())
    assert now == table()


def test_everything_is_possible_for_somebody():
    assert {name for name, _role in allowed()} == set(table())


HOLES = {
    "no version": lambda sent: sent.pop("version"),
    "no revision": lambda sent: sent.pop("revision"),
    "no digest": lambda sent: sent.pop("digest"),
    "an empty digest": lambda sent: sent.update(digest=""),
}


@pytest.mark.usefixtures("unrendered")
def test_whoever_may_is_refused_without_the_whole_token(attempts, clients):
    before = everything()
    found = {}
    for name, role in allowed():
        attempt = attempts[name][role]
        for hole, make in HOLES.items():
            sent = attempt.sent()
            make(sent)
            found[name, role, hole] = outcome(clients[role], attempt.address, sent, before)
    assert len(found) == len(HOLES) * len(allowed()) > 200
    assert {key: got for key, got in found.items() if got != ("422", True)} == {}


def with_token_of(key):
    """The token of another content, sent to the address of this one."""
    return lambda attempt, house: replace(attempt, token=Token.of(house["contents"][key]))


def at_the_twin(attempt, house):
    """Token and form as they should be, sent to the address of another article."""
    return replace(attempt, revision=house["contents"]["twin"].head.typed)


def under_another_kind(attempt, house):
    """The key of another kind's revision in the address, with its own token."""
    product = house["contents"]["product"]
    revision = ArticleRevision(pk=product.head_id)
    return replace(attempt, revision=revision, token=Token.of(product))


@pytest.mark.usefixtures("unrendered")
@pytest.mark.parametrize(
    "swapped",
    [
        with_token_of("twin"),
        with_token_of("product"),
        at_the_twin,
        under_another_kind,
    ],
    ids=["a twin's token", "a product's token", "at the twin", "another kind"],
)
def test_nothing_is_done_to_one_content_with_the_token_of_another(
    swapped, attempts, clients, house
):
    before, accepted = everything(), {}
    for name, by_role in attempts.items():
        for role, attempt in by_role.items():
            tried = swapped(attempt, house)
            got = outcome(clients[role], tried.address, tried.sent(), before)
            if got[0] not in REFUSED or not got[1]:
                accepted[name, role] = got
    assert accepted == {}


# What somebody might put into a form in place of their own: (move or act, field, whose).
SWAPS = [
    *[
        (name, "request", whose)
        for name in ("accept", "decline", "delegate", "cancel")
        for whose in ("twin's request", "nobody's")
    ],
    *[(name, "request", "third's request") for name in ("accept", "decline", "delegate")],
    *[
        (name, "thread", whose)
        for name in ("reply", "reply: resolve")
        for whose in ("twin's thread", "answer", "nobody's")
    ],
    ("check", "claim", "twin's claim"),
    *[
        (name, "signoff", whose)
        for name in ("retract", "annul")
        for whose in ("third's signoff", "nobody's")
    ],
    ("end_link", "link", "twin's link"),
    ("end_link", "link", "nobody's"),
    ("sign", "credential", "third's credential"),
    ("sign", "credential", "nobody's"),
    ("ask", "reviewer", "writer's profile"),
    ("ask", "reviewer", "retired"),
    ("delegate", "to", "writer's profile"),
    ("delegate", "to", "retired"),
]


@pytest.mark.usefixtures("unrendered")
def test_the_id_of_another_thing_is_refused(attempts, clients, house):
    before, accepted = everything(), {}
    for name, field, whose in SWAPS:
        row = 10**9 if whose == "nobody's" else house["rows"][whose]
        for role, attempt in attempts[name].items():
            assert field in attempt.data
            sent = attempt.sent() | {field: getattr(row, "pk", row)}
            got = outcome(clients[role], attempt.address, sent, before)
            if got[0] not in REFUSED or not got[1]:
                accepted[name, field, whose, role] = got
    assert accepted == {}


def test_an_older_revision_in_the_address_saves_nothing(attempts, clients, house):
    """Else the form would carry on from words that its sender did not see."""
    before = everything()
    for role, attempt in attempts["save"].items():
        tried = replace(attempt, revision=house["old"][0].typed)
        cell, same = outcome(clients[role], tried.address, tried.sent(), before)
        assert (cell, same) == ("login" if role == "visitor" else "409", True), role


def test_of_many_at_once_none_goes_by_the_token_of_another(attempts, clients, house):
    before = everything()
    for name, move in MOVES.items():
        for role, attempt in attempts[name].items():
            for key in ("twin", "product"):
                token = replace(attempt.token, content=house["contents"][key].pk)
                chosen = f"{token.content}:{token.version}:{token.revision}:{token.digest}"
                sent = attempt.data | {"move": name, "chosen": chosen}
                cell, same = outcome(clients[role], reverse("admin:bulk_move"), sent, before)
                assert same, (name, role)
                may = move.bulk and role != "visitor" and cell == "200"
                assert may or cell in ("403", "login"), (name, role, cell)


def test_revisions_of_two_contents_are_not_compared(clients, house):
    contents = house["contents"]
    for other in ("twin", "product"):
        for pair in ((other, "draft"), ("draft", other)):
            one, two = (contents[key].head_id for key in pair)
            address = reverse("admin:articles_articlerevision_compare", args=[one, two])
            for role, client in clients.items():
                assert client.get(address).status_code == (302 if role == "visitor" else 404)
