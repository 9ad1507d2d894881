"""A reviewer comes back to a text that they signed, with a real browser."""

import pytest

from editorial.models import SignOff
from tests import desk
from tests import factories as f

pytestmark = pytest.mark.once


@pytest.fixture
def reviewer():
    return f.reviewer(name="Vera Sample")


def test_unchanged_words_are_signed_again_with_one_click(visitor, reviewer):
    article = f.article(body="<p>Press it for a minute.</p>")
    f.sign(article, reviewer)
    f.move("request_changes", article, f.user("editor"), reason="One more look.")
    f.move("submit", article, article.created_by)
    me = visitor(reviewer.user)
    me.open(desk.url(desk.head(article), "review"))
    assert not me.page.get_by_label("Your interests").is_visible()
    me.page.get_by_role("button", name="Stand by my signature").click()
    me.page.wait_for_selector("[role=status]")
    assert SignOff.objects.filter(content=article).count() == 2
    assert not me.complaints


def test_a_word_changed_since_then_is_the_first_thing_on_the_page(visitor, reviewer):
    article = f.publish(f.article(body="<p>Knees tire on long ways.</p>"), reviewer)
    f.revise(article, body="<p>Knees tire on long walks.</p>")
    f.move("submit", article, article.created_by)
    me = visitor(reviewer.user, viewport={"width": 390, "height": 844})
    me.open(desk.url(desk.head(article), "review"))
    changed, title = me.page.locator("main ins"), me.page.locator("main article h1")
    assert changed.inner_text() == "walks"
    assert changed.bounding_box()["y"] < title.bounding_box()["y"]
    assert changed.bounding_box()["y"] < 844, "seen without scrolling"
    assert me.page.evaluate("document.documentElement.scrollWidth") == 390
    assert not me.complaints
