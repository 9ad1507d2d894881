from django.urls import path

from . import body_views, views

# Each of these stands twice: the site's addresses include them under /pregnancy/ as well.
atlas = [
    path("acupoints/", views.index, name="acupoints"),
    path("acupoints/a-z/", views.a_to_z, name="acupoints_a_z"),
    path("acupoints/regions/", views.regions, name="acupoints_regions"),
    path("acupoints/complaints/", views.by_complaint, name="acupoints_complaints"),
    path("acupoints/<str:slug>/", views.AcupointView.as_view(), name="acupoint"),
    path("meridians/<slug:slug>/", views.meridian, name="meridian"),
    path("body/", body_views.index, name="body"),
    path("body/<slug:slug>/", body_views.area, name="body_area"),
]

urlpatterns = [
    *atlas,
    path("body/<slug:slug>.svg", body_views.figure, name="body_figure"),
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
