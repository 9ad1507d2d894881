"""The page of a complaint: its points in their signed words, the articles about it, its topics."""

import datetime

import pytest
import time_machine
from django.db import connection
from django.db.models import QuerySet
from lxml import etree

from acupoints import complaints
from acupoints.models import AcupointRevision, StandardCaution
from articles import points_for
from articles.models import Topic
from articles.points_for import MOST
from editorial import triggers
from tests import factories as f
from tests.reading import tree_of, unseen

pytestmark = [pytest.mark.django_db, pytest.mark.once]

PATH = "/acupoints/for/headache/"
PREGNANT = f"/pregnancy{PATH}"
AVOID = [("pregnancy", "Leave it out while you are pregnant.")]


def point(code="LI4", uses="Headache at the forehead\nSore hands", **fields):
    return f.publish(f.point(code, uses=uses, **fields), f.reviewer(name="Dr Vera Sample"))


def article(*topics, **fields):
    made = f.article(**fields)
    if topics:
        f.tag(made, *topics)
    return f.publish(made)


def words(element):
    return " ".join(element.text_content().split())


def main(tree):
    return words(tree.find(".//main"))


def cards(tree):
    """{code: card} of the points on a page."""
    return {card.get("data-acupoint"): card for card in tree.find_class("use-card")}


def titles(tree, heading):
    """Titles of the articles under the heading with this id."""
    path = f"//section[@aria-labelledby='{heading}']//article/div/h3/a/text()"
    return tree.xpath(path)


def robots(tree):
    return tree.xpath("string(//meta[@name='robots']/@content)")


def sitemap(client):
    """{path: lastmod} of the pages of complaints that search engines are offered."""
    root = etree.fromstring(client.get("/sitemap.xml").content)
    rows = {url[0].text: url[1].text for url in root if len(url) > 1}
    site = "http://localhost"
    return {u.removeprefix(site): day for u, day in rows.items() if "/acupoints/for/" in u}


# --- The points ------------------------------------------------------------------------------


def test_a_point_stands_there_with_the_lines_that_name_the_complaint(client):
    f.standard_point("LI4", region="hand-back")
    point(traditional="太衝", simplified="太冲", cautions=[("vessel", "Press gently.")])
    point("BL40", uses="Stiff knees")
    tree = tree_of(client, PATH)
    (card,) = cards(tree).values()
    assert card.xpath(".//ul[@class='use-lines']/li/text()") == ["Headache at the forehead"]
    said = words(card)
    for told in ("LI4 Wěizhōng 太衝 太冲", "Bend Centre", "Where LI4 is.", "Press gently."):
        assert told in said
    assert "Sore hands" not in said
    assert card.xpath(".//*[@lang='zh-Hant']/text()") == ["太衝"]
    assert card.xpath(".//*[@lang='zh-Hans']/text()") == ["太冲"]
    assert set(card.xpath(".//a/@href")) == {"/acupoints/li-4/"}
    assert card.xpath(".//img/@src") == ["/body/hand-back.svg"]
    assert "Reviewed by Dr Vera Sample" in words(card.xpath(".//*[@data-badge]")[0])
    assert tree.xpath("//nav[@class='letters']//a/@href")[0] == "#li-4"
    assert card.get("id") == "li-4"


def test_a_badge_stands_on_signed_words_alone(client):
    """A drawing, and a caution, that the text has not are visibly apart from it."""
    f.standard_point("LI4", cautions=[(StandardCaution.Kind.AVOIDED, "n")])
    with f.in_format(AcupointRevision, 1):
        point()
    (card,) = cards(tree_of(client, PATH)).values()
    (badge,) = card.xpath(".//*[@data-badge]")
    assert not badge.xpath("ancestor::*[@data-unsigned]")
    apart = card.xpath(".//*[@data-unsigned]")
    assert not [e for e in apart if e.xpath(".//*[@data-badge]")]
    assert len(apart) == 2


