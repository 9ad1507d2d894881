"""A caution taken over in several articles by three people, each with a keyboard and no mouse."""

import pytest
from playwright.sync_api import expect

from acupoints.models import Caution
from editorial.models import Content
from tests import factories as f

from .judging import findings
from .test_desk import DJANGOS
from .test_desk_pages import covered, tab_to

pytestmark = pytest.mark.once


@pytest.fixture
def point(house):
    """A point with a new caution, two articles that can take it over and one that cannot."""
    point = f.publish(f.point("HT7"), house.reviewer)
    for title in ("Calm hands", "A short night"):
        article = f.article(house.writer, title=title, body=f.embed("HT7"))
        f.publish(article, house.reviewer)
    drafted = f.publish(f.article(house.writer, title="Drafted", body=f.embed("HT7")))
    f.revise(drafted, house.writer, summary="Half a thought.")
    f.revise(point, cautions=[Caution(kind="vessel", text="Not over varicose veins.")])
    return f.publish(point, house.reviewer)


def look(person, path):
    """Open the page and hold it against axe and both widths."""
    assert person.open(path).status == 200
    assert findings(person.page, besides=DJANGOS) == []
    for width in (820, 1280):
        person.page.set_viewport_size({"width": width, "height": 900})
        assert person.page.evaluate("document.documentElement.scrollWidth") <= width
    return person.page


def press(page, step):
    tab_to(page, f"#form-{step} button[type=submit]")
    assert not covered(page)
    page.keyboard.press("Enter")
    expect(page.locator(".became h2")).to_have_text("2 of 2 were done")


def test_each_step_by_the_keyboard_alone(visitor, house, point):
    path = f"/admin/takeover/{point.pk}/"
    people = {
        "take": visitor(house.editor, bypass_csp=True),
        "sign": visitor(house.reviewer.user, bypass_csp=True),
        "approve": visitor(f.user("editor"), bypass_csp=True),
    }
    press(look(people["take"], path), "take")
    page = look(people["sign"], path)
    expect(page.locator("table.sides ins")).to_contain_text("Not over varicose veins.")
    tab_to(page, "#sign_conflict_statement")
    page.keyboard.type("None.")
    tab_to(page, "#sign_has_read")
    page.keyboard.press("Space")
    press(page, "sign")
    press(look(people["approve"], path), "approve")
    assert Content.objects.filter(kind="article", status="published").count() == 2
    assert [person.complaints for person in people.values()] == [[], [], []]


def test_it_works_without_scripts(visitor, house, point):
    path = f"/admin/takeover/{point.pk}/"
    for user, step in ((house.editor, "take"), (house.reviewer.user, "sign")):
        person = visitor(user)
        context = person.page.context.browser.new_context(
            java_script_enabled=False, storage_state=person.page.context.storage_state()
        )
        page = context.new_page()
        page.goto(person.base + path)
        if step == "sign":
            page.get_by_label("Choose Calm hands").uncheck()
            page.fill("#sign_conflict_statement", "None.")
            page.check("#sign_has_read")
        page.click(f"#form-{step} button")
        expect(page.locator(".became h2")).to_contain_text("done")
        context.close()
    states = Content.objects.filter(kind="article").order_by("pk").values_list("status", flat=True)
    assert list(states) == ["in_review", "signed", "draft"]
