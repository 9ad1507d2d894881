"""Lines of the log in words: reasons that stand in rows are found, and every line has a name."""

import datetime
import io
import json

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from lxml import html

from acupoints.models import Caution
from editorial import actions, credentials, house, lines, reviewing
from editorial.models import Author, Content, Credential, Event, Reviewer, User
from tests import desk
from tests import factories as f
from tests.test_reviewing import logged_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def article():
    return f.article(by=f.user("writer"))


def told(content):
    """[(what was done, why)] as the log page of a content shows it, oldest first."""
    client = logged_in(f.user("editor"))
    page = client.get(desk.url(desk.head(content), "log")).content.decode()
    rows = html.fromstring(page).xpath("//tbody/tr")
    return [(row[3].text_content(), row[5].text_content()) for row in rows][::-1]


def read_and_decide(content):
    response = logged_in(f.user("editor")).get(desk.url(desk.head(content), "review"))
    return html.fromstring(response.content.decode()).xpath("//ol[@class='events']")[0]


def test_reasons_that_stand_in_rows_are_shown_on_both_pages(article):
    editor, reviewer = f.user("editor"), f.reviewer()
    f.revise(article, summary="Short.", note="Shorter, and the dose put right")
    f.move("submit", article, editor)
    due = f.now().date() + datetime.timedelta(days=5)
    asked = reviewing.ask(
        article, reviewer, by=editor, at=f.now(), due_on=due, note="You know this best."
    )
    reviewing.decline(asked, by=reviewer.user, at=f.now(), reason="On leave.")
    f.move("request_changes", article, editor, reason="The second source is gone.")
    expected = {
        ("Save draft", "Shorter, and the dose put right"),
        ("Review asked", "You know this best."),
        ("Review declined", "On leave."),
        ("Request changes", "The second source is gone."),
    }
    # A request is one row: asked and answered, each line has its own words of it.
    assert expected <= set(told(article))
    shown = read_and_decide(article)
    assert {words for _what, words in expected} <= set(shown.xpath(".//q/text()"))


def test_a_stop_is_told_with_its_reason(article):
    f.publish(article)
    f.move("submit", article, f.user("editor"))
    f.move("request_changes", article, f.reviewer().user, reason="The dose is wrong.", stop=True)
    words = dict(told(article))["Request changes"]
    assert "The dose is wrong." in words
    assert "stop relying" in words


def test_public_reasons_and_times_stand_in_the_line_itself(article):
    f.sign(article)
    go_live = f.now() + datetime.timedelta(days=3)
    f.move("schedule", article, f.user("editor"), go_live_at=go_live)
    f.revoke(article)
    found = dict(told(article))
    assert found["Approve for a time"] == lines.time_words(go_live)
    assert found["Signature taken back by its signer"] == "I was wrong."
    assert "does not stand" in found["Held back"]


def test_what_was_done_elsewhere_is_told_on_the_page_that_it_touched():
    point, signer = f.point("BL40"), f.reviewer()
    f.publish(point, signer)
    host = f.publish(f.article(body=f.embed("BL40")))
    cautions = [Caution(kind="vessel", text="Not on varicose veins.")]
    f.revise(point, cautions=cautions)
    f.publish(point)
    name = "News of a text that this one uses"
    assert (name, "BL40 Wěizhōng: Not on varicose veins.") in told(host)
    admin = f.user("superuser")
    signed = signer.credentials.get()
    actions.annul_credential(signed, by=admin, at=f.now(), reason="Forged papers.")
    assert ("Credential annulled", "Signatures that count for nothing any more: 1") in told(point)


def test_of_another_content_no_word_is_shown(article):
    other = f.article()
    f.move("submit", other, f.user("editor"))
    f.move("request_changes", other, f.user("editor"), reason="Private words.")
    f.move("submit", article, f.user("editor"))
    assert "Private words." not in str(told(article))


def test_every_line_of_the_house_has_a_name_without_underscores():
    with translation.override("en"):
        assert not [name for name in lines.OTHER_LINES if "_" in str(lines.label_of(name))]
    for name in ("pin", "adopt", "accounts_linked", "return", "credential_annulled"):
        assert lines.label_of(name) != name
    assert lines.label_of("some_older_step") == "some older step"


def test_words_of_any_number_of_lines_cost_two_queries(article):
    for number in range(4):
        f.revise(article, summary=f"Words {number}.", note=f"Note {number}")
        f.move("submit", article, f.user("editor"))
        f.move("request_changes", article, f.user("editor"), reason=f"Reason {number}")
    found = list(Event.objects.filter(content=Content.objects.get()).select_related("revision"))
    with CaptureQueriesContext(connection) as queries:
        worded = lines.add_words(found)
    assert len(queries) <= 2
    assert {f"Reason {number}" for number in range(4)} <= {event.words for event in worded}


# --- Lines about people -----------------------------------------------------------------------


