"""The fourteen meridians and the groups of extra points as pages of the atlas."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .meridians import Meridian


@dataclass(frozen=True)
class Course:
    """One list of points: its code, its address, its title, and its name in Chinese."""

    code: str
    slug: str
    title: str | Promise
    traditional: str
    simplified: str
    pinyin: str

    @property
    def is_meridian(self):
        """Whether its points lie on one line; extra points do not."""
        return self.code in MERIDIANS


MERIDIANS = {
    "LU": Course("LU", "lung", _("Lung meridian"), "肺經", "肺经", "Fèijīng"),
    "LI": Course(
        "LI", "large-intestine", _("Large Intestine meridian"), "大腸經", "大肠经", "Dàchángjīng"
    ),
    "ST": Course("ST", "stomach", _("Stomach meridian"), "胃經", "胃经", "Wèijīng"),
    "SP": Course("SP", "spleen", _("Spleen meridian"), "脾經", "脾经", "Píjīng"),
    "HT": Course("HT", "heart", _("Heart meridian"), "心經", "心经", "Xīnjīng"),
    "SI": Course(
        "SI", "small-intestine", _("Small Intestine meridian"), "小腸經", "小肠经", "Xiǎochángjīng"
    ),
    "BL": Course(
        "BL", "urinary-bladder", _("Urinary Bladder meridian"), "膀胱經", "膀胱经", "Pángguāngjīng"
    ),
    "KI": Course("KI", "kidney", _("Kidney meridian"), "腎經", "肾经", "Shènjīng"),
    "PC": Course("PC", "pericardium", _("Pericardium meridian"), "心包經", "心包经", "Xīnbāojīng"),
    "TE": Course(
        "TE", "triple-energizer", _("Triple Energizer meridian"), "三焦經", "三焦经", "Sānjiāojīng"
    ),
    "GB": Course("GB", "gallbladder", _("Gallbladder meridian"), "膽經", "胆经", "Dǎnjīng"),
    "LR": Course("LR", "liver", _("Liver meridian"), "肝經", "肝经", "Gānjīng"),
    "GV": Course("GV", "governor-vessel", _("Governor Vessel"), "督脈", "督脉", "Dūmài"),
    "CV": Course("CV", "conception-vessel", _("Conception Vessel"), "任脈", "任脉", "Rènmài"),
}

EXTRA = ("經外奇穴", "经外奇穴", "Jīngwài qíxué")
EXTRA_GROUPS = {
    "EX-HN": Course("EX-HN", "extra-head-and-neck", _("Extra points of the head and neck"), *EXTRA),
    "EX-CA": Course(
        "EX-CA", "extra-chest-and-belly", _("Extra points of the chest and belly"), *EXTRA
    ),
    "EX-B": Course("EX-B", "extra-back", _("Extra points of the back"), *EXTRA),
    "EX-UE": Course("EX-UE", "extra-arm-and-hand", _("Extra points of the arm and hand"), *EXTRA),
    "EX-LE": Course("EX-LE", "extra-leg-and-foot", _("Extra points of the leg and foot"), *EXTRA),
    "X": Course("X", "extra-without-code", _("Extra points without a standard code"), *EXTRA),
}

COURSES = {code: (MERIDIANS | EXTRA_GROUPS)[code] for code in Meridian.values}
BY_SLUG = {course.slug: course for course in COURSES.values()}


def beside(course):
    """The courses before and after this one; None at the ends."""
    order = list(COURSES.values())
    place = order.index(course)
    return order[place - 1] if place else None, (order[place + 1 :] or [None])[0]
