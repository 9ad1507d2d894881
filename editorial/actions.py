"""Everything that changes a content: one function makes every move.

A move is one transaction. It compares what its sender saw with what stands (the token), asks
the table and the rules, swaps the version in one UPDATE that names the old one, and ends with
a line in the log. Of two moves at once exactly one finds its version still there.

Locks are taken in one order: contents by key (a text with those that use it, or that it uses),
a credential or accounts, the log's head.
"""

import datetime
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import slug_re
from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from . import (
    correcting,
    documents,
    house,
    linking,
    log,
    pins,
    requests,
    rules,
    search,
    signing,
    standing,
    wording,
)
from .errors import BeingMoved, MissingToken, Refused, Stale, Unchanged
from .models import (
    ChangeRequest,
    Content,
    Correction,
    Credential,
    Event,
    InsertOnly,
    Pin,
    Reviewer,
    ReviewRequest,
    Revision,
    Revocation,
    Seal,
    SignOff,
    User,
)
from .models.insert_only import tidy
from .moves import MOVES
from .rules import Attempt


@dataclass(frozen=True)
class Token:
    """What the sender of a move saw: it is refused when that is missing or no longer stands."""

    content: int
    version: int
    revision: int
    digest: str

    @classmethod
    def of(cls, content):
        """The token of a content as it stands now (and as a page shows it)."""
        return cls(content.pk, content.version, content.head_id, content.head.seal.digest)

    @classmethod
    def of_revision(cls, revision):
        """The token of somebody who looks at this revision: true while it is the head."""
        content = revision.content
        return cls(content.pk, content.version, revision.pk, revision.seal.digest)

    @classmethod
    def from_post(cls, content_id, data):
        """The token in posted form data; raises MissingToken."""
        try:
            version, revision = int(data["version"]), int(data["revision"])
            return cls(int(content_id), version, revision, str(data["digest"]))
        except (KeyError, ValueError) as error:
            raise MissingToken(
                _("This request does not say which revision it is about. Reload and try again.")
            ) from error


def is_whole(token):
    if not (token.revision and token.digest) or token.version is None:
        raise MissingToken(_("This request does not say which revision it is about."))


def seen(token):
    """The content that a token names, if it still stands as the token says.

    Raises Stale otherwise, and MissingToken for a token with a hole in it.
    """
    is_whole(token)
    content = Content.objects.select_related("head__seal").get(pk=token.content)
    if Token.of(content) != token:
        raise stale(content)
    if not content.lines:
        raise BeingMoved
    return content


def of_its_content(token):
    """Raise Stale where a token's revision and digest never were of its content.

    For what a newer version does not touch, an answer to a request say; `seen` asks for more.
    Raises MissingToken for a token with a hole in it.
    """
    is_whole(token)
    revisions = Revision.objects.filter(pk=token.revision, content=token.content)
    if token.digest not in revisions.values_list("seal__digest", flat=True):
        raise stale(Content.objects.select_related("head").get(pk=token.content))


def stale(content):
    return Stale(
        _("“%(content)s” has moved on since you opened it. Nothing was changed; look again.")
        % {"content": content.head.typed if content.head_id else content}
    )


def swap(content, at, **changes):
    """The compare-and-swap: write `changes` if the content is still at the version we read."""
    rows = Content.objects.filter(pk=content.pk, version=content.version).update(
        version=content.version + 1, lines=F("lines") + 1, moved_at=at, **changes
    )
    if rows != 1:
        raise stale(content)
    content.refresh_from_db()
    if changes.keys() & DECIDE_WHAT_IS_SHOWN:
        search.follow(content)


DECIDE_WHAT_IS_SHOWN = {"live", "scheduled", "withdrawn_at"}
NOT_WITHDRAWN = {"withdrawn_at": None, "withdrawn_by": None, "withdrawal_reason": ""}
NOT_SCHEDULED = {"scheduled": None, "scheduled_at": None, "holds_until": None}


