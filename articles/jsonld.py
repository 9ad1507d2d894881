"""What machines read of an article, as one schema.org graph."""

from django.urls import reverse
from django.utils.translation import gettext as _

from editorial import jsonld


def article_graph(page):
    """The graph of an article's page, as JSON-ready dicts."""
    path = page.content.get_absolute_url()
    fields = page.fields
    article = {
        "@type": "Article",
        "@id": f"{jsonld.url(path)}#article",
        "headline": fields["title"],
        "description": fields["summary"],
        **jsonld.dates(page),
        "author": [
            jsonld.person(b["name"], reverse("author", args=[b["slug"]])) for b in fields["bylines"]
        ],
        "citation": [citation(source) for source in fields["sources"]],
        "inLanguage": page.document["locale"],
    }
    if fields["hero"]:
        article["image"] = jsonld.url(reverse("picture", args=[fields["hero"]["name"]]))
    trail = [(_("Articles"), reverse("articles")), (fields["title"], path)]
    return jsonld.graph(
        jsonld.web_page(page, fields["title"], article), article, jsonld.breadcrumbs(*trail)
    )


def citation(source):
    identifiers = [
        f"https://doi.org/{source['doi']}" if source["doi"] else "",
        f"https://pubmed.ncbi.nlm.nih.gov/{source['pmid']}/" if source["pmid"] else "",
        source["url"],
    ]
    return jsonld.work(source["title"], identifiers, bool(source["doi"] or source["pmid"]))
