"""What a move answers when it is refused: a status code and a full sentence."""


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


class Unchanged(Exception):
    """A save that changes nothing: no revision is made."""
