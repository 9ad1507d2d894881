"""What `verify` must find, each by doing it, and the sentence that an operator then reads.

tests/test_row_fuzz.py does so to every column.
"""

import datetime
import io
import re
from contextlib import contextmanager

import pytest
import time_machine
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.test import Client
from django.urls import reverse

from articles.models import Topic
from editorial import actions, checks, documents, log, pages, rules, signers, triggers
from editorial.models import (
    Author,
    Book,
    Content,
    Event,
    Letter,
    LogHead,
    Redaction,
    Revision,
    Revocation,
    Seal,
    SearchEntry,
    SignOff,
    User,
)
from tests import bulk
from tests import factories as f
from tests.bench import site as bench
from tests.database import sql
from tests.rowfuzz import house

pytestmark = pytest.mark.django_db


def run(*options):
    out = io.StringIO()
    try:
        call_command("verify", *options, stdout=out)
        code = 0
    except SystemExit as stop:
        code = stop.code
    return code, out.getvalue()


def small_house():
    """Two articles that have been through everything; the words of the first were removed once."""
    people = house.People()
    f.publish(f.point("ST36", cautions=[("vessel", "Gently.")]), people.reviewer)
    product = f.publish(f.product(people.writer))
    house.full(0, people, product)
    house.full(1, people, product)
    house.emergency(house.simple(people), people)
    article_with_a_draft()
    code, out = run()
    assert code == 0, out


def article_with_a_draft():
    """An article with a live revision and a draft beside it, and another with an older draft."""
    writer = f.user("writer")
    article = f.article(by=writer, slug="knee-pain", hero=f.picture(), hero_alt="A hand")
    f.publish(article)
    f.revise(article, by=writer, summary="The next draft.")
    other = f.article(slug="other")
    f.revise(other, summary="Another draft.")


@pytest.fixture(scope="module")
def written_site(written):
    written(small_house)


@pytest.fixture
def site(written_site, db):
    """The articles of a house in which nothing is wrong."""
    return Content.objects.filter(kind="article").order_by("pk")


@pytest.fixture
def knee(site):
    return site.get(slug="knee-pain")


def altered(statement, *parameters):
    triggers.drop(connection)
    assert sql(statement, *parameters) >= 1
    connection.check_constraints()
    triggers.install(connection)


@contextmanager
def rolled_back():
    """Without triggers and, on SQLite, without foreign keys."""
    with transaction.atomic():
        triggers.drop(connection)
        yield
        transaction.set_rollback(True)


def names(*sentences):
    """Whether verify fails and prints lines with all these patterns."""
    code, out = run()
    assert code == 1
    for sentence in sentences:
        assert re.search(sentence, out), out
    return True


def test_a_healthy_site_is_ok():
    f.publish(f.point("BL40"))
    article = f.article(body=f.embed("BL40"), hero=f.picture(), hero_alt="A hand")
    f.publish(article)
    f.publish(f.product())
    f.publish(f.page())
    code, out = run("--render")
    assert (code, out.splitlines()[-1][:3]) == (0, "ok:"), out


def test_copies_of_a_public_article_are_as_true_as_it():
    f.publish(f.point("BL40"))
    article = f.article(body=f.embed("BL40"), authors=[f.author()], children=[f.recommendation()])
    f.tag(article, "knee pain")
    f.publish(article)
    bulk.articles_like(article, 3)
    code, out = run()
    assert code == 0, out


@pytest.mark.once
@pytest.mark.slow
def test_the_house_of_the_benchmark_is_ok():
    bench.build(19)  # each state that is copied has a copy
    code, out = run()
    assert code == 0, out


