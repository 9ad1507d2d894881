"""The draft form: what it must keep, what it must refuse, and that nobody's text is lost."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from acupoints.models import AcupointRevision
from articles.models import (
    ArticleRevision,
    Invitation,
    PageRevision,
    Recommendation,
    Source,
    Tip,
)
from editorial import actions
from editorial.actions import Token, facts_of
from editorial.models import Content, Revision
from products.models import ProductRevision
from tests import desk
from tests import factories as f
from tests.database import everything

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def writer(client):
    made = f.user("writer")
    client.force_login(made)
    return made


def full_article(by):
    """An article with something in every field and child."""
    f.publish(f.point("BL40"))
    made = f.article(
        by,
        authors=[f.author(), f.author("Second Sample")],
        body="<p>Before</p>" + f.embed("BL40") + "<ul><li>One</li><li>Two</li></ul>",
        hero=f.picture(),
        hero_alt="A knee",
        hero_caption="Caption",
        hero_credit="Credit",
        tips_heading="Three tips",
        children=[
            Tip(lead="Warm", text="Warm up\nslowly", position=1),
            Tip(lead="Rest", text="Take a rest", position=2),
            Source(title="A study", doi="10.1136/acupmed-2015-010936", supports="This."),
            Recommendation(product=f.product()),
            Invitation(reviewer=f.reviewer()),
        ],
    )
    f.tag(made, "knee pain", "running, slowly")
    return made


def full_point(by):
    return f.point(
        "BL40",
        by,
        cautions=[("vessel", "Press\ngently."), ("pregnancy", "Not while pregnant.")],
        research="Little.",
        other_names="Supporting Middle",
        figure=f.picture(),
        figure_alt="The back of a knee",
    )


def full_product(by):
    return f.product(
        by,
        quote="Firm and easy to clean.",
        quote_by="Ada Sample",
        quote_on=f.now().date(),
        quote_basis="Asked by e-mail.",
    )


def full_page(by):
    return f.page(by)


FULL = [full_article, full_point, full_product, full_page]


# --- Keeping everything --------------------------------------------------------------------


@pytest.mark.parametrize("make", FULL)
def test_saving_without_a_change_makes_no_revision(make, client, writer):
    content = make(writer)
    before = everything()
    assert desk.save(client, desk.head(content)).status_code == 302
    assert everything() == before


@pytest.mark.parametrize("make", FULL)
def test_every_other_field_survives_a_save_that_changes_one(make, client, writer):
    content = make(writer)
    before = desk.head(content)
    changed = {"full_point": "pressing"}.get(make.__name__, "summary")
    assert desk.save(client, before, **{changed: "Something else."}).status_code == 302
    after = desk.head(content)
    assert after.number == before.number + 1
    assert after.parent_id == before.pk
    assert getattr(after, changed) == "Something else."
    history = {*Revision.UNSIGNED, "revision_ptr", changed}
    for field in after._meta.concrete_fields:
        if field.name not in history:
            assert getattr(after, field.attname) == getattr(before, field.attname), field.name
    old, new = facts_of(before), facts_of(after)
    assert {name for name in old if old[name] != new[name]} == {""}


def test_a_required_and_an_optional_picture_stay_without_a_new_upload(client, writer):
    product = f.product(writer)
    name = desk.head(product).image.name
    desk.save(client, desk.head(product), summary="Changed.")
    assert desk.head(product).image.name == name
    article = f.article(writer, hero=f.picture(), hero_alt="A knee")
    name = desk.head(article).hero.name
    desk.save(client, desk.head(article), summary="Changed.")
    assert desk.head(article).hero.name == name


def test_an_optional_picture_can_be_taken_away(client, writer):
    article = f.article(writer, hero=f.picture(), hero_alt="A knee")
    desk.save(client, desk.head(article), **{"hero-clear": "on"})
    assert not desk.head(article).hero


def upload(colour):
    out = io.BytesIO()
    Image.new("RGB", (30, 20), colour).save(out, "PNG")
    return SimpleUploadedFile("new.png", out.getvalue(), "image/png")


def test_a_new_picture_replaces_the_old_one_in_the_next_revision_only(client, writer):
    article = f.article(writer, hero=f.picture(), hero_alt="A knee")
    first = desk.head(article)
    desk.save(client, first, hero=upload((9, 9, 9)))
    second = desk.head(article)
    assert second.hero.name != first.hero.name
    assert ArticleRevision.objects.get(pk=first.pk).hero.name == first.hero.name


def test_a_picture_without_a_description_is_refused(client, writer):
    article = f.article(writer)
    response = desk.save(client, desk.head(article), hero=upload((9, 9, 9)))
    assert response.status_code == 200
    assert "Say what the picture shows" in response.content.decode()
    assert article.revisions.count() == 1


def test_parts_can_be_added_changed_reordered_and_deleted(client, writer):
    article = full_article(writer)
    form = desk.draft_form(client, desk.head(article))
    form |= {
        "tips-TOTAL_FORMS": "3",
        "tips-0-DELETE": "on",
        "tips-1-lead": "Rest well",
        "tips-1-position": "5",
        "tips-2-lead": "Drink",
        "tips-2-text": "Some water.",
        "tips-2-position": "2",
    }
    assert client.post(desk.url(desk.head(article)), form).status_code == 302
    assert [(t.lead, t.text) for t in desk.head(article).tips.all()] == [
        ("Drink", "Some water."),
        ("Rest well", "Take a rest"),
    ]


def test_a_mistake_in_one_part_keeps_everything_that_was_typed(client, writer):
    article = full_article(writer)
    response = desk.save(
        client,
        desk.head(article),
        title="A title just typed",
        **{"sources-0-doi": "not a doi", "tips-0-text": "Just typed"},
    )
    page = response.content.decode()
    assert response.status_code == 200
    assert "Write the DOI alone" in page
    assert "A title just typed" in page
    assert "Just typed" in page
    assert article.revisions.count() == 2


# --- Beginning -----------------------------------------------------------------------------


def begin(client, model, **fields):
    page = client.get(desk.add_url(model))
    form = desk.values(desk.forms(page)[f"{model._meta.model_name}_form"])
    return client.post(desk.add_url(model), {**form, **fields})


def test_a_new_article_is_a_sealed_draft(client, writer):
    response = begin(
        client, ArticleRevision, title="New", slug="new", summary="S.", body="<p>B</p>"
    )
    assert response.status_code == 302
    content = Content.objects.get(slug="new")
    assert (content.status, content.head.number, content.created_by) == ("draft", 1, writer)
    assert content.head.seal.digest


def test_a_taken_address_is_refused_with_the_text_kept(client, writer):
    f.article(slug="taken")
    response = begin(
        client, ArticleRevision, title="My long title", slug="taken", summary="S.", body=""
    )
    page = response.content.decode()
    assert "Another page has this address already" in page
    assert "My long title" in page
    assert Content.objects.count() == 1


@pytest.mark.parametrize("code", ["BL40", "bl40 ", "EX-HN3", "X-ANMIAN"])
def test_a_new_point_gets_its_address_from_its_code(client, writer, code):
    fields = {"pinyin": "Ā", "traditional": "委", "simplified": "委", "english": "E"}
    texts = {"location": "L", "uses": "U", "pressing": "P"}
    assert begin(client, AcupointRevision, code=code, **fields, **texts).status_code == 302
    slug = {"BL40": "bl-40", "EX-HN3": "ex-hn-3", "X-ANMIAN": "x-anmian"}[code.strip().upper()]
    assert Content.objects.get().slug == slug


@pytest.mark.parametrize("code", ["", "XX1", "BL", "40", "BL400", "BL40x", "<b>"])
def test_a_code_that_is_none_is_refused(client, writer, code):
    fields = {"pinyin": "Ā", "traditional": "委", "simplified": "委", "english": "E"}
    texts = {"location": "L", "uses": "U", "pressing": "P"}
    assert begin(client, AcupointRevision, code=code, **fields, **texts).status_code == 200
    assert Content.objects.count() == 0


def test_an_address_stays_once_the_page_was_public(client, writer):
    article = f.article(writer, slug="first")
    desk.save(client, desk.head(article), slug="second")
    article.refresh_from_db()
    assert article.slug == "second"
    f.publish(article)
    desk.save(client, desk.head(article), slug="third", summary="Changed.")
    article.refresh_from_db()
    assert article.slug == "second"
    editor = f.user("editor")
    revision = desk.head(article)
    with pytest.raises(actions.Refused, match="has been public"):
        actions.saving(
            article, revision, Token.of(article), by=editor, at=f.now(), slug="fourth"
        ).__enter__()


# --- Two people, one draft -----------------------------------------------------------------


def test_the_second_of_two_savers_gets_both_texts_and_overwrites_nothing(client, writer):
    article = full_article(writer)
    opened = desk.draft_form(client, desk.head(article))
    first = desk.head(article)
    editor = f.user("editor")
    actions.revise(Token.of(article), by=editor, at=f.now(), summary="The editor's words.")
    theirs = desk.head(article)
    before = everything()
    mine = {**opened, "summary": "The writer's words.", "tips-0-text": "The writer's tip."}
    response = client.post(desk.url(first), mine)
    page = response.content.decode()
    assert response.status_code == 409
    assert "has moved on" in page
    for words in ("The editor&#x27;s words.", "The writer&#x27;s words."):
        assert words in page
    assert "The writer&#x27;s tip." in page
    assert everything() == before
    # What comes back is a form on top of theirs: sending it makes the next revision.
    again = desk.values(desk.forms(response)["articlerevision_form"])
    assert again["summary"] == "The writer's words."
    assert again["revision"] == str(theirs.pk)
    assert client.post(desk.url(theirs), again).status_code == 302
    mine = desk.head(article)
    assert mine.parent_id == theirs.pk
    assert mine.summary == "The writer's words."
    assert mine.tips.first().text == "The writer's tip."
    assert ArticleRevision.objects.get(pk=theirs.pk).summary == "The editor's words."


def test_a_stale_tab_cannot_overwrite_after_many_saves(client, writer):
    article = f.article(writer)
    stale = desk.draft_form(client, desk.head(article))
    first = desk.head(article)
    for number in range(3):
        desk.save(client, desk.head(article), summary=f"Save {number}")
    assert client.post(desk.url(first), {**stale, "title": "Old tab"}).status_code == 409
    assert desk.head(article).title == "Sample title"
    assert article.revisions.count() == 4


def test_a_stale_tab_cannot_overwrite_what_is_in_review(client, writer):
    article = f.article(writer)
    stale = desk.draft_form(client, desk.head(article))
    f.move("submit", article, writer)
    response = client.post(desk.url(desk.head(article)), {**stale, "title": "My late words"})
    page = response.content.decode()
    assert response.status_code == 409
    assert "My late words" in page, "what was typed is not lost"
    assert "In review" in page
    assert article.revisions.count() == 1


def test_a_stale_save_after_publication_is_refused(client, writer):
    article = f.article(writer)
    stale = desk.draft_form(client, desk.head(article))
    f.publish(article)
    live = Content.objects.get(pk=article.pk).live_id
    response = client.post(desk.url(desk.head(article)), {**stale, "title": "Old"})
    assert response.status_code == 409
    article.refresh_from_db()
    assert (article.live_id, article.head_id) == (live, live)


def test_an_old_revisions_address_leads_to_the_newest(client, writer):
    article = f.article(writer)
    first = desk.head(article)
    desk.save(client, first, summary="Newer.")
    newest = desk.head(article)
    assert client.get(desk.url(first)).headers["Location"] == desk.url(newest)
    review = client.get(desk.url(first, "review"))
    assert review.headers["Location"] == desk.url(newest, "review")


# --- Embeds --------------------------------------------------------------------------------


def test_a_save_that_lost_its_embeds_with_the_editors_script_is_refused(client, writer):
    f.publish(f.point("BL40"))
    article = f.article(writer, body="<p>Before</p>" + f.embed("BL40"))
    response = desk.save(client, desk.head(article), body="<p>Before, changed</p>")
    page = response.content.decode()
    assert response.status_code == 200
    assert "would lose BL40" in page
    assert "Before, changed" in page
    assert desk.head(article).pins.count() == 1


def test_an_embed_is_removed_where_the_editor_knew_embeds(client, writer):
    f.publish(f.point("BL40"))
    article = f.article(writer, body="<p>Before</p>" + f.embed("BL40"))
    desk.save(client, desk.head(article), body="<p>After</p>", embeds_loaded="on")
    assert desk.head(article).pins.count() == 0


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ('<div data-acupoint="BL41"></div>', "There is no acupoint BL41 here."),
        ('<div data-acupoint="BL40"></div><div data-acupoint="BL40"></div>', "in the text twice"),
    ],
)
def test_an_embed_that_cannot_be_shown_is_refused(client, writer, body, sentence):
    f.publish(f.point("BL40"))
    article = f.article(writer)
    response = desk.save(client, desk.head(article), body=body)
    assert sentence in response.content.decode()
    assert article.revisions.count() == 1


def test_a_save_never_moves_a_pin(client, writer):
    point = f.publish(f.point("BL40"))
    article = f.article(writer, body=f.embed("BL40"))
    pinned = desk.head(article).pins.get().pinned_id
    actions.revise(Token.of(point), by=f.user("editor"), at=f.now(), location="Elsewhere.")
    f.publish(point)
    desk.save(client, desk.head(article), summary="Changed.")
    assert desk.head(article).pins.get().pinned_id == pinned
    assert point.live_id != pinned


# --- Who may -------------------------------------------------------------------------------


def test_another_writer_reads_but_cannot_save(client, writer):
    article = f.article()
    page = client.get(desk.url(desk.head(article))).content.decode()
    assert "another writer" in page
    assert 'name="_save"' not in page
    token = Token.of(article)
    data = {"version": token.version, "revision": token.revision, "digest": token.digest}
    before = everything()
    response = client.post(desk.url(desk.head(article)), {**data, "title": "Mine"})
    assert response.status_code == 403
    assert everything() == before


def test_nothing_can_be_deleted_from_the_desk(client):
    client.force_login(f.user("superuser"))
    for content, model in (
        (f.article(), ArticleRevision),
        (f.product(), ProductRevision),
        (f.page(), PageRevision),
    ):
        before = everything()
        url = desk.url(desk.head(content)).replace("change", "delete")
        assert client.post(url, {"post": "yes"}).status_code == 403
        changelist = desk.add_url(model).replace("add/", "")
        client.post(
            changelist,
            {"action": "delete_selected", "_selected_action": content.head_id, "post": "yes"},
        )
        assert everything() == before
