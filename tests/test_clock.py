"""The second before and the second itself of everything that time alone changes, on ordinary days
and on those when clocks and calendars do something odd. No worker runs, nothing is saved between
the two looks, and no cache is emptied: what was kept before a moment must not be served after it.
"""

import datetime
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from acupoints.models import Caution
from editorial import actions, previews, reviewing
from editorial.actions import Token
from editorial.days import months_after
from editorial.errors import Refused
from editorial.forms import SignForm
from editorial.models import Content, Letter
from tests import desk
from tests import factories as f
from tests.reading import badges, status, tree_of
from tests.test_public_content import LISTS, complete_article, listed_in
from tests.test_queues import waiting
from tests.test_reviewing import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.once]

DAY, SECOND = datetime.timedelta(days=1), datetime.timedelta(seconds=1)
BERLIN, NEW_YORK, LORD_HOWE = "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"
CAIRO, KATHMANDU = "Africa/Cairo", "Asia/Kathmandu"

odd = pytest.mark.slow  # the fast part of the suite looks at ordinary days
INSTANTS = [  # (zone, the site's clocks at the moment, fold)
    pytest.param("UTC", (2027, 6, 1, 12), 0, id="ordinary"),
    pytest.param("UTC", (2028, 2, 29), 0, id="29 February", marks=odd),
    pytest.param(BERLIN, (2027, 3, 28, 3), 0, id="when clocks go forward", marks=odd),
    pytest.param(BERLIN, (2027, 10, 31, 2, 30), 1, id="in the repeated hour, second", marks=odd),
    pytest.param(LORD_HOWE, (2027, 4, 4, 1, 45), 1, id="in a repeated half hour", marks=odd),
]
DAYS = [  # (zone, a last day)
    pytest.param("UTC", (2027, 6, 1), id="ordinary"),
    pytest.param(BERLIN, (2027, 3, 28), id="a day of 23 hours", marks=odd),
    pytest.param(BERLIN, (2027, 10, 31), id="a day of 25 hours", marks=odd),
    pytest.param(CAIRO, (2027, 4, 29), id="before a day without a midnight", marks=odd),
    pytest.param(NEW_YORK, (2028, 2, 29), id="29 February behind UTC", marks=odd),
    pytest.param(KATHMANDU, (2028, 2, 29), id="29 February before UTC", marks=odd),
    pytest.param(KATHMANDU, (2029, 2, 28), id="a year after 29 February", marks=odd),
]


def at(moment):
    """Stands still at the moment, by UTC: time_machine would else set the machine's own zone."""
    return time_machine.travel(moment.timestamp(), tick=False)


def end_of(day, zone):
    """The first second of the next day by the zone's clocks."""
    return datetime.datetime.combine(day + DAY, datetime.time(), ZoneInfo(zone))


# --- At an instant -----------------------------------------------------------------------
# Each makes its rows a while before `moment` and returns (look, before, from then on): a function
# that looks as people do, and what it has to find.


def an_article_goes_live(client, moment):
    article = complete_article()
    f.sign(article)
    f.move("schedule", article, f.user("editor"), go_live_at=moment)
    pages = ("", "history/", "history/reviews.json", "history/2/canonical.json")

    def look():
        codes = {client.get(f"{article.get_absolute_url()}{page}").status_code for page in pages}
        return codes, listed_in(client, article)

    return look, ({404}, []), ({200}, list(LISTS))


def a_new_text_takes_over(client, moment):
    article = f.publish(complete_article())
    f.revise(article, title="Tired legs, put right")
    f.sign(article)
    f.move("schedule", article, f.user("editor"), go_live_at=moment)

    def look():
        paths = (article.get_absolute_url(), "/articles/", "/topics/legs/", "/search/?q=tired")
        return {"Tired legs, put right" in tree_of(client, path).text_content() for path in paths}

    return look, {False}, {True}


def a_point_gains_a_caution(client, moment):
    f.publish(point := f.point("BL40"))
    host = f.publish(f.article(body=f.embed("BL40")))
    f.revise(point, cautions=[Caution(kind="pregnancy", text="Leave it out.")])
    f.sign(point)
    f.move("schedule", point, f.user("editor"), go_live_at=moment)
    return lambda: bool(badges(client, host)), True, False


def a_preview_ends(client, moment):
    _link, secret = previews.create(
        f.article().head, by=f.user("editor"), at=moment - 7 * DAY, label="Sample paper"
    )
    return lambda: client.get(f"/preview/{secret}/").status_code, 200, 404


