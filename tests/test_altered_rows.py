"""Rows changed past the application: nothing goes on from them, and no honest step hides it."""

import datetime

import pytest
from django.db import connection

from editorial import actions, credentials, house, standing, triggers, verify
from editorial.errors import Refused
from editorial.models import Content, Credential, Event, User
from tests import factories as f
from tests.reading import badges

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
ALTERED = "changed past this application"


def alter(content, **columns):
    """What somebody with SQL does, triggers on: every change raises the version."""
    version = Content.objects.get(pk=content.pk).version + 1
    assert Content.objects.filter(pk=content.pk).update(version=version, **columns)


def named(content):
    """Whether `verify` names the content's own row."""
    about = f"Row {content.pk} of editorial_content is not what the log says was written."
    return about in [str(sentence) for _about, sentence in verify.faults(f.now())]


# --- The row of a page -------------------------------------------------------------------------


COLUMNS = {
    "slug": "another-address",
    "first_live_at": f.now() - 900 * DAY,
    "emergency_until": f.now() + DAY,
}


@pytest.mark.parametrize("column", COLUMNS)
def test_no_step_goes_on_from_an_altered_row(client, column):
    article = f.publish(f.article())
    alter(article, **{column: COLUMNS[column]})
    article.refresh_from_db()
    assert not badges(client, article)
    with pytest.raises(Refused, match=ALTERED):
        f.move("submit", article, f.user("editor"))
    with pytest.raises(Refused, match=ALTERED):
        f.revise(article, summary="Newer.")
    assert named(article)


def test_an_altered_row_is_withdrawn_all_the_same_and_stays_named():
    article = f.publish(f.article())
    alter(article, first_live_at=f.now() - 900 * DAY)
    f.move("withdraw", article, f.user("editor"), reason="Somebody was at the database.")
    assert named(article)
    with pytest.raises(Refused, match=ALTERED):
        f.move("return", article, f.user("editor"))


def test_news_of_a_point_does_not_vouch_for_an_altered_host(client):
    point = f.publish(f.point("BL40"))
    host = f.publish(f.article(body=f.embed("BL40")))
    alter(host, first_live_at=f.now() - 900 * DAY)
    f.move("withdraw", point, f.user("editor"), reason="It was wrong.")
    assert Event.objects.filter(content=host).order_by("-seq").first().move == "pin"
    assert named(host)
    assert not badges(client, host)


def test_a_no_to_an_altered_row_is_heard_and_does_not_vouch_for_it():
    article = f.publish(f.article())
    signoff = article.signoffs.get()
    alter(article, first_live_at=f.now() - 900 * DAY)
    actions.revoke(signoff, kind="retract", by=signoff.signed_by, at=f.now(), reason="Wrong.")
    record = standing.record_of(Content.objects.get(pk=article.pk))
    assert signoff.pk in record.retracted
    assert named(article)


def test_a_row_put_back_as_it_was_goes_on(client):
    article = f.publish(f.article())
    first = article.first_live_at
    alter(article, first_live_at=first - 900 * DAY)
    version = article.version
    with triggers.lifted(connection):
        Content.objects.filter(pk=article.pk).update(version=version, first_live_at=first)
    assert badges(client, article)
    f.move("submit", article, f.user("editor"))


# --- Who signs ---------------------------------------------------------------------------------


@pytest.fixture
def submitted():
    article = f.article()
    f.move("submit", article, f.any_editor())
    return article


def test_a_suspended_credential_that_sql_put_back_signs_nothing(submitted):
    reviewer, admin = f.reviewer(), f.user("administrator")
    (credential,) = reviewer.credentials.all()
    credentials.keep(credential, by=admin, at=f.now(), suspended=True)
    rows = Credential.objects.filter(pk=credential.pk)
    rows.update(suspended_at=None, suspended_by=None)
    with pytest.raises(Refused, match=ALTERED):
        f.sign(submitted, reviewer)
    with pytest.raises(Refused, match=ALTERED):  # no honest change vouches for it
        credentials.keep(rows.get(), by=admin, at=f.now(), checked=True)
    actions.annul_credential(rows.get(), by=admin, at=f.now(), reason="Somebody was at it.")
    with pytest.raises(Refused, match="annulled"):
        f.sign(submitted, reviewer)


def test_a_credential_put_in_by_sql_signs_nothing(submitted):
    reviewer = f.reviewer()
    (credential,) = reviewer.credentials.all()
    credential.pk, credential._state.adding = None, True
    Credential.objects.bulk_create([credential])
    with pytest.raises(Refused, match=ALTERED):
        f.sign(submitted, reviewer, credential=reviewer.credentials.latest("pk"))


def test_an_account_whose_other_half_sql_forgot_signs_nothing():
    writer, reviewer = f.user("writer"), f.reviewer()
    actions.link_accounts(reviewer.user, writer, by=f.user("administrator"), at=f.now())
    article = f.article(by=writer)
    f.move("submit", article, f.any_editor())
    with triggers.lifted(connection):
        User.objects.filter(pk=reviewer.user_id).update(alias_of=None)
    reviewer.refresh_from_db()
    with pytest.raises(Refused, match=ALTERED):
        f.sign(article, reviewer)
    assert house.altered(User.objects.get(pk=reviewer.user_id))


# --- What the record says of what ended ---------------------------------------------------------


def test_what_was_scheduled_beside_a_withdrawn_page_never_was_public():
    article = f.publish(f.article())
    f.revise(article, summary="Newer.")
    f.sign(article)
    f.move("schedule", article, f.user("editor"), go_live_at=f.now() + DAY)
    f.move("withdraw", article, f.user("editor"), reason="It was wrong.")
    record = standing.record_of(article)
    assert [one.revision_id for one in record.publications(f.now() + 2 * DAY)] == [article.live_id]


def test_why_a_signature_of_an_annulled_credential_fell_is_said():
    article = f.publish(f.article())
    signoff, admin = article.signoffs.get(), f.user("administrator")
    actions.annul_credential(signoff.credential, by=admin, at=f.now(), reason="Never given.")
    record = standing.record_of(Content.objects.get(pk=article.pk))
    assert "credential was annulled" in standing.signoff_fault(record, signoff, article.live.seal)


# --- Emergencies ---------------------------------------------------------------------------------


def test_who_confirmed_their_own_emergency_by_another_account_has_not_confirmed_it():
    article = f.article()
    first, second = f.user("editor"), f.user("editor")
    f.move("emergency", article, first, reason="A recall of needles.")
    f.move("confirm", article, second)
    assert badge(article).confirmed
    actions.link_accounts(second, first, by=f.user("administrator"), at=f.now())
    assert not badge(article).confirmed
    assert Content.objects.unconfirmed(f.now()).filter(pk=article.pk).exists()
    assert not [*verify.faults(f.now())]
    f.move("confirm", article, f.user("editor"))
    assert badge(article).confirmed


def badge(content):
    content.refresh_from_db()
    return standing.badge_of(content.live.typed, standing.record_of(content), f.now())