def test_a_row_that_was_changed_past_the_guards_brings_no_point_there(client):
    """Rows find a point; the words that put it under a complaint are the sealed ones."""
    made = point(uses="Stiff knees")
    rows = AcupointRevision.objects.filter(pk=made.live_id)
    with triggers.lifted(connection):
        QuerySet.update(rows, uses="Headache")
    tree = tree_of(client, PATH)
    assert not cards(tree)
    assert robots(tree) == "noindex"


def test_drafts_and_withdrawn_points_are_not_there(client):
    f.point("GB20", uses="Headache")
    f.move("withdraw", point(), f.user("editor"), reason="A number in it was wrong.")
    assert not cards(tree_of(client, PATH))


def test_an_overdue_point_stands_there_without_the_name(client):
    point()
    with time_machine.travel(f.now() + datetime.timedelta(days=366)):
        tree = tree_of(client, PATH)
        assert list(cards(tree)) == ["LI4"]
        assert "Vera Sample" not in main(tree)
        assert robots(tree) == "noindex"
        assert sitemap(client) == {}


# --- Pregnancy -------------------------------------------------------------------------------


@pytest.mark.parametrize("is_signed", [True, False])
def test_a_caution_for_pregnancy_is_said_before_the_first_point_and_at_it(client, is_signed):
    f.standard_point("LI4", cautions=[] if is_signed else [(StandardCaution.Kind.AVOIDED, "n")])
    point(cautions=AVOID if is_signed else ())
    point("GB20", uses="Headache")
    tree = tree_of(client, PATH)
    (before,) = tree.xpath("//*[@data-caution='pregnancy'][not(ancestor::article)]")
    assert before.xpath(".//a/@href") == ["#li-4"]
    assert before.xpath("following::article[@id='li-4']")
    sentence = AVOID[0][1] if is_signed else "traditionally avoided in pregnancy as harmful"
    assert sentence in words(cards(tree)["LI4"])
    assert "pregnan" not in words(cards(tree)["GB20"])


def test_a_reader_who_is_pregnant_gets_none_of_them(client):
    f.standard_point("LI4")
    f.standard_point("GB21", cautions=[(StandardCaution.Kind.SOME_TEXTS, "n")])
    point(cautions=AVOID)
    point("GB21", uses="Headache")
    point("GB20", uses="Headache")
    article(body=f.embed("LI4"), title="Uses what is left out")
    tree = tree_of(client, PREGNANT)
    assert list(cards(tree)) == ["GB20"]
    assert "2 points are left out here" in main(tree)
    assert "LI4" not in main(tree)
    assert robots(tree) == "noindex"
    leaving = {href for href in tree.xpath("//a/@href") if href.startswith("/acupoints/")}
    assert leaving == {PATH}, "only the switch"
    assert PREGNANT in tree_of(client, PATH).xpath("//p[@class='part-link']/a/@href")
    assert titles(tree, "using") == []


def test_in_pregnancy_no_article_that_uses_a_point_to_avoid_is_suggested(client):
    point(cautions=AVOID)
    point("GB20", uses="Headache")
    article("headache", body=f.embed("LI4"), title="On it, with the point")
    article("headache", body=f.embed("GB20"), title="On it, without")
    article(body=f.embed("GB20", "LI4"), title="Uses both")
    article(body=f.embed("GB20"), title="Uses the other")
    tree = tree_of(client, PREGNANT)
    assert titles(tree, "about") == ["On it, without"]
    assert titles(tree, "using") == ["Uses the other"]
    assert "Articles that use a point to avoid in pregnancy are left out here" in main(tree)
    tree = tree_of(client, PATH)
    assert len(titles(tree, "about")) == len(titles(tree, "using")) == 2
    assert "are left out here" not in main(tree)


