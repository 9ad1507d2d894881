from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path
from django.views.decorators.http import require_safe

from acupoints.addresses import PREGNANCY
from acupoints.urls import atlas
from articles.urls import atlas as joined
from articles.urls import page_patterns
from editorial.views import picture, preview

from . import corrections, feeds, views
from .sitemaps import SITEMAPS

search = [
    path("search/", views.search, name="search"),
    path("search/suggest/", views.suggest, name="suggest"),
]

urlpatterns = [
    path("", views.home, name="home"),
    *search,
    # For a reader who is pregnant: the same without the points that she is told to avoid.
    path("pregnancy/", include(([*search, *atlas, *joined], PREGNANCY)), {"pregnant": True}),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("feed/", require_safe(feeds.ArticlesFeed()), name="feed"),
    path("sitemap.xml", require_safe(sitemap), {"sitemaps": SITEMAPS}, name="sitemap"),
    path("robots.txt", views.robots, name="robots"),
    path(".well-known/log-head", views.log_head, name="log_head"),
    path("admin/", admin.site.urls),
    path("media/<path:name>", picture, name="picture"),
    path("corrections/", corrections.index, name="corrections"),
    path("corrections/feed/", require_safe(corrections.CorrectionsFeed()), name="corrections_feed"),
    path("preview/<str:token>/", preview, name="preview"),
    path("", include("acupoints.urls")),
    path("", include("products.urls")),
    path("", include("articles.urls")),
    path("", include(page_patterns)),
]

handler404 = "tcmtips.views.not_found"
handler500 = "tcmtips.views.server_error"
