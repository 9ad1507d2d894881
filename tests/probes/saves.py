"""Attacks by saves: forms that are older than what they would be saved over."""

from tests import desk
from tests import factories as f
from tests.probes.trial import probe

AUTOSAVE = {"X-Requested-With": "fetch"}


def autosaved(site, article, opened, **changes):
    """What a script sends that saves an open form by itself, whoever is looking."""
    return site.desk("writer").send(opened, AUTOSAVE, **changes)


def check_that_autosave_works(site):
    article = site.draft()
    answer = autosaved(site, article, site.desk("writer").draft(article), summary="Kept.")
    site.must(answer.status_code == 302, f"an autosave in time answers {answer.status_code}")
    site.must(desk.head(article).summary == "Kept.", "an autosave in time keeps nothing")


@probe(3, "stale autosave over a signed revision")
def stale_autosave(site, trial):
    check_that_autosave_works(site)
    article = site.draft()
    opened = site.desk("writer").draft(article)
    f.revise(article, by=site.people.writer, summary="Signed words.")
    site.published(article)
    site.must_be_reviewed(article, "Signed words.")
    with trial.attempt("over what readers have", article, without=["token"]) as attempt:
        attempt.answers(autosaved(site, article, opened, summary="Older words."), 409)


@probe(4, "the same between two moves")
def autosave_between_moves(site, trial):
    check_that_autosave_works(site)
    article = site.draft(summary="Signed words.")
    opened = site.desk("writer").draft(article)
    f.move("submit", article, site.people.editor)
    without = ["token", "state_allows"]
    with trial.attempt("between submit and sign", article, without=without) as attempt:
        attempt.answers(autosaved(site, article, opened, summary="Slipped in."), 409)

    article = site.draft(summary="Signed words.")
    opened = site.desk("writer").draft(article)
    site.signed(article)
    approve = site.desk("approver").move(article, "approve")
    opened.data |= token_of(approve)
    with trial.attempt("between sign and approve", article, without=["state_allows"]) as attempt:
        attempt.answers(autosaved(site, article, opened, summary="Slipped in."), 403)
    if not site.is_control:
        answer = site.desk("approver").send(approve)
        site.must(answer.status_code == 302, f"approve afterwards answers {answer.status_code}")
        site.must_be_reviewed(article, "Signed words.")


def token_of(order):
    """The token of a page, as a script would put it into a form that was opened before."""
    return {name: order.data[name] for name in ("version", "revision", "digest")}


@probe(10, "a no-change save resetting approval")
def save_without_change(site, trial):
    honest = site.published(summary="Signed words.")
    answer = site.desk("editor").send(site.desk("editor").draft(honest), summary="Newer words.")
    site.must(answer.status_code == 302, f"a save answers {answer.status_code}")
    site.must(desk.head(honest).number == 2, "a save that changes something makes no revision")
    site.must_be_reviewed(honest, "Signed words.")

    article = site.published(summary="Signed words.")
    opened = site.desk("editor").draft(article)
    with trial.attempt("over what readers have", article, without=["says_the_same"]) as attempt:
        attempt.answers(site.desk("editor").send(opened), 302)
        article.refresh_from_db()
        attempt.harms(article.status != "published", f"the approval is gone: {article.status}")


@probe(11, "stale full save over newer text")
def stale_full_save(site, trial):
    article = site.draft()
    mine, theirs = site.desk("editor").draft(article), site.desk("writer").draft(article)
    answer = site.desk("writer").send(theirs, summary="Newer text of another.")
    site.must(answer.status_code == 302, f"a save in time answers {answer.status_code}")
    with trial.attempt("of the whole form", article, without=["token"]) as attempt:
        answer = site.desk("editor").send(mine, summary="My own text.")
        attempt.answers(answer, 409)
        for words in ("Newer text of another.", "My own text."):
            attempt.harms(words.encode() not in answer.content, f"“{words}” is not handed back")
        summary = desk.head(article).summary
        attempt.harms(summary != "Newer text of another.", f"the head says “{summary}”")
    if not site.is_control:
        on_top = desk.values(desk.forms(answer)["articlerevision_form"])
        saved = site.desk("editor").post(desk.url(desk.head(article)), on_top)
        site.must(saved.status_code == 302, f"saving on top answers {saved.status_code}")
