"""What the texts of the points may say: names and sources as in the data, plain and calm words."""

import re
from pathlib import Path

import pytest

from acupoints import evidence
from acupoints.lexicon import DATA, read_csv, read_entries
from acupoints.models import Caution
from tcmtips.demo import seeding

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent
POINTS = seeding.read("points")["points"]
ENTRIES = {entry.code: entry for entry in read_entries()}
PREGNANCY = ("have not shown this harm (Carr 2015)", "traditionally avoided in pregnancy")
WHO_DECIDES = (
    "self-pressure has hardly been studied",
    "do not press it while you are pregnant",
    "unless your midwife or doctor agrees",
)
# Kinds of cautions.csv about pressing, and the kind that says it to readers.
TOLD_AS = {"artery": "vessel", "vessel": "vessel", "eye": "eye", "airway": "airway"}
PROMISES = re.compile(
    r"(?i)\b(cur(e|es|ed|ing)|heal(s|ed|ing)?|detox\w*|proven|proves?|guarantee\w*|miracles?"
    r"|no side effects|instead of your doctor|treat(s|ed|ing|ments?)?|relieves?|always works?"
    r"|works wonders|eliminates?|prevents?|toxins?)\b"
)

each_point = pytest.mark.parametrize("point", POINTS, ids=lambda point: point["code"])


def cautions(point, kind):
    return " ".join(c["text"] for c in point.get("cautions", ()) if c["kind"] == kind)


def told(code):
    """Kinds of the cautions about pressing that the data has for a point."""
    rows = read_csv(DATA / "cautions.csv")
    return {r["kind"] for r in rows if r["code"] == code and "press" in r["applies_to"].split(",")}


def words_of(point):
    texts = [point.get(name, "") for name in ("location", "uses", "research", "pressing")]
    told = [c["text"] for c in point.get("cautions", ())]
    told += [row["statement"] for row in point.get("evidence", ())]
    return [*texts, point.get("revised", ""), *told]


def sentences(text):
    return [part for part in re.split(r"(?<=[.!?])\s+|\n", text) if part.strip()]


# --- Names ---------------------------------------------------------------------------------


def test_no_point_is_described_twice_and_there_are_enough():
    codes = [point["code"] for point in POINTS]
    assert len(codes) == len(set(codes)) >= 36


@each_point
def test_names_are_those_of_the_data(point):
    entry = ENTRIES[point["code"]]
    names = (point["pinyin"], point["traditional"], point["simplified"], point["english"])
    assert names == (entry.pinyin, entry.traditional, entry.simplified, entry.english[0])
    others = set(point["other_names"].split(", "))
    assert others <= {*entry.english[1:], *entry.codes, *(name for name, _kind in entry.names)}


# --- Words ---------------------------------------------------------------------------------


@each_point
def test_sentences_are_short(point):
    long = [s for text in words_of(point) for s in sentences(text) if len(s.split()) > 20]
    assert long == []


@each_point
def test_nothing_is_promised(point):
    assert PROMISES.findall(" ".join(words_of(point))) == []


def test_a_promise_would_be_found():
    for words in (
        "It heals.",
        "A proven cure",
        "miracle",
        "Detoxifying",
        "guaranteed",
        "Treats it",
    ):
        assert PROMISES.search(words)
    assert not PROMISES.search("Go to your heel; the pulse is secure there.")


@each_point
def test_uses_stand_one_a_line_without_a_full_stop(point):
    lines = point["uses"].strip().split("\n")
    assert len(lines) >= 2
    assert [line for line in lines if line.endswith(".") or len(line.split()) > 12] == []


# --- Cautions ------------------------------------------------------------------------------


@each_point
def test_cautions_of_the_data_are_told(point):
    kinds = told(point["code"])
    pregnancy = cautions(point, Caution.Kind.PREGNANCY)
    if any(kind.startswith("pregnancy:avoid-") for kind in kinds):
        assert [part for part in PREGNANCY if part not in pregnancy] == []
    if any(kind.startswith("pregnancy:") for kind in kinds):
        plain = pregnancy.lower().replace(", or might be,", "")
        assert [part for part in WHO_DECIDES if part not in plain] == []
    else:
        assert pregnancy == ""
    wanted = {TOLD_AS[kind] for kind in kinds if not kind.startswith("pregnancy:")}
    assert wanted <= {caution["kind"] for caution in point.get("cautions", ())}


def test_the_five_best_known_points_to_avoid_are_described():
    named = {code for code in ENTRIES if "pregnancy:avoid-named" in told(code)}
    assert named == {"LI4", "SP6", "BL60", "BL67", "GB21"}
    public = {point["code"] for point in POINTS if point["state"] == "published"}
    assert named <= public


