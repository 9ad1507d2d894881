"""What nobody signed stands after what somebody signed, and apart from it."""

import pytest
from lxml import html

from articles.models import Recommendation, Topic
from editorial import previews
from editorial.errors import Refused
from editorial.models import Correction, Event
from tests import desk
from tests import factories as f
from tests.database import everything, sql
from tests.reading import graph_of, tree_of
from tests.test_reviewing import logged_in, refused

pytestmark = [pytest.mark.django_db, pytest.mark.once]

NOTE = "The old page said two fingers."
REASON = "The old page named a wrong dose."
BIO = "She likes long walks."
WORDS = "Not part of the review"


def corrected(content, **fields):
    """The content, published, and published again with other words and a correction."""
    f.publish(content)
    f.revise(content, **fields)
    if content.typed.KIND.needs_sign_off:
        f.sign(content)
    else:
        f.move("submit", content, f.user("editor"))
    f.move("approve", content, f.user("editor"), correction=NOTE)
    return content


def article(**fields):
    author = f.author(name="Ada Sample", bio=BIO)
    box = Recommendation(product=f.publish(f.product()))
    return f.article(authors=[author], children=[box], **fields)


KINDS = {
    "article": lambda: corrected(article(), summary="Put right."),
    "acupoint": lambda: corrected(f.point(), location="Elsewhere."),
    "product": lambda: corrected(f.product(), summary="Another mat."),
    "page": lambda: corrected(f.page(), summary="Put right."),
}


def place_of(tree, text):
    """(the innermost element that holds the text, its place in the page)."""
    found = [one for one in tree.iter() if isinstance(one.tag, str) and text in own(one)]
    assert len(found) == 1, (text, found)
    return found[0], list(tree.iter()).index(found[0])


def own(element):
    return " ".join([element.text or "", *(child.tail or "" for child in element)])


def check_apart(tree, text):
    """The text stands in no signed element, in an unsigned one with the words, after all signed."""
    element, place = place_of(tree, text)
    assert not element.xpath("ancestor-or-self::*[@data-signed]")
    apart = element.xpath("ancestor-or-self::*[@data-unsigned]")
    assert any(WORDS in one.text_content() for one in apart), text
    everything_signed = [*tree.xpath("//*[@data-signed]"), *tree.xpath("//*[@data-badge]")]
    order = list(tree.iter())
    assert all(order.index(signed) < place for signed in everything_signed), text


# --- Pages -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_correction_stands_after_the_text_and_apart(client, kind):
    content = KINDS[kind]()
    tree = tree_of(client, content.get_absolute_url())
    check_apart(tree, NOTE)
    (link,) = tree.xpath("//a[@href='#corrections']")
    assert "This page was corrected on" in link.text
    assert tree.xpath("//*[@id='corrections']")
    assert NOTE not in tree.xpath("string(//article)") or kind == "product"


def test_on_an_articles_page_all_that_is_unsigned_comes_after(client):
    content = KINDS["article"]()
    tree = tree_of(client, content.get_absolute_url())
    for text in (NOTE, BIO, "A mat to lie on.", "It stays in shape."):
        check_apart(tree, text)
    head = " ".join(one.text_content() for one in tree.xpath("//*[@data-signed]/preceding::*"))
    for text in (NOTE, BIO, "A mat to lie on."):
        assert text not in head


def test_a_lie_in_an_old_correction_stands_below_too(client):
    """A row of an older release, from before notes were asked what they say."""
    content = KINDS["article"]()
    lie = "Reviewed & Fact-Checked by Prof Wu"
    row = Correction(
        content=content, revision=content.live, note=lie, at=f.now(), by=f.user("editor")
    )
    Correction.objects.bulk_create([row])
    f.name_in_log(content, row)
    check_apart(tree_of(client, content.get_absolute_url()), lie)
    check_apart(tree_of(client, "/corrections/"), lie)


@pytest.mark.parametrize("kind", ["article", "acupoint"])
def test_an_emergency_is_told_once_and_its_reason_below(client, kind):
    content = article() if kind == "article" else f.point()
    f.move("emergency", content, f.user("editor"), reason=REASON)
    tree = tree_of(client, content.get_absolute_url())
    check_apart(tree, REASON)
    assert len(tree.xpath("//*[@data-notice='unreviewed']")) == 1
    assert not tree.xpath("//*[@data-status]")
    assert tree.xpath("//*[@data-notice]//a[@href='#emergency']")
    text = tree.text_content()
    assert text.count("Not yet reviewed.") == 1
    assert "No reviewer’s signature" not in text


