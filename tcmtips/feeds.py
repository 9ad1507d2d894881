"""The newest articles as a feed: signed words only, no product."""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.models import Article
from editorial import pages

from .atom import HouseFeed

IN_FEED = 20


class ArticlesFeed(HouseFeed):
    title = gettext_lazy("Articles")
    subtitle = gettext_lazy(
        "Health tips from Traditional Chinese Medicine, reviewed word for word."
    )
    page, address = "articles", "feed"

    def items(self):
        now = timezone.now()
        return pages.load(Article.objects.public(now).order_by("-shown_since", "pk")[:IN_FEED], now)

    def item_title(self, item):
        return item.fields["title"]

    def item_description(self, item):
        summary = item.fields["summary"]
        if item.content.is_demo:
            return f"{summary} ({_('Demonstration: people, reviews and products are invented')})"
        return summary

    def item_link(self, item):
        return f"{settings.SITE_URL}{item.content.get_absolute_url()}"

    def item_guid(self, item):
        """Stays the same when the address or the words change."""
        return f"urn:uuid:{item.content.uid}"

    def item_authors(self, item):
        """As the signed byline has them."""
        return [
            (byline["name"], f"{settings.SITE_URL}{reverse('author', args=[byline['slug']])}")
            for byline in item.fields["bylines"]
        ]

    def item_pubdate(self, item):
        return item.content.first_shown

    def item_updateddate(self, item):
        return item.content.shown_since
