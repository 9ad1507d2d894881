"""Home, search, and what machines ask for."""

import sys

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

from . import finding, restarts, suggestions

HIDDEN = ("/admin/", "/search/", "/pregnancy/search/", "/preview/")


@require_safe
def home(request):
    now = timezone.now()
    articles = pages.load(Article.objects.public(now).order_by("-shown_since", "pk")[:7], now)
    points = pages.load(Acupoint.objects.public(now).order_by("-shown_since", "pk")[:6], now)
    return render(request, "home.html", {"articles": articles, "points": points})


@require_safe
def search(request, pregnant=False):
    """Points, topics, articles and products in one list each, with the reason for each result."""
    found = finding.find(request.GET.get("q", ""), timezone.now(), pregnant)
    context = {"found": found, "query": found.query, "pregnant": pregnant}
    return render(request, "search.html", context)


@never_cache
@require_safe
def suggest(request, pregnant=False):
    """A list of links for what has been typed so far, to be set under the field."""
    found = suggestions.find(request.GET.get("q", ""), timezone.now(), pregnant)
    context = {"suggestions": found, "pregnant": pregnant}
    response = render(request, "components/_suggestions.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def robots(request):
    hidden = "".join(f"Disallow: {path}\n" for path in HIDDEN)
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
    error = sys.exception()
    if restarts.is_lost(error):  # in a middleware; a view's never comes this far
        return restarts.sorry(request, error)
    return HttpResponse(loader.render_to_string("500.html"), status=500)
