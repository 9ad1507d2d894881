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
            # DESIGN is silent: whether a live host's badge returns when the pin is repaired. Here:
            # no; as with a held text, only a new approval of the host helps.
            if page.live and page.live.pin and not self.pin_stands(page.live.pin):
                page.approval.pin_fell = True

    def hold_if_felled(self, page, now):
        """A held text never goes live by a later repair: it needs a new approval."""
        # DESIGN is silent: the desk's state when the clock fells a scheduled text. Here: in_review.
        felled = page.state == "signed" and not self.is_ready(page, now)
        if felled or (page.scheduled and not self.may_go_live(page, page.scheduled, now)):
            page.state, page.scheduled = "in_review", None

    def publish(self, page, approval):
        # DESIGN is silent: whether approving the live revision again is a publication. Here: yes.
        page.approval, page.scheduled, page.state = approval, None, "published"
        page.publications.append(approval)
        page.history.append((approval.revision.words, approval.since))

    def as_of(self, at) -> World:
        world = World(self.review_every)
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

    def usable(self, page, at) -> list[Signature]:
        """The signatures on the head that an approval may rest on if it goes live at this time."""
        # DESIGN is silent: an approval on a review that is overdue by then. Here: refused.
        # DESIGN is silent: A's signature after B retracted B's. Here: it serves a new approval, as
        # the list of what ends a signature has no retraction by somebody else.
        on_head = [s for s in page.signatures if s.revision is page.head and s.made >= page.ended]
        return [s for s in on_head if not s.retracted and self.counts(page, s) and at < self.due(s)]

    def standing(self, page, approval) -> list[Signature]:
        """What the badge over this approval may name, before overdue and pins are asked."""
        ended = approval.emergency or approval.stopped or approval.withdrawn
        if ended or self.is_own(page, approval) or any(s.retracted for s in approval.signatures):
            return []
        # DESIGN is silent: one of a reviewer's two signatures annulled. Here: the name is gone.
        lost = {s.by for s in approval.signatures if not self.counts(page, s)}
        lost |= {s.by for s in approval.signatures if self.is_same_person(s.by, approval.by)}
        return [s for s in approval.signatures if s.by not in lost]

    def is_own(self, page, approval) -> bool:
        """Nobody approves what they wrote."""
        # DESIGN is silent: an approver linked to a contributor later. Here: it does not stand.
        return self.has_contributed(page, approval.by, until=approval.line)

    def names(self, signatures) -> tuple[str, ...]:
        # DESIGN is silent: two signers who turn out to be one person. Here: one name, the earlier.
        return tuple(sorted({self.persons[s.by]: s.by for s in reversed(signatures)}.values()))

    # --- conditions ---

    def pin_stands(self, pin) -> bool:
        """The pinned text and the point's newest are public, signed, and no caution was added."""
        # DESIGN is silent: whether an added caution refuses submit, sign, approve and go-live, as
        # an unsigned pin does. Here: yes. Nor does it say whether a point that readers should stop
        # relying on is unsigned (here: yes), or one whose review is overdue (here: no).
        point = self.pages[pin.content]
        of_pin = [a for a in point.publications if a.revision is pin]
        if point.approval is None or not of_pin:
            return False
        signed = self.standing(point, of_pin[-1]) and self.standing(point, point.approval)
        return bool(signed) and not self.was_caution_added(point, of_pin[0])

    def was_caution_added(self, point, publication) -> bool:
        # DESIGN is silent: a caution added, then taken out again. Here: hosts must move their pin.
        later = point.publications[point.publications.index(publication) :]
        return any(a.revision.cautions - publication.revision.cautions for a in later)

    def pin_allows(self, page) -> bool:
        return page.head.pin is None or self.pin_stands(page.head.pin)

    def has_must_fix(self, page) -> bool:
        return any(c.must_fix and c.is_open for c in page.comments)

    def is_ready(self, page, at) -> bool:
        """What approve and go-live ask of the head."""
        # DESIGN is silent: whether an open must-fix holds a signed or scheduled text. Here: yes.
        signed = page.kind not in NEEDS_SIGNATURE or bool(self.usable(page, at))
        return signed and self.pin_allows(page) and not self.has_must_fix(page)

    def may_go_live(self, page, approval, at) -> bool:
        needs = page.kind in NEEDS_SIGNATURE
        stands = self.standing(page, approval) if needs else not self.is_own(page, approval)
        return bool(stands) and self.is_ready(page, at)

    # --- what readers see ---

    def seen_by_readers(self, content, at) -> Seen:
        world = self.as_of(at)
        return world.seen_now(world.pages[content], at)

    def seen_now(self, page, at) -> Seen:
        history, approval = tuple(page.history), page.approval
        if approval is None:
            return Seen(410 if history else 404, state=page.state, history=history)
        words, signatures = approval.revision.words, self.standing(page, approval)
        due = max((self.due(s) for s in signatures), default=None)
        overdue = due is not None and at >= due
        badge = () if overdue or approval.pin_fell else self.names(signatures)
        # DESIGN is silent: the dates of a page without its badge. Here: only an overdue page's.
        dates = (due - self.review_every, due) if badge or overdue else (None, None)
        notices = self.notices(approval, overdue)
        return Seen(200, words, badge, *dates, notices, page.state, history)

    def notices(self, approval, overdue) -> frozenset[str]:
        # DESIGN is silent: what stands where a badge fell by a retraction or a stop. Here: nothing;
        # "not yet reviewed" is the emergency's, and a confirmed emergency keeps it.
        second = approval.confirmed_by
        told = {
            "unreviewed": approval.emergency,
            "confirmed": second and not self.is_same_person(second, approval.by),
            "caution": approval.pin_fell,
            "overdue": overdue,
        }
        return frozenset(name for name, is_so in told.items() if is_so)
