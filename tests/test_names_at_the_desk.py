"""What an editor calls a point is what readers find it by, at once and in every process; and no
name takes the place of a code."""

import copy
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import html

from acupoints import nomenclature
from acupoints.importing import COLUMNS, import_points
from acupoints.lexicon import read_entries
from acupoints.models import PointName, StandardPoint
from acupoints.names import Names
from acupoints.resolver import Point, Question, Resolver, label
from editorial.models import Event
from tests import desk
from tests import factories as f
from tests.test_import_export import brought_in, logged_in, shown, text_of, upload

pytestmark = [pytest.mark.django_db, pytest.mark.once]

FILES = read_entries()
BY_CODE = {entry.code: entry for entry in FILES}


@pytest.fixture(scope="module")
def loaded(written):
    return written(import_points)


@pytest.fixture
def atlas(loaded, db):
    return copy.deepcopy(loaded)


@pytest.fixture
def editor():
    return logged_in("editor")


def save(client, code, **changes):
    """The answer to a point's form, sent with these changes."""
    point = StandardPoint.objects.get(code=code)
    address = reverse("admin:acupoints_standardpoint_change", args=[point.pk])
    sent = desk.values(desk.forms(client.get(address))["standardpoint_form"])
    return client.post(address, sent | changes)


def add_name(client, code, name, kind="english"):
    place = StandardPoint.objects.get(code=code).names.count()
    row = {"id": "", "name": name, "kind": kind}
    sent = {f"names-{place}-{field}": value for field, value in row.items()}
    return save(client, code, **sent, **{"names-TOTAL_FORMS": place + 1})


def faults(response):
    tree = html.fromstring(response.content.decode())
    return " ".join(tree.xpath("//ul[contains(@class, 'errorlist')]//text()"))


def leads_to(words):
    """The code that the address of a spelling redirects to, or the answer's status."""
    response = Client().get(f"/acupoints/{words}/")
    return response["Location"] if response.status_code == 301 else response.status_code


def offers(path, words):
    return Client().get(path, {"q": words}).content.decode()


def resolve(words):
    return nomenclature.current().resolve(words)


# --- Database and files ------------------------------------------------------------------------


def test_after_an_import_the_database_says_what_the_files_say(atlas):
    assert nomenclature.stored_entries() == FILES


def test_an_import_over_other_names_says_what_the_files_say(atlas):
    PointName.objects.filter(point__code="EX-HN3").delete()
    PointName.objects.create(point_id=StandardPoint.objects.first().pk, name="Gone", kind="set")
    StandardPoint.objects.filter(code="BL40").update(pinyin="Wéizhōng")
    import_points()
    assert nomenclature.stored_entries() == FILES


def test_before_an_import_the_files_answer(db):
    assert nomenclature.current().entries == FILES
    assert resolve("UB40").code == "BL40"


# --- Changes at the desk -----------------------------------------------------------------------


def test_a_name_added_in_the_form_is_found_everywhere(atlas, editor):
    assert leads_to("Knee Lagoon") == 404
    assert add_name(editor, "BL40", "Knee Lagoon").status_code == 302
    assert leads_to("Knee Lagoon") == leads_to("knee-lagoon") == "/acupoints/bl-40/"
    assert leads_to("knee lagoom") == 404
    for words in ("Knee Lagoon", "lagoo", "knee lagoom"):
        assert "/acupoints/bl-40/" in offers("/search/", words)
        assert "/acupoints/bl-40/" in offers("/search/suggest/", words)
    assert "/acupoints/bl-40/" in offers("/acupoints/", "knee lagoom")


def test_a_name_of_two_points_is_a_choice(atlas, editor):
    add_name(editor, "BL40", "Knee Lagoon")
    add_name(editor, "ST36", "Knee Lagoon")
    assert leads_to("Knee Lagoon") == 300


def test_names_of_a_list_are_found(atlas, editor):
    brought_in(editor, "names.csv", text_of("names.csv", "Knee Lagoon,BL40,english"))
    assert leads_to("Knee Lagoon") == "/acupoints/bl-40/"


def test_what_a_point_is_called_now_is_found_and_what_it_was_called_is_not(atlas, editor):
    assert leads_to("weizhong") == "/acupoints/bl-40/"
    assert save(editor, "BL40", pinyin="Quèzhǐ", english="A;B Lagoon ;").status_code == 302
    assert leads_to("quezhi") == leads_to("b lagoon") == "/acupoints/bl-40/"
    assert leads_to("weizhong") == 404
    assert StandardPoint.objects.get(code="BL40").english == "A; B Lagoon"


