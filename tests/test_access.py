"""Every address x every role, by GET and by POST, against the committed matrix.

tests/access_matrix.csv has a row for each URL name of the project and a column for each role;
a cell says what GET and POST answer. A name without a row fails. After a change that is meant,
`pytest tests/test_access.py --rewrite-access` writes it anew, to be read line by line before it
is committed.
"""

import copy
import csv
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from editorial import previews
from editorial.acts import ACTS
from editorial.models import OpenForm, Revision
from editorial.moves import MOVES
from editorial.reports import REPORTS
from tests import desk
from tests import factories as f
from tests.database import everything

pytestmark = [pytest.mark.django_db, pytest.mark.once]

MATRIX = Path(__file__).with_name("access_matrix.csv")
ROLES = (
    "visitor",
    "writer",
    "other writer",
    "editor",
    "reviewer",
    "other reviewer",
    "administrator",
)


def names(patterns=None, prefix=""):
    """The full names of all URL patterns with their converters."""
    for pattern in patterns or get_resolver().url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}", list(pattern.pattern.converters)
        else:
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from names(pattern.url_patterns, prefix + inner)


def waiting_house():
    """An article that waits for a review, by the writer; every other table has a row, too."""
    writer = f.user("writer")
    people = {
        "visitor": None,
        "writer": writer,
        "other writer": f.user("writer"),
        "editor": f.user("editor"),
        "reviewer": f.reviewer().user,
        "other reviewer": f.reviewer().user,
        "administrator": f.user("administrator"),
    }
    author = f.author(user=writer)
    point = f.publish(f.point("BL40"))
    article = f.article(by=writer, slug="waiting", authors=[author], body=f.embed("BL40"))
    f.move("submit", article, writer)
    public = f.article(slug="public")
    f.tag(public, "knee pain")
    f.publish(public)
    contents = {
        "articles_articlerevision": article.head,
        "articles_pagerevision": f.publish(f.page()).head,
        "acupoints_acupointrevision": point.head,
        "products_productrevision": f.publish(f.product()).head,
    }
    f.standard_point("BL40")
    draft = f.article(by=writer)
    _link, secret = previews.create(draft.head, by=writer, at=f.now(), label="Sample paper")
    return {"people": people, "contents": contents, "public": public, "secret": secret}


@pytest.fixture(scope="module")
def written_house(written):
    return written(waiting_house)


@pytest.fixture
def house(written_house, db):
    return copy.deepcopy(written_house)


def address(name, converters, house):
    """The address of a URL name with keys that exist, those of other people's things."""
    given = {
        "admin:app_list": {"app_label": "editorial"},
        "admin:view_on_site": {"content_type_id": 1, "object_id": 1},
        "picture": {"name": house["contents"]["products_productrevision"].typed.image.name},
        "admin:takeover": {"pk": house["contents"]["acupoints_acupointrevision"].content_id},
        "admin:report_csv": {"name": next(iter(REPORTS))},
        "preview": {"token": house["secret"]},
        "topic": {"slug": "knee-pain"},
        "points_for": {"slug": "knees"},
        "pregnancy:points_for": {"slug": "knees"},
    }.get(name)
    if name in ("admin:None",) or "url" in converters:
        return "/admin/nothing/"
    if given is None:
        given = {converter: value_of(name, converter, house) for converter in converters}
    return reverse(name, kwargs=given)


def value_of(name, converter, house):
    kind = name.removeprefix("admin:").rsplit("_", 1)[0]
    if converter in ("pk", "other", "object_id"):
        if kind in house["contents"]:
            return house["contents"][kind].pk
        app, model = kind.split("_", 1)
        row = apps.get_model(app, model).objects.first()
        return row.pk if row else 1
    if converter == "id":
        return house["people"]["editor"].pk
    if converter == "move":
        return "approve"
    if converter == "act":
        return "comment"
    if converter == "number":
        return house["public"].live.number if name == "article_canonical" else 1
    if converter == "slug":
        slugs = {
            "meridian": "lung",
            "article": house["public"].slug,
            "acupoint": "bl-40",
            "body": "chest",
            "product": house["contents"]["products_productrevision"].content.slug,
            "page": house["contents"]["articles_pagerevision"].content.slug,
            "author": f.author().slug,
            "reviewer": f.reviewer().slug,
        }
        return slugs[name.removeprefix("pregnancy:").split("_")[0]]
    raise AssertionError(f"no value for {converter} of {name}")


def answers(house):
    """{name: {role: "GET POST"}} as the application answers now."""
    found, clients = {}, {role: Client(raise_request_exception=False) for role in ROLES}
    for role, user in house["people"].items():
        if user:
            clients[role].force_login(user)
    for name, converters in sorted({(n, tuple(c)) for n, c in names()}):
        path = address(name, converters, house)
        found[name] = {}
        for role, client in clients.items():
            got = client.get(path).status_code
            if name == "admin:logout":
                found[name][role] = str(got)
                continue
            posted = client.post(path, {}).status_code
            found[name][role] = f"{got} {posted}"
    return found


