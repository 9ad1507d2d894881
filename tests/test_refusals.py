"""Each way to get round the sign-off, tried by form post and by direct call: refused with a
sentence and a status code, and every table is as it was."""

import datetime
from dataclasses import dataclass, field, replace

import pytest

from editorial import actions
from editorial.actions import Token
from editorial.errors import MissingToken, Refused, Stale
from editorial.models import Content, Credential, User
from tests import desk
from tests import factories as f
from tests.database import everything

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@dataclass
class Try:
    """Somebody's attempt at a move, as it would be sent."""

    move: str
    content: Content
    by: User
    data: dict = field(default_factory=dict)
    token: Token | None = None

    def __post_init__(self):
        self.content.refresh_from_db()
        self.token = self.token or Token.of(self.content)


def in_review(**fields):
    article = f.article(**fields)
    f.move("submit", article, f.user("editor"))
    return article


def signed():
    article = f.article()
    f.sign(article)
    return article


def signing_a_stale_revision():
    article, reviewer = in_review(), f.reviewer()
    seen = Token.of(article)
    f.move("recall", article, f.user("editor"))
    actions.revise(Token.of(article), by=f.user("editor"), at=f.now(), title="Other words")
    f.move("submit", article, f.user("editor"))
    return Try("sign", article, reviewer.user, f.sign_form(reviewer), seen)


def signing_with_another_digest():
    article, reviewer = in_review(), f.reviewer()
    token = replace(Token.of(article), digest="0" * 64)
    return Try("sign", article, reviewer.user, f.sign_form(reviewer), token)


def signing_what_one_wrote():
    account = f.user("writer")
    reviewer = f.reviewer(account)
    grant(account, "sign_content")
    return Try("sign", in_review(by=account), account, f.sign_form(reviewer))


def signing_what_one_wrote_as_superuser():
    account = f.user("superuser")
    reviewer = f.reviewer(account)
    return Try("sign", in_review(by=account), account, f.sign_form(reviewer))


def signing_what_one_stands_in_the_byline_of():
    account = f.user("superuser")
    reviewer = f.reviewer(account)
    article = in_review(authors=[f.author(user=account)])
    return Try("sign", article, account, f.sign_form(reviewer))


def signing_what_ones_other_account_wrote():
    first = f.user("writer")
    account = f.user("reviewer", alias_of=first)
    reviewer = f.reviewer(account)
    return Try("sign", in_review(by=first), account, f.sign_form(reviewer))


def signing_what_one_wrote_an_earlier_line_of():
    account = f.user("superuser")
    reviewer = f.reviewer(account)
    article = f.article(by=account)
    actions.revise(Token.of(article), by=f.user("editor"), at=f.now(), body="<p>All new.</p>")
    f.move("submit", article, f.user("editor"))
    return Try("sign", article, account, f.sign_form(reviewer))


def signing_with_an_expired_credential():
    reviewer = f.reviewer()
    yesterday = f.now().date() - datetime.timedelta(days=1)
    reviewer.credentials.update(valid_until=yesterday)
    return Try("sign", in_review(), reviewer.user, f.sign_form(reviewer))


def signing_with_a_suspended_credential():
    reviewer = f.reviewer()
    reviewer.credentials.update(suspended_at=f.now(), suspended_by=f.user("administrator"))
    return Try("sign", in_review(), reviewer.user, f.sign_form(reviewer))


def signing_with_an_unchecked_credential():
    reviewer = f.reviewer()
    reviewer.credentials.update(checked_at=None, checked_by=None)
    return Try("sign", in_review(), reviewer.user, f.sign_form(reviewer))


def signing_without_a_reviewer_profile():
    account = f.user("reviewer")
    return Try("sign", in_review(), account, f.sign_form(f.reviewer()))


def signing_twice():
    article, reviewer = in_review(), f.reviewer()
    f.sign(article, reviewer)
    return Try("sign", article, reviewer.user, f.sign_form(reviewer))


