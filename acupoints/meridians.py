"""The fourteen meridians and the groups of extra points, with their standard codes."""

import re

from django.db import models
from django.utils.translation import gettext_lazy as _


class Meridian(models.TextChoices):
    LU = "LU", _("Lung")
    LI = "LI", _("Large Intestine")
    ST = "ST", _("Stomach")
    SP = "SP", _("Spleen")
    HT = "HT", _("Heart")
    SI = "SI", _("Small Intestine")
    BL = "BL", _("Urinary Bladder")
    KI = "KI", _("Kidney")
    PC = "PC", _("Pericardium")
    TE = "TE", _("Triple Energizer")
    GB = "GB", _("Gallbladder")
    LR = "LR", _("Liver")
    GV = "GV", _("Governor Vessel")
    CV = "CV", _("Conception Vessel")
    EX_HN = "EX-HN", _("Extra point of head and neck")
    EX_CA = "EX-CA", _("Extra point of chest and abdomen")
    EX_B = "EX-B", _("Extra point of the back")
    EX_UE = "EX-UE", _("Extra point of the arm")
    EX_LE = "EX-LE", _("Extra point of the leg")
    X = "X", _("Extra point")


# The names as they are sealed into texts. They may not change, whatever a translation does.
SEALED_NAMES = {
    "en": {
        "LU": "Lung",
        "LI": "Large Intestine",
        "ST": "Stomach",
        "SP": "Spleen",
        "HT": "Heart",
        "SI": "Small Intestine",
        "BL": "Urinary Bladder",
        "KI": "Kidney",
        "PC": "Pericardium",
        "TE": "Triple Energizer",
        "GB": "Gallbladder",
        "LR": "Liver",
        "GV": "Governor Vessel",
        "CV": "Conception Vessel",
        "EX-HN": "Extra point of head and neck",
        "EX-CA": "Extra point of chest and abdomen",
        "EX-B": "Extra point of the back",
        "EX-UE": "Extra point of the arm",
        "EX-LE": "Extra point of the leg",
        "X": "Extra point",
    }
}

CODE = re.compile(r"(?P<meridian>[A-Z]{2}(?:-[A-Z]{1,2})?)(?P<number>[0-9]{1,2})|X-[A-Z]{3,20}")


def slug_of(code):
    """The address of a code: BL40 is at bl-40, EX-HN3 at ex-hn-3."""
    return re.sub(r"([A-Z])(\d)", r"\1-\2", code).lower()


def order_of(meridian, number):
    """The place of a point in the nomenclature; points without a number share the last one."""
    return 100 * Meridian.values.index(meridian) + (number or 0)
