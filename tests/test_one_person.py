"""Two accounts that turn out to be one person's, and bylines that turn out to be somebody here."""

import datetime

import pytest
from django.core import mail
from django.urls import reverse

from editorial import actions, letters, linking, standing, verify
from editorial.errors import Refused
from editorial.models import Author, Event, Letter, User
from tests import desk
from tests import factories as f
from tests.database import everything

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
BADGE = 'data-badge="reviewed"'


def badge(client, content):
    return BADGE in client.get(f"{content.get_absolute_url()}?{Event.objects.count()}").text


def link(user, first, by=None):
    return actions.link_accounts(
        User.objects.get(pk=user.pk),
        User.objects.get(pk=first.pk),
        by=by or f.user("administrator"),
        at=f.now(),
    )


def link_form(client, user, first, **more):
    client.force_login(f.user("administrator"))
    url = reverse("admin:editorial_user_change", args=[user.pk])
    form = desk.values(desk.forms(client.get(url))["user_form"])
    answer = client.post(url, {**form, "alias_of": first.pk, **more}, follow=True)
    client.logout()
    return answer


def lines():
    found = Event.objects.filter(move="accounts_linked", content__isnull=False)
    return {line.content_id: line.data for line in found}


def sentence(content):
    content.refresh_from_db()
    shown = content.live.typed
    return standing.badge_of(shown, standing.record_of(content), f.now()).faults


# --- A signer who wrote ------------------------------------------------------------------------


@pytest.fixture
def own():
    """A public article that its writer signed with another account."""
    writer, reviewer = f.user("writer"), f.reviewer(name="Vera Sample")
    article = f.publish(f.article(by=writer, title="Own words"), reviewer)
    return article, writer, reviewer


def test_a_signature_under_ones_own_text_falls_with_the_link(client, own):
    article, writer, reviewer = own
    assert badge(client, article)
    (breach,) = link(reviewer.user, writer)
    signoff = article.signoffs.get()
    assert (breach.content.pk, breach.fallen, breach.ended) == (article.pk, [signoff.pk], [])
    assert lines() == {article.pk: {"fallen": [signoff.pk]}}
    assert not badge(client, article)
    history = client.get(f"{article.get_absolute_url()}history/").text
    assert "turned out to have worked on the text" in history
    assert standing.record_of(fresh(article)).faults == []


def fresh(content):
    content.refresh_from_db()
    return content


def test_whichever_of_the_two_is_named_first(client, own):
    article, writer, reviewer = own
    link(writer, reviewer.user)
    assert not badge(client, article)


def test_a_third_account_of_the_person_counts_too(client, own):
    article, writer, reviewer = own
    third = f.user("editor")
    link(writer, third)
    assert badge(client, article)
    link(reviewer.user, third)
    assert not badge(client, article)


def test_another_signature_that_the_approval_names_keeps_the_badge(client):
    writer, own, other = f.user("writer"), f.reviewer(), f.reviewer(name="Vera Sample")
    article = f.article(by=writer)
    f.sign(article, own)
    f.sign(article, other)
    f.move("approve", article, f.user("editor"))
    link(own.user, writer)
    page = client.get(article.get_absolute_url()).text
    assert BADGE in page
    assert ("Vera Sample" in page, "Sample Reviewer" in page) == (True, False)


@pytest.mark.parametrize("how", ["byline", "duplicate", "edit"])
def test_every_way_to_have_contributed_counts(client, how):
    account, reviewer = f.user("editor"), f.reviewer()
    if how == "byline":
        article = f.article(authors=[f.author(user=account)])
    elif how == "duplicate":
        first = f.article(by=account)
        article = actions.duplicate(first.head, by=f.user("editor"), at=f.now(), slug="copy").typed
    else:
        article = f.article()
        f.revise(article, by=account, summary="Theirs.")
    f.publish(article, reviewer)
    link(account, reviewer.user)
    assert not badge(client, article)


def test_what_somebody_wrote_only_after_they_signed_leaves_the_signature(client):
    account, reviewer = f.user("editor"), f.reviewer()
    article = f.publish(f.article(), reviewer)
    f.revise(article, by=account, summary="Newer.")
    assert link(account, reviewer.user) == []
    assert badge(client, article)
    assert lines() == {}


def test_a_host_is_told_when_the_signature_of_its_point_falls(client):
    writer, reviewer = f.user("writer"), f.reviewer()
    f.publish(f.point("BL40", writer), reviewer)
    host = f.publish(f.article(body=f.embed("BL40")))
    assert badge(client, host)
    link(reviewer.user, writer)
    assert not badge(client, host)


