"""The model and the application, taking the same steps side by side.

Whether a step is allowed must agree, then what readers get, and then what some of the eighteen
surfaces say. A run is a list of numbers, each of which chooses who does what to which text, how
much time passes before, and where to look afterwards.
"""

import datetime
import itertools
import random
from dataclasses import dataclass

import time_machine
from django.db import transaction
from django.utils import timezone

from acupoints.models import Caution
from articles.models import Recommendation, TaggedArticle, Topic
from editorial import actions, reviewing, standing
from editorial.actions import Token
from editorial.errors import Refused, Stale, Unchanged
from editorial.models import Content, Credential, Reviewer, SignOff, User
from tests import factories as f

from . import moves, surfaces
from .facts import TABLE, Line
from .rules import World

START = datetime.datetime(2026, 3, 2, 12, tzinfo=datetime.UTC)
REVIEW_DAYS = 120
PEOPLE = {
    "wen": ["writer"],
    "walt": ["writer"],
    "ed": ["editor"],
    "eve": ["editor"],
    "ada": ["reviewer"],
    "bo": ["reviewer"],
    "cy": ["reviewer", "writer", "editor"],
    "root": ["administrator"],
}
TEXTS = {"post": "article", "host": "article", "point": "acupoint"}
# How often each step is tried.
WEIGHTS = {
    "save": 6,
    "submit": 6,
    "sign": 9,
    "approve": 7,
    "schedule": 4,
    "request_changes": 4,
    "recall": 2,
    "discard": 2,
    "put_away": 1,
    "emergency": 1,
    "confirm": 1,
    "withdraw": 2,
    "return": 3,
    "comment": 3,
    "resolve": 3,
    "reopen": 1,
    "retract": 2,
    "annul": 1,
    "annul_credential": 1,
    "link_accounts": 1,
}
STEPS = [move for move, weight in WEIGHTS.items() for _time in range(weight)]
MINUTE, HOUR, DAY = (datetime.timedelta(**{unit: 1}) for unit in ("minutes", "hours", "days"))
PAUSES = [MINUTE] * 8 + [HOUR, HOUR, 5 * HOUR, DAY, DAY, 11 * DAY, 31 * DAY, 70 * DAY]
WAITS = [HOUR, DAY, 12 * DAY, 40 * DAY, 130 * DAY]
COMPARED_ALL, LOOKED_ALL = 10, 50  # steps
CAUTIONS = {"a": "Not in pregnancy.", "b": "Not over a wound."}


class Difference(AssertionError):
    """Model and application do not say the same."""


class Choice:
    """What one number of a run decides, part by part."""

    def __init__(self, number):
        self.rest = number

    def of(self, options):
        self.rest, place = divmod(self.rest, len(options))
        return options[place]

    def is_one_in(self, many):
        return self.of(range(many)) == 0


SIZE = 8  # bytes of a run that make one number


def numbers_in(run):
    """The numbers of a run that is given as bytes."""
    return [int.from_bytes(run[n : n + SIZE], "big") for n in range(0, len(run), SIZE)]


def numbers_of(seed, steps):
    """The numbers of the run that a seed stands for."""
    return numbers_in(random.Random(seed).randbytes(SIZE * steps))  # noqa: S311  (to be repeated)


@dataclass
class Focus:
    """The texts and moves of which a run is made."""

    texts: list
    steps: list

    @classmethod
    def on(cls, texts, moves):
        return cls(texts.split(), [move for move in STEPS if move in moves.split()])


ALL = Focus(list(TEXTS), STEPS)