# {what somebody does: (table, column, value as SQL)}, to the table's first row.
BY_SQL = {
    "accounts linked": ("editorial_user", "alias_of_id", "(SELECT max(id) FROM editorial_user)"),
    "an account made a superuser": ("editorial_user", "is_superuser", "true"),
    "an account let in again": ("editorial_user", "is_active", "false"),
    "a reviewer's address": ("editorial_reviewer", "slug", "'another'"),
    "a reviewer's name": ("editorial_reviewer", "name", "'Another'"),
    "an author's account": (
        "editorial_author",
        "has_no_account = NULL, user_id",
        "(SELECT max(id) FROM editorial_user)",
    ),
    "a credential made longer": ("editorial_credential", "valid_until", "'2099-01-01'"),
    "a book": ("editorial_book", "title", "'Another'"),
    "a topic": ("articles_topic", "name", "'Another'"),
    "who wrote": ("editorial_revision", "created_by_id", "(SELECT max(id) FROM editorial_user)"),
    "what it came from": (
        "editorial_revision",
        "origin_id",
        "(SELECT max(id) FROM editorial_revision)",
    ),
    "a byline's author": (
        "articles_byline",
        "author_id",
        "(SELECT max(id) FROM editorial_author)",
    ),
    "a correction": ("editorial_correction", "note", "'Nothing was wrong.'"),
    "a comment": ("editorial_comment", "text", "'Well done.'"),
    "a must-fix": ("editorial_comment", "must_fix", "false"),
    "a change request": ("editorial_changerequest", "reason", "'None.'"),
    "a request": ("editorial_reviewrequest", "status", "'declined'"),
    "a checked source": ("editorial_sourcecheck", "claim", "'0'"),
    "a preview link made longer": ("editorial_previewlink", "expires_at", "'2099-01-01 00:00Z'"),
    "a retraction's reason": ("editorial_revocation", "reason", "'A whim.'"),
    "a redaction's reason": ("editorial_redaction", "reason", "'None.'"),
    "a signature's name": ("editorial_signoff", "name", "'Another'"),
}


@pytest.mark.parametrize("what", BY_SQL)
def test_a_row_altered_by_sql_is_named_with_table_and_key(site, what):
    table, column, value = BY_SQL[what]
    model = next(m for m in apps.get_models() if m._meta.db_table == table)
    key = model._base_manager.order_by("pk").first().pk
    altered(f"UPDATE {table} SET {column} = {value} WHERE id = %s", key)
    assert names(rf"{table}.*: Row {key} is not|: Row {key} of {table} is not what the log says")


@pytest.mark.parametrize("table", sorted({table for table, *_rest in BY_SQL.values()}))
def test_a_row_deleted_by_sql_is_named(site, table):
    if connection.vendor == "postgresql" and table in NAMED_BY_OTHERS:
        return  # its foreign keys hold
    model = next(m for m in apps.get_models() if m._meta.db_table == table)
    key = model._base_manager.order_by("pk").last().pk
    with rolled_back():
        sql(f"DELETE FROM {table} WHERE id = %s", key)
        assert names(rf"{table}.*: Row {key} is gone|: Row {key} of {table} is gone")


NAMED_BY_OTHERS = {
    "editorial_user",
    "editorial_author",
    "editorial_reviewer",
    "editorial_revision",
    "editorial_signoff",
    "editorial_credential",
    "editorial_comment",
    "articles_topic",
}


def test_an_emergency_made_longer_by_sql_is_named(site):
    content = site.get(emergency_until__isnull=False)
    altered(
        "UPDATE editorial_content SET emergency_until = NULL, version = version + 1 WHERE id = %s",
        content.pk,
    )
    assert names(f"article {content.slug}: Row {content.pk} of editorial_content is not what")


def test_a_redaction_undone_by_sql_is_named(site):
    done = Redaction.objects.exclude(done_at=None).get()
    altered(
        "UPDATE editorial_redaction SET done_at = NULL, done_by_id = NULL WHERE id = %s", done.pk
    )
    assert names(f"Row {done.pk} of editorial_redaction is not what the log says")


def test_words_that_were_removed_by_law_and_are_put_back_are_named(site):
    done = Redaction.objects.exclude(done_at=None).get()
    about = rf"article \S+, revision {done.revision.number}: Words that were removed"
    altered(
        "UPDATE articles_articlerevision SET title = 'Private' WHERE revision_ptr_id = %s",
        done.revision_id,
    )
    assert names(about)