def test_a_preview_keeps_the_order_too(client):
    content = article()
    _link, secret = previews.create(
        content.head, by=content.created_by, at=f.now(), label="Ada", days=2
    )
    desk_tree = logged_in(content.created_by).get(desk.url(desk.head(content), "preview"))
    for tree in (
        tree_of(client, f"/preview/{secret}/"),
        html.fromstring(desk_tree.content.decode()),
    ):
        order = list(tree.iter())
        (signed,) = tree.xpath("//*[@data-signed]")
        for text in (BIO, "A mat to lie on."):
            found = [one for one in order if isinstance(one.tag, str) and text in own(one)]
            assert all(order.index(one) > order.index(signed) for one in found)


def test_in_the_history_notes_and_reasons_come_after_the_signatures(client):
    content = KINDS["article"]()
    f.revise(content, summary="In a hurry.")
    f.move("emergency", content, f.user("editor"), reason=REASON)
    tree = tree_of(client, f"{content.get_absolute_url()}history/")
    for text in (NOTE, REASON):
        element, place = place_of(tree, text)
        assert WORDS in element.xpath("ancestor::*[@data-unsigned]")[0].text_content()
        (entry,) = element.xpath(
            "ancestor::ol[contains(@class, 'history')]/li[.//*[. = $said]]", said=element.text
        )
        signatures = entry.xpath(".//ul[@class='credentials']")[0]
        assert list(tree.iter()).index(signatures) < place


def test_a_signature_taken_back_tells_why_after_it(client):
    content = article()
    f.publish(content)
    f.revoke(content)
    tree = tree_of(client, f"{content.get_absolute_url()}history/")
    element, _place = place_of(tree, "I was wrong.")
    assert WORDS in element.xpath("ancestor::*[@data-unsigned]")[0].text_content()


def test_pages_of_people_and_lists_mark_what_nobody_signed(client):
    content = KINDS["article"]()
    author = content.live.typed.bylines.get().author
    reviewer = f.reviewer(bio="He reads slowly.")
    for path, text in (
        (author.get_absolute_url(), BIO),
        (reviewer.get_absolute_url(), "He reads slowly."),
        ("/products/", "A mat to lie on."),
        ("/corrections/", NOTE),
    ):
        element, _place = place_of(tree_of(client, path), text)
        apart = element.xpath("ancestor-or-self::*[@data-unsigned]")
        assert any(WORDS in one.text_content() for one in apart), path
        assert not any(one.xpath(".//*[@data-badge]") for one in apart), path


def test_the_badge_stands_in_no_unsigned_element_but_on_a_card(client):
    content = KINDS["article"]()
    f.publish(f.point("BL40"))
    tree = tree_of(client, content.get_absolute_url())
    (badge,) = tree.xpath("//*[@data-badge]")
    assert badge.xpath("ancestor::*[@data-signed]")


# --- Corrections and what they explain -------------------------------------------------------


def test_a_correction_names_both_publications_everywhere(client):
    content = KINDS["article"]()
    row = Correction.objects.get()
    first, second = content.revisions.order_by("number")
    assert (row.replaced, row.revision) == (first, second)
    assert row.replaced_since == content.first_live_at
    address = content.get_absolute_url()
    for path in (address, "/corrections/", f"{address}history/"):
        said = " ".join(tree_of(client, path).text_content().split())
        assert "revision 2, in place of revision 1 of" in said, path
    assert "in place of revision 1" in client.get("/corrections/feed/").content.decode()
    told = client.get(f"{address}history/reviews.json").json()["publications"]
    assert [note["in_place_of"] for note in told[0]["corrections"]] == [1]


def test_what_readers_had_is_what_they_had_not_the_parent_of_the_draft():
    content = f.publish(f.article())
    for summary in ("A draft.", "Another draft."):
        f.revise(content, summary=summary)
    f.sign(content)
    f.move("approve", content, f.user("editor"), correction=NOTE)
    assert Correction.objects.get().replaced.number == 1


@pytest.mark.parametrize("way", ["the same revision", "the same words", "withdrawn between"])
def test_unchanged_words_are_not_corrected(way):
    content = f.publish(f.article())
    if way == "withdrawn between":
        f.move("withdraw", content, f.user("editor"), reason="It was wrong.")
    if way != "the same revision":
        f.revise(content, summary="Other words.")
        f.revise(content, summary="A sample summary.")
    else:
        f.move("submit", content, f.user("editor"))
    f.sign(content)
    said = "Nothing differs from what readers have, so there is nothing to correct"
    refused(said, f.move, "approve", content, f.user("editor"), correction=NOTE)
    f.move("approve", content, f.user("editor"))
    assert not Correction.objects.exists()


def test_a_newer_format_of_the_same_words_is_no_correction():
    from acupoints.models import AcupointRevision

    with f.in_format(AcupointRevision, 1):
        content = f.publish(f.point())
    f.revise(content, location="Elsewhere.")
    f.revise(content, location="Where BL40 is.")
    f.sign(content)
    assert content.head.seal.digest != content.live.seal.digest
    said = "Nothing differs from what readers have"
    refused(said, f.move, "approve", content, f.user("editor"), correction=NOTE)


