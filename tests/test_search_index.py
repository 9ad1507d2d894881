"""The search's index: that it follows what is public, and that both databases read it alike."""

import datetime
import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import serializers
from django.core.management import call_command
from django.db import connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from articles.models import Article
from editorial import actions, fulltext, redaction, search, verify, words
from editorial.actions import Token
from editorial.errors import Refused
from editorial.models import SearchEntry
from products.models import Product
from tests import factories as f
from tests.database import everything, sql

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)


def found(typed, model=Article, about=(), now=None):
    """Addresses of what the index finds, in its order."""
    contents = search.find(model, typed.split(), now or f.now(), 20, about)
    return [content.slug for content in contents]


def published(slug="legs", **fields):
    return f.publish(f.article(slug=slug, **fields))


def scheduled(content, at):
    f.sign(content)
    f.move("schedule", content, f.user("editor"), go_live_at=at)
    return content


def entries():
    columns = ("pk", "shown_from", "shown_until", *SearchEntry.WORDS)
    return list(SearchEntry.objects.order_by("pk").values_list(*columns))


def indexed():
    """All rows of the index as text, those that SQLite keeps for itself included."""
    tables = everything().items()
    return str([rows for name, rows in tables if name.startswith(fulltext.TABLE)])


def is_in_step():
    return list(search.faults()) == []


# --- What is found, and from when ----------------------------------------------------------


def test_a_drafts_words_are_not_in_the_index():
    f.article(title="Zebra")
    legs = published(title="Legs")
    f.revise(legs, title="Zebra")
    assert found("legs") == ["legs"]
    assert found("zebra") == []
    assert "zebra" not in str(entries())


def test_what_is_signed_but_not_approved_is_not_in_the_index():
    f.sign(f.article(title="Zebra"))
    assert not SearchEntry.objects.exists()


def test_a_scheduled_text_is_found_from_its_second_and_what_it_replaces_until_then():
    legs = published(title="Old words")
    at = f.now() + HOUR
    f.revise(legs, title="New words")
    scheduled(legs, at)
    before = at - datetime.timedelta(microseconds=1)
    assert (found("old", now=before), found("new", now=before)) == (["legs"], [])
    assert (found("old", now=at), found("new", now=at)) == ([], ["legs"])


def test_a_first_text_is_found_from_its_second():
    at = f.now() + HOUR
    scheduled(f.article(slug="legs", title="Legs"), at)
    assert found("legs") == []
    assert found("legs", now=at) == ["legs"]


def test_what_is_taken_off_the_schedule_is_never_found():
    at = f.now() + HOUR
    legs = scheduled(f.article(slug="legs", title="Legs"), at)
    f.move("recall", legs, f.user("editor"))
    assert found("legs", now=at) == []
    assert not SearchEntry.objects.exists()


def test_what_is_held_is_never_found():
    at = f.now() + HOUR
    legs = scheduled(f.article(slug="legs", title="Legs"), at)
    f.revoke(legs)
    assert found("legs", now=at) == []


def test_superseded_words_are_not_found():
    legs = published(title="Old words")
    f.revise(legs, title="New words")
    f.publish(legs)
    assert found("old") == []
    assert found("new") == ["legs"]
    assert "old" not in str(entries())


def test_withdrawn_words_are_not_found_until_they_are_published_again():
    legs = published(title="Legs")
    f.move("withdraw", legs, f.user("editor"), reason="It was wrong.")
    assert found("legs") == []
    assert not SearchEntry.objects.exists()
    f.revise(legs, summary="Put right.")
    assert found("legs") == []
    f.publish(legs)
    assert found("legs") == ["legs"]


def test_a_discarded_draft_leaves_what_is_live():
    legs = published(title="Legs")
    f.revise(legs, title="Zebra")
    f.move("discard", legs, f.user("editor"))
    assert (found("legs"), found("zebra")) == (["legs"], [])


def test_what_is_published_in_an_emergency_is_found():
    f.move("emergency", f.article(slug="legs", title="Legs"), f.user("editor"), reason="Now.")
    assert found("legs") == ["legs"]


def test_a_refused_or_broken_move_leaves_the_index_as_it_was():
    legs = f.article(slug="legs", title="Legs")
    with pytest.raises(Refused):
        f.move("approve", legs, f.user("editor"))
    f.sign(legs)
    with transaction.atomic():
        f.move("approve", legs, f.user("editor"))
        assert found("legs") == ["legs"]
        transaction.set_rollback(True)
    assert found("legs") == []
    assert fulltext.count(connection) == 0


