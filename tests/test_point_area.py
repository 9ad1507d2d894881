"""The area that a point's signed text marks on a drawing of the body."""

import pytest
from lxml import html

from acupoints import body
from acupoints.models import AcupointRevision, StandardPoint
from editorial.errors import Refused, Unchanged
from tests import factories as f

pytestmark = [pytest.mark.django_db, pytest.mark.once]

HOLLOW = "Drawing of the body, marked: Hollow of the knee"


def drawings(client, path, within="//*[@data-signed]"):
    page = html.fromstring(client.get(path).content)
    images = page.xpath(f"{within}//img[starts-with(@src, '/body/')]")
    return [(image.get("src"), image.get("alt")) for image in images]


def head(content):
    return content.head.typed


# --- Which area it is ------------------------------------------------------------------------


def test_a_new_point_takes_the_area_of_the_nomenclature():
    f.standard_point("BL40", region="knee-back-outer;knee-back")
    assert head(f.point("BL40")).area == "knee-back"


def test_an_area_that_the_editor_chose_stays():
    f.standard_point("BL40")
    assert head(f.point("BL40", area="calf")).area == "calf"


def test_without_the_nomenclature_there_is_no_area_and_no_words_for_one(client):
    content = f.publish(f.point("BL40"))
    assert (head(content).area, head(content).area_alt) == ("", "")
    assert drawings(client, "/acupoints/bl-40/") == []


def test_an_area_taken_out_is_not_put_back():
    f.standard_point("BL40")
    content = f.point("BL40")
    f.revise(content, area="")
    content.refresh_from_db()
    assert (head(content).area, head(content).area_alt) == ("", "")


def test_another_area_changes_the_words_for_it():
    f.standard_point("BL40")
    content = f.point("BL40")
    assert head(content).area_alt == HOLLOW
    f.revise(content, area="calf", area_alt=HOLLOW)
    content.refresh_from_db()
    assert head(content).area_alt == "Drawing of the body, marked: Calf"


@pytest.mark.parametrize("area", ["moon", "knee-back-outer", "../x", "KNEE-BACK"])
def test_an_area_that_no_drawing_has_is_refused(area):
    with pytest.raises(Refused, match=f"no area “{area}”"):
        f.point("BL40", area=area)
    assert not AcupointRevision.objects.exists()


def test_every_area_has_words_in_the_language_of_the_text():
    for area in body.AREAS.values():
        assert body.told(area.slug, "en") == f"Drawing of the body, marked: {area.label}"


# --- What is signed ----------------------------------------------------------------------------


def test_a_changed_area_is_a_change_of_signed_words(client):
    f.standard_point("BL40")
    content = f.publish(f.point("BL40"))
    f.revise(content, area="calf")
    assert drawings(client, "/acupoints/bl-40/") == [("/body/knee-back.svg", HOLLOW)]
    content.refresh_from_db()
    assert content.head_id != content.live_id


def test_another_region_in_the_nomenclature_changes_no_signed_drawing(client):
    f.standard_point("BL40")
    f.publish(f.point("BL40"))
    StandardPoint.objects.filter(code="BL40").update(region="toes")
    assert drawings(client, "/acupoints/bl-40/") == [("/body/knee-back.svg", HOLLOW)]


def test_a_text_of_the_first_format_stays_without_when_nothing_changes():
    with f.in_format(AcupointRevision, 1):
        content = f.publish(f.point("BL40"))
    f.standard_point("BL40")
    with pytest.raises(Unchanged):
        f.revise(content)
    content.refresh_from_db()
    assert "area" not in str(bytes(content.live.seal.canonical))


def test_other_words_for_an_area_alone_change_no_text(monkeypatch):
    f.standard_point("BL40")
    content = f.publish(f.point("BL40"))
    monkeypatch.setattr(body, "told", lambda slug, locale: "Told in other words")
    with pytest.raises(Unchanged):
        f.revise(content)
    f.revise(content, area="calf")
    content.refresh_from_db()
    assert head(content).area_alt == "Told in other words"


# --- Where it is shown -------------------------------------------------------------------------


def test_a_page_shows_the_drawing_once(client):
    f.standard_point("BL40")
    f.publish(f.point("BL40"))
    assert len(drawings(client, "/acupoints/bl-40/", within="")) == 1


def test_the_drawing_of_an_unsigned_text_is_that_of_the_nomenclature(client):
    with f.in_format(AcupointRevision, 1):
        f.publish(f.point("BL40"))
    f.standard_point("BL40")
    assert drawings(client, "/acupoints/bl-40/") == []
    assert drawings(client, "/acupoints/bl-40/", within="") == [("/body/knee-back.svg", HOLLOW)]


def test_an_embed_shows_the_pinned_drawing_whatever_the_point_says_later(client):
    f.standard_point("BL40")
    point = f.publish(f.point("BL40"))
    f.publish(f.article(slug="knees", body=f.embed("BL40")))
    f.revise(point, area="calf")
    f.publish(point)
    assert drawings(client, "/acupoints/bl-40/")[0][0] == "/body/calf.svg"
    pinned = "//*[@data-signed]//*[@data-acupoint='BL40']"
    assert drawings(client, "/articles/knees/", pinned) == [("/body/knee-back.svg", HOLLOW)]


def test_points_without_a_drawing_of_their_own_stand_beside_the_article(client):
    f.standard_point("BL40")
    f.standard_point("LI4", region="hand-back")
    with f.in_format(AcupointRevision, 1):
        f.publish(f.point("LI4"))
    f.publish(f.point("BL40"))
    f.publish(f.article(slug="knees", body=f.embed("BL40", "LI4")))
    beside = "//*[@data-unsigned]"
    assert [src for src, _alt in drawings(client, "/articles/knees/")] == ["/body/knee-back.svg"]
    assert [src for src, _alt in drawings(client, "/articles/knees/", beside)] == [
        "/body/hand-back.svg"
    ]


def test_a_card_under_a_complaint_shows_the_signed_drawing(client):
    f.standard_point("BL40", region="toes")
    f.publish(f.point("BL40", area="calf"))
    card = "//article[@data-acupoint='BL40']"
    assert [src for src, _alt in drawings(client, "/acupoints/for/knees/", card)] == [
        "/body/calf.svg"
    ]
