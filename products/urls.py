from django.urls import path

from . import views

urlpatterns = [
    path("products/", views.index, name="products"),
    path("products/<slug:slug>/", views.ProductView.as_view(), name="product"),
    path("products/<slug:slug>/history/", views.ProductHistory.as_view(), name="product_history"),
    path(
        "products/<slug:slug>/history/reviews.json",
        views.ProductReviews.as_view(),
        name="product_reviews",
    ),
    path(
        "products/<slug:slug>/history/<int:number>/canonical.json",
        views.ProductCanonical.as_view(),
        name="product_canonical",
    ),
]
