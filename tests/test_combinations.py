"""Rules that meet: a schedule with a withdrawal, a hold or a reopened comment; two accounts of one
person; a signature that goes on; the house's optional rules; a reviewer who is asked twice."""

import datetime
import threading

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction

from editorial import actions, previews, reviewing
from editorial.actions import Token
from editorial.errors import Refused
from editorial.models import Content, Credential, ReviewRequest, SignOff
from tests import desk
from tests import factories as f
from tests.reading import badges, tree_of
from tests.test_public_content import complete_article, listed_in
from tests.test_reviewing import logged_in, refused

pytestmark = pytest.mark.django_db

DAY, SECOND = datetime.timedelta(days=1), datetime.timedelta(seconds=1)


def schedule(content, **fields):
    """Signed and approved for a time; returns the time."""
    f.sign(content, **fields)
    go_live = f.now().replace(microsecond=0) + 2 * DAY
    f.move("schedule", content, f.user("editor"), go_live_at=go_live)
    return go_live


def withdraw(content, at=None):
    f.move("withdraw", content, f.user("editor"), at, reason="It was wrong.")


def at(moment):
    return time_machine.travel(moment, tick=False)


# --- A schedule and a withdrawal -----------------------------------------


def test_a_withdrawn_page_does_not_come_back_by_the_schedule_that_it_had(client):
    article = f.publish(complete_article())
    f.revise(article, title="The next words")
    go_live = schedule(article)
    withdraw(article)
    with at(go_live + SECOND):
        assert client.get(article.get_absolute_url()).status_code == 410
        assert listed_in(client, article) == []
        assert article.slug not in client.get("/sitemap.xml").content.decode()


def test_a_returned_page_does_not_follow_the_schedule_from_before_its_withdrawal(client):
    article = f.publish(f.article(title="First words"))
    f.revise(article, title="Held back")
    go_live = schedule(article)
    withdraw(article)
    f.revise(article, title="Put right")
    f.publish(article)
    with at(go_live + SECOND):
        assert tree_of(client, article.get_absolute_url()).findtext(".//h1") == "Put right"


def test_a_withdrawn_point_leaves_a_host_that_went_live_by_the_clock(client):
    """No worker has touched the host's row since: it still says "scheduled"."""
    point = f.publish(f.point("BL40"))
    host = f.article(body=f.embed("BL40"))
    go_live = schedule(host)
    with at(go_live + SECOND):
        assert badges(client, host)
        withdraw(point)
        assert client.get(host.get_absolute_url()).status_code == 200
        assert not badges(client, host)
        assert client.get(f"{host.get_absolute_url()}history/").status_code == 200


def test_a_host_that_lost_its_point_does_not_go_live_when_the_point_comes_back(client):
    point = f.publish(f.point("BL40"))
    host = f.article(body=f.embed("BL40"))
    go_live = schedule(host)
    withdraw(point)
    f.revise(point, location="Put right.")
    f.publish(point)
    with at(go_live + SECOND):
        assert client.get(host.get_absolute_url()).status_code == 404


def test_only_the_hosts_of_a_withdrawn_point_are_taken_off_the_schedule(client):
    point = f.publish(f.point("BL40"))
    f.publish(f.point("ST36"))
    other = f.article(body=f.embed("ST36"))
    go_live = schedule(other)
    withdraw(point)
    with at(go_live):
        assert badges(client, other)


# --- A schedule and a hold -----------------------------------------


def retract(content):
    signoff = SignOff.objects.filter(revision=content.head).get()
    actions.revoke(signoff, kind="retract", by=signoff.signed_by, at=f.now(), reason="No.")


def annul(content):
    credential = SignOff.objects.filter(revision=content.head).get().credential
    administrator = f.user("administrator")
    actions.annul_credential(credential, by=administrator, at=f.now(), reason="False.")


def must_fix(content):
    content.refresh_from_db()
    data = {"by": f.reviewer().user, "at": f.now(), "text": "Says who?"}
    return reviewing.comment(Token.of(content), must_fix=True, **data)


