"""What search engines may list: every public page, with the time since when it reads as it does."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.urls import reverse
from django.utils import timezone

from acupoints.models import Acupoint
from articles import points_for
from articles.models import Article, Page
from products.models import Product


class OurSitemap(Sitemap):
    """Addresses under SITE_URL, whatever name the request came by."""

    @property
    def protocol(self):
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site=None):
        return urlsplit(settings.SITE_URL).netloc


class ContentSitemap(OurSitemap):
    def __init__(self, model):
        self.model = model

    def items(self):
        return self.model.objects.public(timezone.now()).order_by("pk")

    def lastmod(self, content):
        return content.shown_since


class ListSitemap(OurSitemap):
    def items(self):
        return ["home", "articles", "acupoints", "products", "corrections"]

    def location(self, name):
        return reverse(name)


class PointsForSitemap(OurSitemap):
    def items(self):
        return points_for.listed(timezone.now())

    def location(self, item):
        complaint, _since = item
        return reverse("points_for", args=[complaint.slug])

    def lastmod(self, item):
        _complaint, since = item
        return since


SITEMAPS = {
    "lists": ListSitemap,
    "points_for": PointsForSitemap,
    **{model.KIND.name: ContentSitemap(model) for model in (Article, Acupoint, Product, Page)},
}