def settled(content, at):
    """The columns to write first where the clock has moved the content meanwhile: its scheduled
    revision has become due, or may not go live any more."""
    if content.status_at(at) == content.status:
        return {}
    if content.is_held(at):
        return NOT_SCHEDULED
    return (
        {
            "live": content.scheduled,
            "live_at": content.scheduled_at,
            "first_live_at": content.first_live_at or content.scheduled_at,
            "emergency_until": None,
        }
        | NOT_SCHEDULED
        | NOT_WITHDRAWN
    )


def lock(content_id, revision_id=None):
    """Lock what a step on a content reads and writes, in the one order: contents by key.

    A text that others use is locked with its hosts, which are told what becomes of it; a text
    that uses others with these, so that none of them falls between check and approval.
    """
    kind = Content.objects.filter(pk=content_id).values_list("kind", flat=True).first()
    if kind is None:
        return
    if Content.model_of(kind).KIND.is_embedded:
        pins.lock_hosts(content_id)
    else:
        pins.lock_used(content_id, revision_id)


def check(name, content, *, by, at, asking=True, **data):
    """Raise Refused where `by` may not make the move on the content as it stands.

    `asking`: a button asks, so rules about the form's answers keep quiet.
    """
    attempt = Attempt(content, content.head, by, at, data, asking)
    ask_the_rules(MOVES[name], attempt)
    return attempt


def ask_the_rules(move, attempt):
    rules.may(attempt.by, move)
    rules.state_allows(attempt.content, move, attempt.at)
    if not move.is_no:
        rules.row_is_as_written(attempt)
    for rule in move.checks:
        rule(attempt)


def offered(content, *, by, at):
    """[(move, None or the sentence that refuses it)]: the moves of the person's roles from here."""
    answers = []
    attempt = Attempt(content, content.head, by, at, asking=True)
    for move in MOVES.values():
        if by.has_perm(move.codename) and content.status_at(at) in move.sources:
            try:
                ask_the_rules(move, attempt)
                answers.append((move, None))
            except Refused as refusal:
                answers.append((move, refusal.sentence))
    return answers


@transaction.atomic
def make(name, token, *, by, at, **data):
    """Make a move and return the content after it.

    Raises MissingToken (422), Stale (409) or Refused (403) with a sentence, and then leaves
    every table as it was. `data` is what the move's form asks for: `reason`, `go_live_at`, or
    the sign form's `credential`, `scope`, `conflict_statement` and `next_review_on`.
    """
    is_whole(token)
    lock(token.content, token.revision)
    by.refresh_from_db(fields=["alias_of"])  # whose account it is, as of this lock
    content = seen(token)
    attempt = check(name, content, by=by, at=at, asking=False, **data)
    standing.mark_altered([attempt.record])
    target = MOVES[name].target or content.status_at(at)
    changes = settled(content, at) | {"status": target}
    changes |= CHANGES.get(name, nothing)(attempt)
    swap(content, at, **changes)
    wrote = EFFECTS.get(name, no_rows)(attempt)
    requests.end_after(name, attempt)
    log.write(
        name,
        at=at,
        actor=by,
        content=content,
        revision=attempt.revision,
        digest=token.digest,
        nth=content.lines,
        data=loggable(name, data) | FACTS.get(name, nothing)(attempt),
        wrote=wrote,
    )
    tell_hosts(content, by, at)
    return content


# What of a move's form its line repeats: what everybody may read, and nothing else.
LOGGABLE = {
    "withdraw": ("reason",),
    "emergency": ("reason",),
    "schedule": ("go_live_at",),
}


def loggable(name, data):
    """What of a move's form goes into the log, as plain JSON values."""
    return {key: tidy(signing.plain(data[key])) for key in LOGGABLE.get(name, ()) if key in data}


def tell_hosts(content, by, at):
    """What was done to a text is written on those that use it; what may not go live any more is
    taken off its schedule."""
    for host, reason in pins.tell_hosts(content, by=by, at=at):
        hold(host, by, at, reason)


# --- What single moves add ---------------------------------------------------------------


def nothing(attempt):
    return {}


def no_rows(attempt):
    return []


def unscheduled(attempt):
    return NOT_SCHEDULED


