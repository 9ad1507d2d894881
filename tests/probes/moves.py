"""Attacks by moves: who signs and approves what, and what they had seen of it."""

import datetime
from concurrent.futures import ThreadPoolExecutor

from django.urls import reverse

from editorial.models import Event, Revision
from tests import factories as f
from tests.probes.browser import Desk
from tests.probes.site import BADGE
from tests.probes.trial import probe


def sign_fields(reviewer):
    """The sign form as a reviewer would fill it in."""
    form = f.sign_form(reviewer)
    due = form["next_review_on"].isoformat()
    return {**form, "credential": form["credential"].pk, "next_review_on": due, "has_read": "on"}


def forged_signature(site, article, reviewer):
    """The POST of a reviewer to whom the page offers no form to sign."""
    return site.desk(reviewer).forged(article, "sign", **sign_fields(reviewer))


@probe(1, "approve after another saved")
def approve_after_another_saved(site, trial):
    honest = site.signed()
    site.make("approver", honest, "approve")
    site.must_be_reviewed(honest)

    for about, status, send in (
        ("from the page", 409, Desk.send),
        ("from the board", 200, send_from_board),  # a page that tells what became of each
    ):
        article = site.signed()
        opened = site.desk("approver").move(article, "approve")
        f.move("recall", article, site.people.writer)
        f.revise(article, by=site.people.writer, summary="Words that the approver never saw.")
        site.signed(article)
        with trial.attempt(about, article, without=["token"]) as attempt:
            attempt.answers(send(site.desk("approver"), opened), status)


def send_from_board(desk, opened):
    """The same approval as one line of many on the board."""
    seen = [opened.data[name] for name in ("version", "revision", "digest")]
    content = Revision.objects.get(pk=opened.data["revision"]).content_id
    chosen = ":".join(map(str, [content, *seen]))
    return desk.post(reverse("admin:bulk_move"), desk.signed({"move": "approve", "chosen": chosen}))


@probe(2, "second step signed by the editor of the change")
def second_step_by_the_editor_of_the_change(site, trial):
    changer = site.reviewer_who_also("editor")
    desk = site.desk(changer)

    def changed_and_signed():
        article = site.draft()
        answer = desk.send(desk.draft(article), summary="Changed by who wants to sign it.")
        site.must(answer.status_code == 302, f"an editor's change answers {answer.status_code}")
        return site.signed(article)

    honest = changed_and_signed()
    site.make("second", honest, "sign", conflict_statement="None.", has_read="on")
    site.make("approver", honest, "approve")
    site.must_be_reviewed(honest, "Ilse Sample", "Jonas Sample")

    article = changed_and_signed()
    order = desk.forged(article, "approve")
    with trial.attempt("approve", article, without=["approver_did_not_contribute"]) as attempt:
        attempt.answers(desk.send(order), 403)

    article = changed_and_signed()
    order = forged_signature(site, article, changer)
    with trial.attempt("sign", article, without=["signer_did_not_contribute"]) as attempt:
        attempt.answers(desk.send(order), 403)


@probe(7, "signing one's own")
def signing_ones_own(site, trial):
    writer = site.reviewer_who_also("writer")
    superuser = site.reviewer_who_also(account=f.user("superuser"))
    named = site.reviewer_who_also()
    byline = f.author(user=named.user)
    other_account = site.reviewer_who_also(account=f.user("reviewer", alias_of=site.people.writer))

    for reviewer in (writer, superuser, named, other_account):
        anothers = site.in_review(by=site.people.editor)
        site.make(reviewer, anothers, "sign", conflict_statement="None.", has_read="on")
    site.make("approver", anothers, "approve")
    site.must_be_reviewed(anothers, "Kim Sample")

    for about, reviewer, fields in (
        ("the writer", writer, {"by": writer.user}),
        ("a superuser who wrote it", superuser, {"by": superuser.user}),
        ("who stands in the byline", named, {"authors": [byline]}),
        ("the writer's other account", other_account, {}),
    ):
        article = site.in_review(**fields)
        order = forged_signature(site, article, reviewer)
        with trial.attempt(about, article, without=["signer_did_not_contribute"]) as attempt:
            attempt.answers(site.desk(reviewer).send(order), 403)


