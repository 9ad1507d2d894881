"""The nomenclature's cautions in the words that readers get. What they rest on is not printed."""

from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from .models import StandardCaution

Kind = StandardCaution.Kind

IN_PREGNANCY = {
    Kind.AVOIDED: _("This point is traditionally avoided in pregnancy as harmful."),
    Kind.LOW_BACK: _(
        "Points of the low back and sacrum are traditionally avoided in pregnancy as harmful."
    ),
    Kind.LOWER_BELLY: _(
        "Points of the lower belly are traditionally avoided in pregnancy as harmful."
    ),
    Kind.PERINEUM_PREGNANCY: _(
        "Points of the perineum are traditionally avoided in pregnancy as harmful."
    ),
    Kind.UPPER_BELLY: _(
        "Points of the upper belly are traditionally avoided as harmful from mid-pregnancy."
    ),
    Kind.SOME_TEXTS: _("Some traditional texts name this point as harmful in pregnancy."),
}
IN_ANY_CASE = _(
    "Studies of needling have not shown this harm (Carr 2015), and self-pressure has hardly been "
    "studied. Do not press it while you are pregnant unless your midwife or doctor agrees."
)
WORDS = {
    Kind.ORGAN_BELOW: _("The lung or another organ lies below: a needle can reach it."),
    Kind.ARTERY: _(
        "An artery runs close to the surface. Touch only lightly, one side at a time, never both "
        "sides at once."
    ),
    Kind.EYE: _("Close to the eye. Press on the bone only, never on the eyeball, and without oil."),
    Kind.INTIMATE: _("An intimate place: it is listed for completeness, not for pressing."),
    Kind.INTERNAL: _("Inside the nose or mouth: for professionals, not for pressing yourself."),
    Kind.VESSEL: _("Blood vessels lie close under this crease. Do not press hard."),
    Kind.AIRWAY: _("Over the windpipe and throat. Do not press hard."),
    Kind.INFANT: _("In babies the skull is soft here. Never press it on a baby."),
    Kind.PROFESSIONAL: _("By tradition this point is pricked: that is for professionals alone."),
    Kind.CORD: _("The spinal cord or brain stem lies below. Do not press hard."),
    Kind.NAVEL: _("The navel is not needled. Gentle warmth or rubbing is enough."),
}


@dataclass
class Told:
    """The cautions of one point: of pregnancy (one text or none), of pressing, of needles."""

    pregnancy: str = ""
    pressing: list = field(default_factory=list)
    needles: list = field(default_factory=list)

    def __bool__(self):
        return bool(self.pregnancy or self.pressing or self.needles)


def told(cautions):
    """What to tell about a point with these StandardCautions; each thing is said once."""
    kinds = {Kind(c.kind): "press" in c.applies_to.split(",") for c in cautions}
    openings = [IN_PREGNANCY[kind] for kind in kinds if kind in IN_PREGNANCY]
    others = {kind: is_of_pressing for kind, is_of_pressing in kinds.items() if kind in WORDS}
    return Told(
        pregnancy=" ".join(map(str, [*openings, IN_ANY_CASE])) if openings else "",
        pressing=[WORDS[kind] for kind, is_of_pressing in others.items() if is_of_pressing],
        needles=[WORDS[kind] for kind, is_of_pressing in others.items() if not is_of_pressing],
    )