def test_an_article_is_found_by_the_points_that_it_uses_now():
    for code in ("BL40", "ST36", "BL4"):
        f.publish(f.point(code))
    legs = published(body=f.embed("BL40"))
    assert found("x", about=["BL40"]) == ["legs"]
    assert found("x", about=["BL4"]) == []
    f.revise(legs, body=f.embed("ST36"))
    assert found("x", about=["ST36"]) == []
    f.publish(legs)
    assert (found("x", about=["BL40"]), found("x", about=["BL4", "ST36"])) == ([], ["legs"])


def test_an_article_is_found_by_the_topics_that_it_has_now():
    legs = f.article(slug="legs")
    f.tag(legs, "evening rest")
    f.publish(legs)
    assert found("evening") == ["legs"]
    f.tag(legs, "morning")
    f.publish(legs)
    assert (found("evening"), found("morning")) == ([], ["legs"])


def test_tips_and_features_are_found_too():
    f.publish(f.product(name="Mat"))
    assert len(found("firm shape", Product)) == 1
    assert found("firm shape", Article) == []


def test_plain_pages_and_points_have_no_entries():
    f.publish(f.page())
    f.publish(f.point("BL40"))
    assert not SearchEntry.objects.exists()
    assert is_in_step()


# --- Order ---------------------------------------------------------------------------------


def test_title_comes_before_summary_and_summary_before_text_then_the_newest():
    start = f.now() - datetime.timedelta(days=9)
    texts = {
        "in-title": {"title": "Knee"},
        "in-title-newer": {"title": "The knees"},
        "in-summary": {"summary": "About a knee."},
        "in-text": {"body": "<p>A knee.</p>"},
        "in-text-newer": {"body": "<p>Two knees.</p>"},
    }
    for days, (slug, fields) in enumerate(texts.items()):
        at = start + datetime.timedelta(days=days)
        f.publish(f.article(slug=slug, at=at, **fields), at=at)
    order = ["in-title-newer", "in-title", "in-summary", "in-text-newer", "in-text"]
    assert found("knee") == order


def test_what_is_still_to_come_pushes_nothing_out(monkeypatch):
    monkeypatch.setattr(search, "CANDIDATES", 2)
    published(title="Knee")
    for number in range(4):
        scheduled(f.article(title=f"Knee {number}"), f.now() + HOUR)
    assert found("knee") == ["legs"]


def test_no_more_than_asked_for():
    for number in range(4):
        published(slug=f"knee-{number}", title="Knee" if number < 2 else "Leg", summary="Knee")
    assert len(search.find(Article, ["knee"], f.now(), 3)) == 3
    assert len(found("knee")) == 4


# --- Words ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("knee", "Knees and hips"),
        ("KNEE hip", "Knees and hips"),
        ("zusanli", "Press Zúsānlǐ daily"),
        ("Zúsānlǐ", "Press zusanli daily"),
        ("Zu\u0301sa\u0304nli\u030c", "Press Zúsānlǐ daily"),
        ("合谷", "按合谷穴缓解头痛"),
        ("谷穴", "按合谷穴缓解头痛"),
        ("合谷穴 头痛", "按合谷穴缓解头痛"),
        ("low-back", "The low back"),
        ("low back", "Low-back pain"),
        ("STRASSE", "Eine Straße"),
        ("колен", "Боль в колене"),
        ("２０", "For 20 minutes"),
        ("don't", "Why you don’t"),
        ("vitamin b", "Vitamin B"),
        ("1e5x", "A 1e5x b"),
    ],
)
def test_words_are_found_however_they_are_written(typed, text):
    published(title=text)
    assert found(typed) == ["legs"]
    cut = words.words_in(text)
    assert all(words.place(words.part_of(word), cut) for word in typed.split())


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("nee", "Knees and hips"),
        ("knee foot", "Knees and hips"),
        ("谷合", "按合谷穴缓解头痛"),
        ("back-low", "The low back"),
        ("b", "Back"),
        ("2", "For 20 minutes"),
        ("20", "For 200 minutes"),
        ("hips-a", "Knees and hips"),  # the summary goes on with "A sample summary."
        ("strong", "<strong>Knee</strong> &amp; hip"),
        ("article", "Knees"),
    ],
)
def test_other_words_are_not(typed, text):
    published(title="Knees" if "<" in text else text, body=f"<p>{text}</p>")
    assert found(typed) == []


HOSTILE = [
    *('"', "*", "'", "\\", "%", "%s", "(", ")", ":", "^", "-", "+", "&", "|", "!", "<->", "{}"),
    *("AND", "OR", "NOT", "NEAR", "NEAR(knee hip, 2)", "knee AND", "NOT knee", "knee OR"),
    *('"knee', 'knee"*', "knee*", "knee:*", "title:knee", "{title}:knee", "marks:article"),
    *("knee & !hip", "knee <-> hip", "' OR 1=1 --", "knee'); DROP TABLE editorial_content; --"),
    *("\x00", "knee\x00hip", "\ud800", "\u202eknee", "x" * 10_000, "knee " * 2_000, "合" * 10_000),
]


