from django.urls import path, re_path

from . import views

# Stands twice, as the pages of the atlas do.
atlas = [path("acupoints/for/<slug:slug>/", views.points_for_complaint, name="points_for")]

urlpatterns = [
    *atlas,
    path("articles/", views.index, name="articles"),
    path("articles/<slug:slug>/", views.ArticleView.as_view(), name="article"),
    path("articles/<slug:slug>/history/", views.ArticleHistory.as_view(), name="article_history"),
    path(
        "articles/<slug:slug>/history/reviews.json",
        views.ArticleReviews.as_view(),
        name="article_reviews",
    ),
    path(
        "articles/<slug:slug>/history/<int:number>/canonical.json",
        views.ArticleCanonical.as_view(),
        name="article_canonical",
    ),
    # Topics may be named in any script.
    re_path(r"^topics/(?P<slug>[-\w]+)/$", views.topic, name="topic"),
    path("authors/<slug:slug>/", views.author, name="author"),
    path("reviewers/<slug:slug>/", views.reviewer, name="reviewer"),
]

# Plain pages stand at the top, so these come last of all.
page_patterns = [
    path("<slug:slug>/", views.PageView.as_view(), name="page"),
    path("<slug:slug>/history/", views.PageHistory.as_view(), name="page_history"),
    path("<slug:slug>/history/reviews.json", views.PageReviews.as_view(), name="page_reviews"),
    path(
        "<slug:slug>/history/<int:number>/canonical.json",
        views.PageCanonical.as_view(),
        name="page_canonical",
    ),
]
