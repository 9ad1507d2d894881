"""Links for outsiders: one revision, until a time, never once it was public."""

import datetime
import re

import pytest
import time_machine

from editorial import actions, previews
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
