"""The append-only, hash-chained log that every move writes."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from .content import Content, Revision
from .insert_only import InsertOnly


class Event(InsertOnly):
    """One line of the log: who made which move on what, when, and which rows that wrote.

    `rows` holds [table, key, layout, SHA-256] of each row written or changed; of all lines that
    name a row the newest holds. `nth` numbers the lines that decide about a content. A line of
    layout 1 is of an older release: it names no rows.
    """

    seq = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="events"
    )
    move = models.CharField(max_length=30)
    content = models.ForeignKey(Content, models.PROTECT, null=True, related_name="events")
    revision = models.ForeignKey(Revision, models.PROTECT, null=True, related_name="events")
    digest = models.CharField(max_length=64, blank=True)
    nth = models.PositiveIntegerField(null=True)
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    rows = models.JSONField(default=list, db_default=[])
    layout = models.PositiveSmallIntegerField(default=2, db_default=1)
    # Which SIGNING_KEY made the mac: a few digits of the key's own hash.
    key_id = models.CharField(max_length=16, default="", db_default="")
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)
    mac = models.CharField(max_length=64)

    NOT_LOGGED = "the log itself: each line's hash covers it and the line before"

    class Meta:
        ordering = ["seq"]
        verbose_name = _("log line")
        verbose_name_plural = _("log")
        constraints = [
            models.UniqueConstraint(fields=["content", "nth"], name="event_nth_of_content"),
        ]
        indexes = [
            models.Index(fields=["content", "move", "-seq"], name="event_by_content"),
            models.Index(fields=["move", "at"], name="event_by_move"),
        ]

    def __str__(self):
        return f"{self.seq} {self.move}"


class LogHead(models.Model):
    """Count and hash of the log's last line: the row that every writer locks last."""

    count = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    NOT_LOGGED = "`verify` compares it with the last line"

    class Meta:
        verbose_name = _("log head")
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="one_log_head"),
        ]

    def __str__(self):
        return f"{self.count} {self.hash}"
