"""A new version of a point in all texts that embed it: what is done in bulk, and what never is."""

import datetime
import random
from smtplib import SMTPException

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import html

from acupoints.models import Caution
from editorial import actions, asking, hosts, letters, reviewing, rules
from editorial.actions import Token
from editorial.board import text_of
from editorial.errors import Refused
from editorial.models import Content, Event, Letter, MailSetting, SignOff, User
from tests import desk
from tests import factories as f
from tests.database import everything
from tests.reading import badges

pytestmark = pytest.mark.django_db

NEW = "Not on varicose veins."
WEEK = datetime.timedelta(days=7)


def logged_in(user):
    client = Client()
    client.force_login(user)
    return client


class House:
    """A point that gains a caution, articles that embed it, and people for each step."""

    def __init__(self, count=2):
        self.reviewer = f.reviewer(f.user("reviewer", email="vera@sample.example"), "Vera Sample")
        self.writer = f.user("writer", email="writer@sample.example")
        self.editor = f.user("editor", email="editor@sample.example")
        self.approver = f.user("editor", email="approver@sample.example")
        self.point = f.publish(f.point("BL40"), self.reviewer)
        self.hosts = [self.host(title=f"Host {number}") for number in range(count)]

    def host(self, **fields):
        made = f.article(self.writer, **{"body": f.embed("BL40"), **fields})
        f.sign(made, self.reviewer)
        f.move("approve", made, self.approver)
        return made

    def gain(self, text=NEW):
        """The point's newest public version gets one more caution."""
        self.point.refresh_from_db()
        rows = [*desk.head(self.point).cautions.all(), Caution(kind="vessel", text=text)]
        f.revise(self.point, self.approver, cautions=rows)
        f.sign(self.point, self.reviewer)
        f.move("approve", self.point, f.user("editor"))

    def taken(self):
        self.gain()
        assert refusals(self.send("take")) == []
        return self

    def signed(self):
        self.taken()
        assert refusals(self.send("sign")) == []
        return self

    def person(self, step):
        people = {"take": self.editor, "sign": self.reviewer.user, "approve": self.approver}
        return people[step]

    @property
    def path(self):
        return f"/admin/takeover/{self.point.pk}/"

    def form(self, step, by=None):
        """The form of a step as its page would send it; its tick boxes as a list."""
        response = logged_in(by or self.person(step)).get(self.path)
        sent = desk.values(desk.forms(response)[f"form-{step}"])
        for name in ("chosen", "shown"):
            found = sent.get(name, [])
            sent[name] = found if isinstance(found, list) else [found]
        filled = {"conflict_statement": "None.", "has_read": "on"} if step == "sign" else {}
        return sent | filled

    def post(self, data, by, status=200):
        response = logged_in(by).post(self.path, data)
        assert response.status_code == status, response.content.decode()
        return html.fromstring(response.content.decode())

    def send(self, step, by=None, status=200, **changes):
        by = by or self.person(step)
        return self.post({**self.form(step, by), **changes}, by, status)

    def tree(self, by):
        return html.fromstring(logged_in(by).get(self.path).content.decode())

    def states(self):
        return [fresh(host).status for host in self.hosts]


def fresh(content):
    return Content.objects.select_related("head__seal").get(pk=content.pk)


def refusals(tree):
    """The sentences with which single rows were refused."""
    rows = tree.xpath("//*[contains(@class,'became')]//li[contains(@class,'refused')]//p")
    return [" ".join(row.text_content().split()) for row in rows]


def alert(tree):
    return " ".join(tree.xpath("string(//*[@role='alert'])").split())


def words(nodes):
    return " ".join(" ".join(node.text_content().split()) for node in nodes)


def row_of(tree, title):
    """The row of a host on the page."""
    [row] = tree.xpath(f"//li[@class='host'][.//a[normalize-space()='{title}']]")
    return row


def value(content):
    return text_of(fresh(content))


