"""Reports as a page with charts, and each as CSV."""

import csv
import datetime
from collections import Counter

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from . import charts, reports
from .board import visible_kinds
from .reports import REPORTS

ON_PAGE = 20


def index(request):
    """Every report: its chart, its first rows, and the way to all of them."""
    needs_view_permission(request.user)
    now = timezone.now()
    shown = [
        {"figures": figures, "chart": chart_of(figures, now), "rows": figures.rows[:ON_PAGE]}
        for figures in (reports.figures(name, now) for name in REPORTS)
    ]
    context = {**admin.site.each_context(request), "title": _("Reports"), "shown": shown}
    return render(request, "desk/reports.html", context)


def as_csv(request, name):
    """One report whole, as a file that a spreadsheet opens."""
    needs_view_permission(request.user)
    if name not in REPORTS:
        raise Http404
    now = timezone.now()
    figures = reports.figures(name, now)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    day = timezone.localdate(figures.at).isoformat()
    response["Content-Disposition"] = f'attachment; filename="{name}-{day}.csv"'
    response.write("\ufeff")  # spreadsheets take a file without it for another encoding
    rows = csv.writer(response)
    rows.writerow([str(heading) for heading in figures.report.headings])
    for row in figures.rows:
        rows.writerow([harmless(value) for value in addressed(figures.report, row, request)])
    return response


def needs_view_permission(user):
    if not visible_kinds(user):
        raise PermissionDenied


def addressed(report, row, request):
    """The row with the whole address of its page."""
    if not report.linked:
        return row
    return [*row[:-1], request.build_absolute_uri(reverse("admin:index") + row[-1])]


def harmless(value):
    """A cell that no spreadsheet takes for a formula."""
    if isinstance(value, str) and value.lstrip().startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value


def chart_of(figures, now):
    report = figures.report
    if report.chart == "months":
        return charts.columns(short(due_by_month(figures.rows, now)))
    pairs = [(row[0], row[report.charted]) for row in figures.rows]
    if report.chart == "columns":
        return charts.columns(short(pairs))
    return charts.bars(pairs) if report.chart == "bars" and pairs else None


def short(pairs):
    """Months without their years but for the first of each: there is no room for more."""
    years, found = set(), []
    for label, value in pairs:
        month, year = label.rsplit(" ", 1)
        found.append((month if year in years else label, value))
        years.add(year)
    return found


def due_by_month(rows, now):
    """[(month, how many fall due)] of the next twelve; what is overdue counts for this one."""
    this = timezone.localdate(now).replace(day=1)
    months = [this]
    while len(months) < reports.MONTHS:
        months.append((months[-1] + datetime.timedelta(days=32)).replace(day=1))
    due = Counter(max(this, datetime.date.fromisoformat(row[2]).replace(day=1)) for row in rows)
    return [(reports.month_name(month), due[month]) for month in months]
