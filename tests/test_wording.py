"""No text that nobody signed is worded like the badge, whichever way it comes: form, script or
list. What honest people write passes."""

import pytest
from django.urls import reverse

from acupoints.importing import BadRows, import_points
from acupoints.models import PointName, StandardCaution
from articles.models import Topic
from editorial import actions, previews, redaction
from editorial.actions import Token
from editorial.errors import Refused
from editorial.models import Author, Book, Correction, Credential, Event, Reviewer, Revision
from editorial.wording import find_badge_words
from products.models import Feature
from tests import desk
from tests import factories as f
from tests.database import everything
from tests.test_reviewing import act, logged_in, refused

pytestmark = [pytest.mark.django_db, pytest.mark.once]

LIE = "Reviewed & Fact-Checked by Prof Wu"

# (text, the words in it that are named)
LIKE_THE_BADGE = [
    ("Reviewed & Fact-Checked by Prof Wu: this cures arthritis", "Reviewed & Fact-Checked"),
    ("REVIEWED AND FACT CHECKED", "REVIEWED AND FACT CHECKED"),
    ("reviewed &amp; fact-checked", "reviewed & fact-checked"),
    ("reviewed &amp;amp; fact-checked", "reviewed & fact-checked"),
    ("Reviewed&nbsp;by Prof Wu", "Reviewed by"),
    ("Rev<b></b>iewed by Prof Wu", "Reviewed by"),
    ("&#82;eviewed by Prof Wu", "Reviewed by"),
    ("Fact—checked by Prof Wu", "Fact—checked"),
    ("Factchecked twice", "Factchecked"),
    ("All facts checked", "facts checked"),
    ("A fact check by Prof Wu", "fact check by"),
    ("Medically reviewed", "Medically reviewed"),
    ("medically\n  reviewed", "medically reviewed"),
    ("Clinically and expertly verified", "expertly verified"),
    ("Doctor-approved", "Doctor-approved"),
    ("R e v i e w e d   b y Wu", "R e v i e w e d b y"),
    ("Reviewed​by Wu", "Reviewed​by"),
    ("Re\u200bvie\u2060wed\u00adby Wu", "Re\u200bvie\u2060wed\u00adby"),
    ("\u202eReviewed by Wu", "Reviewed by"),
    ("Rеviеwеd Ьу Wu", "Rеviеwеd Ьу"),  # Cyrillic
    ("Reνιewed bγ Wu", "Reνιewed bγ"),  # Greek
    ("REVlEWED BY WU", "REVlEWED BY"),  # a small L
    ("rev1ewed by Wu", "rev1ewed by"),
    ("Revievved by Wu", "Revievved by"),
    ("Révïewed by Wu", "Révïewed by"),
    ("Ｒｅｖｉｅｗｅｄ　ｂｙ Wu", "Ｒｅｖｉｅｗｅｄ ｂｙ"),
    ("ʀᴇᴠɪᴇᴡᴇᴅ ʙʏ Wu", "ʀᴇᴠɪᴇᴡᴇᴅ ʙʏ"),
    ("𝐑𝐞𝐯𝐢𝐞𝐰𝐞𝐝 𝐛𝐲 Wu", "𝐑𝐞𝐯𝐢𝐞𝐰𝐞𝐝 𝐛𝐲"),
    ("🅡🅔🅥🅘🅔🅦🅔🅓 🅑🅨 Wu", "🅡🅔🅥🅘🅔🅦🅔🅓 🅑🅨"),
    ("Fact-checked² for you", "Fact-checked"),
    ("Reviewed by! Prof Wu", "Reviewed by"),
    ("Signed off by the whole board", "Signed off by"),
    ("Verified by Prof Wu", "Verified by"),
    ("Approved by our doctor", "Approved by our doctor"),
    ("approved by a trusted medical reviewer", "approved by a trusted medical reviewer"),
    ("Recommended by two acupuncturists", "Recommended by two acupuncturists"),
    ("Reviewed and approved", "Reviewed and approved"),
    ("Approved & reviewed", "Approved & reviewed"),
    ("Prof Wu has reviewed this page", "Prof Wu has reviewed this"),
    ("Reviewer: Prof Wu", "Reviewer:"),
    ("✓ Approved", "✓ Approved"),
    ("✔️ medically sound", "✔️ medically"),
    ("☑Verified", "☑Verified"),
    ("✅ Fully checked", "✅ Fully checked"),
    ("Approved ✓", "Approved ✓"),
]


