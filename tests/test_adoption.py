"""A house of release 0.3 moves to the log that names rows: what stood goes on, what the rules of
now do not let stand ends with its reason, and what no older line tells of is adopted by none."""

import datetime
import io
import re

import pytest
import time_machine
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse
from django.utils import timezone

from editorial import (
    actions,
    adoption,
    log,
    pages,
    redaction,
    reviewing,
    standing,
    triggers,
    verify,
)
from editorial.actions import Token
from editorial.errors import Refused
from editorial.kinds import models_by_kind
from editorial.models import (
    Comment,
    Content,
    Credential,
    Event,
    Reviewer,
    Revocation,
    Seal,
    SignOff,
    User,
)
from tests import desk, old_house
from tests import factories as f
from tests.database import everything, sql
from tests.old_house import ENDED, badges

pytestmark = pytest.mark.django_db

HELD = (
    "article host-that-waits: it goes back to review. "
    "ST36 Wěizhōng has gained a caution since; take over its newest version."
)
FORGED = {("editorial_signoff", 900), ("editorial_signoff", 901), ("editorial_signoff", 902)}


def load():
    old_house.load()
    triggers.install(connection)


@pytest.fixture(scope="module")
def written_house(written):
    written(load)


@pytest.fixture
def house(written_house, db):
    """The old house at the moment when it was left, not adopted yet."""
    with time_machine.travel(old_house.now(), tick=False):
        yield


@pytest.fixture(scope="class")
def once_adopted(written_house, django_db_blocker):
    """([sentence told], Report, seals and signatures before), for all tests of a class."""
    at = time_machine.travel(old_house.now(), tick=False)
    with django_db_blocker.unblock(), at, transaction.atomic():
        before = bytes_and_digests()
        yield *adopt(), before
        transaction.set_rollback(True)


@pytest.fixture
def adopted(once_adopted, db):
    """The old house, adopted a moment ago."""
    with time_machine.travel(old_house.now(), tick=False):
        yield once_adopted


def bytes_and_digests():
    seals = Seal.objects.order_by("pk").values_list("pk", "digest", "canonical")
    signoffs = SignOff.objects.order_by("pk").values_list("pk", "digest", "mac")
    return list(seals), list(signoffs)


def adopt():
    """([sentence told], Report)."""
    told = []
    return told, adoption.adopt_house(f.now(), told.append)


def content(slug):
    return Content.objects.get(slug=slug)


def person(name):
    return User.objects.get(username=name)


# --- What stands, and what ends --------------------------------------------------------------


def test_readers_see_the_same_before_a_page_is_adopted(house, client):
    before = badges()
    page = client.get("/articles/knee-pain/").content.decode()
    history = client.get("/articles/redacted/history/").content.decode()
    reviews = client.get("/articles/one-of-two-retracted/history/reviews.json").json()
    assert 'data-badge="reviewed"' in page
    assert (
        "A sentence about a patient is gone." in client.get("/articles/redacted/").content.decode()
    )
    adopt()
    assert badges() == before
    assert client.get("/articles/redacted/history/").content.decode() == history
    found = client.get("/articles/one-of-two-retracted/history/reviews.json").json()
    assert found == reviews


def test_a_page_that_waits_costs_readers_few_queries_more(house, django_assert_max_num_queries):
    contents = models_by_kind()["article"].objects.public(f.now())
    with django_assert_max_num_queries(40):
        assert len(pages.load(contents, f.now())) > 15


# --- Only once, and in pieces ------------------------------------------------------------------


def test_it_goes_on_where_it_was_stopped_and_does_nothing_twice(house, monkeypatch):
    true_adopt, done = adoption.adopt, []

    def stop(key, at):
        if len(done) == 7:
            raise KeyboardInterrupt
        done.append(key)
        return true_adopt(key, at)

    monkeypatch.setattr(adoption, "adopt", stop)
    with pytest.raises(KeyboardInterrupt):
        adopt()
    monkeypatch.undo()
    assert Content.objects.filter(lines__gt=0).count() == 7
    _told, report = adopt()
    assert report.contents == 35 - 7
    count = Event.objects.count()
    assert adopt() == ([], None)
    assert Event.objects.count() == count
    assert list(log.faults()) == []


def test_texts_that_others_use_come_last(house):
    keys = adoption.waiting()
    kinds = [Content.objects.get(pk=key).kind for key in keys]
    points = kinds.count("acupoint")
    assert points
    assert set(kinds[-points:]) == {"acupoint"}


# --- Meanwhile ----------------------------------------------------------------------------------


def retract(token):
    signoff = SignOff.objects.filter(content=token.content, carried_from=None).first()
    by = signoff.signed_by
    actions.revoke(signoff, kind=Revocation.Kind.RETRACT, by=by, at=f.now(), reason="No.")


