"""Points that tradition names together: data of the nomenclature, beside the signed text."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from lxml import html

from acupoints.importing import DATA, import_points
from acupoints.models import PointPair, StandardPoint
from tests import factories as f

pytestmark = pytest.mark.django_db


def paired(client, path):
    """[(code, how)] on a page."""
    page = html.fromstring(client.get(path).content)
    return [
        (item.xpath("string(.//*[@class='code'])"), item.xpath("string(.//*[@class='label'])"))
        for item in page.xpath("//section[@class='pairs']//li")
    ]


@pytest.fixture
def gates():
    points = [f.standard_point("LI4"), f.standard_point("LR3"), f.standard_point("GB37")]
    PointPair.objects.create(first=points[0], second=points[1], kind="four-gates")
    PointPair.objects.create(first=points[1], second=points[2], kind="source-connecting")
    return points


def test_both_points_of_a_pair_name_the_other(client, gates):
    assert paired(client, "/acupoints/li-4/") == [("LR3", "The Four Gates, on both sides")]
    assert [code for code, _how in paired(client, "/acupoints/lr-3/")] == ["LI4", "GB37"]


def test_a_pair_stands_outside_the_signed_text(client, gates):
    f.publish(f.point("LI4"))
    page = html.fromstring(client.get("/acupoints/li-4/").content)
    assert not page.xpath("//*[@data-signed]//section[@class='pairs']")
    assert page.xpath("//*[@data-unsigned]//section[@class='pairs']")


def test_a_pair_says_that_no_study_of_it_was_graded(client, gates):
    assert "No study that has been graded here" in client.get("/acupoints/li-4/").content.decode()


def test_a_point_in_no_pair_has_no_empty_list(client, gates):
    f.standard_point("ST36")
    assert b"Named together" not in client.get("/acupoints/st-36/").content


def test_a_cautioned_point_is_not_suggested_to_a_reader_who_is_pregnant(client, gates):
    f.standard_point("SP6", cautions=[("pregnancy:avoid-named", "Avoided")])
    sp6, li4 = (StandardPoint.objects.get(code=code) for code in ("SP6", "LI4"))
    PointPair.objects.create(first=sp6, second=li4, kind="vessels")
    assert len(paired(client, "/acupoints/li-4/")) == 2
    assert [code for code, _how in paired(client, "/pregnancy/acupoints/li-4/")] == ["LR3"]


def test_a_point_makes_no_pair_with_itself(gates):
    alone = PointPair(first=gates[0], second=gates[0], kind="vessels")
    with pytest.raises(ValidationError, match="A pair is of two points"):
        alone.full_clean()
    with pytest.raises(IntegrityError):
        alone.save()


def test_a_pair_stands_once(gates):
    with pytest.raises(IntegrityError):
        PointPair.objects.create(first=gates[0], second=gates[1], kind="four-gates")


def test_the_same_pair_turned_round_is_refused(gates):
    turned = PointPair(first=gates[1], second=gates[0], kind="four-gates")
    with pytest.raises(ValidationError, match="stands at the other point"):
        turned.full_clean()


# --- The list --------------------------------------------------------------------------------


def test_the_data_has_no_pair_twice_in_either_order():
    import_points()
    pairs = [
        frozenset(codes) for codes in PointPair.objects.values_list("first__code", "second__code")
    ]
    assert len(pairs) == 29 == len(set(pairs))


def test_paired_meridians_give_twelve_pairs_both_ways():
    import_points()
    found = PointPair.objects.filter(kind=PointPair.Kind.SOURCE)
    meridians = found.values_list("first__meridian", "second__meridian")
    assert len(meridians) == 12 == len({first for first, _second in meridians})
    assert {(first, second) for second, first in meridians} == set(meridians)


def test_back_points_lie_on_the_bladder_meridian():
    import_points()
    found = PointPair.objects.filter(kind=PointPair.Kind.BACK_FRONT)
    assert set(found.values_list("first__meridian", flat=True)) == {"BL"}
    assert found.count() == 12


def folder_with(tmp_path, *pairs):
    for file in DATA.glob("*.csv"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "pairs.csv").write_text("\n".join(["first,second,kind", *pairs]))
    return tmp_path


def test_an_import_follows_the_file_but_keeps_what_the_desk_has_where_told(tmp_path):
    import_points()
    short = folder_with(tmp_path, "LI4,LR3,four-gates")
    import_points(short, keep=True)
    assert PointPair.objects.count() == 29
    import_points(short)
    assert PointPair.objects.count() == 1


def test_a_house_that_had_the_points_before_gets_the_pairs():
    import_points()
    PointPair.objects.all().delete()
    import_points(keep=True)
    assert PointPair.objects.count() == 29


def test_a_folder_without_pairs_leaves_them(tmp_path):
    import_points()
    (folder_with(tmp_path) / "pairs.csv").unlink()
    import_points(tmp_path)
    assert PointPair.objects.count() == 29


def test_a_pair_turned_round_in_a_list_is_the_same_pair(tmp_path):
    import_points()
    rows = [f"{pair.second.code},{pair.first.code},{pair.kind}" for pair in PointPair.objects.all()]
    changes = import_points(folder_with(tmp_path, *rows))[-1]
    assert changes.counts() == {"added": 0, "changed": 0, "removed": 0, "unchanged": 29}