@pytest.mark.parametrize(("text", "words"), LIKE_THE_BADGE)
def test_what_reads_like_the_badge_is_found_and_named(text, words):
    assert find_badge_words(text) == words


# Ten honest sentences for each kind of field.
HONEST = {
    "titles": [
        "Sore knees after sport: four points to press",
        "How we review",
        "What trials of acupressure found",
        "A review of forty trials: nausea and PC6",
        "Facts and myths about cupping",
        "Check your posture by a mirror",
        "Signs that you should see a doctor",
        "Approved uses of moxa in hospitals",
        "Reviewing what we know about sleep",
        "Is it a fact? Check the source",
    ],
    "corrections": [
        "The old page said two fingers; it is three.",
        "We reviewed the studies again and took one out.",
        "The dose was confirmed by the manufacturer in May.",
        "One trial had not been peer-reviewed. We say so now.",
        "A reader wrote to us; the number was wrong.",
        "We checked every source and mended two links.",
        "Reviews of trials found less than we wrote.",
        "The page had named the wrong hand. Our reviewer has signed the new words.",
        "The picture showed LI4 in place of LI5.",
        "The law was approved by parliament in 2021, not in 2020.",
    ],
    "products": [
        "A rolled foam mat with small plastic discs.",
        "✓ Free of latex ✓ washable",
        "The seams were checked by hand.",
        "Certified organic cotton",
        "Approved for contact with food",
        "Tested for 10 000 cycles",
        "I signed up for their letter and got a discount.",
        "My doctor knows that I use it.",
        "Asked by e-mail; she bought it herself; no relation to us.",
        "We reviewed six mats before we chose this one.",
    ],
    "biographies": [
        "She reviews our pages on hands, necks and backs.",
        "Dr Sample reads our pages as an acupuncturist would.",
        "He reviewed for us until his certificate ran out.",
        "A member of the review board of a journal",
        "She is a medical reviewer and teaches in Hamburg.",
        "He wrote “Facts about Needles” and checked every line of it himself.",
        "Licensed in 2009; approved as a teacher in 2015.",
        "Her thesis compared verified and unverified claims.",
        "He signs only what he has read twice.",
        "Trained by her grandmother, a midwife",
    ],
    "reasons": [
        "The advice on numb fingers comes last.",
        "A number in it was wrong.",
        "We took it down until that is written and reviewed.",
        "The reviewer asked us to.",
        "Private data of a patient stood in it.",
        "A court has ordered it.",
        "The old page named a wrong dose and people are using it.",
        "It was approved too early.",
        "The source was retracted by its authors.",
        "Nobody has checked the figures yet.",
    ],
    "scopes and statements": [
        "The whole text, with pictures, tips and sources",
        "None. I own no share in any shop or product named here.",
        "The safety advice and the cautions only",
        "I have reviewed other pages of this author.",
        "I was paid for this review as for every other.",
        "A study of mine is source 3.",
        "All facts and figures, without the history",
        "I checked the points against the standard of 2008.",
        "My practice sells the oil that the text names.",
        "The text; I have not verified the pictures.",
    ],
}


@pytest.mark.parametrize("text", [text for texts in HONEST.values() for text in texts])
def test_what_honest_people_write_passes(text):
    assert find_badge_words(text) is None


# --- By script -------------------------------------------------------------------------------


def not_saved(sentence, content, **fields):
    refused(sentence, f.revise, content, by=f.user("editor"), **fields)


def test_no_script_gives_an_article_such_a_title():
    article = f.article()
    not_saved("Reviewed & Fact-Checked", article, title=LIE)
    not_saved("Reviewed & Fact-Checked", article, tips_heading=LIE)
    f.revise(article, body=f"<p>{LIE}</p>")  # bodies are signed