def an_emergency_passes_its_deadline(client, moment):
    article, editor = f.article(), f.user("editor", email="editor@sample.example")
    f.move("emergency", article, editor, moment - 3 * DAY, reason="Now.")
    desk.head(article)

    def look():
        assert waiting(editor)["Published without a review"]
        call_command("remind", verbosity=0)
        told = Letter.objects.filter(recipient=editor, subject__contains="is past its day")
        return told.exists(), status(client, article)

    return look, (False, []), (True, [])


def an_emergency_is_replaced(client, moment):
    article, editor = f.article(), f.user("editor")
    f.move("emergency", article, editor, moment - DAY, reason="Now.")
    f.move("submit", article, editor, moment - DAY)
    f.sign(article, at=moment - DAY)
    f.move("schedule", article, f.user("editor"), moment - DAY, go_live_at=moment)

    def look():
        confirm = [why for move, why in offered(article) if move.name == "confirm"]
        return "Published without a review" in waiting(editor), confirm == [None]

    return look, (True, True), (False, False)


def offered(content):
    content = Content.objects.get(pk=content.pk)
    return actions.offered(content, by=f.user("editor"), at=f.now())


AT_AN_INSTANT = [
    an_article_goes_live,
    a_new_text_takes_over,
    a_point_gains_a_caution,
    a_preview_ends,
    an_emergency_passes_its_deadline,
    an_emergency_is_replaced,
]


@pytest.mark.parametrize("happening", AT_AN_INSTANT)
@pytest.mark.parametrize(("zone", "wall", "fold"), INSTANTS)
def test_it_happens_at_its_second(client, settings, happening, zone, wall, fold):
    settings.TIME_ZONE = zone
    moment = datetime.datetime(*wall, tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)
    with at(moment - 9 * DAY):
        look, before, after = happening(client, moment)
    with at(moment - SECOND):
        assert look() == before
    with at(moment):
        assert look() == after


# --- At the end of a day -----------------------------------------------------------------


def a_review_falls_overdue(client, day):
    reviewer = f.reviewer(f.user("reviewer", email="reviewer@sample.example"))
    article = f.publish(f.article(title="Tired legs"), reviewer, next_review_on=day)
    editor = f.user("editor")

    def look():
        call_command("remind", verbosity=0)
        board = logged_in(editor).get("/admin/board/?due=overdue&state=published")
        return (
            bool(badges(client, article)),
            status(client, article),
            "Badge lost: review overdue" in waiting(editor),
            "Tired legs" in board.content.decode(),
            Letter.objects.filter(subject__contains="lost its badge").exists(),
        )

    return look, (True, ["approved"], False, False, False), (False, ["overdue"], True, True, True)


def a_scheduled_page_falls_overdue(client, day):
    """Nobody touched it since it went live by itself."""
    reviewer = f.reviewer(f.user("reviewer", email="reviewer@sample.example"))
    f.sign(article := f.article(), reviewer, next_review_on=day)
    f.move("schedule", article, f.user("editor"), go_live_at=f.now() + DAY)
    told = Letter.objects.filter(subject__contains="lost its badge")

    def look():
        call_command("remind", verbosity=0)
        return bool(badges(client, article)), told.exists()

    return look, (True, False), (False, True)


def a_signature_grows_too_old_to_approve(client, day):
    f.sign(article := f.article(), next_review_on=day)

    def look():
        why_not = {move.name: why for move, why in offered(article)}["approve"]
        return "has run out" in (why_not or "")

    return look, False, True


def a_credential_expires(client, day):
    reviewer = f.reviewer(name="Ilse Sample")
    f.change_credentials(reviewer, valid_until=day)
    signed_before = f.publish(f.article(), reviewer, next_review_on=day + 100 * DAY)
    to_sign = [in_review(f.article()), in_review(f.article())]

    def look():
        answer = sign_by_the_form(reviewer, to_sign.pop(), day + 100 * DAY)
        page = tree_of(client, reviewer.get_absolute_url()).text_content()
        refused = "expired on" in answer.content.decode()
        return (
            answer.status_code,
            refused,
            "not valid today" in page,
            bool(badges(client, signed_before)),
        )

    return look, (302, False, False, True), (403, True, True, True)


def sign_by_the_form(reviewer, content, next_review_on):
    browser, head = logged_in(reviewer.user), desk.head(content)
    token = Token.of(content)
    return browser.post(
        desk.url(head, "move", "sign"),
        {
            "version": token.version,
            "revision": token.revision,
            "digest": token.digest,
            "credential": reviewer.credentials.get().pk,
            "scope": "All of it",
            "conflict_statement": "None.",
            "next_review_on": next_review_on.isoformat(),
            "has_read": "on",
        },
    )