@pytest.mark.slow
def test_every_address_answers_each_role_as_the_matrix_says(house, request):
    now = answers(house)
    if request.config.getoption("--rewrite-access"):
        with MATRIX.open("w", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(["name", *ROLES])
            rows.writerows([name, *[cells[role] for role in ROLES]] for name, cells in now.items())
    with MATRIX.open() as file:
        rows = list(csv.DictReader(file))
    matrix = {row.pop("name"): row for row in rows}
    assert now.keys() - matrix.keys() == set(), "give each address a row"
    assert matrix.keys() - now.keys() == set(), "take the rows of what is gone out"
    different = {
        (name, role): (matrix[name][role], now[name][role])
        for name in matrix
        for role in ROLES
        if matrix[name][role] != now[name][role]
    }
    assert different == {}


def test_no_cell_is_a_server_error():
    assert " 5" not in MATRIX.read_text().replace(",5", " 5")


@pytest.mark.parametrize("name", [*MOVES, *ACTS])
def test_whoever_is_not_allowed_changes_nothing_with_a_true_token(name, house):
    """Each move and act on somebody else's content by those who have no right to it."""
    revision = house["contents"]["articles_articlerevision"]
    content = revision.content
    content.refresh_from_db()
    page = "move" if name in MOVES else "act"
    path = reverse(f"admin:articles_articlerevision_{page}", args=[revision.pk, name])
    token = {
        "version": content.version,
        "revision": content.head_id,
        "digest": content.head.seal.digest,
    }
    stranger = f.user(None)  # at the desk, with no role at all
    before = everything()
    for user in (None, stranger):
        client = Client()
        if user:
            client.force_login(user)
        response = client.post(path, token | {"reason": "Because.", "text": "Hm.", "sure": "on"})
        assert response.status_code in (302, 403)
    assert everything() == before


def test_every_kind_has_the_same_pages_on_the_desk():
    kinds = [m for m in apps.get_models() if issubclass(m, Revision) and m is not Revision]
    for model in kinds:
        assert model in site._registry
        label = f"{model._meta.app_label}_{model._meta.model_name}"
        found = {name for name, _converters in names() if name.startswith(f"admin:{label}_")}
        pages = ("review", "preview", "log", "move", "act", "compare")
        assert {f"admin:{label}_{page}" for page in pages} <= found


# --- What a status code does not show ------------------------------------------------------


def logged_in(user):
    client = Client()
    client.force_login(user)
    return client


def of(user, *codenames):
    user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
    return user


def test_only_a_superuser_changes_a_superuser():
    """An administrator who could set the password would be one at the next login."""
    superuser, password = f.user("superuser"), {"password1": "sesame-9", "password2": "sesame-9"}
    change = reverse("admin:editorial_user_change", args=[superuser.pk])
    set_password = reverse("admin:auth_user_password_change", args=[superuser.pk])
    administrator = logged_in(f.user("administrator"))
    before = everything()
    assert administrator.post(change, {"username": "mine"}).status_code == 403
    assert administrator.post(set_password, password).status_code == 403
    assert everything() == before
    assert logged_in(superuser).post(set_password, password).status_code == 302


@pytest.mark.parametrize("page", ["reports", "report_csv", "pick_acupoint", "board", "takeover"])
def test_a_stranger_at_the_desk_reads_nothing(page):
    args = {"report_csv": ["load"], "takeover": [1]}.get(page, [])
    stranger = logged_in(f.user(None))
    assert stranger.get(reverse(f"admin:{page}", args=args)).status_code == 403


@pytest.mark.parametrize("page", ["reports", "report_csv"])
def test_whoever_may_not_see_every_kind_sees_no_figures_of_all(page):
    some = of(f.user(None), "view_pagerevision", "view_productrevision")
    args = ["load"] if page == "report_csv" else []
    assert logged_in(some).get(reverse(f"admin:{page}", args=args)).status_code == 403
    assert logged_in(some).get(reverse("admin:board")).status_code == 200


def test_only_whoever_could_save_is_told_of_as_having_the_form_open():
    draft = f.article(by=f.user("writer"))
    address = reverse("admin:articles_articlerevision_open", args=[draft.head_id])
    stranger = logged_in(f.user(None))
    assert stranger.post(address).status_code == 403
    for role, told in (("writer", 0), ("reviewer", 0), ("administrator", 0), ("editor", 1)):
        before = OpenForm.objects.count()
        assert logged_in(f.user(role)).post(address).status_code == 200
        assert OpenForm.objects.count() - before == told, role


def test_a_save_to_an_address_without_a_revision_makes_no_new_content():
    draft = f.article(by=f.user("writer"))
    client = logged_in(draft.created_by)
    sent = desk.draft_form(client, draft.head.typed) | {"slug": "another"}
    before = everything()
    nowhere = reverse("admin:articles_articlerevision_change", args=[10**6])
    assert client.get(nowhere).status_code == client.post(nowhere, sent).status_code == 404
    assert everything() == before
