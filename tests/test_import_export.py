"""Lists of the nomenclature in and out of the desk: what a preview shows is what an import does,
a bad row is named and nothing is written, and no list takes anything away."""

import copy
import csv
import datetime
import io
import re
import zipfile

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from lxml import html

from acupoints.forms import MOST_BYTES
from acupoints.importing import COLUMNS, import_points
from acupoints.lexicon import DATA
from acupoints.models import PointName, StandardCaution, StandardPoint
from acupoints.resources import MOST_ROWS
from editorial.models import Event
from tests import desk
from tests import factories as f
from tests.database import everything

pytestmark = pytest.mark.django_db

LISTS = ("points.csv", "names.csv", "cautions.csv", "pairs.csv")
IMPORT = "/admin/acupoints/standardpoint/import/"
CONFIRM = "/admin/acupoints/standardpoint/process_import/"
EXPORT = "/admin/acupoints/standardpoint/export/"
BL40 = "BL40,BL,40,Wěizhōng,委中,委中,Middle of the Crook,UB40; B40,knee-back"


@pytest.fixture(scope="module")
def loaded(written):
    return written(import_points)


@pytest.fixture
def atlas(loaded, db):
    return copy.deepcopy(loaded)


@pytest.fixture
def client():
    return logged_in("editor")


def logged_in(role):
    client = Client()
    client.force_login(f.user(role))
    return client


def text_of(name, *lines):
    return "\r\n".join([",".join(COLUMNS[name]), *lines])


def workbook(*rows):
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def upload(client, name, content, file_name="list.csv"):
    content = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile(file_name, content)
    return client.post(IMPORT, {"resource": LISTS.index(name), "import_file": file})


def confirm(client, preview, **changes):
    sent = desk.values(desk.forms(preview)[CONFIRM])
    return client.post(CONFIRM, sent | changes)


def brought_in(client, name, content, file_name="list.csv"):
    preview = upload(client, name, content, file_name)
    assert preview.status_code == 200, shown(preview)
    assert confirm(client, preview).status_code == 302


def shown(response):
    """The words of the page."""
    content = html.fromstring(response.content.decode()).get_element_by_id("content")
    return " ".join(content.text_content().split())


def exported(client, name, file_format=0, query=""):
    sent = {"resource": LISTS.index(name), "format": file_format}
    response = client.post(EXPORT + query, sent)
    assert response.status_code == 200
    return response


# --- Out and in again ------------------------------------------------------------------------


def cells(rows):
    """The rows without the spaces around what a cell has several of."""
    return sorted([re.sub(r"; *", ";", cell) for cell in row] for row in rows)


@pytest.mark.parametrize("name", LISTS)
def test_a_csv_that_goes_out_says_what_our_files_say(atlas, client, name):
    response = exported(client, name)
    assert f'filename="{name.removesuffix(".csv")}-' in response["Content-Disposition"]
    assert response.content.startswith(b"\xef\xbb\xbf")
    found = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    with (DATA / name).open(newline="") as file:
        ours = list(csv.reader(file))
    assert tuple(found[0]) == COLUMNS[name]
    assert cells(found) == cells(ours)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(("file_format", "file_name"), [(0, "list.csv"), (1, "list.xlsx")])
def test_what_goes_out_comes_in_again_and_changes_nothing(
    atlas, client, name, file_format, file_name
):
    file = exported(client, name, file_format).content
    before = everything()
    preview = upload(client, name, file, file_name)
    assert preview.status_code == 200
    assert "0 new, 0 changed" in shown(preview)
    assert CONFIRM not in desk.forms(preview), "there is nothing to confirm"
    assert everything() == before


def test_a_search_or_filter_limits_what_goes_out(atlas, client):
    for name in ("points.csv", "cautions.csv"):
        text = exported(client, name, query="?meridian__exact=KI").content.decode("utf-8-sig")
        codes = {row["code"] for row in csv.DictReader(io.StringIO(text))}
        assert codes
        assert all(code.startswith("KI") for code in codes)


def test_no_cell_that_goes_out_is_a_formula_and_it_comes_in_as_it_was(atlas, client):
    point = StandardPoint.objects.get(code="BL40")
    evil = ["=Gate+1", "+Gate", "-Gate", "@SUM(A1)", "'quoted"]
    for name in evil:
        PointName.objects.create(point=point, name=name, kind="english")
    file = exported(client, "names.csv").content
    cells = [row[0] for row in csv.reader(io.StringIO(file.decode("utf-8-sig")))]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert {"'=Gate+1", "'+Gate", "'-Gate", "'@SUM(A1)", "'quoted"} <= set(cells)
    assert "0 new, 0 changed" in shown(upload(client, "names.csv", file))


# --- A preview and its import ----------------------------------------------------------------


