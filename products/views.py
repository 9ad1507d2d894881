from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from editorial import pages
from editorial.views import CanonicalView, ContentView, HistoryView, ReviewsView

from .models import Product, shop_of


def boxes(products, now):
    """What templates/_product_box.html shows for each public product: {"page", "shop"}."""
    loaded = pages.load(products, now)
    return [{"page": page, "shop": shop_of(page.fields["url"])} for page in loaded]


@require_safe
def index(request):
    now = timezone.now()
    products = Product.objects.public(now).order_by("-shown_since")
    shown = boxes(products, now)
    context = {"boxes": shown, "pages": [box["page"] for box in shown]}
    return render(request, "products.html", context)


class ProductView(ContentView):
    model = Product
    template_name = "product.html"

    def extras(self, page, now):
        return {"box": {"page": page, "shop": shop_of(page.fields["url"])}}


class ProductHistory(HistoryView):
    model = Product


class ProductReviews(ReviewsView):
    model = Product


class ProductCanonical(CanonicalView):
    model = Product