def test_a_name_deleted_in_the_form_is_no_longer_found(atlas, editor):
    add_name(editor, "BL40", "Knee Lagoon")
    assert leads_to("Knee Lagoon") == "/acupoints/bl-40/"
    names = StandardPoint.objects.get(code="BL40").names.all()
    place = [one.name for one in names].index("Knee Lagoon")
    assert save(editor, "BL40", **{f"names-{place}-DELETE": "on"}).status_code == 302
    assert not PointName.objects.filter(name="Knee Lagoon").exists()
    assert leads_to("Knee Lagoon") == 404


def test_every_change_of_names_is_a_line_of_the_log(atlas, editor):
    changes = (
        lambda: add_name(editor, "BL40", "Knee Lagoon"),
        lambda: save(editor, "BL40", **{"names-0-DELETE": "on"}),
        lambda: save(editor, "BL40", other_codes="V40"),
        lambda: brought_in(editor, "names.csv", text_of("names.csv", "Lagoon,BL40,english")),
        lambda: call_command("import_acupoints", verbosity=0),
    )
    for change in changes:
        before = Event.objects.count()
        change()
        assert Event.objects.count() > before
    before = Event.objects.count()
    call_command("import_acupoints", verbosity=0)
    assert Event.objects.count() == before


# --- Processes, transactions, queries -----------------------------------------------------------


def test_a_change_that_was_rolled_back_is_not_seen(atlas, editor):
    with transaction.atomic():
        add_name(editor, "BL40", "Knee Lagoon")
        assert leads_to("Knee Lagoon") == "/acupoints/bl-40/"
        transaction.set_rollback(True)
    assert leads_to("Knee Lagoon") == 404
    add_name(editor, "ST36", "Knee Lagoon")
    assert leads_to("Knee Lagoon") == "/acupoints/st-36/"


def test_another_process_sees_it_at_its_next_request(atlas, editor):
    resolve("BL40")
    theirs = nomenclature._kept
    add_name(editor, "BL40", "Knee Lagoon")
    assert resolve("Knee Lagoon") == Point("BL40")
    nomenclature._kept = theirs  # the other one has not asked since
    assert leads_to("Knee Lagoon") == "/acupoints/bl-40/"


def test_a_lookup_asks_once_and_a_line_about_something_else_builds_nothing(atlas, editor):
    before = nomenclature.current()
    with CaptureQueriesContext(connection) as queries:
        assert nomenclature.current() is before
    assert len(queries) == 1
    f.publish(f.article())
    with CaptureQueriesContext(connection) as queries:
        after = nomenclature.current()
    assert len(queries) == 2
    assert after.resolver is before.resolver
    assert after.names is before.names


def test_the_command_tries_the_names_of_the_database(atlas, editor, tmp_path, capsys):
    add_name(editor, "BL40", "Knee Lagoon")
    path = tmp_path / "mine.csv"
    path.write_text("typed,expected_code\nKnee Lagoon,BL40\n")
    call_command("resolve_points", str(path))
    assert capsys.readouterr() == ("1 right, 0 wrong, 0 differing\n", "")


NO_SERVER = "postgres://x:x@127.0.0.1:1/x"  # it is waited for half a minute


@pytest.mark.once
@pytest.mark.parametrize(
    "address", ["sqlite:///{}/none.sqlite3", pytest.param(NO_SERVER, marks=pytest.mark.slow)]
)
def test_the_command_needs_no_tables_and_no_server(tmp_path, address):
    path = tmp_path / "mine.csv"
    path.write_text("typed,expected_code\nUB40,BL40\n")
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": address.format(tmp_path),
        "DEBUG": "1",
        "ENV_FILE": "",
        "SITE_URL": "http://localhost",
        "SECRET_KEY": "resolve points without any table",
        "SIGNING_KEY": "resolve points with another one!",
    }
    command = [sys.executable, "manage.py", "resolve_points", str(path)]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.stdout == "1 right, 0 wrong, 0 differing\n", run.stderr
    assert run.returncode == 0
    assert run.stderr.endswith("The names are those of the project's files.\n")


# --- Names that are none -----------------------------------------------------------------------

NO_LETTERS = ["!?" * 40, "…", "\u202e\u200b", "🙂"]
CODES = [
    "BL40",
    "ub 40",
    "Blase 40",
    "BL forty",
    "bladder IV",
    "膀胱四十",
    "40 BL",
    "BL40 Weizhong",
]
CODES += ["GV29", "M-HN-3", "X-Bizhong", "BL", "L", "kidney", "40", "forty", "四十", "IV", "point"]
CODES += ["the", "xue", "穴", "ear", "BL 0040", "ＢＬ４０", "3E"]


@pytest.mark.parametrize("name", NO_LETTERS)
def test_a_name_without_letters_is_refused(name):
    with pytest.raises(ValidationError, match="has no letters"):
        PointName(name=name, kind="english").clean()


