"""A second, small telling of the editorial rules, written from the design alone.

It answers two questions: may this step be taken, and what do readers see? Everything is a replay of
the log up to a time, which may lie ahead. `facts` has the words, `moves` what each move asks, does.

Not told: tokens, look-ups of credentials (all are looked up), suspended ones, duplicates,
translations, redaction, corrections, previews, the settings for a house of two.
"""

from __future__ import annotations

from . import moves
from .facts import NEEDS_SIGNATURE, TABLE, Account, Line, Page, Seen, Signature, Time


class World:
    # DESIGN is silent: how long a review lasts. Here: an argument.
    def __init__(self, review_every=365):
        self.review_every = review_every
        self.accounts: dict[str, Account] = {}
        self.persons: dict[str, str] = {}  # account: person, as links have made it
        self.pages: dict[str, Page] = {}
        self.annulled: set[str] = set()  # accounts whose credential was annulled
        self.log: list[Line] = []
        self.clock: Time = None

    def add_account(self, name, *roles, person=None, credential_until=None):
        self.accounts[name] = Account(person or name, frozenset(roles), credential_until)
        self.persons[name] = person or name

    def add_content(self, name, kind="article"):
        self.pages[name] = Page(name, kind)

    # --- one step ---

    def attempt(self, move, by, at, content=None, **data) -> bool:
        self.advance(at)
        page = self.pages.get(content)
        line = Line(move, by, at, content, data, len(self.log) + 1)
        check = getattr(moves, f"may_{move}", lambda *_: True)
        allowed = self.table_allows(page, line) and check(self, page, line)
        if allowed:
            self.apply(line)
        return allowed

    def table_allows(self, page, line) -> bool:
        sources, roles, _ = TABLE[line.move]
        if roles != "*" and not self.accounts[line.by].roles & set(roles.split()):
            return False
        if page is None or sources == "-":
            return page is None and sources == "-"
        has_text = page.head is not None or line.move == "save"
        return has_text and (sources == "*" or page.state in sources.split())

    def apply(self, line):
        self.log.append(line)
        page, to = self.pages.get(line.content), TABLE[line.move][2]
        if to != "=":
            page.state = to
        getattr(moves, f"do_{line.move}", lambda *_: None)(self, page, line)
        self.tick(line.at)

    # --- the clock ---

    def advance(self, at):
        """Let the clock do what it does by itself: go-lives, and conditions that time fells."""
        if self.clock is not None and at < self.clock:
            raise ValueError("Steps are told in the order of time.")
        for moment in self.moments():
            if self.clock < moment <= at:
                self.tick(moment)
        self.clock = at

    def moments(self) -> list[Time]:
        pages = self.pages.values()
        due = {self.due(s) for page in pages for s in page.signatures}
        return sorted(due | {page.scheduled.since for page in pages if page.scheduled})

    def tick(self, now):
        """Points before their hosts: a host's go-live asks what is true at that moment."""
        for page in sorted(self.pages.values(), key=lambda p: p.kind != "acupoint"):
            self.hold_if_felled(page, now)
            if page.scheduled and page.scheduled.since <= now:
                self.publish(page, page.scheduled)

    def hold_if_felled(self, page, now):
        """A held text never goes live by a later repair: it needs a new approval."""
        # DESIGN is silent: the desk's state when the clock fells a scheduled text. Here: in_review.
        if page.scheduled and not self.may_go_live(page, page.scheduled):
            page.state, page.scheduled = "in_review", None

    def fall_unsigned(self, page):
        # DESIGN is silent: what becomes of a text that waits, signed, for its approval. Here: it
        # goes back to review where its last signature is taken back; all else refuses the approval.
        if page.state == "signed" and not self.unended(page):
            page.state = "in_review"

    def publish(self, page, approval):
        # DESIGN is silent: whether approving the live revision again is a publication. Here: yes.
        page.approval, page.scheduled, page.state = approval, None, "published"
        page.publications.append(approval)
        page.history.append((approval.revision.words, approval.since))

    def as_of(self, at) -> World:
        world = type(self)(self.review_every)
        world.accounts = self.accounts
        world.persons = {name: account.person for name, account in self.accounts.items()}
        world.pages = {page.name: Page(page.name, page.kind) for page in self.pages.values()}
        for line in self.log:
            if line.at <= at:
                world.advance(line.at)
                world.apply(line)
        world.advance(at)
        return world

    # --- people ---

    def is_same_person(self, a, b) -> bool:
        return self.persons[a] == self.persons[b]

    def has_contributed(self, page, by, until=None) -> bool:
        """To any revision, with any account of the person, saved or named in a byline."""
        # DESIGN is silent: whether a later revision spoils one's earlier signature. Here: no.
        return any(
            self.is_same_person(by, name)
            for revision in page.revisions
            if until is None or revision.line <= until
            for name in (revision.saved_by, *revision.byline)
        )

    def is_editor(self, by) -> bool:
        return "editor" in self.accounts[by].roles

    def works_on(self, page, by) -> bool:
        # DESIGN is silent: a writer at another writer's text. Here: their own, editors anybody's.
        return page.head is None or self.is_editor(by) or self.has_contributed(page, by)

    def has_credential(self, by, at) -> bool:
        until = self.accounts[by].credential_until
        return by not in self.annulled and (until is None or at < until)

    # --- signatures ---

    def due(self, signature) -> Time:
        return signature.at + self.review_every

    def counts(self, page, signature) -> bool:
        """Not annulled, nor its credential, and not over words of their own (linked later too)."""
        # DESIGN is silent: an expiry after the signature. Here: the badge's own "valid when it
        # signed" holds for later approvals and go-lives too.
        own = self.has_contributed(page, signature.by, until=signature.row)
        return not (signature.annulled or signature.by in self.annulled or own)

    def unended(self, page) -> list[Signature]:
        """The signatures on the head that an approval may rest on."""
        # DESIGN is silent: A's signature after B retracted B's. Here: it serves a new approval, as
        # the list of what ends a signature has no retraction by somebody else.
        on_head = [s for s in page.signatures if s.revision is page.head and s.made >= page.ended]
        return [s for s in on_head if not s.retracted and self.counts(page, s)]

    def is_signed(self, page, at) -> bool:
        """Whether the head may go live at this time on its signatures; the newest has the date."""
        # DESIGN is silent: an approval on a review that is overdue by then. Here: refused.
        return any(at < self.due(s) for s in self.unended(page))

    def standing(self, page, approval) -> list[Signature]:
        """What the badge over this approval may name, before overdue and pins are asked."""
        ended = approval.emergency or approval.stopped or approval.withdrawn
        resting = approval.signatures + approval.renewals
        if ended or self.is_own(page, approval) or any(s.retracted for s in resting):
            return []
        return self.counting(page, approval)

    def counting(self, page, approval) -> list[Signature]:
        named = [s for s in approval.signatures if not s.retracted and self.counts(page, s)]
        people = {s.by for s in named}
        renewed = [s for s in approval.renewals if not s.retracted and self.counts(page, s)]
        return named + [s for s in renewed if s.by in people]

    def is_own(self, page, approval) -> bool:
        """Nobody approves what they wrote, nor what they signed where nobody else has."""
        # DESIGN is silent: an approver linked to a contributor later. Here: it does not stand.
        mine, others = self.signed_for(page, approval)
        wrote = self.has_contributed(page, approval.by, until=approval.line)
        return wrote or bool(mine and not others)

    def signed_for(self, page, approval) -> tuple[list, list]:
        """The approver's own signatures on its words, and others that it names and that stand."""
        own = {s: self.is_same_person(s.by, approval.by) for s in page.signatures}
        of_it = [s for s in own if s.revision is approval.revision and s.row < approval.line]
        standing = [s for s in approval.signatures if not s.retracted and self.counts(page, s)]
        return [s for s in of_it if own[s]], [s for s in standing if not own[s]]

    def drop_own_names(self, page):
        """A linked account takes only its name while another signature stands."""
        for approval in [*page.publications, *filter(None, [page.scheduled])]:
            mine, others = self.signed_for(page, approval)
            if others and not self.is_own(page, approval):
                made = {s.made for s in mine}
                for s in page.signatures:
                    s.annulled = s.annulled or s.made in made

    def under_one_name(self, signatures) -> list[Signature]:
        """What each person signed under the name of their newest signature."""
        # DESIGN is silent: two signers who turn out to be one person. Here: one name, the newest.
        newest = {self.persons[s.by]: s.by for s in sorted(signatures, key=lambda s: s.made)}
        return [s for s in signatures if s.by == newest[self.persons[s.by]]]

    def drop_second_names(self, page):
        for approval in page.approvals:
            counting = self.counting(page, approval)
            second = {s.made for s in counting} - {s.made for s in self.under_one_name(counting)}
            for s in page.signatures:
                s.annulled = s.annulled or s.made in second

    def own_work(self, page) -> list[bool]:
        """Of each signature and approval, whether it turned out to be over words of their own."""
        approvals = [self.is_own(page, a) for a in page.publications]
        return [self.counts(page, s) for s in page.signatures] + approvals

    def names(self, signatures) -> tuple[str, ...]:
        return tuple(sorted({s.by for s in signatures}))

    # --- conditions ---

    def pin_stands(self, pin) -> bool:
        """The pinned text was public and its signature stands, the point is public, and its newest
        text has no caution more."""
        # DESIGN is silent: whether an added caution refuses submit, sign, approve and go-live, as
        # an unsigned pin does. Here: yes. Nor does it say whether a point that readers should stop
        # relying on is unsigned (here: yes), or one whose review is overdue (here: no).
        point = self.pages[pin.content]
        of_pin = [a for a in point.publications if a.revision is pin]
        if point.approval is None or not of_pin:
            return False
        return bool(self.standing(point, of_pin[-1])) and not self.has_new_caution(pin)

    def has_new_caution(self, pin) -> bool:
        """One that a later version takes out again counts no longer."""
        live = self.pages[pin.content].live
        return live is not None and bool(live.cautions - pin.cautions)

    def pin_allows(self, page) -> bool:
        return page.head.pin is None or self.pin_stands(page.head.pin)

    def has_must_fix(self, page) -> bool:
        return any(c.must_fix and c.is_open for c in page.comments)

    def is_ready(self, page, at) -> bool:
        """What approve and go-live ask of the head."""
        # DESIGN is silent: whether an open must-fix holds a scheduled text. Here: yes.
        signed = page.kind not in NEEDS_SIGNATURE or self.is_signed(page, at)
        return signed and self.pin_allows(page) and not self.has_must_fix(page)

    def may_go_live(self, page, approval) -> bool:
        """Asked as of its time, whenever it is asked."""
        ready = self.pin_allows(page) and not self.has_must_fix(page)
        if page.kind not in NEEDS_SIGNATURE:
            return ready and not self.is_own(page, approval)
        return ready and any(approval.since < self.due(s) for s in self.standing(page, approval))

    # --- what readers see ---

    def seen_by_readers(self, content, at) -> Seen:
        world = self.as_of(at)
        return world.seen_now(world.pages[content], at)

    def seen_now(self, page, at) -> Seen:
        history, approval = tuple(page.history), page.approval
        if approval is None:
            return Seen(410 if history else 404, state=page.state, history=history)
        words, signatures = approval.revision.words, self.standing(page, approval)
        newest = max((s.at for s in signatures), default=None)
        due = max((self.due(s) for s in signatures), default=None)
        overdue = due is not None and at >= due
        pin = approval.revision.pin
        fell = pin is not None and not self.pin_stands(pin)
        badge = () if overdue or fell else self.names(signatures)
        # DESIGN is silent: the dates of a page without its badge. Here: only an overdue page's.
        dates = (newest, due) if badge or overdue else (None, None)
        notices = self.notices(approval, overdue, pin is not None and self.has_new_caution(pin))
        sections = (self.names(self.under(pin)),) if pin and self.under(pin) else ()
        return Seen(200, words, badge, *dates, notices, page.state, sections, history)

    def under(self, pin) -> list[Signature]:
        """The signatures that stand under a pinned text as it was last published."""
        point = self.pages[pin.content]
        of_pin = [a for a in point.publications if a.revision is pin]
        return self.standing(point, of_pin[-1]) if of_pin else []

    def notices(self, approval, overdue, cautioned) -> frozenset[str]:
        # DESIGN is silent: what stands where a badge fell by a retraction or a stop. Here: nothing;
        # "not yet reviewed" is the emergency's, and a confirmed emergency keeps it.
        told = {
            "unreviewed": approval.emergency,
            "confirmed": self.is_confirmed(approval),
            "caution": cautioned,
            "overdue": overdue,
        }
        return frozenset(name for name, is_so in told.items() if is_so)

    def is_confirmed(self, approval) -> bool:
        second = approval.confirmed_by
        return second is not None and not self.is_same_person(second, approval.by)
