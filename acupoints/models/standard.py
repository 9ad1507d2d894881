"""The nomenclature: names, codes, regions and cautions of all points, as `import_acupoints` reads
them from acupoints/data. Reference data, not reviewed text: an Acupoint is joined by its code."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from editorial.models import InsertOnly
from editorial.models.insert_only import InsertOnlyQuerySet
from editorial.models.worded import Worded

from ..lexicon import parts, without_points
from ..meridians import CODE, Meridian, order_of, slug_of
from ..regions import REGIONS
from ..validators import check_name, faults_of

IDEOGRAPHS = r"\A[\u3400-\u9fff\U00020000-\U000323af]+\Z"
OLD = "old:"
APPLICATIONS = {"press", "needle", "moxa"}
TONED = r"(?i)[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]"

only_characters = RegexValidator(IDEOGRAPHS, _("Only Chinese characters."))
has_tone = RegexValidator(TONED, _("Pinyin has its tones: Wěizhōng."))


def validate_regions(value):
    if unknown := set(value.split(";")) - REGIONS.keys():
        raise ValidationError(_("There is no region “%(name)s”."), params={"name": min(unknown)})


def validate_applications(value):
    if unknown := set(value.split(",")) - APPLICATIONS:
        raise ValidationError(
            _("“%(name)s” is not press, needle or moxa."), params={"name": min(unknown)}
        )


class StandardPointQuerySet(models.QuerySet):
    def in_regions(self, names):
        """Points of which a region is among the names."""
        return self.filter(region__regex=rf"(^|;)({'|'.join(names)})(;|$)")

    def with_all(self):
        """With names and cautions, for a point's page."""
        return self.prefetch_related("names", "cautions")

    def for_pregnancy(self):
        """Points at which a caution for pregnancy stands."""
        return self.filter(pk__in=StandardCaution.objects.for_pregnancy().values("point"))


class StandardPoint(Worded):
    """A point of the WHO nomenclature or an extra point.

    `english` and `other_codes` hold several values parted by "; ", `region` by ";". What readers
    type is looked up in these and in the point's other names (see nomenclature.py).
    """

    code = models.CharField(
        _("code"),
        max_length=24,
        unique=True,
        validators=[RegexValidator(rf"\A(?:{CODE.pattern})\Z", _("Write it like BL40 or EX-HN3."))],
    )
    slug = models.SlugField(_("address"), max_length=30, unique=True)
    meridian = models.CharField(_("meridian"), max_length=5, choices=Meridian)
    number = models.PositiveSmallIntegerField(_("number"), null=True, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), help_text=_("Place in the nomenclature."))
    pinyin = models.CharField(_("pinyin"), max_length=60, validators=[has_tone])
    traditional = models.CharField(
        _("traditional characters"), max_length=20, validators=[only_characters]
    )
    simplified = models.CharField(
        _("simplified characters"), max_length=20, validators=[only_characters]
    )
    english = models.CharField(_("English names"), max_length=200)
    other_codes = models.CharField(_("other codes"), max_length=100, blank=True)
    region = models.CharField(_("region"), max_length=60, validators=[validate_regions])

    PLAIN = UNLIKE_THE_BADGE = ("pinyin", "english", "other_codes")
    SET_ONCE = ("id", "code")  # the cautions belong to the point of this code
    LOGGED_WHOLE = True  # lines name the table, not each of its rows
    LOGGED = {
        1: (
            "code",
            "slug",
            "meridian",
            "number",
            "order",
            "pinyin",
            "traditional",
            "simplified",
            "english",
            "other_codes",
            "region",
        )
    }
    UNLOGGED = {}
    objects = StandardPointQuerySet.as_manager()

    class Meta:
        verbose_name = _("point of the nomenclature")
        verbose_name_plural = _("points of the nomenclature")
        ordering = ["order", "code"]

    def __str__(self):
        return f"{self.code} {self.pinyin}"

    def clean(self):
        super().clean()
        found = CODE.fullmatch(self.code)
        if not found:
            return  # the field says so
        named = (found["meridian"] or "X", int(found["number"]) if found["number"] else None)
        if named != (self.meridian, self.number):
            raise ValidationError(_("The code does not have this meridian and number."))
        if (self.slug, self.order) != (slug_of(self.code), order_of(*named)):
            raise ValidationError(_("Address and order are made from the code."))
        self.check_names()

    def check_names(self):
        """Readers type these: raise with a sentence for each that would lead nobody here."""
        english, codes = parts(self.english), parts(self.other_codes)
        self.english, self.other_codes = "; ".join(english), "; ".join(codes)
        todays = [code for code in codes if not code.startswith(OLD)]
        faults = {
            "pinyin": faults_of([self.pinyin], check_name),
            "english": faults_of(english or [self.english], check_name),
            "other_codes": faults_of(todays, self.check_other_code),
        }
        if any(faults.values()):
            raise ValidationError({name: found for name, found in faults.items() if found})

    def check_other_code(self, text):
        """Raise where a code can never be found, or is that of another point."""
        words, values = without_points(), {"code": text}
        if not words.parted(text)[1]:
            check_name(text)
            return
        codes = {f"{meridian}{number}" for meridian, number in words.places(text)}
        if not codes:
            raise ValidationError(_("“%(code)s” is no code: write it like UB40."), params=values)
        if self.code in codes or not any(map(CODE.fullmatch, codes)):
            return
        if other := StandardPoint.objects.filter(code__in=codes).first():
            raise ValidationError(
                _("“%(code)s” is the code of %(point)s."), params=values | {"point": other}
            )

    def get_absolute_url(self):
        return reverse("acupoint", args=[self.slug])

    @property
    def shown_code(self):
        """Its code; the one of an extra point without a standard code is ours alone."""
        return _("Extra") if self.meridian == Meridian.X else self.code

    @property
    def other_codes_told(self):
        """Its other codes in words; "old:BL54" is one that another point has today."""
        codes = self.other_codes.split("; ") if self.other_codes else []
        older = _("{} in older books")
        return [
            format_lazy(older, code[len(OLD) :]) if code.startswith(OLD) else code for code in codes
        ]

    @property
    def english_names(self):
        return self.english.split("; ")

    @property
    def english_name(self):
        """The first English name, the one that lists show."""
        return self.english_names[0]

    @property
    def regions(self):
        """The names of its regions; most points have one."""
        return self.region.split(";")

    @property
    def region_label(self):
        """Its regions in words."""
        labels = [REGIONS[name] for name in self.regions]
        return format_lazy(", ".join(["{}"] * len(labels)), *labels)