def published(attempt):
    content = attempt.content
    before = settled(content, attempt.at)
    first = content.first_live_at or before.get("first_live_at")
    # The same words after another review are no update.
    same = content.live_id == attempt.revision.pk and not content.withdrawn_at and not before
    return (
        {
            "live": attempt.revision,
            "live_at": content.live_at if same else attempt.at,
            "first_live_at": first or attempt.at,
            "emergency_until": None,
        }
        | NOT_SCHEDULED
        | NOT_WITHDRAWN
    )


def published_unreviewed(attempt):
    deadline = attempt.at + datetime.timedelta(days=settings.EMERGENCY_DAYS)
    return published(attempt) | {"emergency_until": deadline}


def back_to_live(attempt):
    """The head is what readers have again; what was discarded stays as revisions and in the log."""
    shown = attempt.content.shown_revision_id(attempt.at)
    head = Revision.objects.get(pk=shown)
    return as_head(attempt.content, head) | NOT_SCHEDULED


def returned(attempt):
    """The revision that was withdrawn goes to review, not a draft that lies beside it."""
    return as_head(attempt.content, attempt.content.live)


def as_head(content, revision):
    """The columns of a content of which this revision is the head."""
    said, identity = revision.typed, content.identity()
    words = [identity.get(n) or getattr(said, n) for n in content.spec.searched]
    return {"head": revision, "head_words": " ".join(words).lower()}


def scheduled(attempt):
    go_live = attempt.data["go_live_at"]
    return {"scheduled": attempt.revision, "scheduled_at": go_live, "holds_until": None}


def withdrawn(attempt):
    return {
        "withdrawn_at": attempt.at,
        "withdrawn_by": attempt.by,
        "withdrawal_reason": attempt.data["reason"].strip(),
        "emergency_until": None,
    } | NOT_SCHEDULED


def confirmed(attempt):
    return {"emergency_until": None}


def write_sign_off(attempt):
    """The sign-off row; a lock on the credential makes a suspension come before or after."""
    credential = Credential.objects.select_for_update().get(pk=attempt.data["credential"].pk)
    rules.credential_may_sign(attempt)
    rules.rows_are_as_written(attempt)
    signoff = SignOff(
        content=attempt.content,
        revision=attempt.revision,
        digest=attempt.revision.seal.digest,
        reviewer=credential.reviewer,
        credential=credential,
        signed_by=attempt.by,
        signed_at=attempt.at,
        name=credential.reviewer.name,
        credential_line=credential.line,
        scope=attempt.data["scope"].strip(),
        conflict_statement=attempt.data["conflict_statement"].strip(),
        next_review_on=attempt.data["next_review_on"],
    )
    signoff.save()
    attempt.facts["signoff"] = signoff.pk
    asked = ReviewRequest.objects.filter(
        content=attempt.content, reviewer=credential.reviewer, status__in=ReviewRequest.OPEN
    )
    answered = list(asked)
    asked.update(status=ReviewRequest.Status.DONE, answered_at=attempt.at)
    for request in answered:
        request.refresh_from_db()
    return [signoff, *answered]


def ask_the_named_reviewers(attempt):
    """Reviewers whom the draft names are asked when it is submitted, but for those who worked on
    it: they could not sign."""
    find = attempt.content.spec.invited
    if find is None:
        return []
    named = Reviewer.objects.active().filter(pk__in=find(attempt.revision.pk))
    asked = ReviewRequest.objects.filter(content=attempt.content, status__in=ReviewRequest.OPEN)
    due = timezone.localdate(attempt.at) + datetime.timedelta(days=settings.REVIEW_DAYS)
    named = list(named.exclude(pk__in=asked.values("reviewer")).select_related("user"))
    wrote = rules.contributors(attempt.content) if named else set()
    for reviewer in named:
        if reviewer.user and reviewer.user.person_id in wrote:
            continue
        request = ReviewRequest.objects.create(
            content=attempt.content,
            reviewer=reviewer,
            asked_by=attempt.by,
            asked_at=attempt.at,
            due_on=due,
        )
        log.write(
            "review_asked",
            at=attempt.at,
            actor=attempt.by,
            content=attempt.content,
            data={"request": request.pk, "reviewer": reviewer.pk, "due_on": due.isoformat()},
            wrote=[request],
        )
    return []


