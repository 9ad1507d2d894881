"""Attacks on rows: by the desk, by management commands, by scripts and by plain SQL."""

import datetime
import hashlib
import io

from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import router

from editorial.models import Event, Reviewer, Revision, Seal, User
from tests import factories as f
from tests.probes.site import BADGE
from tests.probes.trial import probe

HARMLESS = [
    ("clearsessions",),
    ("remove_stale_contenttypes", "--no-input", "--include-stale-apps"),
    ("remove_orphaned_tags",),
    ("deduplicate_tags",),
]


def run(*command):
    """A management command; returns what it printed."""
    out = io.StringIO()
    call_command(*command, stdout=out, stderr=out)
    return out.getvalue()


def deleted_row_by_row(rows):
    for row in rows:
        row.delete()


def deleted_raw(rows):
    """As a clean-up deletes that is in a hurry: past every method of models and querysets."""
    rows._raw_delete(router.db_for_write(rows.model))


@probe(5, "clean-up command removing signed revisions")
def clean_up(site, trial):
    article = site.published(summary="First signed words.")
    first = article.live
    f.revise(article, by=site.people.writer, summary="Second signed words.")
    site.published(article)
    site.must_be_reviewed(article, "Second signed words.")
    old_session = Session.objects.create(
        session_key="long-gone", expire_date=f.now() - datetime.timedelta(days=1)
    )
    address = f"{article.get_absolute_url()}history/{first.number}/canonical.json"
    for command in HARMLESS:
        run(*command)
        digest = hashlib.sha256(site.visitor.get(address).content).hexdigest()
        site.must(digest == first.seal.digest, f"the old signed bytes are gone after {command[0]}")
    gone = not Session.objects.filter(pk=old_session.pk).exists()
    site.must(gone, "clearsessions clears nothing")

    old = Revision.objects.filter(head_of=None, live_of=None)
    everywhere = ["triggers", "insert_only", "protect", "stepping_back", "foreign keys"]
    for about, attack, *arguments in (
        ("flush", run, "flush", "--no-input"),
        ("migrate articles zero", run, "migrate", "articles", "zero"),
        ("sqlflush", site.scratch.run, run("sqlflush", "--no-color")),
        ("a script, row by row", deleted_row_by_row, old),
        ("a script, all at once", lambda rows: rows.delete(), old.all()),
        ("a script, raw", deleted_raw, Seal.objects.filter(revision__in=old)),
        ("DELETE", site.scratch.run, "DELETE FROM editorial_seal"),
    ):
        with trial.attempt(about, article, without=everywhere, keep=True) as attempt:
            attempt.refused(attack, *arguments)


@probe(6, "deleting the reviewer")
def deleting_the_reviewer(site, trial):
    unused = f.reviewer(name="Never Signed")
    boss = site.desk("boss")
    for row in (unused.credentials.get(), unused):
        answer = boss.post(delete_url(row), boss.signed({"post": "yes"}))
    gone = not Reviewer.objects.filter(pk=unused.pk).exists()
    site.must(answer.status_code == 302 and gone, "who never signed cannot be deleted")

    reviewer = site.reviewer_who_also()
    article = f.article(by=site.people.writer)
    f.sign(article, reviewer)
    f.move("approve", article, site.people.approver)
    site.must_be_reviewed(article, "Kim Sample")

    without = ["protect", "triggers", "event_admin", "foreign keys"]
    for row in (reviewer, reviewer.credentials.get(), reviewer.user):
        about = f"{row._meta.verbose_name} at the desk"
        with trial.attempt(about, article, without=without, keep=True) as attempt:
            # The page answers with what stands in the way.
            attempt.answers(boss.post(delete_url(row), boss.signed({"post": "yes"})), 200)
            attempt.harms(BADGE not in site.page(article).content, "the badge is gone")
    everybody = boss.signed(
        {"action": "delete_selected", "_selected_action": reviewer.pk, "post": "yes"}
    )
    for about, attack, *arguments in (
        ("a script", Reviewer.objects.get(pk=reviewer.pk).delete),
        ("a script, all at once", User.objects.filter(pk=reviewer.user_id).delete),
        ("DELETE", site.scratch.run, f"DELETE FROM editorial_reviewer WHERE id = {reviewer.pk}"),
    ):
        with trial.attempt(about, article, without=without, keep=True) as attempt:
            attempt.refused(attack, *arguments)
            attempt.harms(BADGE not in site.page(article).content, "the badge is gone")
    with trial.attempt("many at the desk", article, without=without, keep=True) as attempt:
        attempt.answers(boss.post("/admin/editorial/reviewer/", everybody), 200)


def delete_url(row):
    return f"/admin/editorial/{row._meta.model_name}/{row.pk}/delete/"


@probe(12, "emptying the log")
def emptying_the_log(site, trial):
    article = site.published()
    site.must_be_reviewed(article)
    lines = Event.objects.count()
    site.must(f'"count": {lines}'.encode() in log_head(site), "the log's head is not public")

    last = Event.objects.order_by("-seq").first()
    boss = site.desk("boss")
    without = ["triggers", "insert_only", "event_admin", "foreign keys"]
    with trial.attempt("a line at the desk", article, without=without, keep=True) as attempt:
        attempt.answers(boss.post(delete_url(last), boss.signed({"post": "yes"})), 403)
    table = "editorial_event"
    script = [
        ("DELETE", f"DELETE FROM {table}"),
        ("DELETE with its head", f"DELETE FROM {table}; DELETE FROM editorial_loghead"),
        ("UPDATE", f"UPDATE {table} SET move = 'nothing'"),
        ("the head set back", "UPDATE editorial_loghead SET count = 0"),
    ]
    if site.scratch.address.startswith("postgres"):
        script.append(("TRUNCATE", f"TRUNCATE {table}"))
    for about, attack, *arguments in (
        ("a script", lambda: Event.objects.all().delete()),
        ("a script, raw", deleted_raw, Event.objects.all()),
        *((about, site.scratch.run, sql) for about, sql in script),
    ):
        with trial.attempt(about, article, without=without, keep=True) as attempt:
            attempt.refused(attack, *arguments)


def log_head(site):
    return site.visitor.get("/.well-known/log-head").content
