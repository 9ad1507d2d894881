"""What each line of the log tells whom, and how it reaches them.

A letter is written in the transaction of its line, one for each person and line, and sent after
the commit; what could not be sent stays and is tried again by `manage.py send_letters`. Subjects
say what happened and never with which text: they are read over shoulders and by mail servers.
"""

import logging
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import groupby
from smtplib import SMTPException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import (
    ChangeRequest,
    Comment,
    Content,
    Credential,
    Letter,
    MailSetting,
    ReviewRequest,
    Revision,
    SignOff,
    User,
)

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 8


@dataclass(frozen=True)
class Recipe:
    """What a kind of line says in a subject, whom it concerns, and which wish covers it.

    Who is concerned by several of a line gets the first.
    """

    subject: str
    people: tuple
    wish: str


# --- Whom it concerns: each takes a line and gives the keys of accounts ---------------------


def writers(line):
    """Who owns the text, and who wrote the revision that the line is about."""
    revision = line.revision or line.content.head
    return {line.content.created_by_id, *([revision.created_by_id] if revision else [])}


def asked_reviewer(line):
    return {request_of(line).reviewer.user_id}


def asker(line):
    return {request_of(line).asked_by_id}


def request_of(line):
    return ReviewRequest.objects.select_related("reviewer").get(pk=line.data["request"])


def thread_members(line):
    thread = line.data["thread"]
    answers = Comment.objects.filter(thread=thread).values_list("author", flat=True)
    return {Comment.objects.get(pk=thread).author_id, *answers}


def approvers(line):
    """All who may approve it: what one wrote, another approves, but for a house of two."""
    found = User.objects.filter(groups__permissions__codename="approve_content")
    if not (settings.APPROVER_MAY_BE_CONTRIBUTOR and line.content.spec.needs_sign_off):
        found = found.exclude(revisions__content=line.content_id)
    return set(found.values_list("pk", flat=True))


def editors(line):
    """All who approve, where pages lost something by the line."""
    approving = User.objects.filter(groups__permissions__codename="approve_content")
    return set(approving.values_list("pk", flat=True)) if line.data["contents"] else set()


def linked(line):
    """The accounts that turned out to be one person's, where pages lost something by it."""
    accounts = {line.data["user"], line.data.get("first")}
    return accounts if line.data["contents"] else set()


def holder(line):
    """Who signs by the credential that the line is about."""
    return {Credential.objects.get(pk=line.data["credential"]).reviewer.user_id}


def signer(line):
    return {SignOff.objects.get(pk=line.data["signoff"]).signed_by_id}


def signers(line):
    """Who signed what readers have of the text, or had until this line."""
    signed = SignOff.objects.filter(revision__in=shown_in(line))
    return set(signed.values_list("signed_by", flat=True))


def shown_in(line):
    return {line.content.live_id, line.content.shown_revision_id(line.at)} - {None}


def stopped_signers(line):
    """Those, where a reviewer said that readers should stop relying on it."""
    return signers(line) if line.data.get("stop") else set()


def other_signers(line):
    """Those who lose the badge with a signature that was taken back."""
    return signers(line) if line.revision_id in shown_in(line) else set()


NO_BADGE = gettext_lazy("A page that you signed lost its badge")

