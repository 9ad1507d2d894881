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


def by_meridian(now):
    """{meridian's title: Counter of what its points have}, the extra points together at the end.

    A text that readers have counts as reviewed only while its badge stands; one that is public
    and written anew beside it counts once, as public.
    """
    has = dict.fromkeys(Acupoint.objects.with_open_text().values_list("code", flat=True), "draft")
    for page in pages.load(Acupoint.objects.public(now), now):
        has[page.content.code] = "reviewed" if page.badge.stands else "unreviewed"
    found = {}
    for code, meridian in StandardPoint.objects.values_list("code", "meridian"):
        course = COURSES[meridian]
        title = str(course.title) if course.is_meridian else _("Extra points")
        found.setdefault(title, Counter())[has.get(code, "missing")] += 1
    return found


def rows(now):
    """[meridian, points, reviewed, public without a badge, draft, missing], all of them last."""
    found = by_meridian(now)
    found[_("All")] = sum(found.values(), Counter())
    return [
        [title, counts.total(), *(counts[column] for column in COLUMNS)]
        for title, counts in found.items()
    ]


def reviewed(now):
    """[(meridian, how many of its points are reviewed)]"""
    return [(title, counts["reviewed"]) for title, counts in by_meridian(now).items()]


COVERAGE = Report(
    "coverage",
    gettext_lazy("Texts of the acupoints"),
    gettext_lazy("How many points of each meridian have a text. The chart counts the reviewed."),
    (gettext_lazy("Meridian"), gettext_lazy("Points"), *COLUMNS.values()),
    rows,
    chart="bars",
    pairs=reviewed,
)
