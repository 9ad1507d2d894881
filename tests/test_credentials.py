"""A credential signs once a second person has looked it up: by form, by post and by script."""

import datetime

import pytest
from django.urls import reverse

from editorial import actions, credentials
from editorial.errors import Refused
from editorial.models import Credential, Event
from tests import desk
from tests import factories as f
from tests.database import everything

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
CHANGES = {
    "kind": "degree",
    "title": "Professor of everything",
    "issuer": "Another Board",
    "number": "S-2",
    "register_url": "https://example.org/other",
    "scope": "Adults",
    "valid_from": "2021-02-03",
    "valid_until": "2199-01-01",
}


@pytest.fixture
def people():
    """Two administrators, each with a second account, and a reviewer."""
    made = {name: f.user("administrator") for name in ("one", "two")}
    for name in ("one", "two"):
        made[f"{name} again"] = f.user("administrator", alias_of=made[name])
    return made


def entered(by, reviewer=None, **fields):
    """A credential as the desk keeps one that nobody has looked up."""
    reviewer = reviewer or f.reviewer()
    reviewer.credentials.all().delete()
    facts = {"checked_at": None, "checked_by": None, "entered_by": by}
    return f.credential(reviewer, **facts | fields)


def looked_up(by, checker, **fields):
    credential = entered(by, **fields)
    credentials.keep(credential, by=checker, at=f.now(), checked=True)
    return Credential.objects.get(pk=credential.pk)


def page_of(client, credential):
    url = reverse("admin:editorial_credential_change", args=[credential.pk])
    return url, desk.values(desk.forms(client.get(url))["credential_form"])


def send(client, by, credential, **changes):
    client.force_login(by)
    url, form = page_of(client, credential)
    return client.post(url, {**form, **changes}, follow=True)


def in_review():
    article = f.article()
    f.move("submit", article, f.user("editor"))
    return article


def may_sign(credential):
    reviewer = credential.reviewer
    try:
        f.move("sign", in_review(), reviewer.user, **f.sign_form(reviewer))
    except Refused as refusal:
        return refusal.sentence
    return True


# --- Who looks it up ---------------------------------------------------------------------------


def test_one_administrator_alone_makes_no_credential_that_signs(client):
    """The whole way: a profile for oneself, a credential, one's own look-up, a signature."""
    alone = f.user("superuser")
    client.force_login(alone)
    url = reverse("admin:editorial_reviewer_add")
    empty = desk.values(desk.forms(client.get(url))["reviewer_form"])
    profile = {"name": "Me Sample", "slug": "me", "user": alone.pk}
    assert client.post(url, {**empty, **profile}).status_code == 302
    facts = {
        "reviewer": alone.reviewer.pk,
        **{name: value for name, value in CHANGES.items() if name != "register_url"},
    }
    url = reverse("admin:editorial_credential_add")
    before = everything()
    page = client.post(url, {**facts, "checked": "on"})
    assert "You hold this credential" in page.text
    assert everything() == before
    assert client.post(url, facts).status_code == 302
    credential = Credential.objects.get()
    assert credential.entered_by == alone
    assert "You hold this credential" in send(client, alone, credential, checked="on").text
    with pytest.raises(Refused, match="You hold this credential"):
        credentials.keep(credential, by=alone, at=f.now(), checked=True)
    article = in_review()
    before = everything()
    answers = {**f.sign_form(alone.reviewer), "credential": credential.pk, "has_read": "on"}
    token = actions.Token.of(article)
    answers |= {name: getattr(token, name) for name in ("version", "revision", "digest")}
    page = client.post(desk.url(desk.head(article), "move", "sign"), answers)
    assert page.status_code == 403
    assert "waits for a second person" in page.text
    assert everything() == before


@pytest.mark.parametrize("who", ["one", "one again"])
def test_who_entered_it_does_not_look_it_up_by_any_account(client, people, who):
    credential = entered(people["one"])
    before = everything()
    page = send(client, people[who], credential, checked="on")
    assert "You entered what stands here" in page.text
    with pytest.raises(Refused, match="You entered what stands here"):
        credentials.keep(credential, by=people[who], at=f.now(), checked=True)
    assert everything() == before
    assert "waits for a second person" in may_sign(credential)