def write_correction(attempt):
    note = str(attempt.data.get("correction") or "").strip()
    if not note:
        return []
    correction = Correction.objects.create(
        content=attempt.content,
        revision=attempt.revision,
        note=note,
        at=attempt.at,
        by=attempt.by,
        **correcting.columns_of_replaced(attempt.content, attempt.at),
    )
    return [correction]


def write_change_request(attempt):
    """The reason for the writer. A reviewer may say as well that readers should stop relying on
    what is published: its badge then falls at once."""
    request = ChangeRequest.objects.create(
        content=attempt.content,
        revision=attempt.revision,
        by=attempt.by,
        at=attempt.at,
        reason=attempt.data["reason"].strip(),
        stop=bool(attempt.data.get("stop")),
    )
    attempt.facts |= {"change_request": request.pk, "stop": request.stop}
    return [request]


def hold(content, by, at, reason):
    """Take a revision off the schedule, or back to review, since its conditions fell."""
    revision = content.head
    swap(content, at, status=Content.Status.IN_REVIEW, **NOT_SCHEDULED)
    log.write(
        "hold",
        at=at,
        actor=by,
        content=content,
        revision=revision,
        digest=revision.seal.digest,
        nth=content.lines,
        data={"reason": str(reason)},
    )
    tell_hosts(content, by, at)


CHANGES = {
    "recall": unscheduled,
    "approve": published,
    "emergency": published_unreviewed,
    "confirm": confirmed,
    "discard": back_to_live,
    "schedule": scheduled,
    "withdraw": withdrawn,
    "return": returned,
}
# Each writes what else a move writes, and returns the rows, which the move's line names.
EFFECTS = {
    "sign": write_sign_off,
    "submit": ask_the_named_reviewers,
    "approve": write_correction,
    "request_changes": write_change_request,
}


def own_facts(attempt):
    """What the move's effect has noted for its line."""
    return attempt.facts


def approval_facts(attempt):
    """The sign-offs that the approval rests on, and what the embedded texts are at this time.

    A house of two may approve its own work after a sign-off; the history then says so."""
    named = rules.under_one_name(attempt.signoffs)
    facts = {"signoffs": [signoff.pk for signoff in named]}
    if attempt.by_contributed:
        facts["approver_contributed"] = True
    return facts | pin_facts(attempt)


def pin_facts(attempt):
    """What the texts that this one uses are when it goes to readers."""
    said = sorted([key, one] for key, one in attempt.used.items())
    return {"pins": said} if said else {}


def confirmed_emergency(attempt):
    return {"emergency": rules.last_line(attempt.content, "emergency").seq}


def new_head(attempt):
    return {"head": attempt.content.head_id}


# What else a move's log line states.
FACTS = {
    "sign": own_facts,
    "request_changes": own_facts,
    "approve": approval_facts,
    "schedule": approval_facts,
    "emergency": pin_facts,
    "confirm": confirmed_emergency,
    "discard": new_head,
    "return": new_head,
}


@transaction.atomic
def revoke(signoff, *, kind, by, at, reason):
    """Take a sign-off back: its signer retracts, an administrator annuls. Badges fall at once."""
    if not reason.strip():
        raise Refused(_("Give your reason; readers of the history will see it."))
    if kind == Revocation.Kind.RETRACT and by.pk != signoff.signed_by_id:
        raise Refused(_("Only the person who signed can retract a signature."))
    if kind == Revocation.Kind.ANNUL and not by.has_perm("editorial.annul_signoff"):
        raise Refused(_("Only an administrator can annul a signature."))
    lock(signoff.content_id)
    content = Content.objects.get(pk=signoff.content_id)
    record = standing.record_of(content)
    standing.mark_altered([record])
    wrote = write_revocation(signoff, record, kind, by, at, reason.strip())
    swap(content, at)
    data = {"signoff": signoff.pk, "reason": reason.strip()}
    if kind == Revocation.Kind.RETRACT:
        data["accounts"] = sorted(linking.accounts_of({by.person_id}))
    log.write(
        kind,
        at=at,
        actor=by,
        content=content,
        revision=signoff.revision,
        digest=signoff.digest,
        nth=content.lines,
        data=data,
        wrote=wrote,
    )
    hold_unsigned(content, by, at)
    tell_hosts(content, by, at)