def signing_a_kind_without_signatures():
    product, reviewer = f.product(), f.reviewer()
    f.move("submit", product, f.user("editor"))
    return Try("sign", product, reviewer.user, f.sign_form(reviewer))


def signing_over_an_unsigned_point():
    f.point("BL40")
    article, reviewer = f.article(body=f.embed("BL40")), f.reviewer()
    point = f.publish(f.point("ST36"))
    actions.revise(Token.of(article), by=f.user("editor"), at=f.now(), body=f.embed("ST36"))
    f.move("submit", article, f.user("editor"))
    f.move("withdraw", point, f.user("editor"), reason="Wrong.")
    return Try("sign", article, reviewer.user, f.sign_form(reviewer))


def submitting_with_an_unsigned_point():
    f.point("BL40")
    return Try("submit", f.article(body=f.embed("BL40")), f.user("editor"))


def approving_an_unsigned_revision():
    return Try("approve", in_review(), f.user("editor"))


def approving_what_one_wrote():
    editor = f.user("editor")
    article = f.article(by=editor)
    f.sign(article)
    return Try("approve", article, editor)


def approving_what_one_signed():
    account = f.user("superuser")
    article = in_review()
    f.sign(article, f.reviewer(account))
    return Try("approve", article, account)


def approving_a_product_that_one_wrote():
    editor = f.user("editor")
    product = f.product(by=editor)
    f.move("submit", product, f.user("editor"))
    return Try("approve", product, editor)


def scheduling_into_the_past():
    article = signed()
    past = f.now() - datetime.timedelta(minutes=1)
    return Try("schedule", article, f.user("editor"), {"go_live_at": past})


def scheduling_behind_the_next_review():
    article = signed()
    late = f.now() + datetime.timedelta(days=500)
    return Try("schedule", article, f.user("editor"), {"go_live_at": late})


def publishing_by_a_writer():
    return Try("approve", signed(), f.user("writer"))


def publishing_by_a_reviewer():
    return Try("approve", signed(), f.user("reviewer"))


def submitting_another_writers_draft():
    return Try("submit", f.article(), f.user("writer"))


def approving_a_draft():
    return Try("approve", f.article(), f.user("editor"))


def submitting_what_is_in_review():
    return Try("submit", in_review(), f.user("editor"))


def withdrawing_what_never_was_public():
    return Try("withdraw", f.article(), f.user("editor"), {"reason": "Wrong."})


def moving_as_a_deactivated_account():
    account = f.user("editor")
    article = signed()
    account.is_active = False
    account.save()
    return Try("approve", article, account)


NOT_ALLOWED = [
    signing_what_one_wrote,
    signing_what_one_wrote_as_superuser,
    signing_what_one_stands_in_the_byline_of,
    signing_what_ones_other_account_wrote,
    signing_what_one_wrote_an_earlier_line_of,
    signing_with_an_expired_credential,
    signing_with_a_suspended_credential,
    signing_with_an_unchecked_credential,
    signing_without_a_reviewer_profile,
    signing_twice,
    signing_a_kind_without_signatures,
    signing_over_an_unsigned_point,
    submitting_with_an_unsigned_point,
    approving_an_unsigned_revision,
    approving_what_one_wrote,
    approving_what_one_signed,
    approving_a_product_that_one_wrote,
    scheduling_into_the_past,
    scheduling_behind_the_next_review,
    publishing_by_a_writer,
    publishing_by_a_reviewer,
    submitting_another_writers_draft,
    approving_a_draft,
    submitting_what_is_in_review,
    withdrawing_what_never_was_public,
]
STALE = [signing_a_stale_revision, signing_with_another_digest]


def grant(account, codename):
    from django.contrib.auth.models import Permission

    account.user_permissions.add(Permission.objects.get(codename=codename))


def fresh(account):
    return User.objects.get(pk=account.pk)


def direct(attempt):
    return actions.make(
        attempt.move, attempt.token, by=fresh(attempt.by), at=f.now(), **attempt.data
    )