@pytest.mark.parametrize("typed", HOSTILE)
def test_nothing_that_is_typed_is_syntax(client, typed):
    published(title="Knee")
    parts = [part for part in map(words.part_of, typed.split()) if part]
    title = words.words_in("Knee")
    fits = bool(parts) and all(words.place(part, title) for part in parts)
    assert found(typed) == ["legs"] * fits
    for path in ("/search/", "/search/suggest/"):
        typed_utf8 = typed.encode("utf-8", "surrogatepass")
        assert client.get(path, {"q": typed_utf8}).status_code in (200, 400)


@pytest.fixture
def legs():
    return published()


ODD = "ab1 éß合谷œ-'*\"x\u0301½ǐд"


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=st.text(ODD, min_size=1, max_size=30), typed=st.text(ODD, min_size=1, max_size=8))
@example(text="1a", typed="1")
@example(text="合谷", typed="合谷")
def test_the_database_and_the_reasons_read_words_alike(legs, text, typed):
    """What the one finds the other explains, or a result would be lost or have no reason."""
    with transaction.atomic():
        SearchEntry.objects.update(title=" ".join(words.keys_in(text)), head="", text="")
        parts = [part for part in map(words.part_of, typed.split()) if part]
        cut = words.words_in(text)
        fits = bool(parts) and all(words.place(part, cut) for part in parts)
        assert found(typed) == [legs.slug] * fits
        transaction.set_rollback(True)


def test_a_very_long_text_can_be_published_and_is_found_by_its_beginning():
    """PostgreSQL refuses a vector of more than a megabyte."""
    letters = "合谷穴位按摩头痛膝盖"
    long = [f"{number}{letters[number % 10] * 20}" for number in range(40_000)]
    published(title="Knee", body=f"<p>first {'д' * 20} {' '.join(long)} last</p>")
    assert (found("first"), found("last")) == (["legs"], [])


# --- Making it anew ------------------------------------------------------------------------


@pytest.fixture
def story():
    """Texts in every state, with what became of them."""
    f.publish(f.point("BL40"))
    published(title="One", body=f.embed("BL40"))
    f.publish(f.product())
    f.article(title="Draft")
    scheduled(f.article(title="To come"), f.now() + HOUR)
    replaced = published(slug="replaced", title="Old")
    f.revise(replaced, title="New")
    scheduled(replaced, f.now() + HOUR)
    withdrawn = published(slug="withdrawn")
    f.move("withdraw", withdrawn, f.user("editor"), reason="It was wrong.")


def command(*arguments):
    out = io.StringIO()
    call_command("index_search", *arguments, stdout=out)
    return out.getvalue().strip()


def test_made_anew_it_is_the_same(story):
    before = entries()
    assert len(before) == 5
    assert is_in_step()
    assert command() == "ok: 5 texts"
    assert entries() == before
    assert command() == "ok: 5 texts"
    assert entries() == before
    assert is_in_step()


def test_what_is_missing_or_left_over_is_named_and_mended(story):
    before = entries()
    head = Article.objects.get(slug="withdrawn").live_id
    SearchEntry.objects.filter(pk=before[0][0]).update(shown_until=f.now())
    sql("DELETE FROM editorial_searchentry WHERE revision_id = %s", before[1][0])
    SearchEntry.objects.create(pk=head, title="zebra", shown_from=f.now())
    named = [sentence for about, sentence in verify.faults(f.now()) if about == "search"]
    assert [sentence.partition(".")[0] for sentence in named] == [
        "2 texts are missing",
        "2 texts are left over",
        "1 texts have other words than their seals",
    ]
    assert command("--mend") == "ok: 2 texts were missing, 2 were left over"
    assert entries() == before
    assert is_in_step()


def test_words_that_were_not_sealed_find_nothing_that_is_shown(story, client):
    SearchEntry.objects.update(title="zebra", head="zebra", text="zebra")
    assert found("zebra"), "the index was changed"
    page = client.get("/search/?q=zebra").content.decode()
    assert "Nothing here matches “zebra”" in page
    assert list(search.faults()) == ["5 texts have other words than their seals."]
    command()
    assert found("zebra") == []
    assert is_in_step()


def test_the_migration_fills_it_where_an_older_release_went_on_publishing(story):
    before = entries()
    sql("DELETE FROM editorial_searchentry")
    search.after_migrate(using="default")
    assert entries() == before
    search.after_migrate(using="default")
    assert is_in_step()


