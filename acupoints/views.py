from django.http import Http404, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from editorial.views import (
    CanonicalView,
    ContentView,
    HistoryView,
    ReviewsView,
    gone,
    withdrawn_or_404,
)

from . import atlas, complaints, courses, jsonld, nomenclature
from .addresses import atlas_reverse
from .cautions import Told, told
from .meridians import slug_of
from .models import Acupoint, StandardPoint
from .resolver import Point, Question, offered
from .spelling import cleaned

# Each page of the atlas stands twice: under /pregnancy/ for a reader who is pregnant.


@require_safe
def index(request, pregnant=False):
    """The ways into the atlas; with `?q=` what a reader typed leads to its point."""
    now = timezone.now()
    if typed := request.GET.get("q", "").strip():
        return answer(request, typed, now, pregnant, HttpResponseRedirect)
    listed = atlas.listed(StandardPoint.objects.all(), now, pregnant)
    pages, _left_out = atlas.described(now, pregnant)
    context = {
        "courses": atlas.by_course(listed),
        "pages": pages,
        "left_out": listed.left_out,
        "pregnant": pregnant,
    }
    return render(request, "acupoints.html", context)


@require_safe
def a_to_z(request, pregnant=False):
    listed = atlas.listed(StandardPoint.objects.all(), timezone.now(), pregnant)
    letters = atlas.by_letter(listed)
    context = {"letters": letters, "left_out": listed.left_out, "pregnant": pregnant}
    return render(request, "acupoints_a_z.html", context)


@require_safe
def regions(request, pregnant=False):
    listed = atlas.listed(StandardPoint.objects.all(), timezone.now(), pregnant)
    parts = atlas.by_region(listed)
    context = {"parts": parts, "left_out": listed.left_out, "pregnant": pregnant}
    return render(request, "acupoints_regions.html", context)


@require_safe
def by_complaint(request, pregnant=False):
    pages, left_out = atlas.described(timezone.now(), pregnant)
    context = {
        "complaints": complaints.index(pages),
        "pages": pages,
        "left_out": left_out,
        "pregnant": pregnant,
    }
    return render(request, "acupoints_complaints.html", context)


@require_safe
def meridian(request, slug, pregnant=False):
    """The course of a meridian; its code in place of its name redirects."""
    if course := courses.COURSES.get(slug.upper()):
        return HttpResponsePermanentRedirect(atlas_reverse("meridian", pregnant, course.slug))
    if slug not in courses.BY_SLUG:
        raise Http404
    course = courses.BY_SLUG[slug]
    points = StandardPoint.objects.filter(meridian=course.code)
    listed = atlas.listed(points, timezone.now(), pregnant)
    context = {
        "course": course,
        "listed": listed,
        "beside": courses.beside(course),
        "left_out": listed.left_out,
        "pregnant": pregnant,
    }
    return render(request, "meridian.html", context)


class AcupointView(ContentView):
    """A point: its public text, or what the nomenclature says of it; other spellings lead there."""

    model = Acupoint
    template_name = "acupoint.html"

    def get(self, request, slug, pregnant=False):
        try:
            return super().get(request, slug)
        except Http404:
            return without_text(request, slug, timezone.now(), pregnant)

    def gone_or_404(self, request, slug):
        """Signed texts that use the point go on linking here: a reader finds the way on."""
        now, pregnant = timezone.now(), self.kwargs.get("pregnant", False)
        content = withdrawn_or_404(self.model, slug)
        point = StandardPoint.objects.with_all().filter(code=content.code).first()
        further = {"course": courses.COURSES[content.meridian], **around(point, now, pregnant)}
        further["hosts"] = atlas.hosts(content, now)
        return gone(request, content, "acupoint_withdrawn.html", **further)

    def extras(self, page, now):
        pregnant = self.kwargs.get("pregnant", False)
        point = StandardPoint.objects.with_all().filter(code=page.content.code).first()
        nearby = around(point, now, pregnant)
        return {
            **nearby,
            "signed_pregnancy": any(
                caution["kind"] == "pregnancy" for caution in page.fields["cautions"]
            ),
            "hosts": atlas.hosts(page.content, now),
            "complaints": complaints.of(page),
            "graph": None if pregnant else jsonld.point_graph(page, point, nearby["cautions"]),
        }


def around(point, now, pregnant):
    """What the nomenclature adds to a point's page; nothing where it was not imported."""
    if point is None:
        return {"pregnant": pregnant, "cautions": Told()}
    return {
        "point": point,
        "course": courses.COURSES[point.meridian],
        "cautions": told(point.cautions.all()),
        "neighbours": atlas.neighbours(point, now, pregnant),
        "pairs": atlas.pairs(point, now, pregnant),
        "pregnant": pregnant,
    }


def without_text(request, slug, now, pregnant):
    point = StandardPoint.objects.with_all().filter(slug=slug).first()
    if point is None:
        return answer(request, slug, now, pregnant, HttpResponsePermanentRedirect)
    context = {"is_drafted": atlas.is_drafted(slug), **around(point, now, pregnant)}
    return render(request, "standard_point.html", context)


def answer(request, typed, now, pregnant, redirect):
    """Where a spelling leads: to its point, to a choice of several, or nowhere with suggestions."""
    found = nomenclature.current().resolve(typed)
    if isinstance(found, Point) and atlas.has_page(found.code, now):
        return redirect(atlas_reverse("acupoint", pregnant, slug_of(found.code)))
    is_question = isinstance(found, Question)
    context = {
        "typed": cleaned(typed),
        "why": found.why,
        # Whoever asks for one of several by its name gets all; what was not asked for is suggested.
        "listed": atlas.named(offered(found), now, pregnant and not is_question),
        "pregnant": pregnant,
    }
    if is_question and context["listed"].entries:
        return render(request, "acupoint_choice.html", context, status=300)
    return render(request, "acupoint_unknown.html", context, status=404)


class AcupointHistory(HistoryView):
    model = Acupoint


class AcupointReviews(ReviewsView):
    model = Acupoint


class AcupointCanonical(CanonicalView):
    model = Acupoint
