"""Small helpers that several models share."""

import re
import secrets

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from stdnum import isbn
from stdnum.exceptions import ValidationError as NumberError

from .. import wording


def pair_constraint(model, *names):
    """A constraint that the named nullable columns are all set or all empty.

    A "when" and its "who" travel together.
    """
    together = models.Q(*[(f"{name}__isnull", True) for name in names]) | models.Q(
        *[(f"{name}__isnull", False) for name in names]
    )
    return models.CheckConstraint(condition=together, name=f"{model}_{names[0]}_pair")


def make_salt():
    return secrets.token_hex(16)


def salt_field():
    """A column that makes a row's digest tell nothing about the private words in the row.

    Rows of older releases have none; their digests were first taken when the log adopted them.
    """
    return models.CharField(max_length=32, default=make_salt, db_default="", editable=False)


def validate_isbn(value):
    """Refuse what is no ISBN-13 or ISBN-10 with a right check digit."""
    try:
        isbn.validate(value)
    except NumberError as error:
        raise ValidationError(
            _("“%(value)s” is not an ISBN: its check digit or its length is wrong."),
            params={"value": value},
        ) from error


def isbn13(value):
    """`value` as thirteen digits with hyphens in the registered places."""
    return isbn.format(value, convert=True)


def validate_plain_name(value):
    """Names are plain words: no markup, and no character that nobody sees."""
    if re.search(r"[<>\x00-\x1f\x7f]", value):
        raise ValidationError(_("A name holds no angle brackets and no control characters."))
    wording.check_seen(value)


def validate_new_address(value):
    """A new address is in small letters, so that no two differ in their capitals only."""
    if value != value.lower():
        raise ValidationError(
            _("An address is in small letters: %(address)s."), params={"address": value.lower()}
        )
