"""What a typed text says: the codes and names that it claims, and what is left over."""

from dataclasses import dataclass, field
from typing import NamedTuple

from .lexicon import FILLER, FOREIGN, MERIDIAN, NAME, NUMBER, UNKNOWN, Piece
from .spelling import roman

NO_DIGITS = str.maketrans("", "", "0123456789.+")


class Code(NamedTuple):
    """A meridian and a number that belong together."""

    meridian: Piece
    number: Piece


class Claim(NamedTuple):
    """A code or a name in the text, with the codes that it stands for: none if none exists."""

    codes: tuple
    name: Piece | None = None
    code: Code | None = None

    @property
    def is_clear(self):
        """A name, or a code of more than one letter that stands before its number.

        Beside words that nobody understood "B 12" may be a vitamin.
        """
        if self.name:
            return True
        meridian, number = self.code
        return not is_letter(meridian) and meridian.start < number.start


@dataclass
class Reading:
    """The parts of a text. `hints` are a lone meridian or number beside something else."""

    claims: list = field(default_factory=list)
    hints: list = field(default_factory=list)
    unknown: list = field(default_factory=list)
    is_foreign: bool = False
    letters: str = ""  # of all that was typed, without digits
    wanted: str = ""  # the same without filler


def read(lexicon, text):
    """The Reading of a text."""
    pieces = lexicon.read(text)
    solid = [piece for piece in pieces if piece.kind != FILLER]
    reading = Reading(
        is_foreign=any(piece.kind == FOREIGN for piece in pieces),
        letters=letters_of(pieces),
        wanted=letters_of(solid),
    )
    for part in paired(with_roman_numbers(solid)):
        if isinstance(part, Code):
            reading.claims.append(Claim(codes_at(lexicon, part), code=part))
        elif part.kind == NAME:
            reading.claims.append(Claim(codes_of(part.value), name=part))
        elif part.kind == NUMBER or (part.kind == MERIDIAN and not is_letter(part)):
            reading.hints.append(part)
        elif part.kind in (MERIDIAN, UNKNOWN):
            reading.unknown.append(part)
    return reading


def letters_of(pieces):
    return "".join(piece.key for piece in pieces).translate(NO_DIGITS)


def codes_of(spellings):
    return tuple(dict.fromkeys(one.code for one in spellings))


def codes_at(lexicon, code):
    """The points with the number, over all meridians that the letters stand for."""
    places = [(meridian, code.number.value) for meridian in code.meridian.value]
    return tuple(found for place in places for found in lexicon.numbered.get(place, ()))


def is_letter(piece):
    """Whether a piece is one Latin letter, which says little by itself."""
    return len(piece.key) == 1 and piece.key.isascii()


def paired(pieces):
    """The pieces, with a Code in place of a meridian and a number that belong together.

    The meridian comes first, but for a text that begins with a number and ends with a meridian.
    """
    parts, place = [], 0
    kinds = [piece.kind for piece in pieces if piece.kind in (MERIDIAN, NUMBER)]
    order = (MERIDIAN, NUMBER)
    if kinds[:1] == [NUMBER] and kinds[-1] == MERIDIAN:
        order = (NUMBER, MERIDIAN)
    while place < len(pieces):
        pair = pieces[place : place + 2]
        if tuple(piece.kind for piece in pair) == order and touching(*pair):
            parts.append(Code(*pair) if order[0] == MERIDIAN else Code(*reversed(pair)))
            place += 2
        else:
            parts.append(pieces[place])
            place += 1
    return parts


def touching(first, second):
    """A single letter belongs to a number only beside it; a word may have filler between."""
    letters = first if first.kind == MERIDIAN else second
    return not is_letter(letters) or first.end == second.start


def with_roman_numbers(pieces):
    """The pieces, with a Roman numeral as a number where it follows a meridian."""
    found = []
    for place, piece in enumerate(pieces):
        follows = found and found[-1].kind == MERIDIAN and not is_letter(found[-1])
        numbered = pieces[place + 1 : place + 2] and pieces[place + 1].kind == NUMBER
        can_be = piece.kind == UNKNOWN or (piece.kind == MERIDIAN and is_letter(piece))
        if follows and not numbered and can_be and (number := roman(piece.key)):
            piece = piece._replace(kind=NUMBER, value=str(number))
        found.append(piece)
    return found
