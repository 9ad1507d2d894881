"""The public history in words: what became of each revision, and which signatures count."""

import datetime

import pytest

from editorial import actions
from editorial.models import SignOff
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
