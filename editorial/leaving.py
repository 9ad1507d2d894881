"""What becomes of the work of somebody who leaves: it is passed on, and what they signed stands.

Somebody leaves when their account or their profile is switched off, or their role is taken. The
desk calls these in the transaction that does it.
"""

from django.db.models import F, Q
from django.utils.translation import gettext as _

from . import letters, previews, queues, requests, signatures
from .models import Content, Reviewer, ReviewRequest, SignOff, User

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
WAITING = (Content.Status.SIGNED, Content.Status.SCHEDULED)


def follow_account(user, *, by, at):
    """After an account was changed: what it cannot see to any more is passed on or ended."""
    user = User.objects.get(pk=user.pk)  # asks anew what it may do
    previews.end_where_refused(user, by=by, at=at)
    if reviewer := Reviewer.objects.filter(user=user).first():
        put_back_requests(reviewer, by=by, at=at)


def put_back_requests(reviewer, *, by, at):
    """Where a reviewer cannot sign any more, their open requests go back to the open queue, and
    who asked is told in one letter."""
    if can_sign(reviewer):
        return
    reason = _("%(name)s does not review here any more.") % {"name": reviewer}
    asked = ReviewRequest.objects.open().filter(reviewer=reviewer).select_related("content")
    by_asker = {}
    for request in asked.order_by("content"):
        requests.take_back(request, by=by, at=at, reason=reason)
        by_asker.setdefault(request.asked_by_id, []).append(request.content)
    by_asker.pop(by.pk, None)
    for asker, contents in by_asker.items():
        tell(asker, reviewer, reason, contents, at)


def tell(asker, reviewer, reason, contents, at):
    heads = [content.head for content in queues.with_heads(contents)]
    texts = [f"{head}\n{letters.address_of(head)}" for head in heads]
    body = "\n\n".join([reason, _("Ask somebody else to read:"), *texts])
    subject = _("A reviewer whom you asked has left")
    letters.write({asker}, "reviews", f"left:{reviewer.pk}:{at.isoformat()}", subject, body, at)


def can_sign(reviewer):
    return reviewer.is_active and who_can_sign().filter(pk=reviewer.user_id).exists()


def who_can_sign():
    """Active accounts of which a role includes signing."""
    return User.objects.with_perm("editorial.sign_content", backend=MODEL_BACKEND)


# --- What they signed ----------------------------------------------------------------------


def warnings(contents, now):
    """{content's key: a sentence} for those that wait to go live under the signature of somebody
    who has left. The signature stands: it was valid when it was given."""
    heads = {c.head_id: c.pk for c in contents if c.status_at(now) in WAITING}
    names, left = {}, of_who_left().filter(revision__in=heads)
    for signoff in signatures.for_approval(left.order_by("signed_at")):
        names.setdefault(heads[signoff.revision_id], {})[signoff.name] = True
    sentence = _(
        "%(names)s signed this and does not review here any more. The signature stands, for it was "
        "valid when it was given. Should another reviewer read it before it goes live?"
    )
    return {key: sentence % {"names": ", ".join(found)} for key, found in names.items()}


def of_who_left():
    """Sign-offs by people who could not sign today, whether they count or not."""
    return SignOff.objects.filter(
        Q(reviewer__deactivated_at__isnull=False) | ~Q(signed_by__in=who_can_sign().values("pk"))
    )


def titles_that_wait(reviewer, now):
    """Titles of the texts that wait to go live under this reviewer's signature, once they left."""
    signed = of_who_left().filter(reviewer=reviewer, content__status__in=WAITING)
    heads = signed.filter(revision=F("content__head"))
    found = {row.content_id: row.content for row in signatures.for_approval(heads)}
    waiting = [content for content in found.values() if content.status_at(now) in WAITING]
    return [str(content.head) for content in queues.with_heads(waiting)]
