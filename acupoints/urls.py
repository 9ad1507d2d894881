from django.urls import path

from . import body_views, views

urlpatterns = [
    path("body/", body_views.index, name="body"),
    path("body/<slug:slug>/", body_views.area, name="body_area"),
    path("body/<slug:slug>.svg", body_views.figure, name="body_figure"),
    path("acupoints/", views.index, name="acupoints"),
    path("acupoints/<slug:slug>/", views.AcupointView.as_view(), name="acupoint"),
    path(
        "acupoints/<slug:slug>/history/", views.AcupointHistory.as_view(), name="acupoint_history"
    ),
    path(
        "acupoints/<slug:slug>/history/reviews.json",
        views.AcupointReviews.as_view(),
        name="acupoint_reviews",
    ),
    path(
        "acupoints/<slug:slug>/history/<int:number>/canonical.json",
        views.AcupointCanonical.as_view(),
        name="acupoint_canonical",
    ),
]