def test_a_part_of_removed_words_that_is_put_back_is_named(site):
    done = Redaction.objects.exclude(done_at=None).get()
    byline = done.revision.content.typed.head.typed.bylines.get()
    altered(
        "INSERT INTO articles_byline (revision_id, position, author_id, name, slug) "
        "VALUES (%s, 0, %s, %s, %s)",
        done.revision_id,
        byline.author_id,
        byline.name,
        byline.slug,
    )
    assert names("of articles_byline is named by no line", "Words that were removed by law")


def test_words_bytes_and_digest_changed_together_are_named(site):
    """Consistent among themselves, but not what the line of the save says."""
    draft = f.article(slug="draft")
    other = f.article(slug="others", title="Others")
    true = Seal.objects.get(pk=draft.head_id)
    altered(
        "UPDATE articles_articlerevision SET title = 'Others' WHERE revision_ptr_id = %s",
        draft.head_id,
    )
    false = actions.bytes_of(Revision.objects.get(pk=draft.head_id).typed, true.format)
    altered(
        "UPDATE editorial_seal SET canonical = %s, digest = %s WHERE revision_id = %s",
        false,
        documents.digest_of(false),
        draft.head_id,
    )
    assert names("article draft, revision 1: Its seal is not the one that the log says")
    assert f"article {other.slug}" not in run()[1]


def test_a_content_deleted_by_sql_is_named(site):
    if connection.vendor != "sqlite":
        return  # its foreign keys hold
    key = site.first().pk
    with rolled_back():
        sql("DELETE FROM editorial_content WHERE id = %s", key)
        assert names(f"Row {key} of editorial_content is gone")


def test_a_content_that_no_line_names_is_named(site):
    by = User.objects.first()
    made = Content.objects.create(
        kind="page", slug="put-in", created_at=f.now(), moved_at=f.now(), created_by=by
    )
    assert names(f"page put-in: Row {made.pk} of editorial_content is named by no line")


def test_two_rows_that_change_places_are_named(site):
    one, two = SignOff.objects.order_by("pk")[:2]
    triggers.drop(connection)
    for row, other in ((one, two), (two, one)):
        sql("UPDATE editorial_signoff SET signed_at = %s WHERE id = %s", other.signed_at, row.pk)
    assert names(*(f"Row {row.pk} of editorial_signoff is not what" for row in (one, two)))


# --- One fault at a time, in a sentence of its own --------------------------------------------


def changed(content, **columns):
    Content.objects.filter(pk=content.pk).update(version=F("version") + 1, **columns)


def of_another():
    return Revision.objects.get(content__slug="other", number=1)


def without_its_seal(knee):
    sql("DELETE FROM editorial_seal WHERE revision_id = %s", knee.head_id)


def without_its_fields(knee):
    sql("DELETE FROM articles_articlerevision WHERE revision_ptr_id = %s", knee.head_id)


def head_of_another(knee):
    changed(knee, head=of_another())


def live_of_another(knee):
    changed(knee, live=of_another())


def scheduled_of_another(knee):
    later = f.now() + datetime.timedelta(days=1)
    changed(knee, scheduled=of_another(), scheduled_at=later)


def live_and_head_exchanged(knee):
    changed(knee, live=knee.head_id, head=knee.live_id)


def signed_for_other_bytes(knee):
    sql("UPDATE editorial_signoff SET digest = %s WHERE content_id = %s", "0" * 64, knee.pk)


def signed_without_a_line(knee):
    told = "UPDATE editorial_event SET move = 'comment' WHERE move = 'sign' AND content_id = %s"
    sql(told, knee.pk)


def signed_by_who_wrote_it(knee):
    signer = SignOff.objects.get(content=knee).signed_by
    sql("UPDATE editorial_user SET alias_of_id = %s WHERE id = %s", knee.created_by_id, signer.pk)


def taken_back_without_a_line(knee):
    signoff = SignOff.objects.get(content=knee)
    facts = {"revoked_at": f.now(), "revoked_by": signoff.signed_by, "reason": "No."}
    Revocation.objects.create(signoff=signoff, kind="retract", **facts)


