"""Which point a reader means: one answer for whatever was typed.

    Resolver(read_entries()).resolve("UB 40")  ->  Point("BL40", "UB is another way to write BL.")

A Point is sure. Where several points fit the reader is asked (Question), a slip of the keys is
offered and never taken (Guess), and the rest is refused with what comes nearest (Refusal).
"""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from . import reasons
from .lexicon import MERIDIAN, NUMBER, Lexicon
from .nearest import MOST, Nearest
from .reading import Code, codes_at, letters_of, read
from .spelling import cleaned, has_aspirate


@dataclass(frozen=True)
class Point:
    """The one point that is meant."""

    code: str
    why: str = ""


@dataclass(frozen=True)
class Question:
    """Several points fit; they stand in the order of the data."""

    codes: tuple
    why: str = ""


@dataclass(frozen=True)
class Guess:
    """A misspelling that is clearly nearest to one point: shown, never redirected to."""

    code: str
    why: str = ""


@dataclass(frozen=True)
class Refusal:
    """No point. `nearest` are up to five codes that may be suggested."""

    nearest: tuple = ()
    why: str = ""


class Resolver:
    """Answers for typed texts. It is built once, holds no state and asks no database."""

    def __init__(self, entries):
        self.lexicon = Lexicon(entries)
        self.nearest = Nearest(self.lexicon)

    def resolve(self, typed):
        text = cleaned(typed)
        reading = read(self.lexicon, text)
        if reading.is_foreign:
            return Refusal(self.named_in(reading), _("This belongs to another system of points."))
        missing = [claim for claim in reading.claims if not claim.codes]
        if missing:
            nearest = (*self.named_in(reading), *self.ends(missing[0]))
            return Refusal(nearest[:MOST], reasons.missing(self.lexicon, missing[0]))
        if not reading.claims:
            return self.without_claims(reading, text)
        common = self.common(reading.claims)
        if not common:
            return self.asked(code for claim in reading.claims for code in claim.codes)
        common, unknown = self.narrowed(common, reading)
        if unknown:
            return self.doubtful(common, unknown, reading, text)
        why = reasons.understood(self.lexicon, reading.claims, common)
        return Point(common[0], why) if len(common) == 1 else Question(common, why)

    # --- What the text claims ----------------------------------------------------------

    def sorted(self, codes):
        return tuple(sorted(set(codes), key=self.lexicon.order.get))

    def named_in(self, reading):
        """All codes that the text names, as suggestions."""
        return self.sorted(code for claim in reading.claims for code in claim.codes)[:MOST]

    def common(self, claims):
        """Codes that all claims share: "Zhongzhu (TE3)" is one point, "zhongzhu" two."""
        shared = set.intersection(*(set(claim.codes) for claim in claims))
        return self.sorted(shared)

    def narrowed(self, common, reading):
        """What lone meridians and numbers leave of the codes, and the pieces that explain nothing.

        "Yinjiao CV" is one of two points; in "hegu stomach" the second word contradicts.
        """
        unknown = list(reading.unknown)
        for hint in reading.hints:
            kept = tuple(code for code in common if self.agrees(code, hint))
            if not kept:
                unknown.append(hint)
            common = kept or common
        return common, unknown

    def agrees(self, code, hint):
        entry = self.lexicon.entries[code]
        if hint.kind == MERIDIAN:
            return entry.meridian in hint.value
        return str(entry.number) == hint.value

    def ends(self, claim):
        """The first or last points of the meridians of a code that does not exist."""
        edge = "1" if claim.code.number.value == "0" else None
        for meridian in claim.code.meridian.value:
            number = edge or str(self.lexicon.ends.get(meridian))
            yield from self.lexicon.numbered.get((meridian, number), ())

    # --- What is not sure --------------------------------------------------------------

    def asked(self, codes):
        """A text whose parts name different points."""
        codes = self.sorted(codes)
        return Question(codes, reasons.contradiction(self.lexicon, codes))

    def doubtful(self, common, unknown, reading, text):
        """A text that names a point, with words that nobody understood.

        A misspelt name beside its code is no doubt; one beside another point's code is a
        contradiction.
        """
        codes = [claim for claim in reading.claims if claim.name is None]
        if codes:
            slips = self.nearest.slips(letters_of(unknown))
            if len(slips) == 1 and slips[0] in common:
                return Point(slips[0], reasons.understood(self.lexicon, reading.claims, slips))
            if len(slips) == 1:
                return self.asked([*common, *slips])
            is_clear = all(claim.is_clear for claim in codes) and not any(map(blurs, unknown))
            if len(common) == 1 and is_clear:
                return Guess(common[0], reasons.partly(self.lexicon, common[0]))
        elif guess := self.guess(reading.letters, text):
            return guess
        return Refusal(common[:MOST], _("Not all of this was understood."))

    def guess(self, letters, text):
        """The Guess at a misspelt name, if it is near to one point alone.

        An aspirate (ch'i, t'ien) is Wade-Giles, which is near to the wrong names in pinyin.
        """
        slips = () if has_aspirate(text) else self.nearest.slips(letters)
        if len(slips) != 1:
            return None
        return Guess(slips[0], reasons.did_you_mean(self.lexicon, slips[0], text))

    def without_claims(self, reading, text):
        """A text with neither a code nor a name: a slip, a meridian, or something else."""
        if not reading.wanted:
            return Refusal((), _("Write a code such as BL40, or a name such as Weizhong."))
        if code := self.code_with_a_slip(reading):
            return Guess(code, reasons.did_you_mean(self.lexicon, code, text))
        if [hint.kind for hint in reading.hints] == [MERIDIAN] and not reading.unknown:
            return Refusal((), _("This names a meridian. A number is missing, as in BL40."))
        twins = self.nearest.codes.get(reading.letters, ())
        if len(twins) > 1:
            return Question(self.sorted(twins), _("Points of this name have other tones."))
        for letters in dict.fromkeys((reading.letters, reading.wanted)):
            if guess := self.guess(letters, text):
                return guess
        return Refusal(
            self.nearest.suggestions(reading.wanted), _("No point has this name or code.")
        )

    def code_with_a_slip(self, reading):
        """The code that "stomache 36" or "kindey 3" means, if it is one."""
        if [hint.kind for hint in reading.hints] != [NUMBER]:
            return None
        word = self.nearest.meridian(letters_of(reading.unknown))
        if not word:
            return None
        number = reading.hints[0]
        meridian = number._replace(kind=MERIDIAN, value=self.lexicon.words[word][1])
        codes = codes_at(self.lexicon, Code(meridian, number))
        return codes[0] if len(codes) == 1 else None


