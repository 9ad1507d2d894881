"""Somebody with the database in hand: triggers off, one byte changed, rows forged. No badge
stands afterwards, and `verify` names the page."""

import copy
import io

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from articles.models import Source, Tip
from editorial import documents, triggers
from editorial.models import Content, Event, Seal, SignOff
from tests import desk
from tests import factories as f
from tests.database import sql

pytestmark = pytest.mark.django_db

BADGE = 'data-badge="reviewed"'


def verify():
    """(exit code, what was printed)."""
    out = io.StringIO()
    try:
        call_command("verify", stdout=out)
    except SystemExit as stop:
        return stop.code, out.getvalue()
    return 0, out.getvalue()


def signed_site():
    f.publish(f.point("BL40", cautions=[("vessel", "Press gently.")]))
    article = f.article(
        slug="knee-pain",
        body="<p>Before the point.</p>" + f.embed("BL40"),
        authors=[f.author()],
        hero=f.picture(),
        hero_alt="A knee",
        children=[
            Tip(lead="Rest", text="Rest a while."),
            Source(title="A study", url="https://example.org/", supports="This."),
        ],
    )
    f.tag(article, "knee pain")
    f.publish(article)
    assert verify()[0] == 0
    return article


@pytest.fixture(scope="module")
def written_site(written):
    return written(signed_site)


@pytest.fixture
def site(written_site, db):
    return copy.deepcopy(written_site)


def past_the_guards(statement, *parameters):
    triggers.drop(connection)
    assert sql(statement, *parameters) == 1
    triggers.install(connection)


ROWS = {
    "title": "UPDATE articles_articlerevision SET title = 'Titlf' WHERE revision_ptr_id = {}",
    "summary": "UPDATE articles_articlerevision SET summary = 'x' WHERE revision_ptr_id = {}",
    "body": "UPDATE articles_articlerevision SET body = '<p>x</p>' WHERE revision_ptr_id = {}",
    "alt text": "UPDATE articles_articlerevision SET hero_alt = 'x' WHERE revision_ptr_id = {}",
    "picture": "UPDATE articles_articlerevision SET hero = '' WHERE revision_ptr_id = {}",
    "tip": "UPDATE articles_tip SET text = 'Rest a whilf.' WHERE revision_id = {}",
    "source": "UPDATE articles_source SET supports = 'That.' WHERE revision_id = {}",
    "byline": "UPDATE articles_byline SET name = 'Another Sample' WHERE revision_id = {}",
    "byline gone": "DELETE FROM articles_byline WHERE revision_id = {}",
    "topic gone": "DELETE FROM articles_taggedarticle WHERE content_object_id = {}",
    "pin gone": "DELETE FROM editorial_pin WHERE revision_id = {}",
    "digest": "UPDATE editorial_seal SET digest = '" + "0" * 64 + "' WHERE revision_id = {}",
    "format": "UPDATE editorial_seal SET format = 9 WHERE revision_id = {}",
}


@pytest.mark.parametrize("what", ROWS)
def test_a_changed_row_takes_the_badge_and_is_named(site, what, client):
    assert BADGE in client.get(site.get_absolute_url()).content.decode()
    past_the_guards(ROWS[what].format(site.live_id))
    response = client.get(site.get_absolute_url())
    assert response.status_code == (503 if what == "digest" else 200)
    assert BADGE not in response.content.decode()
    assert "reviewedBy" not in response.content.decode()
    assert BADGE not in client.get("/articles/").content.decode()
    code, out = verify()
    assert code == 1
    assert "article knee-pain" in out


def test_a_row_added_to_a_child_table_takes_the_badge(site, client):
    past_the_guards(
        "INSERT INTO articles_tip (revision_id, position, lead, text) VALUES (%s, 9, 'a', 'b')",
        site.live_id,
    )
    assert BADGE not in client.get(site.get_absolute_url()).content.decode()
    assert verify()[0] == 1