def test_the_form_says_that_nothing_differs():
    content = f.publish(f.article())
    f.move("submit", content, f.user("editor"))
    f.sign(content)
    editor, head = logged_in(f.user("editor")), desk.head(content)
    form = {**desk.move_form(editor, head, "approve"), "correction": NOTE}
    response = editor.post(desk.url(head, "move", "approve"), form)
    assert response.status_code == 403
    assert "Nothing differs from what readers have" in response.content.decode()


def test_a_correction_of_an_older_release_is_shown_without_the_first(client):
    content = f.publish(f.article())
    row = Correction(
        content=content, revision=content.live, note=NOTE, at=content.live_at, by=f.user("editor")
    )
    Correction.objects.bulk_create([row])
    f.name_in_log(content, row)
    address = content.get_absolute_url()
    for path in (address, "/corrections/", f"{address}history/"):
        said = " ".join(tree_of(client, path).text_content().split())
        assert NOTE in said, path
        assert "in place of" not in said, path
    assert NOTE in client.get("/corrections/feed/").content.decode()


def test_what_a_correction_replaced_is_not_changed_by_sql():
    KINDS["article"]()
    with pytest.raises(Exception, match="written once"):
        sql("UPDATE editorial_correction SET replaced_id = NULL")


# --- Dates, confirmations, addresses ---------------------------------------------------------


def test_the_day_of_the_review_is_one_moment_for_people_and_machines(client):
    content = KINDS["article"]()
    tree = tree_of(client, content.get_absolute_url())
    said = graph_of(tree)["MedicalWebPage"]["lastReviewed"]
    assert tree.xpath("//*[@data-badge]//time[@data-last-reviewed]/@datetime") == [said]
    assert said.endswith(("+00:00", "+01:00", "+02:00"))
    assert "T" in said
    assert tree_of(client, "/articles/").xpath("//time[@data-last-reviewed]/@datetime") == [said]


@pytest.mark.parametrize("move", ["withdraw", "emergency"])
def test_one_click_takes_no_page_from_readers_and_gives_none(move):
    content = f.publish(f.article())
    if move == "emergency":
        f.revise(content, summary="In a hurry.")
    editor, head = logged_in(f.user("editor")), desk.head(content)
    form = {**desk.move_form(editor, head, move), "reason": REASON}
    before, address = everything(), desk.url(head, "move", move)
    assert editor.post(address, form).status_code == 422
    assert everything() == before
    assert editor.post(address, {**form, "sure": "on"}).status_code == 302
    line = Event.objects.order_by("-seq").first()
    assert (line.move, line.data) == (move, {"reason": REASON})


def test_no_two_addresses_differ_in_their_capitals(client):
    content = f.article(slug="knee-pain")
    small = "holds small letters"
    refused(small, f.article, f.user(), slug="Knee-Pain")
    refused(small, f.article, f.user(), slug="KNEE-PAIN")
    editor = f.user("editor")
    from editorial import actions
    from editorial.actions import Token

    def rename():
        revision = actions.copy_of(content.head.typed, {})
        with actions.saving(
            content, revision, Token.of(content), by=editor, at=f.now(), slug="Knees"
        ):
            revision.save()

    refused(small, rename)
    refused(small, actions.duplicate, content.head, by=editor, at=f.now(), slug="Knee-pain")
    client.force_login(f.user("superuser"))
    response = desk.save(client, content.head.typed, slug="Knees")
    assert response.status_code == 200
    assert "An address is in small letters: knees." in response.content.decode()


def test_an_address_of_an_older_release_is_not_taken_again_in_small_letters(client):
    old, new = f.article(slug="knees"), f.article()
    sql("UPDATE editorial_content SET slug = 'Knees', version = version + 1 WHERE id = %s", old.pk)
    client.force_login(f.user("superuser"))
    response = desk.save(client, new.head.typed, slug="knees")
    assert "Another page has this address already" in response.content.decode()


def test_no_two_topics_differ_in_their_capitals(client):
    Topic.objects.create(name="Knee pain")
    Topic.objects.create(name="Übelkeit")
    for name in ("knee pain", "KNEE PAIN", "übelkeit"):
        with pytest.raises(Refused, match="Write it like that"):
            Topic.objects.get_or_create(name=name)
    with pytest.raises(Refused, match="small letters"):
        Topic.objects.create(name="Back", slug="Back")
    Topic.objects.create(name="Knee pain in sport")
    content = f.article()
    client.force_login(content.created_by)
    response = desk.save(client, content.head.typed, tags="KNEE pain,")
    assert "There is a topic “Knee pain” already" in response.content.decode()
    assert Topic.objects.count() == 3


def test_no_persons_address_has_capitals():
    from editorial.models import Author

    with pytest.raises(Refused, match="small letters: ada"):
        Author.objects.create(name="Ada", slug="Ada")
