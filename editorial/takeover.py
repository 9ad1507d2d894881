"""Taking the newest version of a text over in all that embed it: each host in three steps.

An editor or a writer takes the version over and submits, a reviewer reads the one difference and
signs, an editor approves. Each step on each host is a move of its own, with its own token, its own
line and its own signature; what one refuses stops no other.
"""

from dataclasses import dataclass, field
from itertools import groupby

from django.db import transaction
from django.db.models import Exists, OuterRef, prefetch_related_objects
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import actions, differences, documents, hosts, kinds, letters, pins, queues, rules, standing
from .actions import Token
from .asking import Asking
from .board import text_of
from .errors import Refused, Stale, Unchanged
from .models import Content, Pin, ReviewRequest, Revision, Seal, SignOff

S = Content.Status
TAKE, SIGN, APPROVE = "take", "sign", "approve"


@dataclass
class Proof:
    """What a host's working revision is compared with: the last one that a signature covers."""

    signoff: SignOff
    # The version of the embedded text that was signed, by its key.
    before: int | None
    # Whether the two differ in nothing but that version.
    holds: bool


@dataclass
class Row:
    """One host, the step that it waits for, and what this person can do about it here."""

    host: hosts.Host
    step: str
    # The sentence that refuses the step to this person, or None.
    why_not: str | None
    # Why it does not go with the others; empty where it does.
    apart: str = ""
    proof: Proof | None = None
    record: standing.Record | None = None

    @property
    def content(self):
        return self.host.content

    @property
    def token(self):
        return text_of(self.content)

    @property
    def may_be_ticked(self):
        return not self.why_not and (self.step != SIGN or bool(self.proof and self.proof.holds))

    @property
    def signed_by(self):
        """The names under the working revision; needs `record`."""
        return [s.name for s in standing.signoffs_of(self.content.head, self.record)]


@dataclass
class Change:
    """What the newest version changes of an older one that is in use."""

    number: int
    before: int
    differences: list


@dataclass
class Plan:
    """Everything that the take-over page shows of one embedded text, for one person."""

    content: Content
    # Its state, and the version that readers get.
    state: S
    newest: Revision | None
    # The sentence that stops every step, or nothing.
    obstacle: str
    rows: list = field(default_factory=list)
    changes: list = field(default_factory=list)

    @property
    def is_worked_on(self):
        """Whether there is a version that readers do not have yet."""
        return bool(self.newest) and self.content.head_id != self.newest.pk

    def of(self, step):
        """The rows of a step: those that go together first."""
        return sorted((r for r in self.rows if r.step == step), key=lambda row: bool(row.apart))

    @property
    def rest(self):
        return [row for row in self.rows if not row.step]

    def row(self, pk):
        return next((row for row in self.rows if row.content.pk == pk), None)


# --- What the page shows -----------------------------------------------------------------


def plan(content, by, now, kind_names):
    """The plan of an embedded content for this person, in a fixed number of queries."""
    newest = Revision.objects.filter(pk=content.shown_revision_id(now)).select_related("seal")
    newest = newest.prefetch_related(*standing.relations(signed=True)).first()
    found = [one for one in hosts.hosts_of(content, now) if one.content.kind in kind_names]
    made = Plan(content, content.status_at(now), newest, find_obstacle(content, newest, now))
    add_relations([host.content.head for host in found])
    asking = Asking(by, [host.content for host in found], now)
    waiting = [host for host in found if step_of(host) == SIGN]
    proofs = proofs_of(content, newest, waiting, asking.accounts) if newest else {}
    made.rows = [row_of(host, asking, proofs.get(host.content.pk)) for host in found]
    if newest:
        made.changes = changes_of(made, {p.before for p in proofs.values()})
    return made


def find_obstacle(content, newest, now):
    if newest is None:
        return _("Readers do not get this text now, so there is no version of it to take over.")
    record = standing.record_of(content)
    if content.spec.needs_sign_off and not pins.signatures(newest, record, now):
        return _("No reviewer's signature stands under the newest version of this text.")
    return ""


def add_relations(heads):
    """What the rules ask of pins and sign-offs, for all heads of a kind at once."""
    for kind, revisions in groupby(sorted(heads, key=kind_of), key=kind_of):
        signed = kinds.models_by_kind()[kind].KIND.needs_sign_off
        prefetch_related_objects(list(revisions), *standing.relations(signed))


def kind_of(revision):
    return revision.content.kind


