from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from acupoints import atlas, complaints
from acupoints.addresses import atlas_reverse
from acupoints.meridians import slug_of
from editorial import jsonld as nodes
from editorial import pages, standing
from editorial.models import Author, Credential, Reviewer
from editorial.views import CanonicalView, ContentView, HistoryView, ReviewsView
from products.models import Product
from products.views import boxes

from . import jsonld, points_for
from .models import Article, Page, Topic

PER_PAGE = 12


def paged(request, contents, now):
    """One page of a list of public contents: Django's page object, filled with our pages."""
    chunk = Paginator(contents, PER_PAGE).get_page(request.GET.get("page"))
    chunk.object_list = pages.load(chunk.object_list, now)
    return chunk


@require_safe
def index(request):
    now = timezone.now()
    articles = Article.objects.public(now).order_by("-shown_since", "pk")
    return render(request, "articles.html", {"articles": paged(request, articles, now)})


class ArticleView(ContentView):
    model = Article
    template_name = "article.html"

    def extras(self, page, now):
        documents = [pin["document"] for pin in page.document["pins"]]
        points = atlas.beside(documents)
        topics = [topic["name"] for topic in page.fields["tagged"]]
        return {
            **surroundings(page, now),
            "points": [points[code] for code in without_drawing(documents) if code in points],
            "unsaid": atlas.unsaid_in_pregnancy(documents, points),
            "complaints": complaints.described(topics, now),
            "graph": jsonld.article_graph(page),
        }


def without_drawing(documents):
    """Codes of points of which the signed text marks no area: it stands beside the text instead."""
    return [d["identity"]["code"] for d in documents if not d["fields"].get("area")]


def without_page(page, now):
    """[(code, whether it was withdrawn)] of the points in a text whose own pages readers have not.

    The link in a point's section is signed with the text and stays in it.
    """
    shut = {
        pin.pinned.content.slug: bool(pin.pinned.content.withdrawn_at)
        for pin in standing.pins_of(page.revision)
        if pin.pinned.content.shown_revision_id(now) is None
    }
    codes = [pin["document"]["identity"]["code"] for pin in page.document["pins"]]
    return [(code, shut[slug_of(code)]) for code in codes if slug_of(code) in shut]


def surroundings(page, now):
    """What stands around an article's signed part: notes on its points, products and authors."""
    products = Product.objects.public(now).filter(recommendations__revision=page.revision)
    authors = Author.objects.filter(bylines__revision=page.revision).order_by("bylines__position")
    return {
        "without_page": without_page(page, now),
        "authors": authors.prefetch_related("books"),
        "boxes": boxes(products.order_by("recommendations__position"), now),
    }


class ArticleHistory(HistoryView):
    model = Article


class ArticleReviews(ReviewsView):
    model = Article


class ArticleCanonical(CanonicalView):
    model = Article


class PageView(ContentView):
    model = Page
    template_name = "page.html"


class PageHistory(HistoryView):
    model = Page


class PageReviews(ReviewsView):
    model = Page


class PageCanonical(CanonicalView):
    model = Page


@require_safe
def topic(request, slug):
    now = timezone.now()
    found = get_object_or_404(Topic, slug=slug)
    articles = Article.objects.public(now).about(found).order_by("-shown_since", "pk")
    chunk = paged(request, articles, now)
    if not chunk.paginator.count:
        raise Http404  # a draft's topic was never public
    context = {
        "topic": found,
        "articles": chunk,
        "complaints": complaints.described([found.name], now),
    }
    return render(request, "topic.html", context)


@require_safe
def points_for_complaint(request, slug, pregnant=False):
    """The points of a complaint, and the articles that go with them."""
    complaint = complaints.COMPLAINTS.get(slug)
    if complaint is None:
        raise Http404
    now = timezone.now()
    told = complaints.of_points(now)
    uses, left_out = complaints.uses_for(complaint, told, now, pregnant)
    beside = points_for.beside(complaint, uses, now, pregnant)
    offered = complaints.of_points(now, pregnant) if pregnant else told
    others = complaints.with_points(complaints.COMPLAINTS.values(), offered)
    context = {
        "complaint": complaint,
        "uses": uses,
        "left_out": left_out,
        "is_listed": any(use.page.badge.stands for use in uses),
        "beside": beside,
        "pages": [*(use.page for use in uses), *beside.about, *beside.using],
        "avoided": [use for use in uses if use.is_cautioned],
        "others": [each for each in others if each != complaint],
        "graph": nodes.graph(trail_to(complaint, pregnant)),
        "pregnant": pregnant,
    }
    return render(request, "points_for.html", context)


def trail_to(complaint, pregnant):
    """The breadcrumbs of a complaint's points, for machines."""
    return nodes.breadcrumbs(
        (_("Acupoints"), atlas_reverse("acupoints", pregnant)),
        (_("By complaint"), atlas_reverse("acupoints_complaints", pregnant)),
        (complaint.title, atlas_reverse("points_for", pregnant, complaint.slug)),
    )


@require_safe
def author(request, slug):
    now = timezone.now()
    who = get_object_or_404(Author.objects.prefetch_related("books"), slug=slug)
    articles = Article.objects.public(now).by_author(who).order_by("-shown_since", "pk")
    context = {"author": who, "articles": paged(request, articles, now)}
    return render(request, "author.html", context)


@require_safe
def reviewer(request, slug):
    now = timezone.now()
    kept = Prefetch("credentials", Credential.objects.with_persons())
    who = get_object_or_404(Reviewer.objects.prefetch_related(kept), slug=slug)
    articles = Article.objects.public(now).signed_by(who).order_by("-shown_since", "pk")
    chunk = paged(request, articles, now)
    chunk.object_list = [page for page in chunk.object_list if names(page.badge, who)]
    today = timezone.localdate(now)
    context = {
        "reviewer": who,
        "credential": who.credential_on(today),
        "credentials": [(c, c.state_on(today)) for c in who.credentials.all()],
        "articles": chunk,
    }
    return render(request, "reviewer.html", context)


def names(badge, reviewer):
    """Whether a standing badge names the reviewer."""
    return badge.stands and any(s.reviewer_id == reviewer.pk for s in badge.signoffs)
