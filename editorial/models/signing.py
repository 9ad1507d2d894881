"""Sign-offs, and the rows that take them back."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .content import Content, Revision
from .insert_only import InsertOnly
from .people import Credential, Reviewer


class SignOff(InsertOnly):
    """A reviewer's decision on one (content, revision, digest).

    Name and credential are copied as they were. A row counts while a line of the log names it:
    one that this application did not write counts for nothing.
    """

    content = models.ForeignKey(Content, models.PROTECT, related_name="signoffs")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="signoffs")
    digest = models.CharField(max_length=64)
    reviewer = models.ForeignKey(Reviewer, models.PROTECT, related_name="signoffs")
    credential = models.ForeignKey(Credential, models.PROTECT, related_name="signoffs")
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="signoffs")
    signed_at = models.DateTimeField()
    name = models.CharField(max_length=120)
    credential_line = models.CharField(max_length=400)
    scope = models.CharField(max_length=300)
    conflict_statement = models.CharField(max_length=500)
    next_review_on = models.DateField()
    # Set where a new revision has its direct parent's digest: the parent's sign-off goes on.
    carried_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="carried_to")
    # What older releases wrote instead of the log's digest of the row.
    mac = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)

    LOGGED_WITH = "content"
    LOGGED = {
        1: (
            "content_id",
            "revision_id",
            "digest",
            "reviewer_id",
            "credential_id",
            "signed_by_id",
            "signed_at",
            "name",
            "credential_line",
            "scope",
            "conflict_statement",
            "next_review_on",
            "carried_from_id",
        )
    }
    UNLOGGED = {"mac": "proved rows of older releases, until the log adopted them"}

    class Meta:
        ordering = ["signed_at", "pk"]
        verbose_name = _("sign-off")
        verbose_name_plural = _("sign-offs")
        indexes = [
            models.Index(fields=["next_review_on"], name="signoff_due"),
            models.Index(fields=["signed_by", "-signed_at"], name="signoff_by_signer"),
        ]

    def __str__(self):
        return _("%(name)s signed “%(title)s”, revision %(number)d, on %(day)s") % {
            "name": self.name,
            "title": self.revision.typed,
            "number": self.revision.number,
            "day": timezone.localdate(self.signed_at),
        }


class Revocation(InsertOnly):
    """The end of a sign-off: taken back by its signer, or annulled by an administrator."""

    class Kind(models.TextChoices):
        RETRACT = "retract", _("Retracted by the reviewer")
        ANNUL = "annul", _("Annulled")

    signoff = models.OneToOneField(SignOff, models.PROTECT, related_name="revocation")
    kind = models.CharField(max_length=10, choices=Kind)
    reason = models.CharField(max_length=500)
    revoked_at = models.DateTimeField()
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="revocations"
    )

    LOGGED_WITH = "signoff__content"
    LOGGED = {1: ("signoff_id", "kind", "reason", "revoked_at", "revoked_by_id")}
    UNLOGGED = {}
    PLAIN = UNLIKE_THE_BADGE = ("reason",)

    class Meta:
        verbose_name = _("revocation")
        verbose_name_plural = _("revocations")

    def __str__(self):
        return f"{self.get_kind_display()}: {self.signoff}"
