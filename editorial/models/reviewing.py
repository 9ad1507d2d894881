"""What happens between submission and signature: who was asked, what was said, what was checked."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .content import Content, Revision
from .fields import salt_field
from .insert_only import InsertOnly
from .people import Reviewer


class ReviewRequestQuerySet(models.QuerySet):
    def open(self):
        return self.filter(status__in=ReviewRequest.OPEN)

    def late(self, now):
        """Open ones past their day, while it is their reviewer's turn."""
        today = timezone.localdate(now)
        return self.open().filter(due_on__lt=today, content__status=Content.Status.IN_REVIEW)


class ReviewRequest(models.Model):
    """A reviewer asked to read a content by a day. For the desk only; it gives no right to sign."""

    class Status(models.TextChoices):
        ASKED = "asked", _("Asked")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        DELEGATED = "delegated", _("Passed on")
        CANCELLED = "cancelled", _("Taken back")
        DONE = "done", _("Signed")

    OPEN = (Status.ASKED, Status.ACCEPTED)

    content = models.ForeignKey(Content, models.PROTECT, related_name="requests")
    reviewer = models.ForeignKey(Reviewer, models.PROTECT, related_name="requests")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_on = models.DateField(_("due on"))
    note = models.CharField(_("note"), max_length=500, blank=True)
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.ASKED)
    answered_at = models.DateTimeField(null=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    delegated_from = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="delegated_to"
    )

    salt = salt_field()

    LOGGED_WITH = "content"
    LOGGED = {
        1: (
            "content_id",
            "reviewer_id",
            "asked_by_id",
            "asked_at",
            "due_on",
            "note",
            "status",
            "answered_at",
            "reason",
            "delegated_from_id",
            "salt",
        )
    }
    UNLOGGED = {}

    objects = ReviewRequestQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        verbose_name = _("review request")
        verbose_name_plural = _("review requests")
        constraints = [
            models.UniqueConstraint(
                fields=["content", "reviewer"],
                condition=models.Q(status__in=["asked", "accepted"]),
                name="request_open_once",
            ),
        ]
        indexes = [models.Index(fields=["status", "due_on"], name="request_due")]

    def __str__(self):
        return f"{self.reviewer}: {self.get_status_display()}"

    @property
    def is_open(self):
        return self.status in self.OPEN


class Comment(InsertOnly):
    """A remark on a passage of a revision, an answer to one, or a verdict on its thread.

    The passage is named as in the W3C's TextQuoteSelector: the quoted words with a few before
    and after them. A thread is open until its last verdict resolves it.
    """

    class Verdict(models.TextChoices):
        RESOLVE = "resolve", _("Resolved")
        REOPEN = "reopen", _("Opened again")

    content = models.ForeignKey(Content, models.PROTECT, related_name="comments")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="comments")
    thread = models.ForeignKey("self", models.PROTECT, null=True, related_name="answers")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="comments")
    at = models.DateTimeField()
    text = models.TextField(_("comment"), max_length=2000, blank=True)
    must_fix = models.BooleanField(_("must be fixed before anybody signs"), default=False)
    quote = models.CharField(_("passage"), max_length=500, blank=True)
    before = models.CharField(max_length=80, blank=True)
    after = models.CharField(max_length=80, blank=True)
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True)
    salt = salt_field()

    LOGGED_WITH = "content"
    LOGGED = {
        1: (
            "content_id",
            "revision_id",
            "thread_id",
            "author_id",
            "at",
            "text",
            "must_fix",
            "quote",
            "before",
            "after",
            "verdict",
            "salt",
        )
    }
    UNLOGGED = {}

    class Meta:
        ordering = ["pk"]
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(thread=None, verdict="")
                | models.Q(thread__isnull=False, must_fix=False, quote=""),
                name="comment_thread_or_answer",
            ),
            models.CheckConstraint(
                condition=~models.Q(text="") | ~models.Q(verdict=""), name="comment_says_something"
            ),
        ]
        indexes = [models.Index(fields=["content", "thread"], name="comment_threads")]

    def __str__(self):
        return self.text[:60] or self.get_verdict_display()


class ChangeRequest(InsertOnly):
    """A reviewer's or editor's "no" to one revision, with the reason for its writer.

    The reason is for the desk. `stop` is the reviewer's answer to "Should readers stop relying
    on what is published?"
    """

    content = models.ForeignKey(Content, models.PROTECT, related_name="change_requests")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="change_requests")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="change_requests")
    at = models.DateTimeField()
    reason = models.CharField(_("reason"), max_length=500)
    stop = models.BooleanField(default=False)
    salt = salt_field()

    LOGGED_WITH = "content"
    LOGGED = {1: ("content_id", "revision_id", "by_id", "at", "reason", "stop", "salt")}
    UNLOGGED = {}

    class Meta:
        ordering = ["pk"]
        verbose_name = _("request for changes")
        verbose_name_plural = _("requests for changes")

    def __str__(self):
        return self.reason


class SourceCheck(InsertOnly):
    """Somebody read a claim beside its source and found that the one supports the other.

    `claim` is the digest of the claim's words and of the source's facts (sources.py), so a check
    holds in every later revision that says the same, and ends when either is changed.
    """

    content = models.ForeignKey(Content, models.PROTECT, related_name="source_checks")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="source_checks")
    claim = models.CharField(max_length=64)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="source_checks"
    )
    at = models.DateTimeField()

    LOGGED_WITH = "content"
    LOGGED = {1: ("content_id", "revision_id", "claim", "checked_by_id", "at")}
    UNLOGGED = {}

    class Meta:
        ordering = ["pk"]
        verbose_name = _("source check")
        verbose_name_plural = _("source checks")
        constraints = [
            models.UniqueConstraint(
                fields=["content", "claim", "checked_by"], name="source_checked_once"
            ),
        ]

    def __str__(self):
        return self.claim
