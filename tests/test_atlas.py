"""The atlas as readers walk through it: addresses in any spelling, lists, pages, pregnancy."""

import copy
from urllib.parse import urldefrag, urlsplit

import pytest
from lxml import html

from acupoints import cautions, complaints, courses
from acupoints.importing import import_points
from acupoints.meridians import Meridian
from acupoints.models import Acupoint, Caution, StandardCaution, StandardPoint
from acupoints.templatetags.atlas import atlas_url
from articles.models import Article
from tests import factories as f

pytestmark = pytest.mark.django_db

PREGNANT = "/pregnancy"


def atlas_with_texts():
    """All points; BL40 and LI4 are public, an article uses BL40, LU9 is a draft."""
    import_points()
    f.publish(f.point("BL40", uses="A stiff lower back\nTired calves"))
    f.publish(f.point("LI4", pinyin="Hégǔ", traditional="合谷", simplified="合谷", uses="Headache"))
    f.publish(f.article(slug="knees", title="Stiff knees", body=f.embed("BL40")))
    f.article(slug="draft", title="Not yet public", body=f.embed("BL40"))
    f.point("LU9", location="Nobody may read this yet.")


@pytest.fixture(scope="module")
def written_atlas(written):
    return written(atlas_with_texts)


@pytest.fixture
def atlas(written_atlas, db):
    return copy.deepcopy(written_atlas)


@pytest.fixture
def get(client):
    def visit(path):
        response = client.get(path)
        assert response.status_code == 200, path
        return tree_of(response)

    return visit


def tree_of(response):
    return html.fromstring(response.content.decode())


def words(tree):
    return " ".join(tree.find(".//main").text_content().split())


def codes_in(tree):
    """Slugs of the points that a page links to."""
    paths = [urlsplit(href).path for href in tree.xpath("//main//a/@href")]
    slugs = {path.split("/")[-2] for path in paths if "/acupoints/" in path}
    return slugs & set(StandardPoint.objects.values_list("slug", flat=True))


def cautioned():
    return set(StandardPoint.objects.for_pregnancy().values_list("slug", flat=True))


# --- Addresses -------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["", PREGNANT])
@pytest.mark.parametrize(
    "typed",
    ["UB40", "weizhong", "委中", "委中穴", "Bl-40", "BL 40", "BL-40", "ＢＬ４０", "wei3zhong1"],
)
def test_any_spelling_redirects_once_to_the_one_address(atlas, client, prefix, typed):
    response = client.get(f"{prefix}/acupoints/{typed}/")
    assert (response.status_code, response.url) == (301, f"{prefix}/acupoints/bl-40/")
    assert client.get(response.url).status_code == 200
    found = client.get(f"{prefix}/acupoints/", {"q": typed})
    assert (found.status_code, found.url) == (302, f"{prefix}/acupoints/bl-40/")


def test_every_point_has_its_page_at_its_own_address(atlas, client):
    for point in StandardPoint.objects.filter(meridian__in=["LU", "EX-CA", "X"]):
        assert client.get(point.get_absolute_url()).status_code == 200
        assert client.get(f"/acupoints/{point.code}/").url == point.get_absolute_url()


def test_an_ambiguous_spelling_shows_a_choice(atlas, client):
    response = client.get("/acupoints/通谷/")
    assert response.status_code == 300
    tree = tree_of(response)
    assert codes_in(tree) == {"bl-66", "ki-20"}
    choices = tree.xpath("//*[@class='choices']/li")
    for choice, code, region in zip(
        choices, ["BL66", "KI20"], ["Toes", "Upper belly"], strict=True
    ):
        assert code in choice.text_content()
        assert region in choice.text_content()
        assert choice.xpath(".//*[@lang='zh-Hant']")
    assert "Several points have this name." in words(tree)


@pytest.mark.parametrize(
    ("typed", "codes", "avoided"),
    [("c-4", {"ht-4", "cv-4"}, "CV4"), ("S6", {"st-6", "sp-6", "si-6"}, "SP6")],
)
@pytest.mark.parametrize(
    "address", ["/acupoints/{}/", "/acupoints/?q={}", "/pregnancy/acupoints/{}/"]
)
def test_a_letter_of_several_meridians_is_no_way_to_a_point_to_avoid(
    atlas, client, address, typed, codes, avoided
):
    response = client.get(address.format(typed))
    assert response.status_code == 300
    tree = tree_of(response)
    assert codes_in(tree) == codes
    marked = tree.xpath("//*[@class='choices']/li[.//*[contains(@class, 'tag-caution')]]")
    assert [choice.xpath(".//*[@class='code']/text()") for choice in marked] == [[avoided]]


