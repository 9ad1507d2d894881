"""Contents, their revisions, and the seal that ends each revision's making."""

import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ..kinds import Kind, models_by_kind
from ..querysets import ContentQuerySet
from .fields import pair_constraint, salt_field
from .insert_only import InsertOnly


class Content(models.Model):
    """One thing with a public address. Each kind inherits this table (`Article(Content)`).

    The row is changed by `actions.py` only; every change raises `version`, and a trigger
    refuses one that does not.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_REVIEW = "in_review", _("In review")
        CHANGES_REQUESTED = "changes_requested", _("Changes requested")
        SIGNED = "signed", _("Signed")
        SCHEDULED = "scheduled", _("Scheduled")
        PUBLISHED = "published", _("Published")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        DISCARDED = "discarded", _("Put away")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=20, editable=False)
    locale = models.CharField(max_length=16, default=settings.LANGUAGE_CODE, editable=False)
    slug = models.SlugField(_("address"), max_length=80)
    status = models.CharField(_("state"), max_length=20, choices=Status, default=Status.DRAFT)
    version = models.PositiveIntegerField(default=0, editable=False)
    # How many lines of the log decide about this content; the newest one names this row.
    lines = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    created_at = models.DateTimeField(editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="contents", verbose_name=_("owner")
    )
    # Where `version` last rose: the age that the desk shows.
    moved_at = models.DateTimeField(editable=False)

    head = models.OneToOneField(
        "Revision", models.PROTECT, null=True, editable=False, related_name="head_of"
    )
    # Of the head's text, what the desk searches: one row for each content, and no join. It is null
    # where the head is, and so that old code can go on writing rows while new code migrates.
    head_words = models.TextField(null=True, editable=False)  # noqa: DJ001
    live = models.OneToOneField(
        "Revision", models.PROTECT, null=True, editable=False, related_name="live_of"
    )
    scheduled = models.OneToOneField(
        "Revision", models.PROTECT, null=True, editable=False, related_name="scheduled_of"
    )
    scheduled_at = models.DateTimeField(null=True, editable=False)
    # The moment from which, by the clock alone, what is scheduled may not go live any more.
    holds_until = models.DateTimeField(null=True, editable=False)
    first_live_at = models.DateTimeField(null=True, editable=False)
    live_at = models.DateTimeField(null=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    withdrawal_reason = models.CharField(max_length=500, blank=True, editable=False)
    # Set while what is live was published without a review and no second person has confirmed it.
    emergency_until = models.DateTimeField(null=True, editable=False)
    is_demo = models.BooleanField(default=False, editable=False)

    # Whether the row was changed past this application, as far as who writes its next line knows.
    is_altered = False

    SET_ONCE = ("uid", "kind", "locale", "created_by")
    LOGGED_WITH = "pk"
    LOGGED = {
        1: (
            "uid",
            "kind",
            "locale",
            "slug",
            "status",
            "version",
            "lines",
            "created_at",
            "created_by_id",
            "moved_at",
            "head_id",
            "live_id",
            "live_at",
            "first_live_at",
            "scheduled_id",
            "scheduled_at",
            "holds_until",
            "withdrawn_at",
            "withdrawn_by_id",
            "withdrawal_reason",
            "emergency_until",
            "is_demo",
        )
    }
    UNLOGGED = {"head_words": "follows from the head's sealed text; the desk searches by it"}
    KIND: Kind = None

    objects = ContentQuerySet.as_manager()

    class Meta:
        verbose_name = _("content")
        verbose_name_plural = _("contents")
        constraints = [
            models.UniqueConstraint(fields=["kind", "slug"], name="content_address"),
            pair_constraint("content", "scheduled", "scheduled_at"),
            models.CheckConstraint(
                condition=models.Q(holds_until=None) | models.Q(scheduled__isnull=False),
                name="content_holds_what_is_scheduled",
            ),
            pair_constraint("content", "live", "live_at", "first_live_at"),
            pair_constraint("content", "withdrawn_at", "withdrawn_by"),
            models.CheckConstraint(
                condition=models.Q(
                    status__in=[
                        "draft",
                        "in_review",
                        "changes_requested",
                        "signed",
                        "scheduled",
                        "published",
                        "withdrawn",
                        "discarded",
                    ]
                ),
                name="content_status_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="published") | models.Q(live__isnull=False),
                name="content_published_is_live",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="scheduled") | models.Q(scheduled__isnull=False),
                name="content_scheduled_has_revision",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "-live_at"], name="content_by_kind_and_date"),
            models.Index(fields=["kind", "-moved_at"], name="content_by_kind_and_move"),
            models.Index(fields=["status", "moved_at"], name="content_queue"),
            models.Index(
                fields=["emergency_until"],
                condition=models.Q(emergency_until__isnull=False),
                name="content_emergency",
            ),
        ]
        permissions = [
            ("save_content", _("Can save drafts of own work")),
            ("edit_any_content", _("Can edit what others began")),
            ("submit_content", _("Can submit for review")),
            ("recall_content", _("Can recall from review")),
            ("request_changes_content", _("Can request changes")),
            ("sign_content", _("Can sign as a reviewer")),
            ("approve_content", _("Can approve for publication")),
            ("withdraw_content", _("Can withdraw what is public")),
            ("emergency_content", _("Can publish without a review, and confirm that others did")),
            ("comment_content", _("Can comment on what is in review")),
            ("resolve_comment", _("Can resolve other people's comments")),
            ("invite_reviewer", _("Can ask reviewers for a review")),
            ("annul_signoff", _("Can annul signatures and redact revisions")),
        ]

    def __str__(self):
        return f"{self.kind} {self.slug}"

    @property
    def typed(self):
        """This content as its kind: an Article, an Acupoint."""
        return getattr(self, self.kind) if type(self) is Content else self

    @property
    def spec(self):
        """The rules for this kind of content (see kinds.py)."""
        return models_by_kind()[self.kind].KIND

    @property
    def kind_name(self):
        """The kind in words: article, plain page."""
        return models_by_kind()[self.kind]._meta.verbose_name

    def identity(self):
        """What, besides the revision's fields, stands in the sealed bytes of this kind."""
        return self.typed.identity() if type(self) is Content else {}

    @staticmethod
    def model_of(kind):
        """The content model of a kind, by its name."""
        return models_by_kind()[kind]

    @classmethod
    def signed_context(cls, document):
        """What the kind's templates for the signed part need beyond the document itself."""
        return {}

    def get_absolute_url(self):
        return reverse(self.kind, args=[self.slug])

    def shown_revision_id(self, now):
        """The revision that readers get at the time `now`, or None.

        The same rule as `ContentQuerySet.public`, for a row at hand.
        """
        if self.is_due(now):
            return self.scheduled_id
        return None if self.withdrawn_at else self.live_id

    def is_due(self, now):
        """Whether a scheduled revision has its time behind it: it then is what readers get."""
        if not self.scheduled_id or self.scheduled_at > now:
            return False
        return self.holds_until is None or self.holds_until > self.scheduled_at

    def is_held(self, now):
        """Whether a condition of what is scheduled has fallen by the clock: it stays where it is
        until an editor approves it again."""
        return bool(self.holds_until) and self.holds_until <= min(now, self.scheduled_at)

    def was_public(self, now):
        """Whether readers have had this page by the time `now`, so that its address stays."""
        return self.first_live_at is not None or self.is_due(now)

    def status_at(self, now):
        """The status at the time `now`: a scheduled revision that is due counts as published,
        one that is held by the clock as in review."""
        if self.status == self.Status.SCHEDULED and self.is_due(now):
            return self.Status.PUBLISHED
        if self.status == self.Status.SCHEDULED and self.is_held(now):
            return self.Status.IN_REVIEW
        return self.Status(self.status)

    def in_state_since(self, now):
        """When the status that it has at the time `now` began."""
        if self.status_at(now) == self.status:
            return self.moved_at
        return self.scheduled_at if self.is_due(now) else self.holds_until