def write_revocation(signoff, record, kind, by, at, reason):
    """[the new row]; none where a row that no line names has its place: the line alone counts."""
    in_its_place = Revocation.objects.filter(signoff=signoff).first()
    if in_its_place and record.names(in_its_place):
        raise Refused(_("This signature was taken back already."))
    if in_its_place:
        return []
    row = {"kind": kind, "reason": reason, "revoked_at": at, "revoked_by": by}
    return [Revocation.objects.create(signoff=signoff, **row)]


def hold_unsigned(content, by, at):
    """What was signed or scheduled, and is not signed any more, goes back to review; so does what
    is on schedule with an approval that ended."""
    record = standing.record_of(content)
    state, head = content.status_at(at), content.head
    rows = standing.signoffs_under(head)
    if state == Content.Status.SIGNED and not record.for_approval(rows, head.seal):
        hold(content, by, at, _("No reviewer's signature stands under it any more."))
    elif state == Content.Status.SCHEDULED:
        signed, ended = record.approved(record.approval_of(head), rows, head.seal)
        due = timezone.localdate(content.scheduled_at)
        if ended or (
            content.spec.needs_sign_off and (not signed or due > signed[-1].next_review_on)
        ):
            hold(content, by, at, _("A signature that its approval rests on does not stand."))


@transaction.atomic
def annul_credential(credential, *, by, at, reason):
    """A credential was never good: all that it signed loses its badge, at once and for good."""
    if not by.has_perm("editorial.change_credential"):
        raise Refused(_("Only an administrator can annul a credential."))
    if not reason.strip():
        raise Refused(_("Give the reason."))
    contents = lock_signed(SignOff.objects.filter(credential=credential))
    credential = Credential.objects.select_for_update().get(pk=credential.pk)
    if credential.annulled_at:
        raise Refused(_("This credential was annulled already."))
    credential.annulled_at, credential.annulled_by, credential.note = at, by, reason.strip()
    credential.save()
    lost = Content.objects.filter(live__signoffs__credential=credential, withdrawn_at=None)
    log.write(
        "credential_annulled",
        at=at,
        actor=by,
        data={
            "credential": credential.pk,
            "contents": sorted(set(lost.values_list("pk", flat=True))),
        },
        wrote=[credential],
    )
    let_fall(SignOff.objects.filter(credential=credential), contents, "credential_annulled", by, at)
    return credential


def lock_signed(signoffs):
    """The contents of some sign-offs, locked by key together with all that use their texts."""
    signed = set(signoffs.values_list("content", flat=True))
    lock_with_hosts(signed)
    return list(Content.objects.filter(pk__in=signed).order_by("pk"))


def lock_with_hosts(keys):
    hosts = Pin.objects.filter(pinned__content__in=keys)
    pins.lock({*keys, *hosts.values_list("revision__content", flat=True)})


def let_fall(signoffs, contents, move, by, at):
    """Write on each content which of its sign-offs count for nothing from now on, though their
    signers did not say no."""
    fallen = {content.pk: [] for content in contents}
    for key, content in signoffs.order_by("pk").values_list("pk", "content"):
        fallen[content].append(key)
    write_on([(content, {"fallen": fallen[content.pk]}) for content in contents], move, by, at)


