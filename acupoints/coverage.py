"""How much of the nomenclature has a text, and how much of that a review: a report of the desk."""

from collections import Counter

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from editorial import pages
from editorial.reports import Report

from .courses import COURSES
from .models import Acupoint, StandardPoint

COLUMNS = {
    "reviewed": gettext_lazy("Reviewed"),
    "unreviewed": gettext_lazy("Public without a badge"),
    "draft": gettext_lazy("Draft"),
    "missing": gettext_lazy("Missing"),
}


def by_course(now):
    """{course's code: Counter of what its points have}, in the order of the nomenclature.

    A text that readers have counts as reviewed only while its badge stands; one that is public
    and written anew beside it counts once, as public.
    """
    has = dict.fromkeys(Acupoint.objects.with_open_text().values_list("code", flat=True), "draft")
    for page in pages.load(Acupoint.objects.public(now), now):
        has[page.content.code] = "reviewed" if page.badge.stands else "unreviewed"
    found = {}
    for code, meridian in StandardPoint.objects.values_list("code", "meridian"):
        found.setdefault(meridian, Counter())[has.get(code, "missing")] += 1
    return found


def rows(now):
    """[list of points, how many, reviewed, public without a badge, draft, missing], all last."""
    found = by_course(now)
    named = {str(COURSES[code].title): counts for code, counts in found.items()}
    named[_("All")] = sum(found.values(), Counter())
    return [
        [name, counts.total(), *(counts[column] for column in COLUMNS)]
        for name, counts in named.items()
    ]


def reviewed(now):
    """[(list of points, how many are reviewed)]"""
    counted = by_course(now).items()
    return [(str(COURSES[code].title), counts["reviewed"]) for code, counts in counted]


COVERAGE = Report(
    "coverage",
    gettext_lazy("Texts of the acupoints"),
    gettext_lazy("How many points of each meridian have a text. The chart counts the reviewed."),
    (gettext_lazy("Meridian"), gettext_lazy("Points"), *COLUMNS.values()),
    rows,
    chart="bars",
    pairs=reviewed,
)