def annul_credential(token):
    credential = Credential.objects.get(reviewer__name="Ilse Sample")
    actions.annul_credential(credential, by=person("anna"), at=f.now(), reason="No.")


def withdraw(token):
    actions.make("withdraw", token, by=person("editor"), at=f.now(), reason="No.")


def save(token):
    actions.revise(token, by=person("editor"), at=f.now(), summary="Other words.")


def reopen(token):
    thread = Comment.objects.get(text="This must go.")
    reviewing.reply(thread, by=person("editor"), at=f.now(), verdict="reopen")


@pytest.mark.parametrize("step", [retract, annul_credential, withdraw, save, reopen])
def test_no_step_is_made_on_a_page_that_waits(house, step):
    before = everything()
    with pytest.raises(Refused, match="being moved to a newer release"), transaction.atomic():
        step(Token.of(content("knee-pain")))
    assert everything() == before


def test_what_a_new_process_asks_meanwhile_is_in_its_own_line(house):
    due = timezone.localdate() + datetime.timedelta(days=9)
    reviewer = Reviewer.objects.get(name="Nora Sample")
    by = person("editor")
    asked = reviewing.ask(content("asked"), reviewer, by=by, at=f.now(), due_on=due)
    reviewing.accept(asked, by=reviewer.user, at=f.now())
    _told, report = adopt()
    assert not strays_of("editorial_reviewrequest", report)
    assert not [fault for fault in verify.faults(f.now()) if "reviewrequest" in str(fault)]


def old_models():
    """The models of the release before, as its migrations left them."""
    loader = MigrationExecutor(connection).loader
    return loader.project_state(old_house.newest_migrations(loader)).apps


def copy_with_old_columns(model, **changes):
    row = old_models().get_model(model)._base_manager.order_by("pk").first()
    row.pk, row._state.adding = None, True
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(force_insert=True)
    return row.pk


def test_an_older_process_goes_on_until_it_writes_a_line(house):
    """Its rows have none of the new columns, and the database fills them in."""
    for model in ("comment", "reviewrequest", "previewlink", "revision"):
        changes = {
            "previewlink": {"token_hash": "0" * 64},
            "revision": {"number": 99},
            "reviewrequest": {"status": "declined"},
        }.get(model, {})
        key = copy_with_old_columns(f"editorial.{model}", **changes)
        assert sql(f"SELECT salt FROM editorial_{model} WHERE id = %s AND salt = ''", key)
    with pytest.raises(DatabaseError, match="moved to a newer release"), transaction.atomic():
        copy_with_old_columns("editorial.event", seq=9999, hash="0" * 64)


# --- Afterwards --------------------------------------------------------------------------------


