"""The body map, the points of each of its areas, and the small figures."""

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from . import atlas, body
from .models import StandardPoint


@require_safe
def index(request, pregnant=False):
    points = offered(timezone.now(), pregnant)
    counted = body.counts(points)
    context = {
        "plates": [body.plate(view, counted) for view in body.VIEWS.values()],
        "total": points.count(),
        "pregnant": pregnant,
    }
    return render(request, "body.html", context)


@require_safe
def area(request, slug, pregnant=False):
    """The points of one area, in the order of the nomenclature, beside its drawing."""
    here, now = area_or_404(slug), timezone.now()
    listed = atlas.listed(StandardPoint.objects.in_regions(here.regions), now, pregnant)
    context = {
        "area": here,
        "listed": listed,
        "courses": atlas.by_course(listed),
        "plate": body.plate(here.view, body.counts(offered(now, pregnant))),
        "left_out": listed.left_out,
        "pregnant": pregnant,
    }
    return render(request, "body_area.html", context)


@require_safe
@cache_control(public=True, max_age=86400)
def figure(request, slug):
    """The small figure of an area. Its address stays, since articles keep it in signed words."""
    here = area_or_404(slug)
    return render(request, "body_figure.svg", {"area": here}, content_type="image/svg+xml")


def offered(now, pregnant):
    """The points that are counted: for a reader who is pregnant those without a caution."""
    points = StandardPoint.objects.all()
    return points.exclude(code__in=atlas.cautioned_codes(now)) if pregnant else points


def area_or_404(slug):
    try:
        return body.AREAS[slug]
    except KeyError as error:
        raise Http404 from error