@pytest.mark.parametrize("fate", [retract, annul, must_fix])
def test_what_was_held_was_never_public_not_even_in_the_history(client, fate):
    article = f.publish(f.article(title="First words"))
    f.revise(article, title="Held back")
    go_live = schedule(article)
    held = article.head
    _link, secret = previews.create(held, by=f.user("editor"), at=f.now(), label="Sample paper")
    fate(article)
    with at(go_live + SECOND):
        address = article.get_absolute_url()
        assert client.get(f"{address}history/{held.number}/canonical.json").status_code == 404
        assert "Held back" not in client.get(f"{address}history/").content.decode()
        public = client.get(f"{address}history/reviews.json").json()["publications"]
        assert [one["title"] for one in public] == ["First words"]
        assert client.get(f"/preview/{secret}/").status_code == 200, "still a draft"


def test_what_was_held_goes_live_by_a_new_approval_alone(client):
    article = f.article()
    go_live = schedule(article)
    thread = must_fix(article)
    reviewing.reply(thread, by=thread.author, at=f.now(), verdict="resolve")
    with at(go_live + SECOND):
        assert client.get(article.get_absolute_url()).status_code == 404
        f.move("approve", article, f.user("editor"))
        assert badges(client, article)


# --- A reopened comment -----------------------------------------


def resolved_thread(article):
    f.move("submit", article, f.user("editor"))
    thread = must_fix(article)
    reviewing.reply(thread, by=thread.author, at=f.now(), verdict="resolve")
    return thread


def test_a_reopened_must_fix_takes_a_text_off_the_schedule(client):
    thread = resolved_thread(article := f.article())
    go_live = schedule(article)
    reviewing.reply(thread, by=thread.author, at=f.now(), verdict="reopen")
    article.refresh_from_db()
    assert (article.status, article.scheduled) == ("in_review", None)
    with at(go_live):
        assert client.get(article.get_absolute_url()).status_code == 404


def test_who_is_about_to_approve_sees_a_reopened_must_fix_first():
    thread = resolved_thread(article := f.article())
    f.sign(article)
    editor = logged_in(f.user("editor"))
    head = desk.head(article)
    form = desk.move_form(editor, head, "approve")
    reviewing.reply(thread, by=thread.author, at=f.now(), verdict="reopen")
    assert editor.post(desk.url(head, "move", "approve"), form).status_code == 409
    refused("must be resolved", f.move, "approve", article, f.user("editor"))


def test_a_reopened_remark_stops_nobody(client):
    f.move("submit", article := f.article(), f.user("editor"))
    reviewer = f.reviewer().user
    thread = reviewing.comment(Token.of(article), by=reviewer, at=f.now(), text="Nice.")
    reviewing.reply(thread, by=reviewer, at=f.now(), verdict="resolve")
    go_live = schedule(article)
    reviewing.reply(thread, by=reviewer, at=f.now(), verdict="reopen")
    with at(go_live):
        assert badges(client, article)


# --- Two accounts of one person -----------------------------------------


def second_account(first, role="editor"):
    return f.user(role, alias_of=first)


def with_another_product(article, by):
    """The next draft, by `by`: the same signed words, another product after them."""
    product = f.publish(f.product())
    recommended = [f.Recommendation(product=product)]
    return f.revise(article, by, recommendations=recommended)


def test_a_signer_who_edits_by_a_second_account_carries_nothing():
    article = f.article()
    reviewer = f.sign(article)
    f.move("approve", article, f.user("editor"))
    revision = with_another_product(article, second_account(reviewer.user))
    assert revision.seal.digest == article.live.seal.digest, "the words are the same"
    assert not SignOff.objects.filter(revision=revision).exists()
    f.move("submit", article, f.user("editor"))
    editor = f.user("editor")
    refused("No reviewer's signature", f.move, "approve", article, editor)


@pytest.mark.parametrize("move", ["approve", "schedule"])
def test_a_second_account_approves_neither_own_words_nor_own_signature(move):
    writer, data = f.user("writer"), {}
    if move == "schedule":
        data = {"go_live_at": f.now() + DAY}
    article = f.article(by=writer)
    reviewer = f.sign(article)
    refused("You wrote", f.move, move, article, second_account(writer), **data)
    refused("You signed", f.move, move, article, second_account(reviewer.user), **data)


def test_a_second_account_does_not_confirm_what_the_first_published_unreviewed():
    article, editor = f.article(), f.user("editor")
    f.move("emergency", article, editor, reason="Now.")
    refused("a second person", f.move, "confirm", article, second_account(editor))