def test_rows_that_come_by_a_fixture_or_by_sql_are_searched_like_others(story):
    saved = serializers.serialize("json", SearchEntry.objects.all())
    sql("DELETE FROM editorial_searchentry")
    assert fulltext.count(connection) == 0
    for row in serializers.deserialize("json", saved):
        row.save()
    assert fulltext.count(connection) == 5
    assert found("one") == ["legs"]
    sql("UPDATE editorial_searchentry SET title = 'zebra' WHERE title = 'one'")
    assert (found("one"), found("zebra")) == ([], ["legs"])


def test_a_part_of_the_database_that_is_missing_is_named_and_made_again(story):
    connection.check_constraints()
    if connection.vendor == "sqlite":
        sql("DROP TABLE editorial_searchentry_words")
        sql("DROP TRIGGER search_insert")
        absent = "editorial_searchentry_words, search_insert"
    else:
        sql("ALTER TABLE editorial_searchentry DROP COLUMN up_to_head")
        absent = "up_to_head, search_up_to_head"
    assert list(search.faults()) == [f"The database's own parts are missing: {absent}."]
    command()
    assert is_in_step()
    assert found("one") == ["legs"]


@pytest.mark.parametrize("arguments", [(), ("--mend",)])
def test_a_part_that_was_emptied_is_filled_again(story, arguments):
    if connection.vendor == "sqlite":
        sql("DROP TABLE editorial_searchentry_words")
        search.after_migrate(using="default")
        assert found("one") == ["legs"], "the migration fills what it makes"
        sql("DELETE FROM editorial_searchentry_words")
    command(*arguments)
    assert is_in_step()
    assert found("one") == ["legs"]


def test_what_a_lost_trigger_left_behind_is_cleared(story):
    if connection.vendor == "sqlite":
        sql("DROP TRIGGER search_delete")
    sql("DELETE FROM editorial_searchentry WHERE title = 'one'")
    command()
    assert is_in_step()
    assert found("one") == ["legs"]


def test_the_words_that_mark_a_kind_cannot_be_asked_for(story):
    assert words.keys_in("x00000article X00000Article x-ray") == ["x", "ray"]


@pytest.mark.django_db(transaction=True)
def test_emptied_tables_leave_nothing_in_the_index():
    published(title="Knee")
    assert fulltext.count(connection) == 1
    call_command("flush", interactive=False, verbosity=0)
    assert fulltext.count(connection) == 0
    assert is_in_step()


def test_words_removed_by_law_are_nowhere_in_the_index():
    legs = published(title="Sample secretword")
    assert "secretword" in indexed()
    f.revise(legs, title="Nobody is named")
    f.publish(legs)
    asked = redaction.ask(
        legs.revisions.get(number=1), by=f.user("administrator"), at=f.now(), reason="Privacy."
    )
    redaction.do(asked, by=f.user("administrator"), at=f.now())
    assert "secretword" not in indexed()
    assert is_in_step()


def test_words_removed_after_a_text_was_replaced_by_the_clock_are_gone(time_machine):
    legs = published(title="Sample secretword")
    f.revise(legs, title="Nobody is named")
    at = f.now() + HOUR
    scheduled(legs, at)
    time_machine.move_to(at)
    asked = redaction.ask(
        legs.revisions.get(number=1), by=f.user("administrator"), at=at, reason="Privacy."
    )
    redaction.do(asked, by=f.user("administrator"), at=at)
    assert "secretword" not in indexed()
    assert found("nobody") == ["legs"]
    assert is_in_step()
    assert command() == "ok: 2 texts"


def test_a_move_costs_the_index_the_same_however_many_texts_there_are(
    django_assert_max_num_queries,
):
    for number in range(3):
        published(slug=f"knee-{number}")
    legs = f.article(slug="legs")
    f.sign(legs)
    with django_assert_max_num_queries(60) as spent:
        actions.make("approve", Token.of(legs), by=f.user("editor"), at=f.now())
    assert len([q for q in spent.captured_queries if "searchentry" in q["sql"]]) <= 4


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_mending_waits_for_a_move_that_has_not_ended():
    """Or it would write what the move has just replaced, or the same entry twice."""
    legs = f.article(slug="legs", title="Legs")
    f.sign(legs)

    def mend():
        search.mend()
        connection.close()

    with ThreadPoolExecutor() as pool:
        with transaction.atomic():
            f.move("approve", legs, f.user("editor"))
            mended = pool.submit(mend)
            with pytest.raises(TimeoutError):
                mended.result(timeout=0.5)
        mended.result(timeout=10)
    assert found("legs") == ["legs"]
    assert is_in_step()
