"""Links by which an outsider reads one revision that is not public yet."""

import datetime
import hashlib
import secrets

from django.db import transaction
from django.utils.translation import gettext as _

from . import log, rules, standing
from .errors import Refused
from .models import PreviewLink

LONGEST_DAYS = 30


def hash_of(secret):
    return hashlib.sha256(secret.encode()).hexdigest()


def check(content, by):
    """Raise Refused where this person may not show drafts of the content to outsiders."""
    if not by.has_perm("editorial.save_content"):
        raise Refused(_("Your role does not include showing drafts to outsiders."))
    if not rules.works_on(by, content):
        raise Refused(_("Who works on this text, or an editor, shows it to outsiders."))


@transaction.atomic
def create(revision, *, by, at, label, days=7):
    """A link to one revision; returns (link, secret). The secret is shown once and not kept."""
    check(revision.content, by)
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


def find(secret, now):
    """The link that a secret opens now, or None: unknown, expired, ended, or public already."""
    link = (
        PreviewLink.objects.filter(token_hash=hash_of(secret), ended_at=None, expires_at__gt=now)
        .select_related("revision__content", "revision__seal")
        .first()
    )
    return None if link is None or was_public(link.revision, now) else link


def was_public(revision, now):
    """Whether readers have this revision or had it: the link's work is done then."""
    public = standing.record_of(revision.content).publications(now)
    return revision.pk in {publication.revision_id for publication in public}


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