def test_a_second_account_resolves_no_must_fix_in_its_own_text():
    writer = f.user("writer")
    f.move("submit", article := f.article(by=writer), writer)
    thread = must_fix(article)
    deed = {"at": f.now(), "verdict": "resolve"}
    refused("You wrote", reviewing.reply, thread, by=second_account(writer), **deed)


def test_a_second_account_is_not_asked_to_review_its_own_text():
    writer = f.user("writer")
    article = f.article(by=writer)
    reviewer = f.reviewer(second_account(writer, "reviewer"))
    data = {"by": f.user("editor"), "at": f.now(), "due_on": f.now().date() + DAY}
    refused("could not sign it", reviewing.ask, article, reviewer, **data)
    head, other = desk.head(article), f.reviewer()
    page = logged_in(f.user("editor")).get(desk.url(head, "review"))
    choice = desk.forms(page)[desk.url(head, "act", "ask")].inputs["reviewer"]
    assert str(other.pk) in choice.value_options
    assert str(reviewer.pk) not in choice.value_options


# --- A signature that goes on -----------------------------------------


def test_a_carried_signature_goes_live_at_its_time_and_falls_with_the_first(client):
    article = f.article()
    f.publish(article)
    first = SignOff.objects.get()
    revision = with_another_product(article, f.user("editor"))
    f.move("submit", article, f.user("editor"))
    go_live = f.now().replace(microsecond=0) + DAY
    f.move("schedule", article, f.user("editor"), go_live_at=go_live)
    with at(go_live):
        [badge] = badges(client, article)
        assert tree_of(client, article.get_absolute_url()).xpath("//*[@data-product]")
        assert badge.xpath("ancestor::*[@data-signed]/@data-signed") == [revision.seal.digest]
    actions.revoke(first, kind="retract", by=first.signed_by, at=f.now(), reason="No.")
    article.refresh_from_db()
    assert (article.status, article.scheduled) == ("in_review", None)
    with at(go_live):
        assert not badges(client, article)


def test_a_carried_signature_runs_out_when_the_first_would():
    article = f.article()
    due = f.now().date() + 30 * DAY
    f.publish(article, next_review_on=due)
    with_another_product(article, f.user("editor"))
    f.move("submit", article, f.user("editor"))
    with at(f.now() + 31 * DAY):
        editor = f.user("editor")
        refused("has run out", f.move, "approve", article, editor)


def test_who_changed_the_products_does_not_approve_the_carried_signature():
    article = f.publish(f.article())
    editor = f.user("editor")
    with_another_product(article, editor)
    f.move("submit", article, f.user("editor"))
    refused("You wrote", f.move, "approve", article, editor)


# --- A schedule and the day of the next review -----------------------------------------


def test_a_text_may_go_live_on_the_very_day_of_its_next_review_and_not_the_day_after():
    noon = datetime.datetime(2027, 6, 1, 12, tzinfo=datetime.UTC)
    with at(noon):
        article, editor = f.article(), f.user("editor")
        f.sign(article, next_review_on=noon.date() + 10 * DAY)
        late = noon.replace(hour=0) + 11 * DAY
        refused("will be overdue", f.move, "schedule", article, editor, go_live_at=late)
        f.move("schedule", article, editor, go_live_at=late - SECOND)
        assert article.scheduled_at == late - SECOND


def test_a_text_waits_for_three_years_at_most():
    page, editor, now = f.page(), f.user("editor"), f.now()
    f.move("submit", page, f.user("editor"))
    latest = now + 3 * 365 * DAY
    late = {"go_live_at": latest + SECOND}
    refused("within the next three years", f.move, "schedule", page, editor, now, **late)
    f.move("schedule", page, editor, now, go_live_at=latest)
    assert page.scheduled_at == latest


def test_a_text_is_not_scheduled_for_the_very_moment_in_which_it_is_approved():
    page, editor, now = f.page(), f.user("editor"), f.now()
    f.move("submit", page, f.user("editor"))
    refused("lies ahead", f.move, "schedule", page, editor, now, go_live_at=now)


# --- The house's optional rules -----------------------------------------


def test_a_house_of_two_approves_its_own_signed_text_and_its_history_says_so(client, settings):
    settings.APPROVER_MAY_BE_CONTRIBUTOR = True
    editor = f.user("editor")
    article = f.article(by=editor)
    f.sign(article)
    f.move("approve", article, editor)
    assert badges(client, article)
    assert says_that_the_approver_contributed(client, article) == (True, [True])


