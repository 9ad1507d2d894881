"""How long a badge stands, what takes it away, and when a sign-off goes on to new words."""

import datetime
import json
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from editorial import actions
from editorial.actions import Token
from editorial.errors import Refused
from editorial.models import Credential, SignOff
from tests import factories as f
from tests.reading import badges, graph_of, status, tree_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]

DAY = datetime.timedelta(days=1)

ZONES = [  # the days on which clocks go forward and back
    ("UTC", datetime.date(2027, 6, 1)),
    ("Europe/Berlin", datetime.date(2027, 3, 28)),
    ("Europe/Berlin", datetime.date(2027, 10, 31)),
    ("America/Los_Angeles", datetime.date(2027, 3, 14)),
    ("America/Los_Angeles", datetime.date(2027, 11, 7)),
]


@pytest.mark.parametrize(("zone", "due"), ZONES)
def test_a_badge_stands_to_the_end_of_the_day_its_review_is_due(client, settings, zone, due):
    settings.TIME_ZONE = zone
    with time_machine.travel(datetime.datetime(2026, 12, 1, 12, tzinfo=ZoneInfo(zone))):
        article = f.article()
        f.publish(article, next_review_on=due)
    midnight = datetime.datetime.combine(due + DAY, datetime.time(), ZoneInfo(zone))
    with time_machine.travel(midnight.timestamp() - 1, tick=False):
        assert badges(client, article)
    with time_machine.travel(midnight.timestamp(), tick=False):
        assert not badges(client, article)
        assert status(client, article) == ["overdue"]
        text = tree_of(client, article.get_absolute_url()).text_content()
        assert f"due for review on {due.day} {due:%B %Y}" in text
        assert "Sample Reviewer" not in json.dumps(
            graph_of(tree_of(client, article.get_absolute_url()))
        )


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/Los_Angeles"])
@pytest.mark.parametrize("hour", [0, 12, 23])
def test_dates_for_readers_and_for_machines_are_the_same(client, settings, zone, hour):
    settings.TIME_ZONE = zone
    with time_machine.travel(datetime.datetime(2027, 3, 27, hour, 30, tzinfo=datetime.UTC)):
        article = f.publish(f.article())
    with time_machine.travel(datetime.datetime(2027, 3, 29, hour, 30, tzinfo=datetime.UTC)):
        actions.revise(Token.of(article), by=f.user("editor"), at=f.now(), title="Second")
        f.publish(article)
        tree = tree_of(client, article.get_absolute_url())
        card = tree_of(client, "/articles/").xpath("//article[@class='card']//time")[0]
    graph = graph_of(tree)
    reviewed = graph["MedicalWebPage"]["lastReviewed"]
    published, updated = (graph["Article"][n] for n in ("datePublished", "dateModified"))
    times = tree.xpath("//time")
    shown = [element.get("datetime") for element in times]
    due = tree.xpath("//*[@data-next-review]/@datetime")
    assert shown == [reviewed, *due, published, updated]
    assert [element.text for element in times] == [in_words(day) for day in shown]
    assert (card.get("datetime"), card.text) == (reviewed, in_words(reviewed))


def in_words(moment):
    day = datetime.date.fromisoformat(moment[:10])
    return f"{day.day} {day:%B %Y}"


@pytest.fixture
def reviewed(client):
    """A public article with a badge, on a page that embeds a point."""
    f.publish(f.point("BL40"))
    article = f.publish(f.article(body=f.embed("BL40")))
    assert badges(client, article)
    return article


def expire(credential):
    credential.update(valid_until=timezone.localdate())


def annul(credential):
    by = f.user("administrator")
    actions.annul_credential(credential.get(), by=by, at=f.now(), reason="Found false.")


def suspend(credential):
    credential.update(suspended_at=f.now(), suspended_by=f.user("administrator"))


@pytest.mark.parametrize(("fate", "stands"), [(expire, True), (suspend, True), (annul, False)])
def test_what_becomes_of_a_credential_after_it_signed(client, reviewed, fate, stands):
    fate(Credential.objects.filter(signoffs__content=reviewed))
    with time_machine.travel(f.now() + 10 * DAY):
        assert bool(badges(client, reviewed)) is stands
        assert status(client, reviewed) == (["approved"] if stands else ["unreviewed"])


def test_a_retracted_sign_off_takes_the_badge_and_the_history_says_why(client, reviewed):
    f.revoke(reviewed)
    assert not badges(client, reviewed)
    assert status(client, reviewed) == ["unreviewed"]
    text = tree_of(client, f"/articles/{reviewed.slug}/history/").text_content()
    assert "This signature was taken back." in text
    assert "I was wrong." in text


def withdraw(point):
    f.move("withdraw", point, f.user("editor"), reason="Wrong.")


@pytest.mark.parametrize("fate", [withdraw, f.revoke])
def test_a_host_loses_its_badge_with_the_point_that_it_embeds(client, reviewed, fate):
    fate(reviewed.live.pins.get().pinned.content)
    assert not badges(client, reviewed)
    assert tree_of(client, reviewed.get_absolute_url()).xpath("//*[@data-acupoint='BL40']")


def test_a_newer_revision_of_a_point_leaves_its_host_as_it_was_signed(client, reviewed):
    point = reviewed.live.pins.get().pinned.content
    actions.revise(Token.of(point), by=f.user("editor"), at=f.now(), location="Elsewhere.")
    f.publish(point)
    assert badges(client, reviewed)
    assert "Elsewhere." not in client.get(reviewed.get_absolute_url()).content.decode()
    assert "Elsewhere." in client.get(point.get_absolute_url()).content.decode()


