"""No text that nobody signed is worded like the badge, or holds what a reader cannot see.

"Reviewed & Fact-Checked by X" is for the page to say, over the words that X signed. A title, a
correction, a product or a biography that says so too would be believed; so each names its columns
in UNLIKE_THE_BADGE, and those that hold names and notes in PLAIN (see models/worded.py).
"""

import html
import re
import unicodedata
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from .errors import Refused
from .lookalikes import BREAKS, LOOKS, NOT_IN_XML, first_unseen, is_unseen

TAG = re.compile(r"<[^<>]*>")
LINE = 200  # letters; what is longer may have several lines
CHECK_MARKS = "✓✔☑✅🗸🗹√⍻"
# Beside the letters that look alike: what is typed in place of a letter. An l is read as an i.
TYPED = str.maketrans("013457lłøđħ", "oieastiiodh")

# What stands in for the words of a phrase: each is a set of words, any of which may stand there.
EXPERT = (
    *("doctor", "doctors", "physician", "physicians", "reviewer", "reviewers", "prof"),
    *("professor", "professors", "dr", "drs", "expert", "experts", "specialist", "specialists"),
    *("practitioner", "practitioners", "acupuncturist", "acupuncturists", "therapist"),
    *("therapists", "clinician", "clinicians", "nurse", "nurses", "pharmacist", "pharmacists"),
    *("midwife", "medic", "medics", "board", "panel", "scientist", "scientists"),
)
FIELD = ("medically", "clinically", "medical", "clinical", "expert", "expertly", "doctor")
FIELD += ("physician", "professionally", "scientifically", "reviewer")
DONE = ("reviewed", "checked", "approved", "verified", "certified", "endorsed", "vetted")
SIGNED = (*DONE, "signed", "confirmed", "recommended", "validated", "attested", "cleared")
FINAL = ("approved", "verified", "certified")
FACT = ("fact", "facts")
CHECKED = ("checked", "check", "checks", "checker", "checkers", "checking")
ANY = r"(?:\w+ +){0,3}?"  # a few words between


def spelt(word):
    """A pattern for the word as it may be spaced out, and as its letters may look."""
    pairs = {"w": "(?:w|v *v)", "m": "(?:m|r *n)"}
    letters = word.replace(" ", "").translate(TYPED)
    return " *".join(pairs.get(letter, letter) for letter in letters)


def one_of(*words):
    return f"(?:{'|'.join(map(spelt, words))})"


def phrase(*parts):
    """A pattern of words one after the other, each a word, several to choose from, or a pattern."""
    spelt_out = [part if part == ANY else one_of(*as_words(part)) for part in parts]
    pattern = " *".join(spelt_out).replace(f"{ANY} *", f" *{ANY}")
    return rf"(?<![a-z]){pattern}(?![a-z])"


def as_words(part):
    return (part,) if isinstance(part, str) else part


PHRASES = [
    rf"(?<!\bin ){phrase(FACT, 'checked')}",
    phrase(FACT, "are", "checked"),
    phrase(FACT, CHECKED, "by"),
    phrase(("reviewed", "verified", "vetted"), "by"),
    phrase("signed", "off", ("by", "on")),
    phrase(SIGNED, "by", ANY, EXPERT),
    phrase(FIELD, ("and", "fact"), DONE),
    phrase(FIELD, DONE),
    phrase(
        "reviewed",
        "and",
        ("fact checked", "approved", "verified", "certified", "signed", "medically"),
    ),
    phrase(("approved", "verified", "certified"), "and", "reviewed"),
    phrase(EXPERT, ANY, SIGNED, ("this", "these")),
    rf"✓ *(?:\w+ +)?{phrase((*SIGNED, 'fact', 'facts', *FIELD))}",
    rf"{phrase(SIGNED)} *✓",
    rf"{phrase(('reviewer', 'reviewed', 'medical reviewer', 'fact checker'))} *:",
]
LIKE_THE_BADGE = re.compile("|".join(PHRASES))


