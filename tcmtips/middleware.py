"""Response headers that no setting of Django's gives, and addresses that no page has."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import BadRequest


def isolation_headers(get_response):
    """Keep our resources to ourselves, and give other pages' powers to nobody."""

    def middleware(request):
        response = get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Embedder-Policy", "require-corp")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), browsing-topics=()"
        )
        return response

    return middleware


PROBES = ("/healthz", "/readyz")


def probes_by_any_name(get_response):
    """Let a load balancer ask for our health by an address that is no host name of the site."""

    def middleware(request):
        if request.path in PROBES:
            request.META["HTTP_HOST"] = urlsplit(settings.SITE_URL).netloc
        return get_response(request)

    return middleware


def scheme_in_any_case(get_response):
    """Know a proxy's "HTTPS" for "https": else the redirect to https leads to itself for ever."""

    def middleware(request):
        if scheme := request.META.get("HTTP_X_FORWARDED_PROTO"):
            request.META["HTTP_X_FORWARDED_PROTO"] = scheme.lower()
        return get_response(request)

    return middleware


def no_null_characters(get_response):
    """Answer 400 where an address holds a null character: PostgreSQL cannot look for one."""

    def middleware(request):
        if "\0" in request.path or "%00" in request.META["QUERY_STRING"]:
            raise BadRequest("An address holds no null character.")
        return get_response(request)

    return middleware
