"""Every page of the desk, as a seeded house has it: for people with other eyes, other screens, and
no mouse."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from playwright.sync_api import expect

from editorial.models import Content, Reviewer, ReviewRequest, User
from tests import desk

from .test_desk import DJANGOS

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
DESK = "/admin/articles/articlerevision/"


@pytest.fixture
def site(settings):
    settings.DEBUG = True  # so that the demonstration's accounts have a password
    call_command("seed", verbosity=0)
    settings.DEBUG = False


def account(username):
    return User.objects.get(username=username)


def head(slug):
    return Content.objects.get(slug=slug).head.typed


def pages_of(username):
    """The addresses of the pages that somebody of this role works with."""
    waiting = head("acupressure-for-a-stiff-lower-back")
    back = head("hands-that-ache-from-typing")
    corrected = head("acupressure-for-travel-sickness")
    first = corrected.content.revisions.order_by("number").first()
    everybody = [
        "/admin/",
        "/admin/board/",
        "/admin/board/?state=published",
        "/admin/board/?q=zebra&state=draft",
        "/admin/reports/",
        "/admin/me/",
        "/admin/password_change/",
        DESK,
        desk.url(waiting, "review"),
        desk.url(back, "review"),
        desk.url(waiting, "preview"),
        desk.url(waiting, "log"),
        f"{DESK}{first.pk}/compare/{corrected.pk}/",
        "/admin/editorial/event/",
        "/admin/editorial/reviewer/",
        "/admin/editorial/credential/",
        "/admin/acupoints/acupointrevision/",
    ]
    own = {
        "writer": [f"{DESK}add/", desk.url(head("acupressure-for-period-cramps"))],
        "editor": [
            desk.url(head("acupressure-for-period-cramps")),
            desk.url(waiting),  # frozen
            desk.url(head("acupressure-for-a-stuffy-nose"), "review"),
            "/admin/products/productrevision/add/",
            "/admin/acupoints/acupointrevision/add/",
            "/admin/articles/pagerevision/add/",
            "/admin/editorial/author/add/",
        ],
        "reviewer": [],
        "admin": [
            "/admin/editorial/user/",
            f"/admin/editorial/user/{account('writer').pk}/change/",
            "/admin/editorial/user/add/",
            f"/admin/editorial/reviewer/{Reviewer.objects.first().pk}/change/",
            "/admin/editorial/credential/add/",
            f"/admin/editorial/reviewer/{Reviewer.objects.first().pk}/delete/",
        ],
    }
    return everybody + own[username]


def faults(page):
    found = Axe().run(page, options=WCAG).response["violations"]
    return [(v["id"], v["nodes"][0]["html"][:160]) for v in found if v["id"] not in DJANGOS]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("username", ["writer", "editor", "reviewer", "admin"])
def test_every_page_passes_axe_and_fits_its_screen(site, visitor, username, scheme):
    person = visitor(account(username), color_scheme=scheme)
    for path in pages_of(username):
        person.page.set_viewport_size({"width": 1280, "height": 900})
        assert person.open(path).status == 200, path
        person.page.wait_for_load_state("networkidle")
        for summary in person.page.locator("details:not([open]) > summary").all()[:8]:
            summary.click()  # what is folded away is read too
        assert faults(person.page) == [], path
        for width in (1280, 820):
            person.page.set_viewport_size({"width": width, "height": 1180})
            wide = person.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (path, width, wide)
    assert person.complaints == []


def tab_to(page, selector):
    """Go on by the Tab key until the element has the focus; it must be seen where it is."""
    target = page.locator(selector).first
    for _step in range(400):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return target
    raise AssertionError(f"no Tab leads to {selector}")


def covered(page):
    """Whether something lies over the middle of what has the focus."""
    return page.evaluate(
        """() => {
          const focused = document.activeElement;
          const box = focused.getBoundingClientRect();
          const there = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
          return !(there && (focused.contains(there) || there.contains(focused)
            || there.closest("label")?.control === focused));
        }"""
    )


def test_a_reviewer_signs_by_the_keyboard_alone(site, visitor):
    reviewer = visitor(account("reviewer"))
    article = Content.objects.get(slug="acupressure-for-a-stiff-lower-back")
    reviewer.open(desk.url(article.head.typed, "review"))
    page = reviewer.page
    tab_to(page, "#sign_conflict_statement")
    assert not covered(page)
    page.keyboard.type("None.")
    tab_to(page, "#sign_has_read")
    assert not covered(page)
    page.keyboard.press("Space")
    tab_to(page, "#move-sign button")
    page.keyboard.press("Enter")
    expect(page.locator(".state").first).to_have_text("Signed")


def test_an_editor_moves_many_by_the_keyboard_alone(site, visitor):
    editor = visitor(account("editor"))
    editor.open("/admin/board/")
    page = editor.page
    article = Content.objects.get(slug="acupressure-for-period-cramps")
    tab_to(page, f"#card-{article.pk}")
    assert not covered(page)
    page.keyboard.press("Space")
    tab_to(page, "#bulk-move")
    assert not covered(page)
    page.keyboard.type("Submit")
    tab_to(page, ".bulk button")
    page.keyboard.press("Enter")
    expect(page.locator(".results")).to_contain_text("Done")
    article.refresh_from_db()
    assert article.status == "in_review"


def test_what_has_the_focus_is_never_hidden_on_the_draft_form(site, visitor):
    """The buttons stick to the bottom of the window; nothing may slip behind them unseen."""
    writer = visitor(account("writer"))
    writer.open(desk.url(head("acupressure-for-period-cramps")))
    page = writer.page
    page.locator(".tiptap").wait_for()
    seen = 0
    for _step in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        page.wait_for_timeout(30)
        hidden = covered(page)
        where = page.evaluate("document.activeElement.outerHTML.slice(0, 120)")
        assert not hidden, where
        seen += 1
    assert seen > 20


def test_a_request_is_answered_by_the_keyboard_alone(site, visitor):
    reviewer = visitor(account("reviewer"))
    article = Content.objects.get(slug="acupressure-for-a-stiff-lower-back")
    reviewer.open(desk.url(article.head.typed, "review"))
    page = reviewer.page
    tab_to(page, ".act-accept button")
    page.keyboard.press("Enter")
    expect(page.locator(".done").first).to_contain_text("You accepted")
    assert ReviewRequest.objects.get(content=article).status == "accepted"
