"""What machines read of a point, as one schema.org graph.

A point is a MedicalTherapy with its names and contraindications. What it is used for is not in
it: schema.org has no word for a use by tradition alone. Points without a text of their own have
no graph, as they are kept from search engines.
"""

from django.urls import reverse
from django.utils.translation import gettext as _

from editorial import jsonld
from editorial.sources import study_url

from .courses import COURSES


def point_graph(page, point, cautions):
    """The graph of a described point's page, as JSON-ready dicts.

    `point` is its line in the nomenclature or None, `cautions` are those that this has (Told).
    """
    path = page.content.get_absolute_url()
    name = f"{page.document['identity']['code']} {page.fields['pinyin']}"
    therapy = {
        "@type": "MedicalTherapy",
        "@id": f"{jsonld.url(path)}#point",
        "name": name,
        "alternateName": other_names(page),
        "contraindication": contraindications(page, cautions),
    }
    web_page = jsonld.web_page(page, name, therapy) | {
        **jsonld.dates(page),
        "citation": citations(page),
        "inLanguage": page.document["locale"],
    }
    trail = [(_("Acupoints"), reverse("acupoints")), (name, path)]
    if point:
        course = COURSES[point.meridian]
        trail.insert(1, (course.title, reverse("meridian", args=[course.slug])))
    return jsonld.graph(web_page, therapy, jsonld.breadcrumbs(*trail))


def other_names(page):
    fields = page.fields
    names = [fields["english"], *map(str.strip, fields["other_names"].split(","))]
    names += [page.document["identity"]["meridian_name"]]
    names += [fields["traditional"], fields["simplified"]]
    return list(dict.fromkeys(filter(None, names)))


def contraindications(page, cautions):
    """The cautions of the signed text, and those that the page adds: not the ones for needles."""
    signed = page.fields["cautions"]
    said = any(row["kind"] == "pregnancy" for row in signed)
    added = [*([] if said else [cautions.pregnancy]), *cautions.pressing]
    return [*(row["text"] for row in signed), *(str(words) for words in added if words)]


def citations(page):
    """The sources of the evidence, each once; texts of the first format have none."""
    sources = [source for row in page.fields.get("evidence", []) for source in row["sources"]]
    return list({source["identifier"]: citation(source) for source in sources}.values())


def citation(source):
    study = study_url(source["identifier"])
    return jsonld.work(source["title"], [study or source["identifier"]], bool(study))
