"""The public history in words: what became of each revision, and which signatures count."""

import datetime

import pytest

from editorial import actions
from editorial.models import Revocation, SignOff
from tests import factories as f
from tests.reading import tree_of

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


@pytest.fixture
def now():
    return f.now()


@pytest.fixture
def reviewer():
    return f.reviewer(name="Vera Sample")


@pytest.fixture
def article(now, reviewer):
    made = f.article(at=now - 99 * DAY)
    f.publish(made, reviewer, at=now - 90 * DAY)
    return made


def approve(content, at):
    f.move("approve", content, f.user("editor"), at)


def entries(client, content):
    """[(heading, all that is told under it)], newest first."""
    tree = tree_of(client, f"{content.get_absolute_url()}history/")
    items = tree.xpath("//ol[@class='history']/li")
    return [(li.xpath("string(h2)"), " ".join(li.text_content().split())) for li in items]


def test_a_later_review_of_the_same_words_is_called_so(client, article, reviewer, now):
    f.move("submit", article, f.user("editor"), now - 50 * DAY)
    f.sign(article, reviewer, now - 49 * DAY)
    approve(article, now - 48 * DAY)
    (newest, _), (first, told) = entries(client, article)
    assert newest.startswith("Revision 1, reviewed again, ")
    assert first.startswith("Revision 1, public from ")
    assert told.count("Signed the same words again on") == 1, "it renewed what was public"


def test_a_return_with_a_new_signature_is_told_with_the_withdrawal(client, article, reviewer, now):
    reason = "The dose was unclear."
    f.move("withdraw", article, f.user("editor"), now - 50 * DAY, reason=reason)
    f.move("return", article, f.user("editor"), now - 49 * DAY)
    f.sign(article, reviewer, now - 48 * DAY)
    approve(article, now - 47 * DAY)
    (newest, _), (_first, told) = entries(client, article)
    assert newest.startswith("Revision 1, reviewed again and public again from ")
    for words in ("Withdrawn on", "Sent back to review on", reason):
        assert words in told
    assert told.count("Vera Sample") == 1, "what was signed after it is no part of it"


def test_a_signature_after_a_stop_renews_nothing_that_was_stopped(client, article, reviewer, now):
    f.move("submit", article, f.user("editor"), now - 50 * DAY)
    stopper = f.reviewer().user
    f.move("request_changes", article, stopper, now - 49 * DAY, reason="Wrong.", stop=True)
    f.move("submit", article, f.user("editor"), now - 48 * DAY)
    f.sign(article, reviewer, now - 47 * DAY)
    approve(article, now - 46 * DAY)
    (newest, _), (_first, told) = entries(client, article)
    assert newest.startswith("Revision 1, reviewed again, ")
    assert "a reviewer said that readers should stop relying" in told
    assert "signed the same words again" not in told.lower()


def test_the_first_review_after_an_emergency_is_not_called_another(client, reviewer, now):
    article = f.article(at=now - 9 * DAY)
    f.move("emergency", article, f.user("editor"), now - 8 * DAY, reason="It cannot wait.")
    f.move("submit", article, f.user("editor"), now - 7 * DAY)
    f.sign(article, reviewer, now - 6 * DAY)
    approve(article, now - 5 * DAY)
    (newest, _), _first = entries(client, article)
    assert newest.startswith("Revision 1, reviewed since, ")


def test_a_signature_that_was_annulled_says_so_with_its_day(client, article):
    admin = f.user("superuser")
    actions.revoke(SignOff.objects.get(), kind="annul", by=admin, at=f.now(), reason="Not theirs.")
    ((_heading, told),) = entries(client, article)
    assert f"Annulled, {f.now():%-d %B %Y}." in told
    assert "Not theirs." in told


def test_a_revocation_that_no_line_tells_of_is_not_told(client, article):
    by, why = f.user("superuser"), "Forged."
    row = Revocation(
        signoff=SignOff.objects.get(), kind="annul", reason=why, revoked_at=f.now(), revoked_by=by
    )
    Revocation.objects.bulk_create([row])
    for path in ("history/", "history/reviews.json"):
        assert why not in client.get(f"{article.get_absolute_url()}{path}").content.decode()
    actions.revoke(row.signoff, kind="annul", by=by, at=f.now(), reason="Not theirs.")
    for path in ("history/", "history/reviews.json"):
        text = client.get(f"{article.get_absolute_url()}{path}").content.decode()
        assert why not in text
        assert "Not theirs." in text


def test_a_carried_signature_is_told_taken_back_with_the_one_that_it_carries(client, article):
    f.revise(article, recommendations=[f.recommendation()])
    f.move("submit", article, f.user("editor"))
    approve(article, f.now())
    f.revoke(article)
    told = [words for _heading, words in entries(client, article)]
    assert [f"Retracted by the reviewer, {f.now():%-d %B %Y}." in words for words in told] == [
        True,
        True,
    ]


# --- What readers have, not what waits for its time -------------------------------------------


def signatures(client, content):
    """[[(does it count, why not) of each signature] of each publication], newest first."""
    told = client.get(f"{content.get_absolute_url()}history/reviews.json").json()["publications"]
    return [[(s["counts"], s["why_not"]) for s in one["sign_offs"]] for one in told]


def stop(content, at):
    by = f.reviewer().user
    f.move("request_changes", content, by, at, reason="Wrong.", stop=True)


def test_what_was_stopped_is_the_newest_while_its_follower_waits(client, article, reviewer, now):
    f.move("submit", article, f.user("editor"), now - 50 * DAY)
    stop(article, now - 49 * DAY)
    f.revise(article, at=now - 48 * DAY, summary="Put right.")
    f.sign(article, reviewer, now - 47 * DAY)
    f.move("schedule", article, f.user("editor"), now - 46 * DAY, go_live_at=now + DAY)
    why = "A reviewer said that readers should stop relying on this text."
    assert signatures(client, article) == [[(False, why)]]