# --- A sign-off that goes on: same words, other products ---------------------------------


def change_products(article, by):
    """The next draft, with another product after the text."""
    product = f.publish(f.product())
    return actions.revise(
        Token.of(article),
        by=by,
        at=f.now(),
        recommendations=[f.Recommendation(product=product)],
        invitations=[f.invitation()],
    )


def submit_and_approve(article):
    f.move("submit", article, f.user("editor"))
    f.move("approve", article, f.user("editor"))


def test_a_sign_off_is_carried_where_only_products_change(client):
    article = f.publish(f.article())
    first = SignOff.objects.get()
    revision = change_products(article, f.user("editor"))
    carried = SignOff.objects.get(revision=revision)
    assert revision.seal.digest == first.digest
    assert carried.carried_from == first
    assert (carried.signed_at, carried.name) == (first.signed_at, first.name)
    submit_and_approve(article)
    assert article.live_id == revision.pk
    assert badges(client, article)
    assert tree_of(client, article.get_absolute_url()).xpath("//*[@data-product]")


def test_a_carried_sign_off_names_the_first_one_however_often_it_goes_on(client):
    article = f.publish(f.article())
    first = SignOff.objects.get()
    change_products(article, f.user("editor"))
    article.refresh_from_db()
    last = change_products(article, f.user("editor"))
    assert SignOff.objects.get(revision=last).carried_from == first


def test_a_carried_sign_off_falls_with_the_first_one(client):
    article = f.publish(f.article())
    first = SignOff.objects.get()
    change_products(article, f.user("editor"))
    submit_and_approve(article)
    actions.revoke(first, kind="retract", by=first.signed_by, at=f.now(), reason="I was wrong.")
    assert not badges(client, article)


def test_a_restored_text_carries_nothing():
    article = f.publish(f.article(title="First words"))
    editor, digest = f.user("editor"), article.live.seal.digest
    actions.revise(Token.of(article), by=editor, at=f.now(), title="Other words")
    article.refresh_from_db()
    restored = actions.revise(Token.of(article), by=editor, at=f.now(), title="First words")
    assert restored.seal.digest == digest
    assert not SignOff.objects.filter(revision=restored).exists()
    with pytest.raises(Refused, match="No reviewer's signature"):
        submit_and_approve(article)


def test_a_revoked_sign_off_is_not_carried():
    article = f.publish(f.article())
    f.revoke(article)
    revision = change_products(article, f.user("editor"))
    assert not SignOff.objects.filter(revision=revision).exists()


def test_a_signer_who_edits_carries_nothing():
    account = f.user("superuser")
    article = f.article()
    f.publish(article, f.reviewer(account))
    revision = change_products(article, account)
    assert revision.seal.digest == article.live.seal.digest
    assert not SignOff.objects.filter(revision=revision).exists()
    with pytest.raises(Refused, match="No reviewer's signature"):
        submit_and_approve(article)


class TestSectionsWithTheirOwnReview:
    """The card says what its review does not cover: sections that others signed."""

    def card(self, client, content):
        (card,) = badges(client, content)
        return " ".join(card.text_content().split())

    def test_the_card_names_them_with_their_own_signers(self, client):
        ilse = f.reviewer(name="Ilse Sample")
        for code, signer in (
            ("BL40", ilse),
            ("LI4", ilse),
            ("PC6", f.reviewer(name="Otto Sample")),
        ):
            f.publish(f.point(code, pinyin=f"Name {code}"), signer)
        host = f.publish(f.article(body=f.embed("BL40", "LI4", "PC6")))
        card = self.card(client, host)
        assert "a review of their own, which is not part of this one" in card
        assert "BL40 Name BL40, LI4 Name LI4 by Ilse Sample, Licensed acupuncturist" in card
        assert "PC6 Name PC6 by Otto Sample" in card

    def test_who_signed_both_stands_there_with_the_credential_once(self, client):
        vera = f.reviewer(name="Vera Sample")
        f.publish(f.point("BL40"), vera)
        card = self.card(client, f.publish(f.article(body=f.embed("BL40")), vera))
        assert "BL40 Wěizhōng by Vera Sample" in card
        assert card.count("Licensed acupuncturist") == 1

    def test_a_text_without_them_says_nothing(self, client):
        assert "review of their own" not in self.card(client, f.publish(f.article()))

    def test_a_signer_who_fell_is_named_no_more_and_takes_the_badge(self, client):
        ilse = f.reviewer(name="Ilse Sample")
        f.publish(f.point("BL40"), ilse)
        host = f.publish(f.article(body=f.embed("BL40")))
        admin = f.user("superuser")
        actions.annul_credential(ilse.credentials.get(), by=admin, at=f.now(), reason="Forged.")
        assert not badges(client, host)
        assert "Ilse" not in tree_of(client, host.get_absolute_url()).xpath("string(//main)")

    def test_no_word_of_them_is_markup(self, client):
        f.publish(f.point("BL40", pinyin="<b>Wei</b>"), f.reviewer(name="Ilse Sample"))
        host = f.publish(f.article(body=f.embed("BL40")))
        (card,) = badges(client, host)
        assert "<b>Wei</b>" in card.text_content()
