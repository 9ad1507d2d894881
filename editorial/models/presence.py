"""Who has a draft open just now."""

from django.conf import settings
from django.db import models

from .content import Content


class OpenForm(models.Model):
    """A draft's form in somebody's browser, as its page last said. A hint, never a lock."""

    content = models.ForeignKey(Content, models.CASCADE, related_name="open_forms")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    NOT_LOGGED = "a hint that goes by itself within minutes"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["content", "user"], name="open_form_once"),
        ]

    def __str__(self):
        return f"{self.user}: {self.content}"
