"""What research shows of a point: a grade with its words, whose grade it is, and known sources."""

import json

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from lxml import html

from acupoints import evidence
from acupoints.models import AcupointRevision, Evidence
from editorial import differences, documents, standing, triggers
from editorial.errors import Refused, Unchanged
from editorial.models import InsertOnly
from tests import desk
from tests import factories as f

pytestmark = [pytest.mark.django_db, pytest.mark.once]

COCHRANE = "cochrane-pc6-2015"
DOI = "10.1002/14651858.CD003281.pub4"
BY = "the authors of the review"


def document_of(content):
    return documents.parse(desk.head(content).seal.canonical)


def page_of(client, content):
    response = client.get(content.get_absolute_url())
    assert response.status_code == 200
    return html.fromstring(response.content.decode())


def words(element):
    return " ".join(element.text_content().split())


# --- Grade and words -----------------------------------------------------------------------

FITTING = [
    ("high", "It reduces nausea."),
    ("moderate", "It probably reduces nausea."),
    ("moderate", "Probably, nausea is rarer."),
    ("low", "It may reduce nausea."),
    ("very_low", "We are very\nuncertain whether it reduces nausea."),
    ("tradition", "Pressed for nausea on a journey."),
]
UNFITTING = [
    ("high", "It may reduce nausea.", "“reduces”"),
    ("high", "It probably reduces nausea.", "“probably” belongs"),
    ("moderate", "It reduces nausea.", "“probably”"),
    ("moderate", "It probably reduces nausea, and may shorten it.", "“may” belongs"),
    ("low", "It reduces nausea.", "“may”"),
    ("low", "It may shorten nausea, and reduces it.", "“reduces” belongs"),
    ("low", "The mayor was less sick.", "“may”"),
    ("very_low", "It may reduce nausea.", "“we are very uncertain”"),
    ("tradition", "It may reduce nausea.", "“may” belongs"),
]


@pytest.mark.parametrize(("grade", "statement"), FITTING)
def test_a_statement_with_the_verb_of_its_grade_is_saved(grade, statement):
    f.point("PC6", evidence=[f.evidence(grade=grade, statement=statement)])
    assert Evidence.objects.get().grade == grade


@pytest.mark.parametrize(("grade", "statement", "said"), UNFITTING)
def test_a_statement_with_the_verb_of_another_grade_is_refused(grade, statement, said):
    with pytest.raises(Refused, match=said):
        f.point("PC6", evidence=[f.evidence(grade=grade, statement=statement)])
    assert not Evidence.objects.exists()


LACKING = [
    ({"graded_by": " "}, "Say whose grade it is"),
    ({"source_keys": ""}, "needs a source with a DOI"),
    ({"source_keys": "who-2008"}, "needs a source with a DOI"),
    ({"source_keys": f"{COCHRANE};invented-2020"}, "“invented-2020” is not on the list"),
    ({"grade": "certain"}, "not a valid choice"),
]


@pytest.mark.parametrize(("fields", "said"), LACKING)
def test_a_grade_without_an_owner_or_a_known_source_is_refused(fields, said):
    with pytest.raises(Refused, match=said):
        f.point("PC6", evidence=[f.evidence(**fields)])


def test_tradition_needs_neither_an_owner_nor_a_source():
    fields = {"statement": "Hiccups.", "grade": "tradition", "graded_by": ""}
    content = f.point("PC6", evidence=[f.evidence(source_keys="", **fields)])
    assert document_of(content)["fields"]["evidence"] == [{**fields, "sources": []}]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"sources": [{"title": "T", "authors_year": "A", "identifier": "doi:10.1/x"}]}, "written"),
        ({"sources": evidence.cited(COCHRANE), "statement": "It reduces nausea."}, "“may”"),
    ],
)
def test_rows_that_pass_by_the_rule_of_a_save_are_refused_at_the_seal(monkeypatch, fields, said):
    monkeypatch.setattr(Evidence, "save", InsertOnly.save)
    with pytest.raises(Refused, match=said):
        f.point("PC6", evidence=[f.evidence(**fields)])


@pytest.mark.parametrize("lacking", ["graded_by", "source_keys"])
def test_the_database_refuses_a_grade_that_rests_on_nothing(monkeypatch, lacking):
    monkeypatch.setattr(Evidence, "save", InsertOnly.save)
    with pytest.raises(IntegrityError), transaction.atomic():
        f.point("PC6", evidence=[f.evidence(**{lacking: ""})])


# --- What is sealed ------------------------------------------------------------------------


