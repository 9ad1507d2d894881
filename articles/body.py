"""The rich text of a body: cleaned on the way in, its embeds found and set on the way out.

A body is HTML of a few elements. An acupoint stands in it as <div data-acupoint="BL40"></div>,
by its stable code; what readers see there comes from the pinned revision.
"""

import nh3
from lxml import html

from acupoints.meridians import CODE

EMBED = "data-acupoint"
HEADINGS = ("h2", "h3", "h4")
BLOCKS = {"p", "ul", "ol", "li", "blockquote", "br", "hr", *HEADINGS}
MARKS = {"strong", "em", "sub", "sup", "a"}


def _attribute(tag, name, value):
    if (tag, name) == ("div", EMBED):
        return value if CODE.fullmatch(value) else None
    return value


_cleaner = nh3.Cleaner(
    tags=BLOCKS | MARKS | {"div"},
    attributes={"a": {"href", "title"}, "div": {EMBED}},
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener",
    attribute_filter=_attribute,
    strip_comments=True,
)


def clean(text):
    """`text` with nothing in it but what a body may hold; cleaning twice is cleaning once.

    Divisions that embed nothing are unwrapped, embeds hold no text of their own, and empty
    paragraphs are left out.
    """
    root = parsed(_cleaner.clean(text or ""))
    for div in list(root.iter("div")):
        if div is root:
            continue
        if EMBED in div.attrib:
            for child in list(div):
                div.remove(child)
            div.text = None
        else:
            div.drop_tag()
    for paragraph in list(root.iter("p")):
        if len(paragraph) == 0 and not (paragraph.text or "").strip():
            paragraph.drop_tree()
    return _cleaner.clean(inner(root)).strip()


def inner(root):
    """The HTML inside an element that holds no attributes."""
    return html.tostring(root, encoding="unicode", method="html")[len("<div>") : -len("</div>")]


def parsed(text):
    """A cleaned body as an lxml tree under one <div>."""
    return html.fragment_fromstring(text or "", create_parent="div")


def codes(text):
    """The codes of the acupoints that a cleaned body embeds, in order, as often as they stand."""
    return [div.get(EMBED) for div in parsed(text).iter("div") if div.get(EMBED)]
