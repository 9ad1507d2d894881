"""Feeds as plain text: no word of ours is markup in a reader, and none breaks the feed."""

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from editorial.lookalikes import without_forbidden


class PlainAtom(Atom1Feed):
    """Atom in which summaries are text, each entry names its authors, and what XML has no place
    for is left out: rows of older releases may hold it."""

    def add_item(self, **facts):
        super().add_item(**{name: storable(value) for name, value in facts.items()})

    def add_item_elements(self, handler, item):
        super().add_item_elements(handler, {**item, "description": None})
        handler.addQuickElement("summary", item["description"], {"type": "text"})
        for name, address in item["authors"]:
            handler.startElement("author", {})
            handler.addQuickElement("name", name)
            handler.addQuickElement("uri", address)
            handler.endElement("author")


def storable(value):
    if isinstance(value, list):
        return [tuple(map(without_forbidden, pair)) for pair in value]
    return without_forbidden(value) if isinstance(value, str) else value


class HouseFeed(Feed):
    """A feed with its address and its id under SITE_URL, whichever host was asked.

    A feed declares `page` and `address`, the names of its page's and its own URL, and
    `item_authors`: [(name, address)] of an entry.
    """

    feed_type = PlainAtom
    page = address = None

    def link(self):
        return f"{settings.SITE_URL}{reverse(self.page)}"

    def feed_url(self):
        return f"{settings.SITE_URL}{reverse(self.address)}"

    def author_name(self):
        return settings.SITE_NAME

    def author_link(self):
        return f"{settings.SITE_URL}{reverse('home')}"

    def item_authors(self, item):
        return []

    def item_extra_kwargs(self, item):
        return {"authors": self.item_authors(item)}