def a_credential_begins(client, day):
    reviewer = f.reviewer()
    f.change_credentials(reviewer, valid_from=day + DAY)
    article = in_review(f.article())

    def look():
        answer = sign_by_the_form(reviewer, article, day + 100 * DAY)
        return answer.status_code, "not valid yet" in answer.content.decode()

    return look, (403, True), (302, False)


def a_reviewer_is_late(client, day):
    reviewer, editor = f.reviewer(), f.user("editor")
    article = in_review(f.article(title="Tired legs"))
    reviewing.ask(article, reviewer, by=editor, at=f.now(), due_on=day)

    def look():
        board = logged_in(editor).get("/admin/board/?due=requests")
        return "Reviews that are late" in waiting(editor), "Tired legs" in board.content.decode()

    return look, (False, False), (True, True)


AT_THE_END_OF_A_DAY = [
    a_review_falls_overdue,
    a_scheduled_page_falls_overdue,
    a_signature_grows_too_old_to_approve,
    a_credential_expires,
    a_credential_begins,
    a_reviewer_is_late,
]


@pytest.mark.parametrize("happening", AT_THE_END_OF_A_DAY)
@pytest.mark.parametrize(("zone", "day"), DAYS)
def test_it_happens_when_the_sites_day_ends(client, settings, happening, zone, day):
    settings.TIME_ZONE = zone
    day = datetime.date(*day)
    midnight = end_of(day, zone)
    with at(midnight - 9 * DAY):
        look, before, after = happening(client, day)
    with at(midnight.astimezone(UTC) - SECOND):
        assert look() == before
    with at(midnight):
        assert look() == after


@pytest.mark.parametrize("happening", [*AT_AN_INSTANT, *AT_THE_END_OF_A_DAY])
def test_an_application_whose_clock_is_a_second_off_would_fail(client, monkeypatch, happening):
    """The control: each look follows the application's clock, here one second slow, then fast."""
    true, moment = timezone.now, datetime.datetime(2027, 6, 1, tzinfo=UTC)
    with at(moment - 9 * DAY):
        by_instant = happening in AT_AN_INSTANT
        look, before, after = happening(client, moment if by_instant else moment.date() - DAY)
    monkeypatch.setattr(timezone, "now", lambda: true() - SECOND)
    with at(moment):
        assert look() == before
    monkeypatch.setattr(timezone, "now", lambda: true() + SECOND)
    with at(moment - SECOND):
        assert look() == after


# --- Months and clocks in forms -----------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [
        ("2027-06-01", 12, "2028-06-01"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 24, "2030-02-28"),
        ("2028-02-29", 48, "2032-02-29"),
        ("2027-01-31", 1, "2027-02-28"),
        ("2027-12-31", 2, "2028-02-29"),
        ("2027-03-31", -1, "2027-02-28"),
        ("2027-01-01", -1, "2026-12-01"),
        ("2027-12-01", 0, "2027-12-01"),
    ],
)
def test_months_are_the_calendars(day, months, after):
    assert months_after(datetime.date.fromisoformat(day), months).isoformat() == after


@pytest.mark.parametrize(
    ("zone", "due"), [("UTC", "2029-02-28"), (KATHMANDU, "2029-03-01"), (NEW_YORK, "2029-02-28")]
)
def test_the_sign_form_proposes_the_same_day_of_a_later_year(settings, zone, due):
    """Signed in the evening of 29 February by UTC, when it is March in Kathmandu already."""
    settings.TIME_ZONE = zone
    with at(datetime.datetime(2028, 2, 29, 20, tzinfo=UTC)):
        reviewer = f.reviewer()
        form = SignForm(content=f.article(), by=reviewer.user, at=f.now())
        assert form.initial["next_review_on"].isoformat() == due


@pytest.mark.parametrize(
    ("due", "taken"),
    [((2028, 2, 29), False), ((2028, 3, 1), True), ((2031, 2, 28), True), ((2031, 3, 1), False)],
)
def test_a_review_falls_due_within_three_calendar_years(due, taken):
    with at(datetime.datetime(2028, 2, 29, 12, tzinfo=UTC)):
        reviewer, article = f.reviewer(), in_review(f.article())
        answer = sign_by_the_form(reviewer, article, datetime.date(*due))
        assert answer.status_code == (302 if taken else 403)
        assert taken or "within the next three years" in answer.content.decode()


ODD_TIMES = [
    (BERLIN, "2027-03-28T02:30", "Clocks go forward then, past 02:30 in Europe/Berlin."),
    (BERLIN, "2027-10-31T02:30", "Clocks go back then, and 02:30 comes twice in Europe/Berlin."),
    (LORD_HOWE, "2027-04-04T01:45", "and 01:45 comes twice in Australia/Lord_Howe."),
    ("UTC", "2027-02-29T12:00", "Enter a valid date/time."),
    ("UTC", "2035-01-01T12:00", "Name a time within the next three years."),
    (NEW_YORK, "9999-12-31T23:30", "Name a time within the next three years."),
    (KATHMANDU, "0001-01-01T00:00", "Name a time that lies ahead"),
]


