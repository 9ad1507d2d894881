"""The body map: some forty areas of the body, the regions of the nomenclature that each holds, and
their drawings. The shapes stand in data/body, one file for each view."""

import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db.models import Count
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

DRAWINGS = Path(__file__).with_name("data") / "body"


@dataclass(frozen=True)
class View:
    """One drawing of the body."""

    slug: str
    label: str
    is_whole: bool = False

    @property
    def areas(self):
        return [area for area in AREAS.values() if area.view is self]

    @property
    def drawing(self):
        return drawing(self.slug)


@dataclass(frozen=True)
class Area:
    """A part of the body with a page of its own; its small figure is drawn in its view."""

    slug: str
    label: str
    view: View
    regions: tuple[str, ...]

    @property
    def path(self):
        return self.view.drawing["areas"][self.slug]


def around(place, *sides):
    """A region and those beside it that the nomenclature names after it."""
    return (place, *(f"{place}-{side}" for side in sides))


FRONT = View("front", _("Front"), is_whole=True)
BACK = View("back", _("Back"), is_whole=True)
HEAD = View("head", _("Head and neck"))
HAND = View("hand", _("Hand"))
FOOT = View("foot", _("Foot"))
VIEWS = {view.slug: view for view in (FRONT, BACK, HEAD, HAND, FOOT)}

BOTH = ("inner", "outer")
AREAS = {
    area.slug: area
    for area in (
        Area("chest", _("Chest"), FRONT, ("chest",)),
        Area(
            "trunk-side",
            _("Armpit and side of the trunk"),
            FRONT,
            ("axilla", "chest-side", "abdomen-side"),
        ),
        Area("upper-abdomen", _("Upper belly"), FRONT, ("upper-abdomen",)),
        Area("lower-abdomen", _("Lower belly"), FRONT, ("lower-abdomen",)),
        Area("groin", _("Groin and perineum"), FRONT, ("groin", "perineum")),
        Area(
            "upper-arm-front",
            _("Front of the upper arm"),
            FRONT,
            (*around("upper-arm-front", "outer"), "upper-arm-inner"),
        ),
        Area("elbow-front", _("Crease of the elbow"), FRONT, around("elbow-front", "inner")),
        Area(
            "forearm-front",
            _("Inner face of the forearm"),
            FRONT,
            (*around("forearm-front", *BOTH), "forearm-outer"),
        ),
        Area(
            "thigh-front",
            _("Front and inner side of the thigh"),
            FRONT,
            (*around("thigh-front", *BOTH), "thigh-inner"),
        ),
        Area("knee-front", _("Knee"), FRONT, around("knee", "front", *BOTH)[1:]),
        Area("shin", _("Shin"), FRONT, around("lower-leg-front", "outer")),
        Area(
            "lower-leg-inner",
            _("Inner side of the lower leg"),
            FRONT,
            ("lower-leg-inner", "lower-leg-front-inner"),
        ),
        Area("neck-back", _("Back of the neck"), BACK, ("neck-back",)),
        Area("shoulder", _("Shoulder and shoulder blade"), BACK, ("shoulder", "scapula")),
        Area("upper-back", _("Upper back"), BACK, ("upper-back",)),
        Area("lower-back", _("Lower back"), BACK, ("lower-back",)),
        Area("sacrum", _("Sacrum and buttocks"), BACK, ("sacrum", "buttock")),
        Area(
            "upper-arm-back",
            _("Back and outer side of the upper arm"),
            BACK,
            ("upper-arm-back", "upper-arm-outer"),
        ),
        Area(
            "elbow-back",
            _("Back of the elbow"),
            BACK,
            (*around("elbow-back", *BOTH), "elbow-outer"),
        ),
        Area("forearm-back", _("Back of the forearm"), BACK, around("forearm-back", *BOTH)),
        Area(
            "thigh-back",
            _("Back and outer side of the thigh"),
            BACK,
            ("thigh-back", "thigh-outer"),
        ),
        Area("knee-back", _("Hollow of the knee"), BACK, around("knee-back", *BOTH)),
        Area("calf", _("Calf"), BACK, around("lower-leg-back", *BOTH)),
        Area("lower-leg-outer", _("Outer side of the lower leg"), BACK, ("lower-leg-outer",)),
        Area("scalp", _("Scalp, forehead, temples and ears"), HEAD, ("head", "ear")),
        Area("face", _("Face"), HEAD, ("face", "inside-nose", "inside-mouth")),
        Area("neck", _("Front and side of the neck"), HEAD, ("neck-front",)),
        Area("fingers", _("Fingers"), HAND, ("fingers",)),
        Area("palm", _("Palm"), HAND, ("palm",)),
        Area("hand-back", _("Back of the hand"), HAND, ("hand-back",)),
        Area("wrist-front", _("Crease of the wrist"), HAND, around("wrist-front", *BOTH)),
        Area("wrist-back", _("Back of the wrist"), HAND, around("wrist-back", *BOTH)),
        Area("toes", _("Toes"), FOOT, ("toes",)),
        Area("foot-top", _("Top of the foot"), FOOT, ("foot-top",)),
        Area("sole", _("Sole of the foot"), FOOT, ("foot-sole",)),
        Area("foot-inner", _("Inner edge of the foot"), FOOT, ("foot-inner",)),
        Area("foot-outer", _("Outer edge of the foot"), FOOT, ("foot-outer",)),
        Area(
            "ankle",
            _("Ankle"),
            FOOT,
            (
                *around("ankle-front", *BOTH),
                *around("ankle", *BOTH)[1:],
                *around("ankle-back", *BOTH)[1:],
            ),
        ),
    )
}
AREA_OF_REGION = {region: area for area in AREAS.values() for region in area.regions}


def area_of(place):
    """The area of a region, of several joined as a point has them (the first counts), or of an
    area's own name; None where there is none."""
    first = place.partition(";")[0]
    return AREA_OF_REGION.get(first) or AREAS.get(first)


def area_choices():
    return [(area.slug, area.label) for area in AREAS.values()]


def told(slug, locale):
    """What the small figure of an area shows, in the language of a text; nothing for no area."""
    if slug not in AREAS:
        return ""
    with override(locale):
        return _now("Drawing of the body, marked: %(area)s") % {"area": AREAS[slug].label}


@cache
def drawing(view):
    """A view's paths, by what they are; data/body/README.md names them."""
    with (DRAWINGS / f"{view}.toml").open("rb") as file:
        found = tomllib.load(file)
    found["width"], found["height"] = map(int, found["box"].split()[2:])
    return {"hair": "", "outline": found["body"], **found}


def counts(points):
    """{area's slug: how many of the points lie in it}, in one query."""
    found = Counter(dict.fromkeys(AREAS, 0))
    rows = points.order_by().values_list("region").annotate(Count("pk"))
    for joined, number in rows:
        for slug in {AREA_OF_REGION[region].slug for region in joined.split(";")}:
            found[slug] += number
    return found


def plate(view, counted):
    """A view as a page shows it: its shapes and its areas, with the counts of `counts()`.

    A shape is (path, where it leads, count). A drawing of the whole body shows head, hands and
    feet as one shape each, which leads to the view that shows them large and has no count.
    """
    targets = AREAS | VIEWS
    return {
        "view": view,
        "shapes": [
            (path, targets[slug], counted.get(slug)) for slug, path in view.drawing["areas"].items()
        ],
        "areas": [(area, counted[area.slug]) for area in view.areas],
    }
