"""Reports as a page with charts, and each as CSV."""

import csv

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from . import charts, kinds, reports
from .board import visible_kinds
from .reports import REPORTS


@require_safe
def index(request):
    """Every report: its chart, its first rows, and the way to all of them."""
    needs_view_permission(request.user)
    now = timezone.now()
    found = [reports.figures(name, now) for name in REPORTS]
    shown = [(figures, chart_of(figures)) for figures in found]
    context = {**admin.site.each_context(request), "title": _("Reports"), "shown": shown}
    return render(request, "desk/reports.html", context)


def chart_of(figures):
    kind = figures.report.chart
    if kind == "columns":
        return charts.columns(short(figures.pairs))
    return charts.bars(figures.pairs) if kind == "bars" and figures.pairs else None


def short(pairs):
    """Months without their years but for the first of each: there is no room for more."""
    years, found = set(), []
    for label, value in pairs:
        month, year = label.rsplit(" ", 1)
        found.append((month if year in years else label, value))
        years.add(year)
    return found


@require_safe
def as_csv(request, name):
    """One report whole, as a file that a spreadsheet opens."""
    needs_view_permission(request.user)
    if name not in REPORTS:
        raise Http404
    report, now = REPORTS[name], timezone.now()
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    day = timezone.localdate(now).isoformat()
    response["Content-Disposition"] = f'attachment; filename="{name}-{day}.csv"'
    response.write("\ufeff")  # spreadsheets take a file without it for another encoding
    rows = csv.writer(response)
    rows.writerow([str(heading) for heading in report.headings])
    for row in report.all_rows(now):
        rows.writerow([harmless(value) for value in addressed(report, row, request)])
    return response


def needs_view_permission(user):
    """The figures are of every kind, so whoever may not see one of them sees none."""
    if len(visible_kinds(user)) < len(kinds.models_by_kind()):
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
