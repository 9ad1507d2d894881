"""People: deleting those who signed is refused, deactivating them leaves what they signed."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.db.models import ProtectedError
from django.urls import reverse

from editorial import actions, roles
from editorial.actions import Token
from editorial.models import Author, Book, Credential, Event, Reviewer, User
from tests import desk
from tests import factories as f
from tests.database import everything

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed():
    reviewer = f.reviewer(name="Vera Sample")
    article = f.article(title="Signed title", authors=[f.author("Nora Sample")])
    f.publish(article, reviewer)
    return article, reviewer


def delete_page(client, obj):
    meta = obj._meta
    url = reverse(f"admin:{meta.app_label}_{meta.model_name}_delete", args=[obj.pk])
    return url, client.get(url)


@pytest.mark.parametrize("who", ["user", "reviewer", "credential"])
def test_deleting_a_signer_is_refused_with_the_list_of_what_they_signed(signed, who, client):
    _article, reviewer = signed
    victim = {
        "user": reviewer.user,
        "reviewer": reviewer,
        "credential": reviewer.credentials.get(),
    }[who]
    client.force_login(f.user("superuser"))
    before = everything()
    url, page = delete_page(client, victim)
    text = page.content.decode()
    assert "Vera Sample signed “Signed title”" in text, "the list names what was signed"
    client.post(url, {"post": "yes"})
    assert everything() == before
    with pytest.raises(ProtectedError, match="Vera Sample signed “Signed title”"):
        victim.delete()
    with pytest.raises(ProtectedError):
        type(victim).objects.filter(pk=victim.pk).delete()
    assert everything() == before


def test_deleting_an_author_in_a_byline_is_refused(signed, client):
    author = Author.objects.get(name="Nora Sample")
    with pytest.raises(ProtectedError):
        author.delete()


def test_deleting_a_writer_is_refused(signed):
    with pytest.raises(ProtectedError):
        signed[0].created_by.delete()


def badge_text(client, article):
    return client.get(article.get_absolute_url()).content.decode()


def test_deactivating_a_reviewer_leaves_name_credential_and_date(signed, client):
    article, reviewer = signed
    before = badge_text(client, article)
    client.force_login(f.user("administrator"))
    url = reverse("admin:editorial_reviewer_change", args=[reviewer.pk])
    form = desk.values(desk.forms(client.get(url))["reviewer_form"])
    form.pop("active")
    assert "Say why" in client.post(url, form).content.decode()
    assert client.post(url, {**form, "deactivation_reason": "Retired."}).status_code == 302
    reviewer.refresh_from_db()
    assert reviewer.deactivated_by is not None
    client.logout()
    after = badge_text(client, article)
    for words in ("Vera Sample", "Licensed acupuncturist", 'data-badge="reviewed"'):
        assert words in before
        assert words in after
    profile = client.get(reviewer.get_absolute_url())
    assert profile.status_code == 200
    assert "No longer reviews for us" in profile.content.decode()
    assert Event.objects.filter(move="reviewer_changed").exists()


def test_a_deactivated_reviewer_signs_nothing_more(signed):
    _article, reviewer = signed
    reviewer.deactivated_at, reviewer.deactivated_by = f.now(), f.user("administrator")
    reviewer.save()
    other = f.article()
    f.move("submit", other, f.user("editor"))
    with pytest.raises(actions.Refused, match="active public profile"):
        f.move("sign", other, reviewer.user, **f.sign_form(reviewer))


def test_deactivating_an_account_leaves_the_badge(signed, client):
    article, reviewer = signed
    reviewer.user.is_active = False
    reviewer.user.save()
    assert 'data-badge="reviewed"' in badge_text(client, article)


def test_renaming_a_reviewer_or_author_changes_no_signed_word(signed, client):
    article, reviewer = signed
    reviewer.name = "Married Sample"
    reviewer.save()
    Author.objects.update(name="Another Sample")
    page = badge_text(client, article)
    assert "Vera Sample" in page
    assert "Married Sample" not in page
    assert 'data-badge="reviewed"' in page


def test_an_account_cannot_change_hands(signed):
    _article, reviewer = signed
    reviewer.user = f.user("reviewer")
    with pytest.raises(DatabaseError), transaction.atomic():
        reviewer.save()


def test_an_alias_points_to_the_first_account_of_a_person():
    first = f.user()
    second = User(username="second", alias_of=first, password="x")
    second.full_clean()
    second.save()
    assert first.person_id == second.person_id
    third = User(username="third", alias_of=second, password="x")
    with pytest.raises(ValidationError, match="first account"):
        third.full_clean()
    first.alias_of = second
    with pytest.raises(ValidationError):
        first.full_clean()


# --- Credentials ---------------------------------------------------------------------------


def day(offset):
    return f.now().date() + datetime.timedelta(days=offset)


@pytest.mark.parametrize(
    ("changes", "may_sign"),
    [
        ({}, True),
        ({"valid_until": day(0)}, True),
        ({"valid_until": day(-1)}, False),
        ({"valid_from": day(0)}, True),
        ({"valid_from": day(1), "valid_until": None}, False),
        ({"valid_until": None}, True),
    ],
)
def test_a_credential_signs_on_its_first_and_last_day_and_no_other(changes, may_sign):
    reviewer = f.reviewer()
    reviewer.credentials.update(**changes)
    assert reviewer.credentials.valid(f.now()).exists() == may_sign


def credential_form(client, credential):
    url = reverse("admin:editorial_credential_change", args=[credential.pk])
    return url, desk.values(desk.forms(client.get(url))["credential_form"])


def test_suspending_and_annulling_keep_who_when_and_why(client):
    administrator = f.user("administrator")
    credential = f.reviewer().credentials.get()
    client.force_login(administrator)
    for switch in ("suspended", "annulled"):
        url, form = credential_form(client, credential)
        assert "Give the reason" in client.post(url, {**form, switch: "on", "note": ""}).text
        assert client.post(url, {**form, switch: "on", "note": "Found false."}).status_code == 302
        credential.refresh_from_db()
        assert getattr(credential, f"{switch}_by") == administrator
        assert getattr(credential, f"{switch}_at")
    assert Event.objects.filter(move="credential_changed", actor=administrator).count() == 2


def test_annulling_takes_the_badge_and_cannot_be_undone(signed, client):
    article, reviewer = signed
    credential = reviewer.credentials.get()
    client.force_login(f.user("administrator"))
    url, form = credential_form(client, credential)
    client.post(url, {**form, "annulled": "on", "note": "Found false."})
    assert 'data-badge="reviewed"' not in badge_text(client, article)
    url, form = credential_form(client, credential)
    form.pop("annulled", None)
    client.post(url, form)
    credential.refresh_from_db()
    assert credential.annulled_at


def test_suspending_keeps_what_was_signed_before(signed, client):
    article, reviewer = signed
    reviewer.credentials.update(suspended_at=f.now(), suspended_by=f.user("administrator"))
    assert 'data-badge="reviewed"' in badge_text(client, article)


def test_only_an_administrator_keeps_credentials(client):
    credential = f.reviewer().credentials.get()
    for role in ("writer", "editor", "reviewer"):
        client.force_login(f.user(role))
        url = reverse("admin:editorial_credential_change", args=[credential.pk])
        assert client.post(url, {"title": "Professor"}).status_code == 403


def test_a_when_without_its_who_is_refused_by_the_database():
    credential = f.reviewer().credentials.get()
    for column in ("checked", "suspended", "annulled"):
        moment = day(0) if column == "checked" else f.now()
        with pytest.raises(DatabaseError), transaction.atomic():
            Credential.objects.filter(pk=credential.pk).update(
                **{f"{column}_at": moment, f"{column}_by": None}
            )


# --- Retracting and annulling signatures ---------------------------------------------------


def test_a_signer_retracts_and_nobody_else(signed, client):
    article, reviewer = signed
    signoff = article.signoffs.get()
    for person in (f.user("editor"), f.user("superuser"), f.reviewer().user):
        with pytest.raises(actions.Refused):
            actions.revoke(signoff, kind="retract", by=person, at=f.now(), reason="No.")
    with pytest.raises(actions.Refused, match="reason"):
        actions.revoke(signoff, kind="retract", by=reviewer.user, at=f.now(), reason=" ")
    actions.revoke(signoff, kind="retract", by=reviewer.user, at=f.now(), reason="Mistaken.")
    assert 'data-badge="reviewed"' not in badge_text(client, article)
    history = client.get(article.get_absolute_url() + "history/").content.decode()
    assert "Mistaken." in history


def test_an_administrator_annuls_a_signature_and_nobody_else(signed, client):
    article, _reviewer = signed
    signoff = article.signoffs.get()
    with pytest.raises(actions.Refused):
        actions.revoke(signoff, kind="annul", by=f.user("editor"), at=f.now(), reason="No.")
    administrator = f.user("administrator")
    actions.revoke(signoff, kind="annul", by=administrator, at=f.now(), reason="False licence.")
    assert 'data-badge="reviewed"' not in badge_text(client, article)
    with pytest.raises(actions.Refused, match="already"):
        actions.revoke(signoff, kind="annul", by=administrator, at=f.now(), reason="Again.")


# --- Roles and books -----------------------------------------------------------------------


def test_groups_have_exactly_the_permissions_of_their_roles():
    for role in roles.ROLES:
        someone = f.user(role.name)
        assert someone.get_all_permissions() == roles.permissions_of(role), role.name


def test_no_role_may_delete_or_see_what_it_has_no_business_with():
    for role in roles.ROLES:
        permissions = roles.permissions_of(role)
        deletes = {name for name in permissions if ".delete_" in name}
        assert deletes <= {
            "editorial.delete_book",
            "acupoints.delete_pointname",
            "acupoints.delete_pointpair",
        }
        assert ("editorial.change_user" in permissions) == (role.name == "administrator")


@pytest.mark.parametrize("number", ["978-1520451399", "9781520451390", "123", "", "978152045139X"])
def test_an_isbn_with_a_wrong_check_digit_is_refused(number):
    with pytest.raises(ValidationError):
        Book(author=f.author(), title="T", isbn=number).full_clean()


@pytest.mark.parametrize("number", ["9789290613831", "978-92-9061-383-1", "92-9061-383-1"])
def test_an_isbn_is_kept_as_thirteen_digits(number):
    book = Book(author=f.author(), title="T", isbn=number)
    book.full_clean()
    assert book.isbn == "978-92-9061-383-1"


def test_a_profile_without_an_account_still_has_its_page(client):
    reviewer = Reviewer.objects.create(name="Nobody Sample", slug="nobody")
    assert client.get(reviewer.get_absolute_url()).status_code == 200
    assert Token.of(f.article()).version


@pytest.mark.parametrize(
    ("name", "initials"),
    [("Vera Sample", "VS"), ("Dr. Vera B. Sample", "VS"), ("Dr", "D"), ("Bo", "B"), ("7", "?")],
)
def test_initials_are_those_of_a_name_without_its_title(name, initials):
    assert Author(name=name).initials == initials