@pytest.mark.parametrize("field", ["pinyin", "english", "other_names"])
def test_no_script_gives_a_point_such_a_name(field):
    not_saved("reads like the review badge", f.point(), **{field: "Verified by Wu"})


@pytest.mark.parametrize(
    "field", ["name", "summary", "label", "image_alt", "quote", "quote_by", "quote_basis"]
)
def test_no_text_of_a_product_says_it(field):
    not_saved("Fact checked", f.product(), **{field: "Fact checked by Wu"})


@pytest.mark.parametrize("field", ["lead", "text"])
def test_no_feature_says_it_not_even_past_its_save(field):
    product = f.product()
    words = {"lead": "Firm", "text": "It is.", field: "Verified by Wu"}
    not_saved("Verified by", product, features=[Feature(**words)])
    token, copy = Token.of(product), actions.copy_of(product.head.typed, {"label": "New"})

    def write_past_its_save():
        with actions.saving(product, copy, token, by=f.user("editor"), at=f.now()):
            copy.save()
            Feature.objects.bulk_create([Feature(revision=copy, **words)])

    with pytest.raises(Refused, match="Verified by"):
        write_past_its_save()
    assert Revision.objects.filter(content=product).count() == 1


def test_a_plain_page_may_explain_the_badge_but_not_be_named_like_it():
    page = f.page(body=f"<p>What “{LIE}” means.</p>")
    not_saved("Reviewed & Fact-Checked", page, title=LIE)


def test_no_topic_author_reviewer_book_or_credential_is_named_like_it():
    author, reviewer = f.author(), f.reviewer()
    before = everything()
    for make in (
        lambda: Topic.objects.get_or_create(name="Medically reviewed"),
        lambda: f.author(name="Medically reviewed"),
        lambda: f.author(name="Wu", bio=LIE),
        lambda: f.reviewer(account=reviewer.user, name="Fact-Checked by Wu"),
        lambda: Book.objects.create(author=author, title=LIE, isbn="979-900000000-4"),
        lambda: f.credential(reviewer, title="Verified by Wu"),
        lambda: f.credential(reviewer, scope="Verified by Wu"),
    ):
        with pytest.raises(Refused, match="reads like the review badge"):
            make()
    assert everything() == before


def test_a_credential_is_annulled_whatever_an_older_release_let_it_be_called():
    reviewer = f.reviewer()
    Credential.objects.update(title="Verified by Wu")
    credential = Credential.objects.get()
    admin = f.user("superuser")
    actions.annul_credential(credential, by=admin, at=f.now(), reason="It was forged.")
    credential.refresh_from_db()
    assert credential.annulled_at
    Reviewer.objects.update(bio=LIE)
    reviewer.refresh_from_db()
    reviewer.deactivation_reason = "He left."
    reviewer.save()


class TestMoves:
    def moves(self):
        """(move, content, who, data) of each move whose words readers see."""
        draft, public = f.article(), f.publish(f.article())
        signed, reviewer = f.article(), f.reviewer()
        f.sign(signed)
        revised = f.publish(f.article())
        f.revise(revised, summary="Put right.")
        f.sign(revised)
        asked = f.article()
        f.move("submit", asked, f.user("editor"))
        editor, form = f.user("editor"), f.sign_form(reviewer)
        yield "emergency", draft, editor, {"reason": LIE}
        yield "withdraw", public, editor, {"reason": LIE}
        yield "approve", revised, editor, {"correction": LIE}
        yield "approve", signed, editor, {"reason": LIE}
        yield "sign", asked, reviewer.user, {**form, "scope": LIE}
        yield "sign", asked, reviewer.user, {**form, "conflict_statement": LIE}

    def test_no_reason_note_scope_or_statement_says_it(self):
        for name, content, by, data in self.moves():
            before = everything()
            refused("“Reviewed & Fact-Checked”", f.move, name, content, by, **data)
            assert everything() == before, name

    def test_nor_one_with_a_character_that_nobody_sees(self):
        for name, content, by, data in self.moves():
            hidden = {key: "None.\u202e" if text == LIE else text for key, text in data.items()}
            refused("U+202E", f.move, name, content, by, **hidden)

    def test_nor_a_reason_of_a_removal_or_of_a_signature_taken_back(self):
        article = f.publish(f.article())
        signoff = article.live.signoffs.get()
        admin = f.user("superuser")
        refused("reads like", redaction.ask, article.live, by=admin, at=f.now(), reason=LIE)
        with pytest.raises(Refused, match="reads like"):
            actions.revoke(signoff, kind="retract", by=signoff.signed_by, at=f.now(), reason=LIE)
        article.refresh_from_db()
        assert article.live.signoffs.filter(revocation=None).exists()

    def test_nor_the_name_of_whom_a_preview_is_for(self):
        article = f.article()
        with pytest.raises(Refused, match="reads like"):
            previews.create(article.head, by=article.created_by, at=f.now(), label=LIE)

    def test_an_invitation_to_approve_over_unchanged_words_writes_no_note(self):
        article = f.publish(f.article())
        f.move("submit", article, f.user("editor"))
        f.sign(article)
        said = "Nothing differs from what readers have"
        note = "The numbers were wrong."
        refused(said, f.move, "approve", article, f.user("editor"), correction=note)
        assert not Correction.objects.exists()