def every_byte(data):
    """A few positions spread over the bytes, the first and the last among them."""
    step = max(1, len(data) // 8)
    return [*range(0, len(data), step), len(data) - 1]


def test_one_changed_byte_of_the_seal_takes_the_badge_wherever_it_is(site, client):
    true = bytes(Seal.objects.get(pk=site.live_id).canonical)
    for position in every_byte(true):
        false = true[:position] + bytes([true[position] ^ 1]) + true[position + 1 :]
        past_the_guards(
            "UPDATE editorial_seal SET canonical = %s WHERE revision_id = %s", false, site.live_id
        )
        response = client.get(site.get_absolute_url())
        assert response.status_code == 503, position
        assert BADGE not in response.content.decode(), position
        assert client.get("/articles/").status_code == 200
        assert client.get("/").status_code == 200
        code, out = verify()
        assert code == 1
        assert "article knee-pain" in out
    past_the_guards(
        "UPDATE editorial_seal SET canonical = %s WHERE revision_id = %s", true, site.live_id
    )
    assert BADGE in client.get(site.get_absolute_url()).content.decode()


def test_a_script_in_forged_bytes_does_not_reach_the_page(site, client):
    """Bytes and digest forged together: the page has no badge, and its words are cleaned."""
    true = bytes(Seal.objects.get(pk=site.live_id).canonical).decode()
    false = true.replace("Before the point.", "<script>alert(1)</script><img src=x onerror=a()>")
    assert false != true
    past_the_guards(
        "UPDATE editorial_seal SET canonical = %s, digest = %s WHERE revision_id = %s",
        false.encode(),
        documents.digest_of(false.encode()),
        site.live_id,
    )
    response = client.get(site.get_absolute_url())
    page = response.content.decode()
    assert response.status_code == 200
    assert BADGE not in page
    assert "alert(1)" not in page
    assert "onerror" not in page


def test_a_changed_pinned_text_takes_the_badge_off_its_host(site, client):
    pin = site.live.pins.get()
    true = bytes(pin.pinned.seal.canonical)
    false = true.replace(b"Stiff knees", b"Stiff knee!")
    past_the_guards(
        "UPDATE editorial_seal SET canonical = %s WHERE revision_id = %s", false, pin.pinned_id
    )
    assert BADGE not in client.get(site.get_absolute_url()).content.decode()
    assert BADGE not in client.get("/acupoints/bl-40/").content.decode()
    code, out = verify()
    assert code == 1
    assert "article knee-pain" in out
    assert "acupoint bl-40" in out


def test_a_changed_picture_file_is_named(site):
    name = site.live.typed.hero.name
    with open(default_storage.path(name), "rb") as file:
        true = file.read()
    try:
        with open(default_storage.path(name), "wb") as file:
            file.write(true + b" ")
        code, out = verify()
        assert code == 1
        assert f"The picture {name} was changed" in out
        default_storage.delete(name)
        assert "is gone" in verify()[1]
    finally:
        with open(default_storage.path(name), "wb") as file:
            file.write(true)


def forged_signoff(article, reviewer, **changes):
    """A sign-off for exactly the right words, written past the application."""
    signoff = SignOff(
        content=article,
        revision=article.head,
        digest=article.head.seal.digest,
        reviewer=reviewer,
        credential=reviewer.credentials.get(),
        signed_by=reviewer.user,
        signed_at=f.now(),
        name=reviewer.name,
        credential_line="Anything",
        scope="All",
        conflict_statement="None.",
        next_review_on=f.sign_form(reviewer)["next_review_on"],
        mac="0" * 64,
    )
    for name, value in changes.items():
        setattr(signoff, name, value)
    return signoff


def approve_by_sql(article):
    sql(
        "UPDATE editorial_content SET status = 'published', live_id = head_id, live_at = %s, "
        "first_live_at = %s, version = version + 1 WHERE id = %s",
        f.now(),
        f.now(),
        article.pk,
    )


def test_a_signoff_inserted_by_sql_makes_no_badge(client):
    article = f.article(slug="forged")
    forged_signoff(article, f.reviewer()).save()
    approve_by_sql(article)
    page = client.get("/articles/forged/")
    assert page.status_code == 503  # not even the words, which nobody approved
    assert BADGE not in page.content.decode()
    assert 'data-status="approved"' not in page.content.decode()
    code, out = verify()
    assert code == 1
    assert "article forged" in out
    row = SignOff.objects.get(content=article)
    assert f"Row {row.pk} of editorial_signoff is named by no line of the log." in out
    assert "article forged: What readers get is not what the log says" in out


def test_a_signoff_copied_from_another_text_makes_no_badge(client):
    """A true sign-off's mac does not fit another revision."""
    reviewer = f.reviewer()
    signed = f.article()
    f.publish(signed, reviewer)
    mac = SignOff.objects.get(content=signed).mac
    article = f.article(slug="forged")
    forged_signoff(article, reviewer, mac=mac).save()
    approve_by_sql(article)
    assert BADGE not in client.get("/articles/forged/").content.decode()
    assert verify()[0] == 1


def test_an_approval_written_by_sql_is_not_one(client):
    article = f.article(slug="unapproved")
    f.sign(article)
    approve_by_sql(article)
    assert BADGE not in client.get("/articles/unapproved/").content.decode()
    code, out = verify()
    assert code == 1
    assert "article unapproved: What readers get is not what the log says" in out


def test_an_approval_line_of_the_log_written_by_sql_is_not_one(client):
    article = f.article(slug="unapproved")
    f.sign(article)
    approve_by_sql(article)
    editor = f.user("editor")
    last = Event.objects.order_by("-seq").first()
    Event(
        seq=last.seq + 1,
        at=f.now(),
        actor=editor,
        move="approve",
        content=article,
        revision=article.head,
        digest=article.head.seal.digest,
        previous=last.hash,
        hash="1" * 64,
        mac="2" * 64,
    ).save()
    assert BADGE not in client.get("/articles/unapproved/").content.decode()
    assert verify()[0] == 1


def test_another_signing_key_makes_every_badge_fall(site, client, settings):
    settings.SIGNING_KEY = "a key that signed nothing of what is here"
    assert BADGE not in client.get(site.get_absolute_url()).content.decode()
    assert verify()[0] == 1


def test_a_changed_column_of_a_signoff_takes_the_badge(site, client):
    for column, value in (
        ("name", "Another Sample"),
        ("credential_line", "Professor"),
        ("conflict_statement", "Paid."),
        ("next_review_on", "2099-01-01"),
        ("signed_at", "2020-01-01 00:00:00+00:00"),
    ):
        signoff = SignOff.objects.get(content=site)
        true = getattr(signoff, column)
        change = f"UPDATE editorial_signoff SET {column} = %s WHERE id = %s"
        past_the_guards(change, value, signoff.pk)
        assert BADGE not in client.get(site.get_absolute_url()).content.decode(), column
        past_the_guards(change, true, signoff.pk)
    assert BADGE in client.get(site.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE editorial_event SET move = 'sign' WHERE seq = 2", "is not what was written"),
        ("DELETE FROM editorial_event WHERE seq = 2", "Log line 2 is missing"),
        ("UPDATE editorial_event SET hash = 'x' WHERE seq = 2", "not what was written"),
        (
            "DELETE FROM editorial_event WHERE seq = (SELECT max(seq) FROM editorial_event)",
            "does not end where its head says",
        ),
    ],
)
def test_a_changed_log_is_noticed(site, statement, sentence):
    past_the_guards(statement)
    code, out = verify()
    assert code == 1
    assert sentence in out


