from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from editorial.revision_admin import PartInline, RevisionAdmin

from .models import Feature, ProductRevision, shop_of


class FeatureInline(PartInline):
    model = Feature


@admin.register(ProductRevision)
class ProductAdmin(RevisionAdmin):
    kind = "product"
    search_fields = ("name", "summary")
    slug_from = "name"
    fieldsets = (
        (None, {"fields": ("name", "slug", "summary", "label", "url")}),
        (_("Picture"), {"fields": ("image", "image_alt")}),
        (_("What a user says"), {"fields": ("quote", "quote_by", "quote_on", "quote_basis")}),
        (_("For colleagues"), {"fields": ("note",)}),
    )
    inlines = [FeatureInline]

    def preview_extras(self, page):
        return {"box": {"page": page, "shop": shop_of(page.fields["url"])}}
