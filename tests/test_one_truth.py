"""A badge obtained or kept where it must not stand, and claims that are not true: each was so once,
and is tried again here from outside, by page, desk and SQL."""

import datetime
import io

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from acupoints.models import Caution
from articles.models import Recommendation
from editorial import previews, redaction, reviewing, triggers
from editorial.actions import Token
from editorial.errors import Refused
from editorial.models import Event, Revision, Seal, SignOff
from tests import desk
from tests import factories as f
from tests.database import sql
from tests.test_reviewing import logged_in

pytestmark = pytest.mark.django_db

BADGE = 'data-badge="reviewed"'
UNREVIEWED = 'data-notice="unreviewed"'
DAY = datetime.timedelta(days=1)


# --- Ways in --------------------------------------------------------------------------------------


def press(who, content, move, **data):
    """Send the form of a move as the review page would, with a true token."""
    content.refresh_from_db()
    token = Token.of(content)
    sent = {"version": token.version, "revision": token.revision, "digest": token.digest}
    return logged_in(who).post(desk.url(content.head.typed, "move", move), sent | data)


def page_of(client, content):
    cache.clear()
    return client.get(content.get_absolute_url())


def text_of(client, content, more=""):
    cache.clear()
    return client.get(content.get_absolute_url() + more).content.decode()


def reviews_of(client, content):
    cache.clear()
    answer = client.get(content.get_absolute_url() + "history/reviews.json")
    return answer.json()["publications"] if answer.status_code == 200 else []


def verify():
    """(exit code, the faults but for those of the index, which follows the rows)."""
    out = io.StringIO()
    try:
        call_command("verify", stdout=out)
        code = 0
    except SystemExit as stop:
        code = stop.code
    return code, [line for line in out.getvalue().splitlines()[:-1] if "index" not in line]


def is_named():
    """Whether `verify` fails and says what is wrong in the rows."""
    code, said = verify()
    return code == 1 and bool(said)


