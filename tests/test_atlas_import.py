"""The nomenclature in the database: complete, loaded whole or not at all, its cautions for good."""

import copy
import csv
import io
import shutil

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import Count

from acupoints.importing import import_points
from acupoints.lexicon import DATA
from acupoints.models import PointName, StandardCaution, StandardPoint
from acupoints.regions import REGIONS
from editorial import triggers
from editorial.models import InsertOnlyError
from tests import factories as f
from tests.database import everything, sql
from tests.test_verify import run as verify

pytestmark = pytest.mark.django_db

FILES = ("points.csv", "names.csv", "cautions.csv", "pairs.csv")
MERIDIANS = {
    "LU": 11,
    "LI": 20,
    "ST": 45,
    "SP": 21,
    "HT": 9,
    "SI": 19,
    "BL": 67,
    "KI": 27,
    "PC": 9,
    "TE": 23,
    "GB": 44,
    "LR": 14,
    "GV": 28,
    "CV": 24,
}
AVOIDED = ["BL60", "BL67", "GB21", "LI4", "SP6"]


@pytest.fixture(scope="module")
def loaded(written):
    return written(import_points)


@pytest.fixture
def atlas(loaded, db):
    return copy.deepcopy(loaded)


def run(*args, **options):
    """What the command prints."""
    out = io.StringIO()
    call_command("import_acupoints", *map(str, args), stdout=out, **options)
    return out.getvalue()


# --- What is there ---------------------------------------------------------------------------


def test_all_361_points_and_58_extra_ones_are_there_once(atlas):
    rows = StandardPoint.objects.order_by().values_list("meridian").annotate(Count("pk"))
    counts = dict(rows)
    assert {name: counts.pop(name) for name in MERIDIANS} == MERIDIANS
    assert sum(MERIDIANS.values()) == 361
    assert sum(counts.values()) == 58
    for column in ("code", "slug"):
        assert StandardPoint.objects.values(column).distinct().count() == 419
    assert not StandardPoint.objects.values("pinyin", "traditional").distinct().count() < 415
    numbers = StandardPoint.objects.exclude(number=None).values_list("meridian", "number")
    assert {(name, n) for name, last in MERIDIANS.items() for n in range(1, last + 1)} < {*numbers}


def test_every_point_has_both_scripts_toned_pinyin_and_a_region(atlas):
    for point in StandardPoint.objects.all():
        point.full_clean()
        assert set(point.regions) <= set(REGIONS)
        assert point.region_label
        assert point.english_name


def test_no_region_is_without_a_point(atlas):
    used = {name for point in StandardPoint.objects.all() for name in point.regions}
    assert used == set(REGIONS)


def test_points_stand_in_the_order_of_the_nomenclature(atlas):
    with (DATA / "points.csv").open() as file:
        codes = [row["code"] for row in csv.DictReader(file) if row["meridian"] != "X"]
    found = StandardPoint.objects.exclude(meridian="X").values_list("code", flat=True)
    assert list(found) == codes


# --- Loading ---------------------------------------------------------------------------------


def test_a_second_import_changes_nothing_and_says_so(atlas):
    before = everything()
    last = run().splitlines()[-1]
    assert last == "Imported 839 rows: 0 added, 0 changed, 0 removed, 839 unchanged"
    assert everything() == before


def test_it_says_what_it_changed(atlas, tmp_path):
    StandardPoint.objects.filter(code="BL40").update(english="Bent Middle")
    PointName.objects.create(
        point=StandardPoint.objects.get(code="BL40"), name="Knee Hollow", kind="english"
    )
    PointName.objects.filter(name="Third Eye").delete()
    said = run(verbosity=2)
    assert "changed in points: BL40: english “Bent Middle” is “" in said
    assert "removed in names: Knee Hollow" in said
    assert "added in names: Third Eye" in said
    assert said.splitlines()[-1].endswith("1 added, 1 changed, 1 removed, 837 unchanged")


def test_a_file_of_points_alone_leaves_names_and_cautions(atlas, tmp_path):
    path = tmp_path / "few.csv"
    lines = (DATA / "points.csv").read_text().splitlines()
    path.write_text("\n".join([lines[0], lines[5].replace("chest", "head"), lines[6]]))
    names, cautions = PointName.objects.count(), StandardCaution.objects.count()
    assert "Imported 2 rows" in run(path)
    assert StandardPoint.objects.count() == 419
    assert (PointName.objects.count(), StandardCaution.objects.count()) == (names, cautions)


def test_reviewed_text_is_not_touched(db):
    f.publish(f.point("BL40"))
    tables = [name for name in everything() if not name.startswith("acupoints_standard")]
    before = everything()
    run()
    after = everything()
    tables.remove("acupoints_pointname")
    tables.remove("acupoints_pointpair")
    tables = [name for name in tables if name != "sqlite_sequence"]
    assert {name: after[name] for name in tables} == {name: before[name] for name in tables}


