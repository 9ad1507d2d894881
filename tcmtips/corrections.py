"""Public corrections: what was wrong on which page, as a page and as a feed."""

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from editorial import documents, standing
from editorial.models import Content, Correction

from .atom import HouseFeed

PER_PAGE = 20
IN_FEED = 30


def corrections(now):
    """All of them, newest first; `is_public` tells whether their page can be linked to."""
    public = Content.objects.public(now).filter(pk=OuterRef("content"))
    found = Correction.objects.select_related("content", "revision__seal", "replaced")
    return found.annotate(is_public=Exists(public))


def with_titles(found):
    """The corrections that the log knows, with the titles that their pages had."""
    found = list(found)
    records = standing.records_of({correction.content for correction in found})
    known = [one for one in found if records[one.content_id].names(one)]
    for correction in known:
        correction.title = title_of(correction)
    return known


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


def both_publications(correction):
    """The sentence that names what readers had, and what they have instead."""
    facts = {
        "number": correction.revision.number,
        "day": date_format(timezone.localtime(correction.at), "j F Y"),
    }
    if correction.replaced is None:  # written by an older release
        return _now("Revision %(number)d, public since %(day)s.") % facts
    facts["old"] = correction.replaced.number
    facts["since"] = date_format(timezone.localtime(correction.replaced_since), "j F Y")
    return (
        _now(
            "Revision %(number)d, public since %(day)s, in place of revision %(old)d, public "
            "since %(since)s."
        )
        % facts
    )


class CorrectionsFeed(HouseFeed):
    title = _("Corrections")
    subtitle = _("What was wrong on our pages, and how it reads now.")
    page, address = "corrections", "corrections_feed"

    def items(self):
        return with_titles(corrections(timezone.now())[:IN_FEED])

    def item_title(self, item):
        return item.title

    def item_description(self, item):
        return f"{item.note} ({both_publications(item)})"

    def item_link(self, item):
        path = item.content.get_absolute_url() if item.is_public else reverse(self.page)
        return f"{settings.SITE_URL}{path}"

    def item_guid(self, item):
        return f"{self.link()}#{item.pk}"

    def item_pubdate(self, item):
        return item.at

    item_updateddate = item_pubdate
