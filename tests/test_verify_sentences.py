"""One fault at a time, each named by a sentence of its own: what `verify` says to an operator."""

import copy
import datetime
import io

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F

from editorial import triggers
from editorial.models import Content, Revocation, SearchEntry, SignOff
from tests import bulk
from tests import factories as f
from tests.bench import site as bench
from tests.database import sql

pytestmark = pytest.mark.django_db


def run():
    out = io.StringIO()
    try:
        call_command("verify", stdout=out)
        code = 0
    except SystemExit as stop:
        code = stop.code
    return code, out.getvalue()


def test_a_healthy_site_is_ok():
    f.publish(f.point("BL40"))
    article = f.article(body=f.embed("BL40"), hero=f.picture(), hero_alt="A hand")
    f.publish(article)
    f.publish(f.product())
    f.publish(f.page())
    code, out = run()
    assert (code, out.splitlines()[-1][:3]) == (0, "ok:"), out


# --- One fault at a time ------------------------------------------------------------------


def told_after(deed):
    """What is printed after a deed that the guards would have refused; then all is as before."""
    healthy, out = run()
    assert healthy == 0, out
    with transaction.atomic():
        triggers.drop(connection)
        deed()
        code, out = run()
        transaction.set_rollback(True)
    assert code == 1, out
    return out


def some_site():
    """An article with a live revision and a draft beside it, and another with an older draft."""
    writer = f.user("writer")
    article = f.article(by=writer, slug="knee-pain", hero=f.picture(), hero_alt="A hand")
    f.publish(article)
    f.revise(article, by=writer, summary="The next draft.")
    other = f.article(slug="other")
    f.revise(other, summary="Another draft.")
    article.refresh_from_db()
    article.elsewhere = other.revisions.get(number=1)
    return article


@pytest.fixture(scope="module")
def written_site(written):
    return written(some_site)


@pytest.fixture
def site(written_site, db):
    return copy.deepcopy(written_site)


def changed(content, **columns):
    Content.objects.filter(pk=content.pk).update(version=F("version") + 1, **columns)


def without_its_seal(site):
    sql("DELETE FROM editorial_seal WHERE revision_id = %s", site.head_id)


def without_its_fields(site):
    sql("DELETE FROM articles_articlerevision WHERE revision_ptr_id = %s", site.head_id)


def head_of_another(site):
    changed(site, head=site.elsewhere)


def live_of_another(site):
    changed(site, live=site.elsewhere)


def scheduled_of_another(site):
    changed(site, scheduled=site.elsewhere, scheduled_at=f.now() + datetime.timedelta(days=1))


def live_and_head_exchanged(site):
    changed(site, live=site.head_id, head=site.live_id)


def signed_for_other_bytes(site):
    sql("UPDATE editorial_signoff SET digest = %s", "0" * 64)


def signed_without_a_line(site):
    sql("UPDATE editorial_event SET move = 'comment' WHERE move = 'sign'")


def signed_by_who_wrote_it(site):
    signer = SignOff.objects.get().signed_by
    sql("UPDATE editorial_user SET alias_of_id = %s WHERE id = %s", site.created_by_id, signer.pk)


def taken_back_without_a_line(site):
    signoff = SignOff.objects.get()
    facts = {"revoked_at": f.now(), "revoked_by": signoff.signed_by, "reason": "No."}
    Revocation.objects.create(signoff=signoff, kind="retract", **facts)


def without_its_place_in_the_index(site):
    SearchEntry.objects.filter(pk=site.live_id).delete()


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
    (
        signed_for_other_bytes,
        "of editorial_signoff is not what the log says was written.",
    ),
    (signed_without_a_line, "is not what was written."),
    (signed_by_who_wrote_it, ": Sample Reviewer signed and also contributed."),
    (taken_back_without_a_line, "of editorial_revocation is named by no line of the log."),
    (without_its_place_in_the_index, "search: "),
]


@pytest.mark.parametrize(("deed", "sentence"), FAULTS)
def test_each_fault_is_named_by_its_own_sentence(site, deed, sentence):
    assert sentence in told_after(lambda: deed(site))


def test_guards_that_are_gone_are_named_and_counted(site):
    out = told_after(lambda: None)
    *lines, last = out.splitlines()
    assert {line.partition(":")[0] for line in lines} == {"database"}
    assert len(lines) == len(triggers.expected(connection.vendor))
    assert last.startswith(f"FAULTY: {len(lines)} faults in 2 contents, 4 seals, 1 sign-offs, ")


def test_a_picture_that_is_gone_is_named(site):
    name = site.live.typed.hero.name
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


def test_copies_of_a_public_article_are_as_true_as_it():
    f.publish(f.point("BL40"))
    article = f.article(body=f.embed("BL40"), authors=[f.author()], children=[f.recommendation()])
    f.tag(article, "knee pain")
    f.publish(article)
    bulk.articles_like(article, 3)
    code, out = run()
    assert code == 0, out


@pytest.mark.slow
def test_the_house_of_the_benchmark_is_ok():
    bench.build(24)
    code, out = run()
    assert code == 0, out
