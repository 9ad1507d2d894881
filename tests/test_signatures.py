"""Lists of what falls due and of who signed: never more than the log says, where rows and log
differ."""

import datetime

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from editorial import actions, board, leaving, queues, reports, signatures, triggers
from editorial.models import Content, Letter, SignOff
from tests import factories as f
from tests.database import sql
from tests.test_reviewing import logged_in

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
LONG_AGO = 400 * DAY


@pytest.fixture
def reviewer():
    return f.reviewer(f.user("reviewer", email="vera@sample.example"), name="Vera Sample")


def overdue(reviewer, **fields):
    """A public article of which the review ran out a month ago."""
    at = f.now() - LONG_AGO
    return f.publish(f.article(at=at, **fields), reviewer, at=at)


def sign_again(article, by):
    f.move("submit", article, f.user("editor"))
    f.sign(article, by)


def take_back(signoff, kind="retract", by=None):
    actions.revoke(signoff, kind=kind, by=by or signoff.signed_by, at=f.now(), reason="No.")


def annul(reviewer):
    admin = f.user("superuser")
    credential = reviewer.credentials.get()
    actions.annul_credential(credential, by=admin, at=f.now(), reason="Forged papers.")


def everywhere(reviewer):
    """Where a text stands as due or overdue, of all places that say so."""
    now = f.now()
    found = {name for name in ("overdue", "calendar") if reports.REPORTS[name].all_rows(now)}
    if sum(count for _month, count in reports.due_by_month(now)):
        found.add("months")
    if any(row[4] for row in reports.load(now)):
        found.add("load")
    for user in (reviewer.user, f.user("editor")):
        found |= {
            str(queue.title)
            for queue in queues.for_user(user, now)
            if queue.total and str(queue.title) in (AGAIN, LOST)
        }
    client = logged_in(f.user("editor"))
    for due in ("overdue", "soon"):
        address = f"/admin/board/?due={due}&state=published"
        if 'name="chosen"' in client.get(address).content.decode():
            found.add(f"board {due}")
    call_command("remind", verbosity=0)
    if Letter.objects.filter(about__startswith="again:"):
        found.add("letter")
    return found


AGAIN, LOST = "Due for review again", "Badge lost: review overdue"
ALL = {
    "overdue",
    "calendar",
    "months",
    "load",
    AGAIN,
    LOST,
    "board overdue",
    "board soon",
    "letter",
}


