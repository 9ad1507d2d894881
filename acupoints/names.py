"""Points by a part of a name: "zhong", "环", "crossing", "gb". The resolver reads whole names;
this is for whoever has typed half of one, or remembers half."""

import unicodedata
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models.content import NAMES as TEXT_NAMES
from .spelling import cleaned, spelled, tokens

FOUND_BY = {
    "code": gettext_lazy("Found by its code, %(name)s"),
    "pinyin": gettext_lazy("Found by its pinyin name, %(name)s"),
    "characters": gettext_lazy("Found by its characters, %(name)s"),
    "traditional": gettext_lazy("Found by its traditional characters, %(name)s"),
    "simplified": gettext_lazy("Found by its simplified characters, %(name)s"),
    "english": gettext_lazy("Found by its English name, %(name)s"),
    "hanzi": gettext_lazy("Found by another name in characters, %(name)s"),
    "wade-giles": gettext_lazy("Found by its Wade-Giles spelling, %(name)s"),
    "japanese": gettext_lazy("Found by its Japanese name, %(name)s"),
    "korean": gettext_lazy("Found by its Korean name, %(name)s"),
    "vietnamese": gettext_lazy("Found by its Vietnamese name, %(name)s"),
    "set": gettext_lazy("Part of the set %(name)s"),
}
WHOLE, BEGINNING, PART = range(3)


class Name(NamedTuple):
    """A name of a point. `key` is all its letters, in simplified characters and without tones;
    `words` the same with a space before each word."""

    text: str
    kind: str
    key: str
    words: str

    @property
    def why(self):
        return FOUND_BY[self.kind] % {"name": self.text}


class Word(NamedTuple):
    """A typed word: as it was typed, its letters, and whether it has marks of tones."""

    text: str
    key: str
    is_toned: bool


class Names:
    """All names of all points; {code: [Name]} in the order of the data."""

    def __init__(self, lexicon):
        self.key = lexicon.key
        self.of = {code: list(self.names_of(item)) for code, item in lexicon.entries.items()}

    def names_of(self, item):
        for code in (item.code, *item.codes):
            yield self.name(code, "code")
        yield self.name(item.pinyin, "pinyin")
        if item.traditional == item.simplified:
            yield self.name(item.traditional, "characters")
        else:
            yield self.name(item.traditional, "traditional")
            yield self.name(item.simplified, "simplified")
        for text in item.english:
            yield self.name(text, "english")
        for text, kind in item.names:
            yield self.name(text, kind)

    def name(self, text, kind):
        words = "".join(f" {token.text}" for token in tokens(cleaned(text)))
        return Name(text, kind, self.key(text), words)

    def word(self, typed):
        text = unicodedata.normalize("NFC", cleaned(typed)).casefold()
        key = self.key(text)
        return Word(text, key, key.isascii() and not text.isascii())

    def holding(self, typed):
        """{code: Name} of the points that every one of the typed words names, the nearest first.

        The Name is the one that the first word found.
        """
        words = [word for word in map(self.word, typed) if word.key]
        if not words:
            return {}
        found = dict.fromkeys(self.of, ())
        for word in words:
            nearest = {code: self.nearest(word, self.of[code]) for code in found}
            found = {code: (*found[code], near) for code, near in nearest.items() if near}
        best = sorted(found, key=lambda code: max(place for place, _name in found[code]))
        return {code: found[code][0][1] for code in best}

    def nearest(self, word, names):
        """(place, Name) of the name that holds the word best, or None."""
        places = ((place_in(word, name), name) for name in names)
        held = [(place, name) for place, name in places if place is not None]
        # Of two scripts the one that was typed.
        return min(held, key=lambda one: (one[0], word.text not in one[1].text), default=None)

    def whole(self, typed, code):
        """The Name of a point that is the whole typed text, or its code."""
        for text in (typed, spelled(tokens(cleaned(typed))).letters):  # with digits, or as tones
            found = self.nearest(self.word(text), self.of[code])
            if found and found[0] == WHOLE:
                return found[1]
        return self.of[code][0]

    def why(self, typed, code):
        """Why a whole typed text is this point, where the resolver has nothing to explain."""
        return self.whole(typed, code).why


def place_in(word, name):
    """Where a name holds the word: WHOLE, BEGINNING or PART; None where it does not.

    Pinyin and characters are written in one and are looked through; the words of other names, and
    codes, have to begin with it.
    """
    if word.is_toned and (name.kind != "pinyin" or word.text not in name.text.casefold()):
        return None
    if name.key.startswith(word.key):
        return WHOLE if name.key == word.key else BEGINNING
    if name.kind == "code":
        return None
    if f" {word.key}" in name.words:
        return PART
    is_half = not word.key.isascii() or (name.kind == "pinyin" and len(word.key) > 1)
    return PART if is_half and word.key in name.key else None


def why_described(page, words):
    """Why a point was found by its signed text: a name in it, or a use."""
    for text in (page.fields[name] for name in TEXT_NAMES):
        if all(word.casefold() in text.casefold() for word in words):
            return _("Found by a name in its text, %(name)s") % {"name": text}
    for line in page.fields["uses"].splitlines():
        if any(word.casefold() in line.casefold() for word in words):
            return _("Traditionally used for: %(use)s") % {"use": line.strip()}
    return _("Found by its names and uses")