class TestTheWholeWay:
    def test_every_host_has_its_badge_again_and_its_own_signature_and_line(self, client):
        house = House(3)
        house.gain()
        assert not any(badges(client, host) for host in house.hosts)
        before = Event.objects.count()
        assert refusals(house.send("take")) == []
        assert house.states() == ["in_review"] * 3
        assert refusals(house.send("sign")) == []
        assert refusals(house.send("approve")) == []
        assert house.states() == ["published"] * 3
        for host in house.hosts:
            assert badges(client, host)
            assert NEW in client.get(host.get_absolute_url()).content.decode()
            signoff = SignOff.objects.filter(content=host).latest("pk")
            assert signoff.digest == fresh(host).head.seal.digest
            moves = host.events.filter(seq__gt=before).order_by("seq")
            assert [line.move for line in moves] == ["save", "submit", "sign", "approve"]
        call_command("verify", verbosity=0)

    def test_nothing_but_this_point_moves(self):
        """Another point with a newer version, which threatens nobody, stays where it is."""
        house = House(0)
        other = f.publish(f.point("LI4"), house.reviewer)
        host = house.host(title="Two points", body=f.embed("BL40", "LI4"))
        f.revise(other, location="A little higher.")
        f.publish(other)
        house.taken()
        pins = dict(fresh(host).head.pins.values_list("pinned__content", "pinned"))
        other.refresh_from_db()
        assert pins[other.pk] != other.live_id
        assert pins[house.point.pk] == fresh(house.point).live_id

    def test_of_two_points_with_new_cautions_neither_stands_in_the_others_way(self):
        house = House(0)
        other = f.publish(f.point("LI4"), house.reviewer)
        host = house.host(title="Two points", body=f.embed("BL40", "LI4"))
        f.revise(other, cautions=[Caution(kind="pregnancy", text="Not in pregnancy.")])
        f.publish(other)
        house.taken()
        assert fresh(host).status == "in_review"
        row = row_of(house.tree(house.reviewer.user), "Two points")
        assert "More differs" in row.text_content()
        assert not row.xpath(".//input"), "what was not shown here is not signed here"


class TestHosts:
    def test_each_is_named_once_with_the_version_it_has(self):
        house = House(2)
        old = fresh(house.point).live_id
        f.article(house.writer, title="Unrelated")
        house.gain()
        new = fresh(house.point).live_id
        newer = house.host(title="Newer")
        found = hosts.hosts_of(fresh(house.point), f.now())
        versions = [(one.content.pk, one.working.pk, one.shown.pk) for one in found]
        assert versions == [
            *[(host.pk, old, old) for host in house.hosts],
            (newer.pk, new, new),
        ]
        assert [one.is_out_of_date for one in found] == [True, True, False]

    def test_a_live_revision_counts_where_the_draft_has_left_the_point_out(self):
        house = House(1)
        f.revise(house.hosts[0], house.editor, body="<p>No point.</p>")
        house.gain()
        [host] = hosts.hosts_of(fresh(house.point), f.now())
        assert (host.working, host.is_out_of_date) == (None, True)
        row = row_of(house.tree(house.editor), "Host 0")
        assert "does not use this text any more" in row.text_content()
        assert not row.xpath(".//input")

    def test_an_old_revision_that_nobody_gets_does_not(self):
        house = House(1)
        f.revise(house.hosts[0], body="<p>No point.</p>")
        f.publish(house.hosts[0])
        assert hosts.hosts_of(fresh(house.point), f.now()) == []

    def test_what_was_scheduled_is_held_and_waits_for_its_editor(self):
        house = House(0)
        host = f.article(house.writer, title="Later", body=f.embed("BL40"))
        f.sign(host, house.reviewer)
        in_a_week = f.now() + WEEK
        f.move("schedule", host, house.approver, go_live_at=in_a_week)
        house.gain()
        row = row_of(house.tree(house.editor), "Later")
        assert "“In review”; from there" in row.text_content()
        assert not row.xpath(".//input")
        with time_machine.travel(in_a_week + WEEK):
            [found] = hosts.hosts_of(fresh(house.point), f.now())
            assert found.shown is None
            assert found.working.pk != found.newest

    def test_their_number_costs_no_query(self):
        house = House(1)
        house.gain()
        point = fresh(house.point)

        def spent():
            with CaptureQueriesContext(connection) as queries:
                hosts.hosts_of(point, f.now())
            return len(queries)

        few = spent()
        for number in range(5):
            house.host(title=f"More {number}")
        assert spent() == few <= 3


@pytest.mark.once
class TestWhatTheEditorIsTold:
    """Before a caution is published: on the draft form, where it is read, and on the board."""

    def added(self, count=2):
        house = House(count)
        f.revise(house.point, house.editor, cautions=[Caution(kind="vessel", text=NEW)])
        return house

    def notice(self, client, path):
        tree = html.fromstring(client.get(path).content.decode())
        return words(tree.xpath("//*[contains(concat(' ',@class,' '),' used-in ')]"))

    def pages(self, house):
        head = desk.head(house.point)
        return [desk.url(head), desk.url(head, "review"), "/admin/board/"]

    def test_how_many_use_it_and_lose_their_badge_and_which(self):
        house = self.added()
        client = logged_in(house.approver)
        for path in self.pages(house):
            said = self.notice(client, path)
            assert "Used in 2 texts; adding this caution takes the badge off 2 of them" in said
            assert "Host 0" in said
            assert "Host 1" in said

    def test_who_has_no_badge_or_has_the_caution_loses_none(self, client):
        house = self.added(1)
        f.revoke(house.host(title="Unsigned"))
        f.article(house.writer, title="Only a draft", body=f.embed("BL40"))
        said = self.notice(logged_in(house.approver), self.pages(house)[1])
        assert "Used in 3 texts; adding this caution takes the badge off 1 of them" in said
        f.publish(house.point)
        assert not badges(client, house.hosts[0])
        said = self.notice(logged_in(house.approver), self.pages(house)[1])
        assert "3 of them have an older version" in said

    def test_a_change_without_a_caution_threatens_nobody(self):
        house = House(1)
        f.revise(house.point, house.editor, location="A little higher.")
        for path in self.pages(house):
            said = self.notice(logged_in(house.approver), path)
            assert "They keep their words and their badge" in said
            assert "takes the badge off" not in said

    def test_a_point_that_nobody_uses_is_not_spoken_of(self):
        house = self.added(0)
        for path in self.pages(house):
            assert self.notice(logged_in(house.approver), path) == ""

    def test_the_board_costs_the_same_for_many_points_with_many_hosts(self):
        house = self.added(1)
        client = logged_in(house.approver)

        def spent():
            with CaptureQueriesContext(connection) as queries:
                assert "takes the badge off" in client.get("/admin/board/").content.decode()
            return len(queries)

        spent()
        few = spent()
        for code in ("LI4", "ST36", "PC6"):
            point = f.publish(f.point(code), house.reviewer)
            for number in range(2):
                house.host(title=f"{code} {number}", body=f.embed("BL40", code))
            f.revise(point, house.editor, cautions=[Caution(kind="vessel", text=NEW)])
        assert spent() == few