def write_on(said, move, by, at, changes=nothing):
    """A line on each of some locked contents, [(content, data)], and what follows from it.

    `changes`: the columns of a content that the step writes besides, {name: value}.
    """
    if not said:
        return
    contents = [content for content, _data in said]
    standing.mark_altered(standing.records_of(contents).values())
    log.number(contents)
    for content in filter(changes, contents):
        rows = Content.objects.filter(pk=content.pk)
        rows.update(version=content.version + 1, **changes(content))
        content.refresh_from_db()
    log.append(
        [
            Event(
                at=at,
                actor=by,
                move=move,
                content=content,
                nth=content.lines,
                data=data,
                rows=[log.fact_of_content(content)],
            )
            for content, data in said
        ]
    )
    for content, _data in said:
        content.refresh_from_db()  # it may use one that came before it, and have been told so
        hold_unsigned(content, by, at)
        tell_hosts(content, by, at)


# --- Who turns out to be one person ------------------------------------------------------


@transaction.atomic
def link_accounts(user, first, *, by, at):
    """Two accounts turn out to be one person's: what one person may not have signed or approved
    falls at once, with a line on each content. Returns [linking.Breach]; raises Refused."""
    if not by.has_perm("editorial.change_user") or (user.is_superuser and not by.is_superuser):
        raise Refused(_("Only an administrator says that two accounts are one person's."))
    persons = {user.person_id, first.person_id}
    lock_with_hosts(linking.touched(persons))
    pair = User.objects.select_for_update().filter(pk__in=[user.pk, first.pk]).order_by("pk")
    locked = {one.pk: one for one in pair}
    check_link(locked[user.pk], locked[first.pk])
    User.objects.filter(pk=user.pk).update(alias_of=first)
    user.refresh_from_db(fields=["alias_of"])
    return let_own_work_fall(user, persons, by, at, user=user.pk, first=first.pk)


def check_link(user, first):
    if user.alias_of_id:
        raise Refused(_("This account is linked already; that stays."))
    user.alias_of = first
    try:
        user.clean()
    except ValidationError as fault:
        raise Refused(" ".join(fault.messages)) from fault


@transaction.atomic
def name_account(author, user, *, by, at):
    """An author turns out to have an account here; what follows is as with `link_accounts`."""
    if not by.has_perm("editorial.change_author"):
        raise Refused(_("Your role does not include keeping authors."))
    lock_with_hosts(linking.touched({user.person_id}, author))
    author.user, author.has_no_account = user, None
    author.save()
    return let_own_work_fall(author, {user.person_id}, by, at, user=user.pk, author=author.pk)


def let_own_work_fall(changed, persons, by, at, **data):
    """Write what falls since these persons are one: [linking.Breach], all of them locked.

    `changed`: the account or the author that says so."""
    breaches = linking.find(persons)
    contents = [breach.content.pk for breach in breaches]
    house.write("accounts_linked", changed, by=by, at=at, data={**data, "contents": contents})
    waiting = {one.content.pk for one in breaches if one.waits_again}

    def changes(content):
        return {"emergency_until": at} if content.pk in waiting else {}

    said = [(one.content, one.data) for one in breaches]
    write_on(said, "accounts_linked", by, at, changes)
    return breaches


# --- Saving ------------------------------------------------------------------------------


def begin(content_model, *, by, at, slug, **identity):
    """A new content without a revision; `saving` then writes its first one."""
    check_slug(slug)
    with address_taken_is_refused():
        return content_model.objects.create(
            kind=content_model.KIND.name,
            slug=slug,
            created_at=at,
            moved_at=at,
            created_by=by,
            **identity,
        )


