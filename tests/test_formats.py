"""What may be sealed: every field is signed or says why not, and a format that was ever in use
gives the same bytes for ever."""

import hashlib
import json
import os
import uuid
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from acupoints.meridians import SEALED_NAMES
from acupoints.models import Acupoint, AcupointRevision, Caution, Evidence
from articles.models import Article, ArticleRevision, Byline, Page, PageRevision, Source, Tip
from editorial import checks, documents, kinds
from editorial.actions import children_of
from products.models import Feature, Product, ProductRevision
from tests import factories as f

# --- Every field is signed or says why not -------------------------------------------------


def revision_models():
    return [kinds.revision_model(name) for name in sorted(kinds.models_by_kind())]


def tables():
    """(model, list, name) of every entry that says what becomes of a field."""
    for model in revision_models():
        newest = max(model.SIGNED)
        parts = [r.related_model for r in children_of(model) if r.name in model.SIGNED[newest]]
        for table in (model, *parts):
            yield from ((table, "SIGNED", name) for name in table.SIGNED[newest])
            yield from ((table, "UNSIGNED", name) for name in table.UNSIGNED)


def errors():
    return [
        (error.id, error.obj, error.msg)
        for error in checks.every_field_is_signed_or_says_why_not(None)
    ]


def test_every_field_is_decided_about():
    assert errors() == []


