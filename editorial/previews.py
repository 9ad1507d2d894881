"""Links by which an outsider reads one revision that is not public yet, and what a preview says.

Whether a link still opens something is asked anew each time, of rows and of the log, so that no
move has to think of it. A button ends it for good, and so does the departure of its maker.
"""

import datetime
import hashlib
import secrets

from django.db import transaction
from django.utils.translation import gettext as _

from . import log, pages, rules, standing
from .errors import Refused
from .models import Content, PreviewLink

LONGEST_DAYS = 30
# Once one of these was made on any revision of the content, links from before it open nothing.
ENDING = ("approve", "emergency", "withdraw", "put_away", "redacted")
TAKEN_AWAY = (Content.Status.WITHDRAWN, Content.Status.DISCARDED)


def hash_of(secret):
    return hashlib.sha256(secret.encode()).hexdigest()


def check(content, by):
    """Raise Refused where this person may not show drafts of the content to outsiders."""
    if not by.has_perm("editorial.save_content"):
        raise Refused(_("Your role does not include showing drafts to outsiders."))
    if not rules.works_on(by, content):
        raise Refused(_("Who works on this text, or an editor, shows it to outsiders."))


def check_shows_a_draft(content, revision, at):
    """Raise Refused where readers have these words, or were to have none of them any more."""
    if content.shown_revision_id(at) == revision.pk:
        raise Refused(_("Readers have this revision; its public address shows it."))
    if content.status_at(at) in TAKEN_AWAY:
        raise Refused(_("This was taken away. Begin with a new draft, and show that."))


@transaction.atomic
def create(revision, *, by, at, label, days=7):
    """A link to one revision; returns (link, secret). The secret is shown once and not kept."""
    content = Content.objects.select_for_update().get(pk=revision.content_id)
    check(content, by)
    check_shows_a_draft(content, revision, at)
    if not label.strip():
        raise Refused(_("Say for whom the link is."))
    if not 1 <= days <= LONGEST_DAYS:
        raise Refused(_("A preview link lives for 1 to %(days)d days.") % {"days": LONGEST_DAYS})
    secret = secrets.token_urlsafe(32)
    link = PreviewLink.objects.create(
        revision=revision,
        token_hash=hash_of(secret),
        label=label.strip(),
        created_by=by,
        created_at=at,
        expires_at=at + datetime.timedelta(days=days),
    )
    write_line("preview_made", link, by, at)
    return link, secret


@transaction.atomic
def end(link, *, by, at):
    """End a link before its time. Raises Refused for who might not have made it."""
    check(link.revision.content, by)
    if PreviewLink.objects.filter(pk=link.pk, ended_at=None).update(ended_at=at):
        link.refresh_from_db()
        write_line("preview_ended", link, by, at)


def end_where_refused(maker, *, by, at):
    """End the links of somebody who may not show their texts any more, for good."""
    for link in PreviewLink.objects.filter(created_by=maker, ended_at=None, expires_at__gt=at):
        if not may_show(link.revision.content, maker):
            PreviewLink.objects.filter(pk=link.pk).update(ended_at=at)
            link.refresh_from_db()
            write_line("preview_ended", link, by, at)


def may_show(content, user):
    try:
        check(content, user)
    except Refused:
        return False
    return True


def find(secret, now):
    """The link that a secret opens now, or None."""
    links = PreviewLink.objects.select_related("revision__content", "revision__seal", "created_by")
    link = links.filter(token_hash=hash_of(secret)).first()
    return link if link and is_open(link, now) else None


def is_open(link, now):
    """Whether a link still opens its revision: in its time, its maker may still show it, and
    nothing of the content was published or taken away since."""
    in_time = link.ended_at is None and now < link.expires_at
    may = in_time and may_show(link.revision.content, link.created_by)
    return may and not is_overtaken(link, now)


def is_overtaken(link, now):
    """Whether readers got a revision of the content after the link was made, by a move or by the
    clock, or the content was taken away or lost words. So is a link that the log does not know."""
    content = link.revision.content
    live_since = content.scheduled_at if content.is_due(now) else content.live_at
    if live_since and live_since > link.created_at:
        return True
    lines = content.events.filter(move__in=("preview_made", *ENDING)).order_by("-seq")
    for move, data in lines.values_list("move", "data"):
        if move != "preview_made":
            return True
        if data.get("link") == link.pk:
            return False
    return True


def context_of(revision, now):
    """What a page needs to show a revision as a preview: without a badge, and with the names of
    those whose signatures stand under these words."""
    signed = revision.content.spec.needs_sign_off
    names = [signoff.name for signoff in standing.signoffs_of(revision)] if signed else []
    return {
        "page": pages.preview(revision.typed, now),
        "preview": True,
        "signers": list(dict.fromkeys(names)),
    }


def write_line(move, link, by, at):
    log.write(
        move,
        at=at,
        actor=by,
        content=link.revision.content,
        revision=link.revision,
        digest=link.revision.seal.digest,
        data={"link": link.pk, "until": link.expires_at.isoformat()},
        wrote=[link],
    )