def test_in_pregnancy_no_link_leads_to_a_page_without_points(client):
    point(cautions=AVOID)
    point("GB20", uses="A stiff neck")
    others = "//*[@aria-labelledby='others']//a/@href"
    assert tree_of(client, "/acupoints/for/neck-and-shoulders/").xpath(others) == [
        PATH,
        "/acupoints/for/arms-and-hands/",
    ]
    neck = tree_of(client, "/pregnancy/acupoints/for/neck-and-shoulders/")
    assert not neck.xpath("//*[@aria-labelledby='others']"), "no heading over nothing"
    found = tree_of(client, "/pregnancy/search/?q=headache")
    assert not found.xpath("//main//a[contains(@href, '/for/')]")


def test_a_point_that_nobody_has_reviewed_yet_says_so(client):
    content = f.point("LI4", uses="Headache")
    f.move("emergency", content, f.user("editor"), reason="The old page named a wrong dose.")
    card = cards(tree_of(client, PATH))["LI4"]
    assert "Not yet reviewed" in words(card)
    assert not card.xpath(".//*[@data-badge]")
    description = "string(//meta[@name='description']/@content)"
    assert "reviewed" not in tree_of(client, PATH).xpath(description)


def test_all_left_out_is_said(client):
    point(cautions=AVOID)
    tree = tree_of(client, PREGNANT)
    assert "All points that are described for headache are left out here." in main(tree)


# --- Articles and topics -----------------------------------------------------------------------


def test_articles_stand_by_their_topic_or_by_their_points(client):
    point()
    article("tension headache", "travel", title="By topic")
    article("headache", title="By both", body=f.embed("LI4"))
    article("Knees", title="By point", body=f.embed("LI4"))
    article("travel", title="By neither")
    tree = tree_of(client, PATH)
    assert set(titles(tree, "about")) == {"By topic", "By both"}
    assert titles(tree, "using") == ["By point"]
    topics = tree.xpath("//section[@aria-labelledby='about']//ul[@class='topics']//a/@href")
    assert topics == [t.get_absolute_url() for t in Topic.objects.filter(name__icontains="head")]


def test_a_topic_of_drafts_alone_is_not_named(client):
    point()
    article("headache")
    f.tag(f.article(), "headache in spring")
    assert "headache in spring" not in main(tree_of(client, PATH))


def test_the_newest_are_shown_and_it_is_said_where_the_others_are(client):
    point()
    for number in range(MOST + 1):
        with time_machine.travel(f.now() + datetime.timedelta(minutes=number)):
            article("headache", title=f"On it {number}")
            article(title=f"Uses it {number}", body=f.embed("LI4"))
    with time_machine.travel(f.now() + datetime.timedelta(days=1)):
        tree = tree_of(client, PATH)
    assert titles(tree, "about") == [f"On it {number}" for number in range(MOST, 0, -1)]
    assert titles(tree, "using") == [f"Uses it {number}" for number in range(MOST, 0, -1)]
    assert "These are the newest. All of them stand under: headache" in main(tree)
    assert "each point’s page names those that use it" in main(tree)


# --- Nothing there, other addresses --------------------------------------------------------------


@pytest.mark.parametrize("complaint", complaints.COMPLAINTS.values())
def test_each_complaint_has_a_page_that_says_where_to_go_if_it_is_empty(client, complaint):
    tree = tree_of(client, f"/acupoints/for/{complaint.slug}/")
    assert tree.xpath("//h1/text()") == [f"Acupressure points for {complaint.phrase}"]
    text = f"No point that we have described and reviewed names {complaint.phrase} yet."
    assert text in main(tree)
    assert {"/acupoints/complaints/", "/body/"} <= set(tree.xpath("//main//a/@href"))
    assert robots(tree) == "noindex"


@pytest.mark.parametrize("prefix", ["", "/pregnancy"])
def test_what_is_no_complaint_is_not_found(client, prefix):
    assert client.get(f"{prefix}/acupoints/for/nothing/").status_code == 404
    response = client.get(f"{prefix}/acupoints/for/")
    assert response.status_code == 404
    assert "There is no such point" in response.content.decode()