@pytest.mark.parametrize(
    ("model", "list_name", "name"),
    list(tables()),
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_field_that_nobody_decided_about_is_an_error(monkeypatch, model, list_name, name):
    if list_name == "SIGNED":
        newest = max(model.SIGNED)
        fewer = tuple(field for field in model.SIGNED[newest] if field != name)
        monkeypatch.setitem(model.SIGNED, newest, fewer)
    else:
        fewer = {field: why for field, why in model.UNSIGNED.items() if field != name}
        monkeypatch.setattr(model, "UNSIGNED", fewer)
    if not is_column(model, name):
        assert errors() == []  # a name from another table, such as a topic's
        return
    assert [(id, f"“{name}”" in message) for id, _obj, message in errors()] == [
        ("editorial.E002", True)
    ]


def is_column(model, name):
    parts = {relation.name for relation in children_of(model)}
    return name in parts | {field.name for field in model._meta.get_fields()}


def test_an_unsigned_field_gives_a_reason():
    for model, list_name, name in tables():
        if list_name == "UNSIGNED":
            assert model.UNSIGNED[name].count(" ") >= 2, (model, name)


def test_a_kind_without_signed_fields_is_an_error(monkeypatch):
    monkeypatch.setattr(PageRevision, "SIGNED", {})
    assert "editorial.E001" in {id for id, _obj, _message in errors()}


def test_a_format_without_labels_in_a_language_is_an_error(monkeypatch, settings):
    assert checks.every_kind_is_complete(None) == []
    settings.LANGUAGES = [*settings.LANGUAGES, ("de", "German")]
    found = checks.every_kind_is_complete(None)
    assert {error.id for error in found} == {"editorial.E004"}
    assert len(found) == len(FORMATS)


# --- Golden files: a format never changes --------------------------------------------------
#
# To write them anew after a format was ADDED: WRITE_GOLDEN=1 pytest tests/test_formats.py
# The run then fails, so that nobody leaves the variable set. A file of a format that was ever
# in use is never written anew: whoever changes one makes every signature under it false.

GOLDEN = Path(__file__).parent / "golden"


def uid(number):
    return uuid.UUID(int=number)


def picture(data):
    """A stored picture's name for bytes that no version of Pillow can change."""
    sha256 = hashlib.sha256(data).hexdigest()
    return ContentFile(data, name=f"images/{sha256[:2]}/{sha256}-40x30.png")


def golden_acupoint():
    revision = AcupointRevision(
        pinyin="Wěizhōng",
        traditional="委中",
        simplified="委中",
        english="Bend Centre",
        other_names="Middle of the Crook, BL54",
        location="In the middle of the crease behind the knee.\n\nBend the knee to find it.",
        uses="Stiff knees\nTired calves",
        research="Nothing that we have graded.",
        pressing="Gently, for half a minute.",
        figure=picture(b"a knee from behind"),
        figure_alt="A knee from behind, with a dot in the crease",
        area="knee-back",
    )
    children = [
        Caution(kind="vessel", text="A large vessel lies here: press gently."),
        Caution(kind="pregnancy", text="Ask your midwife first.", position=1),
        Evidence(
            statement="Pressing it may reduce nausea.",
            grade="low",
            graded_by="the authors of the review",
            source_keys="cochrane-pc6-2015;carr-2015",
        ),
    ]
    return f.first_revision(
        Acupoint,
        revision,
        f.user(),
        children,
        slug="bl-40",
        uid=uid(1),
        code="BL40",
        meridian="BL",
        number=40,
    )


def golden_article():
    with f.in_format(AcupointRevision, 1):  # as it was when article-1.json was written
        golden_acupoint()
    revision = ArticleRevision(
        title="Sore knees: “four” points & more",
        summary="A summary with an ø, an emoji 🙂 and a line\nbreak.",
        hero=picture(b"a knee"),
        hero_alt="A bent knee",
        hero_caption="On a chair",
        hero_credit="Drawn for us",
        body='<h2>Behind</h2><div data-acupoint="BL40"></div><p>Press <em>gently</em>.</p>',
        tips_heading="For later",
    )
    nora = f.Author.objects.create(name="Nora Sample", slug="nora-sample")
    children = [
        Byline(author=nora),
        Tip(lead="Warm hands", text="Rub them first."),
        Tip(lead="Rest", text="Sit down.", position=1),
        Source(
            title="The safety of obstetric acupuncture",
            authors_year="Carr 2015",
            doi="10.1136/acupmed-2015-010936",
            pmid="1",
            url="https://example.org/carr",
            supports="No harm was found.",
        ),
    ]
    article = f.first_revision(Article, revision, f.user(), children, slug="knees", uid=uid(2))
    f.tag(article, "knee pain")
    return article


def golden_product():
    revision = ProductRevision(
        name="Sample mat",
        summary="A mat to lie on.",
        label="Our pick",
        image=picture(b"a mat"),
        image_alt="A green mat",
        url="https://www.amazon.com/dp/B000000000?tag=sample-20",
        quote="I like it.",
        quote_by="Ada Sample",
        quote_on="2026-01-31",
        quote_basis="Asked by e-mail.",
    )
    feature = Feature(lead="Firm", text="It stays in shape.")
    return f.first_revision(Product, revision, f.user(), [feature], slug="mat", uid=uid(3))


def golden_page():
    revision = PageRevision(title="About", summary="In short.", body="<p>At length.</p>")
    return f.first_revision(Page, revision, f.user(), slug="about", uid=uid(4))


def bare_acupoint():
    texts = {"location": "Beside the spine.", "uses": "Coughs", "pressing": "Gently."}
    names = {"pinyin": "Dìngchuǎn", "traditional": "定喘", "simplified": "定喘", "english": "Calm"}
    revision = AcupointRevision(**names, **texts)
    identity = {"code": "X-DINGCHUAN", "meridian": "X", "slug": "x-dingchuan", "uid": uid(5)}
    return f.first_revision(Acupoint, revision, f.user(), **identity)


def bare_article():
    revision = ArticleRevision(title="Title", summary="Summary.")
    return f.first_revision(Article, revision, f.user(), slug="bare", uid=uid(6))


def bare_product():
    revision = ProductRevision(
        name="Ball",
        summary="A ball.",
        image=picture(b"a ball"),
        image_alt="A ball",
        url="https://shop.example.org/ball",
    )
    return f.first_revision(Product, revision, f.user(), slug="ball", uid=uid(7))


def bare_page():
    revision = PageRevision(title="Title", summary="Summary.")
    return f.first_revision(Page, revision, f.user(), slug="bare", uid=uid(8))


# Two texts of each kind: one that uses every field, and one that leaves out what it can.
MAKERS = {
    "acupoint": {"": golden_acupoint, "-bare": bare_acupoint},
    "article": {"": golden_article, "-bare": bare_article},
    "page": {"": golden_page, "-bare": bare_page},
    "product": {"": golden_product, "-bare": bare_product},
}
FORMATS = sorted(
    (model.KIND.name, format)
    for model in kinds.models_by_kind().values()
    for format in kinds.revision_model(model.KIND.name).SIGNED
)


@pytest.mark.django_db
@pytest.mark.parametrize("which", ["", "-bare"])
@pytest.mark.parametrize(("kind", "format"), FORMATS)
def test_a_format_gives_the_same_bytes_for_ever(kind, format, which):
    content = MAKERS[kind][which]()
    revision = kinds.revision_model(kind).objects.select_related("content").get(pk=content.head_id)
    data = documents.canonical(documents.build(revision, format))
    file = GOLDEN / f"{kind}-{format}{which}.json"
    if os.environ.get("WRITE_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        file.write_bytes(data)
        pytest.fail(f"{file} was written; look at the difference and unset WRITE_GOLDEN.")
    assert data == file.read_bytes()
    assert revision.seal.format != format or bytes(revision.seal.canonical) == data


@pytest.mark.parametrize(("kind", "format"), FORMATS)
def test_a_golden_file_uses_every_field(kind, format):
    """An empty field would hide a change of how its value is written."""
    document = json.loads((GOLDEN / f"{kind}-{format}.json").read_bytes())
    fields = document["fields"]
    assert list(fields) == sorted(kinds.revision_model(kind).SIGNED[format])
    assert all(fields.values())
    rows = [row for value in fields.values() if isinstance(value, list) for row in value]
    assert all(all(row.values()) for row in rows)
    assert bool(document["pins"]) is (kind == "article")


def test_every_golden_file_is_one_of_a_format_in_use():
    names = {f"{kind}-{format}{which}.json" for kind, format in FORMATS for which in MAKERS[kind]}
    assert {file.name for file in GOLDEN.glob("*-*.json")} == names


def test_the_sealed_names_of_meridians_never_change():
    names = hashlib.sha256(documents.canonical(SEALED_NAMES["en"])).hexdigest()
    assert names == "00a22d333c53ae3b06736c686796fadce9e32fac5c4b3dd4618fd86c140fb988"