@pytest.mark.once
class TestWhoMay:
    def test_a_role_sees_every_step_and_ticks_its_own(self):
        house = House(1).taken()
        host, writer = house.host(title="Untaken"), house.writer
        house.gain("Not on a fresh scar.")
        for user, open_steps in (
            (house.editor, {"take"}),
            (writer, {"take"}),
            (house.reviewer.user, set()),
            (f.user("administrator"), set()),
        ):
            tree = house.tree(user)
            found = {
                form.get("id") for form in tree.forms if form.xpath(".//input[@name='chosen']")
            }
            assert found == {f"form-{step}" for step in open_steps}, user
            assert row_of(tree, "Untaken") is not None
        assert host.status == "published"

    def test_another_writers_text_has_its_sentence_and_no_box(self):
        house = House(1)
        house.gain()
        stranger = f.user("writer")
        row = row_of(house.tree(stranger), "Host 0")
        assert "another writer's work" in row.text_content()
        assert not row.xpath(".//input")
        forged = {**house.form("take"), "chosen": [value(house.hosts[0])]}
        assert "another writer's work" in refusals(house.post(forged, stranger))[0]
        assert house.states() == ["published"]

    @pytest.mark.parametrize("step", ["take", "sign", "approve"])
    def test_a_step_that_the_role_has_not_changes_nothing(self, step):
        house = House(1)
        house.gain() if step == "take" else house.taken() if step == "sign" else house.signed()
        sent = house.form(step)
        wrong = house.reviewer.user if step != "sign" else house.editor
        before = everything()
        assert "Your role does not include" in alert(house.post(sent, wrong, 403))
        assert everything() == before

    def test_a_contributor_of_one_host_signs_the_others_only(self):
        house = House(1)
        reviewer = f.reviewer(f.user("reviewer"), name="Wanda Writes")
        byline = f.author(name="Wanda", user=reviewer.user)
        hers = house.host(title="Hers", authors=[byline])
        house.taken()
        tree = house.tree(reviewer.user)
        assert "Four eyes!" in row_of(tree, "Hers").text_content()
        assert not row_of(tree, "Hers").xpath(".//input")
        assert row_of(tree, "Host 0").xpath(".//input")
        forged = house.form("sign", reviewer.user)
        forged["chosen"] = [value(hers), *forged["chosen"]]
        said = refusals(house.post(forged, reviewer.user))
        assert len(said) == 1
        assert "Four eyes!" in said[0]
        assert fresh(hers).status == "in_review"
        assert fresh(house.hosts[0]).status == "signed"

    def test_who_took_it_over_does_not_approve_it(self):
        house = House(1).signed()
        row = row_of(house.tree(house.editor), "Host 0")
        assert "somebody else must approve" in row.text_content()
        forged = {**house.form("approve"), "chosen": [value(house.hosts[0])]}
        assert "somebody else must approve" in refusals(house.post(forged, house.editor))[0]
        assert house.states() == ["signed"]

    def test_a_suspended_credential_signs_none(self):
        house = House(2).taken()
        sent = house.form("sign")
        house.reviewer.credentials.update(suspended_at=f.now(), suspended_by=house.editor)
        tree = house.tree(house.reviewer.user)
        for title in ("Host 0", "Host 1"):
            assert "is suspended" in row_of(tree, title).text_content()
        said = refusals(house.post(sent, house.reviewer.user))
        assert len(said) == 2
        assert all("is suspended" in one for one in said)
        assert not SignOff.objects.filter(revision__in=[fresh(h).head_id for h in house.hosts])


