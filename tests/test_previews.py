"""Links for outsiders: one revision, until a time, and dead once anything of it was published or
taken away. And what a preview says of signatures."""

import datetime
import re

import pytest
import time_machine

from editorial import actions, previews, redaction
from editorial.actions import Token
from editorial.models import Content, Event, PreviewLink, Revision
from tests import desk
from tests import factories as f
from tests.test_reviewing import act, logged_in, refused

pytestmark = pytest.mark.django_db


def made(content, **data):
    content.refresh_from_db()
    data = {"label": "Sample paper", "days": 7} | data
    return previews.create(content.head, by=f.user("editor"), at=f.now(), **data)


def opened(client, secret):
    return client.get(f"/preview/{secret}/")


def test_an_outsider_reads_the_draft_without_a_badge_or_a_cookie(client):
    article = f.article(summary="Words of a draft.")
    f.sign(article)
    _link, secret = made(article)
    response = opened(client, secret)
    text = response.content.decode()
    assert "Words of a draft." in text
    assert "Draft for Sample paper" in text
    assert "data-badge" not in text
    assert "noindex" in text
    assert "noindex" in response["X-Robots-Tag"]
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies


@pytest.mark.parametrize("kind", ["point", "product", "page"])
def test_every_kind_has_a_preview(kind, client):
    _link, secret = made(getattr(f, kind)())
    assert opened(client, secret).status_code == 200


def test_it_shows_one_revision_whatever_is_saved_later(client):
    article = f.article(summary="The first words.")
    _link, secret = made(article)
    actions.revise(Token.of(article), by=article.created_by, at=f.now(), summary="The second.")
    text = opened(client, secret).content.decode()
    assert "The first words." in text
    assert "The second." not in text


def test_it_ends_at_its_second(client):
    with time_machine.travel(datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)) as clock:
        _link, secret = made(f.article(), days=2)
        clock.shift(datetime.timedelta(days=2, seconds=-1))
        assert opened(client, secret).status_code == 200
        clock.shift(datetime.timedelta(seconds=1))
        assert opened(client, secret).status_code == 404


def test_it_dies_when_it_is_published_and_stays_dead(client):
    article = f.article()
    _link, secret = made(article)
    f.publish(article)
    assert opened(client, secret).status_code == 404
    f.move("withdraw", article, f.user("editor"), reason="It was wrong.")
    assert opened(client, secret).status_code == 404


def test_it_dies_when_its_time_on_the_schedule_comes(client):
    article = f.article()
    f.sign(article)
    later = f.now() + datetime.timedelta(days=1)
    f.move("schedule", article, f.user("editor"), go_live_at=later)
    _link, secret = made(article)
    assert opened(client, secret).status_code == 200
    with time_machine.travel(later):
        assert opened(client, secret).status_code == 404


def saved_anew(article):
    """The next draft, so that a link shows words that nobody goes on with."""
    f.revise(article, summary=f"Other words, {article.revisions.count()}.")


def publish_the_next(article):
    saved_anew(article)
    f.publish(article)


def publish_in_emergency(article):
    saved_anew(article)
    f.move("emergency", article, f.user("editor"), reason="A danger.")


def put_away_and_recall(article):
    f.move("put_away", article, f.user("editor"))
    f.move("recall", article, f.user("editor"))


def redact(article):
    old = article.head
    saved_anew(article)
    asked = redaction.ask(old, by=f.user("administrator"), at=f.now(), reason="Private data.")
    redaction.do(asked, by=f.user("administrator"), at=f.now())


@pytest.mark.parametrize(
    "deed", [publish_the_next, publish_in_emergency, put_away_and_recall, redact]
)
def test_it_dies_by_what_becomes_of_any_revision_and_nothing_wakes_it(client, deed):
    article = f.article()
    _link, secret = made(article)
    saved_anew(article)
    assert opened(client, secret).status_code == 200
    _newer, second = made(article)
    deed(article)
    assert opened(client, secret).status_code == 404
    assert opened(client, second).status_code == 404


def test_a_withdrawal_ends_the_links_of_the_draft_beside_what_was_public(client):
    article = f.publish(f.article())
    saved_anew(article)
    _link, secret = made(article)
    assert opened(client, secret).status_code == 200
    f.move("withdraw", article, f.user("editor"), reason="It was wrong.")
    assert opened(client, secret).status_code == 404
    saved_anew(article)
    f.revise(article, summary="A fresh start.")
    assert opened(client, secret).status_code == 404


def test_publication_before_the_link_was_made_does_not_end_it(client):
    article = f.publish(f.article())
    saved_anew(article)
    _link, secret = made(article)
    f.move("submit", article, f.user("editor"))
    f.sign(article)
    assert opened(client, secret).status_code == 200


def test_a_schedule_of_another_revision_ends_it_by_the_clock_for_good(client):
    article = f.article()
    _link, secret = made(article)
    saved_anew(article)
    f.sign(article)
    due = f.now() + datetime.timedelta(days=1)
    f.move("schedule", article, f.user("editor"), go_live_at=due)
    assert opened(client, secret).status_code == 200
    with time_machine.travel(due + datetime.timedelta(seconds=1)):
        assert opened(client, secret).status_code == 404
        f.revise(article, summary="The next edition.")
        assert opened(client, secret).status_code == 404