def test_a_signature_that_was_renewed_says_so(client, article, reviewer, now):
    f.move("submit", article, f.user("editor"), now - 50 * DAY)
    f.sign(article, reviewer, now - 49 * DAY)
    again = "The same reviewer has signed these words again since."
    assert signatures(client, article) == [[(False, again), (True, None)]]


def test_a_renewal_is_told_after_a_schedule_that_never_went_live(client, article, reviewer, now):
    f.move("submit", article, f.user("editor"), now - 50 * DAY)
    f.move("schedule", article, f.user("editor"), now - 49 * DAY, go_live_at=now - 40 * DAY)
    f.move("recall", article, f.user("editor"), now - 48 * DAY)
    f.sign(article, reviewer, now - 47 * DAY)
    ((_heading, told),) = entries(client, article)
    assert told.count("Signed the same words again on") == 1


def test_a_signature_after_somebody_took_theirs_back_renews_nothing(client, now):
    article, vera, otto = f.article(at=now - 9 * DAY), f.reviewer(), f.reviewer()
    f.sign(article, vera, now - 8 * DAY)
    f.publish(article, otto, now - 7 * DAY)
    signoff = SignOff.objects.get(reviewer=vera)
    by, at = vera.user, now - 6 * DAY
    actions.revoke(signoff, kind="retract", by=by, at=at, reason="I was wrong.")
    f.move("submit", article, f.user("editor"), now - 5 * DAY)
    f.sign(article, otto, now - 4 * DAY)
    ((_heading, told),) = entries(client, article)
    assert "Signed the same words again" not in told


def test_a_stop_is_told_of_what_readers_had_when_it_was_said(client, article, reviewer, now):
    f.revise(article, at=now - 60 * DAY, summary="Newer.")
    f.sign(article, reviewer, now - 59 * DAY)
    f.move("schedule", article, f.user("editor"), now - 58 * DAY, go_live_at=now - 57 * DAY)
    f.move("submit", article, f.user("editor"), now - 50 * DAY)
    stop(article, now - 49 * DAY)
    (_, newest), (_, first) = entries(client, article)
    said = "a reviewer said that readers should stop relying"
    assert said in newest
    assert said not in first


def test_a_correction_is_told_once_by_machines_and_pages(client, article, reviewer, now):
    f.revise(article, at=now - 60 * DAY, summary="Put right.")
    f.sign(article, reviewer, now - 59 * DAY)
    note = "The dose was wrong."
    f.move("approve", article, f.user("editor"), now - 58 * DAY, correction=note)
    f.move("submit", article, f.user("editor"), now - 50 * DAY)
    approve(article, now - 49 * DAY)
    for path in ("history/", "history/reviews.json"):
        text = client.get(f"{article.get_absolute_url()}{path}").content.decode()
        assert text.count(note) == 1, path


# --- Headings -----------------------------------------------------------------------------------


def test_what_was_never_away_is_not_called_public_again(client, article, now):
    f.move("submit", article, f.user("editor"), now - 50 * DAY)
    approve(article, now - 49 * DAY)
    assert entries(client, article)[0][0].startswith("Revision 1, published again, ")


def test_a_renewal_is_no_review_before_the_approval_that_it_renews(client, article, reviewer, now):
    f.move("submit", article, f.user("editor"), now - 50 * DAY)
    approve(article, now - 49 * DAY)
    f.move("submit", article, f.user("editor"), now - 48 * DAY)
    f.sign(article, reviewer, now - 47 * DAY)
    (newest, told), _first = entries(client, article)
    assert newest.startswith("Revision 1, published again, ")
    assert "Signed the same words again on" in told


def test_words_that_came_back_reviewed_were_not_always_reviewed_before(client, reviewer, now):
    article = f.article(at=now - 9 * DAY)
    f.move("emergency", article, f.user("editor"), now - 8 * DAY, reason="It cannot wait.")
    f.move("withdraw", article, f.user("editor"), now - 7 * DAY, reason="It could wait.")
    f.move("return", article, f.user("editor"), now - 6 * DAY)
    f.sign(article, reviewer, now - 5 * DAY)
    approve(article, now - 4 * DAY)
    (newest, _), (_, first) = entries(client, article)
    assert newest.startswith("Revision 1, reviewed since and public again from ")
    assert "No second editor confirmed that." in first, "nobody can any more"


def test_a_return_is_told_of_the_withdrawal_that_it_undid(client, article, reviewer, now):
    f.move("withdraw", article, f.user("editor"), now - 50 * DAY, reason="It was wrong.")
    f.revise(article, at=now - 49 * DAY, summary="Newer.")
    f.publish(article, reviewer, now - 48 * DAY)
    f.move("withdraw", article, f.user("editor"), now - 47 * DAY, reason="It was wrong too.")
    f.move("return", article, f.user("editor"), now - 46 * DAY)
    f.publish(article, reviewer, now - 45 * DAY)
    told = [words for _heading, words in entries(client, article)]
    assert ["Sent back to review on" in words for words in told] == [False, True, False]


def test_a_signature_on_which_no_approval_rests_any_more_says_so(client, article, now):
    f.move("submit", article, f.user("editor"), now - 50 * DAY)
    stop(article, now - 49 * DAY)
    f.move("submit", article, f.user("editor"), now - 48 * DAY)
    f.sign(article, f.reviewer(name="Otto Sample"), now - 47 * DAY)
    approve(article, now - 46 * DAY)
    why = "What readers have now does not rest on it."
    assert signatures(client, article) == [[(True, None)], [(False, why)]]
