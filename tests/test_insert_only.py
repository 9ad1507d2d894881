"""Raw SQL against what is written for good: refused on SQLite and on PostgreSQL."""

import copy

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from articles.models import Source, Tip
from editorial.models import (
    Comment,
    Correction,
    InsertOnly,
    InsertOnlyError,
    Revision,
    Seal,
    SignOff,
    SourceCheck,
)
from tests import factories as f
from tests.database import everything, sql

pytestmark = pytest.mark.django_db

TABLES = sorted(
    model._meta.db_table
    for model in apps.get_models()
    if issubclass(model, InsertOnly) and model._meta.managed
)


def full_site():
    """A database in which every insert-only table holds a row."""
    f.publish(f.point("BL40", cautions=[("vessel", "Gently.")], evidence=[f.evidence()]))
    f.standard_point("LI4", cautions=[("pregnancy:avoid-named", "Avoided.")])
    reviewer = f.reviewer()
    article = f.article(
        body=f.embed("BL40"),
        authors=[f.author()],
        children=[
            Tip(lead="Rest", text="Rest a while."),
            Source(title="A study", url="https://example.org/", supports="This."),
            f.recommendation(),
            f.invitation(),
        ],
    )
    f.tag(article, "knee pain")
    f.move("submit", article, article.created_by)
    f.move("request_changes", article, f.user("editor"), reason="Shorter, please.")
    f.revise(article, article.created_by, summary="Shorter.")
    f.publish(article, reviewer)
    what_surrounds_a_review(article)
    f.publish(f.page())
    f.revoke(article)
    return article


@pytest.fixture(scope="module")
def written_site(written):
    return written(full_site)


@pytest.fixture
def site(written_site, db):
    return copy.deepcopy(written_site)


def what_surrounds_a_review(article):
    """A comment, a checked source and a correction."""
    article.refresh_from_db()
    about = {"content": article, "revision": article.live}
    by = article.created_by
    Comment.objects.create(**about, author=by, at=f.now(), text="Says who?")
    SourceCheck.objects.create(**about, claim="0" * 64, checked_by=by, at=f.now())
    Correction.objects.create(**about, note="A number was wrong.", by=by, at=f.now())


def refused(statement, *parameters):
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        sql(statement, *parameters)
    return str(error.value)


def key_of(table):
    return next(m for m in apps.get_models() if m._meta.db_table == table)._meta.pk.column


def columns_of(table):
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, table)
    return ", ".join(f'"{column.name}"' for column in described)


def test_every_table_has_a_row_to_attack(site):
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            assert cursor.fetchone()[0], table


@pytest.mark.parametrize("table", TABLES)
class TestRawSql:
    def test_update(self, site, table):
        key = key_of(table)
        assert "written once" in refused(f'UPDATE "{table}" SET "{key}" = "{key}"')

    def test_delete(self, site, table):
        assert "written once" in refused(f'DELETE FROM "{table}"')

    def test_insert_over_an_existing_row(self, site, table):
        columns = columns_of(table)
        for clause in self.clauses(table):
            verb, tail = clause
            refused(f'{verb} INTO "{table}" ({columns}) SELECT {columns} FROM "{table}" {tail}')

    def clauses(self, table):
        key = key_of(table)
        # SQLite needs a WHERE before ON CONFLICT in INSERT … SELECT.
        yield "INSERT", f'WHERE true ON CONFLICT ("{key}") DO UPDATE SET "{key}" = excluded."{key}"'
        yield "INSERT", "WHERE true ON CONFLICT DO NOTHING"
        if connection.vendor == "sqlite":
            yield "INSERT OR REPLACE", ""
            yield "INSERT OR IGNORE", ""
            yield "REPLACE", ""

    def test_truncate(self, site, table):
        if connection.vendor == "postgresql":
            assert "written once" in refused(f'TRUNCATE "{table}" CASCADE')
        else:  # SQLite empties a table by DELETE without WHERE, past no trigger
            assert "written once" in refused(f'DELETE FROM "{table}" WHERE true')


