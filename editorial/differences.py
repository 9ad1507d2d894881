"""What differs between two documents, word by word, for the desk and for the public history.

Text is cut into words, spaces and single Chinese characters, rich text first into its blocks.
Blocks are compared whole before their words are, and very long blocks are shown as replaced, so
that the time stays small whatever is compared.
"""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.translation import gettext as _
from lxml import html

from .signing import plain

TOKEN = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]|\w+|\s+|[^\w\s]")
LONGEST_BLOCK = 1500  # tokens; beyond that words are not paired
BLOCKS = ("p", "li", "h2", "h3", "h4", "blockquote", "div")

SAME, OLD, NEW = "same", "old", "new"


@dataclass
class Difference:
    """One field that differs: `blocks` of parts, each (same | old | new, text); for a picture the
    facts of `pictures`, (old, new), None for one that there is not."""

    name: str
    blocks: list
    pictures: tuple | None = None


def between(old, new):
    """[Difference] for each field, list and pinned text in which two documents differ."""
    found = []
    names = [*new["fields"], *(name for name in old["fields"] if name not in new["fields"])]
    for name in names:
        found += difference(name, old["fields"].get(name), new["fields"].get(name))
    before, after = pins_of(old), pins_of(new)
    if before != after:
        found.append(Difference(_("Acupoints in the text"), compared(before, after)))
    return found


def difference(name, old, new):
    """[Difference] of one field, or nothing."""
    if old == new:
        return []
    if is_picture(old) or is_picture(new):
        return [Difference(label(name), [], pictures=(old, new))]
    before, after = lines_of(old), lines_of(new)
    return [Difference(label(name), compared(before, after))] if before != after else []


def is_picture(value):
    return isinstance(value, dict) and "sha256" in value


def label(name):
    return name.replace("_", " ").capitalize()


def lines_of(value):
    """A field as blocks of plain text: rich text by its elements, lists row by row."""
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return [row_text(row) for row in value]
    if isinstance(value, dict):
        return [row_text(value)]
    text = str(value)
    return rich_lines(text) if re.search(r"<(?:p|h[2-4]|ul|ol|div)\b", text) else text.split("\n")


def row_text(row):
    """A row on one line, with the rows inside it."""
    if not isinstance(row, dict | list):
        return str(plain(row))
    values = row.values() if isinstance(row, dict) else row
    return " · ".join(row_text(value) for value in values if value not in ("", None, []))


def rich_lines(text):
    """The blocks of rich text, a mark before headings and items, embeds by their code."""
    marks = {"li": "• ", "h2": "## ", "h3": "### ", "h4": "#### ", "blockquote": "> "}
    lines = []
    for element in html.fragment_fromstring(text, create_parent="main").iter(*BLOCKS):
        code = element.get("data-acupoint")
        words = f"[{code}]" if code else own_text(element)
        if words:
            lines.append(marks.get(element.tag, "") + words)
    return lines


def own_text(element):
    """The text of a block without that of blocks inside it; links show where they lead."""
    parts = [element.text or ""]
    for child in element:
        if child.tag not in (*BLOCKS, "ul", "ol"):
            href = child.get("href") if child.tag == "a" else None
            parts.append(child.text_content() + (f" ({href})" if href else ""))
        parts.append(child.tail or "")
    return " ".join("".join(parts).split())


def pins_of(document):
    """Pinned texts with the beginning of their digests: a renewed one differs."""
    return [
        f"{pin['document']['identity'].get('code', '')} {pin['digest'][:12]}".strip()
        for pin in document.get("pins", [])
    ]


def compared(before, after):
    """Blocks of parts: unchanged blocks are left out but for a mark where they stood."""
    blocks = []
    for op, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if op == "equal":
            continue
        old, new = before[i1:i2], after[j1:j2]
        pairs = min(len(old), len(new))
        blocks += [words(a, b) for a, b in zip(old, new, strict=False)]
        blocks += [[(OLD, text)] for text in old[pairs:]]
        blocks += [[(NEW, text)] for text in new[pairs:]]
    return blocks


def words(before, after):
    """[(same | old | new, text)] of two texts; each side reads whole from its parts."""
    old, new = TOKEN.findall(before), TOKEN.findall(after)
    if max(len(old), len(new)) > LONGEST_BLOCK:
        return [(OLD, before), (NEW, after)]
    parts = []
    for op, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if op == "equal":
            parts.append((SAME, "".join(old[i1:i2])))
            continue
        if i1 < i2:
            parts.append((OLD, "".join(old[i1:i2])))
        if j1 < j2:
            parts.append((NEW, "".join(new[j1:j2])))
    return parts
