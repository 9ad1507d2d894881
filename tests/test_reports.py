"""Reports: the figures against a past that is known, as a page and as CSV."""

import csv
import datetime
import io

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from lxml import html

from articles.models import Source
from editorial import charts, reports, reviewing
from editorial.actions import Token
from tests import factories as f

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


@pytest.fixture
def client():
    client = Client()
    client.force_login(f.user("editor"))
    return client


def rows(name, now=None):
    return reports.REPORTS[name].all_rows(now or f.now())


def as_csv(client, name):
    response = client.get(f"/admin/reports/{name}.csv")
    assert response.status_code == 200
    text = response.content.decode("utf-8-sig")
    return response, list(csv.reader(io.StringIO(text)))


def month(moment):
    return reports.month_name(timezone.localdate(moment))


class TestWhatWasDone:
    def test_each_step_counts_for_its_month(self):
        now = f.now().replace(day=15)
        before = now - 31 * DAY
        article = f.article(at=before)
        f.sign(article, at=before)
        f.move("approve", article, f.user("editor"), now)
        f.move("withdraw", article, f.user("editor"), now, reason="It was wrong.")
        f.move("emergency", f.article(at=now), f.user("editor"), now, reason="It cannot wait.")
        found = {row[0]: row[1:] for row in rows("throughput", now)}
        assert found[month(before)] == [1, 1, 0, 0, 0]
        assert found[month(now)] == [0, 0, 1, 1, 1]
        assert len(found) == 12

    def test_what_lies_further_back_than_a_year_does_not_count(self):
        now = f.now()
        f.publish(f.article(at=now - 500 * DAY), at=now - 450 * DAY)
        assert all(sum(row[1:]) == 0 for row in rows("throughput", now))

    def test_stays_are_measured_from_step_to_step(self):
        now = f.now()
        article = f.article(at=now - 20 * DAY)
        f.revise(article, at=now - 18 * DAY, summary="Still a draft.")
        f.move("submit", article, f.user("editor"), now - 16 * DAY)
        f.sign(article, at=now - 11 * DAY)
        f.move("approve", article, f.user("editor"), now - 10 * DAY)
        found = {row[0]: row[1:] for row in rows("times", now)}
        assert found == {
            "Draft": [1, 4.0, 4.0],
            "In review": [1, 5.0, 5.0],
            "Signed": [1, 1.0, 1.0],
        }

    def test_a_scheduled_text_leaves_that_state_by_the_clock(self):
        now = f.now()
        article = f.article(at=now - 9 * DAY)
        f.sign(article, at=now - 9 * DAY)
        go_live = now - 5 * DAY
        f.move("schedule", article, f.user("editor"), now - 8 * DAY, go_live_at=go_live)
        f.revise(article, at=now, summary="Newer.")
        assert ["Scheduled", 1, 3.0, 3.0] in rows("times", now)

    def test_a_stay_that_goes_on_is_not_counted(self):
        f.article(at=f.now() - 9 * DAY)
        assert rows("times") == []


class TestWhatHasToBeDone:
    def test_the_overdue_with_their_last_signer(self, client):
        long_ago = f.now() - 400 * DAY
        late = f.article(title="Late", at=long_ago)
        f.publish(late, f.reviewer(name="Vera Sample"), at=long_ago)
        f.publish(f.article(title="In time"))
        ((title, kind, due, signer, address),) = rows("overdue")
        assert (title, kind, signer) == ("Late", "article", "Vera Sample")
        assert due == (long_ago.date() + 365 * DAY).isoformat()
        assert client.get(f"/admin/{address}").status_code == 200

    def test_a_newer_signature_of_the_same_words_counts(self):
        long_ago = f.now() - 400 * DAY
        article = f.publish(f.article(at=long_ago), at=long_ago)
        f.move("submit", article, f.user("editor"))
        f.sign(article)
        f.move("approve", article, f.user("editor"))
        assert rows("overdue") == []
        assert len(rows("calendar")) == 1

    def test_a_signature_that_was_taken_back_is_due_no_more(self):
        article = f.publish(f.article())
        assert len(rows("calendar")) == 1
        f.revoke(article)
        assert rows("calendar") == []

    def test_the_calendar_counts_by_month(self):
        now = f.now()
        today = timezone.localdate(now)
        for days in (3, 3, 70):
            article = f.article()
            f.sign(article, next_review_on=today + days * DAY)
            f.move("approve", article, f.user("editor"))
        pairs = reports.due_by_month(now)
        assert sum(count for _month, count in pairs) == 3
        assert len(pairs) == 12
        assert dict(pairs)[reports.month_name(today + 70 * DAY)] >= 1

    def test_what_each_reviewer_carries(self):
        editor, reviewer = f.user("editor"), f.reviewer(name="Vera Sample")
        today = timezone.localdate()
        waiting = f.article()
        f.move("submit", waiting, editor)
        reviewing.ask(waiting, reviewer, by=editor, at=f.now() - 9 * DAY, due_on=today - DAY)
        signed = f.article()
        f.sign(signed, reviewer, next_review_on=today + 30 * DAY)
        f.move("approve", signed, f.user("editor"))
        assert rows("load") == [["Vera Sample", 1, 1, 1, 1]]

    def test_claims_that_nobody_checked_or_that_lean_on_nothing(self):
        linked = '<p><a href="#source-1">It helps some.</a> <a href="#source-2">And all.</a></p>'
        source = Source(title="A study", url="https://example.org/", supports="Some.")
        article = f.article(title="Claims", body=linked, children=[source])
        f.article(title="Claims nothing")
        found = sorted(row[:3] for row in rows("claims"))
        assert found == [
            ["Claims", "And all.", "There is no such source in the list."],
            ["Claims", "It helps some.", "Nobody has checked it against its source."],
            ["Claims nothing", "", "The text ties no claim to a source."],
        ]
        reviewer = f.reviewer()
        digest = reports.sources.claims_of(article.head)[0].digest
        reviewing.check_source(Token.of(article), digest, by=reviewer.user, at=f.now())
        assert ["Claims", "It helps some."] not in [row[:2] for row in rows("claims")]


