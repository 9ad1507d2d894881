"""The rich text of a body: cleaned on the way in, its embeds found and set on the way out.

A body is HTML of a few elements. An acupoint stands in it as <div data-acupoint="BL40"></div>,
by its stable code; what readers see there comes from the pinned revision.
"""

import re

import nh3
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from lxml import etree, html

from acupoints.meridians import CODE

EMBED = "data-acupoint"
# What a claim links to: the place of its source in the list under the text.
SOURCE = re.compile(r"#source-([1-9]\d{0,2})")
HEADINGS = ("h2", "h3", "h4")
BLOCKS = {"p", "ul", "ol", "li", "blockquote", "br", "hr", *HEADINGS}
MARKS = {"strong", "em", "sub", "sup", "a"}
# Characters that no reader sees and no XML tree can hold.
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Unwrapping may need another cleaning to settle; more than three were never seen.
MOST_ROUNDS = 9


def _attribute(tag, name, value):
    if (tag, name) == ("div", EMBED):
        return value if CODE.fullmatch(value) else None
    return value


_cleaner = nh3.Cleaner(
    tags=BLOCKS | MARKS | {"div"},
    attributes={"a": {"href", "title"}, "div": {EMBED}, "*": set()},
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener",
    attribute_filter=_attribute,
    strip_comments=True,
)


def clean(text):
    """`text` with nothing in it but what a body may hold; cleaning twice is cleaning once.

    Divisions that embed nothing are unwrapped, text inside an embed goes on behind it, and empty
    paragraphs are left out. Raises ValidationError for elements nested so deeply that a parser
    would drop what they hold.
    """
    text = text or ""
    for _round in range(MOST_ROUNDS):
        cleaned = clean_once(text)
        if cleaned == text:
            return cleaned
        text = cleaned
    raise too_deep()


def clean_once(text):
    root = parsed(CONTROLS.sub("", _cleaner.clean(text)))
    divs = [div for div in root.iter("div") if div is not root]
    for div in divs:
        if EMBED in div.attrib and (len(div) or div.text):
            # An embed left open: what it swallowed goes on behind it.
            div.addprevious(html.Element("div", {EMBED: div.attrib.pop(EMBED)}))
    for div in divs:
        if EMBED not in div.attrib and div.getparent() is not None:
            div.drop_tag()
    for paragraph in list(root.iter("p")):
        if len(paragraph) == 0 and not (paragraph.text or "").strip():
            paragraph.drop_tree()
    return _cleaner.clean(inner(root)).strip()


def too_deep():
    return ValidationError(_("This text is nested too deeply. Paste it again without formatting."))


def inner(root):
    """The HTML inside an element that holds no attributes."""
    return html.tostring(root, encoding="unicode", method="html")[len("<div>") : -len("</div>")]


def parsed(text):
    """A cleaned body as an lxml tree under one <div>; raises ValidationError as `clean` does."""
    parser = html.HTMLParser()
    root = html.fragment_fromstring(text or "", create_parent="div", parser=parser)
    if parser.error_log.filter_types([etree.ErrorTypes.ERR_RESOURCE_LIMIT]):
        raise too_deep()
    return root


def claims(text):
    """[(words, number)] of the claims that a cleaned body ties to sources: links to #source-2."""
    found = []
    for link in parsed(text).iter("a"):
        if target := SOURCE.fullmatch(link.get("href", "")):
            found.append((" ".join(link.text_content().split()), int(target[1])))
    return found


def codes(text):
    """The codes of the acupoints that a cleaned body embeds, in order, as often as they stand."""
    return [div.get(EMBED) for div in parsed(text).iter("div") if div.get(EMBED)]
