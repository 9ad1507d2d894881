"""Attacks on what the badge, the history and the log say: a "no" that is passed over, and rows that
no step wrote."""

import datetime
import json

from django.db import connection

from acupoints.models import Caution
from editorial import reviewing, triggers, verify
from editorial.actions import Token
from editorial.models import Comment, Correction, Seal, SignOff
from tests import factories as f
from tests.database import sql
from tests.probes.site import BADGE
from tests.probes.trial import probe

DAY = datetime.timedelta(days=1)


def rejected(site, by):
    article = site.signed()
    f.move("request_changes", article, by.user, reason="Do not publish this.")
    f.move("submit", article, site.people.writer)
    return article


@probe(16, "a rejection undone by resubmitting the same words")
def rejection_undone(site, trial):
    honest = rejected(site, site.people.second)
    site.signed_as_it_is(honest)
    site.make("approver", honest, "approve")
    site.must_be_reviewed(honest)

    for about, reviewer in (
        ("by another", site.people.second),
        ("by the signer", site.people.signer),
    ):
        article = rejected(site, reviewer)
        order = site.desk("approver").forged(article, "approve")
        with trial.attempt(about, article, without=["ended"]) as attempt:
            attempt.answers(site.desk("approver").send(order), 403)


@probe(17, "the badge of an ended schedule over “publish without a review”")
def badge_of_an_ended_schedule(site, trial):
    honest = site.signed()
    f.move("schedule", honest, site.people.approver, go_live_at=f.now() + DAY)
    answer = site.page(honest, f.now() + 2 * DAY)
    site.must(BADGE in answer.content, "what was scheduled does not go live with its badge")

    article = site.signed()
    f.move("schedule", article, site.people.approver, go_live_at=f.now() + DAY)
    site.make("editor", article, "recall")
    f.move("emergency", article, site.people.approver, reason="A danger.")
    with trial.attempt("recalled before", article, without=["shown"], untouched=False) as attempt:
        page = site.page(article)
        attempt.answers(page, 200)
        attempt.harms(BADGE in page.content, "the badge stands without an approval")
        attempt.harms(b'data-notice="unreviewed"' not in page.content, "no reader is told")


