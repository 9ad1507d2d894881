"""The demonstration site: complete, marked as invented on every page, and safe to seed twice."""

import hashlib
import io
import json
import re
import subprocess
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urldefrag, urlsplit

import pytest
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client, override_settings
from django.utils import timezone
from lxml import html

from acupoints.models import Acupoint, AcupointRevision, StandardPoint
from articles.models import Article, Topic
from editorial.models import Author, Content, Credential, Event, Reviewer, SignOff, User
from products.models import Product
from tcmtips.demo import pictures, seeding
from tests import factories as f
from tests.database import everything
from tests.reading import unseen

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ROOT = Path(__file__).resolve().parent.parent
STRIP = "Demonstration: people, reviews and products are invented"
ACCOUNTS = ("writer", "editor", "reviewer", "admin")


def seed(*options):
    """What the command prints."""
    out = io.StringIO()
    call_command("seed", *options, stdout=out)
    return out.getvalue()


# --- A seeded site -------------------------------------------------------------------------


@pytest.fixture(scope="class")
def site(django_db_setup, django_db_blocker):
    """A seeded database for the tests of a class, and what an anonymous reader finds there."""
    with django_db_blocker.unblock(), transaction.atomic():
        cache.clear()
        with override_settings(DEBUG=True):
            said = seed()
        yield SimpleNamespace(said=said, pages=crawl())
        transaction.set_rollback(True)


def crawl():
    """{address: (status, tree)} of the home page, of what is linked from it, and of the rest.

    Of the points that the nomenclature alone tells of, which look alike, every tenth.
    """
    client, found = Client(), {}
    texts = Acupoint.objects.values_list("code", flat=True)
    bare = StandardPoint.objects.exclude(code__in=texts).order_by("code")
    left_out = [point.get_absolute_url() for n, point in enumerate(bare) if n % 10]
    left_out = {*left_out, *(f"/pregnancy{path}" for path in left_out)}
    waiting = ["/", "/search/?q=press", "/search/?q=BL40", "/search/?q=knee", *addresses()]
    while waiting:
        path = waiting.pop()
        if path in found or path in left_out or path.startswith(("/media/", "/static/", "/admin/")):
            continue
        response = client.get(path)
        if not response.headers["Content-Type"].startswith("text/html"):
            continue
        tree = html.fromstring(response.content.decode())
        found[path] = response.status_code, tree
        for link in tree.xpath("//a/@href"):
            target = urldefrag(link).url
            if not urlsplit(target).netloc and target.startswith("/"):
                waiting.append(target)
    return found


def addresses():
    """Of everything in the database that has one, public or not."""
    for model in (Author, Reviewer, Topic):
        yield from (row.get_absolute_url() for row in model.objects.all())
    for content in Content.objects.all():
        path = content.get_absolute_url()
        yield from (path, f"{path}history/")