class TimedWorld(World):
    """A review holds until the end of its day, as a reader's calendar has it."""

    def due(self, signature):
        day = timezone.localdate(signature.at) + datetime.timedelta(days=REVIEW_DAYS + 1)
        midnight = datetime.datetime.combine(day, datetime.time())
        return midnight.replace(tzinfo=timezone.get_current_timezone())

    def is_unlinked(self, who):
        return list(self.persons.values()).count(self.persons[who]) == 1

    def has_role_for(self, move, at, content, by):
        return self.table_allows(self.pages.get(content), Line(move, by, at, content, {}, 0))

    def would(self, move, by, at, content, **data):
        """Whether a step would be allowed; it is not taken."""
        page = self.pages.get(content)
        line = Line(move, by, at, content, data, len(self.log) + 1)
        check = getattr(moves, f"may_{move}", lambda *_: True)
        return self.table_allows(page, line) and check(self, page, line)


@dataclass
class House:
    """The people, and what stands beside the texts: made once for many runs."""

    users: dict
    reviewers: dict
    author: object
    product: object

    @classmethod
    def build(cls):
        users = {name: f.user(roles[0], username=name) for name, roles in PEOPLE.items()}
        users["cy"].groups.add(*users["wen"].groups.all(), *users["ed"].groups.all())
        f.told(users["cy"])
        signers = [name for name, roles in PEOPLE.items() if "reviewer" in roles]
        reviewers = {name: f.reviewer(users[name], name=f"Reviewer {name}") for name in signers}
        for reviewer in reviewers.values():
            until = timezone.localdate() + datetime.timedelta(days=9000)
            f.change_credentials(reviewer, valid_until=until)
        Topic.objects.get_or_create(name="knee pain")
        return cls(users, reviewers, f.author("Nora Sample"), f.publish(f.product()))


