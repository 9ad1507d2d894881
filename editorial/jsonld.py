"""What machines read of a page, as schema.org nodes: what every kind of content has in common.

A graph says what the page shows and nothing more: reviewers stand in it only while the badge
stands, and every name, date and source is in the visible text.
"""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone


def url(path):
    return f"{settings.SITE_URL}{path}"


def graph(*nodes):
    return {"@context": "https://schema.org", "@graph": list(nodes)}


def web_page(page, name, entity):
    """The MedicalWebPage of a content, about the node `entity`, with its review."""
    address = url(page.content.get_absolute_url())
    return {
        "@type": "MedicalWebPage",
        "@id": address,
        "url": address,
        "name": name,
        "mainEntity": {"@id": entity["@id"]},
    } | review(page.badge)


def dates(page):
    return {
        "datePublished": timezone.localtime(page.first_shown).isoformat(),
        "dateModified": timezone.localtime(page.since).isoformat(),
    }


def review(badge):
    """`lastReviewed` and `reviewedBy`, from the sign-offs' own copies; nothing without a badge."""
    if not badge.stands:
        return {}
    return {
        "lastReviewed": timezone.localtime(badge.last_reviewed).isoformat(),
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


def work(title, identifiers, is_study):
    """A source; `is_study` where it has a number in a register of studies."""
    return {
        "@type": "ScholarlyArticle" if is_study else "CreativeWork",
        "name": title,
        "identifier": [value for value in identifiers if value],
    }


def breadcrumbs(*trail):
    """The way to a page from the site's first one, as (name, path); the page itself comes last."""
    steps = [(settings.SITE_NAME, reverse("home")), *trail]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": str(name), "item": url(path)}
            for number, (name, path) in enumerate(steps, 1)
        ],
    }
