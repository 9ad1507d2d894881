"""What a move answers when it is refused: a status code and a full sentence."""

from django.utils.translation import gettext as _


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