def test_sources_are_written_out_in_the_bytes():
    content = f.point("PC6", evidence=[f.evidence(source_keys=f"{COCHRANE};carr-2015")])
    document = document_of(content)
    assert document["format"] == 2
    (row,) = document["fields"]["evidence"]
    assert (row["grade"], row["graded_by"]) == ("low", BY)
    carr, cochrane = row["sources"]
    assert carr["authors_year"] == "Carr 2015"
    assert cochrane == {
        "title": evidence.known_sources()[COCHRANE]["title"],
        "authors_year": "Lee, Chan and Fan 2015",
        "identifier": f"doi:{DOI}",
    }


def test_a_later_change_of_the_list_of_sources_leaves_what_is_sealed(monkeypatch, client):
    content = f.publish(f.point("PC6", evidence=[f.evidence()]))
    changed = {**evidence.known_sources()[COCHRANE], "title": "Another title"}
    monkeypatch.setattr(evidence, "known_sources", lambda: {COCHRANE: changed})
    assert standing.integrity_faults(desk.head(content)) == []
    page = page_of(client, content)
    assert page.xpath("//*[@data-badge]")
    assert "Another title" not in words(page)
    f.revise(content, pressing="Otherwise.")
    assert "Another title" in json.dumps(document_of(content))


def test_a_source_that_left_the_list_is_not_sealed_again(monkeypatch):
    content = f.point("PC6", evidence=[f.evidence()])
    monkeypatch.setattr(evidence, "known_sources", dict)
    with pytest.raises(Refused, match="not on the list of sources"):
        f.revise(content, pressing="Otherwise.")
    f.revise(content, pressing="Otherwise.", evidence=[])
    assert document_of(content)["fields"]["evidence"] == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE acupoints_evidence SET grade = 'high'",
        "UPDATE acupoints_evidence SET statement = 'It may reduce everything.'",
        "UPDATE acupoints_evidence SET graded_by = 'us'",
        "UPDATE acupoints_evidence SET sources = '[]'",
        "DELETE FROM acupoints_evidence",
        "UPDATE editorial_seal SET format = 1",
    ],
)
def test_a_changed_row_takes_the_badge_away_and_verify_names_it(client, capsys, statement):
    content = f.publish(f.point("PC6", evidence=[f.evidence()]))
    assert page_of(client, content).xpath("//*[@data-badge]")
    with triggers.lifted(connection), connection.cursor() as cursor:
        cursor.execute(statement)
    assert not page_of(client, content).xpath("//*[@data-badge]")
    with pytest.raises(SystemExit):
        call_command("verify")
    assert "acupoint pc-6, revision 1" in capsys.readouterr().out


# --- The first format ----------------------------------------------------------------------


@pytest.fixture
def old():
    """A public point as the release before sealed it."""
    with f.in_format(AcupointRevision, 1):
        return f.publish(f.point("PC6", research="Little is known."))


def test_a_text_of_the_first_format_keeps_its_badge_and_its_words(client, old):
    assert old.live.seal.format == 1
    page = page_of(client, old)
    assert page.xpath("//*[@data-badge]")
    assert not page.xpath("//*[@data-grade]")
    assert "What research shows Little is known." in words(page)
    assert standing.integrity_faults(old.live.typed) == []
    call_command("verify")


def test_a_text_of_the_first_format_without_notes_says_nothing_of_research(client):
    with f.in_format(AcupointRevision, 1):
        content = f.publish(f.point("PC6"))
    assert "What research shows" not in words(page_of(client, content))


def test_saving_a_text_of_the_first_format_unchanged_makes_no_revision(old):
    with pytest.raises(Unchanged):
        f.revise(old)
    old.refresh_from_db()
    assert old.revisions.count() == 1


def test_a_change_of_a_text_of_the_first_format_is_sealed_in_the_second(old):
    f.revise(old, evidence=[f.evidence()])
    assert desk.head(old).seal.format == 2
    assert not standing.signoffs_of(desk.head(old))
    names = [found.name for found in differences.between(*documents_of(old))]
    assert names == ["Evidence"]


def documents_of(content):
    seals = [revision.seal for revision in content.revisions.order_by("number")]
    return [documents.parse(seal.canonical) for seal in seals]


def test_a_difference_shows_grade_owner_statement_and_sources(old):
    f.revise(old, evidence=[f.evidence()])
    (found,) = differences.between(*documents_of(old))
    ((mark, text),) = found.blocks[0]
    assert mark == differences.NEW
    for told in ("low", BY, "may reduce nausea", "Lee, Chan and Fan 2015", f"doi:{DOI}"):
        assert told in text
    assert "{" not in text


# --- At the desk -----------------------------------------------------------------------------


