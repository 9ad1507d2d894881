"""What readers could never find, or would be led astray by, is no name of a point."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .lexicon import without_points
from .meridians import CODE
from .spelling import cleaned, visible


def check_name(text):
    """Raise where nobody could find a point by this name, or would find another one by it."""
    words, values = without_points(), {"name": text}
    key = words.key(text)
    if not key:
        raise ValidationError(_("“%(name)s” has no letters: nobody could find it."), params=values)
    if not all(map(visible, text)):
        raise ValidationError(
            _("“%(name)s” has a character that cannot be seen. Write it anew."), params=values
        )
    if CODE.fullmatch(cleaned(text).upper()) or not words.is_name(text, key):
        raise ValidationError(
            _("“%(name)s” is read as a code or a part of one: it cannot be a name."), params=values
        )


def faults_of(texts, check):
    """[ValidationError] of the texts that the check refuses."""
    found = []
    for text in texts:
        try:
            check(text)
        except ValidationError as fault:
            found.append(fault)
    return found
