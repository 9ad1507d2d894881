"""Acupoints: a content of its own, signed like an article, pinned by the articles that use it."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from editorial.errors import Refused
from editorial.images import ImageField
from editorial.kinds import Kind
from editorial.models import Content, InsertOnly, Revision
from editorial.querysets import ContentQuerySet

from .. import body, evidence
from ..labels import LABELS
from ..meridians import CODE, SEALED_NAMES, Meridian
from .standard import StandardPoint

NAMES = ("pinyin", "english", "other_names", "traditional", "simplified")


class AcupointQuerySet(ContentQuerySet):
    def drafted(self):
        """Points that have a text, public or not, for the desk: the head counts as shown."""
        return self.filter(head__isnull=False).annotate(shown_id=F("head_id"))

    def with_open_text(self):
        """Points with a text that nobody discarded, public or not."""
        return self.filter(head__isnull=False).exclude(status=Content.Status.DISCARDED)

    def holding(self, word, fields):
        """Points of which the code, or one of the fields in the shown text, holds the word.

        Follows `public(now)` or `drafted()`.
        """
        holds = Q.create([(f"{field}__icontains", word) for field in fields], connector=Q.OR)
        shown = AcupointRevision.objects.filter(holds, pk=OuterRef("shown_id"))
        return self.filter(Q(code__istartswith=word) | Q(slug=word.lower()) | Exists(shown))

    def matching(self, words, fields=NAMES):
        """Points that every word names."""
        found = self
        for word in words:
            found = found.holding(word, fields)
        return found

    def about(self, words):
        """Points that have every word in a name, or in what they are used for."""
        return self.matching(words, (*NAMES, "uses"))


def cautions_in(document):
    """{(kind, words): words} of the cautions in a point's document."""
    rows = document["fields"]["cautions"]
    return {(row["kind"], row["text"]): row["text"] for row in rows}


class Acupoint(Content):
    code = models.CharField(
        _("code"),
        max_length=24,
        unique=True,
        validators=[RegexValidator(rf"\A(?:{CODE.pattern})\Z", _("Write it like BL40 or EX-HN3."))],
        help_text=_("The standard code: BL40, EX-HN3. It stays."),
    )
    meridian = models.CharField(_("meridian"), max_length=5, choices=Meridian)
    number = models.PositiveSmallIntegerField(_("number"), null=True, blank=True)

    SET_ONCE = ("code", "meridian", "number")
    objects = AcupointQuerySet.as_manager()

    KIND = Kind(
        name="acupoint",
        needs_sign_off=True,
        review_months=24,
        labels=LABELS,
        cautions=cautions_in,
        is_embedded=True,
        searched=("pinyin", "english", "traditional", "simplified", "code"),
    )

    class Meta:
        verbose_name = _("acupoint")
        verbose_name_plural = _("acupoints")
        ordering = ["meridian", "number", "code"]

    def __str__(self):
        return self.code

    def identity(self):
        return {
            "code": self.code,
            "meridian": self.meridian,
            "number": self.number,
            "meridian_name": self.meridian_name,
        }

    @property
    def meridian_name(self):
        """Meridian and number in words: Urinary Bladder-40."""
        name = SEALED_NAMES[self.locale][self.meridian]
        return f"{name}-{self.number}" if self.number else name


class AcupointRevision(Revision):
    pinyin = models.CharField(
        _("pinyin"), max_length=60, help_text=_("With tones and in one word: Wěizhōng.")
    )
    traditional = models.CharField(_("traditional characters"), max_length=20)
    simplified = models.CharField(_("simplified characters"), max_length=20)
    english = models.CharField(_("English name"), max_length=80)
    other_names = models.CharField(
        _("other names"),
        max_length=200,
        blank=True,
        help_text=_("Further English names and older codes, with commas between them."),
    )
    location = models.TextField(
        _("where it is"),
        help_text=_("From landmarks that a reader can feel, in finger-widths; no measuring tape."),
    )
    uses = models.TextField(
        _("traditionally used for"),
        help_text=_("One use a line. What tradition says, not what it heals."),
    )
    research = models.TextField(
        _("notes on the research"),
        blank=True,
        help_text=_("What the evidence below leaves open: who was studied, and how it was done."),
    )
    pressing = models.TextField(_("how to press"))
    figure = ImageField(_("picture"), blank=True)
    figure_alt = models.CharField(
        _("description of the picture"),
        max_length=250,
        blank=True,
        help_text=_("What somebody who cannot see the picture needs to know."),
    )

    area = models.CharField(
        _("area of the body"),
        max_length=30,
        blank=True,
        default="",
        db_default="",
        choices=body.area_choices,
        help_text=_("Marked on a small drawing. Left empty on a new point, the nomenclature's."),
    )
    area_alt = models.CharField(
        max_length=250, blank=True, default="", db_default="", editable=False
    )

    PLAIN = (*NAMES, "note")
    UNLIKE_THE_BADGE = NAMES
    FIRST = (
        "pinyin",
        "traditional",
        "simplified",
        "english",
        "other_names",
        "location",
        "uses",
        "research",
        "pressing",
        "figure",
        "figure_alt",
        "cautions",
    )
    SIGNED = {1: FIRST, 2: (*FIRST, "area", "area_alt", "evidence")}

    class Meta:
        verbose_name = _("acupoint")
        verbose_name_plural = _("acupoints")

    @staticmethod
    def document_relations():
        return ["cautions", "evidence"]

    def __str__(self):
        return f"{self.content.typed.code} {self.pinyin}"

    def save(self, *args, **kwargs):
        if not self.area and self.parent_id is None:
            self.area = self.area_in_nomenclature()
        parent = self.parent.typed if self.parent_id else None
        if parent and parent.area == self.area:
            self.area_alt = parent.area_alt  # a release that tells it otherwise changes no text
        else:
            self.area_alt = body.told(self.area, self.content.locale)
        super().save(*args, **kwargs)

    def area_in_nomenclature(self):
        """The area in which the nomenclature has the point, or nothing."""
        point = StandardPoint.objects.filter(code=self.content.typed.code).first()
        return body.area_of(point.region).slug if point else ""

    def complete(self, parent):
        """Raise Refused where area or evidence break their rules, whichever way they came here."""
        if self.area and self.area not in body.AREAS:
            raise Refused(_now("The map of the body has no area “%s”.") % self.area)
        for row in self.evidence.all():
            row.check_rules()


