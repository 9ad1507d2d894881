"""What a reviewer finds who has signed a text before: what changed since, whether an earlier
signature still counts, and what signing again would do."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from . import differences, documents, standing


def last_of(user, content):
    """The newest signature of this person under any revision of the content, or None."""
    mine = content.signoffs.filter(signed_by__in=[user.pk, user.person_id])
    return mine.select_related("revision__seal").order_by("-signed_at", "-pk").first()


def earlier_signature(user, revision, record):
    """The newest signature of this person over exactly these words that they did not take back
    and that did not fall otherwise, or None: they may stand by it."""
    mine = revision.content.signoffs.filter(signed_by=user, digest=revision.seal.digest)
    found = mine.select_related("credential", "revision__seal").order_by("-signed_at", "-pk")
    return next((s for s in found if record.stands_by(s, s.revision.seal)), None)


def differences_since(signoff, revision):
    """What became of the words that were signed, or None where one of both was removed by law."""
    try:
        old, new = (documents.parse(one.seal.canonical) for one in (signoff.revision, revision))
    except documents.BrokenSeal:
        return None
    return differences.between(old, new)


def why_ended(record, signoff):
    """The sentence by which a signature counts for no later approval, or nothing."""
    signed = record.signed_at.get(signoff.pk)
    if not signed or not record.is_ended(signed):
        return ""
    said = {
        "request_changes": _("Changes were requested on %(day)s, after it was given."),
        "withdraw": _("The page was withdrawn on %(day)s, after it was given."),
    }
    for line in record.lines:
        if line.seq > signed and line.move in said:
            day = date_format(timezone.localtime(line.at), "j M Y")
            return said[line.move] % {"day": day}
    return _(
        "A comment that had to be fixed came after it, and was closed by somebody else than who "
        "wrote it."
    )


def renews_at_once(record, revision, reviewer, at):
    """Whether the reviewer's signature under this revision renews the date that readers see: they
    have exactly this, and the approval that stands names an earlier signature of the reviewer."""
    shown = record.shown(at)
    if record.faults or shown is None or shown.revision_id != revision.pk:
        return False
    if shown.line.move not in standing.APPROVALS:
        return False
    rows = standing.signoffs_under(revision)
    counted, ended = record.approved(shown.line, rows, revision.seal)
    named = record.named_by(shown.line)
    return not ended and any(s.pk in named and s.reviewer_id == reviewer.pk for s in counted)


def why_no_badge(record, revision, at):
    """Why readers, who have this revision, see no reviewer's name under it; or nothing. What only
    the bytes can tell is no part of it: no review mends that."""
    shown = record.shown(at)
    if record.faults or shown is None or shown.revision_id != revision.pk:
        return ""
    if shown.line.move not in standing.APPROVALS:
        return _("It was published without a review.")
    counted, faults = record.approved(shown.line, standing.signoffs_under(revision), revision.seal)
    if not counted:
        faults.append(_("No signature that it was approved with counts any more."))
    elif timezone.localdate(at) > counted[-1].next_review_on:
        day = date_format(counted[-1].next_review_on, "j M Y")
        faults.append(_("The review ran out on %(day)s.") % {"day": day})
    faults += standing.pin_faults(record, revision, at)
    return faults[0] if faults else ""