def test_a_text_that_is_frozen_shows_the_titles_of_its_sources(client):
    content = f.point("PC6", evidence=[f.evidence(source_keys=f"{COCHRANE};carr-2015")])
    writer = content.created_by
    client.force_login(writer)
    address = desk.url(desk.head(content))
    open_form = client.get(address).content.decode()
    assert "source_keys" in open_form
    f.move("submit", content, writer)
    frozen = client.get(address).content.decode()
    assert "source_keys" not in frozen
    assert "postoperative nausea and vomiting (Lee, Chan and Fan 2015)" in frozen
    assert "forbidden points revisited (Carr 2015)" in frozen


# --- What readers see ----------------------------------------------------------------------


def test_readers_see_grade_owner_and_sources_as_links(client):
    tested = f.evidence(source_keys=f"{COCHRANE};who-2008")
    told = f.evidence(statement="Hiccups.", grade="tradition", graded_by="", source_keys="")
    content = f.publish(f.point("PC6", evidence=[tested, told]))
    page = page_of(client, content)
    (low,) = page.xpath("//*[@data-signed]//*[@data-grade='low']")
    assert f"Low certainty Graded by {BY}" in words(low)
    assert low.xpath(".//a/@href") == [f"https://doi.org/{DOI}"]
    assert "isbn:9789290613831" in words(low)
    (tradition,) = page.xpath("//*[@data-grade='tradition']")
    assert words(tradition) == "Hiccups. Traditional use only: nobody has tested this well"


def test_a_pubmed_number_is_a_link_too(client, monkeypatch):
    study = {"title": "T", "authors_year": "A", "identifier": "pmid:77"}
    monkeypatch.setattr(evidence, "known_sources", lambda: {"study": study})
    content = f.publish(f.point("PC6", evidence=[f.evidence(source_keys="study")]))
    hrefs = page_of(client, content).xpath("//*[@data-grade]//a/@href")
    assert hrefs == ["https://pubmed.ncbi.nlm.nih.gov/77/"]


def test_a_point_without_evidence_says_so(client):
    content = f.publish(f.point("PC6"))
    assert "Traditional use only: no study of it has been graded" in words(page_of(client, content))
    noted = f.publish(f.point("BL40", research="Hardly studied."))
    assert "no study of it has been graded" not in words(page_of(client, noted))


def test_an_article_shows_the_evidence_of_its_point(client):
    f.publish(f.point("PC6", evidence=[f.evidence()]))
    article = f.publish(f.article(body="<p>Before</p>" + f.embed("PC6")))
    (row,) = page_of(client, article).xpath("//*[@data-signed]//*[@data-grade]")
    assert "may reduce nausea" in words(row)


# --- The draft form ------------------------------------------------------------------------


@pytest.fixture
def writer(client):
    made = f.user("writer")
    client.force_login(made)
    return made


def rows(**fields):
    """The evidence formset of a draft form with one more row."""
    return {"evidence-TOTAL_FORMS": "1"} | {f"evidence-0-{k}": v for k, v in fields.items()}


GOOD = {
    "position": "0",
    "statement": "It may reduce nausea.",
    "grade": "low",
    "graded_by": BY,
    "source_keys": [COCHRANE, "carr-2015"],
}


def test_evidence_is_added_at_the_desk_and_survives_a_further_save(client, writer):
    content = f.point("PC6", writer)
    assert desk.save(client, desk.head(content), **rows(**GOOD)).status_code == 302
    row = desk.head(content).evidence.get()
    assert row.source_keys == f"carr-2015;{COCHRANE}"
    assert desk.save(client, desk.head(content)).status_code == 302
    assert content.revisions.count() == 2
    desk.save(client, desk.head(content), pressing="Otherwise.")
    assert desk.head(content).evidence.get().sources == row.sources


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"statement": "It reduces nausea."}, "A statement of this grade says “may”."),
        ({"graded_by": ""}, "Say whose grade it is"),
        ({"source_keys": []}, "needs a source with a DOI"),
        ({"source_keys": ["who-2008"]}, "needs a source with a DOI"),
        ({"source_keys": ["invented"]}, "Select a valid choice"),
        ({"grade": ""}, "This field is required"),
    ],
)
def test_a_form_with_evidence_that_breaks_a_rule_says_which(client, writer, fields, said):
    content = f.point("PC6", writer)
    response = desk.save(client, desk.head(content), **rows(**GOOD | fields))
    assert response.status_code == 200
    assert said in response.content.decode()
    assert content.revisions.count() == 1


def test_a_quicker_colleague_leaves_every_chosen_source_in_sight(client, writer):
    content = f.point("PC6", writer)
    form = desk.draft_form(client, desk.head(content))
    stale = desk.url(desk.head(content))
    f.revise(content, pressing="Quicker.")
    response = client.post(stale, form | rows(**GOOD))
    assert response.status_code == 409
    assert f"{BY} · {COCHRANE};carr-2015" in response.content.decode()
    assert content.revisions.count() == 2
