"""Everything that may fall before a text's time: the text is held, its people are told, the desk
lists it, and no later repair publishes it. What falls a second after is told by the page itself."""

import datetime

import pytest
import time_machine
from django.core.management import call_command

from acupoints.models import Caution
from editorial import actions, reviewing, schedules
from editorial.actions import Token
from editorial.models import Content, Event, Letter, SignOff
from tests import factories as f
from tests.reading import badges

pytestmark = pytest.mark.django_db

DAY, SECOND = datetime.timedelta(days=1), datetime.timedelta(seconds=1)
CAUTION = Caution(kind="pregnancy", text="Leave it out.")


def signature_of(content):
    return SignOff.objects.filter(content=content, carried_from=None).latest("pk")


def take_back(signoff, kind, by):
    actions.revoke(signoff, kind=kind, by=by, at=f.now(), reason="I was wrong.")


def ask_for_review(content):
    f.move("submit", content, f.user("editor"))
    f.sign(content)


# --- What falls, and what would repair it: each takes (host, point) ---------------------------


def signer_retracts(host, point):
    take_back(signature_of(host), "retract", signature_of(host).signed_by)
    return lambda: f.sign(host)


def administrator_annuls_the_signature(host, point):
    take_back(signature_of(host), "annul", f.user("administrator"))
    return lambda: f.sign(host)


def administrator_annuls_the_credential(host, point):
    credential = signature_of(host).credential
    by = f.user("administrator")
    actions.annul_credential(credential, by=by, at=f.now(), reason="Never given.")
    return lambda: f.sign(host)


def comment_says_must_fix(host, point):
    host.refresh_from_db()
    by = f.reviewer().user
    token = Token.of(Content.objects.get(pk=host.pk))
    thread = reviewing.comment(token, by=by, at=f.now(), text="The dose?", must_fix=True)
    return lambda: reviewing.reply(thread, by=by, at=f.now(), verdict="resolve")


def point_is_withdrawn(host, point):
    f.move("withdraw", point, f.user("editor"), reason="It was wrong.")

    def repair():
        f.move("return", point, f.user("editor"))
        f.sign(point)
        f.move("approve", point, f.user("editor"))

    return repair


def point_loses_its_signature(host, point):
    take_back(signature_of(point), "retract", signature_of(point).signed_by)

    def repair():
        ask_for_review(point)
        f.move("approve", point, f.user("editor"))

    return repair


def point_gains_a_caution(host, point):
    f.revise(point, cautions=[CAUTION])
    f.publish(point)

    def repair():
        f.revise(point, cautions=[])
        f.publish(point)

    return repair


def points_caution_goes_live_by_the_clock(host, point):
    """A second before the host, so that no move of anybody's stands between the two."""
    f.revise(point, cautions=[CAUTION])
    f.sign(point)
    host.refresh_from_db()
    f.move("schedule", point, f.user("editor"), go_live_at=host.scheduled_at - SECOND)

    def repair():
        with time_machine.travel(host.scheduled_at, tick=False):
            f.revise(point, cautions=[])
            f.publish(point)

    return repair


BY_A_MOVE = [
    signer_retracts,
    administrator_annuls_the_signature,
    administrator_annuls_the_credential,
    comment_says_must_fix,
    point_is_withdrawn,
    point_loses_its_signature,
    point_gains_a_caution,
]
BY_THE_CLOCK = [points_caution_goes_live_by_the_clock]
TOLD_OF_A_MOVE = {("writer@sample.example", "Your text went back to review")}
TOLD_OF_THE_CLOCK = {("ed@sample.example", "A scheduled text was held back")}


@pytest.fixture
def point():
    return f.publish(f.point("BL40"))


@pytest.fixture
def host(point):
    """On schedule two days from now, never public before."""
    writer = f.user("writer", email="writer@sample.example")
    made = f.article(by=writer, title="Host", body=f.embed("BL40"))
    f.sign(made)
    go_live = f.now().replace(microsecond=0) + 2 * DAY
    f.move("schedule", made, f.user("editor", email="ed@sample.example"), go_live_at=go_live)
    made.refresh_from_db()
    return made


def is_public(client, content, at):
    with time_machine.travel(at, tick=False):
        answer = client.get(content.get_absolute_url())
        assert answer.status_code in (200, 404)
        return answer.status_code == 200


def listed(content, now):
    content = Content.objects.get(pk=content.pk)
    assert content in schedules.held(now)
    return schedules.notes([content], now)[content.pk]


@pytest.mark.parametrize("falls", [*BY_A_MOVE, *BY_THE_CLOCK])
class TestBefore:
    def test_it_is_held_and_no_repair_publishes_it(self, client, host, point, falls):
        go_live = host.scheduled_at
        repair = falls(host, point)
        for at in (go_live, go_live + SECOND, go_live + 9 * DAY):
            assert not is_public(client, host, at)
        repair()
        for at in (go_live, go_live + SECOND, go_live + 9 * DAY):
            assert not is_public(client, host, at)

    def test_its_people_are_told_and_the_desk_lists_it(self, host, point, falls):
        Letter.objects.all().delete()
        falls(host, point)
        with time_machine.travel(host.scheduled_at + SECOND, tick=False):
            call_command("remind", verbosity=0)
            letters = Letter.objects.filter(body__contains="Host")
            told = {(one.recipient.email, one.subject.split(" (no.")[0]) for one in letters}
            assert told >= (TOLD_OF_A_MOVE if falls in BY_A_MOVE else TOLD_OF_THE_CLOCK)
            assert "Held back" in listed(host, f.now())


# What readers have is not commented; whoever doubts it requests changes to its next version.
AFTER = [falls for falls in BY_A_MOVE if falls is not comment_says_must_fix]


@pytest.mark.parametrize("falls", AFTER)
def test_a_second_after_the_page_stands_and_its_badge_falls(client, host, point, falls):
    with time_machine.travel(host.scheduled_at + SECOND, tick=False):
        assert badges(client, host)
        falls(host, point)
        assert client.get(host.get_absolute_url()).status_code == 200
        assert not badges(client, host)
        assert not Event.objects.filter(content=host, move="hold")


def test_a_caution_that_comes_a_second_later_by_the_clock_takes_the_badge(client, host, point):
    f.revise(point, cautions=[CAUTION])
    f.sign(point)
    later = host.scheduled_at + SECOND
    f.move("schedule", point, f.user("editor"), go_live_at=later)
    with time_machine.travel(host.scheduled_at, tick=False):
        assert badges(client, host)
    with time_machine.travel(later, tick=False):
        assert not badges(client, host)
        assert "Leave it out." in client.get(host.get_absolute_url()).content.decode()
