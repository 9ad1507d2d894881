"""What machines read of a page is what people read there, and nothing more."""

import datetime
import json

import pytest
import time_machine
from django.utils import timezone

from acupoints.models import Acupoint, AcupointRevision, StandardCaution
from articles.models import Source
from editorial import previews
from tests import factories as f
from tests.reading import graph_of, tree_of, unseen

pytestmark = [pytest.mark.django_db, pytest.mark.once]

Kind = StandardCaution.Kind
TYPES = {"MedicalWebPage", "MedicalTherapy", "BreadcrumbList"}
STUDY = "https://doi.org/10.1002/14651858.CD003281.pub4"
CAUTIONS = [("vessel", "Press gently: a vessel & a nerve lie below.")]


def point(code="BL40", **fields):
    return f.publish(
        f.point(
            code,
            cautions=CAUTIONS,
            evidence=[f.evidence(), f.evidence(statement="It may help on the second day.")],
            other_names="Supporting Middle, BL54 in older books",
            **fields,
        ),
        f.reviewer(name="Dr Vera Sample"),
    )


@pytest.fixture
def bl40():
    named = f.standard_point("BL40", cautions=[(Kind.LOW_BACK, "n"), (Kind.VESSEL, "n")])
    StandardCaution.objects.create(
        point=named, kind=Kind.ORGAN_BELOW, applies_to="needle", note="n", basis="a test"
    )
    return point()


def test_a_point_is_a_page_a_therapy_and_its_way_there(client, bl40):
    graph = graph_of(tree_of(client, "/acupoints/bl-40/"))
    assert graph.keys() == TYPES
    page, therapy = graph["MedicalWebPage"], graph["MedicalTherapy"]
    assert page["url"] == "http://localhost/acupoints/bl-40/"
    assert page["mainEntity"] == {"@id": therapy["@id"]}
    assert page["name"] == therapy["name"] == "BL40 Wěizhōng"
    assert therapy["alternateName"] == [
        "Bend Centre",
        "Supporting Middle",
        "BL54 in older books",
        "Urinary Bladder-40",
        "委中",
    ]
    trail = [(step["name"], step["item"]) for step in graph["BreadcrumbList"]["itemListElement"]]
    assert trail == [
        ("TCM Tips", "http://localhost/"),
        ("Acupoints", "http://localhost/acupoints/"),
        ("Urinary Bladder meridian", "http://localhost/meridians/urinary-bladder/"),
        ("BL40 Wěizhōng", "http://localhost/acupoints/bl-40/"),
    ]


def test_a_source_is_cited_once_by_its_number(client, bl40):
    cited = graph_of(tree_of(client, "/acupoints/bl-40/"))["MedicalWebPage"]["citation"]
    assert [(work["@type"], work["identifier"]) for work in cited] == [
        ("ScholarlyArticle", [STUDY])
    ]


def test_contraindications_are_the_cautions_that_stand_there(client, bl40):
    """The signed ones and those that the nomenclature adds for pressing; needles stay apart."""
    said = graph_of(tree_of(client, "/acupoints/bl-40/"))["MedicalTherapy"]["contraindication"]
    assert said[0] == CAUTIONS[0][1]
    assert "traditionally avoided in pregnancy" in said[1]
    assert said[2] == "Blood vessels lie close under this crease. Do not press hard."
    assert len(said) == 3


def test_it_promises_nothing(client, bl40):
    (script,) = tree_of(client, "/acupoints/bl-40/").xpath("//script[not(@src)]/text()")
    assert "Stiff knees" not in script
    assert "may reduce" not in script
    for word in ("Product", "Review", "HowTo", "FAQPage", "indication", "evidenceLevel"):
        assert f'"{word}"' not in script


@pytest.mark.parametrize("is_in_the_nomenclature", [True, False])
def test_readers_see_all_that_machines_get_of_a_point(client, is_in_the_nomenclature):
    if is_in_the_nomenclature:
        f.standard_point("BL40", cautions=[(Kind.LOW_BACK, "n"), (Kind.VESSEL, "n")])
    point()
    tree = tree_of(client, "/acupoints/bl-40/")
    assert list(unseen(tree)) == []
    trail = graph_of(tree)["BreadcrumbList"]["itemListElement"]
    assert len(trail) == 3 + is_in_the_nomenclature


def test_readers_see_all_that_machines_get_of_an_article(client):
    source = Source(title="A study", doi="10.1136/acupmed-2015-010936", supports="This.")
    article = f.article(authors=[f.author()], children=[source])
    f.publish(article)
    assert list(unseen(tree_of(client, article.get_absolute_url()))) == []


def test_the_reviewer_stands_in_it_as_long_as_the_badge_does(client, bl40):
    tree = tree_of(client, "/acupoints/bl-40/")
    page = graph_of(tree)["MedicalWebPage"]
    (person,) = page["reviewedBy"]
    assert person["name"] == "Dr Vera Sample"
    assert [page["lastReviewed"]] == tree.xpath("//*[@data-last-reviewed]/@datetime")
    with time_machine.travel(timezone.now() + datetime.timedelta(days=366)):
        page = graph_of(tree_of(client, "/acupoints/bl-40/"))["MedicalWebPage"]
        assert not {"reviewedBy", "lastReviewed"} & page.keys()
    f.revoke(bl40)
    assert "Vera" not in json.dumps(graph_of(tree_of(client, "/acupoints/bl-40/")))


def test_the_reviewer_has_the_name_that_signed(client, bl40):
    signoff = bl40.signoffs.get()
    signoff.reviewer.name = "Vera Other"
    signoff.reviewer.save()
    tree = tree_of(client, "/acupoints/bl-40/")
    assert graph_of(tree)["MedicalWebPage"]["reviewedBy"][0]["name"] == "Dr Vera Sample"


def test_a_text_of_the_first_format_has_no_source(client):
    with f.in_format(AcupointRevision, 1):
        f.publish(f.point("BL40"))
    tree = tree_of(client, "/acupoints/bl-40/")
    assert graph_of(tree)["MedicalWebPage"]["citation"] == []
    assert list(unseen(tree)) == []


def test_what_nobody_signed_has_no_graph(client, bl40):
    """A point of the nomenclature, a preview, the part for pregnancy: search engines get none."""
    f.standard_point("BL39")
    draft = f.revise(Acupoint.objects.get(), location="Elsewhere.")
    _link, secret = previews.create(draft, by=f.user("editor"), at=f.now(), label="Paper")
    for path in ("/acupoints/bl-39/", "/pregnancy/acupoints/bl-40/", f"/preview/{secret}/"):
        assert not tree_of(client, path).xpath("//script[not(@src)]"), path
