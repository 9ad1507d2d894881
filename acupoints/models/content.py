"""Acupoints: a content of its own, signed like an article, pinned by the articles that use it."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from editorial.images import ImageField
from editorial.kinds import Kind
from editorial.models import Content, InsertOnly, Revision
from editorial.querysets import ContentQuerySet

from ..labels import LABELS
from ..meridians import CODE, SEALED_NAMES, Meridian

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
        _("what research shows"),
        blank=True,
        help_text=_("Only with a source. Leave it empty where there is tradition alone."),
    )
    pressing = models.TextField(_("how to press"))
    figure = ImageField(_("picture"), blank=True)
    figure_alt = models.CharField(
        _("description of the picture"),
        max_length=250,
        blank=True,
        help_text=_("What somebody who cannot see the picture needs to know."),
    )

    SIGNED = {
        1: (
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
    }

    class Meta:
        verbose_name = _("acupoint")
        verbose_name_plural = _("acupoints")

    @staticmethod
    def document_relations():
        return ["cautions"]

    def __str__(self):
        return f"{self.content.typed.code} {self.pinyin}"


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
    SIGNED = {1: ("kind", "text")}
    UNSIGNED = {
        "id": "names the row",
        "revision": "names the whole that the row is part of",
        "position": "is the order in which the rows stand in the bytes",
    }

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("caution")
        verbose_name_plural = _("cautions")

    def __str__(self):
        return f"{self.get_kind_display()}: {self.text[:60]}"