@pytest.mark.once
class TestContributions:
    """What the page asks for all hosts at once is what a move asks of each."""

    def test_many_at_once_are_answered_as_one_by_one(self):
        dice = random.Random(7)  # noqa: S311 (the same throws each time)
        people = [f.user("editor") for _ in range(4)]
        people.append(f.user("editor", alias_of=people[0]))
        bylines, articles = [f.author(user=user) for user in people[2:]], []
        for number in range(12):
            authors = [dice.choice(bylines)] if number % 3 == 0 else []
            made = f.article(dice.choice(people), authors=authors)
            if articles and number % 2:
                origin = dice.choice(articles)
                origin.refresh_from_db()
                slug = f"copy-{number}"
                made = actions.duplicate(origin.head, by=people[3], at=f.now(), slug=slug)
            f.revise(made, dice.choice(people), summary=f"Number {number}")
            articles.append(made)
        asked = list(Content.objects.filter(pk__in=[one.pk for one in articles]))
        answers = set()
        for user in User.objects.filter(pk__in=[one.pk for one in people]):
            many = asking.contributed_to(user, asking.accounts_of(user), asked)
            single = {one.pk for one in asked if rules.contributed(user, one)}
            assert many == single, user
            answers.add(len(single))
        assert len(answers) > 1, "the dice made people who differ"


@pytest.mark.once
class TestRows:
    """Each row stands for itself: what is true of it when it is sent, not when it was shown."""

    def test_a_stale_row_is_refused_and_the_others_go_on(self):
        house = House(3)
        house.gain()
        sent = house.form("take")
        f.revise(house.hosts[1], house.writer, summary="Quicker.")
        tree = house.post(sent, house.editor)
        assert len(refusals(tree)) == 1
        assert "has moved on" in refusals(tree)[0]
        assert "2 of 3 were done" in tree.text_content()
        assert house.states() == ["in_review", "draft", "in_review"]
        assert fresh(house.hosts[1]).head.typed.summary == "Quicker."

    @pytest.mark.parametrize("step", ["take", "sign", "approve"])
    def test_a_row_that_was_sent_twice_is_done_once(self, step):
        house = House(1)
        house.gain() if step == "take" else house.taken() if step == "sign" else house.signed()
        sent = house.form(step)
        sent["chosen"] *= 2
        assert len(refusals(house.post(sent, house.person(step)))) == 1
        lines = Event.objects.count()
        assert len(refusals(house.post(sent, house.person(step)))) == 2
        assert Event.objects.count() == lines

    @pytest.mark.parametrize("step", ["take", "sign", "approve"])
    def test_a_forged_digest_or_revision_is_stale(self, step):
        house = House(2)
        house.gain() if step == "take" else house.taken() if step == "sign" else house.signed()
        sent = house.form(step)
        pk, version, revision, digest = sent["chosen"][0].split(":")
        other = sent["chosen"][1].split(":")
        forged = [
            f"{pk}:{version}:{revision}:{'0' * 64}",
            f"{pk}:{version}:{other[2]}:{other[3]}",
            f"{pk}:{int(version) - 1}:{revision}:{digest}",
        ]
        before = everything()
        said = refusals(house.post({**sent, "chosen": forged}, house.person(step)))
        assert len(said) == 3
        assert all("has moved on" in one for one in said)
        assert everything() == before

    @pytest.mark.parametrize(
        "broken",
        [
            {"chosen": []},
            {"chosen": ["1:2:3"]},
            {"chosen": ["1:x:3:abc"]},
            {"newest": ""},
            {"newest": "x"},
            {"step": ""},
            {"step": "publish"},
        ],
    )
    def test_what_is_missing_is_said_and_nothing_is_done(self, broken):
        house = House(1)
        house.gain()
        sent = {**house.form("take"), **broken}
        before = everything()
        assert alert(house.post(sent, house.editor, 422))
        assert everything() == before

    def test_one_broken_row_stops_all_before_the_first(self):
        house = House(2)
        house.gain()
        sent = house.form("take")
        sent["chosen"].append("nonsense")
        assert "does not say which revision" in alert(house.post(sent, house.editor, 422))
        assert house.states() == ["published"] * 2

    def test_a_text_that_does_not_use_the_point_goes_no_step(self):
        house = House(1).signed()
        stranger = f.article(house.writer, title="Stranger")
        f.sign(stranger, house.reviewer)
        sent = {**house.form("approve"), "chosen": [value(stranger), "999999:1:1:x"]}
        said = refusals(house.post(sent, house.approver))
        assert ["does not wait for this step" in one for one in said] == [True, True]
        assert fresh(stranger).status == "signed"

    def test_a_refused_submission_takes_its_save_with_it(self):
        """Both or neither: no host is left with a draft that nobody asked for."""
        house = House(1)
        other = f.publish(f.point("LI4"), house.reviewer)
        host = house.host(title="Two points", body=f.embed("BL40", "LI4"))
        house.gain()
        f.move("withdraw", other, house.approver, reason="It was wrong.")
        [said] = refusals(house.send("take"))
        assert "was withdrawn" in said
        assert (fresh(host).status, host.revisions.count()) == ("published", 1)
        assert house.states() == ["in_review"]

    def test_more_than_a_hundred_are_not_done_at_once_and_the_rest_is_told_of(self, monkeypatch):
        monkeypatch.setattr("editorial.board.MOST_AT_ONCE", 2)
        house = House(3)
        house.gain()
        assert "1 more was left out" in house.send("take").text_content()
        assert sorted(house.states()) == ["in_review", "in_review", "published"]


