"""Beside and after publication: emergencies, corrections, discarded and restored drafts, copies,
second reviews. Each rule from its wrong side too."""

import datetime

import pytest
import time_machine
from lxml import html

from acupoints.models import Caution
from editorial import actions, standing, verify
from editorial.actions import Token
from editorial.errors import Refused, Stale
from editorial.models import Content, Correction, Event
from tests import desk
from tests import factories as f
from tests.test_reviewing import act, logged_in, refused

pytestmark = pytest.mark.django_db


def page_of(client, content):
    return html.fromstring(client.get(content.get_absolute_url()).content.decode())


def badges(client, content):
    return page_of(client, content).xpath("//*[@data-badge='reviewed']")


def notices(client, content, name):
    found = page_of(client, content).xpath(f"//*[@data-notice='{name}']")
    return " ".join(" ".join(one.text_content().split()) for one in found)


def sound():
    assert list(verify.faults(f.now())) == []


class TestEmergency:
    def emergency(self, article, by=None):
        by = by or f.user("editor")
        f.move("emergency", article, by, reason="The old page named a wrong dose.")
        return by

    def test_readers_get_it_with_a_notice_and_without_a_badge(self, client):
        article = f.article()
        self.emergency(article)
        said = notices(client, article, "unreviewed")
        assert "Not yet reviewed" in said
        said = page_of(client, article).text_content()
        for sentence in ("Not yet reviewed.", "The old page named a wrong dose."):
            assert said.count(sentence) == 1
        assert "still to confirm" in said
        assert not badges(client, article)
        assert not page_of(client, article).xpath("//*[@data-signed]//*[@data-notice]")
        sound()

    def test_the_same_person_does_not_confirm_and_another_does(self, client):
        article = f.article()
        first, second = self.emergency(article), f.user("editor")
        refused("a second person", f.move, "confirm", article, first)
        f.move("confirm", article, second)
        assert "A second editor confirmed" in notices(client, article, "unreviewed")
        assert article.emergency_until is None
        refused("or it is confirmed", f.move, "confirm", article, first)

    def test_who_wrote_it_does_not_confirm(self):
        editor = f.user("editor")
        article = f.article(by=editor)
        self.emergency(article)
        refused("You wrote", f.move, "confirm", article, editor)

    def test_a_reason_is_needed_and_a_writer_may_not(self):
        article = f.article(by=f.user("writer"))
        editor = f.user("editor")
        refused("reason", f.move, "emergency", article, editor, reason=" ")
        refused("Your role", f.move, "emergency", article, article.created_by, reason="Now!")

    def test_a_forged_confirmation_counts_for_nothing(self, client):
        article = f.article()
        self.emergency(article)
        f.move("confirm", article, f.user("editor"))
        lines = list(Event.objects.filter(content=article).order_by("seq"))
        record = standing.Record(article, [*lines[:-1], spoiled(lines[-1])])
        badge = standing.badge_of(article.live.typed, record, f.now())
        assert badge.is_unreviewed
        assert badge.confirmed is None

    def test_signed_and_approved_later_it_has_its_badge(self, client):
        article = f.article()
        self.emergency(article)
        f.move("submit", article, f.user("editor"))
        f.sign(article)
        f.move("approve", article, f.user("editor"))
        assert badges(client, article)
        assert not notices(client, article, "unreviewed")
        assert article.emergency_until is None
        sound()

    def test_a_new_emergency_does_not_touch_the_words_that_were_signed(self, client):
        article = f.publish(f.article())
        signed = bytes(article.live.seal.canonical)
        actions.revise(Token.of(article), by=f.user("editor"), at=f.now(), summary="Wrong dose!")
        self.emergency(article)
        assert not badges(client, article)
        assert bytes(article.revisions.get(number=1).seal.canonical) == signed


def spoiled(line):
    line.mac = "0" * 64
    return line


