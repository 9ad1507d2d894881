"""Everything that a part of a typed text can be: a point's name, a meridian, a number, filler.

The index is built from the entries, whatever they hold: what an editor calls a point never takes
the place of a code, and what nobody could type is left out. Reading a text is a walk over its
tokens that looks up each run of them; there is no search through the points.
"""

import csv
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, product
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from . import words
from .spelling import DIGITS, SCRIPT, cleaned, fits, is_tone, letters, roman, spelled, tokens

DATA = Path(__file__).parent / "data"
UNKNOWN_COSTS = 1000  # more than all pieces of a text together
DIGIT_WORDS = dict(enumerate([*words.ONES, *words.TEENS], 1))

NAME, MERIDIAN, NUMBER, FILLER, FOREIGN, UNKNOWN = (
    "name",
    "meridian",
    "number",
    "filler",
    "foreign",
    "unknown",
)


@dataclass(frozen=True)
class Entry:
    """A point with all its names. `names` are (name, kind), the kinds as in names.csv, by kind.

    `codes` are codes of other systems (UB40, M-HN-3); `old_code` is one that has meanwhile been
    given to another point (BL54 was BL40 in older books).
    """

    code: str
    meridian: str
    number: int | None
    pinyin: str
    traditional: str
    simplified: str
    english: tuple = ()
    codes: tuple = ()
    names: tuple = ()
    region: str = ""
    old_code: str = ""


class Spelling(NamedTuple):
    """One way to write one point: the name, its kind, and its tones where they are known."""

    code: str
    name: str
    kind: str
    tones: tuple = ()


class Piece(NamedTuple):
    """What some neighbouring tokens mean.

    `value` holds Spellings for a name, codes of meridians for a meridian, and the digits for a
    number; `start` and `end` are places among the tokens. `glued` is true where an unknown word
    was written onto the token before it.
    """

    kind: str
    value: tuple | str
    key: str
    start: int
    end: int
    glued: bool = False


def read_entries(folder=DATA):
    """[Entry] in the order of points.csv, with the names of names.csv."""
    names = {}
    for row in read_csv(folder / "names.csv"):
        names.setdefault(row["code"], []).append((row["alias"], row["kind"]))
    return [entry(row, names.get(row["code"], ())) for row in read_csv(folder / "points.csv")]