class TestDue:
    def test_an_overdue_text_stands_everywhere(self, reviewer):
        overdue(reviewer)
        assert everywhere(reviewer) == ALL

    def test_a_retracted_renewal_ends_the_review_that_it_renewed(self, reviewer):
        article = overdue(reviewer)
        sign_again(article, reviewer)
        take_back(SignOff.objects.latest("pk"))
        assert everywhere(reviewer) == set(), "the badge fell with the retraction, not by the day"

    def test_an_annulled_credential_leaves_nothing_to_fall_due(self, reviewer):
        overdue(reviewer)
        annul(reviewer)
        assert everywhere(reviewer) == set()

    def test_an_approval_that_a_reviewer_ended_is_not_overdue(self, reviewer):
        article = overdue(reviewer)
        f.move("submit", article, f.user("editor"))
        f.move("request_changes", article, f.reviewer().user, reason="Wrong.", stop=True)
        assert everywhere(reviewer) == set()

    def test_a_forged_line_is_believed_nowhere(self, reviewer):
        article = overdue(reviewer)
        line = article.events.get(move="approve")
        with triggers.lifted(connection):
            sql("UPDATE editorial_event SET mac = %s WHERE id = %s", "0" * 64, line.pk)
        assert everywhere(reviewer) == set()

    def test_a_signature_that_no_approval_names_renews_nothing(self, reviewer):
        article = overdue(reviewer)
        sign_again(article, f.reviewer(name="Ilse Sample"))
        (found,) = signatures.overdue(Content.objects, f.now())
        assert (found.pk, found.signer) == (article.pk, "Vera Sample")

    def test_a_renewal_moves_the_day_and_takes_it_off_the_overdue(self, reviewer):
        article = overdue(reviewer)
        sign_again(article, reviewer)
        assert signatures.overdue(Content.objects, f.now()) == []
        year = timezone.localdate() + 366 * DAY
        (found,) = signatures.due(Content.objects, f.now(), year)
        assert found.due_on == timezone.localdate() + 365 * DAY

    def test_of_two_signers_the_one_who_fell_gives_no_day(self, reviewer):
        at = f.now() - LONG_AGO
        article, other = f.article(at=at), f.reviewer(name="Ilse Sample")
        f.sign(article, reviewer, at=at)
        f.sign(article, other, at=at, next_review_on=(f.now() + 20 * DAY).date())
        f.move("approve", article, f.user("editor"), at)
        assert signatures.overdue(Content.objects, f.now()) == []
        annul(other)
        (found,) = signatures.overdue(Content.objects, f.now())
        assert found.signer == "Vera Sample"

    def test_an_emergency_has_no_review_that_runs_out(self, reviewer):
        article = overdue(reviewer)
        f.revise(article, summary="New.")
        f.move("emergency", article, f.user("editor"), reason="It cannot wait.")
        assert everywhere(reviewer) == set()

    def test_the_first_come_first_and_no_more_than_asked_for(self, reviewer):
        later, first = overdue(reviewer), f.article(at=f.now() - 900 * DAY)
        f.publish(first, reviewer, at=f.now() - 900 * DAY)
        assert [c.pk for c in signatures.overdue(Content.objects, f.now())] == [first.pk, later.pk]
        assert [c.pk for c in signatures.overdue(Content.objects, f.now(), 1)] == [first.pk]

    def test_the_number_of_queries_does_not_grow(self, reviewer):
        def spent():
            with CaptureQueriesContext(connection) as queries:
                signatures.overdue(Content.objects, f.now())
            return len(queries)

        overdue(reviewer)
        few = spent()
        for _ in range(3):
            overdue(reviewer)
        assert spent() == few