def test_a_point_and_its_host_fall_together(client):
    writer, reviewer = f.user("writer"), f.reviewer()
    point = f.publish(f.point("BL40", writer), reviewer)
    host = f.publish(f.article(writer, body=f.embed("BL40")), reviewer)
    waiting = f.article(writer, body=f.embed("BL40"))
    f.sign(waiting, reviewer)
    f.sign(waiting)
    link(reviewer.user, writer)
    assert set(lines()) == {point.pk, host.pk, waiting.pk}
    assert not badge(client, point)
    assert not badge(client, host)
    assert fresh(waiting).status == "signed", "somebody else's signature stands"
    assert standing.record_of(waiting).faults == []


def test_what_waits_with_a_fallen_signature_goes_back_to_review(own):
    _article, writer, reviewer = own
    signed, scheduled = f.article(by=writer), f.article(by=writer)
    for article in (signed, scheduled):
        f.sign(article, reviewer)
    f.move("schedule", scheduled, f.user("editor"), go_live_at=f.now() + DAY)
    link(reviewer.user, writer)
    for article in (signed, scheduled):
        assert fresh(article).status == "in_review"
        assert article.scheduled_id is None


# --- Two names of one person ---------------------------------------------------------------------


@pytest.fixture
def two_names():
    """A public article that one person signed first as Otto, then as Vera."""
    f.user("administrator")  # who looks both credentials up
    otto, vera = f.reviewer(name="Otto Sample"), f.reviewer(name="Vera Sample")
    article = f.article(title="Signed twice")
    f.sign(article, otto)
    f.sign(article, vera)
    f.move("approve", article, f.user("editor"))
    return article, otto, vera


def names(client, content):
    page = client.get(f"{content.get_absolute_url()}?{Event.objects.count()}").text
    return {name for name in ("Otto Sample", "Vera Sample", "Bo Sample") if name in page}


@pytest.mark.parametrize("turned", [False, True])
def test_two_reviewers_who_are_one_person_are_one_name_under_a_badge(client, two_names, turned):
    article, otto, vera = two_names
    assert names(client, article) == {"Otto Sample", "Vera Sample"}
    link(*((vera.user, otto.user) if turned else (otto.user, vera.user)))
    own = article.signoffs.get(signed_by=otto.user)
    assert lines() == {article.pk: {"fallen": [own.pk], "second": [own.pk]}}
    assert badge(client, article)
    assert names(client, article) == {"Vera Sample"}
    history = client.get(f"{article.get_absolute_url()}history/").text
    assert "signed under another name too" in history
    assert linking.find({otto.user_id, vera.user_id}) == [], "it is said once"


def test_the_newest_signature_counts_a_renewal_too(client, two_names):
    article, otto, vera = two_names
    f.move("submit", article, f.user("editor"))
    f.sign(article, otto)
    link(otto.user, vera.user)
    assert badge(client, article)
    assert names(client, article) == {"Otto Sample"}


def test_the_form_lists_the_page_that_loses_a_second_name(client, two_names):
    article, otto, vera = two_names
    assert "Signed twice" in link_form(client, otto.user, vera.user).text
    assert names(client, article) == {"Otto Sample", "Vera Sample"}


def test_what_no_approval_counts_together_keeps_its_name(client):
    otto, vera = f.reviewer(name="Otto Sample"), f.reviewer(name="Vera Sample")
    article = f.publish(f.article(), otto)
    f.move("submit", article, f.user("editor"))
    f.sign(article, vera)
    assert link(otto.user, vera.user) == []
    assert names(client, article) == {"Otto Sample"}
    f.move("approve", article, f.user("editor"))
    assert names(client, article) == {"Vera Sample"}, "the next approval names the newest only"


def test_another_persons_name_stays_beside_the_newest(client):
    bo, otto = f.reviewer(name="Bo Sample"), f.reviewer(name="Otto Sample")
    vera, article = f.reviewer(name="Vera Sample"), f.article()
    for one in (otto, vera, bo):
        f.sign(article, one)
    f.move("approve", article, f.user("editor"))
    link(otto.user, vera.user)
    assert names(client, article) == {"Vera Sample", "Bo Sample"}


def test_a_newest_signature_that_falls_as_own_work_leaves_the_older_name(client):
    otto, vera = f.reviewer(name="Otto Sample"), f.reviewer(name="Vera Sample")
    editor, article = f.user("editor"), f.publish(f.article(), otto)
    f.revise(article, by=editor, summary="Newer.")
    f.move("discard", article, editor)
    f.move("submit", article, f.user("editor"))
    f.sign(article, vera)
    f.move("approve", article, f.user("editor"))
    assert names(client, article) == {"Otto Sample", "Vera Sample"}
    assert link(otto.user, editor) == [], "signed before anything was written"
    (breach,) = link(vera.user, editor)
    assert (len(breach.fallen), breach.second) == (1, [])
    assert names(client, article) == {"Otto Sample"}