def test_a_preview_writes_nothing_and_shows_what_would_change(atlas, client):
    before = everything()
    preview = upload(client, "points.csv", text_of("points.csv", BL40))
    assert "0 new, 1 changed, 0 as they are" in shown(preview)
    (row,) = html.fromstring(preview.content.decode()).xpath("//tbody/tr")
    assert row.xpath("string(th)") == "BL40 Wěizhōng"
    assert "english “Bend Centre" in row.xpath("string(td)")
    assert "is “Middle of the Crook”" in row.xpath("string(td)")
    assert everything() == before


@pytest.mark.parametrize("file_name", ["list.csv", "LIST.XLSX"])
def test_a_confirmed_list_changes_and_adds_and_leaves_the_rest(atlas, client, file_name):
    before = dict(StandardPoint.objects.exclude(code="BL40").values_list("code", "english"))
    new = "X-SAMPLE,X,,Wěizhōng,委中,委中,Sample Point,,knee-back"
    text = text_of("points.csv", BL40, new)
    content = text
    if file_name.endswith("XLSX"):
        rows = list(csv.reader(io.StringIO(text)))
        rows[1][2] = 40  # as a spreadsheet has it
        content = workbook(*rows)
    brought_in(client, "points.csv", content, file_name)
    point = StandardPoint.objects.get(code="BL40")
    assert (point.english, point.other_codes) == ("Middle of the Crook", "UB40; B40")
    added = StandardPoint.objects.get(code="X-SAMPLE")
    added.full_clean()
    after = dict(StandardPoint.objects.exclude(code="BL40").values_list("code", "english"))
    assert after == before | {"X-SAMPLE": "Sample Point"}


def test_an_import_is_one_line_of_the_log_with_what_changed(atlas, client):
    brought_in(client, "points.csv", text_of("points.csv", BL40))
    line = Event.objects.get(move="nomenclature_imported", actor__isnull=False)
    assert line.actor.username.startswith("editor")
    assert line.data == {"list": "points.csv", "added": [], "changed": ["BL40 Wěizhōng"]}


def test_names_are_added_and_none_is_removed(atlas, client):
    count = PointName.objects.count()
    brought_in(client, "names.csv", text_of("names.csv", "Knee Hollow,BL40,english"))
    assert PointName.objects.filter(point__code="BL40", name="Knee Hollow").exists()
    assert PointName.objects.count() == count + 1


def test_what_changed_since_the_preview_is_not_imported(atlas, client):
    preview = upload(client, "points.csv", text_of("points.csv", BL40))
    StandardPoint.objects.filter(code="BL40").update(english="Somebody else was faster")
    before = everything()
    response = confirm(client, preview)
    assert response.status_code == 409
    assert "has changed since the preview" in shown(response)
    assert everything() == before


def test_a_confirmation_holds_for_the_file_that_was_uploaded_alone(atlas, client):
    preview = upload(client, "points.csv", text_of("points.csv", BL40))
    before = everything()
    sent = desk.values(desk.forms(preview)[CONFIRM])
    for changes in (
        {"import_file_name": sent["import_file_name"][:-1] + "_"},
        {"import_file_name": "../../etc/passwd"},
        {"import_file_name": ""},
        {"resource": "-1"},
        {"promised": ""},
    ):
        assert client.post(CONFIRM, sent | changes).status_code == 422, changes
    for changes in ({"promised": "0" * 64}, {"resource": "1"}):
        assert client.post(CONFIRM, sent | changes).status_code == 409, changes
    assert client.post(CONFIRM).status_code == 422
    assert everything() == before


@pytest.mark.parametrize("told", ["", "0", "1", "7", "x"])
@pytest.mark.parametrize("file_name", ["list.csv", "list.xlsx"])
def test_a_confirmation_is_read_as_what_it_is(atlas, client, file_name, told):
    text = text_of("points.csv", BL40)
    rows = list(csv.reader(io.StringIO(text)))
    content = workbook(*rows) if file_name.endswith("xlsx") else text
    preview = upload(client, "points.csv", content, file_name)
    assert confirm(client, preview, format=told).status_code == 302
    assert StandardPoint.objects.get(code="BL40").english == "Middle of the Crook"


def test_a_preview_that_is_an_hour_old_is_confirmed_no_more(atlas, client):
    preview = upload(client, "points.csv", text_of("points.csv", BL40))
    with time_machine.travel(f.now() + datetime.timedelta(minutes=61)):
        response = confirm(client, preview)
    assert response.status_code == 422
    assert "too old" in shown(response)