def sent(client, model, row=None, **fields):
    """A form of the desk with these fields, sent; without a row, the one for a new one."""
    page = "change" if row else "add"
    url = reverse(f"admin:editorial_{model}_{page}", args=[row.pk] if row else [])
    form = desk.values(desk.forms(client.get(url))[f"{model}_form"])
    response = client.post(url, {**form, **fields})
    assert response.status_code == 302, response.context_data["adminform"].form.errors


def kept_people(client):
    """Somebody of each kind, made, changed and taken away again at the desk."""
    secret = {"password1": "wren-heath-9", "password2": "wren-heath-9"}
    sent(client, "user", username="quill", **secret)
    account = User.objects.get(username="quill")
    sent(client, "user", account, first_name="Xanthe", last_name="Quill", email="q@quill.example")
    sent(client, "author", name="Xanthe Quill", slug="quill", has_no_account="true")
    author = Author.objects.get()
    sent(client, "author", author, bio="Xanthe Quill writes.")
    sent(client, "reviewer", name="Ysolde Quill", slug="ysolde", user=account.pk)
    reviewer = Reviewer.objects.get()
    sent(client, "reviewer", reviewer, bio="Ysolde Quill reads.")
    facts = {"kind": "licence", "title": "Quill master", "issuer": "Quill Board", "scope": "Quills"}
    sent(client, "credential", reviewer=reviewer.pk, valid_from="2020-01-01", **facts)
    return account, author, reviewer, Credential.objects.get()


def test_no_line_holds_a_word_about_a_person(client):
    client.force_login(f.user("superuser", username="keeper"))
    since = Event.objects.latest("seq").seq
    *people, credential = kept_people(client)
    other, now = f.user("administrator"), f.now()
    credentials.keep(credential, by=other, at=now, checked=True)
    credential.note = "Quill gone."
    credentials.keep(credential, by=other, at=now, suspended=True)
    credential.number = "Quill-2"
    credentials.keep(credential, by=other, at=now)
    actions.annul_credential(credential, by=other, at=now, reason="Quill forged.")
    for row in (credential, people[2], people[1], people[0]):
        url = reverse(f"admin:editorial_{row._meta.model_name}_delete", args=[row.pk])
        assert client.post(url, {"post": "yes"}).status_code == 302
    call_command(
        "createsuperuser", "--no-input", username="quill2", email="a@quill.example", verbosity=0
    )
    written = Event.objects.filter(seq__gt=since)
    moves = set(written.values_list("move", flat=True))
    wanted = {f"{one}_{deed}" for one in KINDS for deed in ("added", "changed", "deleted")}
    deeds = ("checked", "suspended", "look_up_ended", "annulled")
    assert wanted | {f"credential_{deed}" for deed in deeds} <= moves
    for line in written:
        assert "quill" not in json.dumps([line.data, line.rows]).lower(), line
    out = io.StringIO()
    call_command("verify", stdout=out)
    assert out.getvalue().splitlines()[-1].startswith("ok:")


KINDS = ("user", "author", "reviewer", "credential")


def listed(client):
    """{number of a line: (what was done, about whom)} as the desk lists the log."""
    page = client.get(reverse("admin:editorial_event_changelist")).content.decode()
    rows = html.fromstring(page).xpath("//table[@id='result_list']/tbody/tr")
    cells = [[cell.text_content() for cell in row.xpath("th|td[@class]")] for row in rows]
    return {int(row[0]): (row[3], row[4]) for row in cells}


def test_the_desk_names_the_people_whom_lines_are_about(client):
    client.force_login(f.user("superuser", username="keeper"))
    _account, author, _reviewer, _credential = kept_people(client)
    found = set(listed(client).values())
    assert {
        ("Account added", "Xanthe Quill"),
        ("Author changed", "Xanthe Quill"),
        ("Reviewer added", "Ysolde Quill"),
        ("Credential added", "Quill master, Quill Board"),
    } <= found
    key = author.pk
    author.delete()
    assert ("Author added", f"author {key}") in set(listed(client).values())
    line = Event.objects.filter(move="reviewer_added").latest("seq")
    page = client.get(reverse("admin:editorial_event_change", args=[line.pk]))
    assert "Ysolde Quill" in page.content.decode()


def test_a_line_of_an_older_release_that_holds_a_name_stays_true():
    account = f.user("writer")
    data = {"id": account.pk, "name": "Xanthe Quill", "fields": ["first_name"]}
    house.write("user_changed", account, by=account, at=f.now(), data=data)
    out = io.StringIO()
    call_command("verify", stdout=out)
    assert out.getvalue().splitlines()[-1].startswith("ok:")


def test_names_of_any_number_of_lines_cost_a_query_a_table():
    for _number in range(4):
        f.author(user=f.user("writer"))
    found = list(Event.objects.all())
    assert len(found) >= 8
    with CaptureQueriesContext(connection) as queries:
        lines.add_names(found)
    assert len(queries) <= 2