# --- An approver who is no second person -------------------------------------------------------


def approved(by, signer, editor):
    article = f.article(by=by)
    f.sign(article, signer)
    f.move("approve", article, editor)
    return article


@pytest.mark.parametrize("who", ["signer", "writer", "byline"])
def test_an_approval_by_who_signed_or_wrote_takes_the_badge(client, who):
    writer, signer, editor = f.user("writer"), f.reviewer(), f.user("editor")
    byline = f.user("writer")
    article = f.article(by=writer, authors=[f.author(user=byline)])
    f.sign(article, signer)
    f.move("approve", article, editor)
    link({"signer": signer.user, "writer": writer, "byline": byline}[who], editor)
    (line,) = Event.objects.filter(move="approve", content=article)
    assert lines() == {article.pk: {"ended": [line.seq]}}
    assert not badge(client, article)
    assert "turned out to have signed it or worked on it" in " ".join(map(str, sentence(article)))
    history = client.get(f"{article.get_absolute_url()}history/").text
    assert "turned out to have signed it or worked on it" in history
    f.move("submit", article, f.user("editor"))
    f.move("approve", article, f.user("editor"))
    assert badge(client, article), "the signature stands, and somebody else has approved it"


def test_an_approval_that_another_signature_carries_loses_that_name_only(client):
    signer, other, editor = f.reviewer(), f.reviewer(name="Bo Sample"), f.user("editor")
    article = f.article()
    f.sign(article, signer)
    f.sign(article, other)
    f.move("approve", article, editor)
    own = article.signoffs.get(signed_by=signer.user)
    link(signer.user, editor)
    assert lines() == {article.pk: {"fallen": [own.pk]}}
    assert badge(client, article)
    assert "Bo Sample" in client.get(article.get_absolute_url()).text
    assert "turned out to have worked on the text or approved it" in " ".join(
        client.get(f"{article.get_absolute_url()}history/").text.split()
    )
    link(other.user, User.objects.get(pk=editor.pk))
    assert not badge(client, article), "nobody is left who is somebody else"


def test_a_schedule_that_rests_on_such_an_approval_is_held():
    writer, signer, editor = f.user("writer"), f.reviewer(), f.user("editor")
    article = f.article(by=writer)
    f.sign(article, signer)
    f.move("schedule", article, editor, go_live_at=f.now() + DAY)
    link(writer, editor)
    assert fresh(article).status == "in_review"
    assert standing.record_of(article).shown(f.now() + 2 * DAY) is None


def test_a_product_approved_by_its_writer_is_not_approved(client):
    writer, editor = f.user("writer"), f.user("editor")
    product, other = f.product(by=writer), f.product(by=f.user("writer"))
    for one in (product, other):
        f.move("submit", one, writer if one is product else f.user("editor"))
        f.move("approve", one, editor)
    link(writer, editor)
    assert set(lines()) == {product.pk}
    badges = [
        standing.badge_of(one.live.typed, standing.record_of(one), f.now())
        for one in map(fresh, (product, other))
    ]
    assert [one.approved for one in badges] == [False, True]


def test_a_product_on_schedule_is_held_for_its_approver_only(client):
    writer, editor = f.user("writer"), f.user("editor")
    product = f.product(by=writer)
    f.move("submit", product, writer)
    f.move("schedule", product, editor, go_live_at=f.now() + DAY)
    link(writer, editor)
    assert fresh(product).status == "in_review"


def test_an_approver_who_edits_later_leaves_the_approval(client):
    editor, other = f.user("editor"), f.user("editor")
    article = f.article()
    f.sign(article)
    f.move("approve", article, editor)
    f.revise(article, by=other, summary="Newer.")
    assert link(other, editor) == []
    assert badge(client, article)


def test_a_house_that_lets_contributors_approve_keeps_such_an_approval(client, settings):
    settings.APPROVER_MAY_BE_CONTRIBUTOR = True
    writer, editor, signer = f.user("writer"), f.user("editor"), f.reviewer()
    kept = approved(writer, f.reviewer(), editor)
    lost = approved(f.user("writer"), signer, editor)
    link(writer, editor)
    link(signer.user, editor)
    assert badge(client, kept)
    assert not badge(client, lost), "no house lets a signer approve"


