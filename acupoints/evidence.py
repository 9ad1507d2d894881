"""What may be said of research on a point: a grade, the words that go with it, and sources.

Nobody grades for themselves: each grade says whose it is and rests on rows of data/sources.csv.
"""

import re
from functools import cache

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from .lexicon import DATA, read_csv

FOUND_BY = ("doi:", "pmid:")  # identifiers by which a reader finds the study itself


class Grade(models.TextChoices):
    HIGH = "high", _("High: “reduces”")
    MODERATE = "moderate", _("Moderate: “probably”")
    LOW = "low", _("Low: “may”")
    VERY_LOW = "very_low", _("Very low: “we are very uncertain”")
    TRADITION = "tradition", _("Traditional use only")


VERBS = {
    Grade.HIGH: "reduces",
    Grade.MODERATE: "probably",
    Grade.LOW: "may",
    Grade.VERY_LOW: "we are very uncertain",
}
# Their verbs go before that of the highest: probably reduces; very uncertain whether it reduces.
BEFORE_REDUCES = {Grade.MODERATE, Grade.VERY_LOW}


@cache
def known_sources():
    """{key: row} of sources.csv."""
    return {row["id"]: row for row in read_csv(DATA / "sources.csv")}


def source_choices():
    return [
        (key, f"{row['title']} ({row['authors_year']})") for key, row in known_sources().items()
    ]


def keys_in(value):
    """The keys in a column that holds several, parted by ";", in one order however chosen."""
    return sorted({key.strip() for key in value.split(";")} - {""})


def cited(value):
    """[{title, authors_year, identifier}] of the known sources among the keys, as it is sealed."""
    rows = [known_sources()[key] for key in keys_in(value) if key in known_sources()]
    return [{name: row[name] for name in ("title", "authors_year", "identifier")} for row in rows]


def validate_source_keys(value):
    if unknown := set(keys_in(value)) - known_sources().keys():
        raise ValidationError(
            _("“%(name)s” is not on the list of sources."), params={"name": min(unknown)}
        )


def grades_said(statement):
    """The grades whose verbs stand in a statement."""
    text = " ".join(statement.split())
    return {grade for grade, verb in VERBS.items() if re.search(rf"(?i)\b{verb}\b", text)}


def faults(grade, statement, graded_by, sources):
    """{field: sentence} of what keeps a grade from standing; `sources` as `cited` gives them."""
    found = {}
    if grade != Grade.TRADITION:
        if not graded_by.strip():
            found["graded_by"] = _("Say whose grade it is: nobody grades for themselves.")
        if not any(source["identifier"].startswith(FOUND_BY) for source in sources):
            found["source_keys"] = _("This grade needs a source with a DOI or a PubMed number.")
    if sentence := wrong_verb(grade, grades_said(statement)):
        found["statement"] = sentence
    return found


def wrong_verb(grade, said):
    """The sentence that refuses a statement with the verbs of the grades `said`, or None."""
    if grade in VERBS and grade not in said:
        return _("A statement of this grade says “%(verb)s”.") % {"verb": VERBS[grade]}
    fitting = {grade, Grade.HIGH} if grade in BEFORE_REDUCES else {grade}
    for other, verb in VERBS.items():
        if other in said - fitting:
            return _("“%(verb)s” belongs to another grade than this one.") % {"verb": verb}
    return None