# --- By form ---------------------------------------------------------------------------------


def test_the_forms_name_the_words(client):
    for made, field in ((f.article(), "title"), (f.product(), "quote"), (f.point(), "english")):
        client.force_login(f.user("superuser"))
        response = desk.save(client, made.head.typed, **{field: LIE})
        assert response.status_code == 200
        text = response.content.decode()
        assert "“Reviewed &amp; Fact-Checked” reads like the review badge" in text, field
        assert made.revisions.count() == 1


def test_the_forms_of_people_name_the_words(client):
    client.force_login(f.user("superuser"))
    for model, field in ((Author, "bio"), (Reviewer, "name")):
        name = model._meta.model_name
        sent = {"name": "Wu Li", "slug": "wu-li", "bio": "", "active": "on", field: LIE}
        for prefix in ("books", "credentials"):
            sent |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
        response = client.post(reverse(f"admin:editorial_{name}_add"), sent)
        assert response.status_code == 200
        assert "reads like the review badge" in response.content.decode()
        assert not model.objects.exists()


def test_the_form_of_an_emergency_and_of_a_withdrawal_name_the_words():
    article = f.publish(f.article())
    editor = logged_in(f.user("editor"))
    head = desk.head(article)
    form = {**desk.move_form(editor, head, "withdraw"), "reason": LIE, "sure": "on"}
    response = editor.post(desk.url(head, "move", "withdraw"), form)
    assert response.status_code == 403
    assert "“Reviewed &amp; Fact-Checked” reads like" in response.content.decode()
    article.refresh_from_db()
    assert article.status == "published"


def test_a_new_topic_in_the_draft_form_is_asked_too(client):
    article = f.article()
    client.force_login(article.created_by)
    for tags in ("Medically reviewed,", "Kn\u200bee,"):
        response = desk.save(client, article.head.typed, tags=tags)
        assert response.status_code == 200
    assert not Topic.objects.exists()


def test_the_form_that_asks_for_a_removal_says_it():
    article = f.publish(f.article())
    admin = logged_in(f.user("superuser"))
    response = act(admin, desk.head(article), "ask_redaction", reason=LIE)
    assert response.status_code == 403
    assert not Event.objects.filter(move="redaction_asked").exists()


# --- By list ---------------------------------------------------------------------------------


def test_no_list_of_points_brings_such_a_name_or_caution(tmp_path):
    point = f.standard_point()
    with pytest.raises(Refused, match="reads like"):
        StandardCaution.objects.create(
            point=point, kind="artery", applies_to="press", note=LIE, basis="b"
        )
    with pytest.raises(Refused, match="reads like"):
        PointName.objects.create(point=point, name="Verified by Wu", kind="english")
    row = "BL41,BL,41,Fùfēn,附分,附分,{},,upper-back\n"
    head = "code,meridian,number,pinyin,hanzi_trad,hanzi_simp,english,other_codes,region\n"
    file = tmp_path / "points.csv"
    file.write_text(head + row.format("Medically reviewed"))
    with pytest.raises(BadRows, match="“Medically reviewed” reads like the review badge"):
        import_points(file)