class TestSeeded:
    """One seeding for all of these."""

    def test_what_was_made_is_said(self, site):
        count = Content.objects.count()
        assert site.said.startswith(f"Seeded {count} contents.")
        assert "writer, editor, reviewer, admin; the password is demo" in site.said
        assert count == Content.objects.filter(is_demo=True).count()

    def test_there_is_an_article_in_every_state(self, site):
        found = set(Article.objects.values_list("status", flat=True))
        assert found == set(Content.Status)
        assert Article.objects.count() >= 8

    def test_points_are_on_their_way_too(self, site):
        count = Counter(Acupoint.objects.values_list("status", flat=True))
        assert set(count) == {"draft", "in_review", "signed", "published"}
        assert count["published"] >= 24

    def test_every_point_waits_for_somebody_to_confirm_where_it_lies(self, site):
        notes = AcupointRevision.objects.filter(parent=None).values_list("note", flat=True)
        assert set(notes) == {seeding.UNCONFIRMED}

    def test_there_is_one_of_every_kind_in_public(self, site):
        public = Content.objects.public(timezone.now())
        assert {content.kind for content in public} == {"article", "acupoint", "product", "page"}

    def test_one_public_article_has_a_draft_beside_it(self, site):
        assert Article.objects.filter(status="draft", live__isnull=False).exists()

    def test_one_public_article_is_overdue_and_says_so(self, site):
        overdue = [
            path
            for path, (_status, tree) in site.pages.items()
            if tree.xpath("//*[@data-status='overdue']")
        ]
        assert len(overdue) == 1
        assert not site.pages[overdue[0]][1].xpath("//*[@data-badge]")

    def test_there_are_authors_reviewers_and_products(self, site):
        assert Author.objects.count() == 2
        assert Reviewer.objects.count() == 3
        assert Product.objects.count() == 2

    def test_one_reviewer_has_nothing_but_an_expired_credential(self, site):
        now = timezone.now()
        valid = [r for r in Reviewer.objects.all() if r.credentials.valid(now).exists()]
        (other,) = Reviewer.objects.exclude(pk__in=[reviewer.pk for reviewer in valid])
        (credential,) = other.credentials.all()
        assert credential.valid_until < timezone.localdate(now)
        late = SignOff.objects.filter(signed_at__date__gt=credential.valid_until)
        assert not late.filter(reviewer=other)

    def test_each_credential_was_entered_by_one_and_looked_up_by_another(self, site):
        for one in Credential.objects.select_related("entered_by", "checked_by", "reviewer"):
            people = {one.entered_by, one.checked_by, one.reviewer.user}
            assert len(people - {None}) == 3, one
        assert Credential.objects.looked_up().count() == Credential.objects.count() == 4
        for move in ("credential_added", "credential_checked"):
            assert Event.objects.filter(move=move).count() == 4

    def test_both_shops_with_their_wording_are_shown(self, site):
        text = " ".join(tree.text_content() for _status, tree in site.pages.values())
        assert "See it on Amazon (paid link)" in text
        assert "See it on shop.example.org (paid link)" in text

    def test_every_invented_person_is_named_sample(self, site):
        names = [*Author.objects.values_list("name", flat=True)]
        names += Reviewer.objects.values_list("name", flat=True)
        names += SignOff.objects.values_list("name", flat=True)
        names += [user.get_full_name() for user in User.objects.all()]
        names += [p.head.typed.quote_by for p in Product.objects.all()]
        assert len(names) > 20
        assert [name for name in names if "Sample" not in name] == []

    def test_every_person_in_json_ld_is_named_sample(self, site):
        people = [
            person["name"]
            for _status, tree in site.pages.values()
            for script in tree.xpath("//script[@type='application/ld+json']/text()")
            for person in persons(json.loads(script))
        ]
        assert len(people) >= 10
        assert [name for name in people if "Sample" not in name] == []

    def test_readers_see_all_that_machines_get(self, site):
        pages = {path: tree for path, (_status, tree) in site.pages.items()}
        told = [path for path, tree in pages.items() if tree.xpath("//script[not(@src)]")]
        assert len(told) > 60
        assert {path: list(unseen(pages[path])) for path in told if list(unseen(pages[path]))} == {}

    def test_every_page_of_seeded_content_says_that_it_is_invented(self, site):
        shown = {path for path, (status, _tree) in site.pages.items() if status != 404}
        shown -= {path for path in shown if is_reference(path, site.pages[path][1])}
        assert len(shown) > 80
        once = {path for path in shown if site.pages[path][1].text_content().count(STRIP) == 1}
        assert shown - once == EMPTY, "an empty search shows nothing of the seed"

    def test_the_strip_stands_before_everything_else(self, site):
        for path, (status, tree) in site.pages.items():
            if status != 404 and path not in EMPTY and not is_reference(path, tree):
                (strip,) = tree.xpath("//p[@class='strip']")
                assert not strip.xpath("preceding::header | preceding::main"), path

    def test_every_link_leads_somewhere(self, site):
        linked = {
            urldefrag(link).url
            for status, tree in site.pages.values()
            if status != 404
            for link in tree.xpath("//a/@href")
            if link.startswith("/")
        }
        missing = {path for path in linked if site.pages.get(path, (200,))[0] != 200}
        assert missing == set()

    def test_what_is_not_public_is_not_there(self, site):
        hidden = {path for path, (status, _tree) in site.pages.items() if status == 404}
        for state in ("draft", "in_review", "changes_requested", "signed", "scheduled"):
            for content in Content.objects.filter(status=state, live=None):
                path = content.get_absolute_url()
                if content.kind == "acupoint":  # its names are reference data, its text is not
                    text = site.pages[path][1].text_content()
                    assert "It is not reviewed yet" in text
                    assert content.head.typed.location[:60] not in text
                else:
                    assert path in hidden
                assert f"{path}history/" in hidden
        (withdrawn,) = Content.objects.filter(status="withdrawn")
        assert site.pages[withdrawn.get_absolute_url()][0] == 410

    def test_every_picture_is_one_that_the_project_draws(self, site):
        stored = {
            urlsplit(source).path.removeprefix("/media/")
            for _status, tree in site.pages.values()
            for source in tree.xpath("//main//img[not(@class='body-figure')]/@src")
        }
        drawn = {file.name for file in drawings().values()}
        assert len(stored) > 10
        assert stored <= drawn

    def test_stored_pictures_are_what_their_names_say(self, site):
        for file in drawings().values():
            with default_storage.open(file.name) as stored:
                assert hashlib.sha256(stored.read()).hexdigest() in file.name

    def test_verify_finds_nothing_wrong(self, site):
        out = io.StringIO()
        call_command("verify", stdout=out)
        assert out.getvalue().startswith("ok: ")

    def test_a_second_run_changes_nothing(self, site, settings):
        settings.DEBUG = True
        before = everything()
        assert "nothing was changed" in seed()
        assert "nothing was changed" in seed("--beside-other-content")
        assert everything() == before

    @pytest.mark.parametrize("username", ACCOUNTS)
    def test_a_demo_account_logs_in(self, site, username, client):
        assert client.login(username=username, password="demo")
        assert client.get("/admin/").status_code == 200

    def test_nobody_else_can_log_in(self, site):
        others = User.objects.exclude(username__in=ACCOUNTS)
        assert others.exists()
        assert not [user for user in others if user.has_usable_password()]

    def test_no_demo_account_is_a_superuser(self, site):
        assert not User.objects.filter(is_superuser=True).exists()


