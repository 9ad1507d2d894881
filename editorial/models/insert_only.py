"""Rows that are written once. The database refuses the rest (triggers.py); these classes
only say so earlier and in better words."""

import unicodedata

from django.db import models
from django.utils.translation import gettext as _

from .worded import Worded


class InsertOnlyError(Exception):
    """Somebody tried to change or delete what is written for good."""


class InsertOnlyQuerySet(models.QuerySet):
    def update(self, **kwargs):
        raise InsertOnlyError(refusal(self.model))

    def delete(self):
        raise InsertOnlyError(refusal(self.model))

    def bulk_update(self, *args, **kwargs):
        raise InsertOnlyError(refusal(self.model))


class InsertOnly(Worded):
    """A table that only grows.

    `PARENT` names the foreign key to the revision that a row belongs to: once that revision
    is sealed, no further row is accepted. Text is stored in Unicode form C with plain line
    ends, so that one text has one digest whichever browser sent it.
    """

    PARENT = None

    objects = InsertOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise InsertOnlyError(refusal(type(self)))
        for field in self._meta.concrete_fields:
            if isinstance(field, models.CharField | models.TextField):
                setattr(self, field.attname, tidy(getattr(self, field.attname)))
        super().save(*args, **kwargs)

    def texts_as_stored(self):
        """None: each save writes a new row, and what an older one said is asked again."""
        return {}

    def delete(self, *args, **kwargs):
        raise InsertOnlyError(refusal(type(self)))


def refusal(model):
    return _("A %(name)s is written once and never changed or deleted.") % {
        "name": model._meta.verbose_name
    }


def tidy(text):
    """`text` with plain line ends and in Unicode form C; anything but a string unchanged."""
    if not isinstance(text, str):
        return text
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
