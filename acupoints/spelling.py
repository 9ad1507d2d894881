"""How a typed text is taken apart: letters without marks, tones, numbers, single characters.

Both the names in the data and what a reader types go through here, so that "Wěi-zhōng",
"wei3zhong1" and "WEI ZHONG" meet in the letters "weizhong", each with the tones that it gave.
"""

import re
import unicodedata
from typing import NamedTuple

from .words import AMERICAN, LIGATURES

LONGEST = 64  # characters that are read, counted after normalisation
LONGEST_RAW = 512  # no character is composed of more than four, so 64 of them are in here
TONES = {"\u0304": 1, "\u0301": 2, "\u030c": 3, "\u0306": 3, "\u0300": 4}
DIAERESIS = "\u0308"
APOSTROPHES = "'’‘ʼʻ`´′"
NUMBER_SIGN = re.compile(r"\bn°")
U_WITH_COLON = re.compile(r"(?<=[a-z0-9][nl])u:")
ASPIRATE = re.compile(rf"(?:[ptk]|ch|t[sz])[{APOSTROPHES}][a-zü]", re.IGNORECASE)
ROMAN = re.compile(r"(xl|l?x{0,3})(ix|iv|v?i{0,3})")
ROMAN_VALUES = {"l": 50, "x": 10, "v": 5, "i": 1}
SYLLABLES = ("li", "xi")  # Roman numerals that are more often half a name

LATIN, DIGITS, SCRIPT = "latin", "digits", "script"


class Token(NamedTuple):
    """A run of Latin letters, a number, or one character of another script.

    `glued` is true when nothing stands between it and the token before it; `tones` are
    (place in the text, tone), from marks over the letters.
    """

    text: str
    kind: str
    glued: bool = False
    tones: tuple = ()


class Spelled(NamedTuple):
    """Letters of a name and its tones: (place, tone, whether it was a digit after a syllable)."""

    letters: str
    tones: tuple = ()


def cleaned(typed):
    """The text that is read: compatibility forms unified first, then cut, then made visible.

    The raw text is cut as well, far behind the part that is read, because ordering thousands of
    combining marks takes time that grows with their square.
    """
    text = unicodedata.normalize("NFKC", typed[:LONGEST_RAW])[:LONGEST]
    return "".join(map(visible, text)).strip()


def visible(character):
    """Tabs and line ends as spaces; what has no shape (nulls, marks of direction) as nothing."""
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") else character


def has_aspirate(text):
    return ASPIRATE.search(text) is not None


def tokens(text):
    """[Token] of a cleaned text, in one pass from left to right."""
    text = NUMBER_SIGN.sub("no ", text.casefold())
    text = U_WITH_COLON.sub("ü", text)
    found = Tokens()
    for place, character in enumerate(text):
        found.take(character, text[place + 1 : place + 3])
    return found.done()


class Tokens:
    """The tokens found so far, and the run that is being read."""

    def __init__(self):
        self.found = []
        self.run, self.kind, self.tones = [], None, []
        self.glued = False

    def take(self, character, following):
        """Read one character; `following` are the next two, for 24.5 and 24+."""
        if character.isascii():
            if character.isalpha():
                self.letter(character)
            elif character.isdigit():
                self.add(character, DIGITS)
            elif not (character in APOSTROPHES or self.fraction(character, following)):
                self.gap()
        elif unicodedata.combining(character):
            self.mark(character)
        elif character not in APOSTROPHES:
            self.other(character)

    def letter(self, character, marks=""):
        self.add(character, LATIN)
        for mark in marks:
            self.mark(mark)

    def other(self, character):
        """A letter with marks, a ligature, a digit of another script, or its own token."""
        base, *marks = unicodedata.normalize("NFD", character)
        if "a" <= base <= "z":
            self.letter(base, marks)
        elif character in LIGATURES:
            for letter in LIGATURES[character]:
                self.letter(letter)
        elif (digit := unicodedata.decimal(character, None)) is not None:
            self.add(str(digit), DIGITS)
        elif character.isalpha():
            self.close()
            self.add(character, SCRIPT)
            self.close()
        else:
            self.gap()

    def mark(self, mark):
        """A tone stands at its letter; ü is written v, as on keyboards; other marks fall away."""
        if self.kind != LATIN:
            return
        if mark in TONES:
            self.tones.append((len(self.run) - 1, TONES[mark]))
        elif mark == DIAERESIS and self.run[-1] == "u":
            self.run[-1] = "v"

    def fraction(self, character, following):
        """Whether a sign continues a number, as in 24.5 and 24+."""
        if self.kind != DIGITS or "+" in self.run or "." in self.run:
            return False
        if (character == "+" and not following[:1].isalnum()) or (
            character == "." and following[:1].isdecimal()
        ):
            self.run.append(character)
            return True
        return False

    def add(self, character, kind):
        if kind != self.kind:
            self.close()
            self.kind = kind
        self.run.append(character)

    def gap(self):
        self.close()
        self.glued = False

    def close(self):
        if self.run:
            text = "".join(self.run)
            self.found.append(Token(shape(text), self.kind, self.glued, tuple(self.tones)))
            self.glued = True
        self.run, self.kind, self.tones = [], None, []

    def done(self):
        self.close()
        return self.found


def shape(text):
    """British spelling for the words of point names; the half that lies behind a point as +."""
    if text.endswith(".5"):
        return text[:-2] + "+"
    return AMERICAN.get(text, text)


def spelled(parts):
    """The letters of some tokens, with the tones of marks and of digits after a syllable."""
    letters, tones = "", []
    for token in parts:
        if letters and is_tone(token):
            tones.append((len(letters), int(token.text), True))
        else:
            tones += [(len(letters) + place, tone, False) for place, tone in token.tones]
            letters += token.text
    return Spelled(letters, tuple(tones))


def is_tone(token):
    """Whether a number can be a tone: one digit to 5, written onto the letters before it."""
    return token.kind == DIGITS and token.glued and token.text in ("0", "1", "2", "3", "4", "5")


def letters(text):
    """The letters alone, as the key of a name."""
    return "".join(token.text for token in tokens(text))


def roman(text):
    """The number that a Roman numeral says, or nothing."""
    if text in SYLLABLES or not ROMAN.fullmatch(text):
        return None
    values = [ROMAN_VALUES[letter] for letter in text]
    followed = zip(values, [*values[1:], 0], strict=True)
    return sum(-value if value < after else value for value, after in followed)


def fits(typed, known):
    """Whether typed tones contradict none of the known ones: both are tuples as in Spelled.

    What was typed without tones fits everything, and everything fits a name known without them.
    """
    if not known:
        return True
    at = {place: tone for place, tone, _ in known}
    start = 0
    for place, tone, is_digit in typed:
        if not is_digit:
            if at.get(place) != tone:
                return False
            continue
        syllable = [at[mark] for mark in sorted(at) if start <= mark < place]
        start = place
        if tone not in (0, 5) and syllable[-1:] != [tone]:
            return False
    return True