# --- Afterwards --------------------------------------------------------------------------------


def test_the_two_accounts_share_every_rule_from_then_on(own):
    _article, writer, reviewer = own
    link(reviewer.user, writer)
    article = f.article(by=writer)
    f.move("submit", article, writer)
    stale = reviewer.user  # as a request holds it that came before the link
    assert stale.alias_of_id is None
    with pytest.raises(Refused, match="cannot sign it"):
        f.move("sign", article, stale, **f.sign_form(reviewer))


def test_verify_finds_nothing_wrong_with_what_fell_in_the_log(own):
    _article, writer, reviewer = own
    link(reviewer.user, writer)
    found = [words for _about, words in verify.faults(f.now()) if "also contributed" not in words]
    assert found == []


def test_a_signature_that_fell_already_is_not_told_again(own):
    _article, writer, reviewer = own
    link(reviewer.user, writer)
    third = f.user("editor")
    assert linking.find({writer.pk, third.pk}) == []


def test_editors_get_one_letter_about_all_pages(own, django_capture_on_commit_callbacks):
    article, writer, reviewer = own
    second = f.publish(f.article(by=writer, title="More own words"), reviewer)
    editor = f.user("editor", email="editor@sample.example")
    with django_capture_on_commit_callbacks(execute=True):
        link(reviewer.user, writer)
    (letter,) = Letter.objects.filter(recipient=editor, subject__startswith="Pages lost a name")
    for content in (article, second):
        assert str(fresh(content).head.typed) in letter.body
        assert letters.address_of(content.head.typed) in letter.body
    assert [message.to for message in mail.outbox] == [["editor@sample.example"]]
    assert "Own words" not in letter.subject


def test_a_link_that_takes_nothing_is_told_to_nobody():
    f.user("editor")
    link(f.user("writer"), f.user("reviewer"))
    assert not Letter.objects.exists()
    assert Event.objects.get(move="accounts_linked").data["contents"] == []


def test_the_questions_asked_do_not_grow_with_what_is_in_order(django_assert_max_num_queries):
    editor, writer = f.user("editor"), f.user("writer")
    for _number in range(6):
        approved(f.user("writer"), f.reviewer(), editor)
    with django_assert_max_num_queries(12):
        assert linking.find({editor.pk, writer.pk}) == []


# --- Who may, and how --------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["writer", "editor", "reviewer"])
def test_only_administrators_link(own, role, client):
    _article, writer, reviewer = own
    somebody = f.user(role)
    client.force_login(somebody)
    before = everything()
    with pytest.raises(Refused, match="administrator"):
        link(reviewer.user, writer, somebody)
    url = reverse("admin:editorial_user_change", args=[reviewer.user.pk])
    assert client.post(url, {"alias_of": writer.pk, "link_them": "on"}).status_code == 403
    assert everything() == before


def test_an_administrator_does_not_link_a_superusers_account(own):
    _article, writer, _reviewer = own
    with pytest.raises(Refused, match="administrator"):
        link(f.user("superuser"), writer, f.user("administrator"))


def test_what_cannot_be_linked_is_refused(own):
    _article, writer, reviewer = own
    alias, administrator = f.user("writer", alias_of=writer), f.user("administrator")
    before = everything()
    for user, first, words in [
        (writer, writer, "alias of itself"),
        (reviewer.user, alias, "first account"),
        (writer, reviewer.user, "already point"),
        (alias, reviewer.user, "linked already"),
    ]:
        with pytest.raises(Refused, match=words):
            link(user, first, administrator)
    assert everything() == before


def test_the_form_lists_the_pages_and_asks_before_it_links(client, own):
    article, writer, reviewer = own
    page = link_form(client, reviewer.user, writer)
    assert "Own words" in page.text
    assert "Yes, link them" in page.text
    assert User.objects.get(pk=reviewer.user.pk).alias_of_id is None
    assert badge(client, article)
    page = link_form(client, reviewer.user, writer, link_them="on")
    assert "Own words" in page.text
    assert User.objects.get(pk=reviewer.user.pk).alias_of == writer
    assert not badge(client, article)


def test_the_form_asks_nothing_where_no_page_loses_a_name(client):
    user, first = f.user("writer"), f.user("editor")
    link_form(client, user, first)
    assert User.objects.get(pk=user.pk).alias_of == first
    assert Event.objects.filter(move="accounts_linked").count() == 1


# --- Bylines -----------------------------------------------------------------------------------


def unsaid(**fields):
    return f.author("Wanda Sample", has_no_account=None, **fields)


