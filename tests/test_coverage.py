"""The report on the texts of the acupoints: each point is counted once, as what readers have."""

import csv
import datetime
import io

import pytest
from django.test import Client
from lxml import html

from acupoints.coverage import reviewed, rows
from acupoints.importing import import_points
from editorial import reports
from tests import factories as f

pytestmark = [pytest.mark.django_db, pytest.mark.once]

KIDNEY, BLADDER, EXTRA = (
    "Kidney meridian",
    "Urinary Bladder meridian",
    "Extra points",
)


def counted(now=None):
    """{list: [points, reviewed, public without a badge, draft, missing]}"""
    return {name: counts for name, *counts in rows(now or f.now())}


@pytest.fixture
def points(db):
    """Three points of a meridian, one of another, and two extra ones."""
    for code in ("BL40", "BL57", "BL60", "KI1", "EX-HN3", "EX-B2"):
        f.standard_point(code)


def test_without_a_text_every_point_is_missing(points):
    assert counted() == {
        BLADDER: [3, 0, 0, 0, 3],
        KIDNEY: [1, 0, 0, 0, 1],
        EXTRA: [2, 0, 0, 0, 2],
        "All": [6, 0, 0, 0, 6],
    }
    assert list(counted()) == [BLADDER, KIDNEY, EXTRA, "All"]


def test_a_draft_a_reviewed_and_an_unreviewed_text_are_told_apart(points):
    f.point("BL40")
    f.publish(f.point("BL57"))
    f.move("emergency", f.point("KI1"), f.user("editor"), reason="It cannot wait.")
    found = counted()
    assert found[BLADDER] == [3, 1, 0, 1, 1]
    assert found[KIDNEY] == [1, 0, 1, 0, 0]
    assert found["All"] == [6, 1, 1, 1, 3]
    assert dict(reviewed(f.now())) == {BLADDER: 1, KIDNEY: 0, EXTRA: 0}


def test_a_new_draft_beside_a_public_text_counts_once(points):
    point = f.publish(f.point("BL57"))
    f.revise(point, location="Somewhere else.")
    assert counted()[BLADDER] == [3, 1, 0, 0, 2]


def test_a_text_whose_review_has_run_out_is_not_counted_as_reviewed(points):
    f.publish(f.point("BL57"))
    later = f.now() + datetime.timedelta(days=5 * 365)
    assert counted(later)[BLADDER] == [3, 0, 1, 0, 2]


def test_what_was_withdrawn_or_discarded_is_not_public(points):
    withdrawn = f.publish(f.point("BL57"))
    f.move("withdraw", withdrawn, f.user("editor"), reason="It was wrong.")
    writer = f.user("writer")
    f.move("put_away", f.point("BL60", by=writer), writer, reason="Not needed.")
    assert counted()[BLADDER] == [3, 0, 0, 1, 2]


def test_a_text_without_a_point_of_the_nomenclature_is_not_counted(points):
    f.point("BL66")
    assert counted()["All"] == [6, 0, 0, 0, 6]


def test_the_page_has_room_for_every_meridian(db):
    import_points()
    figures = reports.figures("coverage", f.now())
    assert len(figures.rows) == 14 + 1 + 1
    assert figures.rows[-1][:2] == ["All", 419]
    assert not figures.has_more


def test_the_reports_show_it_with_a_chart_and_as_a_file(points):
    f.publish(f.point("BL57"))
    client = Client()
    client.force_login(f.user("editor"))
    page = html.fromstring(client.get("/admin/reports/").content.decode())
    (section,) = page.xpath("//section[@aria-labelledby='report-coverage']")
    assert section.xpath("count(.//*[local-name()='rect'])") == 3
    assert "".join(section.xpath(".//tbody/tr[last()]//text()")) == "All61005"
    text = client.get("/admin/reports/coverage.csv").content.decode("utf-8-sig")
    found = list(csv.reader(io.StringIO(text)))
    assert found[0] == [
        *("Meridian", "Points", "Reviewed", "Public without a badge", "Draft", "Missing")
    ]
    assert found[-1] == ["All", "6", "1", "0", "0", "5"]