def test_it_says_so_of_what_was_approved_for_a_time(client, settings):
    settings.APPROVER_MAY_BE_CONTRIBUTOR = True
    editor = f.user("editor")
    article = f.article(by=editor)
    f.sign(article)
    go_live = f.now().replace(microsecond=0) + DAY
    f.move("schedule", article, editor, go_live_at=go_live)
    with at(go_live):
        assert says_that_the_approver_contributed(client, article) == (True, [True])


def test_it_says_nothing_of_the_kind_where_a_third_person_approved(client, settings):
    settings.APPROVER_MAY_BE_CONTRIBUTOR = True
    article = f.publish(f.article())
    assert says_that_the_approver_contributed(client, article) == (False, [False])


def says_that_the_approver_contributed(client, content):
    """(whether the history says so, what it says of each publication to machines)."""
    address = f"{content.get_absolute_url()}history/"
    said = "Approved by somebody who also worked on the text."
    public = client.get(f"{address}reviews.json").json()["publications"]
    facts = [publication["approver_contributed"] for publication in public]
    return said in client.get(address).content.decode(), facts


@pytest.mark.parametrize("move", ["approve", "schedule"])
@pytest.mark.parametrize("make", [f.product, f.page])
def test_a_house_of_two_does_not_approve_its_own_words_that_nobody_signed(settings, make, move):
    settings.APPROVER_MAY_BE_CONTRIBUTOR = True
    editor = f.user("editor")
    content = make(by=editor)
    f.move("submit", content, editor)
    data = {"go_live_at": f.now() + DAY} if move == "schedule" else {}
    refused("You wrote", f.move, move, content, editor, **data)


@pytest.mark.parametrize("account", [lambda user: user, second_account])
def test_a_house_of_two_never_lets_the_signer_approve(settings, account):
    settings.APPROVER_MAY_BE_CONTRIBUTOR = True
    superuser = f.user("superuser")
    article = f.article()
    f.sign(article, f.reviewer(superuser))
    refused("You signed", f.move, "approve", article, account(superuser))


def test_a_house_of_two_never_lets_a_contributor_sign(settings):
    settings.APPROVER_MAY_BE_CONTRIBUTOR = True
    superuser = f.user("superuser")
    article, reviewer = f.article(by=superuser), f.reviewer(superuser)
    f.move("submit", article, superuser)
    refused("You wrote", f.move, "sign", article, superuser, **f.sign_form(reviewer))


# --- What is approved already --------------------------------------------------------------------


@pytest.mark.parametrize("make", [f.product, f.page])
def test_what_has_no_reviews_is_not_submitted_again_as_it_stands(make):
    content, editor = f.publish(make()), f.user("editor")
    refused("Change it first", f.move, "submit", content, editor)
    field = "name" if content.kind == "product" else "title"
    f.revise(content, editor, **{field: "Other words"})
    f.move("submit", content, editor)
    assert content.status == "in_review"


# --- A reviewer who is named in the draft -----------------------------------------


def test_a_named_reviewer_is_asked_once_however_often_it_is_submitted(client):
    article = f.article(children=[invited := f.invitation()])
    f.move("submit", article, f.user("editor"))
    for name, data in (("recall", {}), ("request_changes", {"reason": "Sources."})):
        f.move(name, article, f.user("editor"), **data)
        f.move("submit", article, f.user("editor"))
    request = ReviewRequest.objects.get()
    assert (request.reviewer, request.is_open) == (invited.reviewer, True)


@pytest.mark.parametrize("how", ["byline", "another account"])
def test_a_named_reviewer_who_worked_on_the_text_is_not_asked(how):
    own, other = f.invitation(), f.invitation()
    account = own.reviewer.user
    if how == "another account":
        account = f.user("writer", alias_of=account)
    article = f.article(authors=[f.author(user=account)], children=[own, other])
    f.move("submit", article, f.user("editor"))
    assert ReviewRequest.objects.get().reviewer == other.reviewer


def test_a_named_reviewer_whom_somebody_asked_before_is_not_asked_again():
    article = f.article(children=[invited := f.invitation()])
    data = {"by": f.user("editor"), "at": f.now(), "due_on": f.now().date() + DAY}
    asked = reviewing.ask(article, invited.reviewer, **data)
    f.move("submit", article, f.user("editor"))
    assert ReviewRequest.objects.get() == asked


