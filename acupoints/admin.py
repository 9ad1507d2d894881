from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from editorial.forms import RevisionForm
from editorial.revision_admin import PartInline, RevisionAdmin, StackedPartInline

from . import evidence
from .meridians import CODE, Meridian, slug_of
from .models import Acupoint, AcupointRevision, Caution, Evidence


class AcupointForm(RevisionForm):
    """A point's text; its code is given once, when it is made, and makes its address."""

    code = forms.CharField(
        label=_("Code"), max_length=24, help_text=_("The standard code: BL40, EX-HN3. It stays.")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["slug"].required = False
        self.fields["slug"].widget = forms.HiddenInput()
        if self.content:
            del self.fields["code"]

    def clean_code(self):
        code = self.cleaned_data["code"].strip().upper()
        match = CODE.fullmatch(code)
        if not match or (match["meridian"] or "X") not in Meridian.values:
            raise forms.ValidationError(_("Write it like BL40 or EX-HN3."))
        if Acupoint.objects.filter(code=code).exists():
            raise forms.ValidationError(_("This point exists already."))
        return code

    def clean_slug(self):
        if self.content:
            return self.content.slug
        return slug_of(self.cleaned_data["code"]) if "code" in self.cleaned_data else ""

    def identity(self):
        code = self.cleaned_data["code"]
        match = CODE.fullmatch(code)
        return {
            "code": code,
            "meridian": match["meridian"] or "X",
            "number": int(match["number"]) if match["number"] else None,
        }


class CautionInline(PartInline):
    model = Caution


class EvidenceForm(forms.ModelForm):
    source_keys = forms.MultipleChoiceField(
        label=_("Sources"),
        required=False,
        choices=evidence.source_choices,
        help_text=_("Hold Ctrl or ⌘ for several. A further one joins the list of sources first."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["source_keys"] = evidence.keys_in(self.instance.source_keys)

    def clean_source_keys(self):
        return ";".join(self.cleaned_data["source_keys"])


class EvidenceInline(StackedPartInline):
    model = Evidence
    form = EvidenceForm
    fields = ("position", "statement", ("grade", "graded_by"), "source_keys")


@admin.register(AcupointRevision)
class AcupointAdmin(RevisionAdmin):
    kind = "acupoint"
    form = AcupointForm
    search_fields = ("pinyin", "english", "traditional", "simplified", "content__acupoint__code")
    add_only_fields = ("code",)
    fieldsets = (
        (None, {"fields": ("code", "pinyin", "traditional", "simplified", "english")}),
        (None, {"fields": ("other_names", "location", "uses", "research", "pressing")}),
        (_("Picture"), {"fields": ("figure", "figure_alt")}),
        (_("For colleagues"), {"fields": ("note", "slug")}),
    )
    inlines = [CautionInline, EvidenceInline]
