from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from editorial import pages
from editorial.views import CanonicalView, ContentView, HistoryView, ReviewsView

from .meridians import Meridian
from .models import Acupoint


@require_safe
def index(request):
    """All public points, by meridian."""
    now = timezone.now()
    points = Acupoint.objects.public(now).order_by("meridian", "number", "code")
    shown = pages.load(points, now)
    groups = {}
    for page in shown:
        groups.setdefault(Meridian(page.content.meridian).label, []).append(page)
    return render(request, "acupoints.html", {"groups": groups, "pages": shown})


class AcupointView(ContentView):
    model = Acupoint
    template_name = "acupoint.html"


class AcupointHistory(HistoryView):
    model = Acupoint


class AcupointReviews(ReviewsView):
    model = Acupoint


class AcupointCanonical(CanonicalView):
    model = Acupoint
