"""Ways around a "no": an older version, a row put in by SQL, a text that was removed."""

import datetime

import pytest
import time_machine

from editorial import actions, redaction, verify
from editorial.actions import Token
from editorial.errors import Refused
from editorial.models import Content, Redaction, Revision, Revocation
from tests import factories as f
from tests.reading import badges
from tests.test_takeover import House, refusals, value

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


def token(content):
    return Token.of(Content.objects.get(pk=content.pk))


def withdraw(content):
    f.move("withdraw", content, f.user("editor"), reason="It was wrong.")


# --- A withdrawal and older versions ------------------------------------------------------------


def test_a_withdrawn_point_carries_no_host_that_uses_an_older_version_of_it(client):
    point = f.publish(f.point("BL40"))
    host = f.publish(f.article(body=f.embed("BL40")))
    f.revise(point, location="Newer words.")
    f.publish(point)
    withdraw(point)
    assert not badges(client, host)
    f.revise(point, location="Newest words.")
    f.publish(point)
    assert not badges(client, host), "its version was withdrawn with the page"


# --- A signature taken back, and another over the same words -------------------------------------


def signed_twice(reviewer, again=None):
    """(an article of which the third revision says what the first said, the signature of the
    first); the same reviewer has signed both, or another the third."""
    article = f.publish(f.article(), reviewer)
    f.revise(article, summary="Otherwise.")
    f.revise(article, summary=article.live.typed.summary)
    f.sign(article, again or reviewer)
    old, new = article.signoffs.order_by("pk")
    assert (old.digest, old.revision_id) == (new.digest, article.live_id)
    assert (new.revision_id, new.carried_from_id) == (article.head_id, None)
    return article, old


def retract(signoff):
    by = signoff.signed_by
    actions.revoke(signoff, kind="retract", by=by, at=f.now(), reason="I was wrong.")


def test_a_retraction_under_an_older_revision_takes_the_badge_of_the_same_words(client):
    reviewer = f.reviewer()
    article, old = signed_twice(reviewer)
    f.move("approve", article, f.user("editor"))
    assert badges(client, article)
    retract(old)
    assert not badges(client, article)
    history = client.get(f"{article.get_absolute_url()}history/reviews.json").json()
    rows = [row for one in history["publications"] for row in one["sign_offs"]]
    assert [row["counts"] for row in rows] == [False, False]
    f.move("submit", article, f.user("editor"))
    with pytest.raises(Refused, match="No reviewer's signature"):
        f.move("approve", article, f.user("editor"))
    f.sign(article, reviewer)
    f.move("approve", article, f.user("editor"))
    assert badges(client, article), "what was signed after the retraction counts"


def test_nor_is_anything_approved_on_what_was_signed_before_it(client):
    article, old = signed_twice(f.reviewer())
    retract(old)
    article.refresh_from_db()
    assert article.status == "in_review"
    with pytest.raises(Refused, match="No reviewer's signature"):
        f.move("approve", article, f.user("editor"))


def test_a_retraction_by_one_account_of_a_person_is_one_by_all(client):
    f.user("administrator")  # who looks both credentials up
    reviewer, other = f.reviewer(), f.reviewer(name="Other Sample")
    other.user.alias_of = reviewer.user
    other.user.save()
    f.told(other.user)
    article, old = signed_twice(reviewer, other)
    f.move("approve", article, f.user("editor"))
    assert badges(client, article)
    retract(old)
    assert not badges(client, article)


def test_a_retraction_leaves_what_others_signed_and_other_words(client):
    reviewer, other = f.reviewer(), f.reviewer(name="Bo Sample")
    article, old = signed_twice(other)
    f.sign(article, reviewer)
    retract(old)
    f.move("approve", article, f.user("editor"))
    assert badges(client, article), "somebody else signed it as well"
    f.revise(article, summary="Newest.")
    f.publish(article, other)
    assert badges(client, article), "it took no other words back"


# --- Rows put in by SQL -----------------------------------------------------------------------


def put_in(model, **values):
    model.objects.bulk_create([model(**values)])


@pytest.mark.parametrize("kind", ["retract", "annul"])
def test_a_revocation_put_in_by_sql_stops_no_true_one(client, kind):
    article = f.publish(f.article())
    signoff = article.signoffs.get()
    at, by = f.now(), f.user("administrator")
    put_in(Revocation, signoff=signoff, kind=kind, reason="Forged.", revoked_at=at, revoked_by=by)
    assert badges(client, article)
    by = signoff.signed_by if kind == "retract" else by
    actions.revoke(signoff, kind=kind, by=by, at=f.now(), reason="I was wrong.")
    assert not badges(client, article)
    f.move("submit", article, f.user("editor"))
    with pytest.raises(Refused, match="No reviewer's signature"):
        f.move("approve", article, f.user("editor"))
    assert any("editorial_revocation" in str(fault) for fault in verify.faults(f.now()))


def test_a_request_to_remove_words_that_was_put_in_by_sql_removes_none():
    article = f.publish(f.article())
    old = article.live
    f.revise(article, summary="Newer.")
    f.publish(article)
    asker, doer = f.user("administrator"), f.user("administrator")
    values = {"revision": old, "digest": old.seal.digest, "reason": "By law."}
    put_in(Redaction, **values, asked_by=asker, asked_at=f.now())
    with pytest.raises(Refused, match="No line of the log"):
        redaction.do(Redaction.objects.get(), by=doer, at=f.now())
    assert Revision.objects.get(pk=old.pk).seal.canonical


# --- Words that were removed --------------------------------------------------------------------


@pytest.fixture
def removed():
    """A withdrawn article of which what readers had was removed by law."""
    article = f.publish(f.article())
    f.revise(article, summary="Newer.")
    withdraw(article)
    asked = redaction.ask(article.live, by=f.user("administrator"), at=f.now(), reason="By law.")
    redaction.do(asked, by=f.user("administrator"), at=f.now())
    article.refresh_from_db()
    return article


def test_removed_words_come_back_to_no_review(removed):
    with pytest.raises(Refused, match="were removed"):
        f.move("return", removed, f.user("editor"))


def test_no_draft_begins_with_removed_words(removed):
    by = f.user("editor")
    with pytest.raises(Refused, match="were removed"):
        actions.restore(token(removed), removed.live, by=by, at=f.now())
    with pytest.raises(Refused, match="were removed"):
        actions.duplicate(removed.live, by=by, at=f.now(), slug="copy")


# --- What a signature proves after a "no" ---------------------------------------------------------


def test_a_text_that_a_reviewer_sent_back_is_taken_over_by_nobodys_old_signature():
    house = House(1)
    (host,) = house.hosts
    f.move("submit", host, house.writer)
    stopped = {"reason": "The text itself is dangerous.", "stop": True}
    f.move("request_changes", host, f.reviewer().user, **stopped)
    house.gain()
    assert refusals(house.send("take", chosen=[value(host)])) == []
    page = house.tree(f.reviewer(name="Bo Sample").user).text_content()
    assert "Nothing else differs" not in page


def test_whose_signature_ran_out_before_the_approval_signs_again(client):
    article, reviewer = f.article(), f.reviewer()
    due = f.now().date() + datetime.timedelta(days=30)
    f.sign(article, reviewer, next_review_on=due)
    with time_machine.travel(f.now() + 40 * DAY):
        with pytest.raises(Refused):
            f.move("approve", article, f.user("editor"))
        f.sign(article, reviewer)
        f.move("approve", article, f.user("editor"))
        assert badges(client, article)
