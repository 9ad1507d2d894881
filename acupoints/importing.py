"""Loads the nomenclature into the database: all of it, or, on a bad row, nothing.

Points and names follow the files. A caution is only ever added, and no point is taken away, since
signed texts and cautions belong to it. Reviewed texts are not touched. What makes a row good is
asked here for the lists that the desk imports, too (see resources.py).
"""

import csv
from dataclasses import dataclass, field
from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from editorial import log
from editorial.models.insert_only import tidy

from .lexicon import DATA, parts
from .meridians import order_of, slug_of
from .models import PointName, PointPair, StandardCaution, StandardPoint

COLUMNS = {
    "points.csv": (
        *("code", "meridian", "number", "pinyin", "hanzi_trad", "hanzi_simp"),
        *("english", "other_codes", "region"),
    ),
    "names.csv": ("alias", "code", "kind"),
    "cautions.csv": ("code", "kind", "applies_to", "note", "basis"),
    "pairs.csv": ("first", "second", "kind"),
}


TABLES = {
    "points": StandardPoint,
    "names": PointName,
    "cautions": StandardCaution,
    "pairs": PointPair,
}


class BadRows(Exception):
    """Rows that cannot be loaded; `faults` are sentences that name file and line."""

    def __init__(self, faults):
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass
class Changes:
    """What an import did to one table: sentences for what changed, a count of the rest."""

    table: str
    added: list = field(default_factory=list)
    changed: list = field(default_factory=list)
    removed: list = field(default_factory=list)
    unchanged: int = 0

    def counts(self):
        return {
            "added": len(self.added),
            "changed": len(self.changed),
            "removed": len(self.removed),
            "unchanged": self.unchanged,
        }


def import_points(path=DATA, keep=False):
    """[Changes] of loading a folder with the four files, or one file of points; the log is told of
    each table that changed.

    A folder without pairs leaves those that are there.

    With `keep`, points and names that are there stay as they are: only what is new comes in. Pairs
    come in then only where there is none yet.
    Raises BadRows and OSError; nothing is written then.
    """
    folder = path if path.is_dir() else None
    points = read(path / "points.csv" if folder else path, "points.csv")
    with transaction.atomic():
        there = set(StandardPoint.objects.values_list("code", flat=True)) if keep else set()
        found = [save_points(rows_but_of(there, points))]
        if folder:
            codes = dict(StandardPoint.objects.values_list("code", "pk"))
            names = rows_but_of(there, read(path / "names.csv", "names.csv"))
            found.append(save_names(names, codes, keep))
            found.append(save_cautions(read(path / "cautions.csv", "cautions.csv"), codes))
            pairs = path / "pairs.csv"
            if pairs.exists() and not (keep and PointPair.objects.exists()):
                found.append(save_pairs(read(pairs, "pairs.csv"), codes))
        for changes in found:
            tell(changes)
    return found


def tell(changes):
    """A line of the log, as the desk's lists write it; by it all processes read the names anew."""
    told = {"added": changes.added, "changed": changes.changed, "removed": changes.removed}
    if any(told.values()):
        data = {"list": f"{changes.table}.csv", **told}
        tables = [TABLES[changes.table]]
        log.write("nomenclature_imported", at=timezone.now(), data=data, tables=tables)


def rows_but_of(codes, rows):
    return [(place, row) for place, row in rows if row["code"] not in codes]


