"""What an operator sees of refused attempts, and what no line holds."""

import json
import logging
import logging.config

import pytest

from editorial.actions import Token
from editorial.models import Content
from tcmtips import settings
from tests import desk
from tests import factories as f
from tests.test_reviewing import act, logged_in

pytestmark = pytest.mark.django_db

SECRET = "Zebrafish are not told"


@pytest.fixture
def article():
    return f.article(by=f.user("writer"), title=SECRET, summary=SECRET, body=f"<p>{SECRET}</p>")


@pytest.fixture
def lines(caplog):
    """A function that gives the facts of each line so far, as JSON has them."""
    given = settings.LOGGING["formatters"]["json"]
    configurator = logging.config.DictConfigurator(settings.LOGGING)
    formatter = configurator.configure_formatter(dict(given))

    def read():
        found = [r for r in caplog.records if r.name == "tcmtips.refused"]
        texts = [formatter.format(record) for record in found]
        assert not any("\n" in text or SECRET in text for text in texts)
        return [json.loads(text) for text in texts]

    return read


def post_move(client, head, move, **changes):
    token = Token.of_revision(head)
    sent = {"version": token.version, "revision": token.revision, "digest": token.digest}
    return client.post(desk.url(head, "move", move), sent | changes)


def test_a_move_that_is_not_theirs(article, lines):
    head = desk.head(article)
    f.move("submit", article, article.created_by)
    head = desk.head(article)
    assert post_move(logged_in(article.created_by), head, "approve").status_code == 403
    [line] = lines()
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "logger": "tcmtips.refused",
        "message": "refused",
        "user": article.created_by_id,
        "move": "approve",
        "content": article.pk,
        "version": article.version,
        "status": 403,
        "reason": "rules.may",
        "path": desk.url(head, "move", "approve"),
    }


@pytest.mark.parametrize(
    ("changes", "status", "reason", "seen"),
    [
        ({"version": "0"}, 409, "actions.seen", 0),
        ({"version": ""}, 422, "actions.from_post", None),
        ({"version": "7\n{}" + "9" * 400}, 422, "actions.from_post", None),
        ({"digest": SECRET}, 409, "actions.seen", 2),
    ],
)
def test_a_stale_or_missing_token(article, lines, changes, status, reason, seen):
    head = desk.head(article)
    response = post_move(logged_in(article.created_by), head, "submit", **changes)
    assert response.status_code == status
    [line] = lines()
    assert (line["status"], line["reason"], line["version"]) == (status, reason, seen)


def test_a_refusal_that_quotes_the_text_is_recorded_without_it(lines):
    article = f.article(by=f.user("writer"), body=f'<p><a href="#source-2">{SECRET}</a></p>')
    response = post_move(logged_in(article.created_by), desk.head(article), "submit")
    assert response.status_code == 403
    assert SECRET in response.content.decode()
    assert [line["reason"] for line in lines()] == ["rules.claims_have_sources"]


def test_a_form_with_a_wrong_answer(article, lines):
    response = act(logged_in(f.user("editor")), desk.head(article), "ask", due_on=SECRET)
    assert response.status_code == 422
    [line] = lines()
    assert (line["move"], line["reason"], line["content"]) == ("ask", "form", article.pk)


def test_an_act_that_is_refused(article, lines):
    response = act(logged_in(f.user("administrator")), desk.head(article), "comment", text=SECRET)
    assert response.status_code == 403
    [line] = lines()
    assert (line["move"], line["reason"]) == ("comment", "reviewing.comment")


def test_saves_that_are_stale_or_refused(article, lines):
    writer, head = logged_in(article.created_by), desk.head(article)
    form = desk.draft_form(writer, head)
    f.revise(article, summary="Quicker.")
    assert writer.post(desk.url(head), form).status_code == 409
    assert writer.post(desk.url(desk.head(article)), form | {"version": ""}).status_code == 422
    found = [(line["move"], line["status"], line["content"]) for line in lines()]
    assert found == [("save", 409, article.pk), ("save", 422, article.pk)]


def test_a_submission_by_the_save_button(lines):
    article = f.article(by=f.user("writer"), body='<p><a href="#source-2">It cures.</a></p>')
    client = logged_in(article.created_by)
    assert desk.save(client, desk.head(article), summary="New.", _submit="1").status_code == 302
    assert [(line["move"], line["status"]) for line in lines()] == [("submit", 403)]


def test_each_refused_line_of_a_bulk_move(article, lines):
    f.move("submit", article, article.created_by)
    token = Token.of(article)
    chosen = [
        f"{article.pk}:{token.version}:{token.revision}:{token.digest}",
        f"{article.pk}:{token.version - 1}:{token.revision}:{token.digest}",
        SECRET,
    ]
    data = {"move": "approve", "chosen": chosen}
    client = logged_in(f.user("editor"))
    assert client.post("/admin/board/move/", data).status_code == 200
    found = [(li["move"], li["content"], li["version"], li["status"]) for li in lines()]
    assert found == [
        ("approve", article.pk, token.version, 403),
        ("approve", article.pk, token.version - 1, 409),
        ("approve", None, None, 422),
    ]


def test_a_post_without_any_permission(article, lines):
    client = logged_in(f.user(role=""))
    head = desk.head(article)
    assert post_move(client, head, "submit").status_code == 403
    assert client.post("/admin/board/move/", {"move": "approve"}).status_code == 403
    assert client.post(desk.url(head), {}).status_code == 422
    assert [(li["move"], li["status"]) for li in lines()] == [
        ("submit", 403),
        ("approve", 403),
        ("save", 422),
    ]


def test_a_list_that_cannot_be_read(lines):
    client = logged_in(f.user("editor"))
    assert client.post("/admin/acupoints/standardpoint/import/", {}).status_code == 422
    [line] = lines()
    assert (line["status"], line["reason"]) == (422, "form")


def test_looking_and_succeeding_write_nothing(article, lines):
    client, head = logged_in(article.created_by), desk.head(article)
    logged_in(f.user(role="")).get(desk.url(head, "review"))
    assert client.get(desk.url(head, "review")).status_code == 200
    assert post_move(client, head, "submit").status_code == 302
    assert Content.objects.get(pk=article.pk).status == "in_review"
    assert lines() == []