def test_a_schedule_that_was_recalled_ends_nothing(client):
    article = f.article()
    _link, secret = made(article)
    f.sign(article)
    due = f.now() + datetime.timedelta(days=1)
    f.move("schedule", article, f.user("editor"), go_live_at=due)
    f.move("recall", article, f.user("editor"))
    with time_machine.travel(due + datetime.timedelta(hours=1)):
        assert opened(client, secret).status_code == 200


def test_a_schedule_that_came_due_before_the_link_ends_nothing(client):
    article = f.article()
    f.sign(article)
    due = f.now() + datetime.timedelta(days=1)
    f.move("schedule", article, f.user("editor"), go_live_at=due)
    with time_machine.travel(due + datetime.timedelta(hours=1)):
        saved_anew(article)
        _link, secret = made(article)
        assert opened(client, secret).status_code == 200


def leaves(maker):
    maker.is_active = False
    maker.save()


def loses_the_role(maker):
    maker.groups.clear()


@pytest.mark.parametrize("goes", [leaves, loses_the_role])
def test_it_dies_with_its_maker(client, goes):
    link, secret = made(f.article())
    goes(link.created_by)
    assert opened(client, secret).status_code == 404
    _other, secret = made(f.article())
    goes(f.user("editor"))
    assert opened(client, secret).status_code == 200


def test_another_pages_moves_end_nothing(client):
    _link, secret = made(f.article())
    f.publish(f.article())
    assert opened(client, secret).status_code == 200


def test_a_link_that_the_log_does_not_know_opens_nothing(client):
    article = f.article()
    PreviewLink.objects.create(
        revision=article.head,
        token_hash=previews.hash_of("forged"),
        label="Me",
        created_by=f.user("editor"),
        created_at=f.now(),
        expires_at=f.now() + datetime.timedelta(days=7),
    )
    assert opened(client, "forged").status_code == 404


def test_no_link_is_made_to_what_is_public_or_was_taken_away():
    public, away, editor = f.publish(f.article()), f.article(), f.user("editor")
    f.move("put_away", away, editor)
    deed, data = previews.create, {"by": editor, "at": f.now(), "label": "Me"}
    refused("Readers have", deed, desk.head(public), **data)
    refused("taken away", deed, desk.head(away), **data)
    f.move("withdraw", public, editor, reason="It was wrong.")
    refused("taken away", deed, desk.head(public), **data)


def test_the_desk_lists_only_links_that_open_something():
    article = f.article(by=f.user("writer"))
    link, _secret = made(article)
    client = logged_in(article.created_by)
    address = desk.url(desk.head(article), "review")
    assert "Preview of revision 1 for Sample paper" in client.get(address).content.decode()
    leaves(link.created_by)
    assert "Sample paper" not in client.get(address).content.decode()


# --- What a preview says ---------------------------------------------------------------------

UNSIGNED = "Not reviewed. Nobody has signed these words yet."


def at_the_desk(article):
    head = desk.head(article)
    response = logged_in(f.user("editor")).get(desk.url(head, "preview"))
    assert response.status_code == 200
    return head, response.content.decode()


def test_it_says_who_signed_and_that_nobody_did(client):
    article = f.article()
    _link, secret = made(article)
    assert UNSIGNED in opened(client, secret).content.decode()
    assert UNSIGNED in at_the_desk(article)[1]
    f.sign(article, f.reviewer(name="Dr Sample & One"))
    f.sign(article, f.reviewer(name="Dr Two"))
    for text in (opened(client, secret).content.decode(), at_the_desk(article)[1]):
        assert "signed by Dr Sample &amp; One, Dr Two." in text
        assert UNSIGNED not in text
        assert "data-badge" not in text


def test_a_signature_taken_back_or_for_other_words_is_not_named(client):
    article = f.article()
    f.sign(article)
    _link, first = made(article)
    f.revoke(article)
    assert UNSIGNED in opened(client, first).content.decode()
    f.sign(article)
    f.move("recall", article, f.user("editor"))
    saved_anew(article)
    _link, second = made(article)
    assert "signed by Sample Reviewer" in opened(client, first).content.decode()
    assert UNSIGNED in opened(client, second).content.decode()


@pytest.mark.parametrize("kind", ["product", "page"])
def test_a_kind_without_signatures_says_so(kind, client):
    content = getattr(f, kind)()
    _link, secret = made(content)
    for text in (opened(client, secret).content.decode(), at_the_desk(content)[1]):
        assert "Not reviewed: this kind of page carries no signature." in text


def test_the_desk_shows_a_tombstone_and_no_error_where_the_words_were_removed():
    article = f.article()
    old = article.head.typed
    redact(article)
    response = logged_in(f.user("editor")).get(desk.url(old, "preview"))
    assert response.status_code == 410
    assert "Private data." in response.content.decode()