def without_its_place_in_the_index(knee):
    SearchEntry.objects.filter(pk=knee.live_id).delete()


FAULTS = [
    (without_its_seal, "article knee-pain, revision 2: It was never sealed."),
    (without_its_fields, "article knee-pain, revision 2: Its fields are gone."),
    (head_of_another, "article knee-pain: head names a revision of another content."),
    (live_of_another, "article knee-pain: live names a revision of another content."),
    (scheduled_of_another, "article knee-pain: scheduled names a revision of another content."),
    (head_of_another, "article knee-pain: Its head is not what the log says was saved last."),
    (
        live_and_head_exchanged,
        "article knee-pain: Its head is not what the log says was saved last.",
    ),
    (
        live_and_head_exchanged,
        "article knee-pain: What readers get is not what the log says was approved.",
    ),
    (signed_for_other_bytes, "of editorial_signoff is not what the log says was written."),
    (signed_without_a_line, "is not what was written."),
    (signed_by_who_wrote_it, "article knee-pain: Sample Reviewer signed and also contributed."),
    (taken_back_without_a_line, "of editorial_revocation is named by no line of the log."),
    (without_its_place_in_the_index, "search: "),
]


def told_after(deed):
    """What is printed after a deed that the guards would have refused; then all is as before."""
    with rolled_back():
        deed()
        code, out = run()
    assert code == 1, out
    return out


@pytest.mark.parametrize("deed", list(dict.fromkeys(deed for deed, _sentence in FAULTS)))
def test_each_fault_is_named_by_its_own_sentence(knee, deed):
    out = told_after(lambda: deed(knee))
    assert [words for by, words in FAULTS if by is deed and words not in out] == [], out


def test_guards_that_are_gone_are_named_and_counted(site):
    *lines, last = told_after(lambda: None).splitlines()
    assert {line.partition(":")[0] for line in lines} == {"database"}
    assert len(lines) == len(triggers.expected(connection.vendor))
    counted = [model.objects.count() for model in (Content, Seal, SignOff, Event)]
    seen = "{} contents, {} seals, {} sign-offs, {} log lines".format(*counted)
    assert last == f"FAULTY: {len(lines)} faults in {seen}"


def test_a_picture_that_is_gone_is_named(knee):
    name = knee.live.typed.hero.name
    with default_storage.open(name) as file:
        data = file.read()
    default_storage.delete(name)
    code, out = run()
    default_storage.save(name, ContentFile(data))
    assert code == 1
    assert f"The picture {name} is gone." in out


def test_a_healthy_site_with_one_of_each_fate_is_ok():
    """Discarded, restored, taken back, withdrawn, held, scheduled and due: none is a fault."""
    point = f.publish(f.point("BL40"))
    discarded = f.publish(f.article(body=f.embed("BL40")))
    f.revise(discarded, summary="Never mind.")
    f.move("discard", discarded, f.user("editor"))
    retracted = f.publish(f.article())
    f.revoke(retracted)
    held = f.article(body=f.embed("BL40"))
    scheduled = f.publish(f.article())
    f.revise(scheduled, summary="From tomorrow.")
    for content in (held, scheduled):
        f.sign(content)
        later = f.now() + datetime.timedelta(days=1)
        f.move("schedule", content, f.user("editor"), go_live_at=later)
    f.move("withdraw", point, f.user("editor"), reason="It was wrong.")
    for days in (0, 2):
        with time_machine.travel(f.now() + datetime.timedelta(days=days)):
            code, out = run()
            assert code == 0, out


# --- The house -------------------------------------------------------------------------------


def test_a_role_given_by_sql_is_named(site):
    user, group = (
        User.objects.filter(groups__name="writer").first(),
        Group.objects.get(name="editor"),
    )
    sql("INSERT INTO editorial_user_groups (user_id, group_id) VALUES (%s, %s)", user.pk, group.pk)
    assert names(f"editorial_user: Row {user.pk} is not what the log says")