def test_replace_through_another_unique_key(site):
    """A new primary key with an old (content, number): REPLACE would delete the old row."""
    revision = site.head
    verb = "INSERT OR REPLACE" if connection.vendor == "sqlite" else "INSERT"
    refused(
        f"{verb} INTO editorial_revision (id, content_id, number, note, created_at, created_by_id) "
        "VALUES (999999, %s, %s, '', %s, %s)",
        site.pk,
        revision.number,
        revision.created_at,
        revision.created_by_id,
    )


@pytest.mark.parametrize(
    ("table", "columns", "values"),
    [
        ("articles_tip", "revision_id, position, lead, text", "%s, 9, 'More', 'Words'"),
        (
            "articles_source",
            "revision_id, position, title, authors_year, doi, pmid, url, supports",
            "%s, 9, 'T', '', '', '', '', 'S'",
        ),
        ("articles_pagerevision", "revision_ptr_id, title, summary, body", "%s, 'a', 'b', 'c'"),
    ],
)
def test_nothing_is_added_to_a_sealed_revision(site, table, columns, values):
    message = refused(f"INSERT INTO {table} ({columns}) VALUES ({values})", site.head_id)
    assert "sealed" in message


@pytest.mark.parametrize("column", ["head_id", "live_id", "scheduled_id"])
def test_a_pointer_to_another_contents_revision(site, column):
    other = f.article()
    message = refused(
        f"UPDATE editorial_content SET {column} = %s, version = version + 1 WHERE id = %s",
        other.head_id,
        site.pk,
    )
    assert "same content" in message


@pytest.mark.parametrize("column", ["head_id", "live_id", "scheduled_id"])
def test_a_pointer_to_an_unsealed_revision(site, column):
    sql(
        "INSERT INTO editorial_revision (content_id, number, note, created_at, created_by_id) "
        "VALUES (%s, 77, '', %s, %s)",
        site.pk,
        f.now(),
        site.created_by_id,
    )
    unsealed = Revision.objects.get(number=77)
    message = refused(
        f"UPDATE editorial_content SET {column} = %s, version = version + 1 WHERE id = %s",
        unsealed.pk,
        site.pk,
    )
    assert "sealed" in message


def test_a_content_cannot_be_inserted_with_a_foreign_pointer(site):
    refused(
        "INSERT INTO editorial_content (uid, kind, locale, slug, status, version, created_at, "
        "created_by_id, moved_at, head_id, withdrawal_reason, is_demo) "
        "SELECT %s, kind, locale, 'other', status, 1, created_at, created_by_id, moved_at, "
        "head_id, '', is_demo FROM editorial_content WHERE id = %s",
        "0" * 32,
        site.pk,
    )


def test_a_change_that_does_not_raise_the_version(site):
    message = refused("UPDATE editorial_content SET status = 'draft' WHERE id = %s", site.pk)
    assert "version" in message


def test_a_signoff_for_other_words_than_the_seals(site):
    signoff = SignOff.objects.filter(content=site).first()
    refused(
        "INSERT INTO editorial_signoff (content_id, revision_id, digest, reviewer_id, "
        "credential_id, signed_by_id, signed_at, name, credential_line, scope, "
        "conflict_statement, next_review_on, mac) SELECT content_id, revision_id, %s, %s, "
        "credential_id, signed_by_id, signed_at, name, credential_line, scope, "
        "conflict_statement, next_review_on, mac FROM editorial_signoff WHERE id = %s",
        "0" * 64,
        f.reviewer().pk,
        signoff.pk,
    )


def test_a_pin_to_an_unsealed_revision_or_to_itself(site):
    article = f.article()
    refused(
        "INSERT INTO editorial_pin (revision_id, position, pinned_id) VALUES (%s, 0, %s)",
        article.head_id,
        article.head_id,
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE editorial_loghead SET count = count + 2",
        "UPDATE editorial_loghead SET count = 0",
        "UPDATE editorial_loghead SET hash = 'x'",
        "UPDATE editorial_loghead SET count = count + 1, hash = 'x'",
        "DELETE FROM editorial_loghead",
    ],
)
def test_the_logs_head_only_moves_on(site, statement):
    assert "to a line that was written" in refused(statement)


