"""Accounts, and the authors and reviewers that the public sees."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from stdnum import isbn

from ..errors import Refused
from ..images import ImageField
from ..lookalikes import skeletons
from .fields import (
    isbn13,
    pair_constraint,
    salt_field,
    validate_isbn,
    validate_new_address,
    validate_plain_name,
)
from .insert_only import tidy
from .worded import Worded

# What may stand before a name without being part of it.
TITLES = ("dr", "prof", "doctor", "professor")


class KeepsWhatWasSigned(models.Model):
    """Whoever or whatever stands behind a signature is not deleted; the refusal lists them."""

    class Meta:
        abstract = True

    def delete(self, *args, **kwargs):
        signed = list(self.signoffs.select_related("revision__content"))
        if signed:
            raise models.ProtectedError(
                _("%(name)s stands behind these signatures and is deactivated instead: %(list)s")
                % {"name": self, "list": "; ".join(map(str, signed))},
                set(signed),
            )
        return super().delete(*args, **kwargs)


class User(KeepsWhatWasSigned, AbstractUser):
    """One account at the desk. Several accounts may belong to one person."""

    alias_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="aliases",
        verbose_name=_("same person as"),
        help_text=_(
            "If this person has another account, name the first one here. Whatever one "
            "account wrote, no other account of the same person may sign or approve. "
            "Once set, this stays."
        ),
    )

    salt = salt_field()

    # Columns that a trigger lets be set once and never changed (see triggers.py).
    SET_ONCE = ("alias_of",)
    LOGGED = {
        1: (
            "username",
            "alias_of_id",
            "is_active",
            "is_staff",
            "is_superuser",
            "group_names",
            "permission_names",
            "salt",
        )
    }
    UNLOGGED = {
        "password": "changes with its owner's wish and with the strength of its hash",
        "last_login": "changes with each log-in and decides nothing",
        "first_name": "how the desk greets a person; a signature has its own copy of the name",
        "last_name": "how the desk greets a person; a signature has its own copy of the name",
        "email": "where letters go; its owner changes it",
        "date_joined": "decides nothing",
    }
    LOGGED_RELATIONS = ("groups", "user_permissions__content_type")

    class Meta(AbstractUser.Meta):
        pass

    def __str__(self):
        return self.display_name

    @property
    def person_id(self):
        """The key that all accounts of one person share."""
        return self.alias_of_id or self.pk

    @property
    def display_name(self):
        return self.get_full_name() or self.username

    @property
    def group_names(self):
        return sorted(group.name for group in self.groups.all())

    @property
    def permission_names(self):
        """What the account may do besides its groups."""
        granted = self.user_permissions.all()
        return sorted(f"{one.content_type.app_label}.{one.codename}" for one in granted)

    def clean(self):
        super().clean()
        if self.alias_of_id and self.alias_of_id == self.pk:
            raise ValidationError({"alias_of": _("An account cannot be an alias of itself.")})
        if self.alias_of_id and self.alias_of.alias_of_id:
            raise ValidationError({"alias_of": _("Name the first account of that person.")})
        if self.alias_of_id and self.pk and self.aliases.exists():
            raise ValidationError({"alias_of": _("Other accounts already point to this one.")})


class ProfileQuerySet(models.QuerySet):
    def active(self):
        return self.filter(deactivated_at=None)


class Profile(Worded):
    """What authors and reviewers have in common: a public page and perhaps an account."""

    name = models.CharField(_("name"), max_length=120, validators=[validate_plain_name])
    slug = models.SlugField(
        _("address"),
        unique=True,
        help_text=_("The last part of the public address. It stays when the name changes."),
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("account"),
        help_text=_("The account this person works with. Once set, this stays."),
    )
    bio = models.TextField(
        _("about"), blank=True, help_text=_("Plain text; an empty line begins a new paragraph.")
    )
    photo = ImageField(_("photo"), blank=True)
    is_demo = models.BooleanField(_("invented for the demonstration"), default=False)
    deactivated_at = models.DateTimeField(_("deactivated at"), null=True, blank=True)
    deactivated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("deactivated by"),
    )
    deactivation_reason = models.CharField(_("reason"), max_length=300, blank=True)
    salt = salt_field()

    PLAIN = ("slug",)  # the name has a validator
    UNLIKE_THE_BADGE = ("name", "bio")
    SET_ONCE = ("user",)
    COLUMNS = (
        "name",
        "slug",
        "user_id",
        "bio",
        "photo",
        "is_demo",
        "deactivated_at",
        "deactivated_by_id",
        "deactivation_reason",
        "salt",
    )

    objects = ProfileQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["name"]

    def __str__(self):
        return self.name

    def clean(self):
        super().clean()
        self.check_identity()

    def save(self, *args, **kwargs):
        self.name = tidy(self.name)
        try:
            if self.is_new("name"):
                validate_plain_name(self.name)
            self.check_identity()
        except ValidationError as fault:
            raise Refused(" ".join(fault.messages)) from fault
        super().save(*args, **kwargs)

    def has_namesake(self):
        """Whether a reviewer has exactly this name: another one, or one beside an author."""
        named = Reviewer.objects.filter(name=self.name)
        return (named.exclude(pk=self.pk) if isinstance(self, Reviewer) else named).exists()

    def check_identity(self):
        """Raise ValidationError for a new name that passes for a reviewer's, or a new address that
        is another's but for its capitals. Who is named so already can still be deactivated."""
        if self.is_new("name") and (other := find_look_alike(self)):
            raise ValidationError(
                _(
                    "“%(name)s” looks like the reviewer “%(other)s”. Write it so that readers can "
                    "tell the two apart, or exactly like that one."
                ),
                params={"name": self.name, "other": other},
            )
        if self.is_new("slug"):
            validate_new_address(self.slug)

    def is_new(self, column):
        return getattr(self, column) != self.texts_as_stored().get(column)

    @property
    def is_active(self):
        return self.deactivated_at is None

    @property
    def initials(self):
        """Of the first and the last name, whatever title stands before them."""
        words = [word for word in self.name.split() if word[0].isalpha()]
        names = [word for word in words if word.strip(".").lower() not in TITLES] or words
        return "".join(word[0] for word in [*names[:1], *names[1:][-1:]]).upper() or "?"