@pytest.mark.parametrize(("zone", "typed", "sentence"), ODD_TIMES)
def test_a_time_that_cannot_be_is_answered_and_kept(settings, zone, typed, sentence):
    settings.TIME_ZONE = zone
    with at(datetime.datetime(2027, 2, 1, tzinfo=UTC)):
        page = in_review(f.page())
        answer = schedule_by_the_form(page, typed)
        assert sentence in answer.content.decode()
        assert desk.values(desk.forms(answer)["move-schedule"])["go_live_at"] == typed
        page.refresh_from_db()
        assert page.status == "in_review"


@pytest.mark.parametrize(
    ("typed", "utc"),
    [
        ("2027-03-28T01:59", "2027-03-28T00:59"),
        ("2027-03-28T03:00", "2027-03-28T01:00"),
        ("2027-10-31T01:59", "2027-10-30T23:59"),
        ("2027-10-31T03:00", "2027-10-31T02:00"),
        ("2028-02-29T00:00", "2028-02-28T23:00"),
    ],
)
def test_a_time_is_read_by_the_sites_clocks(settings, typed, utc):
    settings.TIME_ZONE = BERLIN
    with at(datetime.datetime(2027, 2, 1, tzinfo=UTC)):
        page = in_review(f.page())
        assert schedule_by_the_form(page, typed).status_code == 302
    page.refresh_from_db()
    assert page.scheduled_at == datetime.datetime.fromisoformat(f"{utc}+00:00")


def in_review(content):
    f.move("submit", content, f.user("editor"))
    return content


def schedule_by_the_form(content, typed):
    browser, head = logged_in(f.user("editor")), desk.head(content)
    form = desk.move_form(browser, head, "schedule")
    return browser.post(desk.url(head, "move", "schedule"), {**form, "go_live_at": typed})


# --- After a page went live by itself -----------------------------------------------------


@pytest.fixture
def gone_live():
    """An article after its first second in public; since it was scheduled nothing was saved."""
    f.sign(article := f.article(title="Tired legs"))
    go_live = f.now().replace(microsecond=0) + DAY
    f.move("schedule", article, f.user("editor"), go_live_at=go_live)
    _link, article.secret = previews.create(
        article.head, by=f.user("editor"), at=f.now(), label="Sample paper"
    )
    with at(go_live):
        yield article


def test_its_address_stays(gone_live):
    editor = f.user("editor")
    browser, head = logged_in(editor), desk.head(gone_live)
    assert "slug" not in desk.draft_form(browser, head), "shown, and no field to fill in"
    copy, data = actions.copy_of(head, {}), {"by": editor, "at": f.now(), "slug": "another"}
    with (
        pytest.raises(Refused, match="has been public"),
        actions.saving(gone_live, copy, Token.of(gone_live), **data),
    ):
        copy.save()


@pytest.mark.parametrize("fate", ["replaced", "withdrawn"])
def test_a_link_to_its_draft_stays_dead(client, gone_live, fate):
    assert client.get(f"/preview/{gone_live.secret}/").status_code == 404
    if fate == "withdrawn":
        f.move("withdraw", gone_live, f.user("editor"), reason="Wrong.")
    else:
        f.revise(gone_live, title="Put right")
        f.publish(gone_live)
    assert client.get(f"/preview/{gone_live.secret}/").status_code == 404


def test_the_desk_says_that_readers_have_it(gone_live):
    browser, head = logged_in(f.user("editor")), desk.head(gone_live)
    page = browser.get(desk.url(head, "compare", head.pk)).content.decode()
    assert "what readers have" in page
    with at(gone_live.scheduled_at + 3 * DAY):
        board = tree_of(browser, "/admin/board/?state=published").text_content()
        assert "3\xa0days" in board, "not the four since it was scheduled"
        articles = tree_of(browser, "/admin/articles/articlerevision/").text_content()
        assert "3 d" in articles


def test_an_emergency_that_a_review_replaced_does_not_come_back():
    article, editor = f.article(), f.user("editor")
    f.move("emergency", article, editor, reason="Now.")
    f.move("submit", article, editor)
    f.sign(article)
    go_live = f.now().replace(microsecond=0) + DAY
    f.move("schedule", article, f.user("editor"), go_live_at=go_live)
    with at(go_live):
        f.revise(article, title="The next draft")
        assert "Published without a review" not in waiting(editor)