BL40 = "BL40,BL,40,Wěizhōng,委中,委中,Middle of the Crook,UB40,knee-back"


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("points.csv", "委中,委中", "委中,", "simplified: This field cannot be blank"),
        ("points.csv", "委中,委中", "委中,weizhong", "simplified: Only Chinese characters"),
        ("points.csv", "Wěizhōng", "Weizhong", "pinyin: Pinyin has its tones"),
        ("points.csv", "BL40,BL,40", "BL40,BL,41", "does not have this meridian and number"),
        ("points.csv", "BL40,BL,40", "BL40,BL,4²", "the number is no number"),
        ("points.csv", "BL40,BL,40", "BL40,ZZ,40", "meridian: Value 'ZZ' is not a valid choice"),
        ("points.csv", "BL40,BL,40", "bl-40,BL,40", "code: Write it like BL40"),
        ("points.csv", "BL40,BL,40", "BL39,BL,39", "the same stands in points.csv, line"),
        ("points.csv", ",knee-back", ",knee-hollow", "There is no region “knee-hollow”"),
        ("points.csv", ",knee-back", ",knee-back,more", "too many or too few columns"),
        ("points.csv", ",knee-back", "", "too many or too few columns"),
        ("names.csv", "Third Eye,EX-HN3", "Third Eye,EX-HN99", "there is no point EX-HN99"),
        ("names.csv", "EX-HN3,english", "EX-HN3,elvish", "kind: Value 'elvish'"),
        ("pairs.csv", "LI4,LR3,four-gates", "LI4,LR99,four-gates", "there is no point LR99"),
        ("pairs.csv", "LI4,LR3,four-gates", "LI4,LI4,four-gates", "A pair is of two points"),
        ("pairs.csv", "LI4,LR3,four-gates", "LI4,LR3,friends", "kind: Value 'friends'"),
        ("cautions.csv", "LI4,pregnancy:avoid-named", "LI4,pregnancy:never", "kind: Value"),
        ("cautions.csv", '"press,needle"', '"press,hammer"', "“hammer” is not press"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_written(db, tmp_path, name, old, new, fault):
    for file in FILES:
        shutil.copy(DATA / file, tmp_path)
    text = (tmp_path / name).read_text()
    row = next(n for n, line in enumerate(text.splitlines(), 1) if changed(line, old, new, name))
    lines = text.splitlines()
    lines[row - 1] = lines[row - 1].replace(old, new)
    (tmp_path / name).write_text("\n".join(lines))
    before, err = everything(), io.StringIO()
    with pytest.raises(CommandError, match="nothing was imported"):
        run(tmp_path, stderr=err)
    assert f"{name}, line {row}: " in err.getvalue()
    assert fault in err.getvalue()
    assert everything() == before


def changed(line, old, new, name):
    return old in line and (name != "points.csv" or line.startswith("BL40,"))


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "line 1: the columns are"),
        (b"code,meridian\nBL40,BL\n", "line 1: the columns are"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"\0", "line 1: "),
    ],
)
def test_what_is_no_list_of_points_is_refused(db, tmp_path, content, fault):
    path = tmp_path / "points.csv"
    path.write_bytes(content)
    err = io.StringIO()
    with pytest.raises(CommandError):
        run(path, stderr=err)
    assert fault in err.getvalue()
    with pytest.raises(CommandError, match="cannot be read"):
        run(tmp_path / "none.csv")


# --- Cautions are for good -------------------------------------------------------------------


def test_the_five_points_that_tradition_avoids_have_their_caution(atlas):
    found = StandardCaution.objects.filter(kind="pregnancy:avoid-named")
    assert sorted(found.values_list("point__code", flat=True)) == AVOIDED


def test_an_import_without_a_caution_leaves_it(atlas, tmp_path):
    for file in FILES:
        shutil.copy(DATA / file, tmp_path)
    rows = (DATA / "cautions.csv").read_text().splitlines()
    (tmp_path / "cautions.csv").write_text("\n".join(r for r in rows if "pregnancy" not in r))
    before = everything()
    run(tmp_path)
    assert everything() == before


ATTACKS = [
    "DELETE FROM acupoints_standardcaution",
    "DELETE FROM acupoints_standardpoint",
    "UPDATE acupoints_standardcaution SET kind = 'eye'",
    "UPDATE acupoints_standardcaution SET point_id = point_id + 1",
    "UPDATE acupoints_standardpoint SET code = 'LI99' WHERE code = 'LI4'",
    "UPDATE acupoints_standardpoint SET id = id + 10000 WHERE code = 'LI4'",
]
REPLACE = (
    '{} INTO acupoints_standardpoint (id, code, slug, meridian, number, "order", pinyin, '
    "traditional, simplified, english, other_codes, region) SELECT {}, code, slug, meridian, "
    'number, "order", pinyin, traditional, simplified, english, other_codes, region '
    "FROM acupoints_standardpoint WHERE code = 'LI4'"
)


def test_no_sql_takes_a_caution_from_its_point(atlas):
    verb = "INSERT OR REPLACE" if connection.vendor == "sqlite" else "INSERT"
    attacks = [*ATTACKS, REPLACE.format(verb, "id"), REPLACE.format(verb, "99999")]
    before = everything()
    for statement in attacks:
        with pytest.raises(DatabaseError), transaction.atomic():
            sql(statement)
    assert everything() == before


def test_the_orm_takes_no_caution_away(atlas):
    caution = StandardCaution.objects.first()
    for attempt in (caution.delete, caution.save, StandardCaution.objects.all().delete):
        with pytest.raises(InsertOnlyError):
            attempt()
    with pytest.raises(DatabaseError), transaction.atomic():
        StandardPoint.objects.all().delete()


def test_verify_names_a_caution_that_went_while_the_triggers_were_off(atlas):
    assert verify()[0] == 0
    with triggers.lifted(connection):
        sql("DELETE FROM acupoints_standardcaution WHERE kind = 'pregnancy:avoid-named'")
    code, said = verify()
    assert code == 1
    assert all(f"acupoint {code}: A caution is missing" in said for code in AVOIDED)