@pytest.mark.once
class TestDrafts:
    """Changes of somebody's own are never sent along unseen."""

    def test_a_host_with_an_open_draft_stands_apart_unticked_with_a_link(self):
        house = House(2)
        f.revise(house.hosts[1], house.writer, summary="Half a thought")
        house.gain()
        row = row_of(house.tree(house.editor), "Host 1")
        assert "changes of its own" in row.text_content()
        assert row.xpath(".//a/@href") == [desk.url(fresh(house.hosts[1]).head.typed, "review")]
        assert row.xpath(".//input")
        assert not row.xpath(".//input[@checked]")
        assert refusals(house.send("take")) == []
        assert house.states() == ["in_review", "draft"]

    def test_ticked_on_purpose_it_goes_along_and_is_signed_by_itself(self):
        house = House(1)
        f.revise(house.hosts[0], house.writer, summary="A whole thought")
        house.gain()
        sent = {**house.form("take"), "chosen": [value(house.hosts[0])]}
        assert refusals(house.post(sent, house.editor)) == []
        assert fresh(house.hosts[0]).head.typed.summary == "A whole thought"
        row = row_of(house.tree(house.reviewer.user), "Host 0")
        assert "More differs" in row.text_content()
        assert not row.xpath(".//input")

    def test_a_draft_that_was_begun_after_the_page_was_opened_is_stale(self):
        house = House(1)
        house.gain()
        sent = house.form("take")
        f.revise(house.hosts[0], house.writer, summary="Since then")
        assert "has moved on" in refusals(house.post(sent, house.editor))[0]
        assert house.states() == ["draft"]

    @pytest.mark.parametrize("state", ["in_review", "signed"])
    def test_what_is_being_read_is_not_changed_under_the_reader(self, state):
        house = House(1)
        f.revise(house.hosts[0], house.writer, summary="Being read")
        f.move("submit", house.hosts[0], house.writer)
        if state == "signed":
            f.sign(house.hosts[0], house.reviewer)
        house.gain()
        row = row_of(house.tree(house.editor), "Host 0")
        assert "the step “Save draft” is not possible" in row.text_content()
        assert not row.xpath(".//input")
        forged = {**house.form("take"), "chosen": [value(house.hosts[0])]}
        assert "is not possible" in refusals(house.post(forged, house.editor))[0]
        assert house.states() == [state]

    def test_taken_over_by_hand_it_only_needs_submitting(self):
        house = House(1)
        house.gain()
        token = Token.of(fresh(house.hosts[0]))
        actions.revise(token, by=house.writer, at=f.now(), renew_pins=True)
        sent = {**house.form("take"), "chosen": [value(house.hosts[0])]}
        assert refusals(house.post(sent, house.editor)) == []
        assert house.states() == ["in_review"]
        assert house.hosts[0].revisions.count() == 2


