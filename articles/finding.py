"""By which words an article is found, and why it was: from its signed words alone."""

from django.utils.translation import gettext as _

from editorial import words

from . import body

AROUND = 60  # characters shown on each side of a word in the text


def found_by(document):
    """What the search's index keeps of an article's document."""
    fields = document["fields"]
    return {
        "title": fields["title"],
        "head": " ".join([fields["summary"], *(topic["name"] for topic in fields["tagged"])]),
        "text": text_of(fields),
        "about": [pin["document"]["identity"]["code"] for pin in document["pins"]],
    }


def why(page, typed, codes=()):
    """A sentence; "" where its words do not answer to each typed one, whatever the index says."""
    used = [uses(point) for point in points_of(page) if point["identity"]["code"] in codes]
    if used:
        return "; ".join(used)
    parts = {word: words.part_of(word) for word in typed}
    reasons = {word: "" for word, part in parts.items() if part}
    for sentence, text in places(page.fields):
        cut = words.words_in(text)
        for word in [word for word, reason in reasons.items() if not reason]:
            if place := words.place(parts[word], cut):
                said = {"word": word, "topic": text, "words": excerpt(text, *place)}
                reasons[word] = sentence % said
        if all(reasons.values()):
            return "; ".join(dict.fromkeys(reasons.values()))
    return ""


def points_of(page):
    return [pin["document"] for pin in page.document["pins"]]


def uses(point):
    name, code = point["fields"]["pinyin"], point["identity"]["code"]
    return _("It uses the point %(point)s") % {"point": f"{name} ({code})"}


def places(fields):
    """(what is said of a word that stands there, text), the best first."""
    yield _("“%(word)s” stands in the title"), fields["title"]
    for topic in fields["tagged"]:
        yield _("Its topic is %(topic)s"), topic["name"]
    yield _("“%(word)s” stands in the summary"), fields["summary"]
    yield _("The text says: “%(words)s”"), text_of(fields)


def text_of(fields):
    """The words of body and tips without markup; blocks are parted by a space."""
    tips = (f"{tip['lead']} {tip['text']}" for tip in fields["tips"])
    said = [*body.parsed(fields["body"]).itertext(), fields["tips_heading"], *tips]
    return " ".join(" ".join(said).split())


def excerpt(text, start, end):
    """The words around a place, cut between words."""
    first, last = max(start - AROUND, 0), end + AROUND
    cut = text[first:last]
    if first:
        cut = "… " + cut.partition(" ")[2]
    if last < len(text):
        cut = cut.rpartition(" ")[0] + " …"
    return cut
