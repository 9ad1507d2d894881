"""Home, search, and what machines ask for."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from acupoints.models import Acupoint
from articles.models import Article
from editorial import log, pages, triggers
from editorial.models import LogHead

LONGEST_QUERY = 100
MOST_WORDS = 8
MOST_RESULTS = 20


@require_safe
def home(request):
    now = timezone.now()
    articles = pages.load(Article.objects.public(now).order_by("-shown_since", "pk")[:7], now)
    points = pages.load(Acupoint.objects.public(now).order_by("-shown_since", "pk")[:6], now)
    return render(request, "home.html", {"articles": articles, "points": points})


@require_safe
def search(request):
    now = timezone.now()
    query = " ".join(request.GET.get("q", "").split())[:LONGEST_QUERY]
    articles, points = [], []
    if words := query.split()[:MOST_WORDS]:
        found = Article.objects.public(now).matching(words).order_by("-shown_since", "pk")
        articles = pages.load(found[:MOST_RESULTS], now)
        named = Acupoint.objects.public(now).matching(words).order_by("meridian", "number")
        points = pages.load(named[:MOST_RESULTS], now)
    context = {"query": query, "articles": articles, "points": points}
    return render(request, "search.html", context)


@require_safe
def robots(request):
    hidden = "".join(f"Disallow: {path}\n" for path in ("/admin/", "/search/", "/preview/"))
    text = f"User-agent: *\n{hidden}Sitemap: {settings.SITE_URL}{reverse('sitemap')}\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
def healthz(request):
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def readyz(request):
    """The process can serve: its database answers and every guard stands."""
    try:
        absent = triggers.missing(connection)
    except DatabaseError:
        return JsonResponse({"ready": False, "why": "the database does not answer"}, status=503)
    if absent:
        why = f"{len(absent)} database triggers are missing; run manage.py migrate"
        return JsonResponse({"ready": False, "why": why}, status=503)
    return JsonResponse({"ready": True})


@never_cache
@require_safe
def log_head(request):
    """Count and hash of the log's last line, for whoever keeps an export."""
    head = LogHead.objects.filter(pk=1).first() or LogHead(count=0, hash=log.GENESIS)
    return JsonResponse({"count": head.count, "hash": head.hash})


def not_found(request, exception):
    return render(request, "404.html", status=404)


def server_error(request):
    return HttpResponse(loader.render_to_string("500.html"), status=500)
