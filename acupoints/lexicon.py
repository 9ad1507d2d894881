"""Everything that a part of a typed text can be: a point's name, a meridian, a number, filler.

The index is built once from the entries. Reading a text is a walk over its tokens that looks up
each run of them; there is no search through the points.
"""

import csv
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import NamedTuple

from . import words
from .spelling import DIGITS, SCRIPT, fits, is_tone, letters, spelled, tokens

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
    """A point with all its names. `names` are (name, kind), the kinds as in names.csv.

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
        names=tuple(names),
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
        for item in entries:
            self.add_other_codes(item)
            self.add_names(item)
        self.add_beginnings()
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
        """Other codes: a spelling of its meridian adds nothing, M-HN-3 and GV29 are new."""
        for code in (item.code, *item.codes):
            *prefix, number = tokens(code)
            if number.kind != DIGITS:
                self.add_name(Spelling(item.code, code, "code"))
                continue
            key = "".join(token.text for token in prefix)
            _, meridians = self.words.setdefault(key, (MERIDIAN, (code[: -len(number.text)],)))
            if item.meridian not in meridians:
                place = (meridians[0], number.text)
                self.numbered[place] = (*self.numbered.get(place, ()), item.code)

    def add_names(self, item):
        tones = spelled(tokens(item.pinyin)).tones
        self.add_name(Spelling(item.code, item.pinyin, "pinyin", tones))
        for name in dict.fromkeys((item.traditional, item.simplified)):
            self.add_name(Spelling(item.code, name, "hanzi"))
        for name in item.english:
            self.add_name(Spelling(item.code, name, "english"))
        for name, kind in item.names:
            self.add_name(Spelling(item.code, name, kind))

    def add_name(self, spelling):
        """Under its letters; ü is v there and also u, because many keyboards have neither."""
        key = self.key(spelling.name)
        keys = {key, key.replace("v", "u")} if spelling.kind == "pinyin" else {key}
        for spelt in keys:
            self.names.setdefault(spelt, []).append(spelling)
            if spelling.kind == "pinyin":
                with_xue = spelling._replace(tones=spelling.tones and (*spelling.tones, xue(spelt)))
                self.names_with_xue.setdefault(spelt + "xue", []).append(with_xue)

    def add_beginnings(self):
        """All beginnings of what is known, by which reading stops early. v and u are one here."""
        for key in (*self.words, *self.names, *self.names_with_xue):
            key = key.replace("v", "u")
            self.beginnings.update(key[:length] for length in range(1, len(key) + 1))

    def key(self, text):
        return "".join(self.simpler.get(letter, letter) for letter in letters(text))

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
    """{character: the simplified one}, learned from the names that have both, and variants."""
    simpler = dict(words.VARIANTS.split())
    for item in entries:
        if len(item.traditional) == len(item.simplified):
            simpler |= dict(zip(item.traditional, item.simplified, strict=True))
    return {old: new for old, new in simpler.items() if old != new}