def blurs(piece):
    """Whether a leftover may belong to the number of a code, as in "GB2O" and "BL 4 0"."""
    return piece.kind == NUMBER or piece.glued


def offered(answer):
    """The codes of an answer, in its order: those of a Refusal are the nearest."""
    if isinstance(answer, Question):
        return answer.codes
    return answer.nearest if isinstance(answer, Refusal) else (answer.code,)


def label(answer):
    """An answer as the lists of spellings write it: BL40, AMBIGUOUS:LI4|SI4, UNKNOWN."""
    if isinstance(answer, Question):
        return "AMBIGUOUS:" + "|".join(answer.codes)
    return getattr(answer, "code", "UNKNOWN")


@dataclass
class Evaluation:
    """Rows (typed, expected, found): as expected, a wrong point, and all that differs otherwise."""

    right: list = field(default_factory=list)
    wrong: list = field(default_factory=list)
    differing: list = field(default_factory=list)


def evaluate(rows, resolver):
    """The Evaluation of rows (typed, expected_code).

    A Guess counts as its code. A wrong point is the fault that matters: whoever asks too often or
    refuses too much sends nobody to a place that was not meant.
    """
    result = Evaluation()
    for typed, expected in rows:
        found = label(resolver.resolve(typed))
        if found == expected:
            result.right.append((typed, expected, found))
        elif found == "UNKNOWN" or found.startswith("AMBIGUOUS:"):
            result.differing.append((typed, expected, found))
        else:
            result.wrong.append((typed, expected, found))
    return result
