"""Sentences for readers: how a typed text was understood, where that is not plain."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .meridians import Meridian
from .spelling import letters
from .words import ABBREVIATIONS

OTHER_NAMES = {
    "pinyin": gettext_lazy("“%(name)s” is another name of %(point)s."),
    "hanzi": gettext_lazy("“%(name)s” is another name of %(point)s."),
    "wade-giles": gettext_lazy("“%(name)s” is the Wade-Giles spelling of %(point)s."),
    "japanese": gettext_lazy("“%(name)s” is the Japanese name of %(point)s."),
    "korean": gettext_lazy("“%(name)s” is the Korean name of %(point)s."),
    "vietnamese": gettext_lazy("“%(name)s” is the Vietnamese name of %(point)s."),
}

# Abbreviations by their letters, as the table writes them; words for meridians are not in here.
WRITTEN = {letters(one): one for names in ABBREVIATIONS.values() for one in names.split()}


def named(lexicon, code):
    return f"{lexicon.entries[code].pinyin} ({code})"


def joined(codes):
    return ", ".join(codes)


def understood(lexicon, claims, codes):
    """How the claims led to the codes: the first thing that has to be said, or nothing."""
    reasons = (of_claim(lexicon, claim, codes) for claim in claims)
    return next((reason for reason in reasons if reason), "")


def of_claim(lexicon, claim, codes):
    if claim.name:
        return of_name(lexicon, claim.name, codes)
    return of_code(lexicon, claim, codes)


def of_name(lexicon, piece, codes):
    known = [one for one in piece.value if one.code in codes]
    if len(codes) > 1:
        if any(one.kind == "set" for one in known):
            return _("“%(name)s” is a set of points.") % {"name": known[0].name}
        return _("Several points have this name.")
    entry = lexicon.entries[codes[0]]
    main = (entry.pinyin, entry.traditional, entry.simplified)
    if any(one.name in main or one.kind not in OTHER_NAMES for one in known):
        return ""
    return OTHER_NAMES[known[0].kind] % {"name": known[0].name, "point": named(lexicon, codes[0])}


def of_code(lexicon, claim, codes):
    """What the letters of a code are, where they are not today's for that meridian."""
    written, meridians = WRITTEN.get(claim.code.meridian.key), claim.code.meridian.value
    if len(meridians) > 1:
        values = {"letters": written, "meridians": joined(meridians), "codes": joined(codes)}
        if len(codes) > 1:
            return _("%(letters)s can stand for %(meridians)s.") % values
        return _("%(letters)s can stand for %(meridians)s; here it is %(codes)s.") % values
    meridian = meridians[0]
    if meridian != lexicon.entries[codes[0]].meridian:
        values = {"other": meridian + claim.code.number.value, "codes": joined(codes)}
        return _("%(other)s is another code of %(codes)s.") % values
    if not written or written == meridian:
        return ""
    reason = _("%(letters)s is another way to write %(meridian)s.")
    reason %= {"letters": written, "meridian": meridian}
    return " ".join(filter(None, [reason, of_old_code(lexicon, codes[0])]))


def of_old_code(lexicon, code):
    """A warning where a number meant another point in older books, or nothing.

    Said where the letters are not today's either, or where the name beside it is the older one.
    """
    if code not in lexicon.old_codes:
        return ""
    return _("In some older books %(old)s is the number of %(point)s.") % {
        "old": code,
        "point": named(lexicon, lexicon.old_codes[code]),
    }


def contradiction(lexicon, codes):
    reason = _("The text names different points: %(points)s.") % {
        "points": joined(named(lexicon, code) for code in codes)
    }
    older = (code for code in codes if lexicon.old_codes.get(code) in codes)
    return " ".join([reason, *(of_old_code(lexicon, code) for code in older)])


def missing(lexicon, claim):
    """Why a code does not exist."""
    number, meridians = claim.code.number.value, claim.code.meridian.value
    codes = [f"{meridian}{number}" for meridian in meridians]
    if len(codes) > 1:
        return _("There is none of %(codes)s.") % {"codes": joined(codes)}
    values = {"code": codes[0], "meridian": meridians[0]}
    if meridians[0] not in lexicon.ends:
        return _("There is no %(code)s.") % values
    values |= {
        "name": Meridian(meridians[0]).label,
        "first": f"{meridians[0]}1",
        "last": f"{meridians[0]}{lexicon.ends[meridians[0]]}",
    }
    if meridians[0].startswith("EX-"):
        return _("There is no %(code)s: the last one is %(last)s.") % values
    return (
        _("There is no %(code)s: the %(name)s meridian goes from %(first)s to %(last)s.") % values
    )


def did_you_mean(lexicon, code, text):
    values = {"typed": text, "point": named(lexicon, code)}
    return _("No point is written “%(typed)s”. Did you mean %(point)s?") % values


def partly(lexicon, code):
    values = {"point": named(lexicon, code)}
    return _("Not all of this was understood. Did you mean %(point)s?") % values