@pytest.mark.once
class TestSigning:
    def test_the_one_difference_is_shown_once_both_texts_side_by_side(self):
        house = House(3).taken()
        tree = house.tree(house.reviewer.user)
        [sides] = tree.xpath("//table[@class='sides']")
        [row] = sides.xpath(".//tbody/tr")
        _name, before, now = row
        assert NEW not in before.text_content()
        assert NEW in now.text_content()
        for number in range(3):
            said = row_of(tree, f"Host {number}").text_content()
            assert "Nothing else differs from what Vera Sample signed" in said

    def test_hosts_with_different_old_versions_show_each_difference(self):
        house = House(1)
        house.gain("Not on a fresh scar.")
        house.host(title="Later")
        house.gain()
        assert refusals(house.send("take")) == []
        tree = house.tree(house.reviewer.user)
        first, second = [words([table]) for table in tree.xpath("//table[@class='sides']")]
        assert "From version 2 to version 3" in first
        assert "scar" not in first
        assert "From version 1 to version 3" in second
        assert "scar" in second
        assert refusals(house.send("sign")) == []

    def test_a_host_with_other_differences_cannot_be_signed_here_by_forging(self):
        house = House(2)
        f.revise(house.hosts[1], house.writer, summary="Something else, too")
        house.gain()
        sent = house.form("take")
        sent["chosen"] = [value(host) for host in house.hosts]
        assert refusals(house.post(sent, house.editor)) == []
        sent = house.form("sign")
        assert sent["chosen"] == [value(house.hosts[0])]
        sent["chosen"].append(value(house.hosts[1]))
        [said] = refusals(house.post(sent, house.reviewer.user))
        assert "More differs from what Vera Sample signed" in said
        assert house.states() == ["signed", "in_review"]

    def test_a_host_that_nobody_signed_before_is_read_whole(self):
        house = House(1)
        f.revoke(house.hosts[0])
        house.taken()
        row = row_of(house.tree(house.reviewer.user), "Host 0")
        assert "No standing signature covers an earlier version" in row.text_content()
        sent = house.form("sign")
        assert "chosen" not in sent or sent["chosen"] == []
        forged = {**sent, "chosen": [value(house.hosts[0])], "scope": "All", "credential": ""}
        forged["credential"] = house.reviewer.credentials.get().pk
        forged["next_review_on"] = (f.now().date() + WEEK).isoformat()
        [said] = refusals(house.post(forged, house.reviewer.user))
        assert "No standing signature" in said
        assert house.states() == ["in_review"]

    def test_what_the_page_did_not_show_is_not_signed(self):
        house = House(1).taken()
        sent = {**house.form("sign"), "shown": []}
        [said] = refusals(house.post(sent, house.reviewer.user))
        assert "did not show" in said
        assert house.states() == ["in_review"]

    def test_a_signature_taken_back_meanwhile_proves_nothing(self):
        house = House(2).taken()
        sent = house.form("sign")
        f.revoke(house.hosts[0])
        [said] = refusals(house.post(sent, house.reviewer.user))
        assert "has moved on" in said
        assert house.states() == ["in_review", "signed"]

    def test_another_reviewer_signs_on_the_last_standing_signature(self):
        house = House(1).taken()
        other = f.reviewer(name="Otto Other")
        tree = house.tree(other.user)
        said = row_of(tree, "Host 0").text_content()
        assert "Nothing else differs from what Vera Sample signed" in said
        assert refusals(house.send("sign", other.user)) == []
        signoff = SignOff.objects.filter(content=house.hosts[0]).latest("pk")
        assert signoff.name == "Otto Other"
        assert "word for word what was signed before" in signoff.scope

    def test_what_one_has_signed_oneself_comes_before_what_others_signed_later(self):
        house = House(1)
        other = f.reviewer(name="Otto Other")
        f.revise(house.hosts[0], house.writer, summary="Since Vera signed")
        f.publish(house.hosts[0], other)
        house.taken()
        for reviewer, name in ((other, "Otto Other"), (house.reviewer, "Otto Other")):
            said = row_of(house.tree(reviewer.user), "Host 0").text_content()
            assert f"Nothing else differs from what {name} signed" in said
        f.move("recall", house.hosts[0], house.editor)
        f.revise(house.hosts[0], house.editor, summary="A sample summary.")
        f.move("submit", house.hosts[0], house.editor)
        said = row_of(house.tree(house.reviewer.user), "Host 0").text_content()
        assert "Nothing else differs from what Vera Sample signed" in said
        said = row_of(house.tree(other.user), "Host 0").text_content()
        assert "Nothing else differs from what Vera Sample signed" not in said

    @pytest.mark.parametrize(
        "missing", ["conflict_statement", "scope", "has_read", "credential", "next_review_on"]
    )
    def test_a_form_with_a_hole_signs_nothing_and_keeps_what_was_ticked(self, missing):
        house = House(2).taken()
        sent = house.form("sign")
        sent["chosen"] = sent["chosen"][:1]
        sent.pop(missing)
        before = everything()
        tree = house.post(sent, house.reviewer.user, 422)
        assert everything() == before
        assert tree.xpath("//*[@class='errorlist']")
        assert tree.xpath("//input[@name='chosen'][@checked]/@value") == sent["chosen"]

    def test_somebody_elses_credential_is_no_choice(self):
        house = House(1).taken()
        other = f.reviewer()
        sent = {**house.form("sign"), "credential": other.credentials.get().pk}
        house.post(sent, house.reviewer.user, 422)
        assert house.states() == ["in_review"]

    def test_a_comment_that_must_be_fixed_holds_its_host_only(self):
        house = House(2).taken()
        sent = house.form("sign")
        token = Token.of(fresh(house.hosts[0]))
        reviewing.comment(token, by=house.approver, at=f.now(), text="Says who?", must_fix=True)
        row = row_of(house.tree(house.reviewer.user), "Host 0")
        assert "Says who?" in row.text_content()
        assert not row.xpath(".//input")
        sent["chosen"][0] = value(house.hosts[0])
        [said] = refusals(house.post(sent, house.reviewer.user))
        assert "Says who?" in said
        assert house.states() == ["in_review", "signed"]

    def test_one_difference_moves_no_texts_next_review_away(self):
        house = House(1)
        due = f.now().date() + datetime.timedelta(days=90)
        early = f.article(house.writer, title="Early", body=f.embed("BL40"))
        f.publish(early, house.reviewer, next_review_on=due)
        house.taken()
        assert house.form("sign")["next_review_on"] == due.isoformat()


