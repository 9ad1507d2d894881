"""The body map, the points of each of its areas, and the small figures."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from . import body
from .models import StandardPoint


@require_safe
def index(request):
    counted = body.counts()
    plates = [body.plate(view, counted) for view in body.VIEWS.values()]
    return render(request, "body.html", {"plates": plates, "total": StandardPoint.objects.count()})


@require_safe
def area(request, slug):
    """The points of one area, in the order of the nomenclature, beside its drawing."""
    here = area_or_404(slug)
    points = StandardPoint.objects.in_regions(here.regions)
    context = {"area": here, "points": points, "plate": body.plate(here.view, body.counts())}
    return render(request, "body_area.html", context)


@require_safe
@cache_control(public=True, max_age=86400)
def figure(request, slug):
    """The small figure of an area. Its address stays, since articles keep it in signed words."""
    here = area_or_404(slug)
    return render(request, "body_figure.svg", {"area": here}, content_type="image/svg+xml")


def area_or_404(slug):
    try:
        return body.AREAS[slug]
    except KeyError as error:
        raise Http404 from error
