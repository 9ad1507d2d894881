"""No name hides a character, and none passes for a reviewer's that it is not."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from articles.models import Source, Topic
from editorial.errors import Refused
from editorial.lookalikes import skeletons
from editorial.models import Author, Book, Credential, Reviewer
from tests import desk
from tests import factories as f
from tests.database import everything
from tests.reading import tree_of
from tests.test_reviewing import logged_in, refused

pytestmark = [pytest.mark.django_db, pytest.mark.once]

# Bidi controls, zero-width and other invisible characters, and control characters.
UNSEEN = [
    *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c",
    *"\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u3164\u115f\u034f\ufe0f\U000e0041",
    *"\x00\x07\x0b\x1b\x7f\x85\ufffe",
]


def people_form(**fields):
    sent = {"name": "Wu Li", "slug": "wu-li", "bio": "", "active": "on", **fields}
    for prefix in ("books", "credentials"):
        sent |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    return sent


def add(client, kind="reviewer", **fields):
    return client.post(reverse(f"admin:editorial_{kind}_add"), people_form(**fields))


# --- Characters that nobody sees -------------------------------------------------------------


@pytest.mark.parametrize("char", UNSEEN, ids=lambda char: f"{ord(char):04X}")
def test_no_name_title_or_note_holds_what_nobody_sees(char):
    hidden, code = f"Wu{char}Li", f"U+{ord(char):04X}"
    reviewer, article, product = f.reviewer(), f.article(), f.product()
    author, by = f.author(), f.user("editor")
    source = Source(title=hidden, url="https://example.org", supports="It.")
    before = everything()
    for make in (
        lambda: f.author(name=hidden),
        lambda: f.reviewer(reviewer.user, name=hidden),
        lambda: f.credential(reviewer, title=hidden),
        lambda: f.credential(reviewer, issuer=hidden),
        lambda: f.credential(reviewer, number=hidden),
        lambda: Book.objects.create(author=author, title=hidden, isbn="979-900000000-4"),
        lambda: Topic.objects.create(name=hidden),
        lambda: f.revise(article, by, title=hidden),
        lambda: f.revise(article, by, note=hidden),
        lambda: f.revise(article, by, sources=[source]),
        lambda: f.revise(product, by, name=hidden),
    ):
        with pytest.raises(Refused) as refusal:
            make()
        assert code in refusal.value.sentence or "control characters" in refusal.value.sentence
    assert everything() == before


def test_names_of_other_scripts_stand():
    for name in ("吴丽", "Βασιλική Παππά", "Łukasz Żółć", "Nguyễn Thị Hà", "О’Коннор-Smith"):
        f.author(name=name)
        f.credential(f.reviewer(name=name), title="中医师")


@pytest.mark.parametrize("char", ["\u202e", "\u200b", "\x0b"])
def test_the_forms_of_people_refuse_them(client, char):
    client.force_login(f.user("superuser"))
    for kind in ("author", "reviewer"):
        response = add(client, kind, name=f"Wu{char}Li")
        assert response.status_code == 200
    assert not Author.objects.exists()
    assert not Reviewer.objects.exists()


@pytest.mark.parametrize("char", ["\u202e", "\u200b", "\x0b"])
def test_the_draft_form_refuses_them_in_title_note_and_source(client, char):
    article = f.article(children=[Source(title="T", url="https://example.org", supports="S")])
    client.force_login(f.user("superuser"))
    for field in ("title", "note", "sources-0-title"):
        response = desk.save(client, article.head.typed, **{field: f"Wu{char}Li"})
        assert response.status_code == 200, field
        assert f"U+{ord(char):04X}" in response.content.decode(), field
    assert article.revisions.count() == 1


def test_a_control_character_stays_out_of_every_text():
    article = f.article()
    by = f.user("editor")
    refused("U+000B", f.revise, article, by, summary="One\x0btwo.")
    refused("U+FFFE", f.revise, article, by, body="<p>One\ufffetwo.</p>")


# --- Look-alikes -----------------------------------------------------------------------------

LOOK_LIKE_WU_LI = [
    "Wu Lі",  # a Cyrillic letter
    "Wυ Li",  # a Greek one
    "Wu LI",
    "wu li",
    "WU LI",
    "Wu  Li",
    "Wu\u00a0Li",
    "WuLi",
    "Wu-Li",
    "Wu, Li",
    "Wu. Li",
    "Dr Wu Li",
    "Dr. Wu Li",
    "Prof. Dr. Wu Li",
    "Professor Wu Li",
    "Wu Li, PhD",
    "Ｗｕ Ｌｉ",
    "VVu Li",
    "ᴡᴜ ʟɪ",
    "Wu l\u0456",
    "Wu Lı",
]


@pytest.mark.parametrize("name", LOOK_LIKE_WU_LI)
def test_no_name_looks_like_a_reviewers(name):
    first = f.reviewer(name="Wu Li")
    before = everything()
    for make in (lambda: f.reviewer(first.user, name=name), lambda: f.author(name=name)):
        with pytest.raises(Refused, match="“Wu Li”"):
            make()
    assert everything() == before


def test_what_looks_alike_looks_alike_from_the_other_side_too():
    for name in LOOK_LIKE_WU_LI:
        assert skeletons(name) & skeletons("Wu Li"), name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Wu Li", "Wu Lin"),
        ("Wu Li", "Wu Lu"),
        ("Mei Chen", "Mel Chen"),
        ("Lü Wei", "Lu Wei"),
        ("Anna Sample", "Anna Sampel"),
        ("Ian Ross", "Jan Ross"),
        ("Pat Prof", "Pat Pro"),
        ("Dr No", "Dr Noh"),
    ],
)
def test_names_that_readers_can_tell_apart_stand_side_by_side(one, other):
    f.reviewer(name=one)
    f.reviewer(name=other)
    f.author(name=other)


@pytest.mark.parametrize(("one", "other"), [("Ian Ross", "lan Ross"), ("Wilson", "WiIson")])
def test_a_capital_i_passes_for_no_small_l(one, other):
    f.reviewer(name=one)
    refused(f"“{one}”", f.author, other)


def test_a_name_is_not_changed_into_another_reviewers_look_alike():
    f.reviewer(name="Wu Li")
    other = f.reviewer(name="Ada Sample")
    other.name = "Dr Wu Li"
    refused("“Wu Li”", other.save)


def test_who_is_named_so_already_can_be_deactivated_and_keep_the_name():
    f.reviewer(name="Wu Li")
    other = f.reviewer(name="Ada Sample")
    Reviewer.objects.filter(pk=other.pk).update(name="Wu Lі")
    other.refresh_from_db()
    other.deactivation_reason = "It was somebody else."
    other.save()
    client = logged_in(f.user("superuser"))
    form = people_form(name="Wu Lі", deactivation_reason="It was somebody else.")
    del form["active"]
    url = reverse("admin:editorial_reviewer_change", args=[other.pk])
    client.post(url, form)
    other.refresh_from_db()
    assert not other.is_active


def test_the_form_names_the_reviewer_whom_it_looks_like(client):
    f.reviewer(name="Wu Li")
    client.force_login(f.user("superuser"))
    for kind in ("reviewer", "author"):
        response = add(client, kind, name="Prof. Wu Li", slug="another")
        assert response.status_code == 200
        assert "looks like the reviewer “Wu Li”" in response.content.decode()
    assert Reviewer.objects.count() == 1


# --- Equal names -----------------------------------------------------------------------------


def test_an_equal_name_is_taken_with_a_warning(client):
    f.reviewer(name="Wu Li")
    client.force_login(f.user("superuser"))
    response = add(client, name="Wu Li")
    assert response.status_code == 302
    assert Reviewer.objects.filter(name="Wu Li").count() == 2
    assert any("exactly this name" in str(m) for m in get_messages(response.wsgi_request))


def test_an_author_who_reviews_has_one_name_in_both_places():
    f.reviewer(name="Wu Li")
    assert f.author(name="Wu Li").has_namesake()
    assert not f.author(name="Ada Sample").has_namesake()


def namesakes():
    """Two reviewers of one name with a credential each, which says who is who."""
    found = [f.reviewer(name="Wu Li") for _ in range(2)]
    for reviewer, title in zip(found, ("Licensed acupuncturist", "Midwife"), strict=True):
        Credential.objects.filter(reviewer=reviewer).update(title=title)
    return found


def test_pages_and_pickers_tell_namesakes_apart_by_their_credential(client):
    acupuncturist, midwife = namesakes()
    for who, title in ((acupuncturist, "Licensed acupuncturist"), (midwife, "Midwife")):
        (said,) = tree_of(client, who.get_absolute_url()).xpath("//*[@data-credential]/text()")
        assert said == f"{title}, Sample Board S-1"
    article = f.article()
    f.move("submit", article, f.user("editor"))
    editor = logged_in(f.user("superuser"))
    form = desk.forms(editor.get(desk.url(desk.head(article), "review")))
    (ask,) = [form for action, form in form.items() if str(action).endswith("act/ask/")]
    labels = [option.text for option in ask.xpath(".//select[@name='reviewer']/option")][1:]
    assert sorted(labels) == [
        "Wu Li (Licensed acupuncturist, Sample Board S-1)",
        "Wu Li (Midwife, Sample Board S-1)",
    ]
    suggested = editor.get(
        reverse("admin:autocomplete"),
        {
            "app_label": "articles",
            "model_name": "invitation",
            "field_name": "reviewer",
            "term": "Wu",
        },
    ).json()["results"]
    assert sorted(one["text"] for one in suggested) == sorted(labels)


def test_what_ended_or_was_not_looked_up_tells_nobody_apart(client):
    reviewer = f.reviewer()
    for change in ({"checked_at": None, "checked_by": None}, {"valid_until": "2020-01-01"}):
        Credential.objects.update(valid_from="2019-01-01", **change)
        assert not tree_of(client, reviewer.get_absolute_url()).xpath("//*[@data-credential]")
        Credential.objects.update(checked_at="2019-01-02", checked_by=reviewer.user)