RECIPES = {
    "review_asked": Recipe(gettext_lazy("A review is asked of you"), (asked_reviewer,), "reviews"),
    "review_accepted": Recipe(
        gettext_lazy("Your request for a review was accepted"), (asker,), "reviews"
    ),
    "review_declined": Recipe(
        gettext_lazy("Your request for a review was declined"), (asker,), "reviews"
    ),
    "review_delegated": Recipe(
        gettext_lazy("Your request for a review was passed on"), (asker,), "reviews"
    ),
    "review_cancelled": Recipe(
        gettext_lazy("A request for a review was taken back"), (asked_reviewer,), "reviews"
    ),
    "comment": Recipe(gettext_lazy("A comment on your text"), (writers,), "comments"),
    "comment_answered": Recipe(
        gettext_lazy("An answer to a comment"), (thread_members, writers), "comments"
    ),
    "request_changes": (
        Recipe(gettext_lazy("Changes are asked of you"), (writers,), "own_work"),
        Recipe(NO_BADGE, (stopped_signers,), "reviews"),
    ),
    "sign": Recipe(gettext_lazy("A text waits for your approval"), (approvers,), "queues"),
    "approve": Recipe(gettext_lazy("Your text is public"), (writers,), "own_work"),
    "schedule": Recipe(gettext_lazy("Your text has its date"), (writers,), "own_work"),
    "hold": Recipe(gettext_lazy("Your text went back to review"), (writers,), "own_work"),
    "withdraw": (
        Recipe(gettext_lazy("Your page was withdrawn"), (writers,), "own_work"),
        Recipe(gettext_lazy("A page that you signed was withdrawn"), (signers,), "reviews"),
    ),
    "emergency": Recipe(
        gettext_lazy("A text was published without a review"), (writers, approvers), "queues"
    ),
    "retract": (
        Recipe(gettext_lazy("A signature was taken back"), (writers,), "own_work"),
        Recipe(NO_BADGE, (other_signers,), "reviews"),
        Recipe(gettext_lazy("A signature was taken back"), (approvers,), "queues"),
    ),
    "annul": (
        Recipe(gettext_lazy("Your signature was annulled"), (signer,), "reviews"),
        Recipe(gettext_lazy("A signature was annulled"), (writers,), "own_work"),
        Recipe(gettext_lazy("A signature was annulled"), (approvers,), "queues"),
    ),
    "accounts_linked": (
        Recipe(gettext_lazy("Pages lost a name"), (editors,), "queues"),
        Recipe(gettext_lazy("Pages lost your name"), (linked,), "reviews"),
    ),
    "credential_look_up_ended": Recipe(
        gettext_lazy("Your credential is to be looked up again"), (holder,), "reviews"
    ),
    "credential_suspended": Recipe(
        gettext_lazy("Your credential was suspended"), (holder,), "reviews"
    ),
    "credential_annulled": (
        Recipe(gettext_lazy("Your credential was annulled"), (holder,), "reviews"),
        Recipe(gettext_lazy("Pages lost a name"), (editors,), "queues"),
    ),
}
# What follows from a line, where its subject does not say it.
FOLLOWS = {
    "credential_look_up_ended": gettext_lazy(
        "What was looked up is not what stands there now. Until a second person has looked it up "
        "again, it signs nothing; what it signed before stands."
    ),
    "credential_suspended": gettext_lazy(
        "It signs nothing from now on; what it signed before stands."
    ),
    "credential_annulled": gettext_lazy("All that it signed counts for nothing any more."),
}


# --- Writing -----------------------------------------------------------------------------


def write_for(line):
    """The letters of a line just written, in its transaction; they go out after the commit."""
    about, told = f"event:{line.seq}", {line.actor_id, None}
    for recipe in recipes_of(line.move):
        concerned = set().union(*(people(line) for people in recipe.people)) - told
        told |= concerned
        subject = _("%(what)s (no. %(number)d)") % {"what": recipe.subject, "number": line.seq}
        if concerned:
            collect(about, line, recipe)
            write(concerned, recipe.wish, about, subject, body_of(line, recipe), line.at)


def recipes_of(move):
    found = RECIPES.get(move, ())
    return found if isinstance(found, tuple) else (found,)


def write(user_ids, wish, about, subject, body, at):
    """A letter to each of these accounts that wants this kind; none twice about the same."""
    write_each([(user_ids, about, subject, body)], wish, at)


def write_each(told, wish, at):
    """Letters about several things at once: [(accounts, about, subject, body)]."""
    at_once = collected.get() is None
    keys = set().union(*(user_ids for user_ids, *_rest in told))
    users = User.objects.filter(pk__in=keys, is_active=True).select_related("mail_setting")
    users, letters = users.in_bulk(), []
    pairs = [(users[key], *one) for keys, *one in told for key in sorted(keys & users.keys())]
    for user, about, subject, body in pairs:
        setting = getattr(user, "mail_setting", None) or MailSetting(user=user)
        if setting.delivery != MailSetting.Delivery.NEVER and getattr(setting, wish):
            letters.append(
                Letter(
                    recipient=user,
                    about=about,
                    subject=subject,
                    body=body,
                    written_at=at,
                    in_digest=setting.delivery == MailSetting.Delivery.DAILY or not at_once,
                )
            )
    Letter.objects.bulk_create(letters, ignore_conflicts=True)
    if letters and at_once:
        abouts = {letter.about for letter in letters}
        transaction.on_commit(lambda: send(about__in=abouts, in_digest=False))


