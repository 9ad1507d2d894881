"""Random moves by random people at random times: after every step, whatever badge a reader
sees stands over exactly the words that its reviewer was shown when signing."""

import copy
import datetime

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from acupoints.models import Caution
from articles.models import Article
from editorial import actions, pages, reviewing, rules, search
from editorial.actions import Token
from editorial.errors import Refused, Unchanged
from editorial.models import Reviewer, Revision, SearchEntry, SignOff, User
from editorial.moves import MOVES
from tests import factories as f
from tests.database import everything, read_rows

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

START = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
PEOPLE = ["writer", "writer 2", "editor", "editor 2", "reviewer", "reviewer 2", "all at once"]
TEXTS = ["One way to press.", "Another way to press.", "A third way."]

SIGNERS = ["reviewer", "reviewer 2", "all at once"]
EDITORS = ["editor", "editor 2", "all at once"]

step = st.one_of(
    st.tuples(st.just("save"), st.sampled_from(PEOPLE), st.sampled_from(TEXTS)),
    st.tuples(
        st.sampled_from([name for name in MOVES if name not in ("save", "sign")]),
        st.sampled_from(PEOPLE),
        st.booleans(),
    ),
    st.tuples(st.just("sign"), st.sampled_from(PEOPLE), st.booleans()),
    st.tuples(st.just("sign"), st.sampled_from(["reviewer", "reviewer 2"]), st.just(False)),
    st.tuples(st.just("approve"), st.sampled_from(["editor", "editor 2"]), st.just(False)),
    st.tuples(st.just("retract"), st.sampled_from(PEOPLE), st.none()),
    st.tuples(st.just("annul"), st.sampled_from(["reviewer", "reviewer 2"]), st.none()),
    st.tuples(st.just("suspend"), st.sampled_from(["reviewer", "reviewer 2"]), st.none()),
    st.tuples(st.just("wait"), st.sampled_from([1, 30, 200]), st.none()),
    st.tuples(st.just("restore"), st.sampled_from(PEOPLE), st.integers(1, 5)),
    st.tuples(st.just("comment"), st.sampled_from(PEOPLE), st.booleans()),
    st.tuples(st.just("resolve"), st.sampled_from(PEOPLE), st.none()),
    st.tuples(st.just("renew"), st.sampled_from(PEOPLE), st.none()),
    st.tuples(
        st.just("point"), st.sampled_from(["publish anew", "gain a caution", "withdraw"]), st.none()
    ),
)
# Single steps at random seldom lead anywhere, so that they would find no hole: most of a walk is
# rounds from a new text to its publication, each step by anybody, with anything in between.
notable = st.sampled_from(
    [
        ("comment", "reviewer 2", False),
        ("comment", "editor", False),
        ("point", "gain a caution", None),
        ("point", "withdraw", None),
        ("retract", "reviewer", None),
        ("emergency", "editor", False),
        ("restore", "writer", 1),
        ("wait", 400, None),
    ]
)
# Not one_of: it would take the two for one list, in which what is notable is rare.
disturbance = st.lists(st.booleans().flatmap(lambda it: notable if it else step), max_size=2)
round_of_steps = st.tuples(
    disturbance,
    st.tuples(
        st.just("save"),
        st.sampled_from(["writer", "editor", "all at once", "reviewer"]),
        st.sampled_from(TEXTS),
    ).map(lambda one: [one]),
    st.tuples(st.just("submit"), st.sampled_from(["writer", "editor"]), st.just(False)).map(
        lambda one: [one]
    ),
    disturbance,
    st.lists(st.tuples(st.just("sign"), st.sampled_from(SIGNERS), st.just(False)), max_size=2),
    disturbance,
    st.tuples(st.just("approve"), st.sampled_from(EDITORS), st.just(False)).map(lambda one: [one]),
).map(lambda parts: [one for part in parts for one in part])
walks = st.lists(round_of_steps, min_size=1, max_size=4).map(
    lambda rounds: [one for one_round in rounds for one in one_round]
)