class TestAgain:
    def test_the_same_words_are_reviewed_again(self, client):
        with time_machine.travel(datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)) as clock:
            reviewer = f.reviewer()
            article = f.publish(f.article(), reviewer)
            since = article.live_at
            clock.shift(datetime.timedelta(days=400))
            assert not badges(client, article), "overdue"
            f.move("submit", article, f.user("editor"))
            refused_late = f.user("editor")
            refused("run out", f.move, "approve", article, refused_late)
            f.sign(article, reviewer)
            f.move("approve", article, f.user("editor"))
            [badge] = badges(client, article)
            assert badge.xpath(".//@data-reviewer") == [reviewer.slug], "named once"
            assert article.live_at == since, "the same words are no update"
            history = client.get(f"{article.get_absolute_url()}history/").content.decode()
            assert "reviewed again" in history
            sound()

    def test_a_second_signature_for_one_review_is_refused(self):
        article, reviewer = f.article(), f.reviewer()
        f.sign(article, reviewer)
        refused("already", f.move, "sign", article, reviewer.user, **f.sign_form(reviewer))


class TestHold:
    def scheduled(self, **fields):
        article = f.article(**fields)
        reviewer = f.sign(article)
        later = f.now() + datetime.timedelta(days=3)
        f.move("schedule", article, f.user("editor"), go_live_at=later)
        return article, reviewer

    def is_held(self, article):
        article.refresh_from_db()
        return (article.status, article.scheduled, article.scheduled_at) == (
            "in_review",
            None,
            None,
        )

    def test_a_retracted_signature_takes_it_off_the_schedule(self, client):
        article, reviewer = self.scheduled()
        signoff = article.signoffs.get()
        actions.revoke(signoff, kind="retract", by=reviewer.user, at=f.now(), reason="No.")
        assert self.is_held(article)
        with time_machine.travel(f.now() + datetime.timedelta(days=4)):
            assert client.get(article.get_absolute_url()).status_code == 404
        sound()

    def test_an_annulled_credential_does(self):
        article, reviewer = self.scheduled()
        credential = reviewer.credentials.get()
        admin = f.user("administrator")
        actions.annul_credential(credential, by=admin, at=f.now(), reason="Found false.")
        assert self.is_held(article)
        refused(
            "already", actions.annul_credential, credential, by=admin, at=f.now(), reason="Again."
        )

    def test_a_withdrawn_point_does(self):
        point = f.publish(f.point("BL40"))
        article, _reviewer = self.scheduled(body=f.embed("BL40"))
        f.move("withdraw", point, f.user("editor"), reason="It was wrong.")
        assert self.is_held(article)

    def test_of_two_signatures_one_is_enough(self):
        article, first = f.article(), f.reviewer()
        f.sign(article, first)
        f.sign(article, f.reviewer())
        signoff = article.signoffs.get(reviewer=first)
        actions.revoke(signoff, kind="retract", by=first.user, at=f.now(), reason="No.")
        article.refresh_from_db()
        assert article.status == "signed"


