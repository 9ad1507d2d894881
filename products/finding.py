"""By which words a product is found, and why it was: from its approved words alone."""

from django.utils.translation import gettext as _

from editorial.words import part_of, place, words_in


def found_by(document):
    """What the search's index keeps of a product's document."""
    fields = document["fields"]
    return {
        "title": fields["name"],
        "head": fields["summary"],
        "text": features_of(fields),
        "about": [],
    }


def why(page, typed):
    """A sentence; "" where its words do not answer to each typed one, whatever the index says."""
    fields = page.fields
    places = [words_in(text) for text in (fields["name"], fields["summary"], features_of(fields))]
    parts = [part for part in map(part_of, typed) if part]
    if all(place(part, places[0]) for part in parts):
        return _("Found by its name")
    if all(any(place(part, words) for words in places) for part in parts):
        return _("Found by its description")
    return ""


def features_of(fields):
    return " ".join(f"{feature['lead']} {feature['text']}" for feature in fields["features"])