class Author(Profile):
    has_no_account = models.BooleanField(
        _("has no account here"),
        null=True,
        blank=True,
        help_text=_(
            "Nobody reviews their own text. So say whether this person works at this desk: name "
            "the account above, or answer Yes here if there is none. Until one of the two is "
            "said, no text with this name in its byline can be reviewed or published."
        ),
    )

    LOGGED = {1: (*Profile.COLUMNS, "has_no_account")}
    UNLOGGED = {}

    class Meta(Profile.Meta):
        verbose_name = _("author")
        verbose_name_plural = _("authors")
        constraints = [
            pair_constraint("author", "deactivated_at", "deactivated_by"),
            models.CheckConstraint(
                condition=models.Q(user=None)
                | models.Q(has_no_account=None)
                | models.Q(has_no_account=False),
                name="author_account_or_none",
                violation_error_message=_("Either name the account, or say that there is none."),
            ),
        ]

    def get_absolute_url(self):
        return reverse("author", args=[self.slug])


class Book(Worded):
    author = models.ForeignKey(Author, models.CASCADE, related_name="books")
    title = models.CharField(_("title"), max_length=200)
    isbn = models.CharField("ISBN", max_length=17, validators=[validate_isbn])
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    PLAIN = UNLIKE_THE_BADGE = ("title",)
    LOGGED = {1: ("author_id", "title", "isbn", "position")}
    UNLOGGED = {}

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("book")
        verbose_name_plural = _("books")

    def __str__(self):
        return self.title

    def clean(self):
        super().clean()
        if isbn.is_valid(self.isbn):
            self.isbn = isbn13(self.isbn)


