"""What people do around a review without moving the content: ask, answer, comment, check.

Each is one transaction that ends with a line in the log. A comment that must be fixed raises the
content's version, so that nobody signs or approves who has not seen it.
"""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from . import actions, log, rules, sources, standing
from .errors import Refused
from .models import Comment, Content, Reviewer, ReviewRequest, SourceCheck

S = ReviewRequest.Status
OPEN_FOR_COMMENTS = (
    Content.Status.DRAFT,
    Content.Status.IN_REVIEW,
    Content.Status.CHANGES_REQUESTED,
    Content.Status.SIGNED,
    Content.Status.SCHEDULED,
)


# --- Requests ----------------------------------------------------------------------------


@transaction.atomic
def ask(content, reviewer, *, by, at, due_on, note="", delegated_from=None):
    """Ask a reviewer to read a content by a day; returns the request. Raises Refused."""
    if delegated_from is None and not by.has_perm("editorial.invite_reviewer"):
        raise Refused(_("Your role does not include asking reviewers."))
    if not content.spec.needs_sign_off:
        raise Refused(_("This kind of page carries no review badge, so nobody needs to review it."))
    if not reviewer.is_active or reviewer.user is None:
        raise Refused(_("%(reviewer)s has no account to review with.") % {"reviewer": reviewer})
    if reviewer.user.person_id in rules.contributors(content):
        raise Refused(
            _("%(reviewer)s wrote a part of this and could not sign it.") % {"reviewer": reviewer}
        )
    if due_on < timezone.localdate(at):
        raise Refused(_("Name a day that lies ahead."))
    try:
        with transaction.atomic():
            request = ReviewRequest.objects.create(
                content=content,
                reviewer=reviewer,
                asked_by=by,
                asked_at=at,
                due_on=due_on,
                note=note.strip(),
                delegated_from=delegated_from,
            )
    except IntegrityError as error:
        raise Refused(_("%(reviewer)s has been asked already.") % {"reviewer": reviewer}) from error
    write_line("review_asked", request, by, at, due_on=due_on.isoformat())
    return request


def accept(request, *, by, at):
    """The reviewer says yes."""
    answer(request, S.ACCEPTED, by=by, at=at, was=(S.ASKED,))


def decline(request, *, by, at, reason):
    """The reviewer says no, and why."""
    answer(request, S.DECLINED, by=by, at=at, reason=needed(reason))


def cancel(request, *, by, at, reason):
    """Who asks takes the request back."""
    if not by.has_perm("editorial.invite_reviewer"):
        raise Refused(_("Your role does not include asking reviewers."))
    answer(request, S.CANCELLED, by=None, at=at, reason=needed(reason), actor=by)


@transaction.atomic
def delegate(request, to, *, by, at, reason):
    """The reviewer passes the request on to another; returns the new request."""
    if to.pk == request.reviewer_id:
        raise Refused(_("Name another reviewer."))
    answer(request, S.DELEGATED, by=by, at=at, reason=needed(reason))
    due_on = max(request.due_on, timezone.localdate(at))
    return ask(request.content, to, by=by, at=at, due_on=due_on, delegated_from=request)


@transaction.atomic
def answer(request, status, *, by, at, reason="", was=ReviewRequest.OPEN, actor=None):
    """Set the state of an open request, once: of two answers at the same time one is refused."""
    if by is not None and request.reviewer.user_id != by.pk:
        raise Refused(_("This request was made to somebody else."))
    changed = ReviewRequest.objects.filter(pk=request.pk, status__in=was).update(
        status=status, answered_at=at, reason=reason
    )
    if not changed:
        raise Refused(_("This request was answered already."))
    request.refresh_from_db()
    write_line(f"review_{status}", request, actor or by, at)


def needed(reason):
    if not reason.strip():
        raise Refused(_("Give your reason; others will read it."))
    return reason.strip()


def write_line(move, request, by, at, **data):
    facts = {"request": request.pk, "reviewer": request.reviewer_id, **data}
    log.write(move, at=at, actor=by, content=request.content, data=facts, wrote=[request])


def reviewers_for(content):
    """Active reviewers with an account who contributed nothing to the content."""
    candidates = Reviewer.objects.active().filter(user__is_active=True).select_related("user")
    taken = rules.contributors(content)
    return [reviewer for reviewer in candidates if reviewer.user.person_id not in taken]


