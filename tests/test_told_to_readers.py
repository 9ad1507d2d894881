"""What readers are told beside and within a text: a correction is words and no markup, a note for
pregnancy holds cautions for pregnancy, a point names its newest articles, a product is found by
all that was typed. And what a writer is told who saved too late."""

import datetime

import pytest
from lxml import html

from articles.models import Tip
from editorial.models import SearchEntry
from editorial.words import keys_in
from tests import desk
from tests import factories as f
from tests.reading import tree_of
from tests.test_reviewing import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.once]

DAY = datetime.timedelta(days=1)


# --- Corrections -----------------------------------------


@pytest.mark.parametrize("place", ["", "history/", "/corrections/", "/corrections/feed/"])
def test_markup_in_a_correction_is_text(client, place):
    article = f.publish(f.article())
    f.revise(article, summary="Put right.")
    f.sign(article)
    note = "<script>alert(1)</script>"
    f.move("approve", article, f.user("editor"), correction=note)
    path = place if place.startswith("/") else f"{article.get_absolute_url()}{place}"
    text = client.get(path).content.decode()
    assert "&lt;script&gt;alert(1)" in text
    assert note not in text


@pytest.mark.parametrize("place", ["", "history/"])
def test_markup_in_a_reason_is_text(client, place):
    article = f.article()
    reason = "<script>alert(1)</script>"
    f.move("emergency", article, f.user("editor"), reason=reason)
    for status in (200, 410):
        response = client.get(f"{article.get_absolute_url()}{place}")
        text = response.content.decode()
        assert (response.status_code, reason in text) == (status, False)
        assert "&lt;script&gt;alert(1)" in text
        if status == 200:
            f.move("withdraw", article, f.user("editor"), reason=reason)


# --- What was withdrawn, what went out without a review ----


def test_the_notice_of_a_withdrawal_says_that_the_page_is_reviewed_again(client):
    article, again = f.publish(f.article()), "being reviewed again"
    path = article.get_absolute_url()
    f.move("withdraw", article, f.user("editor"), reason="It was wrong.")
    assert again not in client.get(path).text
    f.move("return", article, f.user("editor"))
    for _state in ("in review", "signed"):
        response = client.get(path)
        assert (response.status_code, again in response.text) == (410, True)
        f.sign(article)
    f.move("request_changes", article, f.user("editor"), reason="Not yet.")
    assert again not in client.get(path).text


@pytest.mark.parametrize("signed", [False, True])
def test_an_emergency_over_what_was_reviewed_is_no_review_in_the_history(client, signed):
    article, editor = f.publish(f.article()), f.user("editor")
    f.move("submit", article, f.user("editor"))
    if signed:
        f.sign(article)
    f.move("emergency", article, editor, reason="It cannot wait.")
    page = html.fromstring(client.get(f"{article.get_absolute_url()}history/").text)
    headings = [" ".join(one.text_content().split()) for one in page.xpath("//main//h2")]
    (newest,) = [one for one in headings if "published without a review" in one]
    assert newest.startswith("Revision 1, published without a review, ")
    assert not any("again" in one for one in headings)


# --- Cautions -----------------------------------------


def test_the_note_for_pregnancy_holds_cautions_for_pregnancy_alone(client):
    cautions = [("pregnancy", "Leave it out."), ("vessel", "Not on varicose veins.")]
    f.publish(f.point("BL40", cautions=cautions))
    f.publish(f.point("ST36", cautions=[("vessel", "Press gently.")]))
    article = f.publish(f.article(body=f.embed("BL40", "ST36")))
    tree = tree_of(client, article.get_absolute_url())
    [note] = tree.xpath("//*[@data-signed]//*[@data-caution='pregnancy']")
    said = [" ".join(item.text_content().split()) for item in note.xpath(".//li")]
    assert said == ["BL40 Leave it out."]
    text = tree.xpath("//*[@data-signed]")[0].text_content()
    assert "Not on varicose veins." in text
    assert "Press gently." in text


def test_without_a_caution_for_pregnancy_there_is_no_note(client):
    f.publish(f.point("BL40", cautions=[("vessel", "Not on varicose veins.")]))
    article = f.publish(f.article(body=f.embed("BL40")))
    tree = tree_of(client, article.get_absolute_url())
    assert not tree.xpath("//*[@data-caution='pregnancy']")


# --- The articles that use a point -----------------------------------------


def test_a_point_names_the_six_newest_articles_that_use_it_newest_first(client):
    first = f.now() - 30 * DAY
    point = f.publish(f.point("BL40"), at=first)
    for number in range(8):
        at = first + (number + 1) * DAY
        f.publish(f.article(title=f"No. {number}", at=at, body=f.embed("BL40")), at=at)
    f.publish(f.article(title="Without it"))
    tree = tree_of(client, point.get_absolute_url())
    titles = tree.xpath("//section[@aria-labelledby='hosts']//article//h3/a/text()")
    assert titles == [f"No. {number}" for number in range(7, 1, -1)]


# --- Searching for products -----------------------------------------


def reasons(client, words):
    tree = html.fromstring(client.get("/search/", {"q": words}).content.decode())
    found = tree.xpath("//main//li[.//*[@class='why']]")
    return [" ".join(one.xpath("string(.//*[@class='why'])").split()) for one in found]


def test_a_product_answers_to_every_typed_word(client):
    f.publish(f.product(name="Cork mat", summary="To lie on."))
    assert reasons(client, "cork mat") == ["Found by its name"]
    assert reasons(client, "cork lie") == ["Found by its description"], "not by its name alone"
    assert reasons(client, "cork firm") == ["Found by its description"]
    assert reasons(client, "cork zebra") == []


@pytest.mark.parametrize("typed", ["cork zebra", "zebra lie", "zebra"])
def test_words_that_only_the_index_holds_find_no_product(client, typed):
    f.publish(f.product(name="Cork mat", summary="To lie on."))
    SearchEntry.objects.update(head=" ".join(keys_in("cork mat zebra lie on")))
    assert reasons(client, typed) == []


# --- Two savers -----------------------------------------


def columns(response):
    """{label: (theirs, yours)} of the page on which both texts stand; one where they agree."""
    tree = html.fromstring(response.content.decode())
    rows = tree.xpath("//section[@class='conflict']//tbody/tr[th]")
    return {
        row.findtext("th"): [cell.text_content().strip() for cell in row.findall("td")]
        for row in rows
    }


def late_save(writer, changes):
    """The 409 page of a writer whose form was opened before an editor's save."""
    tips = [Tip(lead="Warm", text="Slowly", position=1), Tip(lead="Rest", text="A lot", position=2)]
    article = f.article(by=writer, children=tips)
    client, opened = logged_in(writer), desk.head(article)
    form = desk.draft_form(client, opened)
    f.revise(article, summary="The editor's words.")
    response = client.post(desk.url(opened), {**form, **changes})
    assert response.status_code == 409
    return columns(response)


def test_a_row_that_the_writer_took_out_is_not_shown_as_theirs():
    shown = late_save(f.user("writer"), {"tips-0-DELETE": "on"})
    assert shown["tips"] == ["Warm · Slowly\nRest · A lot", "Rest · A lot"]


def test_rows_that_nobody_changed_are_not_shown():
    shown = late_save(f.user("writer"), {"summary": "The writer's words."})
    assert "tips" not in shown
    assert [words for label, words in shown.items() if label.lower() == "summary"] == [
        ["The editor's words.", "The writer's words."]
    ]
