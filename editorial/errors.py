"""What a move answers when it is refused: a status code and a full sentence; and the record of it.

An operator sees in the log of refusals who tried what on which text, and never a word of it.
"""

import logging
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

refusals = logging.getLogger("tcmtips.refused")


class Refused(Exception):
    """Not allowed, and why. Nothing was changed."""

    status_code = 403

    def __init__(self, sentence):
        super().__init__(sentence)
        self.sentence = str(sentence)


class MissingToken(Refused):
    """The request does not say which version, revision and digest its sender saw."""

    status_code = 422


class Stale(Refused):
    """Somebody moved the content on since its sender saw it."""

    status_code = 409


class BeingMoved(Refused):
    """The content is of an older release, and the log has not adopted it yet."""

    def __init__(self):
        super().__init__(
            _("The house is being moved to a newer release. Try again in a few minutes.")
        )


class Unchanged(Exception):
    """A save that changes nothing: no revision is made."""


REFUSALS = (403, 409, 422)


def record(request, refusal=None, *, move=None, content=None, version=None, status=422):
    """Write one line about a refused attempt. Without a refusal, a form was filled in wrongly."""
    request.refusal_is_recorded = True
    found = request.resolver_match
    named = (move, found.kwargs.get("move"), found.kwargs.get("act"), request.POST.get("move"))
    facts = {
        "user": request.user.pk,
        "move": next((name[:30] for name in named if name), found.url_name),
        "content": content,
        "version": number_in(request.POST.get("version") if version is None else version),
        "status": getattr(refusal, "status_code", 403) if refusal else status,
        "reason": reason_of(refusal),
        "path": request.path,
    }
    refusals.warning("refused", extra={"facts": facts})


def reason_of(refusal):
    """The rule that refused, by the name of its function: a sentence may quote the text."""
    if refusal is None:
        return "form"
    place = refusal.__traceback__
    while place.tb_next:
        place = place.tb_next
    module = place.tb_frame.f_globals["__name__"].rpartition(".")[2]
    return f"{module}.{place.tb_frame.f_code.co_name}"


def number_in(text):
    """What was sent as a version, where it is a number that could be one."""
    text = str(text)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def recorded(view):
    """A view of the desk; what is posted to it and refused is recorded, once."""

    @wraps(view)
    def recording(request, *args, **kwargs):
        try:
            response = view(request, *args, **kwargs)
        except PermissionDenied as refusal:
            if request.method == "POST":
                record(request, refusal)
            raise
        known = request.method != "POST" or hasattr(request, "refusal_is_recorded")
        if response.status_code in REFUSALS and not known:
            record(request, status=response.status_code)
        return response

    return recording
