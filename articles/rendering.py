"""The signed part of an article: its body with each embedded point's section in its place."""

import re

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.text import slugify
from lxml import html

from acupoints.meridians import slug_of

from . import body

SHORTEST_CONTENTS = 3
# Ids that templates give to elements on the pages where a body stands, the desk's included.
HOUSE_IDS = re.compile(
    r"top|main|tips|sources|source-.*|contents-heading|search-dialog|dialog-q|decide"
    r"|(author|product|move)-.*|.*_.*"
)


def article_context(document):
    """What templates/signed/article_*.html need: `body`, safe HTML, and `contents`, its headings.

    Everything comes from the document. The body is cleaned again here: sealed bytes that
    somebody changed in the database must not run in a reader's browser.
    """
    root = body.parsed(body.clean(document["fields"]["body"]))
    points = {pin["document"]["identity"]["code"]: pin["document"] for pin in document["pins"]}
    set_points(root, points, document)
    contents = name_headings(root)
    return {"body": mark_safe(body.inner(root)), "contents": contents}  # noqa: S308


def set_points(root, points, document):
    """Put each point's section in the place of its embed, cautions for all before the first."""
    level, first = 1, True
    for element in list(root.iter()):
        if element.tag in body.HEADINGS:
            level = int(element.tag[1])
        code = element.get(body.EMBED) if element.tag == "div" else None
        if code is None:
            continue
        if first:
            set_pregnancy_note(element, points.values(), document)
            first = False
        context = {
            "point": points[code],
            "slug": slug_of(code),
            "level": min(level + 1, 5),
            "labels": document["labels"],
        }
        replace(element, render_to_string("signed/_point.html", context))


def set_pregnancy_note(embed, points, document):
    """Before the first point, and before the heading that introduces it: who should not press."""
    cautioned = [
        {"point": point, "caution": caution}
        for point in points
        for caution in point["fields"]["cautions"]
        if caution["kind"] == "pregnancy"
    ]
    if not cautioned:
        return
    note = render_to_string(
        "signed/_pregnancy.html", {"cautioned": cautioned, "labels": document["labels"]}
    )
    headings = [e for e in embed.itersiblings(preceding=True) if e.tag in body.HEADINGS]
    place = headings[0] if headings else embed
    place.addprevious(html.fragment_fromstring(note))


def replace(element, markup):
    section = html.fragment_fromstring(markup)
    section.tail = element.tail
    element.getparent().replace(element, section)


def name_headings(root):
    """Give headings their ids and return [{"id", "text"}] of the first level, or none if few."""
    taken, contents = {}, []
    for heading in root.iter(*body.HEADINGS, "h5"):
        text = " ".join(heading.text_content().split())
        name = slugify(text) or "part"
        name = unique(f"part-{name}" if HOUSE_IDS.fullmatch(name) else name, taken)
        heading.set("id", name)
        if heading.tag == "h2":
            contents.append({"id": name, "text": text})
    return contents if len(contents) >= SHORTEST_CONTENTS else []


def unique(name, taken):
    """`name`, with a number where it is taken. `taken`: {name: the last number it got}."""
    candidate, number = name, taken.get(name, 1)
    while candidate in taken:
        number += 1
        candidate = f"{name}-{number}"
    taken[candidate] = 1
    taken[name] = number
    return candidate


def page_context(document):
    """A plain page's body, cleaned again."""
    return {"body": mark_safe(body.clean(document["fields"]["body"]))}  # noqa: S308
