from django.conf import settings


def site(request):
    """What every template may say about the site itself."""
    return {"site": {"name": settings.SITE_NAME, "url": settings.SITE_URL}}
