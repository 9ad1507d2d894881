"""Public corrections: what was wrong on which page, as a page and as a feed."""

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from editorial import documents
from editorial.models import Content, Correction

PER_PAGE = 20
IN_FEED = 30


def corrections(now):
    """All of them, newest first; `is_public` tells whether their page can be linked to."""
    public = Content.objects.public(now).filter(pk=OuterRef("content"))
    found = Correction.objects.select_related("content", "revision__seal")
    return found.annotate(is_public=Exists(public))


def with_titles(found):
    """The corrections with the titles that their pages had."""
    found = list(found)
    for correction in found:
        correction.title = title_of(correction)
    return found


def title_of(correction):
    try:
        fields = documents.parse(correction.revision.seal.canonical)["fields"]
    except documents.BrokenSeal:  # removed by law since
        return str(correction.content)
    return fields.get("title") or fields.get("name") or str(correction.content)


@require_safe
def index(request):
    chunk = Paginator(corrections(timezone.now()), PER_PAGE).get_page(request.GET.get("page"))
    chunk.object_list = with_titles(chunk.object_list)
    return render(request, "corrections.html", {"chunk": chunk})


class CorrectionsFeed(Feed):
    feed_type = Atom1Feed
    title = _("Corrections")
    subtitle = _("What was wrong on our pages, and how it reads now.")
    link = reverse_lazy("corrections")

    def items(self):
        return with_titles(corrections(timezone.now())[:IN_FEED])

    def item_title(self, item):
        return item.title

    def item_description(self, item):
        return item.note

    def item_link(self, item):
        path = item.content.get_absolute_url() if item.is_public else str(self.link)
        return f"{settings.SITE_URL}{path}"

    def item_guid(self, item):
        return f"{settings.SITE_URL}{self.link}#{item.pk}"

    def item_pubdate(self, item):
        return item.at

    item_updateddate = item_pubdate