class Sides:
    """Both tellings of one run; a reader looks at surfaces as it goes."""

    def __init__(self, house, clock, reader=None, focus=ALL):
        self.house, self.clock, self.now, self.reader = house, clock, START, reader
        self.focus = focus
        # Permissions are kept on a user object: each run asks anew.
        self.users = {name: User.objects.get(pk=user.pk) for name, user in house.users.items()}
        self.reviewers = {n: Reviewer.objects.get(pk=r.pk) for n, r in house.reviewers.items()}
        self.contents, self.signoffs, self.threads = {}, {}, {name: [] for name in TEXTS}
        self.numbers, self.taken, self.words = itertools.count(1), 0, {}
        self.said, self.folds, self.last_told = [], {}, {}
        self.clock.move_to(self.now)
        self.world = TimedWorld()
        for name, roles in PEOPLE.items():
            self.world.add_account(name, *roles)
        for name, kind in TEXTS.items():
            self.world.add_content(name, kind)
        self.begin()

    # --- Steps that every run begins with -------------------------------------------------------

    def begin(self):
        """A published point, a host that uses it, and a post."""
        users = self.users
        self.contents["point"] = f.point("BL40", by=users["wen"], location="pointword0")
        self.world.attempt("save", "wen", START, "point", words="pointword0")
        self.take("submit", "wen", "point")
        self.take("sign", "ada", "point")
        self.take("approve", "ed", "point")
        for name, body in (("host", f.embed("BL40")), ("post", "<p>Sample.</p>")):
            words = f"{name}word0"
            self.contents[name] = f.article(
                by=users["wen"],
                authors=[self.house.author],
                at=self.now,
                slug=name,
                title=f"A {name}",
                summary=words,
                body=body,
            )
            tagged = [TaggedArticle(tag=Topic.objects.get(name="knee pain"))]
            actions.revise(self.token(name), by=users["wen"], at=self.now, tagged=tagged)
            embed = {"embed": "point"} if name == "host" else {}
            allowed = self.world.attempt("save", "wen", self.now, name, words=words, **embed)
            assert allowed, f"the first save of {name}"
        self.compare()

    # --- One step ---------------------------------------------------------------------------------

    def play(self, number):
        """Let some time pass and take the step that a number chooses."""
        choose = Choice(number)
        self.wait(choose.of(PAUSES))
        name = choose.of(self.focus.texts)
        state, steps = self.world.pages[name].state, self.focus.steps
        likely = [m for m in steps if TABLE[m][0] in "*-" or state in TABLE[m][0].split()]
        move = choose.of(steps if choose.is_one_in(10) or not likely else likely)
        data = self.data_for(move, name, choose)
        if data is None:
            return
        content = None if TABLE[move][0] == "-" else name
        who = choose.of(self.likely_people(move, content, data, choose))
        self.look_at(self.take(move, who, content, **data), choose)

    def likely_people(self, move, content, data, choose):
        """Those who may take the step, or often others of their role, whom only a rule stops."""
        people, asked = list(PEOPLE), (move, self.now, content)
        of_role = [who for who in people if self.world.has_role_for(*asked, who)]
        able = [who for who in of_role if self.world.would(move, who, self.now, content, **data)]
        if choose.is_one_in(15) or not of_role:
            return people
        return able if able and not choose.is_one_in(4) else of_role

    def wait(self, pause):
        self.now += pause
        self.clock.move_to(self.now)
        self.world.advance(self.now)

    def data_for(self, move, name, choose):
        """What the model is told of a step beside who does it; None where nothing can be done."""
        page = self.world.pages[name]
        if move == "save":
            return self.new_words(name, choose)
        if move == "request_changes":
            return {"stop": choose.is_one_in(2)}
        if move in ("emergency", "withdraw"):
            return {"reason": "Because."}
        if move == "schedule":
            return {"go_live": self.now + choose.of(WAITS)}
        if move == "comment":
            return {"must_fix": True}
        if move in ("resolve", "reopen"):
            return {"comment": choose.of(range(len(page.comments)))} if page.comments else None
        if move in ("retract", "annul"):
            own = [s for s in page.signatures if s.made == s.row]
            own = [s for s in own if not (s.retracted or s.annulled)]
            return {"signature": page.signatures.index(choose.of(own))} if own else None
        if move == "annul_credential":
            left = set(self.reviewers) - self.world.annulled
            # One of them goes on signing, or there would be little to see.
            is_time = len(left) > 1 and choose.is_one_in(4)
            return {"account": choose.of(sorted(left))} if is_time else None
        if move == "link_accounts":
            left = [who for who in PEOPLE if self.world.is_unlinked(who)]
            if len(left) < len(PEOPLE) - 2:  # one pair or two: the others go on as themselves
                return None
            pair = choose.of(left), choose.of(left)
            return {"accounts": pair} if len(set(pair)) == 2 and choose.is_one_in(2) else None
        return {}

    def new_words(self, name, choose):
        page, kind = self.world.pages[name], choose.of(["words", "words", "other", "other", "same"])
        if kind == "same":
            return {}
        if kind == "words":
            return {"words": f"{name}word{next(self.numbers)}"}
        if name == "point":
            return {"cautions": choose.of([[], ["a"], ["b"], ["a", "b"]])}
        if name == "host" and choose.is_one_in(2):
            return {"move_pin": True} if self.world.pages["point"].live else None
        return {"aside": "" if page.head.aside else "a product"}

    def take(self, move, who, content=None, **data):
        """Try a step on both sides, and compare; returns the names of the texts that it touched."""
        self.said.append(f"{self.now:%d %B %H:%M} {who}: {move} {content or ''} {data or ''}")
        allowed = self.world.attempt(move, who, self.now, content, **data)
        happened = self.tried(move, who, content, data)
        if allowed is not (happened is None):
            sides = "the model allows it, the application says: "
            sides = sides + str(happened) if allowed else "the application allows it"
            raise Difference(f"{self.story()}\n{move} by {who}: {sides}")
        self.taken += 1
        touched = {content} & set(TEXTS) | self.changed()
        self.compare(touched if self.taken % COMPARED_ALL else TEXTS)
        return sorted(touched)

    def changed(self):
        """Names of the texts of which the model tells something else than after the last step."""
        told, before = {name: self.told_by_the_model(name) for name in TEXTS}, self.last_told
        self.last_told = told
        return {name for name in TEXTS if told[name] != before.get(name)}

    def tried(self, move, who, content, data):
        """None where the application took the step, or the sentence by which it refused."""
        try:
            with transaction.atomic():
                getattr(self, f"do_{move}", self.do_move)(move, self.users[who], content, data)
        except Unchanged:
            return None
        except (Refused, Stale) as refusal:
            return refusal.sentence
        return None

    def story(self):
        return "\n".join(self.said)

    # --- The application's side ------------------------------------------------------------------

    def content(self, name):
        self.contents[name].refresh_from_db()
        return self.contents[name]

    def token(self, name):
        return Token.of(self.content(name))

    def do_move(self, move, by, name, data):
        given = {key: data[key] for key in ("reason", "stop") if key in data}
        if "go_live" in data:
            given["go_live_at"] = data["go_live"]
        if move == "request_changes":
            given["reason"] = "Not so."
        actions.make(move, self.token(name), by=by, at=self.now, **given)

    def do_save(self, move, by, name, data):
        fields = {}
        if "words" in data:
            fields["location" if name == "point" else "summary"] = data["words"]
        if "cautions" in data:
            kept = [Caution(kind="other", text=CAUTIONS[key]) for key in data["cautions"]]
            fields["cautions"] = kept
        if "aside" in data:
            boxes = [Recommendation(product=self.house.product.product)] if data["aside"] else []
            fields["recommendations"] = boxes
        renew = data.get("move_pin", False)
        actions.revise(self.token(name), by=by, at=self.now, renew_pins=renew, **fields)

    def do_sign(self, move, by, name, data):
        reviewer = self.reviewers.get(by.username, self.reviewers["ada"])
        due = timezone.localdate(self.now) + datetime.timedelta(days=REVIEW_DAYS)
        form = f.sign_form(reviewer, self.now, next_review_on=due)
        actions.make("sign", self.token(name), by=by, at=self.now, **form)
        self.signoffs[name, len(self.world.log)] = SignOff.objects.latest("pk")

    def do_comment(self, move, by, name, data):
        thread = reviewing.comment(
            self.token(name), by=by, at=self.now, text="The dose!", must_fix=data["must_fix"]
        )
        self.threads[name].append(thread)

    def do_resolve(self, move, by, name, data):
        thread = self.threads[name][data["comment"]]
        reviewing.reply(thread, by=by, at=self.now, verdict=move)

    do_reopen = do_resolve

    def do_retract(self, move, by, name, data):
        made = self.world.pages[name].signatures[data["signature"]].made
        signoff = self.signoffs[name, made]
        actions.revoke(signoff, kind=move, by=by, at=self.now, reason="I was wrong.")

    do_annul = do_retract

    def do_annul_credential(self, move, by, name, data):
        credential = Credential.objects.get(reviewer=self.reviewers[data["account"]])
        actions.annul_credential(credential, by=by, at=self.now, reason="Never given.")

    def do_link_accounts(self, move, by, name, data):
        first, second = (self.users[who] for who in data["accounts"])
        actions.link_accounts(second, first, by=by, at=self.now)
        second.refresh_from_db()

    # --- What both say ---------------------------------------------------------------------------

    def compare(self, names=TEXTS):
        for name in sorted(names):
            if self.world.pages[name].head is not None:
                said, truth = self.told_by_the_fold(name), self.told_by_the_model(name)
                differ = {key: (truth[key], said[key]) for key in truth if truth[key] != said[key]}
                if differ:
                    lines = [f"{k}: model {m!r}, application {a!r}" for k, (m, a) in differ.items()]
                    raise Difference(f"{self.story()}\n{name}: {'; '.join(lines)}")

    def look_at(self, names, choose):
        """Two surfaces of a text that was touched; every so often all of them."""
        if self.reader and names:
            if self.taken % LOOKED_ALL == 0:
                self.look(names)
            else:
                where = list(surfaces.SURFACES)
                self.look([choose.of(names)], {choose.of(where), choose.of(where)})

    def look(self, names=TEXTS, asked=None):
        self.reader.forget()
        for name in names:
            content, *facts = self.folds[name]
            truth = surfaces.truth_of(content, *facts, self.now)
            if found := surfaces.told(self.reader, content.typed, truth, asked):
                lines = [f"{w} has {k} {said!r}, not {true!r}" for w, k, said, true in found]
                raise Difference(f"{self.story()}\n{name}: {'; '.join(lines)}")

    def told_by_the_model(self, name):
        page = self.world.pages[name]
        seen = self.world.seen_now(page, self.now)
        due = seen.next_review_on and timezone.localdate(seen.next_review_on - HOUR)
        return {
            "code": seen.code,
            "words": seen.words,
            "names": sorted(f"Reviewer {who}" for who in seen.badge),
            "last reviewed": seen.last_reviewed if seen.badge else None,
            "next review": due if seen.badge else None,
            "notices": set(seen.notices),
            "sections": [tuple(f"Reviewer {who}" for who in one) for one in seen.sections],
            "state": seen.state,
            "history": list(seen.history),
        }

    def told_by_the_fold(self, name):
        content = Content.objects.get(pk=self.contents[name].pk)
        record, badge, typed = fold(content, self.now)
        self.folds[name] = content, record, badge, typed
        stands = badge.stands
        gone = 410 if content.withdrawn_at else 404
        return {
            "code": 200 if typed else gone,
            "words": words_of(typed) if typed else None,
            "names": sorted(signoff.name for signoff in badge.signoffs) if stands else [],
            "last reviewed": badge.last_reviewed if stands else None,
            "next review": badge.next_review_on if stands else None,
            "notices": notices_of(badge, surfaces.due_on(badge, record, typed, self.now), self.now),
            "sections": [tuple(sorted(one[1:])) for one in surfaces.sections_of(badge)],
            "state": str(content.status_at(self.now)),
            "history": list(self.history_of(record)),
        }

    def history_of(self, record):
        for one in record.publications(self.now):
            key = one.revision_id
            if key not in self.words:
                self.words[key] = words_of(standing.revisions_with_seals([key])[key].typed)
            yield self.words[key], one.since
            if one.withdrawn:
                yield None, one.withdrawn.at