CHILD = {
    "id": "names the row",
    "revision": "names the whole that the row is part of",
    "position": "is the order in which the rows stand in the bytes",
}


class Caution(InsertOnly):
    class Kind(models.TextChoices):
        PREGNANCY = "pregnancy", _("Pregnancy")
        VESSEL = "vessel", _("Blood vessels")
        AIRWAY = "airway", _("Airway")
        EYE = "eye", _("Eyes")
        PROFESSIONAL = "professional", _("For professionals only")
        OTHER = "other", _("Other")

    revision = models.ForeignKey(AcupointRevision, models.PROTECT, related_name="cautions")
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    text = models.TextField(
        _("caution"), help_text=_("When not to press it, and what to do instead.")
    )

    PARENT = "revision"
    SIGNED = {1: ("kind", "text"), 2: ("kind", "text")}
    UNSIGNED = CHILD

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("caution")
        verbose_name_plural = _("cautions")

    def __str__(self):
        return f"{self.get_kind_display()}: {self.text[:60]}"


class Evidence(InsertOnly):
    """One outcome that was studied, with its grade; `evidence.py` has the rules."""

    revision = models.ForeignKey(AcupointRevision, models.PROTECT, related_name="evidence")
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    statement = models.TextField(
        _("what it shows"),
        max_length=400,
        help_text=_("One outcome, no more than its sources say, with the verb of its grade."),
    )
    grade = models.CharField(_("grade"), max_length=10, choices=evidence.Grade)
    graded_by = models.CharField(
        _("whose grade it is"),
        max_length=120,
        blank=True,
        help_text=_("Such as “the authors of the review”. Nobody here grades."),
    )
    source_keys = models.CharField(
        _("sources"), max_length=250, blank=True, validators=[evidence.validate_source_keys]
    )
    sources = models.JSONField(default=list, editable=False)

    PARENT = "revision"
    PLAIN = ("graded_by",)
    SIGNED = {2: ("statement", "grade", "graded_by", "sources")}
    UNSIGNED = CHILD | {"source_keys": "stands in the bytes as the sources that the keys name"}

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.CheckConstraint(
                condition=Q(grade=evidence.Grade.TRADITION) | ~Q(graded_by="") & ~Q(source_keys=""),
                name="evidence_grade_has_a_source",
                violation_error_message=_("A grade says whose it is and names a source."),
            )
        ]

    def __str__(self):
        return f"{self.get_grade_display()}: {self.statement[:60]}"

    def clean(self):
        super().clean()
        sources = evidence.cited(self.source_keys)
        found = evidence.faults(self.grade, self.statement, self.graded_by, sources)
        if found and self.grade:  # without a grade its own field says so
            raise ValidationError(found)

    def check_rules(self):
        """Raise Refused where the row says more than its sources and grade allow."""
        try:
            self.clean_fields(exclude=["revision"])
            self.clean()
        except ValidationError as error:
            raise Refused(" ".join(error.messages)) from error
        if self.sources != evidence.cited(self.source_keys):
            raise Refused(_now("A source is not written as the list of sources has it."))

    def save(self, *args, **kwargs):
        self.source_keys = ";".join(evidence.keys_in(self.source_keys))
        self.sources = evidence.cited(self.source_keys)
        self.check_rules()
        super().save(*args, **kwargs)