@lru_cache(maxsize=4096)
def letters_of(char):
    """What a character is read as: small Latin letters, a check mark, a colon, a space."""
    if char in CHECK_MARKS:
        return " ✓ "
    if char in ":：":
        return ":"
    if char == "&":
        return " and "
    if is_unseen(char) and char not in BREAKS:
        return ""
    if unicodedata.decomposition(char).startswith(("<super>", "<sub>")) and char.isdigit():
        return " "  # a note's number
    plain = unicodedata.normalize("NFKD", char).translate(LOOKS)
    plain = unicodedata.normalize("NFKD", plain).casefold().translate(TYPED)
    kept = (" " if not letter.isalnum() else letter for letter in plain if not is_mark(letter))
    return "".join(kept)


def is_mark(letter):
    return unicodedata.category(letter) == "Mn"


def find_badge_words(text):
    """The words of a text that read like the badge, as they stand there; or None."""
    shown = TAG.sub("", html.unescape(html.unescape(text)))
    letters = [(letter, place) for place, char in enumerate(shown) for letter in letters_of(char)]
    found = LIKE_THE_BADGE.search("".join(letter for letter, _place in letters))
    if found is None:
        return None
    first, last = letters[found.start()][1], letters[found.end() - 1][1]
    return " ".join(shown[first : last + 1].split())


# --- What raises a sentence ------------------------------------------------------------------


def check_wording(text):
    """Raise ValidationError where a text that nobody signs reads like the badge."""
    if words := find_badge_words(text):
        raise ValidationError(
            _("“%(words)s” reads like the review badge, which only a signature gives. Reword it."),
            params={"words": words},
        )


def check_seen(text, breaks=""):
    """Raise ValidationError where a name or a note holds a character that nobody sees."""
    if char := first_unseen(text, breaks):
        raise ValidationError(
            _("It has a character that cannot be seen (%(code)s). Write it anew."),
            params={"code": f"U+{ord(char):04X}"},
        )


def check_storable(text):
    """Raise ValidationError for control characters, which no feed can carry."""
    if found := NOT_IN_XML.search(text):
        raise ValidationError(
            _("It has a control character (%(code)s). Write it anew."),
            params={"code": f"U+{ord(found[0]):04X}"},
        )


def checks_of(row, field):
    """The checks that the text in one column of a row has to pass."""
    breaks = "" if field.max_length and field.max_length <= LINE else BREAKS
    checks = [check_storable]
    if field.name in row.PLAIN:
        checks.append(lambda text: check_seen(text, breaks))
    if field.name in row.UNLIKE_THE_BADGE:
        checks.append(check_wording)
    return checks


def faults_of(row, stored=()):
    """{column: [ValidationError]} of the texts of a row that may not stand there.

    `stored`: {column: text} of what is not new and may stay.
    """
    faults = {}
    for field in row._meta.concrete_fields:
        text = getattr(row, field.attname)
        if not isinstance(field, models.CharField | models.TextField) or not text:
            continue
        if field.attname in stored and stored[field.attname] == text:
            continue
        for check in checks_of(row, field):
            try:
                check(str(text))
            except ValidationError as fault:
                faults.setdefault(field.name, []).append(fault)
    return faults


def check_row(row, stored=()):
    """Raise Refused where a text of the row may not stand there, whichever way it came."""
    for name, found in faults_of(row, stored).items():
        label = row._meta.get_field(name).verbose_name
        raise Refused(f"{str(label).capitalize()}: {' '.join(found[0].messages)}")


def check_revision(revision):
    """Raise Refused where a text of a revision, or of a part of it, may not stand there.

    Called before the seal, so that it holds for rows that were written past their `save`, too.
    """
    check_row(revision)
    for relation in revision._meta.related_objects:
        model = relation.related_model
        if getattr(model, "PARENT", None) == relation.field.name:
            for row in model.objects.filter(**{relation.field.name: revision.pk}):
                check_row(row)


# What the forms of the moves ask for and others read, unsigned.
TOLD = ("reason", "correction", "scope", "conflict_statement")


def check_told(data):
    """Raise Refused where what somebody writes beside a move may not be told to readers."""
    for name in TOLD:
        text = str(data.get(name) or "")
        try:
            check_seen(text, BREAKS)
            check_wording(text)
        except ValidationError as fault:
            raise Refused(" ".join(fault.messages)) from fault