@contextmanager
def saving(content, revision, token, *, by, at, slug=None):
    """Write `revision`, an unsaved instance of the content's kind, as the next one.

        with actions.saving(content, revision, token, by=user, at=now):
            revision.save()
            revision.tips.create(…)      # children, before the seal

    `token` is None for the first revision only. On leaving the block the revision is sealed,
    becomes the head, and the log is written. Raises Stale, Refused, or Unchanged where it says
    exactly what its parent says; nothing is kept then.
    """
    with transaction.atomic():
        parent, standings = None, []
        if token is not None:
            pins.lock([token.content])
            by.refresh_from_db(fields=["alias_of"])
            content = seen(token)
            attempt = check("save", content, by=by, at=at, asking=False)
            parent, standings = content.head, attempt.signoffs
            standing.mark_altered([attempt.record])
        elif content.head_id:
            raise MissingToken(_("This request does not say which revision it is about."))
        else:
            rules.may(by, MOVES["save"])
        changes = settled(content, at)
        if slug and slug != content.slug:
            changes["slug"] = new_slug(content, slug, at)
        with address_taken_is_refused():
            swap(content, at, status=MOVES["save"].target, **changes)
        prepare(revision, content, parent, by, at)
        yield revision
        revision.complete(parent and parent.typed)
        wording.check_revision(revision)
        seal(revision)
        if parent and not changes.get("slug") and says_the_same(revision, parent.typed):
            raise Unchanged
        carried = carry_sign_offs(revision, parent, standings)
        rows = Content.objects.filter(pk=content.pk)
        rows.update(version=content.version + 1, **as_head(content, revision))
        content.refresh_from_db()
        data = {"slug": slug} if changes.get("slug") else {}
        if carried:
            data["carried"] = [[row.pk, row.carried_from_id] for row in carried]
        log.write(
            "save",
            at=at,
            actor=by,
            content=content,
            revision=revision,
            digest=revision.seal.digest,
            nth=content.lines,
            data=data,
            wrote=[*logged_parts(revision), *carried],
        )


def revise(token, *, by, at, origin=None, renew_pins=False, **fields):
    """The next revision of a content: a copy of `origin` (its head, unless named) but for `fields`.

    Children are copied too; a child relation named in `fields` gets the given unsaved rows
    instead. `renew_pins` takes over the newest public version of each text that it uses.
    Returns the new revision; raises as `saving` does.
    """
    content = seen(token)
    source = (origin or content.head).typed
    revision = copy_of(source, fields)
    revision.renews_pins = renew_pins
    with saving(content, revision, token, by=by, at=at):
        revision.origin = origin
        revision.save()
        copy_children(source, revision, fields)
    return revision


def restore(token, old, *, by, at):
    """An older revision as the next draft. It is signed anew; old signatures do not count."""
    if old.content_id != token.content:
        raise Refused(_("That revision belongs to another page."))
    rules.check_words(old)
    note = _("Restored from revision %(number)d") % {"number": old.number}
    return revise(token, by=by, at=at, origin=old, note=note)


def duplicate(revision, *, by, at, slug):
    """A new, unsigned content that begins with the words of `revision`; returns it.

    Who contributed to the old one counts as a contributor to the new one.
    """
    rules.check_words(revision)
    source = revision.typed
    model = type(source.content.typed)
    if model.SET_ONCE != Content.SET_ONCE:
        raise Refused(_("There can be only one of these."))
    if not by.has_perm(f"{model._meta.app_label}.add_{source._meta.model_name}"):
        raise Refused(_("Your role does not include beginning a page of this kind."))
    with transaction.atomic():
        content = begin(model, by=by, at=at, slug=slug)
        copy = copy_of(source, {"note": _("Duplicated from %(page)s") % {"page": source}})
        with saving(content, copy, None, by=by, at=at):
            copy.origin = revision
            copy.save()
            copy_children(source, copy, {})
    content.refresh_from_db()
    return content


def copy_of(source, fields):
    """An unsaved revision of the same kind with the same fields, but for the given ones."""
    model = type(source)
    copied = {
        f.name: getattr(source, f.name)
        for f in model._meta.concrete_fields
        if f.name not in {*Revision.UNSIGNED, "revision_ptr"}
    }
    relations = {relation.name for relation in children_of(model)}
    own = {name: value for name, value in fields.items() if name not in relations}
    return model(**copied | own)


def copy_children(source, revision, fields):
    for relation in children_of(type(source)):
        if relation.name != "pins":
            rows = fields.get(relation.name, children(source, relation))
            write_children(revision, relation, rows)


def children(revision, relation):
    return getattr(revision, relation.get_accessor_name()).all()


def write_children(revision, relation, rows):
    for row in rows:
        row.pk, row._state.adding = None, True
        setattr(row, relation.field.name, revision)
        row.save()