class PointName(Worded):
    class Kind(models.TextChoices):
        ENGLISH = "english", _("Also in English")
        HANZI = "hanzi", _("Also in characters")
        PINYIN = "pinyin", _("Also in pinyin")
        WADE_GILES = "wade-giles", _("Wade-Giles")
        JAPANESE = "japanese", _("Japanese")
        KOREAN = "korean", _("Korean")
        VIETNAMESE = "vietnamese", _("Vietnamese")
        SET = "set", _("Part of the set")

    point = models.ForeignKey(StandardPoint, models.CASCADE, related_name="names")
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)

    PLAIN = UNLIKE_THE_BADGE = ("name",)
    LOGGED_WHOLE = True  # lines name the table, not each of its rows
    LOGGED = {1: ("point_id", "name", "kind")}
    UNLOGGED = {}

    class Meta:
        verbose_name = _("other name of a point")
        verbose_name_plural = _("other names of points")
        ordering = ["kind", "name"]
        constraints = [
            models.UniqueConstraint(fields=["point", "kind", "name"], name="unique_point_name")
        ]

    def __str__(self):
        return self.name

    def clean(self):
        try:
            check_name(self.name)
        except ValidationError as fault:
            raise ValidationError({"name": fault}) from fault
        super().clean()

    @property
    def lang(self):
        """The language tag of the name, or nothing where it is that of the page."""
        language = LANGUAGES.get(self.kind, "")
        is_foreign_script = language in SCRIPTS and not self.name.isascii()
        return SCRIPTS[language] if is_foreign_script else language


class PointPairQuerySet(models.QuerySet):
    def of(self, point):
        return self.filter(Q(first=point) | Q(second=point)).select_related("first", "second")