class Reviewer(KeepsWhatWasSigned, Profile):
    LOGGED = {1: Profile.COLUMNS}
    UNLOGGED = {}

    class Meta(Profile.Meta):
        verbose_name = _("reviewer")
        verbose_name_plural = _("reviewers")
        constraints = [pair_constraint("reviewer", "deactivated_at", "deactivated_by")]

    def get_absolute_url(self):
        return reverse("reviewer", args=[self.slug])

    def credential_on(self, day):
        """The newest one that is looked up and in force on a day; None where there is none."""
        return next((one for one in self.credentials.all() if one.is_in_force_on(day)), None)

    def told_apart_on(self, day):
        """The name with what tells people of one name apart: the credential, or the address."""
        return f"{self.name} ({self.credential_on(day) or self.slug})"


def find_look_alike(profile):
    """The name of a reviewer that readers would take for this one, though it is written otherwise;
    or None. Letters of other scripts, case, spaces, marks and titles make no difference."""
    mine = skeletons(profile.name)
    others = Reviewer.objects.exclude(name=profile.name)
    if isinstance(profile, Reviewer):
        others = others.exclude(pk=profile.pk)
    names = others.order_by("name").values_list("name", flat=True)
    return next((name for name in names if mine & skeletons(name)), None)


class CredentialQuerySet(models.QuerySet):
    def valid(self, at):
        """Those that may sign at the time `at`."""
        today = timezone.localdate(at)
        return self.filter(
            models.Q(valid_until=None) | models.Q(valid_until__gte=today),
            valid_from__lte=today,
            suspended_at=None,
            annulled_at=None,
        ).looked_up()

    def with_persons(self):
        """With `holder`, `checker` and `enterer`: the keys of persons, 0 where nobody is known."""
        return self.annotate(
            holder=person_of("reviewer__user"),
            checker=person_of("checked_by"),
            enterer=person_of("entered_by"),
        )

    def looked_up(self):
        """Those that a second person has looked up: neither who holds them nor who entered them.

        Who entered a row of an older release is not known; it stands as it is.
        """
        known = self.with_persons().filter(checked_at__isnull=False)
        seen = known.exclude(checker=models.F("holder"))
        return seen if settings.HOUSE_OF_TWO else seen.exclude(checker=models.F("enterer"))


def person_of(account):
    """The person behind an account, in a query: what `User.person_id` is for one row."""
    return Coalesce(f"{account}__alias_of", account, models.Value(0))