class TestLost:
    def found(self, client):
        """Where the desk says that a page needs somebody: [reasons], next step on the board and
        in the list."""
        editor = f.user("editor")
        rows = [
            row[1]
            for queue in queues.for_user(editor, f.now())
            if str(queue.title) == "Badge lost: review again"
            for row in queue.rows
        ]
        client = logged_in(editor)
        listed = client.get("/admin/board/?due=lost&state=published").text
        assert ('name="chosen"' in listed) == bool(rows)
        published = client.get("/admin/board/?state=published").text
        assert ("Nothing to do" in published) == (not rows)
        in_the_list = client.get("/admin/articles/articlerevision/").text
        assert ("Nothing to do" in in_the_list) == (not rows)
        return rows

    def test_a_page_that_lost_its_badge_by_a_retraction_needs_somebody(self, client, reviewer):
        article = f.publish(f.article(), reviewer)
        assert self.found(client) == []
        take_back(article.signoffs.get())
        assert self.found(client) == ["Vera Sample took their signature back."]
        sign_again(article, reviewer)
        f.move("approve", article, f.user("editor"))
        assert self.found(client) == []

    @pytest.mark.parametrize("fell", ["annul", "credential", "stop", "approver"])
    def test_so_does_one_that_lost_it_otherwise(self, client, reviewer, fell):
        article, editor = f.article(), f.user("editor")
        f.sign(article, reviewer)
        f.move("approve", article, editor)
        if fell == "annul":
            take_back(article.signoffs.get(), "annul", f.user("superuser"))
        elif fell == "credential":
            annul(reviewer)
        elif fell == "stop":
            f.move("submit", article, f.user("editor"))
            f.move("request_changes", article, reviewer.user, reason="Wrong.", stop=True)
            f.move("discard", article, f.user("editor"))
        else:
            admin = f.user("administrator")
            actions.link_accounts(reviewer.user, editor, by=admin, at=f.now())
        assert len(self.found(client)) == 1

    def test_so_does_a_host_of_a_point_that_fell(self, client, reviewer):
        f.publish(f.point("BL40"))
        host = f.publish(f.article(body=f.embed("BL40")), reviewer)
        take_back(SignOff.objects.get(content__kind="acupoint"))
        found = signatures.lost(Content.objects.filter(pk=host.pk), f.now())
        assert "BL40" in found[0].why_lost

    def test_what_went_live_by_its_time_and_fell_then(self, client, reviewer):
        at = f.now() - DAY
        article = f.article(at=at)
        f.sign(article, reviewer, at=at)
        f.move("schedule", article, f.user("editor"), at, go_live_at=at + DAY / 2)
        take_back(article.signoffs.get())
        assert len(signatures.lost(Content.objects, f.now())) == 1

    def test_a_name_that_falls_while_another_stands_needs_nobody(self, client, reviewer):
        article = f.article()
        f.sign(article, reviewer)
        f.sign(article)
        f.move("approve", article, f.user("editor"))
        annul(reviewer)
        assert self.found(client) == []

    def test_what_is_overdue_or_withdrawn_is_no_part_of_it(self, client, reviewer):
        overdue(reviewer)
        gone = f.publish(f.article(), reviewer)
        take_back(gone.signoffs.get())
        f.move("withdraw", gone, f.user("editor"), reason="Wrong.")
        assert signatures.lost(Content.objects, f.now()) == []
        editor = logged_in(f.user("editor"))
        assert "A reviewer signs again" in editor.get("/admin/board/?state=published").text
        assert "A reviewer signs again" in editor.get("/admin/articles/articlerevision/").text

    def test_the_number_of_queries_does_not_grow(self, reviewer):
        def spent():
            with CaptureQueriesContext(connection) as queries:
                assert signatures.lost(Content.objects, f.now())
            return len(queries)

        f.publish(f.point("BL40"))
        for _ in range(2):
            f.publish(f.article(body=f.embed("BL40")), reviewer)
        take_back(SignOff.objects.filter(content__kind="article").first())
        few = spent()
        take_back(SignOff.objects.filter(content__kind="acupoint").first())
        assert spent() == few


class TestWhoSigned:
    def found(self, reviewer):
        data = {"reviewer": str(reviewer.pk)}
        asked = board.Filters(data, user=reviewer.user, kind_names=["article"])
        return {content.pk for content in asked.contents(f.now())}

    def test_the_board_finds_a_text_by_a_signature_that_counts(self, reviewer):
        article = f.publish(f.article(), reviewer)
        assert self.found(reviewer) == {article.pk}

    @pytest.mark.parametrize("deed", ["retract", "annul", "credential"])
    def test_and_not_by_one_that_does_not(self, reviewer, deed):
        f.publish(f.article(), reviewer)
        signoff = SignOff.objects.get()
        if deed == "credential":
            annul(reviewer)
        else:
            take_back(signoff, deed, f.user("superuser") if deed == "annul" else None)
        assert self.found(reviewer) == set()

    def leave(self, reviewer, article):
        f.move("submit", article, f.user("editor"))
        f.sign(article, reviewer)
        reviewer.deactivated_at, reviewer.deactivated_by = f.now(), f.user("editor")
        reviewer.deactivation_reason = "Retired."
        reviewer.save()

    def test_who_left_is_named_where_their_signature_waits(self, reviewer):
        article = f.article(title="Waiting")
        self.leave(reviewer, article)
        assert leaving.warnings([Content.objects.get()], f.now())
        assert leaving.titles_that_wait(reviewer, f.now()) == ["Waiting"]

    def test_and_not_where_it_ended_and_another_signed(self, reviewer):
        article = f.article()
        f.sign(article, reviewer)
        f.move("request_changes", article, f.user("editor"), reason="Look again.")
        self.leave(reviewer, f.article())
        f.move("submit", article, article.created_by)
        f.sign(article, f.reviewer())
        content = Content.objects.get(pk=article.pk)
        assert leaving.warnings([content], f.now()) == {}
        assert len(leaving.titles_that_wait(reviewer, f.now())) == 1
