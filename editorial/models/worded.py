"""Rows with texts that readers see and nobody signs."""

from django.core.exceptions import ValidationError
from django.db import models

from .. import wording


class Worded(models.Model):
    """Asks of its texts what wording.py asks, in forms and wherever a row is saved.

    PLAIN: names and notes, in which every character is seen. UNLIKE_THE_BADGE: what stands beside
    the badge or far from it, and may not say what it says.
    """

    PLAIN = ()
    UNLIKE_THE_BADGE = ()

    class Meta:
        abstract = True

    def clean(self):
        super().clean()
        if faults := wording.faults_of(self, self.texts_as_stored()):
            raise ValidationError(faults)

    def save(self, *args, **kwargs):
        wording.check_row(self, self.texts_as_stored())
        super().save(*args, **kwargs)

    def texts_as_stored(self):
        """The columns as they stand, of which none keeps others from being changed: a credential
        is annulled whatever its title says."""
        if self._state.adding:
            return {}
        return type(self)._base_manager.filter(pk=self.pk).values().first() or {}