def test_the_desk_leads_back_and_the_outsider_is_led_nowhere(client):
    article = f.article()
    _link, secret = made(article)
    head, text = at_the_desk(article)
    assert f'href="{desk.url(head, "review")}"' in text
    assert "/admin/" not in opened(client, secret).content.decode()


def test_an_unknown_or_ended_link_opens_nothing(client):
    link, secret = made(f.article())
    previews.end(link, by=link.created_by, at=f.now())
    assert opened(client, secret).status_code == 404
    assert opened(client, link.token_hash).status_code == 404, "the stored hash is no key"
    assert opened(client, "x" * 500).status_code == 404


def test_the_database_does_not_hold_the_secret():
    link, secret = made(f.article())
    assert secret not in str(list(PreviewLink.objects.values()))
    assert link.token_hash == previews.hash_of(secret)


def test_who_may_make_one_and_for_how_long():
    article, editor, reviewer = f.article(), f.user("editor"), f.reviewer().user
    deed, at = previews.create, f.now()
    refused("Your role", deed, article.head, by=reviewer, at=at, label="Me")
    refused("for whom", deed, article.head, by=editor, at=at, label=" ")
    refused("30 days", deed, article.head, by=editor, at=at, label="Me", days=31)


def test_by_the_page_it_is_shown_once_and_ended_by_its_house_only(client):
    article = f.article(by=f.user("writer"))
    writer = logged_in(article.created_by)
    head = desk.head(article)
    assert act(writer, head, "link", label="Sample paper", days=3).status_code == 302
    page = writer.get(desk.url(head, "review")).content.decode()
    secret = re.search(r"http[^ ]*/preview/([-\w]{20,})/", page)[1]
    assert opened(client, secret).status_code == 200
    assert secret not in writer.get(desk.url(head, "review")).content.decode()
    link = PreviewLink.objects.get()
    reviewer = logged_in(f.reviewer().user)
    assert act(reviewer, head, "end_link", link=link.pk).status_code == 403
    other = f.article()
    assert act(writer, desk.head(other), "end_link", link=link.pk).status_code == 403
    assert opened(client, secret).status_code == 200
    assert act(writer, head, "end_link", link=link.pk).status_code == 302
    assert opened(client, secret).status_code == 404


@pytest.mark.parametrize("days", [1, 30])
def test_it_lives_as_many_days_as_was_asked(client, days):
    with time_machine.travel(datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)) as clock:
        _link, secret = made(f.article(), days=days)
        clock.shift(datetime.timedelta(days=days, seconds=-1))
        assert opened(client, secret).status_code == 200
        clock.shift(datetime.timedelta(seconds=1))
        assert opened(client, secret).status_code == 404


@pytest.mark.parametrize("days", [-1, 0, 31])
def test_it_lives_no_fewer_and_no_more_days_than_the_house_allows(days):
    data = {"by": f.user("editor"), "at": f.now(), "label": "Sample paper", "days": days}
    refused("for 1 to 30 days", previews.create, f.article().head, **data)


def test_without_another_wish_it_lives_a_week():
    at = f.now()
    link, _secret = previews.create(f.article().head, by=f.user("editor"), at=at, label=" Paper ")
    assert link.expires_at == at + datetime.timedelta(days=7)
    assert link.label == "Paper"


def test_ending_one_leaves_the_others(client):
    article = f.article()
    (first, one), (_second, other) = made(article), made(article)
    previews.end(first, by=first.created_by, at=f.now())
    assert [opened(client, secret).status_code for secret in (one, other)] == [404, 200]


def test_each_opens_its_own_revision(client):
    secrets = [made(f.article(summary=f"Words of draft {n}."))[1] for n in (1, 2)]
    for n, secret in enumerate(secrets, 1):
        assert f"Words of draft {n}." in opened(client, secret).content.decode()


def test_making_and_ending_it_stand_in_the_log_once_each_with_who_and_when():
    article, ended_by = f.article(), f.user("editor")
    link, _secret = made(article)
    for at in (f.now(), f.now()):
        previews.end(link, by=ended_by, at=at)
    link.refresh_from_db()
    lines = Event.objects.filter(move__startswith="preview_").order_by("seq")
    facts = [(line.move, line.actor, line.at, line.content, line.revision) for line in lines]
    about = (Content.objects.get(pk=article.pk), Revision.objects.get(pk=article.head_id))
    assert facts == [
        ("preview_made", link.created_by, link.created_at, *about),
        ("preview_ended", ended_by, link.ended_at, *about),
    ]
    assert {line.digest for line in lines} == {article.head.seal.digest}


def test_another_writer_neither_makes_nor_ends_one():
    article, other, at = f.article(by=f.user("writer")), f.user("writer"), f.now()
    refused("Who works on", previews.create, article.head, by=other, at=at, label="Me")
    link, _secret = made(article)
    refused("Who works on", previews.end, link, by=other, at=at)
    previews.end(link, by=article.created_by, at=at)
    assert PreviewLink.objects.get().ended_at == at