def test_a_named_reviewer_who_has_answered_is_asked_again():
    article = f.article(children=[invited := f.invitation()])
    f.move("submit", article, f.user("editor"))
    by = invited.reviewer.user
    reviewing.decline(ReviewRequest.objects.get(), by=by, at=f.now(), reason="Away.")
    f.move("recall", article, f.user("editor"))
    f.move("submit", article, f.user("editor"))
    assert ReviewRequest.objects.open().count() == 1
    assert ReviewRequest.objects.count() == 2


# --- Two at once, on PostgreSQL -----------------------------------------


def beside(deed):
    """Start a deed beside this one, in a connection of its own; returns (thread, its outcomes)."""
    outcomes = []

    def play():
        try:
            outcomes.append(deed())
        except (Refused, DatabaseError) as error:
            outcomes.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=play)
    thread.start()
    return thread, outcomes


def meanwhile(deed):
    """The same, once it has come as far as it does before it waits for us."""
    thread, outcomes = beside(deed)
    thread.join(1)
    return thread, outcomes


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_signature_waits_for_a_suspension_that_is_under_way(client):
    f.move("submit", article := f.article(), f.user("editor"))
    reviewer, admin = f.reviewer(), f.user("administrator")
    credentials = Credential.objects.filter(reviewer=reviewer)
    form = f.sign_form(reviewer)
    with transaction.atomic():
        credentials.update(suspended_at=f.now(), suspended_by=admin)
        thread, outcomes = meanwhile(lambda: f.move("sign", article, reviewer.user, **form))
        assert outcomes == [], "it waits"
    thread.join()
    assert "suspended" in str(outcomes[0])
    assert not SignOff.objects.exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_withdrawal_locks_its_hosts_and_its_text_in_the_order_of_all_others():
    """The host is older than the point that it uses: whoever locks both begins with the host."""
    host = f.article()
    point = f.publish(f.point("BL40"))
    f.revise(host, body=f.embed("BL40"))
    schedule(host)
    assert host.pk < point.pk
    with transaction.atomic():
        Content.objects.select_for_update().get(pk=host.pk)
        thread, outcomes = meanwhile(lambda: withdraw(point))
        assert outcomes == [], "it waits for the host"
        Content.objects.select_for_update(nowait=True).get(pk=point.pk)
    thread.join()
    assert outcomes == [None]
    point.refresh_from_db()
    assert point.status == "withdrawn"


def signed_host():
    """(point that readers have, host that waits for its time, moment of the host's go-live)"""
    point = f.publish(f.point("BL40"))
    host = f.article(body=f.embed("BL40"))
    f.sign(host)
    return point, host, f.now().replace(microsecond=0) + 2 * DAY


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_host_scheduled_while_its_point_is_being_withdrawn_is_refused():
    point, host, go_live = signed_host()
    editor = f.user("editor")
    with transaction.atomic():
        withdraw(point)
        thread, outcomes = meanwhile(lambda: f.move("schedule", host, editor, go_live_at=go_live))
        assert outcomes == [], "it waits"
    thread.join()
    assert "withdrawn" in str(outcomes[0])
    host.refresh_from_db()
    assert host.scheduled is None


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_point_withdrawn_while_its_host_is_being_scheduled_takes_it_off_the_schedule():
    point, host, go_live = signed_host()
    with transaction.atomic():
        f.move("schedule", host, f.user("editor"), go_live_at=go_live)
        thread, outcomes = meanwhile(lambda: withdraw(point))
        assert outcomes == [], "it waits"
    thread.join()
    assert outcomes == [None]
    host.refresh_from_db()
    assert (host.status, host.scheduled) == ("in_review", None)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_a_schedule_and_a_withdrawal_at_once_no_host_stays_scheduled_on_a_fallen_point():
    point, _host, go_live = signed_host()
    for _round in range(10):
        host = f.article(body=f.embed("BL40"))
        f.sign(host)
        editor, both = f.user("editor"), threading.Barrier(2)

        def schedule_it(host=host, editor=editor, both=both):
            both.wait()
            f.move("schedule", host, editor, go_live_at=go_live)

        thread, outcomes = beside(schedule_it)
        both.wait()
        withdraw(point)
        thread.join()
        host.refresh_from_db()
        assert host.scheduled is None, outcomes
        f.move("return", point, f.user("editor"))
        f.sign(point)
        f.move("approve", point, f.user("editor"))