def tries(article, reviewer):
    """The four steps, each from a state in which nothing but the byline stands in its way."""
    return [
        ("submit", f.user("editor"), {}),
        ("sign", reviewer.user, f.sign_form(reviewer)),
        ("approve", f.user("editor"), {}),
        ("schedule", f.user("editor"), {"go_live_at": f.now() + DAY}),
    ]


@pytest.mark.parametrize("step", ["submit", "sign", "approve", "schedule"])
@pytest.mark.parametrize("gone", [False, True], ids=["in the text", "in an earlier revision"])
def test_a_byline_of_which_nobody_said_who_it_is_stops_the_text(client, step, gone):
    author, reviewer = f.author("Wanda Sample"), f.reviewer()
    article = f.article(authors=[author])
    if gone:
        f.revise(article, bylines=[])
    if step != "submit":
        f.move("submit", article, f.user("editor"))
    if step in ("approve", "schedule"):
        f.sign(article, reviewer)
    Author.objects.update(has_no_account=None)
    (attempt,) = [one for one in tries(article, reviewer) if one[0] == step]
    _step, by, data = attempt
    before = everything()
    with pytest.raises(Refused, match="Nobody has said yet whether Wanda Sample"):
        f.move(step, article, by, **data)
    assert everything() == before
    client.force_login(by)
    token = actions.Token.of(fresh(article))
    sent = {name: getattr(token, name) for name in ("version", "revision", "digest")} | data
    sent |= {"has_read": "on", "go_live_at": (f.now() + DAY).strftime("%Y-%m-%dT%H:%M")}
    if "credential" in data:
        sent["credential"] = data["credential"].pk
    before = everything()
    page = client.post(desk.url(desk.head(article), "move", step), sent)
    assert page.status_code == 403
    assert "Nobody has said yet whether Wanda Sample" in page.text
    assert everything() == before
    Author.objects.update(has_no_account=True)
    f.move(step, article, by, **data)


@pytest.mark.parametrize("said", [None, False])
def test_only_a_plain_no_account_counts(said):
    article = f.article(authors=[f.author("Wanda Sample", has_no_account=said)])
    with pytest.raises(Refused, match="Nobody has said yet"):
        f.move("submit", article, f.user("editor"))


@pytest.mark.parametrize("name", ["Wanda Sample", "Prof. Dr. WANDA  Sample", "dr wanda sample"])
def test_nobody_signs_who_is_named_like_an_author_without_an_account(client, name):
    reviewer = f.reviewer(name=name)
    author = f.author("Somebody else")
    Author.objects.filter(pk=author.pk).update(name="Dr Wanda Sample")  # past the look-alikes
    author.refresh_from_db()
    article = f.article(authors=[author])
    f.move("submit", article, f.user("editor"))
    Author.objects.update(name="Somebody Else")  # the printed name stays
    before = everything()
    with pytest.raises(Refused, match="nobody of that name can sign"):
        f.move("sign", article, reviewer.user, **f.sign_form(reviewer))
    assert everything() == before


def test_a_namesake_of_an_author_with_an_account_signs():
    reviewer = f.reviewer(name="Wanda Sample")
    f.publish(f.article(authors=[f.author("Wanda Sample", user=f.user("writer"))]), reviewer)


def author_form(client, author, **changes):
    client.force_login(f.user("editor"))
    url = reverse("admin:editorial_author_change", args=[author.pk])
    form = desk.values(desk.forms(client.get(url))["author_form"])
    answer = client.post(url, {**form, **changes}, follow=True)
    author.refresh_from_db()
    client.logout()
    return answer


def test_an_editor_says_that_an_author_has_no_account(client):
    author = unsaid()
    author_form(client, author, has_no_account="true")
    assert author.has_no_account is True


def test_naming_the_account_takes_the_place_of_saying_that_there_is_none(client):
    author, account = f.author(), f.user("writer")
    author_form(client, author, user=account.pk)
    assert (author.user, author.has_no_account) == (account, None)


def test_an_author_who_turns_out_to_be_the_signer_takes_the_signature(client):
    author, reviewer = f.author("Pen Name"), f.reviewer()
    article = f.publish(f.article(authors=[author], title="Own words"), reviewer)
    assert badge(client, article)
    page = author_form(client, author, user=reviewer.user.pk)
    assert "Own words" in page.text
    assert not badge(client, article)
    assert lines() == {article.pk: {"fallen": [article.signoffs.get().pk]}}


def test_only_who_keeps_authors_names_their_account():
    author, writer = f.author(), f.user("writer")
    with pytest.raises(Refused, match="keeping authors"):
        actions.name_account(author, writer, by=writer, at=f.now())