class TestPointsAndHosts:
    @pytest.fixture
    def host(self):
        self.point = f.publish(f.point("BL40"))
        return f.publish(f.article(body=f.embed("BL40")))

    def change_point(self, **fields):
        self.point.refresh_from_db()
        actions.revise(Token.of(self.point), by=f.user("editor"), at=f.now(), **fields)
        f.publish(self.point)

    def signed_part(self, client, host):
        [part] = page_of(client, host).xpath("//*[@data-signed]")
        for badge in part.xpath(".//*[@data-badge] | .//*[@data-status]"):
            badge.drop_tree()
        return html.tostring(part)

    def test_a_changed_point_leaves_its_hosts_their_words_and_badge(self, host, client):
        before = self.signed_part(client, host)
        self.change_point(location="Somewhere else.")
        assert self.signed_part(client, host) == before
        assert badges(client, host)

    def test_an_added_caution_shows_on_every_host_and_takes_the_badge(self, host, client):
        other = f.publish(f.article(body=f.embed("BL40")))
        before = self.signed_part(client, host)
        self.change_point(cautions=[Caution(kind="vessel", text="Not on varicose veins.")])
        for one in (host, other):
            assert "Not on varicose veins." in notices(client, one, "caution")
            assert not badges(client, one)
        for path in ("/articles/", "/", "/search/?q=sample"):
            listed = html.fromstring(client.get(path).content.decode())
            cards = listed.xpath(f"//article[.//a[@href='{host.get_absolute_url()}']]")
            assert not [c for c in cards if c.xpath(".//*[@data-badge]")], path
        assert self.signed_part(client, host) == before, "the signed words stay"
        assert '"reviewedBy"' not in client.get(host.get_absolute_url()).content.decode()
        sound()

    def test_the_host_cannot_be_signed_or_approved_before_it_takes_it_over(self, host, client):
        self.change_point(cautions=[Caution(kind="vessel", text="Not on varicose veins.")])
        editor = f.user("editor")
        refused("gained a caution", f.move, "submit", host, editor)
        writer = logged_in(host.created_by)
        assert act(writer, desk.head(host), "renew").status_code == 302
        f.publish(host)
        assert badges(client, host)
        assert not notices(client, host, "caution")

    def test_an_edit_alone_moves_no_pin(self, host):
        old = host.head.pins.get().pinned_id
        self.change_point(location="Somewhere else.")
        actions.revise(Token.of(host), by=host.created_by, at=f.now(), summary="Other words.")
        host.refresh_from_db()
        assert host.head.pins.get().pinned_id == old

    def test_a_withdrawn_or_unsigned_point_takes_the_badge(self, host, client):
        f.revoke(self.point)
        assert not badges(client, host)
        f.move("withdraw", self.point, f.user("editor"), reason="It was wrong.")
        assert not badges(client, host)


class TestCorrections:
    def corrected(self):
        article = f.publish(f.article(title="Sample of a corrected page"))
        actions.revise(Token.of(article), by=f.user("editor"), at=f.now(), summary="Put right.")
        f.sign(article)
        f.move("approve", article, f.user("editor"), correction="The old page said two fingers.")
        return article

    def test_it_stands_on_the_page_in_the_list_in_the_feed_and_in_the_history(self, client):
        article = self.corrected()
        address = article.get_absolute_url()
        said = "The old page said two fingers."
        paths = (address, "/corrections/", "/corrections/feed/", f"{address}history/")
        for path in (*paths, f"{address}history/reviews.json"):
            response = client.get(path)
            assert said in response.content.decode(), path
            assert not response.cookies, path
        assert not page_of(client, article).xpath("//*[@data-signed]//*[@data-correction]")

    def test_a_withdrawn_page_is_named_but_not_linked(self, client):
        article = self.corrected()
        f.move("withdraw", article, f.user("editor"), reason="It was wrong altogether.")
        for path in ("/corrections/", "/corrections/feed/"):
            text = client.get(path).content.decode()
            assert "Sample of a corrected page" in text
            assert article.get_absolute_url() not in text

    def test_what_was_never_public_corrects_nothing(self):
        article = f.article()
        f.sign(article)
        editor = f.user("editor")
        refused("nothing to correct", f.move, "approve", article, editor, correction="Oops.")
        assert not Correction.objects.exists()

    def test_the_feed_is_well_formed_whatever_the_note_says(self, client):
        article = f.publish(f.article())
        actions.revise(Token.of(article), by=f.user("editor"), at=f.now(), summary="Put right.")
        f.sign(article)
        f.move("approve", article, f.user("editor"), correction="<b>&amp; ]]> \u201cso\u201d")
        html.etree.fromstring(client.get("/corrections/feed/").content)