def body_of(line, recipe):
    """Plain text: what happened, why, and where to go on."""
    heads = heads_of(line)
    parts = [str(recipe.subject) + (":" if heads else "."), *map(str, heads)]
    parts += [_("By %(name)s.") % {"name": line.actor.display_name}] if line.actor else []
    parts.append("")
    for fact in facts_of(line):
        parts += [fact, ""]
    return "\n".join([*parts, *(map(address_of, heads) if heads else [own_page()])])


def heads_of(line):
    """The working revisions of the contents that a line is about."""
    keys = [line.content_id] if line.content_id else line.data.get("contents", ())
    heads = Content.objects.filter(pk__in=keys).order_by("pk").values("head")
    found = Revision.objects.select_related("content").filter(pk__in=heads)
    return [revision.typed for revision in found.order_by("content")]


def head_of(line):
    return Revision.objects.select_related("content").get(pk=line.content.head_id).typed


def facts_of(line):
    """Sentences of what else a line holds for its readers."""
    facts = [str(FOLLOWS[line.move])] if line.move in FOLLOWS else []
    if reason := reason_of(line):
        facts.append(_("Reason: %(reason)s") % {"reason": reason})
    if due := line.data.get("due_on"):
        facts.append(_("Due on %(day)s.") % {"day": due})
    return facts


def reason_of(line):
    """The words of whoever made the step: public ones stand in its line, the others in a row."""
    if key := line.data.get("change_request"):
        return ChangeRequest.objects.get(pk=key).reason
    if line.move.startswith("review_"):
        return request_of(line).reason
    if line.move.startswith("credential_"):
        return Credential.objects.get(pk=line.data["credential"]).note
    return line.data.get("reason")


def address_of(revision):
    """Where a revision is read and decided on."""
    meta = revision._meta
    name = f"admin:{meta.app_label}_{meta.model_name}_review"
    return f"{settings.SITE_URL}{reverse(name, args=[revision.pk])}"


def own_page():
    """Where a person finds their own letters and settings at the desk."""
    return f"{settings.SITE_URL}{reverse('admin:me')}"


def forget(content, title):
    """Take a title whose words were removed out of every letter about the content, sent or not."""
    revisions = [revision.typed for revision in content.revisions.select_related("content")]
    paths = [urlsplit(address_of(revision)).path for revision in revisions]
    lines = {f"event:{seq}" for seq in content.events.values_list("seq", flat=True)}
    for letter in Letter.objects.filter(body__contains=title) if title else ():
        if letter.about in lines or any(path in letter.body for path in paths):
            body = letter.body.replace(title, _("(removed)"))
            Letter.objects.filter(pk=letter.pk).update(body=body)


# --- Many in one ------------------------------------------------------------------------


# {about: (what happened, the part of the letter about one text)} of what goes out as one.
collected = ContextVar("collected", default=None)


@contextmanager
def together(subject, where):
    """Letters that are written within go out as one for each person, which lists everything and
    leads to the address `where`.

    Each is still written with its line. Until they are sent they count as parts of the daily
    letter: what a broken connection keeps back comes with that, and not in forty letters.
    """
    lines = {}
    before = collected.set(lines)
    try:
        yield
    finally:
        collected.reset(before)
        if lines:
            transaction.on_commit(lambda: send_together(subject, where, lines))


def collect(about, line, recipe):
    lines = collected.get()
    if lines is None:
        return
    what = str(recipe.subject) + ":"
    if line.actor:
        what += "\n" + _("By %(name)s.") % {"name": line.actor.display_name}
    head = head_of(line)
    lines[about] = what, "\n  ".join([f"• {head}", *facts_of(line), address_of(head)])


