"""Requests for a review that end by what happens around them, and not by an answer."""

from django.utils.translation import gettext_lazy as _

from . import log
from .models import ReviewRequest

# Moves after which nobody waits for the reviewers who were asked, and what those are told.
ENDED_BY = {
    "approve": _("It was published."),
    "schedule": _("It was approved, to be published at its time."),
    "emergency": _("It was published without a review."),
    "withdraw": _("It was withdrawn."),
    "discard": _("The draft was discarded."),
    "put_away": _("The draft was put away."),
}


def end_after(move, attempt):
    """Take back what is still asked of reviewers when a move leaves them nothing to read."""
    if reason := ENDED_BY.get(move):
        for request in ReviewRequest.objects.open().filter(content=attempt.content):
            take_back(request, by=attempt.by, at=attempt.at, reason=str(reason))


def take_back(request, *, by, at, reason):
    """Cancel an open request, with a line in the log. Its reviewer is told by that line."""
    ReviewRequest.objects.filter(pk=request.pk).update(
        status=ReviewRequest.Status.CANCELLED, answered_at=at, reason=reason
    )
    request.refresh_from_db()
    log.write(
        "review_cancelled",
        at=at,
        actor=by,
        content=request.content,
        data={"request": request.pk, "reviewer": request.reviewer_id},
        wrote=[request],
    )