class TestDrafts:
    def revised(self):
        article = f.publish(f.article(by=f.user("writer")))
        actions.revise(Token.of(article), by=article.created_by, at=f.now(), summary="Newer.")
        article.refresh_from_db()
        return article

    def test_a_discarded_draft_gives_back_what_readers_have(self, client):
        article = self.revised()
        f.move("discard", article, article.created_by)
        assert (article.status, article.head) == ("published", article.live)
        assert badges(client, article)
        actions.revise(Token.of(article), by=article.created_by, at=f.now(), summary="Third.")
        assert article.revisions.count() == 3, "the discarded one stays"
        sound()

    def test_a_stale_tab_cannot_save_over_a_discarded_draft(self):
        article = self.revised()
        token = Token.of(article)
        f.move("discard", article, article.created_by)
        with pytest.raises(Stale):
            actions.revise(token, by=article.created_by, at=f.now(), summary="Late.")

    def test_a_draft_alone_is_put_away_and_recalled(self):
        article = f.article(by=f.user("writer"))
        refused("nothing to go by", f.move, "discard", article, article.created_by)
        f.move("put_away", article, article.created_by)
        f.move("recall", article, article.created_by)
        assert article.status == "draft"
        public = self.revised()
        refused("Readers have this page", f.move, "put_away", public, public.created_by)

    def test_a_restored_revision_needs_its_own_signature(self, client):
        article = self.revised()
        first = article.revisions.get(number=1)
        writer = logged_in(article.created_by)
        assert act_on(writer, first, article, "restore").status_code == 302
        article.refresh_from_db()
        assert article.head.seal.digest == first.seal.digest
        assert article.head.origin_id == first.pk
        f.move("submit", article, article.created_by)
        editor = f.user("editor")
        refused("No reviewer", f.move, "approve", article, editor)
        sound()

    def test_what_another_page_said_is_not_restored_here(self):
        article, other = self.revised(), f.article()
        by, at = article.created_by, f.now()
        refused("another page", actions.restore, Token.of(article), other.head, by=by, at=at)

    def test_a_copy_is_unsigned_and_remembers_its_writers(self, client):
        writer = f.user("writer")
        reviewer = f.reviewer()
        article = f.publish(f.article(by=writer, body="<p>One.</p>"), reviewer)
        editor = f.user("editor")
        copy = actions.duplicate(article.head, by=editor, at=f.now(), slug="sample-copy")
        assert copy.head.seal.digest != article.head.seal.digest
        assert not copy.head.signoffs.exists()
        assert client.get("/articles/sample-copy/").status_code == 404
        f.move("submit", copy, editor)
        signing = f.reviewer(writer)
        writer.groups.add(*reviewer.user.groups.all())
        f.told(writer)
        signer = type(writer).objects.get(pk=writer.pk)
        refused("You wrote", f.move, "sign", copy, signer, **f.sign_form(signing))
        sound()

    def test_a_copy_takes_no_address_twice_and_a_point_has_no_copy(self):
        article, editor, point = f.article(), f.user("editor"), f.point()
        at = f.now()
        deed = actions.duplicate
        refused("address already", deed, article.head, by=editor, at=at, slug=article.slug)
        refused("only one", deed, point.head, by=editor, at=at, slug="bl-41")
        refused("hyphens", deed, article.head, by=editor, at=at, slug="a b")
        reviewer = f.reviewer().user
        refused("Your role", deed, article.head, by=reviewer, at=at, slug="mine")


def act_on(client, revision, content, name, **data):
    """One of the forms on the page of an older revision."""
    token = Token.of(Content.objects.get(pk=content.pk))
    sent = {"version": token.version, "revision": token.revision, "digest": token.digest}
    return client.post(desk.url(revision.typed, "act", name), sent | data)


def test_signatures_are_taken_back_by_the_page(client):
    article = f.publish(f.article())
    signoff = article.signoffs.get()
    other = logged_in(f.reviewer().user)
    data = {"signoff": signoff.pk, "reason": "I misread a number."}
    assert act(other, desk.head(article), "retract", **data).status_code == 403
    assert act(other, desk.head(article), "annul", **data).status_code == 403
    assert badges(client, article)
    assert (
        act(logged_in(signoff.signed_by), desk.head(article), "retract", **data).status_code == 302
    )
    assert not badges(client, article)
    with pytest.raises(Refused):
        actions.revoke(signoff, kind="retract", by=signoff.signed_by, at=f.now(), reason="Again.")
