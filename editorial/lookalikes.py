"""Letters that look like others, and characters that nobody sees."""

import re
import unicodedata
from functools import cache

# What each Latin letter is mistaken for: Cyrillic, Greek and Armenian letters, small capitals.
# Capitals stand here too where they look like another letter than their small ones do.
TWINS = {
    "a": "аαɑᴀΑА",
    "b": "ЬьʙвВΒβƄ",
    "c": "сᴄϲСϹⅽ",
    "d": "ԁᴅժɗ",
    "e": "еεᴇЕΕєҽ",
    "f": "ꜰƒſϝք",
    "g": "ɡɢցԌ",
    "h": "һʜհНнΗᏂ",
    "i": "іιıɪІΙӏӀɩ",
    "j": "јᴊЈϳ",
    "k": "кκᴋКΚĸ",
    "l": "ʟⅼ∣",
    "m": "мᴍМΜ",
    "n": "пηɴոΝ",
    "o": "оοᴏօОΟσ๐",
    "p": "рρᴘРΡ",
    "q": "ԛգ",
    "r": "гʀяᴦ",
    "s": "ѕꜱЅ",
    "t": "тτᴛТΤ",
    "u": "υᴜսиʋ",
    "v": "νѵᴠѴ",
    "w": "ԝѡωᴡшԜ",
    "x": "хχХΧ",
    "y": "уʏγүУΥҮ",
    "z": "ᴢΖ",
    "'": "’‘ʼ`´",
}
RINGED = (0x1F150, 0x1F170, 0x1F1E6)  # whole alphabets of emoji, of which each begins at its A
LOOKS = {ord(twin): letter for letter, twins in TWINS.items() for twin in twins} | {
    start + step: chr(ord("a") + step) for start in RINGED for step in range(26)
}

# Not of the category of format characters, and drawn as nothing all the same.
BLANKS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
UNSEEN = {"Cc", "Cf", "Cs", "Cn", "Co"}
BREAKS = "\t\n\r"

# Said before a name or after it, and no part of it.
TITLES = {
    *("dr", "prof", "professor", "doctor", "mr", "mrs", "ms", "miss", "sir", "dame"),
    *("phd", "md", "med", "lac", "dipl", "msc", "bsc", "ma", "mba", "rn", "jr", "sr"),
}


@cache
def is_unseen(char):
    """Whether a character shows nothing, or turns round what stands beside it."""
    return unicodedata.category(char) in UNSEEN or BLANKS.match(char) is not None


def first_unseen(text, breaks=""):
    """The first character of the text that nobody sees, but for the line breaks given; or None."""
    return next((char for char in text if is_unseen(char) and char not in breaks), None)


def without_forbidden(text):
    """The text without what XML 1.0 has no place for: a feed with it is no feed."""
    return NOT_IN_XML.sub("", text)


def seen(text):
    """The text as it looks: plain forms of its letters, Latin ones for their twins."""
    shown = "".join(char for char in text if not is_unseen(char))
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", shown).translate(LOOKS))


def skeletons(name):
    """What two names share where a reader takes one for the other; titles and case are no help.

    Two, since a capital I looks like a small L, and like an i to who reads it aloud.
    """
    shown = seen(name)
    return {skeleton(shown), skeleton(re.sub(r"[I|]", "l", shown))}


def skeleton(shown):
    words = re.findall(r"\w+", re.sub(r"[.'_]", "", shown.casefold()))
    named = [word for word in words if word not in TITLES] or words
    text = "".join(named).translate({ord("0"): "o", ord("1"): "l"})
    return text.replace("rn", "m").replace("vv", "w")
