"""Why an article is among the results of a search, from its signed words alone."""

from django.utils.translation import gettext as _

from . import body

AROUND = 60  # characters shown on each side of a word in the text


def why(page, words, codes=()):
    """A sentence; "" where its words do not hold them all, whatever its markup does."""
    used = [uses(point) for point in points_of(page) if point["identity"]["code"] in codes]
    if used:
        return "; ".join(used)
    places = [place_of(word, page) for word in words]
    return "; ".join(dict.fromkeys(places)) if all(places) else ""


def points_of(page):
    return [pin["document"] for pin in page.document["pins"]]


def uses(point):
    name, code = point["fields"]["pinyin"], point["identity"]["code"]
    return _("It uses the point %(point)s") % {"point": f"{name} ({code})"}


def place_of(word, page):
    """Where the word stands in the signed text: in words, or nothing."""
    fields = page.fields
    if holds(fields["title"], word):
        return _("“%(word)s” stands in the title") % {"word": word}
    for topic in fields["tagged"]:
        if holds(topic["name"], word):
            return _("Its topic is %(topic)s") % {"topic": topic["name"]}
    if holds(fields["summary"], word):
        return _("“%(word)s” stands in the summary") % {"word": word}
    text = plain(fields["body"])
    if holds(text, word):
        return _("The text says: “%(words)s”") % {"words": excerpt(text, word)}
    return ""


def holds(text, word):
    return word.casefold() in text.casefold()


def plain(markup):
    """The words of a body; blocks are parted by a space."""
    return " ".join(" ".join(body.parsed(markup).itertext()).split())


def excerpt(text, word):
    """The words around one, cut between words."""
    place = max(text.casefold().find(word.casefold()), 0)
    start, end = max(place - AROUND, 0), place + len(word) + AROUND
    cut = text[start:end]
    if start:
        cut = "… " + cut.partition(" ")[2]
    if end < len(text):
        cut = cut.rpartition(" ")[0] + " …"
    return cut