@pytest.mark.parametrize(
    ("typed", "nearest"), [("wiezhong", {"bl-40"}), ("LU12", {"lu-11"}), ("nothing", set())]
)
def test_an_unknown_spelling_is_not_found_and_suggests(atlas, client, typed, nearest):
    response = client.get(f"/acupoints/{typed}/")
    assert response.status_code == 404
    assert codes_in(tree_of(response)) == nearest


HOSTILE = [
    "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "%22%3E%3Cimg%20src=x%3E",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e",
    "%ff%fe",
    "%E2%80%AE40LB",
    "%0d%0aLocation:%20https:%2f%2fexample.org",
    "%5C%5Cexample.org",
    "%7B%7B7*7%7D%7D",
    "'%20OR%201=1--",
    "a" * 5000,
    "%E5%A7%94" * 1500,
    "BL40;BL41",
    "?next=https://example.org",
]


@pytest.mark.parametrize("typed", HOSTILE)
def test_a_hostile_address_does_no_harm(atlas, client, typed):
    for prefix in ("", PREGNANT):
        response = client.get(f"{prefix}/acupoints/{typed}/")
        assert response.status_code in (300, 301, 404, 200)
        if response.status_code == 301:
            assert response.url.startswith(f"{prefix}/acupoints/")
            continue
        text = response.content.decode()
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "a" * 65 not in text
        assert "委" * 65 not in text


def test_a_redirect_drops_what_follows_the_address(atlas, client):
    response = client.get("/acupoints/UB40/?next=https://example.org&q=LI4")
    assert response.url == "/acupoints/bl-40/"


def test_a_withdrawn_point_stays_gone(atlas, client):
    point = Acupoint.objects.get(code="BL40")
    f.move("withdraw", point, f.user("editor"), reason="The place was wrong.")
    assert client.get("/acupoints/bl-40/").status_code == 410


# --- Lists -----------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["", PREGNANT])
def test_every_point_is_reached_in_three_clicks(atlas, client, prefix):
    """From the home page; for a reader who is pregnant from the atlas, with one click less."""
    wanted = {
        f"{prefix}/acupoints/{slug}/" for slug in slugs() - (cautioned() if prefix else set())
    }
    inside = (f"{prefix}/acupoints/", f"{prefix}/meridians/")
    reached, edge = set(), {f"{prefix}/acupoints/" if prefix else "/"}
    for _click in range(2 if prefix else 3):
        links = set()
        for path in edge - wanted:
            tree = html.fromstring(client.get(path).content.decode())
            links |= {urldefrag(href).url for href in tree.xpath("//a/@href")}
        edge = {link for link in links - reached if link.startswith(inside)}
        reached |= edge
    assert wanted <= reached


def slugs():
    return set(StandardPoint.objects.values_list("slug", flat=True))


@pytest.mark.parametrize("page", ["a-z", "regions"])
def test_the_whole_atlas_stands_on_one_page(atlas, get, page):
    assert codes_in(get(f"/acupoints/{page}/")) == slugs()