def test_a_permission_given_to_an_account_by_sql_is_named(site):
    user, permission = User.objects.first(), Permission.objects.first()
    sql(
        "INSERT INTO editorial_user_user_permissions (user_id, permission_id) VALUES (%s, %s)",
        user.pk,
        permission.pk,
    )
    assert names(f"editorial_user: Row {user.pk} is not what the log says")


def test_a_permission_given_to_a_role_by_sql_is_named(site):
    group = Group.objects.get(name="writer")
    approve = Permission.objects.get(codename="approve_content")
    sql(
        "INSERT INTO auth_group_permissions (group_id, permission_id) VALUES (%s, %s)",
        group.pk,
        approve.pk,
    )
    assert names("auth_group: The group writer may not do exactly what its role lists")


def test_a_role_put_in_and_one_taken_away_are_named(site):
    Group.objects.create(name="publisher")
    Group.objects.get(name="reviewer").permissions.clear()
    assert names("The group publisher may not", "The group reviewer may not")


def test_a_point_of_the_nomenclature_altered_by_sql_is_named(site):
    f.standard_point("LI4", [("vessel", "Gently.")])
    assert "Its rows" not in run()[1]
    altered("UPDATE acupoints_standardpoint SET region = 'foot-sole'")
    assert names("acupoints_standardpoint: Its rows are not what the log says")


def test_a_topic_without_a_line_is_named(site):
    made = Topic.objects.create(name="put in")
    assert names(f"articles_topic: Row {made.pk} is named by no line")


def test_an_account_made_by_the_command_is_named_by_a_line(site):
    call_command(
        "createsuperuser", "--no-input", username="another", email="a@b.example", verbosity=0
    )
    assert run()[0] == 0
    line = Event.objects.latest("seq")
    assert (line.move, line.rows[0][1]) == ("user_added", User.objects.get(username="another").pk)


@pytest.fixture
def desk():
    client = Client()
    client.force_login(f.user("superuser"))
    return client


def test_books_added_and_taken_away_at_the_desk_are_told(site, desk):
    author = Book.objects.first().author
    url = reverse("admin:editorial_author_change", args=[author.pk])
    form = {"name": author.name, "user": author.user_id, "active": "on", "bio": ""}
    kept = {"books-0-id": author.books.get().pk, "books-0-author": author.pk}
    kept |= {"books-0-title": "A book", "books-0-isbn": "978-3-16-148410-0"}
    counts = {"books-TOTAL_FORMS": 2, "books-INITIAL_FORMS": 1, "books-0-position": 0}
    new = {"books-1-author": author.pk, "books-1-title": "New", "books-1-position": 1}
    new |= {"books-1-isbn": "978-3-16-148410-0"}
    assert desk.post(url, form | counts | kept | new).status_code == 302
    assert author.books.count() == 2
    assert run()[0] == 0, run()[1]
    away = {"books-TOTAL_FORMS": 1, "books-INITIAL_FORMS": 1, "books-0-DELETE": "on"}
    first = {"books-0-id": author.books.first().pk}
    assert desk.post(url, form | counts | kept | away | first).status_code == 302
    assert author.books.count() == 1
    assert run()[0] == 0, run()[1]


def test_an_author_deleted_at_the_desk_is_told_and_may_not_come_back(site, desk):
    author = Book.objects.first().author
    key = author.pk
    url = reverse("admin:editorial_author_delete", args=[key])
    assert desk.post(url, {"post": "yes"}).status_code == 302
    assert not Author.objects.filter(pk=key).exists()
    assert run()[0] == 0, run()[1]
    author.pk = key
    author.save(force_insert=True)
    assert names(f"editorial_author: Row {key} is not what the log says")


# --- Signers -----------------------------------------------------------------------------------


def test_a_signer_who_turns_out_to_have_written_is_named(site):
    article = f.publish(f.article(slug="own"))
    signoff = SignOff.objects.get(content=article)
    altered(
        "UPDATE editorial_revision SET created_by_id = %s WHERE content_id = %s",
        signoff.signed_by_id,
        article.pk,
    )
    assert names("article own: Sample Reviewer signed and also contributed")


