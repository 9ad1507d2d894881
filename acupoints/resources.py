"""The lists of the nomenclature as files of the desk: CSV and XLSX, in and out.

The columns are those of acupoints/data, and a row is good or not by what importing.py says. A list
that comes in adds rows and changes points; it takes nothing away, whatever it lacks or says.
"""

import csv
import io
from functools import partial

import openpyxl
import tablib
from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.db.models import Q
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from import_export import resources
from import_export.fields import Field
from import_export.formats import base_formats

from editorial import documents, log
from editorial.report_views import harmless

from . import importing
from .importing import COLUMNS, identity
from .models import PointName, PointPair, StandardCaution, StandardPoint

MOST_ROWS, MOST_COLUMNS = 5000, 40


# --- Files -----------------------------------------------------------------------------------


class CSV(base_formats.CSV):
    def create_dataset(self, in_stream, **kwargs):
        text = in_stream.decode(self.encoding)
        return dataset(list(csv.reader(io.StringIO(text, newline=""), strict=True)))


class XLSX(base_formats.XLSX):
    """The first sheet, read no further than a list of ours can go: a sheet may claim a million
    rows in a few bytes."""

    def create_dataset(self, in_stream):
        book = openpyxl.load_workbook(io.BytesIO(in_stream), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        cells = sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS, values_only=True)
        rows = [["" if cell is None else str(cell) for cell in row] for row in cells]
        return dataset([trimmed(row) for row in rows], pad=True)


def trimmed(row):
    """The row without the empty cells at its end."""
    while row and row[-1] == "":
        row.pop()
    return row


def dataset(rows, pad=False):
    """A tablib.Dataset of the rows, the first of which names the columns.

    Where a row has not as many cells as there are columns, its cells are None, unless it is short
    and may be filled up (`pad`). Raises ValueError where there are no rows, or too many.
    """
    while rows and not any(rows[-1]):
        rows.pop()
    if not 1 <= len(rows) <= MOST_ROWS + 1:
        raise ValueError
    headers, *rows = rows
    width = len(headers)
    if pad:
        rows = [row + [""] * (width - len(row)) for row in rows]
    fitting = [row if len(row) == width else [None] * width for row in rows]
    return tablib.Dataset(*fitting, headers=headers)


FORMATS = [CSV, XLSX]


# --- Lists -----------------------------------------------------------------------------------


class ListResource(resources.ModelResource):
    """A list with the columns of one file in acupoints/data.

    Row results have `changes`: sentences on what differs from what is there.
    """

    def before_import(self, dataset, **kwargs):
        self.seen = {}
        self.known = {identity(one): one for one in self._meta.model.objects.select_for_update()}
        points = StandardPoint.objects.values_list("code", "pk")
        self.build = partial(self.builder, dict(points))
        if fault := importing.wrong_columns(self.file, dataset.headers):
            dataset.wipe()  # or each row would be tried all the same
            raise ValidationError(f"{fault[0].upper()}{fault[1:]}")

    def before_import_row(self, row, row_number, **kwargs):
        cells = {column: unquoted(value) for column, value in row.items()}
        place = format_lazy(_("row {number}"), number=row_number + 1)
        try:
            self.made = importing.checked(place, cells, self.build, self.seen)
        except ValidationError as error:
            raise ValidationError(importing.sentences(error)) from error

    def get_or_init_instance(self, instance_loader, row):
        """The checked object, in place of the row that is there where there is one."""
        known = self.known.get(identity(self.made))
        if known is None:
            self.changes = {}
            return self.made, True
        self.changes = importing.differences(known, self.made)
        self.made.pk, self.made._state.adding = known.pk, False
        return self.made, False

    def import_instance(self, instance, row, **kwargs):
        """The object has everything already."""

    def skip_row(self, instance, original, row, import_validation_errors=None):
        return not instance._state.adding and not self.changes

    def after_import_row(self, row, row_result, **kwargs):
        row_result.changes = list(self.changes.values())

    def after_import(self, dataset, result, dry_run=True, user=None, promised=None, **kwargs):
        """Keep the preview's promise, and tell the log."""
        if dry_run or result.has_errors() or result.has_validation_errors():
            return
        if promised != digest_of(result):
            raise ValidationError(
                _("The list at the desk has changed since the preview. Look at the new preview.")
            )
        if result.rows:
            told = {name: listed(result, name) for name in ("new", "update")}
            log.write(
                "nomenclature_imported",
                at=timezone.now(),
                actor=user,
                data={"list": self.file, "added": told["new"], "changed": told["update"]},
                tables=[self._meta.model],
            )

    # The library takes every exception for a fault of the file; ours are ours.

    def handle_import_error(self, result, error, raise_errors=False):
        if not isinstance(error, ValidationError):
            raise error
        super().handle_import_error(result, error, raise_errors)

    def import_row(self, row, instance_loader, **kwargs):
        result = super().import_row(row, instance_loader, **kwargs)
        for fault in result.errors:
            if not isinstance(fault.error, DatabaseError):
                raise fault.error
        return result

    def filter_export(self, queryset, **kwargs):
        """The rows of the points that are listed."""
        rows = self._meta.model.objects.filter(point__in=queryset.order_by().values("pk"))
        return rows.select_related("point").order_by("point__order", "point__code", "pk")

    def export_field(self, field, instance, **kwargs):
        return harmless(super().export_field(field, instance, **kwargs))