def test_a_to_z_goes_by_letters_without_tones(atlas, get):
    tree = get("/acupoints/a-z/")
    letters = [heading.text for heading in tree.xpath("//main//h2")]
    assert letters == sorted(letters)
    assert set("".join(letters)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    first = tree.xpath("//main//section[1]//*[@class='point-link']")
    assert "Ānmián" in first[0].text_content()


def test_a_meridian_lists_its_points_in_order(atlas, get):
    tree = get("/meridians/urinary-bladder/")
    assert tree.xpath("//ol//a/@data-acupoint") == [f"BL{n}" for n in range(1, 68)]
    line = tree.xpath("//ol//a[@data-acupoint='BL40']")[0]
    assert line.get("href") == "/acupoints/bl-40/"
    said = " ".join(line.text_content().split())
    assert said.startswith("BL40 Wěizhōng 委中")
    assert "Back of the knee" in said
    assert "Described" in said
    assert "Described" not in tree.xpath("string(//ol//a[@data-acupoint='BL41'])")
    assert "1 is described in full so far." in words(tree)
    assert [link.get("href") for link in tree.xpath("//*[@class='steps']/a")] == [
        "/meridians/small-intestine/",
        "/meridians/kidney/",
    ]


def test_every_meridian_has_a_page_and_its_code_leads_there(atlas, client):
    assert list(courses.COURSES) == Meridian.values
    for course in courses.COURSES.values():
        assert client.get(f"/meridians/{course.slug}/").status_code == 200
        response = client.get(f"/meridians/{course.code.lower()}/")
        assert (response.status_code, response.url) == (301, f"/meridians/{course.slug}/")


def test_a_draft_is_not_described(atlas, get):
    assert "Described" not in get("/meridians/lung/").xpath("string(//a[@data-acupoint='LU9'])")
    tree = get("/acupoints/lu-9/")
    assert "A description is being written. It is not reviewed yet" in words(tree)
    assert "Nobody may read this yet" not in words(tree)


def test_complaints_are_the_lines_of_public_texts_as_signed(atlas, get):
    tree = get("/acupoints/complaints/")
    sections = {s.xpath("string(h2)"): s for s in tree.xpath("//main//section")}
    assert list(sections) == ["Headache", "Back", "Legs and feet"]
    assert sections["Back"].xpath("string(.//dt)") == "A stiff lower back"
    assert sections["Back"].xpath(".//dd/a/@href") == ["/acupoints/bl-40/"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Tightness behind the back of the knee", ["knees"]),
        ("Headache that climbs up from the neck", ["headache", "neck-and-shoulders"]),
        ("Cold feet", ["legs-and-feet"]),
        ("The first signs of a cold", ["nose-and-throat"]),
        ("Low back pain after lifting", ["back"]),
        ("Insomnia with anxiety", ["mind", "sleep"]),
        ("Menstrual cramps", ["periods"]),
        ("Feeling full after meals", ["belly"]),
        ("Feeling hopeful", ["other"]),
        ("A full bladder", ["other"]),
        ("Forgetting names", ["other"]),
    ],
)
def test_a_line_stands_under_each_complaint_that_it_names(line, expected):
    assert list(complaints.complaints_of(line)) == expected


# --- A point's page --------------------------------------------------------------------------


def test_a_point_without_text_says_so_and_tells_its_names(atlas, get):
    tree = get("/acupoints/bl-39/")
    assert "This point is not described yet." in words(tree)
    assert not tree.xpath("//*[@data-signed or @data-badge]")
    assert tree.xpath("//meta[@name='robots']/@content") == ["noindex"]
    point = StandardPoint.objects.get(code="BL39")
    assert tree.xpath("//dd[@lang='zh-Hant']/text()") == [point.traditional]
    assert tree.xpath("//dd[@lang='zh-Hans']/text()") == [point.simplified]
    assert tree.xpath("//dd[@lang='zh-Latn']/text()") == [point.pinyin]
    for said in (*point.english_names, str(point.region_label), "Urinary Bladder meridian"):
        assert said in words(tree)
    assert "old:" not in words(tree)


def test_other_names_carry_their_language(atlas, get):
    tree = get("/acupoints/bl-40/")
    tagged = {span.text: span.get("lang") for span in tree.xpath("//dl//dd/span")}
    assert tagged["Ichu"] == "ja-Latn"
    assert tagged["Wijung"] == "ko-Latn"


def test_neighbours_lead_along_the_meridian(atlas, get):
    assert steps(get("/acupoints/bl-40/")) == ["/acupoints/bl-39/", "/acupoints/bl-41/"]
    assert steps(get("/acupoints/lu-1/")) == ["/acupoints/lu-2/"]
    assert steps(get("/acupoints/lu-11/")) == ["/acupoints/lu-10/"]


def steps(tree):
    return tree.xpath("//*[@class='steps']/a/@href")


def test_what_the_nomenclature_adds_stands_outside_the_signed_part(atlas, get):
    tree = get("/acupoints/bl-40/")
    signed = tree.xpath("//*[@data-signed]")[0]
    assert "Back of the knee" not in signed.text_content()
    for addition in ("//dl[@class='nomenclature']", "//*[@class='steps']", "//*[@id='hosts']"):
        assert tree.xpath(f"{addition}/ancestor-or-self::*[@data-unsigned]"), addition
        assert not tree.xpath(f"{addition}/ancestor::*[@data-signed]"), addition


