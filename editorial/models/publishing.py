"""What happens beside and after publication: previews for outsiders, corrections, redaction."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .content import Content, Revision
from .fields import pair_constraint, salt_field
from .insert_only import InsertOnly
from .worded import Worded


class PreviewLink(Worded):
    """A link by which an outsider reads one revision until a time, or until it is public.

    Only the hash of the link's secret is kept: who reads the database cannot follow it.
    """

    revision = models.ForeignKey(Revision, models.PROTECT, related_name="preview_links")
    token_hash = models.CharField(max_length=64, unique=True)
    label = models.CharField(_("for whom"), max_length=120)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("until"))
    ended_at = models.DateTimeField(null=True)
    salt = salt_field()

    LOGGED_WITH = "revision__content"
    LOGGED = {
        1: (
            "revision_id",
            "token_hash",
            "label",
            "created_by_id",
            "created_at",
            "expires_at",
            "ended_at",
            "salt",
        )
    }
    UNLOGGED = {}

    PLAIN = UNLIKE_THE_BADGE = ("label",)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("preview link")
        verbose_name_plural = _("preview links")

    def __str__(self):
        return self.label


class Correction(InsertOnly):
    """A public note: what was wrong on a page, and that it has been put right.

    It explains what differs between two publications: `replaced`, which readers had since
    `replaced_since`, and `revision`, which they have from `at` on. Rows of older releases do not
    name the first.
    """

    content = models.ForeignKey(Content, models.PROTECT, related_name="corrections")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="corrections")
    note = models.CharField(_("correction"), max_length=500)
    at = models.DateTimeField(db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="corrections")
    replaced = models.ForeignKey(
        Revision, models.PROTECT, null=True, related_name="corrected_later"
    )
    replaced_since = models.DateTimeField(null=True)

    PLAIN = UNLIKE_THE_BADGE = ("note",)

    LOGGED_WITH = "content"
    LOGGED = {
        1: ("content_id", "revision_id", "note", "at", "by_id", "replaced_id", "replaced_since")
    }
    UNLOGGED = {}

    class Meta:
        ordering = ["-at"]
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")

    def __str__(self):
        return self.note


class Redaction(Worded):
    """The removal of a revision's words by law, asked for by one administrator and done by
    another. Digest and reason stay as a tombstone; the log's line is what `verify` believes."""

    revision = models.OneToOneField(Revision, models.PROTECT, related_name="redaction")
    digest = models.CharField(max_length=64)
    reason = models.CharField(_("public reason"), max_length=500)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    done_at = models.DateTimeField(null=True)

    PLAIN = UNLIKE_THE_BADGE = ("reason",)
    SET_ONCE = ("revision", "digest", "reason", "asked_by", "asked_at", "done_by", "done_at")
    LOGGED_WITH = "revision__content"
    LOGGED = {
        1: ("revision_id", "digest", "reason", "asked_by_id", "asked_at", "done_by_id", "done_at")
    }
    UNLOGGED = {}

    class Meta:
        verbose_name = _("redaction")
        verbose_name_plural = _("redactions")
        constraints = [
            pair_constraint("redaction", "done_at", "done_by"),
            models.CheckConstraint(
                condition=models.Q(done_by=None) | ~models.Q(done_by=models.F("asked_by")),
                name="redaction_by_two",
            ),
        ]

    def __str__(self):
        return self.reason
