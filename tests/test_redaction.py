"""The one way past the triggers: what it removes, what stays, and who cannot take it."""

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from articles.models import Tip
from editorial import actions, redaction, triggers, verify
from editorial.actions import Token
from editorial.models import Event, Redaction, Seal
from tests import factories as f
from tests.database import everything, sql
from tests.test_after import act_on
from tests.test_reviewing import logged_in, refused

pytestmark = pytest.mark.django_db

SECRET = "Sample patient, 4 Sample Street"


@pytest.fixture
def article():
    """An article whose first, signed and published, revision says what it must not."""
    article = f.article(body=f"<p>{SECRET}</p>", children=[Tip(lead="Ask", text=SECRET)])
    f.publish(article)
    editor = f.user("editor")
    tips = [Tip(lead="Ask", text="Ask anybody.")]
    fields = {"body": "<p>Nobody is named.</p>", "tips": tips}
    actions.revise(Token.of(article), by=editor, at=f.now(), **fields)
    return f.publish(article)


def old(article):
    return article.revisions.get(number=1)


def removed(article):
    asked = redaction.ask(old(article), by=f.user("administrator"), at=f.now(), reason="Privacy.")
    return redaction.do(asked, by=f.user("administrator"), at=f.now())


def everywhere():
    """Every column of every table as text, sealed bytes included."""
    sealed = b"".join(bytes(data) for data in Seal.objects.values_list("canonical", flat=True))
    return str(everything()) + sealed.decode()


def test_the_words_are_gone_from_the_whole_database_and_the_tombstone_stays(article, client):
    digest = old(article).seal.digest
    assert SECRET in everywhere()
    removed(article)
    assert SECRET not in everywhere()
    assert old(article).seal.digest == digest
    assert old(article).signoffs.exists()
    assert triggers.missing(connection) == []
    assert list(verify.faults(f.now())) == []
    address = article.get_absolute_url()
    assert 'data-badge="reviewed"' in client.get(address).content.decode()
    for path in ("history/", "history/reviews.json"):
        response = client.get(address + path)
        assert response.status_code == 200
        assert "Privacy." in response.content.decode()
        assert digest in response.content.decode()
    response = client.get(f"{address}history/1/canonical.json")
    assert response.status_code == 410
    assert "Privacy." in response.content.decode()


def test_the_desk_still_shows_its_pages(article):
    removed(article)
    admin = logged_in(f.user("administrator"))
    head, first = article.head.pk, old(article).pk
    for path in (f"{first}/compare/{head}/", f"{head}/log/", f"{head}/review/"):
        assert admin.get(f"/admin/articles/articlerevision/{path}").status_code == 200, path


def test_one_administrator_alone_cannot(article):
    admin = f.user("administrator")
    asked = redaction.ask(old(article), by=admin, at=f.now(), reason="Privacy.")
    refused("a second administrator", redaction.do, asked, by=admin, at=f.now())
    alias = f.user("administrator", alias_of=admin)
    refused("a second administrator", redaction.do, asked, by=alias, at=f.now())


def test_nobody_else_can(article):
    editor, other = f.user("editor"), f.user("administrator")
    at = f.now()
    refused("Only an admin", redaction.ask, old(article), by=editor, at=at, reason="Privacy.")
    asked = redaction.ask(old(article), by=other, at=at, reason="Privacy.")
    refused("Only an admin", redaction.do, asked, by=editor, at=at)


def test_a_reason_is_given_and_it_is_asked_once(article):
    admin, at = f.user("administrator"), f.now()
    refused("reason", redaction.ask, old(article), by=admin, at=at, reason=" ")
    redaction.ask(old(article), by=admin, at=at, reason="Privacy.")
    refused("asked for already", redaction.ask, old(article), by=admin, at=at, reason="Again.")


def test_what_readers_or_writers_still_have_is_not_removed(article):
    first, second, at = f.user("administrator"), f.user("administrator"), f.now()
    asked = redaction.ask(article.live, by=first, at=at, reason="Privacy.")
    refused("Readers have this", redaction.do, asked, by=second, at=at)
    f.move("withdraw", article, f.user("editor"), reason="Private data.")
    refused("working revision", redaction.do, asked, by=second, at=at)


def test_what_another_text_holds_is_not_removed(article):
    point = f.publish(f.point("BL40", location=SECRET))
    host = f.article(body=f.embed("BL40"))
    actions.revise(Token.of(point), by=f.user("editor"), at=f.now(), location="Behind the knee.")
    f.publish(point)
    first, second, at = f.user("administrator"), f.user("administrator"), f.now()
    asked = redaction.ask(old(point), by=first, at=at, reason="Privacy.")
    refused("holds these words too", redaction.do, asked, by=second, at=at)
    assert host.head.pins.exists()


def test_its_pictures_go_unless_another_text_shows_them(
    article, django_capture_on_commit_callbacks
):
    """The names of pictures are hashes, so one file may serve several texts."""
    alone, shared = f.picture((1, 2, 3)), f.picture((4, 5, 6))
    f.article(hero=f.picture((4, 5, 6)), hero_alt="Shared")
    for picture in (alone, shared):
        f.revise(article, hero=picture, hero_alt="A picture")
    names = [r.typed.hero.name for r in article.revisions.order_by("number") if r.typed.hero.name]
    f.revise(article, hero="", hero_alt="")
    first, second, at = f.user("administrator"), f.user("administrator"), f.now()
    for number in (3, 4):
        asked = redaction.ask(article.revisions.get(number=number), by=first, at=at, reason="Law.")
        with django_capture_on_commit_callbacks(execute=True):
            redaction.do(asked, by=second, at=at)
    assert [default_storage.exists(name) for name in names] == [False, True]
    assert list(verify.faults(f.now())) == []


def test_twice_is_refused(article):
    done = removed(article)
    third = f.user("administrator")
    refused("already", redaction.do, done, by=third, at=f.now())


def test_a_tombstone_without_its_line_in_the_log_is_named(article):
    with triggers.lifted(connection):
        sql("UPDATE editorial_seal SET canonical = %s WHERE revision_id = %s", b"", old(article).pk)
    assert any("revision 1" in about for about, _fault in verify.faults(f.now()))
    Redaction.objects.create(
        revision=old(article),
        digest=old(article).seal.digest,
        reason="Forged.",
        asked_by=f.user("administrator"),
        asked_at=f.now(),
        done_by=f.user("administrator"),
        done_at=f.now(),
    )
    assert any("revision 1" in about for about, _fault in verify.faults(f.now()))


def test_by_the_page_two_administrators(article):
    first, second = logged_in(f.user("administrator")), logged_in(f.user("administrator"))
    asked = act_on(first, old(article), article, "ask_redaction", reason="Privacy.")
    assert asked.status_code == 302
    assert act_on(first, old(article), article, "redact", sure="on").status_code == 403
    assert act_on(second, old(article), article, "redact").status_code == 422, "not sure"
    assert SECRET in everywhere()
    assert act_on(second, old(article), article, "redact", sure="on").status_code == 302
    assert SECRET not in everywhere()
    assert Event.objects.filter(move="redacted").count() == 1