def test_articles_that_use_the_point_are_listed_and_drafts_are_not(atlas, get):
    links = get("/acupoints/bl-40/").xpath("//*[@class='hosts']//h3/a/@href")
    assert links == ["/articles/knees/"]
    assert not get("/acupoints/li-4/").xpath("//*[@class='hosts']")
    f.move("withdraw", Article.objects.get(slug="knees"), f.user("editor"), reason="Wrong.")
    assert not get("/acupoints/bl-40/").xpath("//*[@class='hosts']")


def test_the_basis_of_a_caution_is_never_printed(atlas, get):
    for slug in ("li-4", "bl-31", "st-9", "lu-9"):
        text = words(get(f"/acupoints/{slug}/"))
        for basis in set(StandardCaution.objects.values_list("basis", flat=True)):
            assert basis not in text or len(basis) < 10


# --- Cautions --------------------------------------------------------------------------------


def test_every_kind_of_caution_has_its_words():
    kinds = set(StandardCaution.Kind)
    assert kinds == set(cautions.IN_PREGNANCY) | set(cautions.WORDS)
    assert {kind for kind in kinds if kind.startswith("pregnancy:")} == set(cautions.IN_PREGNANCY)


def test_a_pregnancy_caution_says_all_that_it_has_to(atlas, get):
    said = get("/acupoints/bl-31/").xpath("string(//*[@data-caution='pregnancy'])")
    for part in (
        "traditionally avoided in pregnancy",
        "Studies of needling have not shown this harm (Carr 2015)",
        "self-pressure has hardly been studied",
        "Do not press it while you are pregnant unless your midwife or doctor agrees",
    ):
        assert said.count(part) == 1, part


def test_needle_risks_stand_apart_from_pressing_risks(atlas, get):
    tree = get("/acupoints/st-9/")
    assert "artery" in tree.xpath("string(//*[@data-caution='pressing'])")
    tree = get("/acupoints/bl-13/")
    assert "needle" in tree.xpath("string(//*[@data-caution='needles'])")
    assert not tree.xpath("//*[@data-caution='pressing']")


def test_a_text_signed_without_the_pregnancy_caution_does_not_hide_it(atlas, get):
    tree = get("/acupoints/li-4/")
    assert not tree.xpath("//*[@data-signed]//*[@class='caution']")
    caution = tree.xpath("//*[@data-caution='pregnancy']")[0]
    assert caution.getnext().get("data-signed"), "before the text"


def test_a_signed_pregnancy_caution_is_not_said_twice(atlas, get):
    f.publish(f.point("SP6", cautions=[("pregnancy", "Leave it out.")]))
    assert not get("/acupoints/sp-6/").xpath("//*[@data-caution='pregnancy']")
    assert "Leave it out." in words(get("/acupoints/sp-6/"))


def test_an_article_cautions_where_the_text_of_its_point_does_not(atlas, get):
    """Before the signed part, and so before the first point; of a point that says it, once."""
    f.publish(f.point("SP6", cautions=[("pregnancy", "Leave it out.")]))
    f.publish(f.article(slug="two", title="Two points", body=f.embed("SP6", "LI4")))
    tree = get("/articles/two/")
    first = tree.xpath("//*[@data-caution='pregnancy']")[0]
    assert first.get("data-unsigned") is not None
    assert "LI4" in first.text_content()
    assert "SP6" not in first.text_content()
    assert first.getnext().get("data-signed")
    inside = tree.xpath("//*[@data-signed]//*[@data-caution='pregnancy']")
    assert ["Leave it out." in note.text_content() for note in inside] == [True]
    first_point = tree.xpath("//*[@data-signed]//*[@data-acupoint]")[0]
    assert first_point in inside[0].xpath("./following::*")
    assert not get("/articles/knees/").xpath("//*[@data-caution='pregnancy']")


