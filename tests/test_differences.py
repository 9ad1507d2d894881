"""What changed between two documents: nothing is left out, and nothing else is shown."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.models import Source, Tip
from editorial import differences, documents
from editorial.differences import NEW, OLD, SAME
from tests import desk
from tests import factories as f
from tests.test_reviewing import logged_in

TEXTS = st.text(alphabet="ab ,.\n膝盖痛合谷\U00020000é", max_size=40)


def side(parts, kind):
    return "".join(text for what, text in parts if what in (SAME, kind))


@given(TEXTS, TEXTS)
def test_each_side_reads_whole_from_the_parts(before, after):
    parts = differences.words(before, after)
    assert side(parts, OLD) == before
    assert side(parts, NEW) == after


@given(TEXTS)
def test_equal_texts_differ_in_nothing(text):
    assert all(kind == SAME for kind, _text in differences.words(text, text))


@given(st.lists(TEXTS, max_size=6), st.lists(TEXTS, max_size=6))
def test_lists_of_blocks_lose_none_that_changed(before, after):
    blocks = differences.compared(before, after)
    shown_old = [side(block, OLD) for block in blocks if any(kind != NEW for kind, _t in block)]
    shown_new = [side(block, NEW) for block in blocks if any(kind != OLD for kind, _t in block)]
    for gone in (text for text in before if text.strip() and text not in after):
        assert gone in shown_old
    for came in (text for text in after if text.strip() and text not in before):
        assert came in shown_new


def test_one_chinese_character_is_marked_and_not_its_sentence():
    parts = differences.words("按压膝盖外侧的阳陵泉。", "按压膝盖内侧的阳陵泉。")
    assert parts == [(SAME, "按压膝盖"), (OLD, "外"), (NEW, "内"), (SAME, "侧的阳陵泉。")]


def test_a_word_is_marked_whole():
    parts = differences.words("Press it gently.", "Press it firmly.")
    assert (OLD, "gently") in parts
    assert (NEW, "firmly") in parts


def test_a_very_long_text_is_compared_in_little_time():
    before, after = "a b " * 4000, "b a " * 4000
    assert differences.words(before, after) == [(OLD, before), (NEW, after)]


@pytest.mark.django_db
class TestDocuments:
    @pytest.fixture
    def pair(self):
        """An article's first document and a copy to change."""
        f.publish(f.point("BL40"))
        article = f.article(
            body=f'<h2>Where</h2><p>One. <a href="#source-1">Two.</a></p>{f.embed("BL40")}',
            hero=f.picture(),
            hero_alt="A knee",
            children=[
                Tip(lead="Rest", text="Rest a while."),
                Source(title="A study", url="https://example.org/", supports="This."),
            ],
        )
        f.tag(article, "knee pain")
        document = documents.parse(article.head.seal.canonical)
        return document, copy.deepcopy(document)

    def names(self, pair):
        return [found.name for found in differences.between(*pair)]

    def test_every_field_that_can_differ_is_found(self, pair):
        """Whatever is sealed: no field is without its difference."""
        old, _new = pair
        for name, value in old["fields"].items():
            new = copy.deepcopy(old)
            new["fields"][name] = other(value)
            assert self.names((old, new)) == [differences.label(name)], name

    def test_a_changed_link_an_embed_and_a_renewed_point(self, pair):
        old, new = pair
        new["fields"]["body"] = new["fields"]["body"].replace("#source-1", "#source-2")
        assert self.names(pair) == ["Body"]
        new["fields"]["body"] = old["fields"]["body"].replace("BL40", "ST36")
        (found,) = differences.between(old, new)
        assert [side(found.blocks[-1], kind) for kind in (OLD, NEW)] == ["[BL40]", "[ST36]"]
        new["fields"]["body"] = old["fields"]["body"]
        new["pins"][0]["digest"] = "0" * 64
        assert self.names(pair) == ["Acupoints in the text"]

    def test_a_changed_heading_level_is_a_difference(self, pair):
        _old, new = pair
        new["fields"]["body"] = new["fields"]["body"].replace("h2>", "h3>")
        assert self.names(pair) == ["Body"]

    def test_a_picture_is_shown_and_not_its_hash(self, pair):
        _old, new = pair
        new["fields"]["hero"]["sha256"] = "0" * 64
        (found,) = differences.between(*pair)
        assert found.pictures[0] != found.pictures[1]
        assert found.blocks == []

    def test_the_desk_shows_both_pictures_and_every_changed_row(self):
        article = f.article(hero=f.picture((1, 1, 1)), hero_alt="A knee")
        f.tag(article, "knee pain")
        tagged = desk.head(article)
        f.revise(article, hero=f.picture((9, 9, 9)), title="Another title", tagged=[])
        article.refresh_from_db()
        reader = logged_in(f.user("editor"))
        page = reader.get(desk.url(tagged, "compare", article.head_id)).content.decode()
        assert page.count("/media/images/") == 2
        assert "<ins>Another</ins>" in page
        assert "knee pain" in page


def other(value):
    """A value of the same kind that is not the same."""
    if isinstance(value, str):
        return f"{value}<p>Otherwise.</p>" if "<p>" in value else f"{value} Otherwise."
    if isinstance(value, list):
        return [*value, {"lead": "More", "text": "Of it."}]
    if isinstance(value, dict):
        return value | {"sha256": "0" * 64}
    return "Otherwise."