# --- Comments ----------------------------------------------------------------------------


@transaction.atomic
def comment(token, *, by, at, text, must_fix=False, quote="", before="", after=""):
    """A new thread on the head revision, or on a passage of it; returns its first comment."""
    if not by.has_perm("editorial.comment_content"):
        raise Refused(_("Your role does not include comments."))
    actions.is_whole(token)
    actions.lock(token.content)
    content = actions.seen(token)
    if content.status_at(at) not in OPEN_FOR_COMMENTS:
        raise Refused(_("Comments belong to a text in the making. Begin with a new draft."))
    if not text.strip():
        raise Refused(_("Write what you want to say."))
    if must_fix:
        block(content, by, at)
    made = Comment.objects.create(
        content=content,
        revision_id=token.revision,
        author=by,
        at=at,
        text=text,
        must_fix=must_fix,
        quote=quote[:500],
        before=before[-80:],
        after=after[:80],
    )
    log.write(
        "comment",
        at=at,
        actor=by,
        content=content,
        revision=made.revision,
        digest=token.digest,
        nth=content.lines if must_fix else None,
        data={"comment": made.pk, "must_fix": must_fix, "person": by.person_id},
        wrote=[made],
    )
    return made


def block(content, by, at):
    """Whoever is about to decide must see the comment first; what was scheduled waits for it."""
    standing.mark_altered([standing.record_of(content)])
    if content.status_at(at) == Content.Status.SCHEDULED:
        may_stop = by.has_perm("editorial.sign_content") or by.has_perm("editorial.approve_content")
        if not may_stop:
            raise Refused(
                _("This has its date already. Who may review or approve it can still stop it.")
            )
        actions.hold(content, by, at, _("A comment says that it must be fixed first."))
        log.number([content])  # the comment's own line comes after that of the hold
    else:
        actions.swap(content, at)


@transaction.atomic
def reply(thread, *, by, at, text="", verdict=""):
    """An answer in a thread, which may also resolve it or open it again."""
    if thread.thread_id:
        raise Refused(_("Answer the first comment of the thread."))
    if not by.has_perm("editorial.comment_content"):
        raise Refused(_("Your role does not include comments."))
    if not (text.strip() or verdict):
        raise Refused(_("Write what you want to say."))
    actions.lock(thread.content_id)
    content = Content.objects.get(pk=thread.content_id)
    is_open = rules.open_threads(content).filter(pk=thread.pk).exists()
    decides = thread.must_fix and bool(verdict)
    if verdict == Comment.Verdict.RESOLVE:
        if not is_open:
            raise Refused(_("This comment is resolved already."))
        rules.may_resolve(by, thread)
        if decides:
            standing.mark_altered([standing.record_of(content)])
            log.number([content])
    if verdict == Comment.Verdict.REOPEN:
        if is_open:
            raise Refused(_("This comment is open."))
        if thread.must_fix:
            block(content, by, at)
    made = Comment.objects.create(
        content=content,
        revision=content.head,
        thread=thread,
        author=by,
        at=at,
        text=text,
        verdict=verdict,
    )
    log.write(
        "comment_answered",
        at=at,
        actor=by,
        content=content,
        revision=content.head,
        nth=content.lines if decides else None,
        data={
            "comment": made.pk,
            "thread": thread.pk,
            "verdict": verdict,
            "person": by.person_id,
        },
        wrote=[made],
    )
    return made


# --- Sources -----------------------------------------------------------------------------


@transaction.atomic
def check_source(token, digest, *, by, at):
    """Mark one claim of the head revision as read beside its source and found to agree."""
    if not by.has_perm("editorial.sign_content"):
        raise Refused(_("Only a reviewer marks sources as checked."))
    content = actions.seen(token)
    if rules.contributed(by, content):
        raise Refused(_("You wrote a part of this, so somebody else checks its sources."))
    claims = {claim.digest: claim for claim in sources.claims_of(content.head)}
    if digest not in claims or claims[digest].source is None:
        raise Refused(_("There is no such claim with a source in this revision."))
    check, created = SourceCheck.objects.get_or_create(
        content=content,
        claim=digest,
        checked_by=by,
        defaults={"revision": content.head, "at": at},
    )
    if created:
        log.write(
            "source_checked",
            at=at,
            actor=by,
            content=content,
            revision=content.head,
            digest=token.digest,
            data={"claim": digest},
            wrote=[check],
        )
    return check
