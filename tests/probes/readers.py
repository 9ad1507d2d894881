"""Attacks on what readers get of a text that was true once: by other texts, and by time."""

import datetime

from django.urls import reverse

from acupoints.models import Caution
from editorial import previews
from tests import factories as f
from tests.probes.site import BADGE
from tests.probes.trial import probe

HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)


@probe(8, "an embedded point changed after approval")
def embedded_point_changed(site, trial):
    point = site.published(f.point("BL40", by=site.people.writer, location="Where it was signed."))
    body = f.embed("BL40")
    article = site.published(body=body)
    site.must_be_reviewed(article, "Where it was signed.")

    without = ["pin"]
    with trial.attempt("newer words", article, without=without, untouched=False) as attempt:
        before = site.page(article)
        f.revise(point, by=site.people.writer, location="Where nobody signed for the article.")
        site.published(point)
        site.must_be_reviewed(point, "Where nobody signed for the article.")
        page = site.page(article)
        attempt.harms(page.content != before.content, "the article's page changed")
    site.must_be_reviewed(site.published(body=body), "Where nobody signed for the article.")

    pin = article.live.pins.get()
    script = f"UPDATE editorial_pin SET pinned_id = {point.live_id} WHERE id = {pin.pk}"
    with trial.attempt("UPDATE of the pin", article, without=["triggers"], keep=True) as attempt:
        attempt.refused(site.scratch.run, script)

    article = site.published(body=body)
    cautions = [Caution(kind="pregnancy", text="Leave it out.")]
    f.revise(point, by=site.people.writer, cautions=cautions)
    site.must_be_reviewed(article)
    with trial.attempt(
        "a new caution", article, without=["tell_hosts"], untouched=False
    ) as attempt:
        site.published(point)
        page = site.page(article)
        attempt.harms(BADGE in page.content, "the badge stands without the caution")
        attempt.harms(b"Leave it out." not in page.content, "the caution is not shown")


@probe(13, "expired page still public without a worker")
def expired_page(site, trial):
    reviewer = site.reviewer_who_also()
    article = site.draft(title="Runs out one day")
    f.sign(article, reviewer)
    f.move("approve", article, site.people.approver)
    due = article.live.signoffs.get().next_review_on
    last_day = datetime.datetime.combine(due, datetime.time(23, 59), datetime.UTC)
    places = {
        "the page": article.get_absolute_url(),
        "the reviewer's page": reviewer.get_absolute_url(),
        "a search": "/search/?q=runs+out",
    }
    for where, path in places.items():
        answer = site.visitor.get(path, last_day)
        site.must(BADGE in answer.content, f"{where} lacks the badge on the last day")
    for where, path in places.items():
        with trial.attempt(
            f"{where} an hour later", article, without=["overdue"], untouched=False
        ) as attempt:
            answer = site.visitor.get(path, last_day + HOUR)
            attempt.answers(answer, 200)
            attempt.harms(BADGE in answer.content, "the badge still stands")

    draft = site.draft(summary="For one outsider and one day.")
    _link, secret = previews.create(
        draft.head, by=site.people.editor, at=f.now(), label="Sample paper", days=1
    )
    path = reverse("preview", args=[secret])
    answer = site.visitor.get(path, f.now() + 23 * HOUR)
    site.must(b"one outsider" in answer.content, "a preview link opens nothing")
    with trial.attempt(
        "a preview link after its day", draft, without=["expiry"], untouched=False
    ) as attempt:
        answer = site.visitor.get(path, f.now() + DAY + HOUR)
        attempt.answers(answer, 404)
        attempt.harms(b"one outsider" in answer.content, "the draft is still shown")