@pytest.mark.parametrize(
    "table",
    [
        "editorial_user",
        "editorial_author",
        "editorial_reviewer",
        "editorial_credential",
        "editorial_content",
        "products_product",
        "acupoints_standardpoint",
    ],
)
def test_what_a_written_row_names_is_not_deleted(site, table):
    """Not left to the foreign keys: SQLite's own shell does not heed them."""
    assert "never deleted" in refused(f'DELETE FROM "{table}"')


@pytest.mark.parametrize("table", ["articles_article", "articles_page", "acupoints_acupoint"])
def test_a_kinds_own_row_stays_as_long_as_its_content(site, table):
    assert "never deleted" in refused(f'DELETE FROM "{table}"')
    if connection.vendor == "postgresql":
        assert "never" in refused(f'TRUNCATE "{table}" CASCADE')


def test_nobody_takes_the_key_of_somebody_who_is_named(site):
    """On SQLite `OR REPLACE` deletes the row whose key is taken, past every DELETE trigger."""
    named = SignOff.objects.get(content=site).reviewer
    other = f.reviewer()
    verb = "UPDATE OR REPLACE" if connection.vendor == "sqlite" else "UPDATE"
    by_slug = f"{verb} editorial_reviewer SET slug = %s WHERE id = %s"
    assert "never replaced" in refused(by_slug, named.slug, other.pk)
    by_key = f"{verb} editorial_reviewer SET id = %s WHERE id = %s"
    assert "never changed" in refused(by_key, named.pk, other.pk)
    assert "never changed" in refused(by_key, 999999, named.pk)


def test_insert_or_replace_does_not_set_anew_what_is_set_once(site):
    """A credential's annulment, written over by a row with the same key."""
    columns = columns_of("editorial_credential")
    verb = "INSERT OR REPLACE" if connection.vendor == "sqlite" else "INSERT"
    statement = f"{verb} INTO editorial_credential ({columns}) SELECT {columns} "
    assert "never replaced" in refused(f"{statement} FROM editorial_credential")


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("editorial_reviewer", "user_id"),
        ("editorial_content", "uid"),
        ("editorial_content", "kind"),
        ("acupoints_acupoint", "code"),
        ("acupoints_standardpoint", "code"),
    ],
)
def test_what_is_set_once_stays(site, table, column):
    value = {"user_id": f.user().pk, "uid": "0" * 32, "kind": "page", "code": "ST36"}[column]
    version = ", version = version + 1" if table == "editorial_content" else ""
    message = refused(f"UPDATE {table} SET {column} = %s{version}", value)
    assert "set once" in message


class TestOrm:
    """The same attempts through Django say so before they reach the database."""

    def test_save_delete_and_queries(self, site):
        seal = Seal.objects.get(pk=site.head_id)
        for attempt in (
            seal.save,
            seal.delete,
            Seal.objects.all().delete,
            lambda: Seal.objects.update(digest="0"),
            lambda: Seal.objects.bulk_update([seal], ["digest"]),
        ):
            with pytest.raises(InsertOnlyError):
                attempt()

    def test_bulk_create_over_existing_rows(self, site):
        seal = Seal.objects.get(pk=site.head_id)
        for options in (
            {"ignore_conflicts": True},
            {"update_conflicts": True, "update_fields": ["digest"], "unique_fields": ["revision"]},
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                Seal.objects.bulk_create([seal], **options)


def test_refused_statements_change_nothing(site):
    before = everything()
    for table in TABLES:
        refused(f'DELETE FROM "{table}"')
        refused(f'UPDATE "{table}" SET "{key_of(table)}" = "{key_of(table)}"')
    assert everything() == before