@pytest.mark.parametrize("code", ["LI4", "SP6", "BL60", "BL67", "GB21"])
def test_a_draft_without_the_caution_takes_it_from_no_reader(code, atlas, get):
    """The caution of a signed point stays, on its page and on its hosts, until a reviewer signs
    words without it; and then the nomenclature's stands there."""
    point = Acupoint.objects.filter(code=code).first() or f.point(code)
    f.revise(point, cautions=[Caution(kind="pregnancy", text="Not while you are pregnant.")])
    f.publish(point)
    f.publish(f.article(slug="host", body=f.embed(code)))
    assert not f.revise(point, f.user("editor"), cautions=[]).cautions.exists()
    for path in (point.get_absolute_url(), "/articles/host/"):
        assert "Not while you are pregnant." in words(get(path)), path
    f.publish(point)
    assert "Not while you are pregnant." not in words(get(point.get_absolute_url()))
    assert "traditionally avoided in pregnancy" in words(get(point.get_absolute_url()))
    assert "Not while you are pregnant." in words(get("/articles/host/")), "as it was signed"


# --- For a reader who is pregnant ---------------------------------------------------------------

LISTS = ["acupoints/", "acupoints/a-z/", "acupoints/regions/", "acupoints/complaints/"]


@pytest.mark.parametrize("path", [*LISTS, *(f"meridians/{slug}/" for slug in courses.BY_SLUG)])
def test_no_list_for_pregnancy_suggests_a_cautioned_point(atlas, get, path):
    avoided = cautioned()
    assert codes_in(get(f"{PREGNANT}/{path}")) & avoided == set()
    left_out = codes_in(get(f"/{path}")) & avoided
    said = get(f"{PREGNANT}/{path}").xpath("string(//*[@class='part'])")
    if path != "acupoints/" and left_out:
        assert f"{len(left_out)} point" in said
    if path == "acupoints/":
        assert f"{len(avoided)} points are left out here" in said


def test_a_caution_of_a_signed_text_alone_also_counts(atlas, get):
    assert "st-36" in codes_in(get(f"{PREGNANT}/acupoints/a-z/"))
    f.publish(f.point("ST36", cautions=[("pregnancy", "Leave it out.")]))
    assert "st-36" not in codes_in(get(f"{PREGNANT}/acupoints/a-z/"))
    assert "st-36" not in codes_in(get(f"{PREGNANT}/acupoints/"))


@pytest.mark.parametrize("slug", ["li-4", "bl-31", "cv-4"])
def test_a_cautioned_points_page_opens_with_the_caution(atlas, get, slug):
    main = get(f"{PREGNANT}/acupoints/{slug}/").find(".//main/div")
    assert main[0].get("data-caution") == "pregnancy"


def test_neighbours_with_a_caution_are_passed_over(atlas, get):
    assert steps(get(f"{PREGNANT}/acupoints/bl-21/")) == [
        f"{PREGNANT}/acupoints/bl-20/",
        f"{PREGNANT}/acupoints/bl-36/",
    ]


def test_a_cautioned_point_is_not_what_was_meant(atlas, client):
    response = client.get(f"{PREGNANT}/acupoints/heguu/")
    assert response.status_code == 404
    text = words(tree_of(response))
    assert "LI4" not in text
    assert "1 point that comes near is not suggested here" in text
    assert "LI4" in words(tree_of(client.get("/acupoints/heguu/")))


@pytest.mark.parametrize(
    "path", [*LISTS, "acupoints/bl-40/", "acupoints/bl-13/", "meridians/lung/"]
)
def test_links_keep_the_reader_in_her_part(atlas, client, path):
    response = client.get(f"{PREGNANT}/{path}")
    assert not response.cookies
    tree = tree_of(response)
    links = [href for href in tree.xpath("//a/@href | //main//form/@action") if href[0] == "/"]
    inside = [href for href in links if "/acupoints/" in href or "/meridians/" in href]
    leaving = [href for href in inside if not href.startswith(PREGNANT)]
    # Only the switch itself and the proof of a signed text lead out.
    assert [href for href in leaving if "/history/" not in href] == [f"/{path}"]
    assert tree.xpath("//meta[@name='robots']/@content") == ["noindex"]
    back = tree_of(client.get(f"/{path}")).xpath("//*[@class='part-link']/a/@href")
    assert back == [f"{PREGNANT}/{path}"]


def test_the_part_is_the_plain_one_where_nothing_is_said():
    assert atlas_url({}, "acupoints") == "/acupoints/"
    assert atlas_url({"pregnant": True}, "acupoints") == "/pregnancy/acupoints/"


def test_discarded_drafts_are_no_texts_in_the_making(atlas, get):
    point = Acupoint.objects.get(code="LU9")
    f.move("put_away", point, point.created_by)
    assert "not described yet" in words(get("/acupoints/lu-9/"))