@pytest.mark.once
class TestThePoint:
    @pytest.mark.parametrize("step", ["take", "sign", "approve"])
    def test_a_newer_version_meanwhile_stops_the_step(self, step):
        house = House(1)
        house.gain() if step == "take" else house.taken() if step == "sign" else house.signed()
        sent = house.form(step)
        house.gain("Not on a fresh scar.")
        before = everything()
        said = alert(house.post(sent, house.person(step), 409))
        assert "has changed since you opened the page" in said
        assert everything() == before

    @pytest.mark.parametrize("step", ["take", "sign", "approve"])
    def test_withdrawn_meanwhile_it_is_taken_over_signed_and_approved_nowhere(self, step):
        house = House(1)
        house.gain() if step == "take" else house.taken() if step == "sign" else house.signed()
        sent = house.form(step)
        f.move("withdraw", house.point, house.approver, reason="It was wrong.")
        before = everything()
        assert alert(house.post(sent, house.person(step), 409))
        assert everything() == before
        tree = house.tree(house.person(step))
        assert "there is no version of it to take over" in tree.text_content()
        assert not tree.xpath("//input[@name='chosen']")

    def test_a_version_without_a_standing_signature_is_not_taken_over(self):
        house = House(1)
        house.gain()
        sent = house.form("take")
        newest = SignOff.objects.filter(content=house.point).latest("pk")
        actions.revoke(newest, kind="retract", by=newest.signed_by, at=f.now(), reason="Wrong.")
        said = "No reviewer's signature stands under the newest version"
        assert said in alert(house.post(sent, house.editor, 403))
        assert house.states() == ["published"]
        assert not house.tree(house.editor).xpath("//input[@name='chosen']")

    def test_only_what_others_embed_has_the_page(self):
        house = House(1)
        client = logged_in(house.editor)
        assert client.get(f"/admin/takeover/{house.hosts[0].pk}/").status_code == 404
        assert client.get("/admin/takeover/999999/").status_code == 404
        assert logged_in(f.user(None)).get(house.path).status_code == 403


def sent_to(address):
    return [message for message in mail.outbox if message.to == [address]]