@pytest.mark.parametrize("name", CODES)
def test_a_name_that_reads_as_a_code_is_refused(name):
    with pytest.raises(ValidationError, match="read as a code"):
        PointName(name=name, kind="english").clean()


@pytest.mark.parametrize("name", ["He\u200bgu", "\u202eugeH", "He\u0000gu"])
def test_a_name_with_something_unseen_is_refused(name):
    with pytest.raises(ValidationError, match="cannot be seen"):
        PointName(name=name, kind="english").clean()


@pytest.mark.parametrize("name", ["Gallbladder Hollow", "Xī", "Four Gates", "三里", "x" * 80])
def test_a_name_of_letters_is_taken(name):
    PointName(name=name, kind="english").clean()


def test_form_and_list_refuse_with_the_same_sentence(atlas, editor):
    sentence = "“UB40” is read as a code or a part of one: it cannot be a name."
    assert sentence in faults(add_name(editor, "ST36", "UB40"))
    file = text_of("names.csv", "UB40,ST36,english")
    assert sentence in shown(upload(editor, "names.csv", file))
    assert not PointName.objects.filter(name="UB40").exists()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("english", "Leg Three Miles; BL40", "“BL40” is read as a code"),
        ("english", " ; ;", "has no letters"),
        ("pinyin", "Zúsānlǐ BL40", "is read as a code"),
        ("other_codes", "BL40", "“BL40” is the code of BL40 Wěizhōng."),
        ("other_codes", "S36; UB 40", "“UB 40” is the code of BL40 Wěizhōng."),
        ("other_codes", "12", "“12” is no code"),
        ("other_codes", "ear 3", "“ear 3” is no code"),
        ("other_codes", "---", "has no letters"),
    ],
)
def test_a_point_takes_no_code_of_another(atlas, editor, field, value, sentence):
    response = save(editor, "ST36", **{field: value})
    assert response.status_code == 200
    assert sentence in faults(response)


def test_no_row_of_the_database_breaks_the_index_or_shadows_a_code():
    """The form refuses them; a row may come from elsewhere."""
    silly = [
        *NO_LETTERS,
        *CODES,
        "He\u200bgu",
        "",
        " ",
        "3",
        "v",
        "%s {0}",
        "ß",
        "\ud800",
        "a" * 80,
    ]
    codes = ["BL40", "UB41", "---", "", "12", "ear 3", "point 5", "one 5", "C4", "GV029", "Quchi 5"]
    st36 = replace(
        BY_CODE["ST36"],
        english=tuple(silly),
        codes=tuple(codes),
        names=tuple((name, kind) for name in silly for kind in ("pinyin", "english", "set")),
        traditional="三四委",  # a slip: these are no pairs
        simplified="五六合",
    )
    entries = [st36 if entry.code == "ST36" else entry for entry in FILES]
    resolver = Resolver(entries)
    Names(resolver.lexicon).holding(["bl40"])
    for code in BY_CODE:
        assert resolver.resolve(code) == Point(code)
    typed = ("ub 40", "Blase 40", "BL forty", "膀胱四十", "bladder 40 point", "40 BL", "BL四十")
    assert {label(resolver.resolve(text)) for text in typed} == {"BL40"}
    assert label(resolver.resolve("bladder IV")) == "BL4"
    assert label(resolver.resolve("quchi")) == "LI11"
    assert label(resolver.resolve("C4")) == label(Resolver(FILES).resolve("C4"))
    assert resolver.resolve("GV29").codes == ("ST36", "EX-HN3")
    for text in (*NO_LETTERS, "point", "xue"):
        assert not isinstance(resolver.resolve(text), Point | Question), text


def test_a_long_name_and_one_in_full_width_are_found():
    long = "a lagoon " * 9
    names = ((long, "english"), ("ＬＡＧＯＯＮ", "english"))
    entries = [replace(BY_CODE["BL40"], names=names)]
    resolver = Resolver(entries)
    assert resolver.resolve(long) == resolver.resolve(long.upper())
    assert label(resolver.resolve(long)) == label(resolver.resolve("lagoon")) == "BL40"


def test_the_order_of_names_is_not_the_databases(atlas):
    point = StandardPoint.objects.get(code="BL40")
    for name in ("Zebra", "apple", "Äpple"):
        PointName.objects.create(point=point, name=name, kind="english")
    (found,) = [one for one in nomenclature.stored_entries() if one.code == "BL40"]
    assert [name for name, kind in found.names if kind == "english"][-3:] == [
        "Zebra",
        "apple",
        "Äpple",
    ]
    assert list(found.names) == sorted(found.names, key=lambda one: (one[1], one[0]))


def test_the_columns_of_the_files_are_read_from_the_database():
    assert {*nomenclature.SAME, *nomenclature.RENAMED} == {
        *COLUMNS["points.csv"],
        "alias",
        "kind",
    }