# --- Bad rows and bad files ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "row", "fault"),
    [
        (
            "points.csv",
            BL40.replace("委中,委中", "委中,"),
            "simplified: This field cannot be blank",
        ),
        ("points.csv", BL40.replace("Wěizhōng", "Weizhong"), "pinyin: Pinyin has its tones"),
        ("points.csv", BL40.replace(",40,", ",41,"), "does not have this meridian and number"),
        ("points.csv", BL40.replace(",40,", ",4.5,"), "the number is no number"),
        ("points.csv", BL40.replace("knee-back", "knee"), "There is no region “knee”"),
        ("points.csv", f"{BL40},more", "too many or too few columns"),
        ("points.csv", "BL40,BL", "too many or too few columns"),
        ("points.csv", BL40.replace("委中", "<b>"), "Only Chinese characters"),
        ("names.csv", "Knee Hollow,BL99,english", "there is no point BL99"),
        ("pairs.csv", "LI4,LR99,vessels", "there is no point LR99"),
        ("pairs.csv", "LI4,LR3,friends", "kind: Value 'friends'"),
        ("pairs.csv", "LI4,LI4,vessels", "A pair is of two points"),
        ("names.csv", "Knee Hollow,BL40,elvish", "kind: Value 'elvish'"),
        ("cautions.csv", 'LI4,pregnancy:never,"press,needle",No,No', "kind: Value"),
        ("cautions.csv", 'LI4,eye,"press,hammer",No,No', "“hammer” is not press"),
    ],
)
def test_a_bad_row_is_named_with_its_fault_and_nothing_is_written(atlas, client, name, row, fault):
    good = {
        "points.csv": BL40.replace("40", "39"),
        "names.csv": "Knee Hollow,BL40,english",
        "cautions.csv": "LI4,eye,press,A note,A basis",
        "pairs.csv": "LI4,ST36,vessels",
    }[name]
    before = everything()
    response = upload(client, name, text_of(name, good, row))
    assert response.status_code == 422
    table = html.fromstring(response.content.decode()).xpath("//tbody/tr")
    assert [tr.xpath("string(th)") for tr in table] == ["3"], "the row as a spreadsheet counts it"
    assert fault in table[0].xpath("string(td)")
    assert CONFIRM not in desk.forms(response)
    assert everything() == before


def test_all_bad_rows_are_told_at_once_and_a_row_may_not_stand_twice(atlas, client):
    rows = [BL40, BL40, BL40.replace("Wěizhōng", "Weizhong"), BL40]
    response = upload(client, "points.csv", text_of("points.csv", *rows))
    table = html.fromstring(response.content.decode()).xpath("//tbody/tr")
    assert [tr.xpath("string(th)") for tr in table] == ["3", "4", "5"]
    assert "the same stands in row 2." in table[0].xpath("string(td)")


def test_a_row_that_the_database_refuses_is_named(atlas, client, monkeypatch):
    def refuse(self, **kwargs):
        raise DatabaseError("no")

    monkeypatch.setattr(StandardPoint, "save", refuse)
    before = everything()
    response = upload(client, "points.csv", text_of("points.csv", BL40))
    assert response.status_code == 422
    assert "The database refuses this row." in shown(response)
    assert everything() == before


