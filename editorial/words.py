"""Words as the search compares them: without case, accents or tones, and in ASCII alone.

Texts and queries are cut here, by the same rule, so that neither database needs to know a
language or a script, and both find the same. Chinese characters are words of their own.
"""

import re
import unicodedata
from typing import NamedTuple

# Characters of Chinese and Japanese, which no space parts.
ALONE = "\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
WORD = re.compile(rf"[{ALONE}]|[^\W_{ALONE}](?:[^\W_{ALONE}]|[\u0300-\u036f])*")
LONGEST = 60
# What begins a word that nobody says or asks for, and what begins one that began with a digit.
MARK, DIGIT = "x00000", "x0003"


class Word(NamedTuple):
    """A word of a text: how it is compared, and where it stands."""

    key: str
    start: int
    end: int


def words_in(text):
    found = [Word(key_of(match[0]), *match.span()) for match in WORD.finditer(text)]
    return [word for word in found if word.key and not word.key.startswith(MARK)]


def key_of(word):
    if word.isascii():
        key = word.lower()
    else:
        letters = unicodedata.normalize("NFKD", word).casefold()
        key = "".join(coded(letter) for letter in letters if letter.isalnum())
    # PostgreSQL takes 1e5 for a number and cuts 1e5x in two: no word begins with a digit.
    return (number_of(key[0]) + key[1:] if key[:1].isdigit() else key)[:LONGEST]


def coded(letter):
    """A letter that is not ASCII by its number, which no database can take for a space."""
    return letter if letter.isascii() else number_of(letter)


def number_of(letter):
    return f"x{ord(letter):05x}"


def keys_of(words):
    return [word.key for word in words]


def keys_in(text):
    return keys_of(words_in(text))


def mark_of(name):
    """A name as one word that stands for itself and not for what is said: of EX-HN3, say."""
    return MARK + "".join(keys_in(name))


def part_of(typed):
    """What a typed word asks for: the keys that follow each other. "low-back" has two, "?" none."""
    return tuple(keys_in(typed))


def is_open(part):
    """Whether longer words answer too, as "knees" does to "knee". Single letters and numbers mean
    themselves."""
    return len(part[-1]) > 1 and not part[-1].startswith(DIGIT)


def place(part, words):
    """(start, end) of the first of a text's words that answer to the part, or None."""
    *before, last = part
    answers = str.startswith if is_open(part) else str.__eq__
    for end, word in enumerate(words):
        start = end - len(before)
        if start >= 0 and answers(word.key, last) and keys_of(words[start:end]) == before:
            return words[start].start, word.end
    return None