def test_contributors_in_bulk_are_those_of_the_rule(site):
    source = site.first().head
    actions.duplicate(source, by=f.user("editor"), at=f.now(), slug="copied")
    for content in Content.objects.all():
        for until in (f.now(), content.created_at):
            family = signers.Family({content.pk})
            accounts = family.contributors(content.pk, until)
            persons = signers.persons_of(accounts)
            assert set(persons.values()) == rules.contributors(content, until), content


def test_signers_cost_no_query_a_signature(site, django_assert_max_num_queries):
    contents = site.in_bulk()
    assert SignOff.objects.filter(content__in=contents).count() >= 4
    with django_assert_max_num_queries(10):
        assert list(signers.faults(contents)) == []


# --- The log ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE editorial_event SET mac = 'x' WHERE seq = 9", "line 9 was not written by this"),
        ("UPDATE editorial_event SET rows = '[]' WHERE seq = 9", "line 9 is not what was written"),
        ("UPDATE editorial_event SET key_id = 'x' WHERE seq = 9", "line 9 is not what was"),
        ("UPDATE editorial_event SET layout = 1 WHERE seq = 9", "line 9 is not what was written"),
        ("UPDATE editorial_event SET layout = 9 WHERE seq = 9", "line 9 is not what was written"),
        ("UPDATE editorial_event SET previous = 'x' WHERE seq = 9", "line 9 does not follow"),
        ("UPDATE editorial_event SET seq = 90000 WHERE seq = 9", "line 9 is missing"),
        ("DELETE FROM editorial_event WHERE seq = 9", "Log line 9 is missing"),
    ],
)
def test_a_changed_line_is_named(site, statement, sentence):
    altered(statement)
    assert names(f"log: .*{sentence}")


def test_a_gap_in_the_lines_of_a_content_is_named(site):
    line = Event.objects.filter(content=site.first(), nth=3).get()
    altered("DELETE FROM editorial_event WHERE seq = %s", line.seq)
    assert names(f"article {site.first().slug}: Lines of the log about this page are missing")


# --- The log's head ----------------------------------------------------------------------------


def mended():
    out = io.StringIO()
    call_command("mend_log_head", stdout=out)
    return out.getvalue()


def put_in_a_line(head):
    """By SQL that no trigger refuses: a line, and the head at it."""
    columns = "seq, at, move, digest, data, previous, hash, mac, layout, rows"
    values = "%s, %s, 'sign', '', '{}', %s, 'forged', 'forged', 2, '[]'"
    line = [head.count + 1, f.now(), head.hash]
    sql(f"INSERT INTO editorial_event ({columns}) VALUES ({values})", *line)


HEADS = {
    "turned back": "UPDATE editorial_loghead SET count = count - 1",
    "turned back for good": "UPDATE editorial_loghead SET count = 0, hash = 'x'",
    "with another hash": "UPDATE editorial_loghead SET hash = 'x'",
    "gone": "DELETE FROM editorial_loghead",
}


@pytest.mark.parametrize("how", HEADS)
def test_a_changed_head_is_named_and_mended_with_a_line(site, how):
    true = LogHead.objects.get()
    altered(HEADS[how])
    assert names("log: The log does not end where its head says.*manage.py mend_log_head puts it")
    if how.startswith("turned"):
        with pytest.raises(IntegrityError), transaction.atomic():
            f.user()
    assert "is at the last one now" in mended()
    assert run()[0] == 0, run()[1]
    line = Event.objects.latest("seq")
    assert (line.seq, line.previous) == (true.count + 1, true.hash)
    assert (line.move, line.data["after"]) == ("log_head_mended", true.count)
    f.user()
    assert run()[0] == 0


