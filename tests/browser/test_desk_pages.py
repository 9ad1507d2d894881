"""Every page of the desk, as a seeded house has it: for people with other eyes, other screens, and
no mouse."""

import pytest
from playwright.sync_api import expect

from acupoints.models import StandardPoint
from editorial.models import Content, Reviewer, ReviewRequest, User
from tests import desk

from .judging import findings, too_wide
from .test_desk import DJANGOS

pytestmark = pytest.mark.once

DESK = "/admin/articles/articlerevision/"


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
    everybody = ["/admin/", "/admin/board/", "/admin/me/", desk.url(waiting, "review")]
    # Lists look alike to all but an administrator, who may change more; readings look alike to a
    # writer and an editor.
    lists = [
        "/admin/editorial/event/",
        "/admin/editorial/reviewer/",
        "/admin/editorial/credential/",
        "/admin/reports/",
        "/admin/password_change/",
    ]
    readings = [
        "/admin/board/?state=published",
        "/admin/board/?q=zebra&state=draft",
        DESK,
        desk.url(back, "review"),
        desk.url(waiting, "preview"),
        desk.url(waiting, "log"),
        f"{DESK}{first.pk}/compare/{corrected.pk}/",
        "/admin/acupoints/acupointrevision/",
        f"/admin/takeover/{Content.objects.get(slug='ht-7').pk}/",
    ]
    own = {
        "writer": [f"{DESK}add/", desk.url(head("acupressure-for-period-cramps"))],
        "editor": [
            *lists,
            *readings,
            desk.url(head("acupressure-for-period-cramps")),
            desk.url(waiting),  # frozen
            desk.url(head("acupressure-for-a-stuffy-nose"), "review"),
            "/admin/products/productrevision/add/",
            "/admin/acupoints/acupointrevision/add/",
            "/admin/articles/pagerevision/add/",
            "/admin/editorial/author/add/",
            "/admin/acupoints/standardpoint/",
            f"/admin/acupoints/standardpoint/{StandardPoint.objects.get(code='LI4').pk}/change/",
            "/admin/acupoints/standardpoint/import/",
            "/admin/acupoints/standardpoint/export/",
        ],
        "reviewer": readings,
        "admin": [
            *lists,
            "/admin/editorial/user/",
            f"/admin/editorial/user/{account('writer').pk}/change/",
            "/admin/editorial/user/add/",
            f"/admin/editorial/reviewer/{Reviewer.objects.first().pk}/change/",
            "/admin/editorial/credential/add/",
        ],
    }
    return everybody + own[username]


@pytest.mark.parametrize("username", ["writer", "editor", "reviewer", "admin"])
def test_every_page_passes_axe_and_fits_its_screen(site, visitor, username):
    person = visitor(account(username), bypass_csp=True)
    found = []
    for path in pages_of(username):
        assert person.open(path).status == 200, path
        person.page.wait_for_load_state("load")
        # What is folded away is read too.
        person.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        found += [(path, *fault) for fault in findings(person.page, besides=DJANGOS)]
        wide = too_wide(person.page, (1280, 820), height=1180)
        found += [(path, f"{px} px wide on a screen of {screen}") for screen, px in wide]
    assert found == []
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
    """Whether what has the focus is hidden where one looks for it: its middle, or, where it is
    taller than a few lines, its first line."""
    return page.evaluate(
        """() => {
          const focused = document.activeElement;
          const box = focused.getBoundingClientRect();
          const seen = (x, y) => {
            const there = document.elementFromPoint(x, y);
            return there && (focused.contains(there) || there.contains(focused)
              || there.closest("label")?.control === focused);
          };
          const down = box.height < 100 ? box.height / 2 : 24;
          return !seen(box.x + box.width / 2, Math.max(box.y, 0) + down);
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


def test_a_list_of_points_is_previewed_mended_and_imported(site, visitor, tmp_path):
    editor = visitor(account("editor"), bypass_csp=True)
    page, file = editor.page, tmp_path / "points.csv"
    row = "LI4,LI,4,Hégǔ,合谷,合谷,Joined Valley,,hand-back"
    header = "code,meridian,number,pinyin,hanzi_trad,hanzi_simp,english,other_codes,region"

    def show(text):
        file.write_text(f"{header}\n{text}\n")
        editor.open("/admin/acupoints/standardpoint/import/")
        page.get_by_label("File").set_input_files(file)
        page.get_by_role("button", name="Show what it would change").click()
        page.locator("#result-heading").wait_for()
        assert findings(page, besides=DJANGOS) == []

    show(row.replace("Hégǔ", "Hegu"))
    expect(page.locator("tbody td")).to_contain_text("Pinyin has its tones")
    show(row)
    expect(page.locator("tbody td")).to_contain_text("is “Joined Valley”")
    page.get_by_role("button", name="Import this").click()
    expect(page.locator(".messagelist")).to_contain_text("1 changed")
    assert StandardPoint.objects.get(code="LI4").english == "Joined Valley"
    assert editor.complaints == []