@pytest.mark.parametrize("who", ["two", "two again"])
def test_its_holder_does_not_look_it_up_by_any_account(client, people, who):
    credential = entered(people["one"], f.reviewer(people["two"]))
    before = everything()
    assert "You hold this credential" in send(client, people[who], credential, checked="on").text
    with pytest.raises(Refused, match="You hold this credential"):
        credentials.keep(credential, by=people[who], at=f.now(), checked=True)
    assert everything() == before


def test_only_who_keeps_credentials_looks_them_up(people):
    credential = entered(people["one"])
    for role in ("writer", "editor", "reviewer"):
        with pytest.raises(Refused, match="administrator"):
            credentials.keep(credential, by=f.user(role), at=f.now(), checked=True)


def test_a_second_person_looks_it_up_and_it_signs(client, people):
    credential = entered(people["one"])
    assert "waits for a second person" in may_sign(credential)
    send(client, people["two"], credential, checked="on")
    credential.refresh_from_db()
    assert (credential.checked_by, credential.entered_by) == (people["two"], people["one"])
    assert may_sign(credential) is True
    line = Event.objects.get(move="credential_checked")
    assert (line.actor, line.rows[0][0]) == (people["two"], "editorial_credential")


def test_a_look_up_that_its_holder_wrote_past_the_desk_counts_for_nothing(people):
    credential = entered(people["one"])
    holder = credential.reviewer.user
    Credential.objects.filter(pk=credential.pk).update(checked_at=f.now(), checked_by=holder)
    assert "waits for a second person" in may_sign(credential)


def test_what_a_script_sets_on_the_row_is_not_kept_as_a_look_up(people):
    credential = entered(people["one"])
    credential.checked_at, credential.checked_by = f.now().date(), people["two"]
    credentials.keep(credential, by=people["one"], at=f.now())
    credential.refresh_from_db()
    assert credential.checked_at is None


def test_a_look_up_ends_to_count_once_the_two_turn_out_to_be_one_person(people):
    credential = looked_up(people["one"], people["two"])
    assert may_sign(credential) is True
    people["one again"].delete()
    people["one"].alias_of = people["two"]
    people["one"].save()
    assert "waits for a second person" in may_sign(credential)


def test_who_entered_an_older_row_is_unknown_and_it_stands(people):
    credential = looked_up(None, people["two"])
    assert may_sign(credential) is True


def test_a_house_of_two_lets_who_entered_it_look_it_up_and_says_so(client, people, settings):
    settings.HOUSE_OF_TWO = True
    credential = entered(people["one"], f.reviewer(people["two"]))
    with pytest.raises(Refused, match="You hold this credential"):
        credentials.keep(credential, by=people["two"], at=f.now(), checked=True)
    public = credential.reviewer.get_absolute_url()
    said = "Entered and looked up by the same person"
    assert said not in client.get(public).text
    client.force_login(people["one"])
    url = reverse("admin:editorial_credential_change", args=[credential.pk])
    assert "nor who entered it" not in client.get(url).text
    send(client, people["one"], credential, checked="on")
    assert Credential.objects.valid(f.now()).filter(pk=credential.pk).exists()
    assert said in client.get(public).text
    settings.HOUSE_OF_TWO = False
    assert not Credential.objects.valid(f.now()).filter(pk=credential.pk).exists()


def test_in_a_house_of_two_no_third_person_is_spoken_of(people, settings):
    settings.HOUSE_OF_TWO = True
    assert "an administrator looks it up first" in may_sign(entered(people["one"]))


def test_readers_are_not_told_of_a_look_up_by_the_holder(client, people):
    credential = looked_up(people["one"], people["two"])
    public = credential.reviewer.get_absolute_url()
    assert "checked by us" in client.get(public).text
    Credential.objects.update(checked_by=credential.reviewer.user, number="S-9")
    assert "checked by us" not in client.get(f"{public}?again").text


# --- What ends it ------------------------------------------------------------------------------


@pytest.mark.parametrize("column", CHANGES)
def test_a_change_after_the_look_up_ends_it_and_says_so(client, people, column):
    assert set(CHANGES) == set(Credential.LOOKED_UP)
    credential = looked_up(people["one"], people["two"])
    page = send(client, people["two"], credential, **{column: CHANGES[column]})
    assert "until a second person has looked it up again" in page.text
    credential.refresh_from_db()
    assert (credential.checked_at, credential.checked_by) == (None, None)
    assert "waits for a second person" in may_sign(credential)
    assert Event.objects.filter(move="credential_look_up_ended").count() == 1
    assert "You entered" in send(client, people["two"], credential, checked="on").text
    send(client, people["one"], credential, checked="on")
    assert may_sign(credential) is True


