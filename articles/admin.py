from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from taggit.models import Tag

from acupoints.models import Acupoint
from editorial.forms import ReviewerField, RevisionForm
from editorial.kinds import revision_model
from editorial.revision_admin import PartInline, RevisionAdmin, StackedPartInline
from products.models import Product

from .forms import ArticleForm
from .models import (
    ArticleRevision,
    Byline,
    Invitation,
    PageRevision,
    Recommendation,
    Source,
    Tip,
)
from .views import surroundings

MOST_SUGGESTIONS = 12

# taggit's own table of tags is not used; topics take its place.
admin.site.unregister(Tag)


class BylineInline(PartInline):
    model = Byline
    autocomplete_fields = ("author",)


class TipInline(PartInline):
    model = Tip


class SourceInline(StackedPartInline):
    model = Source
    fields = ("position", "title", "authors_year", ("doi", "pmid", "url"), "supports")


class RecommendationInline(PartInline):
    model = Recommendation

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "product":
            kwargs["queryset"] = Product.objects.select_related("head__productrevision")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class InvitationInline(PartInline):
    model = Invitation
    autocomplete_fields = ("reviewer",)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "reviewer":
            kwargs["form_class"] = ReviewerField
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(ArticleRevision)
class ArticleAdmin(RevisionAdmin):
    kind = "article"
    form = ArticleForm
    search_fields = ("title", "summary")
    slug_from = "title"
    fieldsets = (
        (None, {"fields": ("title", "slug", "summary", "body", "embeds_loaded")}),
        (_("Main picture"), {"fields": ("hero", "hero_alt", "hero_caption", "hero_credit")}),
        (_("Around the text"), {"fields": ("tags", "tips_heading")}),
        (_("For colleagues"), {"fields": ("note",)}),
    )
    inlines = [TipInline, BylineInline, SourceInline, RecommendationInline, InvitationInline]

    def preview_extras(self, page):
        return surroundings(page, timezone.now())

    def get_urls(self):
        pick = self.admin_site.admin_view(require_safe(self.pick_view))
        return [path("pick-acupoint/", pick, name="pick_acupoint"), *super().get_urls()]

    def pick_view(self, request):
        """Points for the editor's autocomplete: [{"code", "label", "signed"}]."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        words = request.GET.get("q", "")[:60].split()
        points = Acupoint.objects.drafted().matching(words)
        points = list(points.order_by("meridian", "number", "code")[:MOST_SUGGESTIONS])
        heads = revision_model("acupoint").objects.in_bulk([p.head_id for p in points])
        found = [
            {
                "code": point.code,
                "label": f"{heads[point.head_id].pinyin} · {heads[point.head_id].english}",
                "public": point.shown_revision_id(timezone.now()) is not None,
            }
            for point in points
        ]
        return JsonResponse({"points": found})


@admin.register(PageRevision)
class PageAdmin(RevisionAdmin):
    kind = "page"
    form = RevisionForm
    search_fields = ("title", "summary")
    slug_from = "title"
    fieldsets = (
        (None, {"fields": ("title", "slug", "summary", "body")}),
        (_("For colleagues"), {"fields": ("note",)}),
    )