def read_csv(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def entry(row, names):
    """The Entry of a row of points.csv, or of the same columns from elsewhere."""
    codes = parts(row["other_codes"])
    return Entry(
        code=row["code"],
        meridian=row["meridian"],
        number=int(row["number"]) if row["number"] else None,
        pinyin=row["pinyin"],
        traditional=row["hanzi_trad"],
        simplified=row["hanzi_simp"],
        english=parts(row["english"]),
        codes=tuple(code for code in codes if not code.startswith("old:")),
        names=tuple(sorted(names, key=itemgetter(1, 0))),
        region=row["region"],
        old_code=next((code[4:] for code in codes if code.startswith("old:")), ""),
    )


def parts(field):
    return tuple(part.strip() for part in field.split(";") if part.strip())


class Lexicon:
    """The index of all that can be typed. `order` gives the place of each code in the data."""

    def __init__(self, entries):
        self.entries = {entry.code: entry for entry in entries}
        if len(self.entries) != len(entries):
            raise ValueError("A code stands in the data twice.")
        self.order = {code: place for place, code in enumerate(self.entries)}
        self.simpler = simpler_characters(entries)
        self.words = {}  # key: (kind, value)
        self.add_words()
        self.numbered = {}  # (meridian, number): codes
        self.ends = {}  # meridian: its last number
        self.names = {}  # letters: [Spelling]
        self.names_with_xue = {}  # the same with the word for point behind them
        self.beginnings = set()
        for item in entries:
            self.add_numbers(item)
        self.add_beginnings(self.words)
        names = self.names_in(entries)  # by our words alone: another code "Hegu 5" hides no Hegu
        for item in entries:
            self.add_other_codes(item)
        for key, one in names:
            self.add_name(key, one)
        self.add_beginnings((*self.words, *self.names, *self.names_with_xue))
        self.old_codes = {item.old_code: item.code for item in entries if item.old_code}

    # --- Building ----------------------------------------------------------------------

    def add_words(self):
        for word in words.FOREIGN.split():
            self.words[self.key(word)] = (FOREIGN, ())
        for word in words.FILLERS.split():
            self.words[self.key(word)] = (FILLER, ())
        for limb, channel in product("手足", words.CHANNELS.split()):
            self.words[limb + channel] = (FILLER, ())
        for word, number in words.number_words().items():
            self.words[word] = (NUMBER, str(number))
        self.add_meridians()

    def add_meridians(self):
        """A letter or word that stands for several meridians gets them all."""
        for code, names in words.ABBREVIATIONS.items():
            spellings = [*names.split(), *words.MERIDIANS[code].split(", ")]
            for key in dict.fromkeys(map(self.key, spellings)):
                _, known = self.words.get(key, (MERIDIAN, ()))
                self.words[key] = (MERIDIAN, (*known, code))
        for prefix, group in product(("", *words.EXTRA), words.EXTRA_GROUPS):
            if key := self.key(prefix + " " + group):
                self.words.setdefault(key, (MERIDIAN, ("EX-" + group,)))

    def add_numbers(self, item):
        if item.number is not None:
            self.numbered[item.meridian, str(item.number)] = (item.code,)
            self.ends[item.meridian] = max(item.number, self.ends.get(item.meridian, 0))

    def add_other_codes(self, item):
        """Other codes: a spelling of its meridian adds nothing, M-HN-3 and GV29 are new.

        One that is the code of another point stays that point's.
        """
        for code in (item.code, *item.codes):
            if not (places := self.places(code)):
                continue
            meridians = tuple(meridian for meridian, _number in places)
            self.words.setdefault(self.parted(code)[0], (MERIDIAN, meridians))
            if item.meridian not in meridians and "".join(places[0]) not in self.entries:
                self.numbered[places[0]] = (*self.numbered.get(places[0], ()), item.code)

    def places(self, code):
        """((meridian, number), …) that a code can mean; none where it is not letters and number."""
        key, digits = self.parted(code)
        kind, meridians = self.words.get(key, (MERIDIAN, (cleaned(code)[: -len(digits)],)))
        if not key or not digits or kind != MERIDIAN:
            return ()
        return tuple((meridian, digits.lstrip("0") or "0") for meridian in meridians)

    def parted(self, code):
        """The letters of a code and the number at its end, either of them "" where it has none."""
        *prefix, last = [*tokens(cleaned(code))] or [None]
        if last is None or last.kind != DIGITS:
            return self.key(code), ""
        return "".join(self.simple(token).text for token in prefix), last.text

    def names_in(self, entries):
        """[(letters, Spelling)] of all that can be a name, in the order of the entries."""
        own = {self.key(item.code): item.code for item in entries}
        spellings = [(self.key(one.name), one) for item in entries for one in self.called(item)]
        return [
            (key, one)
            for key, one in spellings
            if own.get(key, one.code) == one.code and self.is_name(one.name, key)
        ]

    def called(self, item):
        """The Spellings of a point; a code without a number is one as well."""
        for code in (item.code, *item.codes):
            if not self.parted(code)[1]:
                yield Spelling(item.code, code, "code")
        tones = spelled(tokens(cleaned(item.pinyin))).tones
        yield Spelling(item.code, item.pinyin, "pinyin", tones)
        for name in dict.fromkeys((item.traditional, item.simplified)):
            yield Spelling(item.code, name, "hanzi")
        for name in item.english:
            yield Spelling(item.code, name, "english")
        for name, kind in item.names:
            yield Spelling(item.code, name, kind)

    def is_name(self, text, key):
        """Whether a text with these letters can be a name: it is neither a word that codes are made
        of, nor a code, nor does it hold one. Asked before the entries add words and names."""
        if not key or key in self.words or roman(key):
            return False
        parts = tokens(cleaned(text))
        if not any(self.can_number(token) for token in parts):
            return True
        pieces = [piece for piece in self.read(cleaned(text)) if piece.kind != FILLER]
        kinds = [NUMBER if roman(piece.key) else piece.kind for piece in pieces]
        return UNKNOWN in kinds and (MERIDIAN, NUMBER) not in pairwise(kinds)

    def can_number(self, token):
        known, _value = self.words.get(token.text, (UNKNOWN, ""))
        return token.kind == DIGITS or known == NUMBER or roman(token.text)

    def add_name(self, key, spelling):
        """Under its letters; ü is v there and also u, because many keyboards have neither."""
        keys = {key, key.replace("v", "u")} if spelling.kind == "pinyin" else {key}
        for spelt in keys:
            self.names.setdefault(spelt, []).append(spelling)
            if spelling.kind == "pinyin":
                with_xue = spelling._replace(tones=spelling.tones and (*spelling.tones, xue(spelt)))
                self.names_with_xue.setdefault(spelt + "xue", []).append(with_xue)

    def add_beginnings(self, keys):
        """All beginnings of what is known, by which reading stops early. v and u are one here."""
        for key in keys:
            key = key.replace("v", "u")
            self.beginnings.update(key[:length] for length in range(1, len(key) + 1))

    def key(self, text):
        return "".join(self.simpler.get(letter, letter) for letter in letters(cleaned(text)))

    # --- Reading -----------------------------------------------------------------------

    def read(self, text):
        """[Piece] of a text: as few tokens unknown as possible, then as few pieces."""
        found = [self.simple(token) for token in tokens(text)]
        best = [(0, None)] * (len(found) + 1)
        for start, token in reversed(list(enumerate(found))):
            unknown = Piece(UNKNOWN, (), token.text, start, start + 1, token.glued)
            best[start] = (UNKNOWN_COSTS + best[start + 1][0], unknown)
            for piece in self.pieces_from(found, start):
                if 1 + best[piece.end][0] <= best[start][0]:
                    best[start] = (1 + best[piece.end][0], piece)
        return walked(best)

    def simple(self, token):
        if token.kind != SCRIPT:
            return token
        return token._replace(text=self.simpler.get(token.text, token.text))

    def pieces_from(self, found, start):
        """All that begins at a token, the longest last.

        A digit is read as written, as a tone (left out of the letters), and as a word.
        """
        key = letters = worded = ""
        for stop, token in enumerate(found[start:], start + 1):
            key += token.text
            letters += "" if letters and is_tone(token) else token.text
            worded += word_of(token)
            if spellings := self.spellings(found[start:stop], letters, worded):
                yield Piece(NAME, spellings, key, start, stop)
            elif key in self.words:
                yield Piece(*self.words[key], key, start, stop)
            elif token.kind == DIGITS and key == token.text:
                yield Piece(NUMBER, key.lstrip("0") or "0", key, start, stop)
            if not any(self.goes_on(text) for text in {key, letters, worded}):
                return

    def goes_on(self, text):
        return text.replace("v", "u") in self.beginnings

    def spellings(self, run, letters, worded):
        """The Spellings of a name that fit the tones; or of one with a number as a word."""
        if known := self.known(letters):
            tones = spelled(run).tones
            return tuple(one for one in known if fits(tones, one.tones))
        return () if worded == letters else tuple(self.known(worded))

    def known(self, letters):
        """Spellings of these letters. ü typed where the name has u counts as u."""
        for spelt in (letters, letters.replace("v", "u")):
            if known := self.names.get(spelt) or self.names_with_xue.get(spelt):
                return known
        return ()


def walked(best):
    """The pieces along the best path."""
    pieces, place = [], 0
    while best[place][1]:
        pieces.append(best[place][1])
        place = pieces[-1].end
    return pieces


def word_of(token):
    """A number in an English name as the word that it has there: "3 yin crossing"."""
    number = int(token.text) if token.text.isdecimal() and len(token.text) < 3 else 0
    return DIGIT_WORDS.get(number, token.text)


def xue(letters):
    """The tone of "xué", point, behind a name."""
    return (len(letters) + 2, 2, False)


def simpler_characters(entries):
    """{character: the simplified one}, learned from the names that have both, and variants.

    A character of our words stays what it is, or a slip in a name would change numbers.
    """
    simpler = dict(words.VARIANTS.split())
    for item in entries:
        if len(item.traditional) == len(item.simplified):
            simpler |= dict(zip(item.traditional, item.simplified, strict=True))
    ours = words.characters()
    return {old: new for old, new in simpler.items() if old != new and old not in ours}


@cache
def without_points():
    """The Lexicon of the words alone: what it reads whole is the name of no point."""
    return Lexicon(())