def posted(attempt):
    """The attempt as form data."""
    data = {
        "version": attempt.token.version,
        "revision": attempt.token.revision,
        "digest": attempt.token.digest,
        "has_read": "on",
    }
    for name, value in attempt.data.items():
        if isinstance(value, Credential):
            value = value.pk
        elif isinstance(value, datetime.datetime):
            value = value.strftime("%Y-%m-%dT%H:%M:%S")
        data[name] = value
    return data


def post(client, attempt, drop=()):
    data = posted(attempt)
    for name in drop:
        data.pop(name)
    client.force_login(attempt.by)
    head = desk.head(attempt.content)
    return client.post(desk.url(head, "move", attempt.move), data)


@pytest.mark.parametrize("situation", NOT_ALLOWED)
def test_direct_call_is_refused_with_a_sentence(situation):
    attempt = situation()
    before = everything()
    with pytest.raises(Refused) as refusal:
        direct(attempt)
    assert refusal.value.status_code == 403
    assert refusal.value.sentence.rstrip("!.").count(" ") > 3
    assert everything() == before


@pytest.mark.parametrize("situation", NOT_ALLOWED)
def test_form_post_is_refused_with_a_sentence(situation, client):
    attempt = situation()
    before = everything()
    response = post(client, attempt)
    assert response.status_code == 403
    assert 'class="refusal"' in response.content.decode()
    assert everything() == before


@pytest.mark.parametrize("situation", STALE)
def test_what_is_stale_is_409(situation, client):
    attempt = situation()
    before = everything()
    with pytest.raises(Stale):
        direct(attempt)
    response = post(client, attempt)
    assert response.status_code == 409
    assert "has moved on" in response.content.decode()
    assert everything() == before


@pytest.mark.parametrize("hole", ["version", "revision", "digest"])
def test_a_move_without_its_token_is_422(hole, client):
    article, reviewer = in_review(), f.reviewer()
    attempt = Try("sign", article, reviewer.user, f.sign_form(reviewer))
    before = everything()
    response = post(client, attempt, drop=[hole])
    assert response.status_code == 422
    assert "which revision it is about" in response.content.decode()
    attempt.token = replace(attempt.token, **{hole: None if hole != "digest" else ""})
    with pytest.raises(MissingToken):
        direct(attempt)
    assert everything() == before


def test_a_deactivated_account_moves_nothing(client):
    attempt = moving_as_a_deactivated_account()
    before = everything()
    with pytest.raises(Refused):
        direct(attempt)
    assert post(client, attempt).status_code == 302  # to the login page
    assert everything() == before


def test_editing_while_in_review_is_refused(client):
    writer = f.user("writer")
    article = in_review(by=writer)
    head = desk.head(article)
    before = everything()
    with pytest.raises(Refused) as refusal:
        actions.revise(Token.of(article), by=writer, at=f.now(), title="Changed")
    assert "In review" in refusal.value.sentence
    client.force_login(writer)
    token = Token.of(article)
    response = client.post(
        desk.url(head),
        {
            "title": "Changed while frozen",
            "version": token.version,
            "revision": token.revision,
            "digest": token.digest,
        },
    )
    assert response.status_code == 403
    page = response.content.decode()
    assert "In review" in page
    assert "Changed while frozen" in page, "what was typed must not be lost"
    assert everything() == before


def test_saving_without_its_token_is_422(client):
    writer = f.user("writer")
    article = f.article(by=writer)
    client.force_login(writer)
    before = everything()
    response = client.post(desk.url(desk.head(article)), {"title": "Without a token"})
    assert response.status_code == 422
    assert "Without a token" in response.content.decode()
    assert everything() == before


def test_another_writer_cannot_edit(client):
    article = f.article()
    other = f.user("writer")
    before = everything()
    with pytest.raises(Refused):
        actions.revise(Token.of(article), by=other, at=f.now(), title="Mine now")
    assert everything() == before