def step_of(host):
    """The step that a host waits for; nothing where it has no part in a take-over now."""
    if host.newest is None or host.state in (S.WITHDRAWN, S.DISCARDED):
        return ""
    if host.working and host.working.pk != host.newest:
        return TAKE
    if host.shown is None or host.shown.pk == host.newest:
        return ""
    if host.state == S.IN_REVIEW:
        return SIGN if host.content.spec.needs_sign_off else APPROVE
    return {S.SIGNED: APPROVE, S.SCHEDULED: ""}.get(host.state, TAKE)


def row_of(host, asking, proof):
    step = step_of(host)
    record = asking.records[host.content.pk]
    row = Row(host, step, why_not(host, step, asking), proof=proof, record=record)
    if step == TAKE and host.state in (S.DRAFT, S.CHANGES_REQUESTED):
        row.apart = _("It has a draft with changes of its own, which would be submitted with it.")
    if step == SIGN:
        row.apart = why_not_signed_along(proof)
    return row


def why_not(host, step, asking):
    """The sentence that refuses the step to this person, or None."""
    content = host.content
    if step in (SIGN, APPROVE):
        return asking.why_not(step, content)
    if step != TAKE:
        return None
    if host.working is None:
        return _("Its draft does not use this text any more, so there is nothing to take over.")
    if is_taken(host):
        return asking.why_not("submit", content)
    # What is asked of the pins is answered by those that the next revision will have.
    skipped = (rules.pins_are_signed, rules.there_is_something_to_review)
    return asking.why_not("save", content) or asking.why_not("submit", content, skipped=skipped)


def is_taken(host):
    return host.working is not None and host.working.pk == host.newest


def why_not_signed_along(proof):
    if proof is None:
        return _("No standing signature covers an earlier version of it. Read it whole.")
    if not proof.holds:
        said = _("More differs from what %(name)s signed on %(day)s. Read it by itself.")
        return said % signed_words(proof.signoff)
    return ""


def signed_words(signoff):
    day = timezone.localdate(signoff.signed_at)
    return {"name": signoff.name, "day": date_format(day, "j M Y")}


def proofs_of(content, newest, waiting, accounts):
    """{host: Proof} for those of which an earlier revision has a standing signature."""
    bases = {host.content.pk: [] for host in waiting}
    records = standing.records_of([host.content for host in waiting])
    signed = standing.signoffs_with_all().filter(content__in=bases).select_related("revision__seal")
    signed = signed.exclude(revision__in=[host.content.head_id for host in waiting])
    for signoff in signed.defer("revision__seal__canonical").order_by("signed_at", "pk"):
        seal, record = signoff.revision.seal, records[signoff.content_id]
        is_good = standing.signoff_fault(record, signoff, seal) is None
        if is_good and not record.is_ended(record.signed_at[signoff.pk]):
            bases[signoff.content_id].append(signoff)
    bases = {key: candidates(found, accounts) for key, found in bases.items() if found}
    keys = {signoff.revision_id for found in bases.values() for signoff in found}
    seals = Seal.objects.in_bulk(keys)
    used = Pin.objects.filter(revision__in=keys, pinned__content=content)
    before = dict(used.values_list("revision", "pinned"))
    part = {"digest": newest.seal.digest, "document": documents.parse(newest.seal.canonical)}
    heads = {host.content.pk: host.content.head for host in waiting}
    return {
        key: proof_of(found, seals, before, part, heads[key].seal.digest)
        for key, found in bases.items()
    }


def candidates(signoffs, accounts):
    """What this person signed last, and what anybody did."""
    mine = [signoff for signoff in signoffs if signoff.signed_by_id in accounts]
    return [*mine[-1:], signoffs[-1]]


def proof_of(signoffs, seals, before, part, digest):
    """The proof by the first of the signatures that gives one, else by the first."""
    for signoff in signoffs:
        if digest_with(seals[signoff.revision_id], part) == digest:
            return Proof(signoff, before.get(signoff.revision_id), holds=True)
    return Proof(signoffs[0], before.get(signoffs[0].revision_id), holds=False)


def digest_with(seal, part):
    """The digest of what was sealed, had it had this version of the embedded text; None where its
    bytes are not the sealed ones any more."""
    if documents.digest_of(bytes(seal.canonical)) != seal.digest:
        return None
    document = documents.parse(seal.canonical)
    document["pins"] = [
        part if pin["document"]["content"] == part["document"]["content"] else pin
        for pin in document["pins"]
    ]
    return documents.digest_of(documents.canonical(document))