@probe(9, "holder of publish right skipping review")
def publishing_without_review(site, trial):
    honest = site.signed()
    site.make("approver", honest, "approve")
    site.must_be_reviewed(honest)

    tomorrow = (f.now() + datetime.timedelta(days=1)).isoformat()
    for about, who, move, fields in (
        ("approve", "approver", "approve", {}),
        ("approve as superuser", "boss", "approve", {}),
        ("schedule", "approver", "schedule", {"go_live_at": tomorrow}),
    ):
        article = site.in_review()
        order = site.desk(who).forged(article, move, **fields)
        with trial.attempt(about, article, without=["has_the_sign_off_it_needs"]) as attempt:
            attempt.answers(site.desk(who).send(order), 403)


@probe(14, "approve and reject from stale objects")
def approve_and_reject(site, trial):
    reason = {"reason": "Sources, please."}
    for move in ("approve", "request_changes"):
        site.make("editor", site.signed(), move, **reason)

    # Changes that were asked for end the signatures too, so there a third guard stands.
    for first, second, *third in (
        ("approve", "request_changes"),
        ("request_changes", "approve", "has_the_sign_off_it_needs"),
    ):
        article = site.signed()
        desk = site.desk("editor")
        orders = {move: desk.move(article, move) for move in (first, second)}
        answer = desk.send(orders[first], **reason)
        site.must(answer.status_code == 302, f"{first} answers {answer.status_code}")
        about = f"{second} after {first}"
        without = ["token", "state_allows", *third]
        with trial.attempt(about, article, without=without) as attempt:
            attempt.answers(desk.send(orders[second], **reason), 409)

    article = site.signed()
    with trial.attempt(
        "both at once, past all checks", article, without=["swap"], untouched=False
    ) as attempt:
        lines = Event.objects.count()
        codes = sent_at_once(site, article, **reason)
        made = [move for move, code in codes.items() if code == 302]
        attempt.harms(sorted(codes.values()) != [302, 409], f"answered {codes}")
        attempt.harms(Event.objects.count() != lines + 1, "the log has not one line more")
        is_public = BADGE in site.page(article).content
        attempt.harms(is_public != (made == ["approve"]), "the page is not what the winner says")


def sent_at_once(site, article, **reason):
    """{move: status} of two moves whose requests wait for each other before either writes."""
    desks = {"approve": site.desk("approver"), "request_changes": site.desk("editor")}
    orders = {move: desk.move(article, move) for move, desk in desks.items()}
    meet = {"X-Probe-Meet": "1"}
    with ThreadPoolExecutor(2) as both:
        sent = {m: both.submit(d.send, orders[m], meet, **reason) for m, d in desks.items()}
    return {move: answer.result().status_code for move, answer in sent.items()}


@probe(15, "ordinary edit after sign-off")
def edit_after_sign_off(site, trial):
    honest = site.published(summary="Signed words.")
    answer = site.desk("editor").send(site.desk("editor").draft(honest), summary="Newer words.")
    site.must(answer.status_code == 302, f"an ordinary edit answers {answer.status_code}")
    site.must_be_reviewed(honest, "Signed words.")
    site.signed(honest)
    site.make("approver", honest, "approve")
    site.must_be_reviewed(honest, "Newer words.")

    for about, begin in (("before publication", site.signed), ("after it", site.published)):
        article = begin(summary="Signed words.")
        if about == "before publication":
            site.make("editor", article, "recall")
        desk = site.desk("editor")
        opened = desk.draft(article)
        with trial.attempt(about, article, without=["carry"], untouched=False) as attempt:
            before = site.page(article)
            desk.send(opened, summary="Words that nobody signed.")
            f.move("submit", article, site.people.editor)
            order = site.desk("approver").forged(article, "approve")
            attempt.answers(site.desk("approver").send(order), 403)
            page = site.page(article)
            attempt.harms(page.content != before.content, "the page changed")
            unsigned = b"nobody signed" in page.content
            attempt.harms(unsigned and BADGE in page.content, "the badge stands over other words")
