"""What the house did and what it has to do, in figures: each report is a table of plain values,
shown as a page and as CSV.

The page's figures are those of a moment and kept for ten minutes: they count thousands of log
lines. A file has them as they are when it is asked for.
"""

import datetime
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from . import kinds, queues, signatures, sources
from .days import months_after
from .models import Content, Event, Reviewer, ReviewRequest, SignOff
from .moves import MOVES

S = Content.Status
KEPT = 600  # seconds
PERIOD = 365  # days
MONTHS = 12
SOON = 90  # days
MOST_DRAFTS = 500
WORK = (S.DRAFT, S.IN_REVIEW, S.CHANGES_REQUESTED, S.SIGNED, S.SCHEDULED)


ON_PAGE = 20  # rows


@dataclass(frozen=True)
class Report:
    """One table. `rows` takes the time and gives lists of plain values, a column a heading.

    A `linked` report lists contents: `rows` takes besides how many it shall give, None for all,
    the first value of a row is a title, and the last the address of its page at the desk.
    `chart` says how a chart shows it: from `charted`, the number of a column, or from `pairs`, a
    function that takes the time and gives [(label, value)].
    """

    name: str
    title: str
    sentence: str
    headings: tuple[str, ...]
    rows: Callable
    linked: bool = False
    chart: str = ""
    charted: int = 1
    pairs: Callable | None = None

    def all_rows(self, now):
        return self.rows(now, None) if self.linked else self.rows(now)


@dataclass
class Figures:
    """What the page shows of a report: as it was at a time, and no more than ON_PAGE rows."""

    report: Report
    at: datetime.datetime
    rows: list
    pairs: list
    has_more: bool


def figures(name, now):
    """The figures of a report: those that were kept, or new ones."""
    report = REPORTS[name]
    kept = cache.get_or_set(f"report:{name}", lambda: counted(report, now), KEPT)
    return Figures(report, *kept)


def counted(report, now):
    rows = report.rows(now, ON_PAGE + 1) if report.linked else report.rows(now)
    pairs = report.pairs(now) if report.pairs else [(row[0], row[report.charted]) for row in rows]
    return now, rows[:ON_PAGE], pairs, len(rows) > ON_PAGE


# --- What was done -----------------------------------------------------------------------

DONE = {
    "submit": ("submit",),
    "sign": ("sign",),
    "approve": ("approve", "schedule"),
    "emergency": ("emergency",),
    "withdraw": ("withdraw",),
}


def throughput(now):
    """[month, submitted, signed, approved, without review, withdrawn] of the last twelve months."""
    months = last_months(now)
    begin = datetime.datetime.combine(months[0], datetime.time(), timezone.get_current_timezone())
    lines = Event.objects.filter(at__gte=begin, move__in=[m for ms in DONE.values() for m in ms])
    counted = lines.annotate(month=TruncMonth("at")).values("month", "move").annotate(n=Count("pk"))
    found = defaultdict(int)
    for row in counted.order_by():
        found[row["month"].date(), row["move"]] += row["n"]
    return [
        [month_name(month), *(sum(found[month, m] for m in moves) for moves in DONE.values())]
        for month in months
    ]


def last_months(now):
    """The first days of this month and the eleven before it, oldest first."""
    first = timezone.localdate(now).replace(day=1)
    return [months_after(first, number) for number in range(1 - MONTHS, 1)]


def month_name(day):
    return date_format(day, "M Y")


def times(now):
    """[state, stays, median days, days that nine of ten did not exceed] of stays that ended."""
    stays = defaultdict(list)
    for state, entered, left in ended_stays(now - datetime.timedelta(days=PERIOD), now):
        stays[state].append((left - entered).total_seconds() / 86400)
    return [
        [str(state.label), len(stays[state]), *median_and_ninth(stays[state])]
        for state in WORK
        if stays[state]
    ]


def median_and_ninth(days):
    ninth = sorted(days)[min(len(days) - 1, round(len(days) * 0.9))]
    return round(statistics.median(days), 1), round(ninth, 1)


# What the log calls a change of state that is nobody's move.
TARGETS = {name: move.target for name, move in MOVES.items() if move.target} | {"hold": S.IN_REVIEW}


def ended_stays(since, now):
    """(state, entered, left) of every stay in a state of the work that ended since then."""
    lines = Event.objects.filter(content__isnull=False, move__in=TARGETS, at__range=(since, now))
    before = None
    for content, move, at, data in (
        lines.order_by("content", "seq").values_list("content", "move", "at", "data").iterator()
    ):
        if before and before[0] == content:
            _content, state, entered, go_live = before
            if TARGETS[move] == state:
                continue
            yield state, entered, min(at, go_live) if go_live else at
        go_live = data.get("go_live_at") if move == "schedule" else None
        before = content, TARGETS[move], at, go_live and datetime.datetime.fromisoformat(go_live)


# --- What has to be done -----------------------------------------------------------------


def overdue(now, most):
    """[title, kind, due on, last signed by, address] of public texts without their badge."""
    return listed(signatures.overdue(Content.objects, now, most), due_columns)


