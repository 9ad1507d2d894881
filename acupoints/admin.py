import json

from django import forms
from django.contrib import admin, messages
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from import_export.admin import ImportExportMixin

from editorial import log
from editorial.forms import RevisionForm
from editorial.revision_admin import PartInline, RevisionAdmin, StackedPartInline, TabularInline

from . import evidence
from .forms import ConfirmForm, ExportForm, ImportForm, UploadInForm
from .importing import COLUMNS, TABLES
from .meridians import CODE, Meridian, slug_of
from .models import (
    Acupoint,
    AcupointRevision,
    Caution,
    Evidence,
    PointName,
    PointPair,
    StandardCaution,
    StandardPoint,
)
from .resources import FORMATS, RESOURCES, digest_of


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
    readonly_fields = ("cited",)

    def get_fields(self, request, obj=None):
        """The sources to choose from; where they are only looked at, those that were chosen."""
        desk = self.admin_site.get_model_admin(self.parent_model)
        sources = "source_keys" if desk.has_change_permission(request, obj) else "cited"
        return ["position", "statement", ("grade", "graded_by"), sources]

    @admin.display(description=_("Sources"))
    def cited(self, row):
        cited = [f"{source['title']} ({source['authors_year']})" for source in row.sources]
        return "; ".join(cited)


@admin.register(AcupointRevision)
class AcupointAdmin(RevisionAdmin):
    kind = "acupoint"
    form = AcupointForm
    search_fields = ("pinyin", "english", "traditional", "simplified", "content__acupoint__code")
    add_only_fields = ("code",)
    fieldsets = (
        (None, {"fields": ("code", "pinyin", "traditional", "simplified", "english")}),
        (None, {"fields": ("other_names", "location", "uses", "research", "pressing")}),
        (_("Pictures"), {"fields": ("area", "figure", "figure_alt")}),
        (_("For colleagues"), {"fields": ("note", "slug")}),
    )
    inlines = [CautionInline, EvidenceInline]


# --- The nomenclature ----------------------------------------------------------------------


class NameInline(TabularInline):
    model = PointName
    extra = 0


class PairInline(TabularInline):
    """Pairs that the point leads. Those that it joins stand at the other point."""

    model = PointPair
    fk_name = "first"
    autocomplete_fields = ("second",)
    extra = 0


class StandardCautionInline(TabularInline):
    """To look at: a list brings new ones, and nothing changes or removes one."""

    model = StandardCaution
    extra = 0
    fields = ("kind", "applies_to", "note", "basis")

    def has_view_permission(self, request, obj=None):
        return True

    def has_add_permission(self, request, obj=None):
        return False

    has_change_permission = has_delete_permission = has_add_permission


LISTS = (
    "acupoints.add_standardpoint",
    "acupoints.change_standardpoint",
    "acupoints.add_pointname",
    "acupoints.add_standardcaution",
    "acupoints.add_pointpair",
)


@admin.register(StandardPoint)
class StandardPointAdmin(ImportExportMixin, admin.ModelAdmin):
    """The points of the nomenclature, one by one and as lists. New ones come with a list, and none
    is deleted: signed texts and cautions belong to them."""

    resource_classes = RESOURCES
    import_formats = export_formats = FORMATS
    import_form_class = ImportForm
    confirm_form_class = ConfirmForm
    export_form_class = ExportForm
    import_template_name = "desk/import.html"
    export_template_name = "desk/export.html"
    change_list_template = "desk/change_list.html"
    import_export_change_list_template = "desk/points.html"
    tmp_storage_class = UploadInForm
    to_encoding = "utf-8-sig"  # spreadsheets take a file without its mark for another encoding

    list_display = ("code", "pinyin", "simplified", "english", "regions")
    list_filter = ("meridian",)
    list_per_page = 70
    search_fields = ("code", "pinyin", "traditional", "simplified", "english", "names__name")
    show_full_result_count = False
    readonly_fields = ("code", "meridian", "number")
    fieldsets = (
        (None, {"fields": (("code", "meridian", "number"),)}),
        (
            _("Names"),
            {
                "fields": ("pinyin", "traditional", "simplified", "english"),
                "description": _(
                    "Readers find the point by these, by its other codes and by its other names, "
                    "from the moment you save. Several stand with “;” between them."
                ),
            },
        ),
        (None, {"fields": ("other_codes", "region")}),
    )
    inlines = [NameInline, PairInline, StandardCautionInline]

    @admin.display(description=_("region"), ordering="region")
    def regions(self, point):
        return point.region_label

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_import_permission(self, request):
        return request.user.has_perms(LISTS)

    def has_export_permission(self, request):
        return self.has_view_permission(request)

    def log_change(self, request, obj, message):
        entry = super().log_change(request, obj, message)
        log.write(
            "nomenclature_changed",
            at=timezone.now(),
            actor=request.user,
            data={"point": obj.code, "changes": json.loads(entry.change_message or "[]")},
            tables=TABLES.values(),
        )
        return entry

    # --- Lists in --------------------------------------------------------------------------

    def import_action(self, request, **kwargs):
        """The form, or the preview with the button that confirms it; 422 where a file is wrong."""
        response = super().import_action(request, **kwargs)
        if confirm := response.context_data.get("confirm_form"):
            confirm.initial["promised"] = digest_of(response.context_data["result"])
        elif request.method == "POST":
            response.status_code = 422
        return response

    def get_import_data_kwargs(self, request, form=None, **kwargs):
        promised = form.cleaned_data.get("promised") if form else None
        return {"promised": promised, "rollback_on_validation_errors": True}

    def process_import(self, request, **kwargs):
        response = super().process_import(request, **kwargs)
        if response.status_code == 200:  # what was to be confirmed is not what was uploaded
            response.context_data |= self.empty_form() | {"confirm_form": None}
            response.status_code = 422
        return response

    def process_result(self, result, request):
        """The list of points, or, where the database has changed since the preview, the form and
        what is wrong now."""
        if not result.has_errors() and not result.has_validation_errors():
            return super().process_result(result, request)
        context = {
            **self.admin_site.each_context(request),
            **self.empty_form(),
            "title": _("Import"),
            "opts": self.opts,
            "result": result,
        }
        return TemplateResponse(request, self.import_template_name, context, status=409)

    def add_success_message(self, result, request):
        sentence = _(
            "The list was imported: %(new)d new, %(update)d changed, %(skip)d as they were."
        )
        messages.success(request, sentence % result.totals)

    def empty_form(self):
        return {"form": ImportForm(FORMATS, RESOURCES), **self.get_context_data()}

    def get_context_data(self, **kwargs):
        return {"lists": [(one.get_display_name(), COLUMNS[one.file]) for one in RESOURCES]}

    def add_data_read_fail_error_to_form(self, form, e):
        form.add_error(
            "import_file",
            _(
                "This cannot be read as a list. Save it as XLSX, or as CSV in UTF-8, with the "
                "names of the columns in the first row."
            ),
        )

    # --- Lists out -------------------------------------------------------------------------

    def export_action(self, request):
        response = super().export_action(request)
        if request.method == "POST" and isinstance(response, TemplateResponse):
            response.status_code = 422
        return response

    def get_export_filename(self, request, queryset, file_format):
        resource = RESOURCES[int(request.POST.get("resource") or 0)]
        day = timezone.localdate().isoformat()
        return f"{resource.file.removesuffix('.csv')}-{day}.{file_format.get_extension()}"