def read(path, name):
    """[(place, row)] of a file; the place is "points.csv, line 7"."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            if fault := wrong_columns(name, rows.fieldnames or ()):
                raise BadRows([f"{path.name}, line 1: {fault}"])
            return [(f"{path.name}, line {rows.line_num}", row) for row in rows]
    except UnicodeDecodeError as error:
        raise BadRows([f"{path.name}: it is not UTF-8."]) from error
    except csv.Error as error:
        raise BadRows([f"{path.name}, line {rows.line_num}: {error}."]) from error


def wrong_columns(name, found):
    """A sentence where these are not the columns of the list."""
    if tuple(found) == COLUMNS[name]:
        return ""
    return _("the columns are %(names)s.") % {"names": ",".join(COLUMNS[name])}


def made(rows, build):
    """The objects that the rows make, each valid and no two with one identity."""
    objects, faults, seen = [], [], {}
    for place, row in rows:
        try:
            objects.append(checked(place, row, build, seen))
        except ValidationError as error:
            faults += [f"{place}: {sentence}" for sentence in sentences(error)]
    if faults:
        raise BadRows(faults)
    return objects


def checked(place, row, build, seen):
    """The object that a row makes, valid in itself; `seen` is {identity: place} of those before.

    A row with too many columns has one named None, one with too few has values that are None.
    Raises ValidationError.
    """
    if None in row or None in row.values():
        raise ValidationError(_("it has too many or too few columns"))
    made = build({name: tidy(value) for name, value in row.items()})
    before = seen.setdefault(identity(made), place)
    if before != place:
        raise ValidationError(_("the same stands in %(place)s."), params={"place": before})
    made.full_clean(validate_unique=False, validate_constraints=False)
    return made


def sentences(error):
    if not hasattr(error, "error_dict"):
        return error.messages
    fields = error.message_dict.items()
    return [f"{name}: {text}" for name, texts in fields for text in texts]


def identity(thing):
    """What makes a row the same: a point's code, a pair's points in either order, or all values."""
    if isinstance(thing, StandardPoint):
        return thing.code
    if isinstance(thing, PointPair):
        return frozenset([thing.first_id, thing.second_id]), thing.kind
    return tuple(getattr(thing, name) for name in columns(type(thing)))


def columns(model):
    return [column.attname for column in model._meta.concrete_fields if not column.primary_key]


# --- Points --------------------------------------------------------------------------------


def point(_codes, row):
    number = row["number"]
    if number and not (number.isascii() and number.isdigit()):
        raise ValidationError(_("the number is no number"))
    made = StandardPoint(
        code=row["code"],
        slug=slug_of(row["code"]),
        meridian=row["meridian"],
        number=int(number[:4]) if number else None,
        pinyin=row["pinyin"],
        traditional=row["hanzi_trad"],
        simplified=row["hanzi_simp"],
        english="; ".join(parts(row["english"])),
        other_codes="; ".join(parts(row["other_codes"])),
        region=row["region"],
        order=0,
    )
    made.clean_fields()
    made.order = order_of(made.meridian, made.number)
    return made


def save_points(rows):
    changes = Changes("points")
    known = {point.code: point for point in StandardPoint.objects.select_for_update()}
    new = []
    for one in made(rows, partial(point, {})):
        if one.code not in known:
            new.append(one)
            changes.added.append(str(one))
            continue
        old = known[one.code]
        different = differences(old, one)
        if not different:
            changes.unchanged += 1
            continue
        changes.changed.append(f"{one.code}: {', '.join(different.values())}")
        one.pk = old.pk
        one.save(update_fields=different, force_update=True)
    StandardPoint.objects.bulk_create(new)
    return changes


def differences(old, new):
    """{column: a sentence} for each column in which a row differs from what is there."""
    found = {}
    for name in columns(type(new)):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            words = {"column": name, "before": before, "after": after}
            found[name] = _("%(column)s “%(before)s” is “%(after)s”") % words
    return found


# --- Names, cautions and pairs -------------------------------------------------------------


def key_of(codes, row, column="code"):
    if row[column] not in codes:
        raise ValidationError(_("there is no point %(code)s"), params={"code": row[column]})
    return codes[row[column]]


def name(codes, row):
    return PointName(point_id=key_of(codes, row), name=row["alias"], kind=row["kind"])


def caution(codes, row):
    texts = {column: row[column] for column in ("kind", "applies_to", "note", "basis")}
    return StandardCaution(point_id=key_of(codes, row), **texts)


def pair(codes, row):
    first, second = key_of(codes, row, "first"), key_of(codes, row, "second")
    return PointPair(first_id=first, second_id=second, kind=row["kind"])


def save_names(rows, codes, keep=False):
    return save_as_listed("names", PointName, made(rows, partial(name, codes)), keep)


def save_pairs(rows, codes):
    return save_as_listed("pairs", PointPair, made(rows, partial(pair, codes)))


def save_as_listed(table, model, wanted, keep=False):
    """The rows as the file has them; others go, unless they are to be kept."""
    changes = Changes(table)
    known = {identity(one): one for one in model.objects.all()}
    new = sort_new(wanted, known, changes)
    gone = [] if keep else [known[key] for key in known.keys() - set(map(identity, wanted))]
    changes.removed = sorted(map(str, gone))
    model.objects.filter(pk__in=[one.pk for one in gone]).delete()
    model.objects.bulk_create(new)
    return changes


def save_cautions(rows, codes):
    """The cautions of the file beside those that are there."""
    changes = Changes("cautions")
    wanted = made(rows, partial(caution, codes))
    known = {identity(caution) for caution in StandardCaution.objects.all()}
    StandardCaution.objects.bulk_create(sort_new(wanted, known, changes))
    return changes


def sort_new(wanted, known, changes):
    """Those of the wanted rows that are not known; the changes count both."""
    new = [one for one in wanted if identity(one) not in known]
    changes.added = [str(one) for one in new]
    changes.unchanged = len(wanted) - len(new)
    return new


# --- What ought to be there ----------------------------------------------------------------


def lost_cautions():
    """Codes of points that lack a caution which the project's data has for them.

    The triggers let nobody take one away; `verify` asks all the same.
    """
    if not StandardPoint.objects.exists():
        return []
    shown = ("kind", "applies_to", "note", "basis")
    there = set(StandardCaution.objects.values_list("point__code", *shown))
    rows = [row for _place, row in read(DATA / "cautions.csv", "cautions.csv")]
    return [row["code"] for row in rows if (row["code"], *map(row.get, shown)) not in there]