class Credential(KeepsWhatWasSigned, Worded):
    """What entitles a reviewer to sign: a licence, a registration, a degree."""

    class Kind(models.TextChoices):
        LICENCE = "licence", _("Licence")
        REGISTRATION = "registration", _("Registration")
        CERTIFICATE = "certificate", _("Certificate")
        DEGREE = "degree", _("Degree")

    reviewer = models.ForeignKey(
        Reviewer, models.PROTECT, related_name="credentials", verbose_name=_("reviewer")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    title = models.CharField(
        _("title"), max_length=120, help_text=_("As readers see it: “Licensed acupuncturist”.")
    )
    issuer = models.CharField(_("issuer"), max_length=160)
    number = models.CharField(_("number"), max_length=60, blank=True)
    register_url = models.URLField(
        _("register"),
        blank=True,
        validators=[URLValidator(["http", "https"])],
        help_text=_("Where anybody can look the number up."),
    )
    scope = models.CharField(
        _("scope"),
        max_length=200,
        help_text=_("What it covers: “Acupressure and acupuncture for adults”."),
    )
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("entered by"),
    )
    checked_at = models.DateField(
        _("checked on"),
        null=True,
        blank=True,
        help_text=_("The day a second person looked it up. Unchecked ones cannot sign."),
    )
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("checked by"),
    )
    suspended_at = models.DateTimeField(_("suspended at"), null=True, blank=True)
    suspended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    annulled_at = models.DateTimeField(_("annulled at"), null=True, blank=True)
    annulled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.CharField(
        _("reason"), max_length=300, blank=True, help_text=_("Why it was suspended or annulled.")
    )
    salt = salt_field()

    PLAIN = ("title", "issuer", "number", "scope", "note")
    UNLIKE_THE_BADGE = ("title", "issuer", "number", "scope")
    SET_ONCE = ("reviewer", "annulled_at", "annulled_by")
    LOGGED = {
        1: (
            "reviewer_id",
            "kind",
            "title",
            "issuer",
            "number",
            "register_url",
            "scope",
            "valid_from",
            "valid_until",
            "checked_at",
            "checked_by_id",
            "suspended_at",
            "suspended_by_id",
            "annulled_at",
            "annulled_by_id",
            "note",
            "salt",
        )
    }
    LOGGED[2] = (*LOGGED[1], "entered_by_id")
    UNLOGGED = {}
    # What a second person looks up. Once one of these is another, nobody has looked it up.
    LOOKED_UP = (
        "kind",
        "title",
        "issuer",
        "number",
        "register_url",
        "scope",
        "valid_from",
        "valid_until",
    )

    objects = CredentialQuerySet.as_manager()

    class Meta:
        ordering = ["-valid_from", "pk"]
        verbose_name = _("credential")
        verbose_name_plural = _("credentials")
        constraints = [
            pair_constraint("credential", "checked_at", "checked_by"),
            pair_constraint("credential", "suspended_at", "suspended_by"),
            pair_constraint("credential", "annulled_at", "annulled_by"),
            models.CheckConstraint(
                condition=models.Q(valid_until=None)
                | models.Q(valid_until__gte=models.F("valid_from")),
                name="credential_valid_span",
            ),
        ]

    def __str__(self):
        return self.line

    def clean(self):
        super().clean()
        try:
            self.check_dates(self.as_stored())
        except Refused as refusal:
            raise ValidationError(refusal.sentence) from refusal

    def save(self, *args, update_fields=None, **kwargs):
        before = self.as_stored()
        self.check_dates(before)
        if before and before.checked_at and self.differs_from(before):
            self.checked_at = self.checked_by = None
            update_fields = update_fields and {*update_fields, "checked_at", "checked_by"}
        super().save(*args, update_fields=update_fields, **kwargs)

    def as_stored(self):
        return Credential.objects.filter(pk=self.pk).first() if self.pk else None

    def differs_from(self, before):
        """Whether something that is looked up is not what it was."""
        return any(getattr(self, name) != getattr(before, name) for name in self.LOOKED_UP)

    def check_dates(self, before):
        """Raise Refused for dates that leave out the day of a signature made under it."""
        if before is None or self.span == before.span:
            return
        for signoff in self.signoffs.order_by("signed_at", "pk"):
            day = timezone.localdate(signoff.signed_at)
            if before.was_valid_on(day) and not self.was_valid_on(day):
                raise Refused(
                    _now(
                        "It signed on %(day)s. Dates that leave out that day would make this "
                        "signature false; annul the credential instead."
                    )
                    % {"day": date_format(day, "j F Y")}
                )

    @property
    def span(self):
        return self.valid_from, self.valid_until

    @property
    def is_looked_up(self):
        """Whether a second person has looked it up."""
        return Credential.objects.looked_up().filter(pk=self.pk).exists()

    @property
    def line(self):
        """The credential in one line, as it is copied into a sign-off."""
        number = f" {self.number}" if self.number else ""
        return f"{self.title}, {self.issuer}{number}"

    def state_on(self, day):
        """In one word, what readers of the reviewer's page should know."""
        if self.annulled_at:
            return _("annulled")
        if self.suspended_at:
            return _("suspended")
        if not self.was_valid_on(day):
            return _("not valid today")
        return _("valid")

    def is_in_force_on(self, day):
        taken = self.annulled_at or self.suspended_at
        return bool(self.checked_at) and not taken and self.was_valid_on(day)

    def was_valid_on(self, day):
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)