class PointPair(models.Model):
    """Two points that tradition names together."""

    class Kind(models.TextChoices):
        FOUR_GATES = "four-gates", _("The Four Gates, on both sides")
        VESSELS = "vessels", _("Opening points of two extraordinary vessels")
        SOURCE = "source-connecting", _("Source and connecting point of paired meridians")
        BACK_FRONT = "back-front", _("Back and front point of one organ")

    first = models.ForeignKey(
        StandardPoint, models.CASCADE, related_name="pairs_led", verbose_name=_("first point")
    )
    second = models.ForeignKey(
        StandardPoint, models.CASCADE, related_name="pairs_joined", verbose_name=_("second point")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)

    LOGGED_WHOLE = True  # lines name the table, not each of its rows
    LOGGED = {1: ("first_id", "second_id", "kind")}
    UNLOGGED = {}

    objects = PointPairQuerySet.as_manager()

    class Meta:
        verbose_name = _("pair of points")
        verbose_name_plural = _("pairs of points")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second", "kind"], name="unique_pair"),
            models.CheckConstraint(
                condition=~Q(first=F("second")),
                name="pair_of_two",
                violation_error_message=_("A pair is of two points."),
            ),
        ]

    def __str__(self):
        return f"{self.first.code} + {self.second.code}"

    def clean(self):
        if self.first_id is not None and self.first_id == self.second_id:
            raise ValidationError(_("A pair is of two points."))

    def validate_unique(self, exclude=None):
        super().validate_unique(exclude)
        turned = PointPair.objects.filter(first=self.second_id, second=self.first_id)
        if turned.filter(kind=self.kind).exclude(pk=self.pk).exists():
            raise ValidationError(_("This pair stands at the other point."))

    def other(self, point):
        """The one that is not `point`."""
        return self.second if self.first_id == point.pk else self.first


LANGUAGES = {
    PointName.Kind.HANZI: "zh",
    PointName.Kind.PINYIN: "zh-Latn",
    PointName.Kind.WADE_GILES: "zh-Latn",
    PointName.Kind.JAPANESE: "ja-Latn",
    PointName.Kind.KOREAN: "ko-Latn",
    PointName.Kind.VIETNAMESE: "vi",
}
SCRIPTS = {"ja-Latn": "ja", "ko-Latn": "ko"}


class StandardCautionQuerySet(InsertOnlyQuerySet):
    def for_pregnancy(self):
        return self.filter(kind__startswith="pregnancy:")


class StandardCaution(InsertOnly):
    """When not to press a point. An import adds; nothing takes one away."""

    class Kind(models.TextChoices):
        AVOIDED = "pregnancy:avoid-named", _("Pregnancy: avoided by tradition")
        LOW_BACK = "pregnancy:avoid-region:lumbosacral", _("Pregnancy: low back")
        LOWER_BELLY = "pregnancy:avoid-region:lower-abdomen", _("Pregnancy: lower belly")
        PERINEUM_PREGNANCY = "pregnancy:avoid-region:perineum", _("Pregnancy: perineum")
        UPPER_BELLY = "pregnancy:caution-region:upper-abdomen", _("Pregnancy: upper belly")
        SOME_TEXTS = "pregnancy:some-texts", _("Pregnancy: named by some texts")
        ORGAN_BELOW = "lung-or-organ", _("Lung or another organ below")
        ARTERY = "artery", _("Artery")
        EYE = "eye", _("Eye")
        INTIMATE = "intimate", _("Intimate place")
        INTERNAL = "internal", _("Inside nose or mouth")
        VESSEL = "vessel", _("Blood vessels")
        AIRWAY = "airway", _("Airway")
        INFANT = "infant", _("Soft spot of infants")
        PROFESSIONAL = "professional", _("For professionals only")
        CORD = "cord", _("Spinal cord")
        NAVEL = "organ", _("Navel")

    point = models.ForeignKey(StandardPoint, models.PROTECT, related_name="cautions")
    kind = models.CharField(_("kind"), max_length=40, choices=Kind)
    applies_to = models.CharField(
        _("applies to"),
        max_length=30,
        validators=[validate_applications],
        help_text=_("press, needle and moxa, with commas."),
    )
    note = models.CharField(_("note"), max_length=200)
    basis = models.CharField(
        _("what it rests on"), max_length=200, help_text=_("For editors. It is never printed.")
    )

    PLAIN = UNLIKE_THE_BADGE = ("note",)
    LOGGED_WHOLE = True  # lines name the table, not each of its rows
    LOGGED = {1: ("point_id", "kind", "applies_to", "note", "basis")}
    UNLOGGED = {}

    objects = StandardCautionQuerySet.as_manager()

    class Meta:
        verbose_name = _("caution of the nomenclature")
        verbose_name_plural = _("cautions of the nomenclature")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["point", "kind", "applies_to", "note", "basis"], name="unique_caution"
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.note}"

    @property
    def is_for_pregnancy(self):
        return self.kind.startswith("pregnancy:")