def test_an_older_signed_revision_put_back_by_sql_is_noticed(site):
    first = site.live_id
    from editorial import actions

    actions.revise(actions.Token.of(site), by=f.user("editor"), at=f.now(), summary="Newer.")
    f.publish(site)
    sql(
        "UPDATE editorial_content SET live_id = %s, version = version + 1 WHERE id = %s",
        first,
        site.pk,
    )
    code, out = verify()
    assert code == 1
    assert "article knee-pain: What readers get is not what the log says" in out


def test_other_pages_stay_when_one_cannot_be_read(site, client):
    """One unreadable page answers 503 itself and is left out of lists; the others stay."""
    other = f.publish(f.article(slug="other", title="The other page"))
    past_the_guards(
        "UPDATE editorial_seal SET canonical = %s WHERE revision_id = %s", b"{", site.live_id
    )
    assert client.get(site.get_absolute_url()).status_code == 503
    listing = client.get("/articles/").content.decode()
    assert "The other page" in listing
    assert "/articles/knee-pain/" not in listing
    assert client.get(other.get_absolute_url()).status_code == 200
    assert Content.objects.count() == 3


def test_a_revocation_removed_by_sql_does_not_bring_the_badge_back(site, client):
    f.revoke(site)
    assert BADGE not in client.get(site.get_absolute_url()).content.decode()
    past_the_guards("DELETE FROM editorial_revocation")
    assert BADGE not in client.get(site.get_absolute_url()).content.decode()
    code, out = verify()
    assert code == 1
    assert "article knee-pain" in out
    assert "article knee-pain: Row" in out
    assert "of editorial_revocation is gone; the log names it." in out


def test_an_annulled_credential_made_good_by_sql_is_refused_or_named(site, client):
    credential = SignOff.objects.get(content=site).credential
    administrator = f.user("administrator")
    client.force_login(administrator)
    url = reverse("admin:editorial_credential_change", args=[credential.pk])
    form = desk.values(desk.forms(client.get(url))["credential_form"])
    client.post(url, {**form, "annulled": "on", "note": "Found false."})
    statement = "UPDATE editorial_credential SET annulled_at = NULL, annulled_by_id = NULL"
    with pytest.raises(DatabaseError, match="set once"), transaction.atomic():
        sql(statement)
    triggers.drop(connection)
    sql(statement)
    triggers.install(connection)
    code, out = verify()
    assert code == 1
    assert f"editorial_credential: Row {credential.pk} is not what the log says" in out


def test_a_kinds_row_deleted_by_sql_is_named(site):
    past_the_guards("DELETE FROM articles_article WHERE content_ptr_id = %s", site.pk)
    code, out = verify()
    assert code == 1
    assert "article knee-pain" in out
    assert "its content's kind is gone" in out


def test_a_reviewer_deleted_past_the_foreign_keys_is_named(site):
    if connection.vendor != "sqlite":
        return  # here only a superuser gets past them, by session_replication_role
    with transaction.atomic():
        triggers.drop(connection)
        sql("DELETE FROM editorial_reviewer")
        code, out = verify()
        transaction.set_rollback(True)
    assert code == 1
    assert "rows name a row of editorial_reviewer that is gone." in out