def bomb():
    """A sheet that says it is enormous."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b" " * 30_000_000)
    return file.getvalue()


def far_away():
    book, file = openpyxl.Workbook(), io.BytesIO()
    book.active["A1"] = "code"
    book.active["XFD1048576"] = "here"
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("file_name", "content", "fault"),
    [
        ("list.csv", text_of("names.csv", "a,b,c"), "The columns are code,meridian,number"),
        (
            "list.csv",
            text_of("points.csv", BL40).replace("code", "code,code", 1),
            "The columns are",
        ),
        ("list.csv", b"\xff\xfe\x00", "cannot be read as a list"),
        ("list.csv", b'code,"', "cannot be read as a list"),
        ("list.csv", b"\n\n", "cannot be read as a list"),
        ("list.csv", b"", "empty"),
        ("list.csv", text_of("points.csv"), "No valid data to import"),
        ("list.csv", text_of("points.csv", *[BL40] * (MOST_ROWS + 1)), "cannot be read as a list"),
        ("list.csv", b"x" * (MOST_BYTES + 1), "too large"),
        ("list.xlsx", b"code,meridian", "This is not an XLSX file"),
        ("list.xlsx", bomb(), "too large"),
        ("list.xlsx", far_away(), "No valid data to import"),
        ("list.xlsx", workbook(["code"], ["BL40"]), "The columns are code,meridian,number"),
        ("list.xlsx", workbook(), "cannot be read as a list"),
        ("list.ods", b"code", "Only files that end in .csv or .xlsx"),
    ],
)
def test_what_is_no_list_of_points_is_refused_with_a_sentence(
    atlas, client, file_name, content, fault
):
    before = everything()
    response = upload(client, "points.csv", content, file_name)
    assert response.status_code == 422
    assert fault in shown(response)
    assert everything() == before


# --- Cautions are for good -------------------------------------------------------------------


def test_a_list_without_the_cautions_for_pregnancy_leaves_them(atlas, client):
    rows = (DATA / "cautions.csv").read_text().splitlines()
    few = "\n".join(row for row in rows if "pregnancy" not in row)
    before = everything()
    assert "0 new, 0 changed" in shown(upload(client, "cautions.csv", few))
    assert everything() == before


@pytest.mark.parametrize("column", ["delete", "DELETE", "id"])
@pytest.mark.parametrize("name", ["cautions.csv", "points.csv"])
def test_a_column_that_says_delete_deletes_nothing(atlas, client, name, column):
    header, *rows = (DATA / name).read_text().splitlines()
    text = "\n".join([f"{header},{column}", *[f"{row},1" for row in rows]])
    before = everything()
    response = upload(client, name, text)
    assert response.status_code == 422
    assert "The columns are" in shown(response)
    assert everything() == before


def test_a_caution_in_other_words_stands_beside_the_one_that_was_there(atlas, client):
    count = StandardCaution.objects.count()
    row = 'LI4,pregnancy:avoid-named,"press,needle",In other words,a book'
    brought_in(client, "cautions.csv", text_of("cautions.csv", row))
    assert StandardCaution.objects.filter(point__code="LI4", note="In other words").exists()
    assert StandardCaution.objects.count() == count + 1
    assert StandardCaution.objects.for_pregnancy().filter(point__code="LI4").count() == 2


def test_the_page_of_a_point_takes_no_caution_and_no_code_away(atlas, client):
    point = StandardPoint.objects.get(code="LI4")
    address = reverse("admin:acupoints_standardpoint_change", args=[point.pk])
    sent = desk.values(desk.forms(client.get(address))["standardpoint_form"])
    cautions = list(StandardCaution.objects.values())
    keys = list(point.cautions.values_list("pk", flat=True))
    attack = {"code": "LI99", "meridian": "GB", "number": "1", "english": "Joined Valley"}
    for place, key in enumerate(keys):
        attack |= {f"cautions-{place}-id": key, f"cautions-{place}-DELETE": "on"}
    attack |= {"cautions-INITIAL_FORMS": len(keys), "cautions-TOTAL_FORMS": len(keys)}
    assert client.post(address, sent | attack).status_code == 302
    point.refresh_from_db()
    assert (point.code, point.meridian, point.number) == ("LI4", "LI", 4)
    assert point.english == "Joined Valley"
    assert list(StandardCaution.objects.values()) == cautions
    line = Event.objects.get(move="nomenclature_changed")
    assert line.data == {"point": "LI4", "changes": [{"changed": {"fields": ["English names"]}}]}


def test_nobody_deletes_a_point_at_the_desk(atlas):
    superuser = logged_in("superuser")
    point = StandardPoint.objects.get(code="BL40")
    address = reverse("admin:acupoints_standardpoint_delete", args=[point.pk])
    assert superuser.post(address, {"post": "yes"}).status_code == 403
    listed = reverse("admin:acupoints_standardpoint_changelist")
    sent = {"action": "delete_selected", "_selected_action": [point.pk], "post": "yes"}
    superuser.post(listed, sent)
    assert StandardPoint.objects.filter(code="BL40").exists()


# --- Who may ---------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["writer", "reviewer", None])
def test_whoever_does_not_keep_the_nomenclature_neither_sees_nor_imports_it(atlas, role):
    stranger = logged_in(role)
    for address in (IMPORT, EXPORT, "/admin/acupoints/standardpoint/"):
        assert stranger.get(address).status_code == 403
    preview = upload(logged_in("administrator"), "points.csv", text_of("points.csv", BL40))
    before = everything()
    assert confirm(stranger, preview).status_code == 403
    assert upload(stranger, "points.csv", text_of("points.csv", BL40)).status_code == 403
    assert everything() == before


# --- A release after the desk ----------------------------------------------------------------


def test_a_server_that_starts_leaves_what_was_changed_at_the_desk(atlas, client):
    brought_in(client, "points.csv", text_of("points.csv", BL40))
    brought_in(client, "names.csv", text_of("names.csv", "Knee Hollow,BL40,english"))
    PointName.objects.filter(name="Third Eye").delete()
    before = everything()
    import_points(keep=True)
    assert everything() == before


def test_a_server_that_starts_adds_what_a_release_has_new(atlas):
    StandardPoint.objects.filter(code="BL40").update(english="As an editor has it")
    new = StandardPoint.objects.exclude(names=None).filter(cautions=None).first()
    names = set(new.names.values_list("name", flat=True))
    new.delete()
    import_points(keep=True)
    added = StandardPoint.objects.get(code=new.code)
    assert set(added.names.values_list("name", flat=True)) == names
    assert StandardPoint.objects.get(code="BL40").english == "As an editor has it"
