"""What the atlas shows of points: all of the nomenclature, those that readers can read about, and,
for a reader who is pregnant, only those that no caution for pregnancy stands at."""

import unicodedata
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Exists, OuterRef

from editorial import pages
from editorial.models import Content, Pin

from .cautions import told
from .courses import COURSES
from .models import Acupoint, Caution, PointPair, StandardPoint
from .regions import PARTS

MOST_HOSTS = 6


@dataclass(frozen=True)
class Entry:
    """A point in a list: whether it has public text, and a caution for pregnancy."""

    point: StandardPoint
    is_described: bool
    is_cautioned: bool


@dataclass(frozen=True)
class Listed:
    """The entries of a list, and how many were left out of it for a reader who is pregnant."""

    entries: list
    left_out: int = 0

    @property
    def described(self):
        return sum(entry.is_described for entry in self.entries)

    @property
    def total(self):
        return len(self.entries)


def listed(points, now, pregnant=False):
    """The Listed of some StandardPoints, in their order."""
    described = set(Acupoint.objects.public(now).order_by().values_list("code", flat=True))
    cautioned = cautioned_codes(now)
    entries = [Entry(point, point.code in described, point.code in cautioned) for point in points]
    kept = [entry for entry in entries if not (pregnant and entry.is_cautioned)]
    return Listed(kept, len(entries) - len(kept))


def cautioned_codes(now):
    """Codes of points with a caution for pregnancy, of the nomenclature or of their public text."""
    told = Caution.objects.filter(revision=OuterRef("shown_id"), kind=Caution.Kind.PREGNANCY)
    # By kind, or SQLite walks through the contents of every kind.
    points = Acupoint.objects.filter(kind=Acupoint.KIND.name)
    signed = points.public(now).filter(Exists(told)).order_by()
    standard = StandardPoint.objects.for_pregnancy().order_by()
    codes = standard.values_list("code", flat=True)
    return set(codes.union(signed.values_list("code", flat=True)))


def beside(documents):
    """{code: StandardPoint with its cautions} of points of which these are the signed documents."""
    codes = [document["identity"]["code"] for document in documents]
    return StandardPoint.objects.prefetch_related("cautions").in_bulk(codes, field_name="code")


def unsaid_in_pregnancy(documents, points):
    """[(code, sentence)] of the cautions for pregnancy that the nomenclature has of these points
    (see `beside`) and their own signed documents have not."""
    silent = [
        document["identity"]["code"]
        for document in documents
        if not any(caution["kind"] == "pregnancy" for caution in document["fields"]["cautions"])
    ]
    sentences = {c: told(points[c].cautions.all()).pregnancy for c in silent if c in points}
    return [(code, sentence) for code, sentence in sentences.items() if sentence]


def described(now, pregnant=False, keys=None):
    """(pages, how many were left out) of the points with public text, in their order: of all, or
    of those with the keys."""
    points = Acupoint.objects.public(now)
    found = pages.load(points if keys is None else points.filter(pk__in=keys), now)
    found.sort(key=lambda page: place_of(page.content))
    cautioned = cautioned_codes(now) if pregnant else ()
    kept = [page for page in found if page.content.code not in cautioned]
    return kept, len(found) - len(kept)


def place_of(content):
    return list(COURSES).index(content.meridian), content.number or 0, content.code


# --- Groups ----------------------------------------------------------------------------------


def by_course(listed):
    """[(Course, Listed)] for those that have an entry."""
    groups = groupby(listed.entries, lambda entry: entry.point.meridian)
    return [(COURSES[code], Listed(list(entries))) for code, entries in groups]


def by_letter(listed):
    """[(letter, [Entry])] by pinyin without its tones."""
    entries = sorted(listed.entries, key=lambda entry: plain(entry.point.pinyin))
    groups = groupby(entries, lambda entry: plain(entry.point.pinyin)[0].upper())
    return [(letter, list(found)) for letter, found in groups]


def plain(pinyin):
    """Pinyin in small letters without marks, ü after u: lǘxì is "luxi"."""
    return "".join(c for c in unicodedata.normalize("NFD", pinyin.lower()) if c.isalpha())


def by_region(listed):
    """[(part's slug, part's label, [(region's label, [Entry])])], from head to foot."""
    entries = {}
    for entry in listed.entries:
        for name in entry.point.regions:
            entries.setdefault(name, []).append(entry)
    return [
        (part, label, [(regions[name], entries[name]) for name in regions if name in entries])
        for part, (label, regions) in PARTS.items()
    ]


# --- Around one point --------------------------------------------------------------------------


def neighbours(point, now, pregnant=False):
    """(before, after) on the meridian, each a StandardPoint or None.

    For a reader who is pregnant those with a caution are passed over.
    """
    line = list(StandardPoint.objects.filter(meridian=point.meridian))
    cautioned = cautioned_codes(now) if pregnant else ()
    line = [p for p in line if p == point or p.code not in cautioned]
    place = line.index(point)
    return line[place - 1] if place else None, (line[place + 1 :] or [None])[0]


def pairs(point, now, pregnant=False):
    """[(StandardPoint, how)] of the points that tradition names together with this one.

    For a reader who is pregnant those with a caution are left out.
    """
    cautioned = cautioned_codes(now) if pregnant else ()
    found = [(pair.other(point), pair.get_kind_display()) for pair in PointPair.objects.of(point)]
    return [(other, how) for other, how in found if other.code not in cautioned]


def hosts(content, now):
    """[Page] of the newest public contents whose shown text uses the point."""
    pins = Pin.objects.filter(revision=OuterRef("shown_id"), pinned__content=content)
    using = Content.objects.public(now).filter(Exists(pins)).order_by("-shown_since", "pk")
    kinds = dict(using.values_list("pk", "kind")[:MOST_HOSTS])
    found = []
    for kind in dict.fromkeys(kinds.values()):
        contents = Content.model_of(kind).objects.public(now).filter(pk__in=kinds)
        found += pages.load(contents.order_by("-shown_since", "pk"), now)
    return found


def has_page(code, now):
    """Whether a point's canonical address shows it."""
    points = StandardPoint.objects.filter(code=code)
    return points.exists() or Acupoint.objects.public(now).filter(code=code).exists()


def is_drafted(slug):
    """Whether somebody is writing about the point: readers are told so, and no more."""
    return Acupoint.objects.filter(slug=slug).with_open_text().exists()


def named(codes, now, pregnant=False):
    """The Listed of points by their codes, in this order; codes that are not there fall away."""
    found = StandardPoint.objects.in_bulk(codes, field_name="code")
    return listed([found[code] for code in codes if code in found], now, pregnant)
