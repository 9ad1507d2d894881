"""Model fields of articles: rich text, and identifiers of sources."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django_prose_editor.fields import ProseEditorField
from idutils import is_doi, is_pmid, normalize_doi

from . import body

EXTENSIONS = {
    "Bold": True,
    "Italic": True,
    "Subscript": True,
    "Superscript": True,
    "Heading": {"levels": [2, 3]},
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "HardBreak": True,
    "HorizontalRule": True,
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto"]},
}


# Characters of markup that a form takes: cleaning takes time that grows faster than the text.
LONGEST = 200_000


class RichTextField(ProseEditorField):
    """A body: whatever way it is saved, what is stored has been cleaned."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("extensions", EXTENSIONS)
        kwargs.setdefault("sanitize", body.clean)
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs):
        return super().formfield(**{"max_length": LONGEST, **kwargs})

    def pre_save(self, model_instance, add):
        cleaned = body.clean(getattr(model_instance, self.attname))
        setattr(model_instance, self.attname, cleaned)
        return cleaned


def validate_doi(value):
    if not is_doi(value) or normalize_doi(value) != value:
        raise ValidationError(_("Write the DOI alone, such as 10.1136/acupmed-2015-010936."))


def validate_pmid(value):
    if not is_pmid(value) or not value.isdigit():
        raise ValidationError(_("Write the PubMed number alone, such as 26362793."))