def ask_again(signers, by, at):
    """Within `together`: contents with their heads wait for a signature of those who signed what
    readers have of them, {content: accounts}."""
    what = _("A text that you signed waits for a signature again")
    intro = f"{what}:\n" + _("By %(name)s.") % {"name": by.display_name}
    told = []
    for content, accounts in signers.items():
        about = f"sign_again:{content.pk}:{content.version}"
        text = f"• {content.head}\n  {address_of(content.head)}"
        collected.get()[about] = intro, text
        told.append((accounts - {by.pk}, about, what, f"{intro}\n\n{text}"))
    write_each(told, "reviews", at)


def send_together(subject, where, lines):
    """One letter a person, but for those who get everything once a day; (sent, failed)."""
    daily = {"recipient__mail_setting__delivery": MailSetting.Delivery.DAILY}
    letters = claim(waiting(in_digest=True, about__in=lines).exclude(**daily))
    sent = failed = 0
    for _recipient, theirs in groupby(letters, key=lambda letter: letter.recipient_id):
        theirs = list(theirs)
        parts = [lines[letter.about] for letter in theirs]
        if hand_over(theirs, f"{subject} ({len(theirs)})", joined(parts, where)):
            sent += 1
        else:
            failed += 1
    return sent, failed


def joined(parts, where):
    """The body of one letter: each thing that happened once, with all texts that it happened to."""
    sections = {}
    for what, text in parts:
        sections.setdefault(what, []).append(text)
    written = [f"{what}\n\n" + "\n".join(texts) for what, texts in sections.items()]
    return "\n\n".join([*written, _("All on one page: %(address)s") % {"address": where}])


# --- Sending -----------------------------------------------------------------------------


def waiting(**which):
    """Letters that have not gone out, to people with an address."""
    found = Letter.objects.filter(sent_at=None, attempts__lt=MOST_ATTEMPTS, **which)
    return found.filter(recipient__is_active=True).exclude(recipient__email="")


def send(**which):
    """Send each waiting letter by itself; returns (sent, failed)."""
    sent = failed = 0
    for letter in waiting(**which).select_related("recipient"):
        if not claimed([letter.pk]):
            continue  # another process has it
        if hand_over([letter], letter.subject, letter.body):
            sent += 1
        else:
            failed += 1
    return sent, failed


def send_digests():
    """One letter a person with all that waits for their daily one; returns (sent, failed)."""
    sent = failed = 0
    recipients = waiting(in_digest=True).order_by("recipient").values_list("recipient", flat=True)
    for key in list(recipients.distinct()):
        letters = claim(waiting(in_digest=True, recipient=key))
        if not letters:
            continue  # another process has them
        subject = _("Your day at the desk: %(count)d things") % {"count": len(letters)}
        body = "\n\n— — —\n\n".join(f"{letter.subject}\n\n{letter.body}" for letter in letters)
        if hand_over(letters, subject, body):
            sent += 1
        else:
            failed += 1
    return sent, failed


def claim(letters):
    """The waiting letters that nobody else has claimed, by recipient and in their order."""
    with transaction.atomic():
        found = letters.select_for_update(of=("self",)).select_related("recipient")
        found = list(found.order_by("recipient", "pk"))
        claimed([letter.pk for letter in found])
    return found


def claimed(keys):
    """Mark letters as sent, if nobody else has; returns how many. Who claims them sends them."""
    return Letter.objects.filter(pk__in=keys, sent_at=None).update(
        sent_at=timezone.now(), attempts=F("attempts") + 1
    )


def hand_over(letters, subject, body):
    """Give claimed letters to the mail server as one; on failure they wait again."""
    keys = [letter.pk for letter in letters]
    try:
        EmailMessage(subject, body, to=[letters[0].recipient.email]).send()
    except (SMTPException, OSError) as error:
        Letter.objects.filter(pk__in=keys).update(sent_at=None, error=str(error)[:300])
        logger.warning("A letter could not be sent and waits: %s", error)
        return False
    Letter.objects.filter(pk__in=keys).update(error="")
    return True