EMPTY = {"/search/", "/pregnancy/search/"}


def is_reference(path, tree):
    """Whether a page shows nothing but the nomenclature of the points, which is not invented."""
    if not path.removeprefix("/pregnancy").startswith(("/acupoints/", "/meridians/", "/body/")):
        return False
    has_texts = path.endswith(("/acupoints/", "/complaints/", "/history/"))
    has_texts = has_texts or tree.find_class("card") or tree.find_class("use-card")
    return not (has_texts or tree.xpath("//*[@data-signed]"))


def persons(node):
    """Every Person in a JSON-LD graph, however deep."""
    if isinstance(node, dict):
        if node.get("@type") == "Person":
            yield node
        node = list(node.values())
    if isinstance(node, list):
        for inner in node:
            yield from persons(inner)


def drawings():
    """{motif: stored file} of every motif that the texts name, drawn by pictures.py again."""
    maker = seeding.Seeding(timezone.now())
    people = seeding.read("people")
    number = len(people["authors"]) + len(people["reviewers"])
    motifs = [f"portrait-{n}" for n in range(1, number + 1)]
    motifs += [text["motif"] for text in seeding.read("products")["products"]]
    motifs += [text["hero"] for text in seeding.read("articles")["articles"]]
    return {motif: maker.picture(motif) for motif in motifs}


# --- Where it may run ----------------------------------------------------------------------


@pytest.fixture
def quick(monkeypatch):
    """Seeding with one grey picture for all: drawing them takes seconds."""
    grey = pictures.Image.new("RGB", (40, 30), "grey")
    monkeypatch.setattr(pictures, "draw", lambda motif: grey)


def test_it_wants_a_word_where_debug_is_off():
    before = everything()
    with pytest.raises(CommandError, match=r"DEBUG is off here\. Say --demo"):
        seed()
    assert everything() == before


def test_it_leaves_a_database_with_other_content_alone(settings):
    settings.DEBUG = True
    f.article()
    before = everything()
    with pytest.raises(CommandError, match="Say --beside-other-content to seed it anyway"):
        seed()
    assert everything() == before


@pytest.mark.once
def test_it_seeds_beside_other_content_when_told(settings, quick, client):
    settings.DEBUG = True
    article = f.publish(f.article(title="Not invented"))
    assert "Seeded" in seed("--beside-other-content")
    assert STRIP not in client.get(article.get_absolute_url()).content.decode()
    assert STRIP in client.get("/").content.decode()
    assert not Content.objects.get(pk=article.pk).is_demo


@pytest.mark.once
def test_outside_debug_no_account_gets_a_password(quick, client):
    said = seed("--demo")
    assert "have no password here" in said
    assert User.objects.count() >= len(ACCOUNTS)
    assert not [user for user in User.objects.all() if user.has_usable_password()]
    assert not any(client.login(username=name, password="demo") for name in ACCOUNTS)


def test_a_seeding_that_fails_leaves_nothing_behind(settings, quick, monkeypatch):
    settings.DEBUG = True
    before = everything()
    monkeypatch.setitem(seeding.STEPS, "withdrawn", ("submit", "withdraw"))
    with pytest.raises(Exception, match="Nothing of this is public"):
        seed()
    assert everything() == before


# --- What the texts may hold ---------------------------------------------------------------


def test_the_demonstration_brings_no_picture_file():
    files = {file.suffix for file in (ROOT / "tcmtips" / "demo").rglob("*") if file.is_file()}
    assert files <= {".py", ".toml", ".pyc"}


def test_pictures_are_drawn_from_nothing_but_pillow():
    source = (ROOT / "tcmtips" / "demo" / "pictures.py").read_text()
    assert not re.search(r"Image\.open|urllib|requests|ImageFont|open\(", source)


# Not in one piece, or this file would be the one that holds it.
REAL_NAME = "so" + "gawa"


def test_no_real_persons_name_stands_anywhere_in_the_project():
    files = project_files()
    assert len(files) > 100
    named = [str(file) for file in files if REAL_NAME in str(file).lower()]
    named += [str(file) for file in files if REAL_NAME.encode() in file.read_bytes().lower()]
    assert named == []


def project_files():
    """What git keeps or would keep; everything but the usual rubbish where git is not at hand."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
        found = [ROOT / name for name in listed.decode().split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        found = ROOT.rglob("*")
    return [file for file in found if ".venv" not in file.parts and file.is_file()]