# --- Search engines ----------------------------------------------------------------------------


def test_a_page_with_a_reviewed_point_is_offered_to_search_engines(client):
    article("sleep")
    with time_machine.travel("2026-01-01 12:00Z"):
        point(uses="Headache")
    assert sitemap(client) == {PATH: "2026-01-01"}
    tree = tree_of(client, PATH)
    assert robots(tree) == "max-image-preview:large"
    assert tree.xpath("//link[@rel='canonical']/@href") == [f"http://localhost{PATH}"]
    description = tree.xpath("string(//meta[@name='description']/@content)")
    assert description.startswith("1 point that tradition uses for headache: where it lies")
    assert tree.xpath("//title/text()") == ["Acupressure points for headache – TCM Tips"]
    assert list(unseen(tree)) == []


def test_lastmod_is_when_the_newest_of_what_it_holds_went_live(client):
    with time_machine.travel("2026-01-01 12:00Z"):
        point(uses="Headache\nTired eyes")
        point("GB20", uses="Stiff knees")
    with time_machine.travel("2026-01-02 12:00Z"):
        article("headache")
    with time_machine.travel("2026-01-03 12:00Z"):
        article(body=f.embed("GB20"))
    assert sitemap(client) == {
        PATH: "2026-01-02",
        "/acupoints/for/eyes/": "2026-01-01",
        "/acupoints/for/knees/": "2026-01-03",
    }


# --- The ways there ------------------------------------------------------------------------------


def test_index_topic_article_and_point_lead_there(client):
    f.standard_point("LI4")
    made = point()
    host = article("headache", slug="host", body=f.embed("LI4"))
    ways = ["/acupoints/complaints/", "/topics/headache/", host.get_absolute_url()]
    for path in (*ways, made.get_absolute_url()):
        assert PATH in tree_of(client, path).xpath("//main//a/@href"), path
    inside = tree_of(client, "/pregnancy/acupoints/li-4/").xpath("//main//a/@href")
    assert PREGNANT in inside
    assert PATH not in inside


def test_the_link_is_no_part_of_the_review(client):
    point()
    host = article("headache", slug="host")
    (link,) = tree_of(client, host.get_absolute_url()).xpath(f"//a[@href='{PATH}']")
    assert link.text == "Points for headache"
    assert link.xpath("ancestor::*[@data-unsigned]")
    assert not link.xpath("ancestor::*[@data-signed]")


def test_nothing_leads_to_a_complaint_without_a_point(client):
    host = article("headache", slug="host")
    for path in ("/topics/headache/", host.get_absolute_url()):
        assert PATH not in tree_of(client, path).xpath("//a/@href")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Knee pain", ["knees"]),
        ("back", ["back"]),
        ("Back pain", ["back"]),
        ("cold", ["nose-and-throat"]),
        ("cold feet", ["legs-and-feet"]),
        ("neck and headache", ["headache", "neck-and-shoulders"]),
        ("travel", []),
        ("other", []),
    ],
)
def test_a_topic_is_of_the_complaints_that_its_name_holds(name, expected):
    assert [complaint.slug for complaint in complaints.named([name])] == expected


def test_a_line_in_another_language_is_of_other_complaints():
    assert complaints.complaints_of("Knie", "de") == ("other",)


def test_an_article_that_goes_live_while_the_sitemap_is_asked_for_breaks_nothing(db):
    point()
    late = f.article(slug="late", body=f.embed("LI4"))
    f.tag(late, "headache")
    moment, asked = f.now(), []

    def meanwhile(execute, *statement):
        rows = execute(*statement)
        if not asked:
            asked.append(statement)
            f.publish(late, at=moment)
        return rows

    with connection.execute_wrapper(meanwhile):
        about, using = points_for.newest_articles(moment)
    assert (about, using) == ({}, {})
    about, using = points_for.newest_articles(moment)
    assert list(about) == ["headache"]
    assert len(using) == 1
