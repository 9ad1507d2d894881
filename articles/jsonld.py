"""What machines read of an article, as one schema.org graph.

It says what the page shows and nothing more: the reviewer stands in it only while the badge
stands, and every name and date is in the visible text.
"""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone


def url(path):
    return f"{settings.SITE_URL}{path}"


def article_graph(page):
    """The graph of an article's page, as JSON-ready dicts."""
    address = url(page.content.get_absolute_url())
    fields = page.fields
    authors = [person(b["name"], reverse("author", args=[b["slug"]])) for b in fields["bylines"]]
    article = {
        "@type": "Article",
        "@id": f"{address}#article",
        "headline": fields["title"],
        "description": fields["summary"],
        "datePublished": timezone.localtime(page.first_shown).isoformat(),
        "dateModified": timezone.localtime(page.since).isoformat(),
        "author": authors,
        "citation": [citation(source) for source in fields["sources"]],
        "inLanguage": page.document["locale"],
    }
    if fields["hero"]:
        article["image"] = url(reverse("picture", args=[fields["hero"]["name"]]))
    web_page = {
        "@type": "MedicalWebPage",
        "@id": address,
        "url": address,
        "name": fields["title"],
        "mainEntity": {"@id": article["@id"]},
    }
    return {
        "@context": "https://schema.org",
        "@graph": [web_page | review(page.badge), article, breadcrumbs(fields["title"], address)],
    }


def review(badge):
    """`lastReviewed` and `reviewedBy`, from the sign-offs' own copies; nothing without a badge."""
    if not badge.stands:
        return {}
    return {
        "lastReviewed": timezone.localdate(badge.last_reviewed).isoformat(),
        "reviewedBy": [
            person(s.name, s.reviewer.get_absolute_url())
            | {
                "hasCredential": {
                    "@type": "EducationalOccupationalCredential",
                    "name": s.credential_line,
                }
            }
            for s in badge.signoffs
        ],
    }


def person(name, path):
    return {"@type": "Person", "name": name, "url": url(path)}


def citation(source):
    identifiers = [
        f"https://doi.org/{source['doi']}" if source["doi"] else "",
        f"https://pubmed.ncbi.nlm.nih.gov/{source['pmid']}/" if source["pmid"] else "",
        source["url"],
    ]
    return {
        "@type": "ScholarlyArticle" if source["doi"] or source["pmid"] else "CreativeWork",
        "name": source["title"],
        "identifier": [value for value in identifiers if value],
    }


def breadcrumbs(title, address):
    trail = [("Home", url("/")), ("Articles", url(reverse("articles"))), (title, address)]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": name, "item": item}
            for number, (name, item) in enumerate(trail, 1)
        ],
    }