@pytest.mark.once
class TestLetters:
    def play(self, house, step, capture, **changes):
        mail.outbox.clear()
        Letter.objects.all().delete()  # what making the house has told
        with capture(execute=True):
            return house.send(step, **changes)

    def test_each_person_gets_one_a_step_and_none_twice(self, django_capture_on_commit_callbacks):
        house = House(3)
        house.gain()
        self.play(house, "take", django_capture_on_commit_callbacks)
        [message] = sent_to("vera@sample.example")
        assert mail.outbox == [message], "she signed them all, so hers are the signatures needed"
        assert message.body.count("A text that you signed waits for a signature again") == 1
        assert [f"Host {number}" in message.body for number in range(3)] == [True] * 3
        self.play(house, "sign", django_capture_on_commit_callbacks)
        assert len(sent_to("approver@sample.example")) == len(mail.outbox) == 1
        self.play(house, "approve", django_capture_on_commit_callbacks)
        assert len(sent_to("writer@sample.example")) == 1
        mail.outbox.clear()
        call_command("send_letters", verbosity=0)
        call_command("send_letters", digest=True, verbosity=0)
        assert mail.outbox == []

    def test_it_lists_all_says_what_happened_once_and_leads_to_the_page(
        self, django_capture_on_commit_callbacks
    ):
        house = House(3).taken()
        self.play(house, "sign", django_capture_on_commit_callbacks)
        [message] = sent_to("approver@sample.example")
        assert message.subject.endswith("(3)")
        assert message.body.count("A text waits for your approval") == 1
        for host in house.hosts:
            head = fresh(host).head.typed
            assert message.body.count(f"• {head}\n") == 1
            assert message.body.count(desk.url(head, "review")) == 1
            assert str(head) not in message.subject
        assert "BL40" not in message.subject
        assert message.body.count(house.path) == 1

    def test_a_refused_row_is_not_in_it(self, django_capture_on_commit_callbacks):
        house = House(2).taken()
        sent = house.form("sign")
        f.move("recall", house.hosts[0], house.editor)
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            house.post(sent, house.reviewer.user)
        [message] = sent_to("approver@sample.example")
        assert message.subject.endswith("(1)")
        assert "Host 0" not in message.body

    def test_reviewers_whom_the_drafts_name_are_asked_in_one(
        self, django_capture_on_commit_callbacks
    ):
        house = House(0)
        for number in range(3):
            invited = [f.Invitation(reviewer=house.reviewer)]
            house.host(title=f"Named {number}", children=invited)
        house.gain()
        self.play(house, "take", django_capture_on_commit_callbacks)
        [message] = sent_to("vera@sample.example")
        assert message.subject.endswith("(3)")
        assert message.body.count("Due on") == 3

    def test_who_signed_but_may_not_sign_again_is_not_asked(
        self, django_capture_on_commit_callbacks
    ):
        house = House(2)
        by, left = f.user("reviewer", email="bo@sample.example"), f.now()
        other = f.reviewer(by, "Bo Sample")
        for host in house.hosts:
            f.move("submit", host, house.editor)
            f.sign(host, other)
            f.move("approve", host, house.approver)
        other.deactivated_at, other.deactivated_by = left, house.approver
        other.deactivation_reason = "Retired."
        other.save()
        house.gain()
        self.play(house, "take", django_capture_on_commit_callbacks)
        assert len(sent_to("vera@sample.example")) == len(mail.outbox) == 1

    def test_who_wants_a_daily_one_has_it_in_that(self, django_capture_on_commit_callbacks):
        house = House(2).taken()
        MailSetting.objects.create(user=house.approver, delivery="daily")
        self.play(house, "sign", django_capture_on_commit_callbacks)
        assert sent_to("approver@sample.example") == []
        call_command("send_letters", verbosity=0)
        assert sent_to("approver@sample.example") == []
        call_command("send_letters", digest=True, verbosity=0)
        [message] = sent_to("approver@sample.example")
        assert "Host 0" in message.body

    def test_who_wants_none_has_none(self, django_capture_on_commit_callbacks):
        house = House(2).taken()
        MailSetting.objects.create(user=house.approver, delivery="never")
        self.play(house, "sign", django_capture_on_commit_callbacks)
        call_command("send_letters", digest=True, verbosity=0)
        assert sent_to("approver@sample.example") == []

    def test_what_a_failing_server_keeps_back_still_comes_in_one(
        self, django_capture_on_commit_callbacks, monkeypatch
    ):
        house = House(3).taken()
        with monkeypatch.context() as patch:

            def fail(self, messages):
                raise SMTPException("No room.")

            patch.setattr(EmailBackend, "send_messages", fail)
            self.play(house, "sign", django_capture_on_commit_callbacks)
        assert Letter.objects.filter(recipient=house.approver, error="No room.").count() == 3
        call_command("send_letters", verbosity=0)
        assert sent_to("approver@sample.example") == []
        call_command("send_letters", digest=True, verbosity=0)
        [message] = sent_to("approver@sample.example")
        assert "Host 2" in message.body

    def test_of_two_who_send_the_same_one_does(self):
        house = House(2).taken()
        Letter.objects.all().delete()
        house.send("sign")
        waiting = letters.waiting(in_digest=True, recipient=house.approver)
        assert len(letters.claim(waiting)) == 2
        assert letters.claim(waiting) == []
        assert letters.send_digests() == (0, 0)

    def test_letters_outside_go_out_by_themselves(self, django_capture_on_commit_callbacks):
        house = House(2).taken()
        mail.outbox.clear()
        with pytest.raises(Refused), letters.together("Nothing", "nowhere"):
            raise Refused("Stop.")
        for host in house.hosts:
            with django_capture_on_commit_callbacks(execute=True):
                f.sign(host, house.reviewer)
        assert len(sent_to("approver@sample.example")) == 2


@pytest.mark.once
class TestCosts:
    """The page costs the same for many hosts as for few; a step costs so much a host."""

    # Queries, savepoints counted, that a step may cost for each host; and those of a page.
    A_HOST = {"take": 86, "sign": 46, "approve": 37}
    PAGE = 38

    def spent(self, house, step):
        client = logged_in(house.person(step))
        sent = house.form(step)
        with CaptureQueriesContext(connection) as queries:
            assert refusals(html.fromstring(client.post(house.path, sent).content)) == []
        return len(queries)

    def page(self, house, user):
        client = logged_in(user)
        client.get(house.path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(house.path).status_code == 200
        return len(queries)

    def round(self, house):
        """{step: (queries of the page, queries of the step)} for all that waits."""
        return {
            step: (self.page(house, house.person(step)), self.spent(house, step))
            for step in self.A_HOST
        }

    @pytest.mark.slow
    def test_forty_in_one_go(self):
        house = House(1)
        house.gain()
        one = self.round(house)
        house.hosts += [house.host(title=f"Host {number}") for number in range(1, 40)]
        house.gain("Not on a fresh scar.")
        forty = self.round(house)
        assert house.states() == ["published"] * 40
        for step, most in self.A_HOST.items():
            (page, single), (same_page, all_of_them) = one[step], forty[step]
            assert page == same_page <= self.PAGE, step
            assert (all_of_them - single) / 39 <= most, step
            assert single <= most + 2 * self.PAGE, step