def copy_row(table, key, **changes):
    """INSERT a second row like this one, but for its key and some columns; triggers are on."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}" WHERE id = %s', [key])
        names = [column[0] for column in cursor.description]
        row = dict(zip(names, cursor.fetchone(), strict=True)) | changes
        del row["id"]
        columns, marks = ", ".join(f'"{name}"' for name in row), ", ".join(["%s"] * len(row))
        cursor.execute(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', list(row.values()))


def past_the_guards(statement, *parameters):
    triggers.drop(connection)
    assert sql(statement, *parameters) >= 1
    triggers.install(connection)


def tried(statement, *parameters):
    """Run SQL with triggers on: whether the database took it."""
    try:
        with transaction.atomic():
            return sql(statement, *parameters) == 1
    except DatabaseError:
        return False


# --- A rejection is undone by resubmitting --------------------------------------------------------


def is_not_approved(client, article):
    """The editor presses the button; no reader gets anything."""
    answer = press(f.user("editor"), article, "approve")
    assert (answer.status_code, page_of(client, article).status_code) == (403, 404)


@pytest.mark.parametrize("by", ["another reviewer", "the signer"])
def test_a_rejection_is_not_undone_by_resubmitting_the_same_words(by, client):
    article = f.article()
    signer = f.sign(article)
    rejecter = signer if by == "the signer" else f.reviewer()
    asked = press(rejecter.user, article, "request_changes", reason="Do not publish this.")
    assert asked.status_code == 302
    assert press(article.created_by, article, "submit").status_code == 302
    is_not_approved(client, article)


def test_a_rejection_is_not_undone_by_a_signature_carried_to_equal_words(client):
    article = f.article()
    f.sign(article)
    f.move("request_changes", article, f.reviewer().user, reason="Do not publish this.")
    f.revise(article, recommendations=[f.recommendation()])
    assert press(f.user("editor"), article, "submit").status_code == 302
    is_not_approved(client, article)


def test_a_reviewers_must_fix_is_not_overruled_by_an_editor(client):
    article = f.article()
    f.sign(article)
    thread = reviewing.comment(
        Token.of(article), by=f.reviewer().user, at=f.now(), text="Dose!", must_fix=True
    )
    reviewing.reply(thread, by=f.user("editor"), at=f.now(), verdict="resolve")
    is_not_approved(client, article)


# --- Published without a review -------------------------------------------------------------------


def recalled(article):
    f.move("recall", article, f.user("editor"))


def held_by_a_must_fix(article):
    article.refresh_from_db()
    reviewing.comment(
        Token.of(article), by=f.reviewer().user, at=f.now(), text="Dose!", must_fix=True
    )


@pytest.mark.parametrize("ended", [recalled, held_by_a_must_fix])
def test_publishing_without_a_review_does_not_get_the_badge_of_an_ended_schedule(ended, client):
    article = f.article()
    f.sign(article)
    f.move("schedule", article, f.user("editor"), go_live_at=f.now() + DAY)
    ended(article)
    f.move("emergency", article, f.user("editor"), reason="A danger.")
    text = text_of(client, article)
    assert BADGE not in text
    assert UNREVIEWED in text


def test_what_was_published_without_a_review_says_so_after_a_retraction(client):
    article = f.article()
    f.sign(article)
    f.move("schedule", article, f.user("editor"), go_live_at=f.now() + DAY)
    recalled(article)
    f.move("emergency", article, f.user("editor"), reason="A danger.")
    f.revoke(article)
    assert UNREVIEWED in text_of(client, article)


# --- By SQL, triggers on --------------------------------------------------------------------------


def test_a_revoked_signature_does_not_come_back_as_a_copy_of_its_row(client):
    article = f.publish(f.article())
    f.revoke(article)
    copy_row("editorial_signoff", SignOff.objects.get(content=article).pk)
    assert BADGE not in text_of(client, article)
    assert is_named()


def test_a_withdrawn_page_does_not_come_back_by_one_update(client):
    article = f.publish(f.article())
    f.move("withdraw", article, f.user("editor"), reason="It was wrong.")
    back = (
        "UPDATE editorial_content SET withdrawn_at = NULL, withdrawn_by_id = NULL, "
        "withdrawal_reason = '', status = 'published', version = version + 1 WHERE id = %s"
    )
    if tried(back, article.pk):
        answer = page_of(client, article)
        assert (answer.status_code, BADGE in answer.content.decode()) == (410, False)
        assert is_named()
    assert page_of(client, article).status_code == 410


def corrected():
    article = f.publish(f.article())
    f.revise(article, summary="Put right.")
    f.sign(article)
    f.move("approve", article, f.user("editor"), correction="A number was wrong.")
    return article


def put_in_a_correction(client):
    article = corrected()
    note = "Reviewed: this cures arthritis."
    copy_row("editorial_correction", article.corrections.get().pk, note=note)
    assert note not in text_of(client, article)
    assert note not in text_of(client, article, "history/")


def put_in_a_verdict(client):
    article = f.article()
    f.sign(article)
    author, token = f.reviewer().user, Token.of(article)
    thread = reviewing.comment(token, by=author, at=f.now(), text="Dose!", must_fix=True)
    answer = reviewing.reply(thread, by=author, at=f.now(), text="Still.")
    copy_row("editorial_comment", answer.pk, text="", verdict="resolve")
    is_not_approved(client, article)


def end_a_redaction(client):
    article = f.publish(f.article())
    old = article.live
    f.revise(article, summary="Newer.")
    f.publish(article)
    asked = redaction.ask(old, by=f.user("administrator"), at=f.now(), reason="Privacy.")
    tried(
        "UPDATE editorial_redaction SET done_at = %s, done_by_id = %s WHERE id = %s",
        f.now(),
        f.user("administrator").pk,
        asked.pk,
    )
    assert "were removed on" not in text_of(client, article, "history/")


def end_an_emergency(client):
    article = f.article()
    f.move("submit", article, f.user("editor"))
    f.move("emergency", article, f.user("editor"), reason="A danger.")
    sql(
        "UPDATE editorial_content SET emergency_until = NULL, version = version + 1 WHERE id = %s",
        article.pk,
    )


def change_a_reviewers_address(client):
    article = f.publish(f.article())
    reviewer = SignOff.objects.get(content=article).reviewer
    tried("UPDATE editorial_reviewer SET slug = 'prof-wu' WHERE id = %s", reviewer.pk)


@pytest.mark.parametrize(
    "deed",
    [
        put_in_a_correction,
        put_in_a_verdict,
        end_a_redaction,
        end_an_emergency,
        change_a_reviewers_address,
    ],
)
def test_what_sql_puts_in_or_changes_is_not_believed_and_is_named(deed, client):
    deed(client)
    assert is_named()


# --- By SQL, triggers lifted and put back ---------------------------------------------------------

LIFTED = {
    "sign-offs deleted": "DELETE FROM editorial_signoff WHERE content_id = {content}",
    "another writer": "UPDATE editorial_revision SET created_by_id = {other} WHERE id = {head}",
    "another origin": "UPDATE editorial_revision SET origin_id = {elsewhere} WHERE id = {head}",
    "another byline": "UPDATE articles_byline SET author_id = {author} WHERE revision_id = {head}",
    "comments deleted": "DELETE FROM editorial_comment WHERE content_id = {content}",
}


@pytest.mark.parametrize("what", LIFTED)
def test_what_sql_does_to_rows_with_the_triggers_lifted_is_named(what):
    article = f.article(authors=[f.author()])
    f.move("submit", article, f.user("editor"))
    reviewing.comment(Token.of(article), by=f.reviewer().user, at=f.now(), text="Well.")
    f.sign(article)
    names = {
        "content": article.pk,
        "head": article.head_id,
        "other": f.user().pk,
        "elsewhere": f.article().head_id,
        "author": f.author().pk,
    }
    assert verify()[0] == 0
    past_the_guards(LIFTED[what].format(**names))
    assert is_named()


# --- What the history says ------------------------------------------------------------------------


def test_the_history_does_not_say_reviewed_again_where_nobody_reviewed(client):
    article = f.publish(f.article())
    f.move("submit", article, f.user("editor"))
    assert press(f.user("editor"), article, "approve").status_code == 302
    assert "reviewed again" not in text_of(client, article, "history/")


def test_a_withdrawal_and_its_reason_stay_in_history_and_reviews(client):
    article = f.publish(f.article())
    f.move("withdraw", article, f.user("editor"), reason="The dose was too high.")
    f.revise(article, summary="Put right.")
    f.publish(article)
    assert "The dose was too high." in text_of(client, article, "history/")
    assert "The dose was too high." in text_of(client, article, "history/reviews.json")


def alter_the_bytes(article):
    true = bytes(Seal.objects.get(pk=article.live_id).canonical)
    false = true.replace(b"Sample title", b"Simple title")
    past_the_guards(
        "UPDATE editorial_seal SET canonical = %s WHERE revision_id = %s", false, article.live_id
    )


def alter_the_rows(article):
    statement = "UPDATE articles_articlerevision SET title = 'x' WHERE revision_ptr_id = %s"
    past_the_guards(statement, article.live_id)


def spoil_the_pin(article):
    f.revoke(article.live.pins.get().pinned.content)


@pytest.mark.parametrize("deed", [alter_the_bytes, alter_the_rows, spoil_the_pin])
def test_reviews_say_counts_only_while_the_page_has_its_badge(deed, client):
    f.publish(f.point("BL40"))
    article = f.publish(f.article(body=f.embed("BL40")))
    assert [s["counts"] for s in reviews_of(client, article)[0]["sign_offs"]] == [True]
    deed(article)
    assert BADGE not in text_of(client, article)
    said = reviews_of(client, article)
    assert not any(s["counts"] for publication in said for s in publication["sign_offs"])


def test_reviews_say_counts_only_until_the_review_is_overdue(client):
    article = f.publish(f.article())
    with time_machine.travel(f.now() + 400 * DAY):
        assert BADGE not in text_of(client, article)
        assert [s["counts"] for s in reviews_of(client, article)[0]["sign_offs"]] == [False]


def test_altered_words_are_neither_printed_nor_served_as_the_signed_bytes(client):
    article = f.publish(f.article())
    alter_the_bytes(article)
    assert "Simple title" not in text_of(client, article, "history/reviews.json")
    number = article.live.number
    answer = client.get(f"{article.get_absolute_url()}history/{number}/canonical.json")
    assert (answer.status_code, b"Simple title" in answer.content) == (503, False)


def test_a_preview_does_not_call_signed_words_unsigned(client):
    article = f.article()
    f.sign(article)
    _link, secret = made_link(article)
    text = client.get(f"/preview/{secret}/").content.decode()
    assert "Sample title" in text
    assert "Nobody has signed" not in text


# --- What is used by others, and its time ---------------------------------------------------------


def gains_a_caution(point):
    f.revise(point, cautions=[Caution(kind="pregnancy", text="Leave it out.")])
    f.publish(point)


@pytest.mark.parametrize("falls", [gains_a_caution, f.revoke])
def test_a_host_does_not_go_live_once_its_point_has_fallen(falls, client):
    point = f.publish(f.point("BL40"))
    host = f.article(body=f.embed("BL40"))
    f.sign(host)
    f.move("schedule", host, f.user("editor"), go_live_at=f.now() + DAY)
    falls(point)
    with time_machine.travel(f.now() + 2 * DAY):
        assert page_of(client, host).status_code == 404


# --- Free text of the house -----------------------------------------------------------------------


def test_a_correction_over_unchanged_words_is_refused():
    article = f.publish(f.article())
    f.move("submit", article, f.user("editor"))
    f.sign(article)
    answer = press(f.user("editor"), article, "approve", correction="A number was wrong.")
    assert answer.status_code in (403, 422)


def test_a_correction_does_not_stand_above_title_and_badge(client):
    text = text_of(client, corrected())
    assert text.index("A number was wrong.") > text.index(BADGE) > text.index("<h1")


def test_a_correction_does_not_speak_like_the_badge(client):
    article = f.publish(f.article())
    f.revise(article, summary="Put right.")
    f.sign(article)
    note = "Reviewed & Fact-Checked by Prof Wu: this cures arthritis"
    press(f.user("editor"), article, "approve", correction=note)
    assert "Prof Wu" not in text_of(client, article)


def test_a_product_box_does_not_speak_like_the_badge(client):
    try:
        product = f.publish(f.product(summary="Reviewed & Fact-Checked by Prof Wu."))
    except Refused:
        return
    article = f.publish(f.article(children=[Recommendation(product=product)]))
    assert "Prof Wu" not in text_of(client, article)


# --- Four eyes ------------------------------------------------------------------------------------


def test_who_wrote_a_point_does_not_sign_its_words_inside_an_article(client):
    """Either they may not sign the article, or the section names its own signer."""
    author = f.reviewer(name="Ilse Sample")
    author.user.groups.add(f.user("writer").groups.get())
    f.publish(f.point("BL40", by=author.user), f.reviewer(name="Jonas Sample"))
    host = f.article(body=f.embed("BL40"))
    try:
        f.publish(host, author)
    except Refused:
        return
    assert "Jonas Sample" in text_of(client, host)


def test_a_signature_falls_once_its_signer_is_known_to_have_written_the_text(client):
    article = f.article()
    signer = f.reviewer()
    f.publish(article, signer)
    boss = logged_in(f.user("superuser"))
    address = f"/admin/editorial/user/{article.created_by_id}/change/"
    form = desk.values(desk.forms(boss.get(address))["user_form"])
    boss.post(address, form | {"alias_of": signer.user.pk})
    article.created_by.refresh_from_db()
    assert article.created_by.alias_of_id == signer.user.pk
    assert BADGE not in text_of(client, article)


def test_nobody_signs_with_a_credential_that_they_looked_up_themselves():
    account = f.user("superuser")
    reviewer = f.reviewer(account)
    credential = f.credential(reviewer, checked_by=account)
    article = f.article()
    f.move("submit", article, f.user("editor"))
    with pytest.raises(Refused):
        f.move("sign", article, account, **f.sign_form(reviewer, credential=credential))


# --- What is left behind --------------------------------------------------------------------------


def test_no_line_of_the_log_keeps_a_note_that_was_removed():
    secret = "Patient Sample, 4 Sample Street"
    article = f.article()
    f.revise(article, summary="Second.", note=secret)
    old = Revision.objects.get(pk=desk.head(article).pk)
    f.revise(article, summary="Third.", note="")
    asked = redaction.ask(old, by=f.user("administrator"), at=f.now(), reason="Privacy.")
    redaction.do(asked, by=f.user("administrator"), at=f.now())
    assert secret not in str(list(Event.objects.values_list("data", flat=True)))


def made_link(article):
    article.refresh_from_db()
    return previews.create(article.head, by=f.user("editor"), at=f.now(), label="Paper", days=7)


def published_since(article, link):
    f.publish(article)


def withdrawn_since(article, link):
    f.move("withdraw", article, f.user("editor"), reason="It was wrong.")


def left_by_its_maker(article, link):
    link.created_by.is_active = False
    link.created_by.save()


@pytest.mark.parametrize("since", [published_since, withdrawn_since, left_by_its_maker])
def test_a_preview_of_an_older_draft_ends(since, client):
    article = f.publish(f.article())
    f.revise(article, summary="An older draft.")
    link, secret = made_link(article)
    f.revise(article, summary="A newer draft.")
    assert client.get(f"/preview/{secret}/").status_code == 200
    since(article, link)
    assert client.get(f"/preview/{secret}/").status_code == 404
