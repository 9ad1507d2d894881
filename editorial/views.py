"""Public pages that every kind has in common, and the pictures on them."""

import re

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe
from django.views.generic import View

from . import documents, history, images, pages, previews, standing
from .models import Content, Seal

# What was withdrawn is on its way back to readers.
REVIEWED_AGAIN = (Content.Status.IN_REVIEW, Content.Status.SIGNED, Content.Status.SCHEDULED)


class ContentView(View):
    """The page of one public content; a kind declares `model`, `template_name` and `extras`.

    Answers 404 for what never was public, 410 with the reason for what was withdrawn, and 503
    where the bytes at hand are not those that were sealed.
    """

    model = None
    template_name = None

    def get(self, request, slug):
        now = timezone.now()
        content = self.model.objects.public(now).filter(slug=slug).first()
        if content is None:
            return self.gone_or_404(request, slug)
        loaded = pages.load([content], now)
        if not loaded:
            return unreadable(request, content)
        (page,) = loaded
        context = notes_about(page) | {"page": page}
        return render(request, self.template_name, context | self.extras(page, now))

    def extras(self, page, now):
        """Further context: what stands around the content."""
        return {}

    def gone_or_404(self, request, slug):
        return gone_or_404(request, self.model, slug)


def notes_about(page):
    """What the house says of a page that nobody signed: it stands after the text and apart."""
    notes = page.content.corrections.select_related("revision", "replaced")
    corrections = [note for note in notes if page.record.names(note)]
    return {
        "corrections": corrections,
        "has_notes": bool(corrections) or page.badge.is_unreviewed,
    }


def gone_or_404(request, model, slug):
    return gone(request, withdrawn_or_404(model, slug), "withdrawn.html")


def withdrawn_or_404(model, slug):
    content = model.objects.withdrawn().filter(slug=slug).first()
    if content is None:
        raise Http404
    return content


def gone(request, content, template_name="withdrawn.html", **further):
    is_reviewed = content.status_at(timezone.now()) in REVIEWED_AGAIN
    context = {"content": content, "is_reviewed_again": is_reviewed, **further}
    return render(request, template_name, context, status=410)


def unreadable(request, content):
    """What readers have by the content's row is not what was sealed, or what the log says: 503,
    or 410 where the log knows of a withdrawal."""
    public = standing.record_of(content).publications(timezone.now())
    if public and (line := public[-1].withdrawn):
        content.withdrawn_at, content.withdrawal_reason = line.at, line.data["reason"]
        return gone(request, content)
    return render(request, "unreadable.html", status=503)


class HistoryView(View):
    """What was public when, who signed it, and the signed bytes themselves."""

    model = None

    def get(self, request, slug):
        now = timezone.now()
        content = self.model.objects.public(now).filter(slug=slug).first()
        if content is None:
            return gone_or_404(request, self.model, slug)
        entries = history.entries(content, now)
        if not entries or entries[0].withdrawn:
            return unreadable(request, content)
        return render(request, "history.html", {"content": content, "entries": entries})


class ReviewsView(View):
    """The same history for machines; docs/public-proof.md tells its shape."""

    model = None

    def get(self, request, slug):
        now = timezone.now()
        content = self.model.objects.public(now).filter(slug=slug).first()
        if content is None:
            return gone_or_404(request, self.model, slug)
        found = history.entries(content, now)
        if not found or found[0].withdrawn:
            return unreadable(request, content)
        return JsonResponse(
            {
                "page": f"{settings.SITE_URL}{content.get_absolute_url()}",
                "kind": content.kind,
                "uid": str(content.uid),
                "publications": [entry.facts() for entry in found],
            }
        )


class CanonicalView(View):
    """The sealed bytes of a revision that was public, for anybody to hash."""

    model = None

    def get(self, request, slug, number):
        now = timezone.now()
        content = self.model.objects.public(now).filter(slug=slug).first()
        if content is None:
            return gone_or_404(request, self.model, slug)
        record = standing.record_of(content)
        public = [publication.revision_id for publication in record.publications(now)]
        seals = Seal.objects.select_related("revision__redaction")
        seal = get_object_or_404(seals, revision__number=number, revision__in=public)
        redaction = getattr(seal.revision, "redaction", None)
        if redaction and redaction.done_at and record.names(redaction):
            return render(request, "removed.html", {"redaction": redaction}, status=410)
        if documents.digest_of(bytes(seal.canonical)) != seal.digest:
            return render(request, "unreadable.html", status=503)
        return HttpResponse(bytes(seal.canonical), content_type="application/json")


@never_cache
@require_safe
def preview(request, token):
    """A draft as an outsider may see it by a link: no badge, not for search engines or caches."""
    now = timezone.now()
    link = previews.find(token, now)
    if link is None:
        return render(request, "preview_gone.html", status=404)
    context = {**previews.context_of(link.revision, now), "preview_link": link}
    response = render(request, f"{link.revision.content.kind}.html", context)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


MEDIA_TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


@require_safe
@cache_control(public=True, max_age=31_536_000, immutable=True)
def picture(request, name):
    """A stored picture. Its address holds its hash, so it may be kept for ever."""
    known = images.facts(name)
    if not known or images.fault_of(name, known["sha256"]):
        raise Http404  # no picture rather than another one
    extension = re.sub(r".*\.", "", name)
    return FileResponse(default_storage.open(name), content_type=MEDIA_TYPES[extension])