class World:
    """One article that uses one point, the people around it, and what each signer was shown."""

    def __init__(self):
        self.point = f.publish(f.point("BL40"))
        self.people = {
            "writer": f.user("writer"),
            "writer 2": f.user("writer"),
            "editor": f.user("editor"),
            "editor 2": f.user("editor"),
            "reviewer": f.reviewer(name="Sample One").user,
            "reviewer 2": f.reviewer(name="Sample Two").user,
            "all at once": f.reviewer(f.user("superuser"), name="Sample All").user,
            "administrator": f.user("administrator"),
        }
        self.article = f.article(by=self.people["writer"], body=f.embed("BL40"))
        self.seen = [Token.of(self.article)]
        self.shown_when_signing = {}

    def begun(self, clock):
        """A copy of this world for one walk."""
        cache.clear()  # the keys of rows that were taken back are given again
        walked = copy.deepcopy(self)
        walked.clock, walked.client = clock, Client()
        return walked

    def play(self, what, who, how):
        try:
            with transaction.atomic():
                getattr(self, f"do_{what}", self.move)(what, who, how)
        except (Refused, Unchanged):
            pass
        self.article.refresh_from_db()
        self.seen.append(Token.of(self.article))

    def token(self, stale):
        return self.seen[len(self.seen) // 2] if stale else Token.of(self.article)

    def person(self, who):
        return User.objects.get(pk=self.people[who].pk)

    def do_save(self, what, who, text):
        actions.revise(self.token(False), by=self.person(who), at=f.now(), summary=text)

    def move(self, what, who, stale):
        asks_for_reason = what in ("request_changes", "withdraw", "emergency")
        data = {"reason": "Because."} if asks_for_reason else {}
        if what == "schedule":
            data = {"go_live_at": f.now() + datetime.timedelta(days=20)}
        actions.make(what, self.token(stale), by=self.person(who), at=f.now(), **data)

    def do_restore(self, what, who, number):
        old = self.article.revisions.get(number=min(number, self.article.revisions.count()))
        actions.restore(self.token(False), old, by=self.person(who), at=f.now())

    def do_renew(self, what, who, how):
        actions.revise(self.token(False), by=self.person(who), at=f.now(), renew_pins=True)

    def do_comment(self, what, who, stale):
        person = self.person(who)
        reviewing.comment(
            self.token(stale), by=person, at=f.now(), text="Is this so?", must_fix=True
        )

    def do_resolve(self, what, who, how):
        for thread in rules.open_threads(self.article):
            reviewing.reply(thread, by=self.person(who), at=f.now(), verdict="resolve")

    def do_sign(self, what, who, stale):
        person = self.person(who)
        reviewer = rules.reviewer_of(person) or f.reviewer()
        token = self.token(stale)
        actions.make("sign", token, by=person, at=f.now(), **f.sign_form(reviewer))
        assert not rules.open_threads(self.article).exists(), "signed over an open must-fix"
        self.article.refresh_from_db()
        shown = pages.rendered(self.article.head.seal.canonical)
        self.shown_when_signing.setdefault(reviewer.name, []).append(
            words(f"<div>{shown['head']}{shown['body']}</div>")
        )

    def do_retract(self, what, who, how):
        signoff = SignOff.objects.filter(content=self.article).last()
        if signoff:
            actions.revoke(
                signoff, kind="retract", by=self.person(who), at=f.now(), reason="Mistaken."
            )

    def do_annul(self, what, who, how):
        for credential in self.person(who).reviewer.credentials.filter(annulled_at=None):
            by = self.person("administrator")
            actions.annul_credential(credential, by=by, at=f.now(), reason="Never given.")

    def do_suspend(self, what, who, how):
        person = self.person(who)
        f.change_credentials(person.reviewer, suspended_at=f.now(), suspended_by=person)

    def do_wait(self, what, days, how):
        self.clock.shift(datetime.timedelta(days=days))

    def do_point(self, what, how, none):
        self.point.refresh_from_db()
        if how == "withdraw":
            f.move("withdraw", self.point, f.user("editor"), reason="Wrong.")
        else:
            fields = {"location": f"Where it is on {f.now():%d %B %Y}."}
            if how == "gain a caution":
                fields["cautions"] = [Caution(kind="other", text=f"Not on {f.now():%d %B %Y}.")]
            actions.revise(Token.of(self.point), by=f.user("editor"), at=f.now(), **fields)
            f.publish(self.point)

    def check(self):
        """The one sentence, read off the page that a reader gets."""
        response = self.client.get(self.article.get_absolute_url())
        assert response.status_code in (200, 404, 410)
        if response.status_code != 200:
            assert 'data-badge="reviewed"' not in response.content.decode()
            return
        tree = html.fromstring(response.content.decode())
        badges = tree.xpath("//*[@data-badge='reviewed']")
        for badge in badges:
            names = [name.text for name in badge.xpath(".//*[@data-reviewer]/strong")]
            badge.drop_tree()
            signed = tree.xpath("//*[@data-signed]")[0]
            assert names
            for name in names:
                assert words_of(signed) in self.shown_when_signing[name]
                self.check_signer(name)

    def check_search(self):
        """What the index would find is what readers have, and nothing else."""
        assert search.out_of_step() == ([], [])
        entries = SearchEntry.objects.filter(search.shown_at(f.now()))
        shown = self.article.shown_revision_id(f.now())
        assert list(entries.values_list("pk", flat=True)) == [shown] * bool(shown)

    def check_signer(self, name):
        signer = Reviewer.objects.get(name=name)
        shown = self.article.shown_revision_id(f.now())
        signed_at = SignOff.objects.filter(revision=shown, reviewer=signer).last().signed_at
        wrote = self.article.revisions.filter(created_by=signer.user, created_at__lte=signed_at)
        assert not wrote.exists(), "a signer contributed"
        assert not signer.credentials.filter(annulled_at__isnull=False).exists()
        assert not self.point.withdrawn_at, "a pinned text was withdrawn"
        pinned = Revision.objects.get(pk=shown).pins.get().pinned.typed
        public = self.point.live.typed
        assert texts_of(public) <= texts_of(pinned), "a pinned text has gained a caution"


def texts_of(revision):
    return set(revision.cautions.values_list("text", flat=True))


def words(markup):
    return words_of(html.fromstring(markup))


def words_of(element):
    """Every visible and alternative text inside an element, in order."""
    texts = list(element.itertext())
    texts += [image.get("alt") for image in element.iter("img")]
    return " ".join(" ".join(texts).split())


@pytest.fixture(scope="module")
def world(written):
    """Made once: each walk begins with a copy, and what it did is taken back when it ends."""
    with time_machine.travel(START, tick=False):
        return written(World)


def walk(world, steps):
    with time_machine.travel(START, tick=False) as clock, transaction.atomic():
        world = world.begun(clock)
        for what, who, how in steps:
            world.play(what, who, how)
            clock.shift(datetime.timedelta(minutes=1))
            world.check()
            world.check_search()
        badge = (
            'data-badge="reviewed"'
            in world.client.get(world.article.get_absolute_url()).content.decode()
        )
        transaction.set_rollback(True)
    return badge


def test_the_straight_way_ends_with_a_badge(world):
    """The walk must be able to reach a badge at all, or it would prove nothing."""
    before = everything()
    assert walk(world, STRAIGHT)
    assert Article.objects.get().status == "draft"
    assert everything() == before == read_rows(), "each walk leaves nothing behind"


STRAIGHT = [
    ("submit", "writer", False),
    ("sign", "reviewer", False),
    ("approve", "editor", False),
]


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(steps=walks)
def test_a_badge_stands_only_over_the_words_its_reviewer_was_shown(world, steps):
    walk(world, STRAIGHT + steps)


@pytest.mark.once
@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.one_of(walks, st.lists(step, min_size=10, max_size=40)))
def test_the_same_on_long_walks(world, steps):
    walk(world, steps)