def put_in(row, **changes):
    """INSERT a copy of a row, as anybody with the database in hand may."""
    table = row._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}" WHERE id = %s', [row.pk])
        names = [column[0] for column in cursor.description]
        values = dict(zip(names, cursor.fetchone(), strict=True)) | changes
        del values["id"]
        columns = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join(["%s"] * len(values))
        cursor.execute(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', [*values.values()])


def is_named(about):
    """Whether `verify` has a sentence about it."""
    return any(about in f"{what}: {sentence}" for what, sentence in verify.faults(f.now()))


@probe(18, "a revoked signature copied as a new row")
def revoked_signature_copied(site, trial):
    article = site.published()
    site.must_be_reviewed(article)
    f.revoke(article)
    signoff = SignOff.objects.get(content=article)
    without = ["named_signoffs"]
    with trial.attempt("INSERT", article, without=without, untouched=False, undo=True) as attempt:
        put_in(signoff)
        attempt.harms(BADGE in site.page(article).content, "the badge is back")
        attempt.harms(not is_named("editorial_signoff"), "verify does not name the row")


@probe(19, "a withdrawn page brought back by one UPDATE")
def withdrawn_page_brought_back(site, trial):
    article = site.published()
    site.must_be_reviewed(article)
    site.make("editor", article, "withdraw", reason="It was wrong.", sure="on")
    site.must(site.page(article).status_code == 410, "a withdrawn page is not gone")
    script = (
        "UPDATE editorial_content SET withdrawn_at = NULL, withdrawn_by_id = NULL, "
        "withdrawal_reason = '', status = 'published', version = version + 1 "
        f"WHERE id = {article.pk}"
    )
    without = ["shown", "named_rows"]
    with trial.attempt("UPDATE", article, without=without, untouched=False, undo=True) as attempt:
        site.scratch.run(script)
        page = site.page(article)
        attempt.answers(page, 410)
        attempt.harms(page.status_code == 200, "readers have it again")
        attempt.harms(not is_named(str(article)), "verify does not name the page")


def signatures_that_count(site, content, at=None):
    address = f"{content.get_absolute_url()}history/reviews.json"
    said = json.loads(site.visitor.get(address, at).content)
    return [s for one in said["publications"] for s in one["sign_offs"] if s["counts"]]


@probe(20, "reviews.json counts what the page does not")
def reviews_count_what_the_page_does_not(site, trial):
    point = site.published(f.point("LI4", by=site.people.writer))
    article = site.published(body=f.embed("LI4"))
    site.must_be_reviewed(article)
    site.must(signatures_that_count(site, article), "a signature under a badge does not count")
    without = ["badge_in_reviews"]
    overdue = f.now() + 400 * DAY
    with trial.attempt("overdue", article, without=without, untouched=False) as attempt:
        attempt.harms(BADGE in site.page(article, overdue).content, "the badge stands")
        attempt.harms(signatures_that_count(site, article, overdue), "a signature counts")
    f.revoke(point)
    with trial.attempt("a pin unsigned", article, without=without, untouched=False) as attempt:
        attempt.harms(BADGE in site.page(article).content, "the badge stands")
        attempt.harms(signatures_that_count(site, article), "a signature counts")


@probe(21, "altered bytes served as the signed ones")
def altered_bytes_served(site, trial):
    article = site.published(summary="Signed words.")
    address = f"{article.get_absolute_url()}history/{article.live.number}/canonical.json"
    site.must(b"Signed words." in site.visitor.get(address).content, "no signed bytes are served")
    seal = Seal.objects.get(pk=article.live_id)
    altered = bytes(seal.canonical).replace(b"Signed words.", b"Forged words.")
    with trial.attempt("UPDATE", article, without=["hash"], untouched=False, undo=True) as attempt:
        with triggers.lifted(connection):
            statement = "UPDATE editorial_seal SET canonical = %s WHERE revision_id = %s"
            sql(statement, altered, seal.pk)
        answer = site.visitor.get(address)
        attempt.answers(answer, 503)
        attempt.harms(b"Forged words." in answer.content, "the forged bytes are served")
        attempt.harms(b"Forged words." in site.page(article).content, "the page shows them")


@probe(22, "a host goes live on a point that gained a caution")
def host_goes_live_on_a_fallen_point(site, trial):
    def scheduled(code):
        point = site.published(f.point(code, by=site.people.writer))
        host = site.signed(body=f.embed(code))
        f.move("schedule", host, site.people.approver, go_live_at=f.now() + DAY)
        return point, host

    _point, honest = scheduled("ST36")
    answer = site.page(honest, f.now() + 2 * DAY)
    site.must(BADGE in answer.content, "a host does not go live with its badge")

    point, host = scheduled("SP6")
    with trial.attempt("a new caution", host, without=["tell_hosts"], untouched=False) as attempt:
        cautions = [Caution(kind="pregnancy", text="Leave it out.")]
        f.revise(point, by=site.people.writer, cautions=cautions)
        site.published(point)
        page = site.page(host, f.now() + 2 * DAY)
        attempt.answers(page, 404)
        attempt.harms(page.status_code == 200, "it went live")


@probe(23, "a correction put in by SQL")
def correction_put_in(site, trial):
    article = site.published()
    f.revise(article, by=site.people.writer, summary="Put right.")
    site.signed(article)
    f.move("approve", article, site.people.approver, correction="A number was wrong.")
    site.must_be_reviewed(article, "A number was wrong.")
    true, false = Correction.objects.get(content=article), "This cures arthritis."
    without = ["named_rows"]
    with trial.attempt("INSERT", article, without=without, untouched=False, undo=True) as attempt:
        put_in(true, note=false)
        for path in (article.get_absolute_url(), f"{article.get_absolute_url()}history/"):
            shown = false.encode() in site.visitor.get(path).content
            attempt.harms(shown, f"{path} shows it")
        attempt.harms(not is_named("editorial_correction"), "verify does not name the row")


@probe(24, "a resolving verdict put in by SQL")
def verdict_put_in(site, trial):
    def commented_on():
        article = site.signed()
        by, token = site.people.second.user, Token.of(article)
        thread = reviewing.comment(token, by=by, at=f.now(), text="The dose!", must_fix=True)
        return article, thread, by

    honest, thread, by = commented_on()
    reviewing.reply(thread, by=by, at=f.now(), verdict="resolve")
    site.make("approver", honest, "approve")
    site.must_be_reviewed(honest)

    article, thread, by = commented_on()
    answer = reviewing.reply(thread, by=by, at=f.now(), text="Still too much.")
    order = site.desk("approver").forged(article, "approve")
    without = ["no_must_fix_is_open"]
    with trial.attempt("INSERT", article, without=without, untouched=False, undo=True) as attempt:
        put_in(Comment.objects.get(pk=answer.pk), text="", verdict="resolve")
        attempt.harms(not is_named("editorial_comment"), "verify does not name the row")
        attempt.answers(site.desk("approver").send(order), 403)
        attempt.harms(BADGE in site.page(article).content, "it was published")
