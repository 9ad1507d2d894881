"""What a misspelt name comes nearest to. Only texts that nothing else explains get here."""

from rapidfuzz import process
from rapidfuzz.distance import OSA

from .words import MERIDIANS, NO_POINTS

MOST = 5  # codes that are suggested
ALIKE = 0.6  # of the letters, at least, for a suggestion
ALIKE_CHARACTERS = 0.5  # one of two Chinese characters

# How many slips (a letter changed, missing, too many, or two swapped) a text of so many letters
# may hold. Words of English are near other words, pinyin is not; so English has to be longer.
SLIPS = ((9, 2), (5, 1), (0, 0))
SLIPS_ENGLISH = ((14, 2), (8, 1), (0, 0))


class Nearest:
    """The names with the codes that they stand for, ready to be compared."""

    def __init__(self, lexicon):
        self.codes = {
            key: tuple(dict.fromkeys(one.code for one in known))
            for key, known in lexicon.names.items()
        }
        self.latin = [key for key in self.codes if key.isascii()]
        self.characters = [key for key in self.codes if not key.isascii()]
        self.no_points = set(NO_POINTS.split())
        kinds = {key: {one.kind for one in known} for key, known in lexicon.names.items()}
        self.english = {key for key, found in kinds.items() if found == {"english"}}
        words = map(lexicon.key, ", ".join(MERIDIANS.values()).split(", "))
        self.meridians = {key: lexicon.words[key][1] for key in words if key.isascii()}

    def slips(self, key):
        """Codes of the one or several names that are a slip away from the letters."""
        if key in self.no_points or not key.isascii():
            return ()
        found = within_reach(key, self.latin)
        if not any(self.allowed(key, name, distance) for name, distance in found):
            return ()
        return tuple(dict.fromkeys(code for name, _ in found for code in self.codes[name]))

    def allowed(self, key, name, distance):
        table = SLIPS_ENGLISH if name in self.english else SLIPS
        return distance <= slips_in(len(key), table)

    def meridian(self, key):
        """A word for the only meridian of which the letters are a slip away, if there is one."""
        found = within_reach(key, list(self.meridians))
        meant = {self.meridians[word] for word, _ in found}
        if len(meant) != 1 or found[0][1] > slips_in(len(key), SLIPS):
            return None
        return found[0][0]

    def suggestions(self, key):
        """Up to five codes, the most alike first."""
        latin = key.isascii()
        found = process.extract(
            key,
            self.latin if latin else self.characters,
            scorer=OSA.normalized_similarity,
            score_cutoff=ALIKE if latin else ALIKE_CHARACTERS,
            limit=MOST,
        )
        codes = (code for name, _, _ in found for code in self.codes[name])
        return tuple(dict.fromkeys(codes))[:MOST]


def within_reach(key, choices):
    """[(name, distance)] of the names at the least distance, if that is at most two."""
    found = process.extract(key, choices, scorer=OSA.distance, score_cutoff=2, limit=MOST)
    return [(name, distance) for name, distance, _ in found if distance == found[0][1]]


def slips_in(length, table):
    return next(slips for letters, slips in table if length >= letters)