class TestAdopted:
    def test_each_badge_goes_on_or_ends_with_its_reason(self, adopted):
        told, report, _before = adopted
        assert badges() == old_house.badges_left()
        sentences = {f"article {slug}: the badge ends: {why}" for slug, why in ENDED.items()}
        assert set(report.ended) == sentences
        assert sentences < set(told)
        assert report.held == [HELD]

    def test_verify_names_what_no_older_line_tells_of_and_nothing_else(self, adopted):
        _told, report, _before = adopted
        found = [f"{about}: {sentence}" for about, sentence in verify.faults(f.now())]
        allowed = re.compile(
            r"Row 90[012] of editorial_signoff |put-back|^search: 1 texts are missing"
        )
        assert [fault for fault in found if not allowed.search(fault)] == []
        for table, key in FORGED:
            assert any(f"Row {key} of {table} " in fault for fault in found)
            assert any(f"row {key} of {table} " in sentence for sentence in report.strays)
        assert any("put-back" in fault for fault in found)
        assert len(report.strays) == len(FORGED) + 1
        assert report.summary() == (
            "35 contents adopted, 4 rows not accounted for, 5 badges end, 1 texts go back to review"
        )

    def test_no_row_that_no_older_line_tells_of_is_named(self, adopted):
        named = {tuple(row[:2]) for line in Event.objects.all() for row in line.rows}
        assert not named & FORGED
        assert ("editorial_content", content("put-back").pk) not in named

    def test_bytes_and_digests_stay(self, adopted):
        _told, _report, before = adopted
        assert bytes_and_digests() == before

    def test_the_older_lines_are_kept_by_the_adopting_one(self, adopted):
        record = standing.record_of(content("knee-pain"))
        assert record.faults == []
        gone = next(line for line in record.lines if line.move == "submit")
        fewer = [line for line in record.lines if line != gone]
        assert standing.Record(record.content, fewer).faults

    def test_a_person_put_in_after_the_adoption_is_not_adopted_by_the_next_migration(self, adopted):
        forged = Credential.objects.first()
        forged.pk, forged._state.adding = None, True
        forged.save()
        call_command("migrate", verbosity=0, stdout=io.StringIO())
        named = {tuple(row[:2]) for line in Event.objects.all() for row in line.rows}
        assert ("editorial_credential", forged.pk) not in named

    def test_of_two_migrations_at_once_one_adopts(self, adopted):
        count = Event.objects.count()
        assert adoption.adopt(content("knee-pain").pk, f.now()).contents == 0
        assert Event.objects.count() == count

    def test_what_was_signed_before_is_approved_after(self, adopted):
        f.move("approve", content("signed").typed, person("chief"))
        assert badges()["signed"][1] == ["Ilse Sample"]

    def test_a_signature_that_a_no_had_ended_counts_for_no_later_approval(self, adopted):
        rejected = content("rejected-and-resubmitted").typed
        f.move("submit", rejected, person("editor"))
        with pytest.raises(Refused, match="No reviewer's signature"):
            f.move("approve", rejected, person("chief"))

    @pytest.mark.parametrize("slug", ["knee-pain", "carried"])
    def test_a_signature_of_before_is_taken_back_after(self, adopted, slug):
        retract(Token.of(content(slug)))
        assert badges()[slug][1] == []
        assert not [fault for fault in verify.faults(f.now()) if slug in str(fault)]

    def test_a_redaction_after_the_adoption_leaves_no_fault(self, adopted):
        carried = content("carried")
        f.revise(carried.typed, person("writer"), summary="Newer.")
        f.publish(content("carried").typed, Reviewer.objects.get(name="Otto Sample"))
        _first, with_a_product, *_rest = carried.revisions.order_by("number")
        asked = redaction_of(with_a_product)
        assert asked.done_at
        assert not [fault for fault in verify.faults(f.now()) if "carried" in str(fault)]

    def test_the_desk_shows_the_adopting_line(self, adopted, client):
        client.force_login(person("chief"))
        signed = content("signed").head.typed
        assert client.get(desk.url(signed, "review")).status_code == 200
        lines = client.get(reverse("admin:editorial_event_changelist"), {"move": "adopt"})
        assert lines.status_code == 200
        assert "adopt" in lines.content.decode()


def test_who_opened_a_comment_before_closes_it_after_with_another_account(house):
    otto = person("otto")
    second = f.user("editor", username="otto2")
    sql("UPDATE editorial_user SET alias_of_id = %s WHERE id = %s", otto.pk, second.pk)
    adopt()
    answered = content("answered")
    thread = Comment.objects.get(text="Is this so?")
    reviewing.reply(thread, by=otto, at=f.now(), verdict="reopen")
    reviewing.reply(thread, by=person("otto2"), at=f.now(), verdict="resolve")
    (comment,) = standing.record_of(answered).must_fixes.values()
    assert not comment.overruled


def redaction_of(revision):
    asked = redaction.ask(revision, by=person("anna"), at=f.now(), reason="By law.")
    return redaction.do(asked, by=person("bruno"), at=f.now())


# --- Rows that were changed in the old house ---------------------------------------------------