def calendar(now, most):
    """The same of everything that falls due in the next twelve months, the overdue included."""
    return listed(due_in_a_year(now, most), due_columns)


def due_in_a_year(now, most=None):
    until = timezone.localdate(now) + datetime.timedelta(days=PERIOD)
    return signatures.due(Content.objects, now, until, most)


def due_by_month(now):
    """[(month, how many fall due)] of the next twelve; what is overdue counts for this one."""
    this = timezone.localdate(now).replace(day=1)
    months = [months_after(this, number) for number in range(MONTHS)]
    due = Counter(max(this, one.due_on.replace(day=1)) for one in due_in_a_year(now))
    return [(month_name(month), due[month]) for month in months]


def due_columns(content):
    return [str(content.kind_name), content.due_on.isoformat(), content.signer]


def listed(contents, columns):
    """Rows of contents with their titles and addresses, in as many queries as there are kinds."""
    contents = queues.with_heads(contents)
    return [[str(c.head), *columns(c), review_path(c.head)] for c in contents]


def review_path(revision):
    meta = revision._meta
    return f"{meta.app_label}/{meta.model_name}/{revision.pk}/review/"


def load(now):
    """[reviewer, open requests, of these late, signed in a year, due again soon]"""
    today = timezone.localdate(now)
    asked = count_by_reviewer(ReviewRequest.objects.open())
    late = count_by_reviewer(ReviewRequest.objects.late(now))
    since = now - datetime.timedelta(days=PERIOD)
    signed = count_by_reviewer(SignOff.objects.filter(signed_at__gte=since, carried_from=None))
    due = signatures.due(Content.objects, now, today + datetime.timedelta(days=SOON))
    again = Counter(signoff.reviewer_id for content in due for signoff in content.signatures)
    return [
        [reviewer.name, *(counts[reviewer.pk] for counts in (asked, late, signed, again))]
        for reviewer in Reviewer.objects.active()
    ]


def count_by_reviewer(rows):
    """How many of these rows each reviewer has, by the reviewer's key."""
    counted = rows.order_by().values("reviewer").annotate(n=Count("pk"))
    return Counter({row["reviewer"]: row["n"] for row in counted})


def claims(now, most):
    """[title, what is claimed, what is missing, address] of the texts that are worked on."""
    kinds_claiming = [n for n, m in kinds.models_by_kind().items() if m.KIND.claims]
    states = (S.DRAFT, S.CHANGES_REQUESTED, S.IN_REVIEW, S.SIGNED)
    contents = Content.objects.filter(kind__in=kinds_claiming, status__in=states)
    rows = []
    for content in queues.with_heads(contents.order_by("-moved_at")[:MOST_DRAFTS]):
        content.head.content = content
        for claim, fault in unsupported(content):
            rows.append([str(content.head), claim, str(fault), review_path(content.head)])
        if most and len(rows) >= most:
            break
    return rows[:most]


def unsupported(content):
    """(words, fault) of each claim that names no source, or that nobody has checked."""
    found = sources.claims_of(content.head)
    if not found:
        yield "", _("The text ties no claim to a source.")
    checked = set(content.source_checks.values_list("claim", flat=True)) if found else ()
    for claim in found:
        if claim.source is None:
            yield claim.text, _("There is no such source in the list.")
        elif claim.digest not in checked:
            yield claim.text, _("Nobody has checked it against its source.")


# Apps to the right add theirs by `register`, when they are ready.
REPORTS = {
    report.name: report
    for report in (
        Report(
            "throughput",
            _("What was done"),
            _("Steps by month, as the log counts them."),
            (
                _("Month"),
                _("Submitted"),
                _("Signed"),
                _("Approved"),
                _("Published without a review"),
                _("Withdrawn"),
            ),
            throughput,
            chart="columns",
            charted=3,
        ),
        Report(
            "times",
            _("Time in each state"),
            _("Stays that ended in the last twelve months, in days."),
            (_("State"), _("Stays"), _("Median"), _("Nine of ten within")),
            times,
            chart="bars",
            charted=2,
        ),
        Report(
            "load",
            _("Reviewers"),
            _("What each reviewer has been asked, has signed, and will be asked again."),
            (
                _("Reviewer"),
                _("Open requests"),
                _("Of these late"),
                _("Signed in a year"),
                _("Due again in 90 days"),
            ),
            load,
            chart="bars",
        ),
        Report(
            "overdue",
            _("Overdue"),
            _("Public texts that lost their badge because their review has run out."),
            (_("Title"), _("Kind"), _("Was due on"), _("Signed by"), _("At the desk")),
            overdue,
            linked=True,
        ),
        Report(
            "calendar",
            _("Re-review calendar"),
            _("What falls due for another review in the next twelve months."),
            (_("Title"), _("Kind"), _("Due on"), _("Signed by"), _("At the desk")),
            calendar,
            linked=True,
            chart="columns",
            pairs=due_by_month,
        ),
        Report(
            "claims",
            _("Claims without a checked source"),
            _("Texts that are worked on, the latest first."),
            (_("Title"), _("Claim"), _("What is missing"), _("At the desk")),
            claims,
            linked=True,
        ),
    )
}


def register(report):
    REPORTS[report.name] = report
