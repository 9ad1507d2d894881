"""Forms of the desk for lists of the nomenclature, out and in."""

import zipfile
from pathlib import Path

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _
from import_export import forms as library
from import_export.tmp_storages import BaseStorage

from .resources import CSV, FORMATS, RESOURCES, XLSX

MOST_BYTES = 1_000_000
MOST_UNPACKED = 20_000_000
SALT = "acupoints.upload"
KEPT = 3600  # seconds


class ExportForm(library.ExportForm):
    def __init__(self, formats, resources, **kwargs):
        super().__init__(formats, resources, **kwargs)
        self.fields["resource"].label = _("List")
        self.fields["format"].choices = self.fields["format"].choices[1:]  # no empty one


class Bytes:
    """Bytes as they are, for django.core.signing."""

    loads = dumps = staticmethod(bytes)


class UploadInForm(BaseStorage):
    """Keeps an upload in the form that confirms it, signed, so that no server has to: the next
    request may go to another one. The "name" is the file itself."""

    def save(self, data):
        self.name = signing.dumps(data, salt=SALT, serializer=Bytes, compress=True)

    def read(self, max_age=None):
        """The file; raises signing.BadSignature, of which one kind is for too old."""
        return signing.loads(self.name, salt=SALT, serializer=Bytes, max_age=max_age)

    def remove(self):
        """There is nothing to remove."""


class ImportForm(library.ImportForm):
    """The format is told by the file's name."""

    media = forms.Media()

    def __init__(self, formats, resources, **kwargs):
        super().__init__(formats, resources, **kwargs)
        self.fields["resource"].label = _("List")
        self.fields["format"].required = False
        self.fields["format"].widget = forms.HiddenInput()
        file = self.fields["import_file"]
        file.label = _("File")
        file.help_text = _("CSV in UTF-8 or XLSX. Nothing is written before you confirm it.")
        file.widget.attrs = {"accept": ".csv,.xlsx"}
        self.suffixes = [f".{one().get_extension()}" for one in formats]

    def clean_import_file(self):
        file = self.cleaned_data["import_file"]
        suffix = Path(file.name).suffix.lower()
        if suffix not in self.suffixes:
            raise forms.ValidationError(_("Only files that end in .csv or .xlsx."))
        if file.size > MOST_BYTES or (suffix == ".xlsx" and unpacked(file) > MOST_UNPACKED):
            raise forms.ValidationError(_("The file is too large for a list of points."))
        return file

    def clean(self):
        data = super().clean()
        if file := data.get("import_file"):
            data["format"] = str(self.suffixes.index(Path(file.name).suffix.lower()))
        return data


def unpacked(file):
    """The size in bytes of what a workbook says that it holds."""
    try:
        return sum(part.file_size for part in zipfile.ZipFile(file).infolist())
    except zipfile.BadZipFile as error:
        raise forms.ValidationError(_("This is not an XLSX file.")) from error


def numbered(things):
    return [(str(number), thing.__name__) for number, thing in enumerate(things)]


class ConfirmForm(library.ConfirmImportForm):
    """What was uploaded, and what its preview promised."""

    format = forms.CharField(required=False, widget=forms.HiddenInput)
    resource = forms.ChoiceField(choices=numbered(RESOURCES), widget=forms.HiddenInput)
    promised = forms.CharField(widget=forms.HiddenInput)

    def clean_import_file_name(self):
        upload = UploadInForm(name=super().clean_import_file_name())
        try:
            upload.read(max_age=KEPT)
        except signing.BadSignature as error:
            raise forms.ValidationError(
                _("The preview is too old, or not of this file. Choose the file again.")
            ) from error
        return upload.name

    def clean(self):
        """The format is told by the file: what the preview could not read was not signed."""
        data = super().clean()
        if name := data.get("import_file_name"):
            is_workbook = UploadInForm(name=name).read().startswith(b"PK")
            data["format"] = str(FORMATS.index(XLSX if is_workbook else CSV))
        return data