class TestPages:
    def test_every_report_stands_on_the_page_with_its_table_and_its_file(self, client):
        f.publish(f.article(title="Due some day"))
        tree = html.fromstring(client.get("/admin/reports/").content.decode())
        for name, report in reports.REPORTS.items():
            assert tree.xpath(f"string(//h2[@id='report-{name}'])") == str(report.title)
            _response, lines = as_csv(client, name)
            assert lines[0] == [str(heading) for heading in report.headings]
        assert len(tree.xpath("//*[local-name()='svg' and contains(@class,'chart')]")) == 4
        assert tree.xpath("//a[text()='Due some day']/@href")[0].endswith("/review/")

    def test_figures_are_kept_for_a_while_and_a_file_is_not(self, client):
        client.get("/admin/reports/")
        f.article(title="Begun since")
        assert b"Begun since" not in client.get("/admin/reports/").content
        assert "Begun since" in [line[0] for line in as_csv(client, "claims")[1]]
        cache.clear()
        assert b"Begun since" in client.get("/admin/reports/").content

    @pytest.mark.parametrize("title", ['=HYPERLINK("http://x")', "+1", "-1", "@x", " =1", "\t=1"])
    def test_no_cell_of_a_file_is_a_formula(self, client, title):
        f.article(title=title)
        (cell,) = [line[0] for line in as_csv(client, "claims")[1][1:]]
        assert cell.startswith("'")
        assert cell.endswith(title.strip())

    def test_a_file_names_whole_addresses_and_itself(self, client):
        f.article()
        response, lines = as_csv(client, "claims")
        assert lines[1][-1].startswith("http://testserver/admin/articles/")
        assert 'filename="claims-' in response["Content-Disposition"]

    def test_a_report_that_there_is_not(self, client):
        assert client.get("/admin/reports/zebra.csv").status_code == 404

    def test_nobody_without_a_role_sees_figures(self):
        stranger = Client()
        stranger.force_login(f.user(None))
        assert stranger.get("/admin/reports/").status_code == 403
        assert stranger.get("/admin/reports/load.csv").status_code == 403

    def test_an_empty_house_has_empty_reports(self, client):
        assert client.get("/admin/reports/").status_code == 200


class TestCharts:
    def test_columns_stay_in_their_picture(self):
        chart = charts.columns([("Jan", 0), ("Feb", 7), ("Mar", 3)])
        for shape in chart.shapes:
            assert 0 <= shape.x <= shape.x + shape.width <= chart.width
            assert 0 <= shape.y <= shape.y + shape.height <= chart.height
        assert chart.shapes[0].height == 0
        assert chart.shapes[2].height == pytest.approx(chart.shapes[1].height * 3 / 7)

    def test_bars_grow_with_their_values(self):
        chart = charts.bars([("A", 2), ("B", 4.5)])
        assert chart.shapes[0].width == pytest.approx(chart.shapes[1].width * 2 / 4.5)
        assert chart.shapes[1].end < chart.width

    @pytest.mark.parametrize("pairs", [[], [("A", 0)]])
    def test_nothing_makes_no_division_by_nothing(self, pairs):
        assert len(charts.columns(pairs).shapes) == len(charts.bars(pairs).shapes) == len(pairs)
