"""Complaints, found in the lines that signed texts give under "Traditionally used for".

A line stands, as it was signed, under every complaint of which it holds a word.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import OuterRef, Subquery
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from editorial.pages import Page

from . import atlas
from .models import Acupoint, AcupointRevision, StandardPoint


@dataclass(frozen=True)
class Complaint:
    """A heading. `phrase` follows "points for"; `english` are the words of a line that name it,
    `names` what a topic may be called besides."""

    slug: str
    label: str | Promise
    phrase: str | Promise
    english: str = ""
    names: tuple = ()

    @property
    def title(self):
        return format_lazy(_("Acupressure points for {}"), self.phrase)

    @property
    def link(self):
        return format_lazy(_("Points for {}"), self.phrase)


TABLE = [
    Complaint("headache", _("Headache"), _("headache"), "headaches? migraines? temples?"),
    Complaint("eyes", _("Eyes"), _("the eyes"), "eyes?"),
    Complaint(
        "nose-and-throat",
        _("Nose, throat and colds"),
        _("nose, throat and colds"),
        "nose smell throat voice cough coughs coughing sneezing a.cold colds sinus hoarse",
        ("cold",),
    ),
    Complaint("jaw-and-teeth", _("Jaw and teeth"), _("the jaw and teeth"), "jaw tooth teeth gums"),
    Complaint(
        "neck-and-shoulders",
        _("Neck and shoulders"),
        _("the neck and shoulders"),
        "neck shoulders?",
    ),
    Complaint(
        "back",
        _("Back"),
        _("the back"),
        "(lower|low|upper|aching|stiff|sore|tired).back backaches?",
        ("back", "back pain"),
    ),
    Complaint(
        "arms-and-hands",
        _("Arms and hands"),
        _("the arms and hands"),
        "arms? forearms? elbows? wrists? hands? fingers? thumbs?",
    ),
    Complaint("knees", _("Knees"), _("the knees"), "knees?"),
    Complaint(
        "legs-and-feet",
        _("Legs and feet"),
        _("the legs and feet"),
        "hips? legs? thighs? calf calves ankles? heels? foot feet soles? toes?",
    ),
    Complaint(
        "belly",
        _("Stomach and belly"),
        _("the stomach and belly"),
        "stomach belly queasy queasiness nausea hiccups appetite digestion bloated bloating "
        "bowels? constipation vomit(ing)? stomach.cramps? feel(ing|s)?.full full(ness)?.after",
    ),
    Complaint(
        "chest-and-breath",
        _("Chest and breathing"),
        _("the chest and breathing"),
        "chest breath breathing breathless(ness)?",
    ),
    Complaint("periods", _("Periods"), _("the monthly period"), "periods? menstrua(l|tion)"),
    Complaint(
        "mind",
        _("Mind and mood"),
        _("mind and mood"),
        "mind nerves nervous(ness)? tense tension worr(y|ied|ies) anxi(ous|ety) uneasy "
        "restless(ness)? mood "
        "short-tempered fluttering stress",
    ),
    Complaint(
        "sleep",
        _("Sleep"),
        _("sleep"),
        "sleep asleep sleeping sleepless(ness)? insomnia bedtime waking",
    ),
    Complaint(
        "tiredness",
        _("Tiredness"),
        _("tiredness"),
        "worn.out tiredness weariness fatigue low.energy exhausted",
    ),
    Complaint("skin", _("Skin"), _("the skin"), "skin itching itchy"),
]
OTHER = Complaint("other", _("Other complaints"), _("other complaints"))
COMPLAINTS = {complaint.slug: complaint for complaint in [*TABLE, OTHER]}


def pattern(words):
    return re.compile(rf"\b(?:{'|'.join(words.split())})\b".replace(".", r"\W+"), re.IGNORECASE)


# By the language of the text. In one that is not here every line is of other complaints.
PATTERNS = {"en": {complaint.slug: pattern(complaint.english) for complaint in TABLE}}


@lru_cache(maxsize=8192)  # the lines of all points, many times over
def complaints_of(line, locale="en"):
    """The complaints that a line names: at least one, "other" where it names none."""
    patterns = PATTERNS.get(locale, {})
    found = tuple(slug for slug, words in patterns.items() if words.search(line))
    return found or (OTHER.slug,)


def is_about(name, complaint):
    """Whether something of this name, as a topic, is about a complaint; nothing is about others.

    Names of topics have no language, so the words of all count.
    """
    found = [words[complaint.slug] for words in PATTERNS.values() if complaint.slug in words]
    return name.casefold() in complaint.names or any(words.search(name) for words in found)


def named(names):
    """[Complaint] that one of some names is about; none where none is."""
    return [c for c in TABLE if any(is_about(name, c) for name in names)]


def by_complaint(uses, locale):
    """{complaint's slug: [line]} of what a point is used for."""
    found = {}
    for line in filter(None, map(str.strip, uses.splitlines())):
        for slug in complaints_of(line, locale):
            found.setdefault(slug, []).append(line)
    return found


def signed(page):
    """{complaint's slug: [line]} of a point's sealed text."""
    return by_complaint(page.fields["uses"], page.document["locale"])


def index(pages):
    """[(Complaint, {line: [page]})] that the pages of points give, in the order of the table."""
    found = {slug: {} for slug in COMPLAINTS}
    for page in pages:
        for slug, lines in signed(page).items():
            for line in lines:
                found[slug].setdefault(line, []).append(page)
    return [(COMPLAINTS[slug], lines) for slug, lines in found.items() if lines]


def of(page):
    """[Complaint] that a point's sealed text names, in the order of the table."""
    slugs = signed(page)
    return [complaint for complaint in TABLE if complaint.slug in slugs]


# --- The points of one complaint -----------------------------------------------------------------


@dataclass(frozen=True)
class Use:
    """A point that tradition uses for a complaint: its page, those of its signed lines that say
    so, its line in the nomenclature, and what that says of pregnancy where the page does not."""

    page: Page
    lines: list
    point: StandardPoint | None
    unsaid: str

    @property
    def is_cautioned(self):
        cautions = self.page.fields["cautions"]
        return bool(self.unsaid) or any(row["kind"] == "pregnancy" for row in cautions)


def of_points(now, pregnant=False):
    """{key of a public point: slugs of its complaints}, as rows tell it: to find points by. What
    is shown of them are the sealed words. In pregnancy those with a caution for it are left out."""
    told = AcupointRevision.objects.filter(pk=OuterRef("shown_id")).values("uses")
    rows = Acupoint.objects.public(now).annotate(told=Subquery(told)).order_by()
    if pregnant:
        rows = rows.exclude(code__in=atlas.cautioned_codes(now))
    return {
        key: by_complaint(uses, locale).keys()
        for key, uses, locale in rows.values_list("pk", "told", "locale")
    }


def with_points(some, told):
    """Those of some complaints that a point names; `told` as `of_points` gives it."""
    held = set().union(*told.values())
    return [complaint for complaint in some if complaint.slug in held]


def described(names, now, pregnant=False):
    """[Complaint] that one of some names is about, where points are described for it."""
    found = named(names)
    return with_points(found, of_points(now, pregnant)) if found else []


def uses_for(complaint, told, now, pregnant=False):
    """([Use], how many were left out) of a complaint, in the order of the atlas; `told` as
    `of_points` gives it."""
    keys = [key for key, slugs in told.items() if complaint.slug in slugs]
    pages, left_out = atlas.described(now, pregnant, keys)
    documents = [page.document for page in pages]
    points = atlas.beside(documents)
    unsaid = dict(atlas.unsaid_in_pregnancy(documents, points))
    uses = [
        Use(
            page,
            signed(page).get(complaint.slug, []),
            points.get(page.content.code),
            unsaid.get(page.content.code, ""),
        )
        for page in pages
    ]
    return [use for use in uses if use.lines], left_out
