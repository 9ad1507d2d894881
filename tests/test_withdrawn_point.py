"""A point that readers cannot read about, in texts that go on using it."""

import pytest

from tests import desk
from tests import factories as f
from tests.reading import tree_of
from tests.test_reviewing import logged_in

pytestmark = pytest.mark.django_db

SENTENCE = "We have withdrawn our page about BL40."
LINK = ".//a[@href='/acupoints/bl-40/']"


@pytest.fixture
def point():
    return f.publish(f.point("BL40"))


@pytest.fixture
def host(point):
    return f.publish(f.article(title="Stiff knees", body=f.embed("BL40")))


def withdraw(content, reason="The place was wrong."):
    f.move("withdraw", content, f.user("editor"), reason=reason)


def notes(tree):
    return tree.xpath("//*[@data-notice='point']")


def signed(client, path):
    tree = tree_of(client, path)
    return tree, tree.xpath("//*[@data-signed]")[0]


def test_a_host_says_so_outside_of_what_was_signed(client, host, point):
    path = host.get_absolute_url()
    before, _article = signed(client, path)
    assert notes(before) == []
    withdraw(point)
    tree, article = signed(client, path)
    [note] = notes(tree)
    assert SENTENCE in note.text_content()
    assert note.get("data-unsigned") is not None
    assert note.getparent() is article.getparent()
    assert SENTENCE not in article.text_content()
    assert not note.xpath(LINK)


def test_the_signed_part_is_the_same_on_page_preview_and_reading_page(client, host, point):
    withdraw(point)
    editor, head = logged_in(f.user("editor")), desk.head(host)

    def section(text):
        return text[text.index('<section class="point"') : text.index("</section>")]

    public = client.get(host.get_absolute_url()).content.decode()
    for page in ("preview", "review"):
        text = editor.get(desk.url(head, page)).content.decode()
        assert section(text) == section(public)
    assert "More about this point" in section(public)
    assert SENTENCE in editor.get(desk.url(head, "preview")).content.decode()


def test_a_point_that_comes_back_is_not_called_withdrawn(client, host, point):
    withdraw(point)
    f.revise(point, location="Behind the knee.")
    f.publish(point)
    assert notes(tree_of(client, host.get_absolute_url())) == []


def test_a_point_that_never_was_public(client):
    point = f.point("BL40")
    f.sign(point)
    host = f.publish(f.article(body=f.embed("BL40")))
    [note] = notes(tree_of(client, host.get_absolute_url()))
    assert "Our page about BL40 is not public yet" in note.text_content()


def test_the_address_of_the_point_leads_on(client, host, point):
    draft = f.article(title="Nobody reads this", body=f.embed("BL40"))
    f.standard_point("BL40", cautions=[("pregnancy:avoid-named", "")])
    withdraw(point)
    tree = tree_of(client, "/acupoints/bl-40/", status=410)
    main = tree.find(".//main")
    assert "The place was wrong." in main.text_content()
    assert main.xpath(f".//a[@href='{host.get_absolute_url()}']")
    assert main.xpath(".//a[@href='/meridians/urinary-bladder/']")
    assert main.xpath(".//*[@data-caution='pregnancy']")
    assert str(draft.head.typed) not in main.text_content()
    assert not main.xpath(".//*[@data-signed]")


def test_it_leads_on_in_the_part_for_pregnancy_and_without_the_nomenclature(client, point):
    withdraw(point)
    tree = tree_of(client, "/pregnancy/acupoints/bl-40/", status=410)
    assert tree.xpath("//main//a[@href='/pregnancy/meridians/urinary-bladder/']")


def test_a_reason_with_markup_stays_text(client, host, point):
    withdraw(point, reason="<script>alert(1)</script>")
    assert "<script>alert(1)" not in client.get("/acupoints/bl-40/").content.decode()
