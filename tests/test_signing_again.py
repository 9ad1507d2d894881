"""A reviewer comes back to a text that they signed: what they see first, what a click does."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import html

from acupoints.models import Caution
from editorial import documents, reviewing, signing_again
from editorial.actions import Token
from editorial.models import Content, SignOff
from tests import desk
from tests import factories as f
from tests.reading import badges
from tests.test_reviewing import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.once]

DAY = datetime.timedelta(days=1)


@pytest.fixture
def reviewer():
    return f.reviewer(name="Vera Sample")


@pytest.fixture
def article():
    return f.article(title="Sample", body="<p>Press it for a minute.</p>")


def page(user, content):
    response = logged_in(user).get(desk.url(desk.head(content), "review"))
    assert response.status_code == 200
    return html.fromstring(response.content.decode())


def text(tree):
    return " ".join(tree.text_content().split())


def offered_again(user, content):
    return "Stand by my signature" in text(page(user, content))


def click(user, content):
    """Send the one form as it stands, as the one click does."""
    client, head = logged_in(user), desk.head(content)
    sent = desk.move_form(client, head, "sign")
    return client.post(desk.url(head, "move", "sign"), sent)


def after_request_for_changes(article, reviewer):
    """The same words in review again, after a "no" to them."""
    f.sign(article, reviewer, scope="All but the picture", conflict_statement="I teach this.")
    f.move("request_changes", article, f.user("editor"), reason="One more look.")
    f.move("submit", article, article.created_by)


class TestStandingByIt:
    def test_one_click_signs_again_with_what_was_said_last_time(self, article, reviewer):
        after_request_for_changes(article, reviewer)
        shown = text(page(reviewer.user, article))
        for words in ("All but the picture", "I teach this.", "Licensed acupuncturist"):
            assert words in shown
        assert click(reviewer.user, article).status_code == 302
        old, new = SignOff.objects.order_by("pk")
        assert (new.scope, new.conflict_statement) == (old.scope, old.conflict_statement)
        assert (new.digest, new.credential) == (old.digest, old.credential)
        f.move("approve", article, f.user("editor"))

    def test_it_says_why_the_earlier_one_counts_no_more(self, article, reviewer):
        after_request_for_changes(article, reviewer)
        shown = page(reviewer.user, article)
        assert "Changes were requested on" in text(shown)
        assert "counts for no later approval" in text(shown)

    def test_after_a_withdrawal_and_a_return(self, article, reviewer, client):
        f.publish(article, reviewer)
        f.move("withdraw", article, f.user("editor"), reason="A complaint.")
        f.move("return", article, f.user("editor"))
        assert "The page was withdrawn on" in text(page(reviewer.user, article))
        assert click(reviewer.user, article).status_code == 302
        f.move("approve", article, f.user("editor"))
        assert badges(client, article)

    def test_after_somebody_else_closed_what_had_to_be_fixed(self, article, reviewer):
        f.sign(article, reviewer)
        opener = f.reviewer()
        thread = reviewing.comment(
            Token.of(Content.objects.get(pk=article.pk)),
            by=opener.user,
            at=f.now(),
            text="Is it so?",
            must_fix=True,
        )
        reviewing.reply(thread, by=f.user("editor"), at=f.now(), verdict="resolve")
        assert "closed by somebody else" in text(page(reviewer.user, article))
        assert click(reviewer.user, article).status_code == 302

    def test_nobody_stands_by_other_words(self, article, reviewer):
        f.sign(article, reviewer)
        f.move("recall", article, article.created_by)
        f.revise(article, summary="Other words.")
        f.move("submit", article, f.user("editor"))
        assert not offered_again(reviewer.user, article)

    def test_nor_by_what_they_took_back(self, article, reviewer):
        f.sign(article, reviewer)
        f.revoke(article)
        assert not offered_again(reviewer.user, article)
        assert click(reviewer.user, article).status_code == 422  # the empty form says nothing

    def test_nor_by_somebody_elses_signature(self, article, reviewer):
        after_request_for_changes(article, reviewer)
        assert not offered_again(f.reviewer().user, article)

    def test_nor_while_it_counts(self, article, reviewer):
        f.sign(article, reviewer)
        assert not offered_again(reviewer.user, article)

    def test_an_old_credential_gives_way_to_a_valid_one(self, article, reviewer):
        old = reviewer.credentials.get()
        after_request_for_changes(article, reviewer)
        f.credential(reviewer, title="Doctor of medicine")
        old.suspended_at, old.suspended_by = f.now(), f.user("administrator")
        old.save()
        (form,) = page(reviewer.user, article).xpath("//form[@id='move-sign']")
        assert "Doctor of medicine" in text(form.xpath(".//dl")[0])
        assert click(reviewer.user, article).status_code == 302
        assert SignOff.objects.last().credential.title == "Doctor of medicine"

    def test_a_stale_click_signs_nothing(self, article, reviewer):
        after_request_for_changes(article, reviewer)
        client, head = logged_in(reviewer.user), desk.head(article)
        sent = desk.move_form(client, head, "sign")
        f.move("recall", article, article.created_by)
        f.revise(article, summary="Other words.")
        f.move("submit", article, f.user("editor"))
        assert client.post(desk.url(head, "move", "sign"), sent).status_code == 409
        assert SignOff.objects.count() == 1

    def test_before_it_is_submitted_again_they_are_told_what_comes(self, article, reviewer):
        f.publish(article, reviewer, at=f.now() - 350 * DAY)
        assert "Your review of this runs out on" in text(page(reviewer.user, article))
        assert "nothing for you to do" in text(page(f.reviewer().user, article))
        f.revoke(article)
        assert "runs out" not in text(page(reviewer.user, article))


class TestWhatSigningDoes:
    RENEWS = "renews the date of their review at once"
    WAITS = "once an editor has approved"

    def test_who_is_named_by_the_approval_renews_it(self, article, reviewer, client):
        f.publish(article, reviewer, at=f.now() - 400 * DAY)
        assert not badges(client, article)
        f.move("submit", article, f.user("editor"))
        shown = text(page(reviewer.user, article))
        assert self.RENEWS in shown
        assert "It runs out on" in shown
        assert click(reviewer.user, article).status_code == 302
        assert badges(client, article)

    def test_anybody_elses_needs_a_new_approval(self, article, reviewer, client):
        f.publish(article, reviewer, at=f.now() - 400 * DAY)
        other = f.reviewer()
        f.move("submit", article, f.user("editor"))
        assert self.WAITS in text(page(other.user, article))
        f.sign(article, other)
        assert not badges(client, article)

    def test_nothing_is_renewed_once_a_reviewer_said_stop(self, article, reviewer, client):
        f.publish(article, reviewer)
        f.move("submit", article, f.user("editor"))
        other = f.reviewer()
        f.move("request_changes", article, other.user, reason="Wrong.", stop=True)
        f.move("submit", article, f.user("editor"))
        shown = text(page(reviewer.user, article))
        assert self.WAITS in shown
        assert self.RENEWS not in shown
        assert click(reviewer.user, article).status_code == 302
        assert not badges(client, article)

    def test_sections_with_their_own_review_are_named_at_the_form(self, reviewer):
        f.publish(f.point("BL40"), f.reviewer(name="Ilse Sample"))
        host = f.article(body=f.embed("BL40"))
        f.move("submit", host, f.user("editor"))
        shown = text(page(reviewer.user, host))
        assert "without these sections" in shown
        assert "BL40 Wěizhōng by Ilse Sample, Licensed acupuncturist" in shown
        assert "without these sections" not in text(page(f.user("editor"), host))


class TestWhatChangedSince:
    def since(self, user, content):
        return page(user, content).xpath("//main/section[@class='since']")

    def test_a_typo_in_a_live_article_is_seen_first(self, article, reviewer):
        f.publish(article, reviewer)
        f.revise(article, body="<p>Press it for two minutes.</p>")
        f.move("submit", article, f.user("editor"))
        main = page(reviewer.user, article).xpath("//main")[0]
        first, whole = main
        assert first.xpath(".//del/text()")
        assert first.xpath(".//ins/text()")
        assert "two" in "".join(first.xpath(".//ins//text()"))
        assert whole.get("data-signed") == desk.head(article).seal.digest

    def test_it_is_what_this_reviewer_signed_and_not_somebody_else(self, article, reviewer):
        f.publish(article, reviewer)
        f.revise(article, summary="Second words.")
        f.publish(article, other := f.reviewer())
        f.revise(article, summary="Third words.")
        f.move("submit", article, f.user("editor"))
        (mine,), (others,) = (self.since(one.user, article) for one in (reviewer, other))
        assert "sample summary" in "".join(mine.xpath(".//del//text()"))
        assert "Second" in "".join(others.xpath(".//del//text()"))
        assert not self.since(f.reviewer().user, article)
        assert not self.since(f.user("editor"), article)

    def test_the_same_words_are_no_change(self, article, reviewer):
        after_request_for_changes(article, reviewer)
        assert not self.since(reviewer.user, article)

    def test_removed_words_are_not_shown_again(self, article, reviewer, monkeypatch):
        f.publish(article, reviewer)
        f.revise(article, summary="Other words.")
        f.move("submit", article, f.user("editor"))
        real, signed = documents.parse, bytes(SignOff.objects.get().revision.seal.canonical)

        def removed(data):
            if bytes(data) == signed:
                raise documents.BrokenSeal
            return real(data)

        monkeypatch.setattr(signing_again.documents, "parse", removed)
        (section,) = self.since(reviewer.user, article)
        assert "were removed" in text(section)
        assert not section.xpath(".//del")


class TestStop:
    QUESTION = "Should readers stop relying"

    def test_a_reviewer_is_told_what_each_answer_does(self, article, reviewer):
        f.publish(article, reviewer)
        f.move("submit", article, f.user("editor"))
        shown = text(page(f.reviewer().user, article))
        assert self.QUESTION in shown
        assert "keeps its badge while this is put right" in shown
        assert "loses its badge at once" in shown

    def test_an_editor_is_not_asked(self, article, reviewer):
        f.publish(article, reviewer)
        f.move("submit", article, f.user("editor"))
        tree = page(f.user("editor"), article)
        assert tree.xpath("//form[@id='move-request_changes']")
        assert self.QUESTION not in text(tree)

    def test_nor_is_anybody_about_what_was_never_public(self, article, reviewer):
        f.move("submit", article, f.user("editor"))
        assert self.QUESTION not in text(page(reviewer.user, article))


class TestNoBadge:
    """Whoever has a text before them at the desk reads that its readers see no badge, and why."""

    def said(self, article):
        [found] = page(f.user("editor"), article).xpath("//*[@data-warning='badge']") or [None]
        return "" if found is None else text(found)

    def test_nothing_while_it_stands_or_before_it_is_public(self, article, reviewer):
        assert self.said(article) == ""
        f.publish(article, reviewer)
        assert self.said(article) == ""

    def test_a_signature_taken_back(self, article, reviewer):
        f.publish(article, reviewer)
        f.revoke(article)
        assert self.said(article).endswith("Vera Sample took their signature back.")
        f.move("submit", article, f.user("editor"))
        assert self.said(article), "until it is approved anew"
        f.publish(article, f.reviewer())
        assert self.said(article) == ""

    def test_a_review_that_ran_out(self, article, reviewer):
        f.publish(article, reviewer, at=f.now() - 400 * DAY)
        assert "The review ran out on" in self.said(article)

    def test_a_point_in_use_that_was_withdrawn(self, reviewer):
        point = f.publish(f.point("BL40"), reviewer)
        host = f.publish(f.article(body=f.embed("BL40")), reviewer)
        f.move("withdraw", point, f.user("editor"), reason="Wrong.")
        assert "which this text uses" in self.said(host)

    def test_a_point_in_use_that_gained_a_caution(self, reviewer):
        point = f.publish(f.point("BL40"), reviewer)
        host = f.publish(f.article(body=f.embed("BL40")), reviewer)
        f.revise(point, cautions=[Caution(kind="vessel", text="Not on varicose veins.")])
        f.publish(point, reviewer)
        assert self.said(host).endswith("has a new caution: Not on varicose veins.")
        found = page(f.user("editor"), host).xpath("//a[contains(@href, '/takeover/')]")
        assert [text(link) for link in found] == ["Take BL40 Wěizhōng over in all texts"]

    def test_an_emergency(self, article):
        f.move("emergency", article, f.user("editor"), reason="It cannot wait.")
        assert "published without a review" in self.said(article)


def test_the_page_costs_no_more_with_many_signatures(article, reviewer):
    def spent():
        with CaptureQueriesContext(connection) as queries:
            page(reviewer.user, article)
        return len(queries)

    after_request_for_changes(article, reviewer)
    few = spent()
    for _ in range(3):
        f.sign(article, f.reviewer())
    assert spent() <= few + 1  # the warning looks at who signed a text that waits
