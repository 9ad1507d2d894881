"""The draft form: what it must keep, what it must refuse, and that nobody's text is lost."""

import pytest

from articles.models import Invitation, Recommendation, Source, Tip
from tests import desk
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer(client):
    made = f.user("writer")
    client.force_login(made)
    return made


def full_article(by):
    """An article with something in every field and child."""
    f.publish(f.point("BL40"))
    return f.article(
        by,
        authors=[f.author(), f.author("Second Sample")],
        body="<p>Before</p>" + f.embed("BL40"),
        hero=f.picture(),
        hero_alt="A knee",
        hero_caption="Caption",
        hero_credit="Credit",
        tips_heading="Three tips",
        note="First",
        children=[
            Tip(lead="Warm", text="Warm up", position=1),
            Tip(lead="Rest", text="Take a rest", position=2),
            Source(title="A study", doi="10.1136/acupmed-2015-010936", supports="This."),
            Recommendation(product=f.product()),
            Invitation(reviewer=f.reviewer()),
        ],
    )


def test_saving_without_a_change_makes_no_revision(client, writer):
    article = full_article(writer)
    version = article.version
    response = desk.save(client, desk.head(article))
    assert response.status_code == 302
    assert article.revisions.count() == 1
    article.refresh_from_db()
    assert article.version == version


def test_a_save_that_changes_one_field_keeps_all_others(client, writer):
    article = full_article(writer)
    before = desk.head(article)
    assert desk.save(client, before, summary="Another summary.").status_code == 302
    after = desk.head(article)
    assert after.number == 2
    assert after.parent_id == before.pk
    assert after.summary == "Another summary."
    from editorial.actions import facts_of

    old, new = facts_of(before), facts_of(after)
    assert {name for name in old if old[name] != new[name]} == {""}
    for name in ("title", "body", "hero", "hero_alt", "hero_caption", "hero_credit"):
        assert getattr(before, name) == getattr(after, name)
    assert before.tips_heading == after.tips_heading