@contextmanager
def address_taken_is_refused():
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Refused(_("Another page has this address already. Choose another.")) from error


def new_slug(content, slug, at):
    if content.was_public(at):
        raise Refused(_("This address has been public; links to it must go on working."))
    check_slug(slug)
    return slug


def check_slug(slug):
    """Raise Refused for an address that no page could have, whichever way it came."""
    if not slug_re.fullmatch(slug) or slug != slug.lower():
        raise Refused(_("An address holds small letters, digits, hyphens and underscores only."))


def prepare(revision, content, parent, by, at):
    """Fill in what makes the instance the content's next revision, and make it a new row."""
    revision.pk = revision.id = revision.revision_ptr_id = None
    revision._state.adding = True
    revision.content = content.typed
    revision.parent = parent
    # Not the parent's number plus one: what was discarded keeps its numbers.
    last = content.revisions.aggregate(last=Max("number"))["last"]
    revision.number = (last or 0) + 1
    revision.created_by, revision.created_at = by, at
    revision.origin = None


def seal(revision):
    """End the making of a revision: its canonical bytes and their digest, inserted last."""
    fmt = documents.current_format(revision)
    data = bytes_of(revision, fmt)
    revision.seal = Seal(
        revision_id=revision.pk, format=fmt, canonical=data, digest=documents.digest_of(data)
    )
    revision.seal.save(force_insert=True)


def bytes_of(revision, format):
    """The canonical bytes of a revision in one format, from its rows as they are stored."""
    fresh = type(revision).objects.select_related("content").get(pk=revision.pk)
    return documents.canonical(documents.build(fresh, format))


def says_the_same(revision, parent):
    """Whether two revisions agree in every field and child, signed or not, history aside.

    Digests are compared in the parent's format: a newer one alone is no change of words.
    """
    if revision.seal.format == parent.seal.format:
        digest = revision.seal.digest
    else:
        digest = documents.digest_of(bytes_of(revision, parent.seal.format))
    return digest == parent.seal.digest and facts_of(revision) == facts_of(parent)


def facts_of(revision):
    """Every column of a revision and of its children as stored, but for keys and history."""
    model = type(revision)
    history = {*Revision.UNSIGNED, "revision_ptr"}
    columns = [f.attname for f in model._meta.concrete_fields if f.name not in history]
    facts = {"": list(model.objects.filter(pk=revision.pk).values_list(*columns))}
    for relation in children_of(model):
        skip = ("id", relation.field.name)
        columns = [f.attname for f in relation.related_model._meta.concrete_fields]
        columns = [f for f in columns if f not in skip and f != relation.field.attname]
        rows = relation.related_model.objects.filter(**{relation.field.name: revision.pk})
        facts[relation.name] = sorted(map(str, rows.values_list(*columns)))
    return facts


def children_of(model):
    """The relations from a revision model to the tables that hold parts of it."""
    return [
        relation
        for relation in model._meta.related_objects
        if issubclass(relation.related_model, InsertOnly)
        and relation.field.name == relation.related_model.PARENT
    ]


def logged_parts(revision):
    """The rows of a revision that no seal covers: who made it, and what is not signed of it."""
    rows = [revision, *revision.house_rows()]
    for relation in children_of(type(revision)):
        if hasattr(relation.related_model, "LOGGED"):
            rows += children(revision, relation)
    return rows


def carry_sign_offs(revision, parent, standings):
    """Where the words did not change, the parent's standing sign-offs go on by explicit rows.

    `standings`: those on which an approval of the parent could have rested. Returns the rows.
    """
    if parent is None or parent.seal.digest != revision.seal.digest:
        return []
    carried = []
    for old in standings:
        if old.signed_by.person_id == revision.created_by.person_id:
            continue  # a signer who edits is a contributor from now on
        copied = SignOff(
            **{
                field.name: getattr(old, field.name)
                for field in SignOff._meta.concrete_fields
                if field.name not in ("id", "mac", "revision", "carried_from")
            },
            revision=revision,
            carried_from=old.carried_from or old,
        )
        copied.save()
        carried.append(copied)
    return carried