def words_of(typed):
    return getattr(typed, "summary", None) or typed.location


def fold(content, now):
    """(record, badge, typed revision or None) of what readers have of a content now."""
    record = standing.record_of(content)
    shown = record.shown(now)
    if shown is None:
        return record, standing.Badge(), None
    typed = standing.revisions_with_seals([shown.revision_id])[shown.revision_id].typed
    typed.content = content
    return record, standing.badge_of(typed, record, now), typed


def differences(reader, content, now):
    """What any of the eighteen surfaces says of a content that the fold does not."""
    truth = surfaces.truth_of(content, *fold(content, now), now)
    return surfaces.told(reader, content.typed, truth)


def notices_of(badge, due, now):
    """What readers are told, with the overdue for that reason alone."""
    told = surfaces.notices_of(badge) - {"overdue"}
    told |= {"confirmed"} if badge.confirmed else set()
    return told | {"overdue"} if due and due < timezone.localdate(now) else told


def play(house, numbers, reader=None, focus=ALL):
    """One run from the beginning; nothing of it stays in the database. A reader looks at two
    surfaces after each step, and at every one of every text when it ends."""
    with time_machine.travel(START, tick=False) as clock, transaction.atomic():
        sides = Sides(house, clock, reader, focus)
        for number in numbers:
            sides.play(number)
        sides.compare()
        if reader:
            sides.look()
        transaction.set_rollback(True)
    return sides
