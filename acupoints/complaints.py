"""The index by complaint: the lines that signed texts give under "Traditionally used for".

A line stands, as it was signed, under every complaint of which it holds a word.
"""

import re
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

COMPLAINTS = {
    "headache": (_("Headache"), "headaches? temples?"),
    "eyes": (_("Eyes"), "eyes?"),
    "nose-and-throat": (
        _("Nose, throat and colds"),
        "nose smell throat voice cough coughs coughing sneezing a.cold colds sinus hoarse",
    ),
    "jaw-and-teeth": (_("Jaw and teeth"), "jaw tooth teeth gums"),
    "neck-and-shoulders": (_("Neck and shoulders"), "neck shoulders?"),
    "back": (_("Back"), "(lower|upper|aching|stiff|sore|tired).back"),
    "arms-and-hands": (
        _("Arms and hands"),
        "arms? forearms? elbows? wrists? hands? fingers? thumbs?",
    ),
    "knees": (_("Knees"), "knees?"),
    "legs-and-feet": (
        _("Legs and feet"),
        "hips? legs? thighs? calf calves ankles? heels? foot feet soles? toes?",
    ),
    "belly": (
        _("Stomach and belly"),
        "stomach belly queasy queasiness nausea hiccups appetite digestion bloated bloating "
        "bowels? constipation full",
    ),
    "chest-and-breath": (_("Chest and breathing"), "chest breath breathing breathless(ness)?"),
    "periods": (_("Periods"), "periods?"),
    "mind": (
        _("Mind and mood"),
        "mind nerves nervous(ness)? tense tension worr(y|ied|ies) uneasy restless(ness)? mood "
        "short-tempered fluttering stress",
    ),
    "sleep": (_("Sleep"), "sleep asleep sleeping sleepless(ness)? bedtime waking"),
    "tiredness": (_("Tiredness"), "worn.out tiredness weariness low.energy exhausted"),
    "skin": (_("Skin"), "skin itching itchy"),
}
OTHER = ("other", _("Other complaints"))
PATTERNS = {
    slug: re.compile(rf"\b(?:{'|'.join(words.split())})\b".replace(".", r"\W+"), re.IGNORECASE)
    for slug, (_label, words) in COMPLAINTS.items()
}


@dataclass
class Complaint:
    """One heading of the index with its [(line, [page])]."""

    slug: str
    label: str | Promise
    lines: dict = field(default_factory=dict)


def index(pages):
    """[Complaint] that the pages of points give, in the order of the table, each with a line."""
    labels = {slug: label for slug, (label, _words) in COMPLAINTS.items()} | dict([OTHER])
    found = {slug: Complaint(slug, label) for slug, label in labels.items()}
    for page in pages:
        for line in filter(None, map(str.strip, page.fields["uses"].splitlines())):
            for slug in complaints_of(line):
                found[slug].lines.setdefault(line, []).append(page)
    return [complaint for complaint in found.values() if complaint.lines]


def complaints_of(line):
    """The complaints that a line names: at least one, "other" where it names none."""
    return [slug for slug, words in PATTERNS.items() if words.search(line)] or [OTHER[0]]