class Revision(InsertOnly):
    """What a content says at one moment. Each kind inherits this table.

    A kind lists in `SIGNED` the fields and children that go into the sealed bytes, for each
    format that was ever used, and in `UNSIGNED` the others, each with its reason; a system
    check refuses a field that stands in neither.
    """

    content = models.ForeignKey(Content, models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    origin = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="descendants",
        help_text="The revision of another or the same content that this one was made from.",
    )
    note = models.CharField(
        _("what changed"),
        max_length=200,
        blank=True,
        help_text=_("One line for colleagues and the history: what you changed and why."),
    )
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="revisions"
    )
    salt = salt_field()

    LOGGED_WITH = "content"
    LOGGED = {
        1: (
            "content_id",
            "number",
            "parent_id",
            "origin_id",
            "note",
            "salt",
            "created_at",
            "created_by_id",
        )
    }
    UNLOGGED = {}
    SIGNED = {}
    UNSIGNED = {
        "id": "names the row, not what it says",
        "revision_ptr": "names the row, not what it says",
        "content": "stands at the top of the bytes as the content's uid",
        "number": "says which revision it is, not what it says",
        "parent": "history, not words",
        "origin": "history, not words",
        "note": "for colleagues; readers of the page do not see it",
        "created_at": "history, not words",
        "created_by": "history, not words",
        "salt": "hides the note behind the log's digest of this row",
    }

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        constraints = [
            models.UniqueConstraint(fields=["content", "number"], name="revision_number"),
        ]
        indexes = [models.Index(fields=["content", "created_by"], name="revision_by_writer")]

    def __str__(self):
        return _("revision %(number)s of %(content)s") % {
            "number": self.number,
            "content": self.content,
        }

    @property
    def typed(self):
        """This revision as its kind: an ArticleRevision, an AcupointRevision."""
        if type(self) is not Revision:
            return self
        return getattr(self, f"{self.content.kind}revision")

    @staticmethod
    def document_relations():
        """What to prefetch before documents of this kind are built."""
        return []

    def house_rows(self):
        """Rows of the house that came with it, an article's topics, which its line names too."""
        return []

    def complete(self, parent):
        """Write what follows from the fields before the seal: an article's pins."""


class Seal(InsertOnly):
    """The end of a revision's making: its canonical bytes and their digest.

    Inserted last, in the transaction that made the revision. From then on no row is added to
    the revision and nothing of it changes.
    """

    revision = models.OneToOneField(Revision, models.PROTECT, primary_key=True, related_name="seal")
    format = models.PositiveSmallIntegerField()
    canonical = models.BinaryField()
    digest = models.CharField(max_length=64, db_index=True)

    NOT_LOGGED = "its bytes have the digest that the line of the save holds"

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")

    def __str__(self):
        return self.digest


class Pin(InsertOnly):
    """A revision's use of another content's sealed revision: an article's acupoint."""

    revision = models.ForeignKey(Revision, models.PROTECT, related_name="pins")
    position = models.PositiveSmallIntegerField()
    pinned = models.ForeignKey(Revision, models.PROTECT, related_name="pinned_by")

    PARENT = "revision"

    NOT_LOGGED = "the seal holds what it pins"

    class Meta:
        ordering = ["position"]
        verbose_name = _("pin")
        verbose_name_plural = _("pins")
        constraints = [
            models.UniqueConstraint(fields=["revision", "position"], name="pin_position"),
        ]