@each_point
def test_kinds_of_cautions_are_known(point):
    assert {c["kind"] for c in point.get("cautions", ())} <= set(Caution.Kind.values)


# --- Sources -------------------------------------------------------------------------------

SOURCES = read_csv(DATA / "sources.csv")
KNOWN = {row["identifier"]: row for row in SOURCES}
IDENTIFIERS = {
    "doi": re.compile(r"\b10\.\d{4,9}/[^\s\"'<>]*\w"),
    "pmid": re.compile(r"(?i)\b(?:pmid\W{0,5}|pubmed\S*/)(\d+)"),
    "isbn": re.compile(r"(?i)\b(?:97[89][- ]?(?:\d[- ]?){9}\d|isbn\W{0,5}[\dX][-\dX ]{8,}[\dX])"),
}
SAMPLE_BOOK = "(an invented sample book)"
FILES = sorted(
    file
    for suffix in ("toml", "csv", "html")
    for folder in ("acupoints", "articles", "editorial", "products", "tcmtips", "templates")
    for file in (ROOT / folder).rglob(f"*.{suffix}")
)


def identifiers(text):
    """{"doi:…", "pmid:…", "isbn:…"} that stand in a text, in the form of sources.csv."""
    found = {
        f"{kind}:{match}" for kind in ("doi", "pmid") for match in IDENTIFIERS[kind].findall(text)
    }
    isbns = IDENTIFIERS["isbn"].findall(text)
    return found | {"isbn:" + re.sub(r"(?i)[^\dX]", "", isbn) for isbn in isbns}


def tables(node):
    """Every table in a parsed TOML file, however deep."""
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for inner in node:
            yield from tables(inner)


def sample_books():
    """Numbers of the sample authors' books, if marked as invented and in a range nobody uses."""
    books = [book for author in seeding.read("people")["authors"] for book in author["books"]]
    return {
        "isbn:" + book["isbn"].replace("-", "")
        for book in books
        if SAMPLE_BOOK in book["title"] and book["isbn"].startswith("979-9")
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_identifier_is_one_of_the_sources(file):
    found = identifiers(file.read_text())
    if file.name == "people.toml":
        found -= sample_books()
    assert found <= set(KNOWN)


def test_identifiers_are_found_however_they_are_written():
    assert identifiers("see 10.1000/x.1, and PMID: 123") == {"doi:10.1000/x.1", "pmid:123"}
    assert identifiers('pmid = "77" https://pubmed.ncbi.nlm.nih.gov/88/') == {"pmid:77", "pmid:88"}
    assert identifiers('isbn = "0-306-40615-2"; 978-9290613831') == {
        "isbn:0306406152",
        "isbn:9789290613831",
    }
    assert identifiers(seeding.HERE.joinpath("people.toml").read_text()) == sample_books() != set()


@pytest.mark.parametrize("name", ["articles", "points"])
def test_a_source_is_named_as_it_is_known(name):
    for row in tables(seeding.read(name)):
        if "doi" in row:
            known = KNOWN[f"doi:{row['doi']}"]
            assert (row["title"], row["authors_year"]) == (known["title"], known["authors_year"])


@each_point
def test_evidence_keeps_the_rules(point):
    for row in point.get("evidence", ()):
        evidence.validate_source_keys(row["source_keys"])
        sources = evidence.cited(row["source_keys"])
        assert evidence.faults(row["grade"], row["statement"], row["graded_by"], sources) == {}


@each_point
def test_every_number_of_the_evidence_stands_in_its_sources(point):
    for row in point.get("evidence", ()):
        keys = evidence.keys_in(row["source_keys"])
        supports = " ".join(evidence.known_sources()[key]["supports"] for key in keys)
        numbers = re.findall(r"\d[\d,.]*\d|\d", row["statement"])
        assert [number for number in numbers if number not in supports] == []


@each_point
def test_notes_on_the_research_make_no_claim_of_their_own(point):
    assert evidence.grades_said(point["research"]) == set()
    assert point.get("evidence") or not point["research"]


def test_the_points_with_evidence_are_those_that_the_sources_are_about():
    cited = {
        p["code"]: [r["source_keys"] for r in p["evidence"]] for p in POINTS if "evidence" in p
    }
    assert cited == {"PC6": ["cochrane-pc6-2015"]}


# --- The list of confirmations -------------------------------------------------------------


def test_every_location_is_on_the_list_of_confirmations():
    lines = (ROOT / "docs" / "point-texts.md").read_text().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "|" in line]
    listed = rows[rows.index(["code", "landmark used", "confirmed by"]) + 2 :]
    assert [row[0] for row in listed] == [point["code"] for point in POINTS]
    assert all(landmark and by for _code, landmark, by in listed)
