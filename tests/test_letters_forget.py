"""Letters after a removal by law: no title that was removed stays in them."""

import datetime

import pytest

from editorial import letters, redaction, reminders, reviewing
from editorial.models import Letter
from tests import factories as f
from tests.test_reviewing import refused

pytestmark = pytest.mark.django_db

TITLE = "Sample Patient’s knee"


@pytest.fixture
def editor():
    return f.user("editor", email="editor@sample.example")


@pytest.fixture
def article(editor):
    """An article of which letters bear the title: sent, waiting, of a move and of a reminder."""
    article = f.article(by=f.user("writer", email="writer@sample.example"), title=TITLE)
    f.move("submit", article, article.created_by)
    reviewer = f.reviewer(f.user("reviewer", email="reviewer@sample.example"))
    reviewing.ask(article, reviewer, by=editor, at=f.now(), due_on=f.now().date())
    reminders.write_all(f.now() + datetime.timedelta(days=2))
    f.sign(article)
    f.move("approve", article, f.user("editor"))
    letters.send(recipient=article.created_by)
    f.revise(article, title="A knee")
    return article


def asked(article):
    first = article.revisions.get(number=1)
    return redaction.ask(first, by=f.user("administrator"), at=f.now(), reason="Privacy.")


def bodies():
    return list(Letter.objects.order_by("pk").values_list("body", flat=True))


def test_sent_and_waiting_letters_and_reminders_lose_it(article, editor):
    f.publish(article)
    assert Letter.objects.filter(body__contains=TITLE, sent_at=None).exists()
    assert Letter.objects.filter(body__contains=TITLE).exclude(sent_at=None).exists()
    assert Letter.objects.filter(body__contains=TITLE, about__startswith="request:").exists()
    about = Letter.objects.filter(body__contains=TITLE).values_list("pk", flat=True)
    emptied, others = set(about), Letter.objects.exclude(pk__in=list(about))
    kept = dict(others.values_list("pk", "body"))
    redaction.do(asked(article), by=f.user("administrator"), at=f.now())
    assert TITLE not in " ".join(bodies())
    for letter in Letter.objects.filter(pk__in=emptied):
        assert "(removed)" in letter.body
        assert "/review/" in letter.body, "the rest of the letter stays"
    assert {pk: Letter.objects.get(pk=pk).body for pk in kept} == kept


def test_letters_about_another_page_keep_a_title_like_it(article):
    other = f.article(by=f.user("writer", email="other@sample.example"), title=TITLE)
    f.publish(other)
    f.publish(article)
    redaction.do(asked(article), by=f.user("administrator"), at=f.now())
    [letter] = Letter.objects.filter(recipient=other.created_by)
    assert TITLE in letter.body


def test_a_removal_that_is_refused_empties_no_letter(article):
    request, before = asked(article), bodies()
    refused("Readers have", redaction.do, request, by=f.user("administrator"), at=f.now())
    assert bodies() == before