def changes_of(made, signed):
    """What the newest version changes, once for each older version that is in use."""
    rows = [row.host for row in made.rows if row.step]
    used = {one.pk for host in rows for one in (host.working, host.shown) if one}
    older = Revision.objects.filter(pk__in=(used | signed) - {made.newest.pk, None})
    after = documents.parse(made.newest.seal.canonical)
    return [
        Change(old.number, old.pk, differences.between(before, after))
        for old in older.select_related("seal").order_by("-number")
        if (before := readable(old)) is not None
    ]


def readable(revision):
    """The document of a revision; None where its words were removed by law."""
    try:
        return documents.parse(revision.seal.canonical)
    except documents.BrokenSeal:
        return None


# --- The three steps ---------------------------------------------------------------------


@dataclass
class Result:
    """What became of one host of a step."""

    content: Content | None
    refusal: Refused | None


SUBJECTS = {
    TAKE: gettext_lazy("Reviews are asked of you: a new version was taken over"),
    SIGN: gettext_lazy("Texts wait for your approval: a new version was signed in them"),
    APPROVE: gettext_lazy("Texts of yours are public with a new version"),
}


def make(step, made, tokens, *, by, at, where, **data):
    """[Result]: a step on each of these hosts, each in a transaction of its own.

    `made` is the plan as it stands now, `where` the address that the one letter leads to. What
    one host refuses, or somebody has moved on meanwhile, stops no other.
    """
    with letters.together(SUBJECTS[step], where):
        results = [outcome(step, made, token, by=by, at=at, **data) for token in tokens]
        if step == TAKE:
            ask_signers([one.content.pk for one in results if not one.refusal], by, at)
        return results


def ask_signers(taken, by, at):
    """Who signed what readers have of these texts is asked to sign again, unless they have saved a
    revision, left, or are asked by a request of their own."""
    contents = queues.with_heads(Content.objects.filter(pk__in=taken, status=S.IN_REVIEW))
    shown = {content.shown_revision_id(at): content for content in contents}
    asked = ReviewRequest.objects.open().filter(content=OuterRef("content"))
    wrote = Revision.objects.filter(content=OuterRef("content"), created_by=OuterRef("signed_by"))
    signed = SignOff.objects.filter(revision__in=shown, reviewer__deactivated_at=None)
    signed = signed.exclude(Exists(asked.filter(reviewer=OuterRef("reviewer"))) | Exists(wrote))
    signers = {}
    for revision, account in signed.values_list("revision", "signed_by"):
        signers.setdefault(shown[revision], set()).add(account)
    letters.ask_again(signers, by, at)


def outcome(step, made, token, **data):
    row = made.row(token.content)
    try:
        if row is None or row.step != step:
            raise Refused(_("This text does not wait for this step any more. Look again."))
        DEEDS[step](made, row, token, **data)
    except Refused as refusal:
        return Result(row and row.content, refusal)
    return Result(row.content, None)


@transaction.atomic
def take_over(made, row, token, *, by, at):
    """The newest version in a further revision, submitted: both, or neither."""
    if not is_taken(row.host):
        renew(made, row, token, by=by, at=at)
        token = Token.of(Content.objects.select_related("head__seal").get(pk=token.content))
    actions.make("submit", token, by=by, at=at)


def renew(made, row, token, *, by, at):
    """Only this text's version moves, and that of any other with which nothing could be
    submitted."""
    used = [pin.pinned for pin in standing.pins_of(row.content.head)]
    said = pins.describe(used, at)
    unfit = {one.content_id for one in used if standing.faults_now(said[one.pk], at)}
    note = _("Newest version of %(text)s taken over") % {"text": made.content.head}
    try:
        revision = actions.revise(
            token, by=by, at=at, renew_pins={made.content.pk, *unfit}, note=note[:200]
        )
    except Unchanged as error:
        raise Refused(_("There is nothing to take over in it.")) from error
    if not revision.pins.filter(pinned=made.newest).exists():
        raise Stale(_("Meanwhile there is another version to take over. Look again."))


def sign(made, row, token, *, by, at, shown, **data):
    """One signature under one host. `shown`: the older versions, by their keys, of which the
    signer's page showed what the newest one changes."""
    if Token.of(row.content) != token:
        raise actions.stale(row.content)
    if not row.may_be_ticked:
        raise Refused(row.why_not or row.apart)
    if row.proof.before not in shown:
        raise Stale(_("The page did not show what has changed for this text. Look again."))
    actions.make("sign", token, by=by, at=at, **data)


def approve(made, row, token, *, by, at):
    actions.make("approve", token, by=by, at=at)


DEEDS = {TAKE: take_over, SIGN: sign, APPROVE: approve}