def unquoted(cell):
    """The cell without the quote that `harmless` put before it."""
    bare = cell.removeprefix("'") if isinstance(cell, str) else cell
    return bare if harmless(bare) == cell else cell


def listed(result, import_type):
    return [str(row.instance) for row in result.rows if row.import_type == import_type]


def digest_of(result):
    """What an import does, in 64 characters: a preview and its import have the same."""
    told = [[row.import_type, str(row.instance), *row.changes] for row in result.rows]
    return documents.digest_of(repr(told).encode())


class ListOptions:
    clean_model_instances = False  # `checked` did
    skip_diff = True  # it would come with styles of its own
    report_skipped = False
    store_instance = True
    use_transactions = True


class PointResource(ListResource):
    file, builder = "points.csv", staticmethod(importing.point)
    hanzi_trad = Field("traditional", "hanzi_trad")
    hanzi_simp = Field("simplified", "hanzi_simp")

    class Meta(ListOptions):
        model = StandardPoint
        name = _("Points")
        fields = export_order = COLUMNS["points.csv"]
        import_id_fields = ("code",)

    def filter_export(self, queryset, **kwargs):
        return queryset


class NameResource(ListResource):
    file, builder = "names.csv", staticmethod(importing.name)
    alias = Field("name", "alias")
    code = Field("point__code", "code")

    class Meta(ListOptions):
        model = PointName
        name = _("Other names")
        fields = export_order = import_id_fields = COLUMNS["names.csv"]


class CautionResource(ListResource):
    file, builder = "cautions.csv", staticmethod(importing.caution)
    code = Field("point__code", "code")

    class Meta(ListOptions):
        model = StandardCaution
        name = _("Cautions")
        fields = export_order = import_id_fields = COLUMNS["cautions.csv"]


class PairResource(ListResource):
    file, builder = "pairs.csv", staticmethod(importing.pair)
    first = Field("first__code", "first")
    second = Field("second__code", "second")

    class Meta(ListOptions):
        model = PointPair
        name = _("Pairs")
        fields = export_order = import_id_fields = COLUMNS["pairs.csv"]

    def filter_export(self, queryset, **kwargs):
        """The pairs of which a point is listed."""
        listed = queryset.order_by().values("pk")
        rows = PointPair.objects.filter(Q(first__in=listed) | Q(second__in=listed))
        return rows.select_related("first", "second")


RESOURCES = [PointResource, NameResource, CautionResource, PairResource]
