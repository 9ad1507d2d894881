from django.conf import settings
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from articles.models import Page


def site(request):
    """What every template may say about the site itself; the footer asks for its plain pages."""
    return {
        "site": {"name": settings.SITE_NAME, "url": settings.SITE_URL},
        "plain_pages": SimpleLazyObject(lambda: list(Page.objects.titled(timezone.now()))),
    }