CHIEF = "(SELECT id FROM editorial_user WHERE username = 'chief')"
OF_REDACTED = "(SELECT id FROM editorial_content WHERE slug = 'redacted')"
FIRST = f"(SELECT min(id) FROM editorial_revision WHERE content_id = {OF_REDACTED})"
CHANGED = {
    "comment: weight": "UPDATE editorial_comment SET must_fix = FALSE WHERE text = 'Is this so?'",
    "comment: writer": f"UPDATE editorial_comment SET author_id = {CHIEF} WHERE text = 'It is.'",
    "comment: verdict": "UPDATE editorial_comment SET verdict = 'reopen' WHERE verdict = 'resolve'",
    "reviewrequest: answer": "UPDATE editorial_reviewrequest SET status = 'asked', "
    "answered_at = NULL WHERE status = 'declined'",
    "reviewrequest: words": "UPDATE editorial_reviewrequest SET reason = 'x' "
    "WHERE status = 'declined'",
    "reviewrequest: day": "UPDATE editorial_reviewrequest SET due_on = '2036-01-01'",
    "reviewrequest: done": "UPDATE editorial_reviewrequest SET status = 'done' "
    "WHERE status = 'accepted'",
    "previewlink: end": "UPDATE editorial_previewlink SET ended_at = NULL "
    "WHERE ended_at IS NOT NULL",
    "previewlink: time": "UPDATE editorial_previewlink SET expires_at = '2036-01-01 00:00:00'",
    "correction: note": "UPDATE editorial_correction SET note = 'All is well.'",
    "correction: doubled": "INSERT INTO editorial_correction (content_id, revision_id, note, at, "
    "by_id) SELECT content_id, revision_id, note, at, by_id FROM editorial_correction",
    "sourcecheck: who": f"UPDATE editorial_sourcecheck SET checked_by_id = {CHIEF}",
    "revision: note": "UPDATE editorial_revision SET note = 'x' WHERE note <> ''",
    "revision: writer": f"UPDATE editorial_revision SET created_by_id = {CHIEF} WHERE note <> ''",
    "revocation: reason": "UPDATE editorial_revocation SET reason = 'x'",
    "revocation: kind": "UPDATE editorial_revocation SET kind = 'annul' WHERE kind = 'retract'",
    "redaction: reason": "UPDATE editorial_redaction SET reason = 'x'",
    "redaction: undone": "UPDATE editorial_redaction SET done_at = NULL, done_by_id = NULL",
    "signoff: day": "UPDATE editorial_signoff SET next_review_on = '2036-01-01' WHERE id < 900",
    "signoff: number": "UPDATE editorial_signoff SET revision_id = revision_id + 1 WHERE id = 1",
    "content: reason": "UPDATE editorial_content SET withdrawal_reason = 'x' "
    "WHERE slug = 'withdrawn'",
    "content: state": "UPDATE editorial_content SET status = 'signed' WHERE slug = 'a-draft'",
    "content: shown": f"UPDATE editorial_content SET live_id = {FIRST} WHERE slug = 'redacted'",
    "content: dates": "UPDATE editorial_content SET first_live_at = '2020-01-01 00:00:00', "
    "live_at = '2020-01-01 00:00:00' WHERE slug = 'knee-pain'",
    "credential: good again": "UPDATE editorial_credential SET annulled_at = NULL, "
    "annulled_by_id = NULL WHERE annulled_at IS NOT NULL",
}


def past_the_guards(statement):
    triggers.drop(connection)
    changed = sql(statement)
    triggers.install(connection)
    return changed


def rounds():
    """CHANGED in as few parts as hold each table once: adopting a house takes seconds."""
    parts = []
    for what in CHANGED:
        table = table_of(what)
        part = next((p for p in parts if table not in map(table_of, p)), None)
        if part is None:
            parts.append(part := [])
        part.append(what)
    return parts


def table_of(what):
    return f"editorial_{what.split(':')[0]}"


@pytest.mark.once
@pytest.mark.parametrize("part", rounds(), ids=lambda part: part[0])
def test_a_changed_row_is_told_and_not_adopted(house, strays_before, part):
    changed = {what: past_the_guards(CHANGED[what]) for what in part}
    assert all(changed.values())
    _told, report = adopt()
    for what, rows in changed.items():
        table = table_of(what)
        others = len(strays_of(table, strays_before))
        assert len(strays_of(table, report)) >= max(rows, others + 1), what


@pytest.fixture(scope="module")
def strays_before(written_house, django_db_blocker):
    """What is told of the house as it was left."""
    at = time_machine.travel(old_house.now(), tick=False)
    with django_db_blocker.unblock(), at, transaction.atomic():
        report = adopt()[1]
        transaction.set_rollback(True)
    return report


def strays_of(table, report):
    about = "its row is not what" if table == "editorial_content" else f" of {table} "
    return [one for one in report.strays if about in one or one.startswith(f"{table}: ")]


def test_a_signature_taken_back_stays_so_without_its_row(house):
    past_the_guards("DELETE FROM editorial_revocation")
    adopt()
    assert badges()["retracted"][1] == []


def test_an_annulled_credential_stays_so_whatever_its_row_says(house):
    past_the_guards(CHANGED["credential: good again"])
    adopt()
    assert badges()["annulled-credential"][1] == []
    assert badges()["one-credential-annulled"][1] == ["Ilse Sample"]


def test_a_signature_outside_the_days_of_its_credential_carries_no_approval(house):
    past_the_guards("UPDATE editorial_credential SET valid_until = '2026-03-01'")
    assert adopt()[1].ended == []  # the release before showed no such badge either
    assert {slug for slug, (_digest, names) in badges().items() if names} == set()


def test_a_line_that_was_changed_tells_of_nothing(house):
    """Of a page with a false older line nothing is believed."""
    past_the_guards(
        "UPDATE editorial_event SET actor_id = actor_id + 1 WHERE move = 'submit' AND content_id = "
        "(SELECT id FROM editorial_content WHERE slug = 'knee-pain')"
    )
    _told, report = adopt()
    why = "article knee-pain: the badge ends: A line of the log was not written"
    assert [one for one in report.ended if one.startswith(why)]
    assert badges()["knee-pain"][1] == []