def test_a_head_left_behind_by_a_line_of_somebody_elses_lets_nobody_write_until_mended(site):
    true = LogHead.objects.get()
    put_in_a_line(true)
    with pytest.raises(IntegrityError), transaction.atomic():
        f.user()
    forged = f"log: Log line {true.count + 1} is not what was written"
    assert names(forged, "mend_log_head puts it at the last line")
    mended()
    f.user()
    assert names(forged)
    assert "does not end where" not in run()[1]
    assert len([line for line in run()[1].splitlines() if line.startswith("log:")]) == 1


def test_a_head_that_names_lines_which_are_gone_is_not_mended(site):
    last = LogHead.objects.get().count
    altered("DELETE FROM editorial_event WHERE seq = %s", last)
    assert names(f"at line {last}, but the last is {last - 1}. Lines are gone, and only a backup")
    with pytest.raises(CommandError, match="Lines are gone"):
        mended()
    assert LogHead.objects.get().count == last


def test_a_head_that_is_right_is_left_alone(site):
    before = LogHead.objects.get()
    assert mended() == "ok: the log ends where its head says\n"
    after = LogHead.objects.get()
    assert (after.count, after.hash) == (before.count, before.hash)


def test_an_empty_log_needs_no_head():
    assert log.fault_of_head(None, 0, log.GENESIS) is None


# --- How much is asked -------------------------------------------------------------------------


def test_since_asks_only_for_what_later_lines_are_about(site):
    old, since = site.first(), Event.objects.latest("seq").seq
    new = f.article(slug="newer")
    assert run(f"--since={since}")[0] == 0
    altered("UPDATE editorial_comment SET text = 'x' WHERE content_id = %s", old.pk)
    assert run(f"--since={since}")[0] == 0
    altered("UPDATE editorial_revision SET note = 'x' WHERE content_id = %s", new.pk)
    code, out = run(f"--since={since}")
    assert code == 1
    assert "article newer: Row" in out
    assert old.slug not in out


def test_since_follows_the_chain_from_its_line(site):
    since = Event.objects.latest("seq").seq
    f.article()
    altered("UPDATE editorial_event SET move = 'x' WHERE seq = %s", since - 1)
    assert run(f"--since={since}")[0] == 0
    altered("UPDATE editorial_event SET move = 'x' WHERE seq = %s", since + 1)
    assert run(f"--since={since}")[0] == 1


def test_since_a_line_that_is_not_there_is_refused(site):
    with pytest.raises(CommandError, match="no line 999999"):
        run("--since=999999")


def test_render_finds_a_rendering_that_was_planted_in_the_cache(site):
    data = bytes(Seal.objects.get(pk=site.last().head_id).canonical)
    pages.renderings.set(pages.rendering_key(data), {"head": "", "body": "Planted"}, 60)
    try:
        assert run()[0] == 0
        code, out = run("--render")
        assert code == 1
        assert "The cache holds another rendering" in out
    finally:
        pages.renderings.delete(pages.rendering_key(data))
        cache.clear()


def test_a_chunk_ends_where_it_may(site, monkeypatch):
    """Asked a content, and a revision, at a time, the house is as whole as all at once."""
    monkeypatch.setattr("editorial.verify.CHUNK", 1)
    monkeypatch.setattr("editorial.replay.CHUNK", 1)
    code, out = run()
    assert code == 0, out
    key = site.first().pk
    altered("UPDATE editorial_comment SET text = 'x' WHERE content_id = %s", key)
    assert names("of editorial_comment is not what the log says")


# --- Tables that are named, or say why not ---------------------------------------------------


def test_a_column_that_nobody_logs_fails_the_check(monkeypatch):
    monkeypatch.setattr(User, "UNLOGGED", {})
    said = [error.msg for error in checks.unlogged(User)]
    assert any("password" in sentence for sentence in said)
    assert {error.id for error in checks.unlogged(User)} == {"editorial.E007"}


def test_a_table_that_nobody_logs_fails_the_check(monkeypatch):
    monkeypatch.delattr(Letter, "NOT_LOGGED")
    assert [error.id for error in checks.unlogged(Letter)] == ["editorial.E006"]


def test_every_table_is_named_or_says_why_not():
    assert checks.every_column_is_logged_or_says_why_not(None) == []