@pytest.mark.parametrize("column", CHANGES)
def test_a_script_that_saves_another_word_ends_the_look_up(people, column):
    credential = looked_up(people["one"], people["two"])
    setattr(credential, column, CHANGES[column])
    credential.save(update_fields=[column])
    assert Credential.objects.get(pk=credential.pk).checked_at is None


def test_nobody_rewrites_what_waits_and_looks_it_up_alone(client, people):
    credential = entered(people["one"])
    before = everything()
    page = send(client, people["two"], credential, title="Professor", checked="on")
    assert "You entered what stands here" in page.text
    credential.title = "Professor"
    with pytest.raises(Refused, match="You entered what stands here"):
        credentials.keep(credential, by=people["two"], at=f.now(), checked=True)
    assert everything() == before


def test_a_suspension_and_its_reason_leave_the_look_up(client, people):
    credential = looked_up(people["one"], people["two"])
    send(client, people["one"], credential, suspended="on", note="Asked the register.")
    credential.refresh_from_db()
    assert (credential.suspended_by, credential.checked_by) == (people["one"], people["two"])


def test_nobody_makes_ones_own_credential_last_longer_alone(people):
    """Who holds it and keeps credentials too: a later last day is a new thing to look up."""
    credential = looked_up(people["one"], people["two"], valid_until=day(1))
    credential.valid_until = day(999)
    credentials.keep(credential, by=people["two"], at=f.now())
    assert "waits for a second person" in may_sign(credential)
    assert Credential.objects.get(pk=credential.pk).entered_by == people["two"]


def test_a_form_that_was_open_before_a_suspension_was_lifted_keeps_what_stands(people):
    credential = looked_up(people["one"], people["two"])
    old = Credential.objects.get(pk=credential.pk)
    credentials.keep(credential, by=people["two"], at=f.now(), suspended=True)
    old.note = "By phone."
    credentials.keep(old, by=people["one"], at=f.now())
    assert Credential.objects.get(pk=credential.pk).suspended_by == people["two"]


# --- Dates -------------------------------------------------------------------------------------


@pytest.fixture
def signed(people):
    """A credential under which an article was signed five days ago."""
    credential = looked_up(people["one"], people["two"])
    f.publish(f.article(at=f.now() - 6 * DAY), credential.reviewer, at=f.now() - 5 * DAY)
    return credential


def day(offset):
    return (f.now() + offset * DAY).date()


AWAY = [("valid_until", day(-6)), ("valid_from", day(-4))]


@pytest.mark.parametrize(("column", "when"), AWAY)
def test_dates_that_leave_out_a_signature_are_refused(client, signed, people, column, when):
    before = everything()
    on = f"It signed on {day(-5).day} {day(-5):%B %Y}."
    assert on in send(client, people["one"], signed, **{column: when.isoformat()}).text
    setattr(signed, column, when)
    for attempt in (
        signed.save,
        lambda: signed.save(update_fields=[column]),
        lambda: credentials.keep(signed, by=people["one"], at=f.now()),
    ):
        with pytest.raises(Refused, match=r"annul the credential instead\."):
            attempt()
    assert everything() == before


def test_dates_that_leave_out_no_signature_are_taken(client, signed, people):
    send(client, people["one"], signed, valid_until=day(-5).isoformat())
    signed.refresh_from_db()
    assert signed.valid_until == day(-5)
    send(client, people["one"], signed, valid_until="")
    signed.refresh_from_db()
    assert signed.valid_until is None


def test_a_signature_made_before_its_look_up_ended_stands(client, signed, people):
    article = signed.signoffs.get().content.typed
    send(client, people["one"], signed, title="Doctor")
    assert 'data-badge="reviewed"' in client.get(article.get_absolute_url()).text


def test_what_signed_is_still_suspended_and_annulled(signed, people):
    credentials.keep(signed, by=people["one"], at=f.now(), suspended=True)
    actions.annul_credential(signed, by=people["one"], at=f.now(), reason="False.")
    assert Credential.objects.get(pk=signed.pk).annulled_at
