"""The desk's pages for contents: the draft form that saves as new, the page to read and decide
on, the preview, and the log. Each kind inherits RevisionAdmin and adds its fields."""

from contextlib import ExitStack

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import BaseInlineFormSet
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from js_asset import Media

from . import actions, compare, errors, hosts, kinds, queues
from .act_views import ActsMixin
from .actions import Token
from .compare_views import CompareMixin
from .decide import NEWER_THAN_ASKED, DecideMixin
from .errors import Refused, Stale, Unchanged
from .forms import RevisionForm
from .models import Content
from .presence import PresenceMixin


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return Content.Status.choices

    def queryset(self, request, queryset):
        return queryset.filter(head_of__status=self.value()) if self.value() else queryset


class OwnerFilter(admin.SimpleListFilter):
    title = gettext_lazy("owner")
    parameter_name = "owner"

    def lookups(self, request, model_admin):
        return [("me", _("Mine")), ("others", _("Other people’s"))]

    def queryset(self, request, queryset):
        if self.value() == "me":
            return queryset.filter(head_of__created_by=request.user)
        if self.value() == "others":
            return queryset.exclude(head_of__created_by=request.user)
        return queryset


class Parts:
    """Rows that are part of a revision: who may save the draft may write them."""

    extra = 0

    def has_view_permission(self, request, obj=None):
        return True

    def has_add_permission(self, request, obj=None):
        return request.user.has_perm("editorial.save_content")

    has_change_permission = has_delete_permission = has_add_permission


class NamedCells(BaseInlineFormSet):
    """Each cell's field bears its name, which a column's heading does not give it."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        for field in form.fields.values():
            field.widget.attrs.setdefault("aria-label", str(field.label))


class TabularInline(admin.TabularInline):
    formset = NamedCells


class PartInline(Parts, TabularInline):
    """Parts of a few short fields, a row each."""


class StackedPartInline(Parts, admin.StackedInline):
    """Parts of many fields, one below the other."""


class RevisionAdmin(DecideMixin, ActsMixin, CompareMixin, PresenceMixin, admin.ModelAdmin):
    """Lists the heads of one kind of content, and edits by making the next revision.

    The token of a save is the revision in the address with `version`, `revision` and `digest`
    from the form. A stale one changes nothing: the answer (409) holds both texts.
    """

    form = RevisionForm
    kind = None
    change_form_template = "desk/change_form.html"
    change_list_template = "desk/change_list.html"
    list_display = ("titled", "state", "owner", "age", "next_step")
    list_display_links = ("titled",)
    list_filter = (StateFilter, OwnerFilter)
    list_per_page = 50
    ordering = ("-head_of__moved_at",)
    show_full_result_count = False
    add_only_fields = ()
    # The field that proposes the address of a new content.
    slug_from = None

    # --- Which rows, and who may -----------------------------------------------------------

    @property
    def content_model(self):
        return kinds.models_by_kind()[self.kind]

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .filter(head_of__kind=self.kind)
            .select_related("content__created_by", f"content__{self.kind}", "created_by", "seal")
        )

    def get_paginator(self, request, queryset, *args, **kwargs):
        """Where nothing narrows the list, its heads are counted without their texts."""
        paginator = super().get_paginator(request, queryset, *args, **kwargs)
        if not request.GET.keys() - {"p", "o"}:
            heads = Content.objects.filter(kind=self.kind, head__isnull=False)
            paginator.count = heads.count()
        return paginator

    def get_object(self, request, object_id, from_field=None):
        """Any revision of this kind, a head or not: a stale one is answered, not lost."""
        revisions = self.model.objects.select_related("content__created_by", "seal")
        try:
            revision = revisions.filter(id=self.opts.pk.to_python(object_id)).first()
        except ValidationError:
            return None
        if revision:
            revision.content = revision.content.typed
        return revision

    def has_delete_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        if not super().has_change_permission(request, obj):
            return False
        return obj is None or not self.why_not(request, obj)

    def why_not(self, request, revision):
        """The sentence that refuses a save, or None; asked once in a request, not seven times."""
        asked = request.__dict__.setdefault("saves_refused", {})
        if revision.pk not in asked:
            asked[revision.pk] = why_not_save(revision, request.user)
        return asked[revision.pk]

    # --- The list ----------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("title"))
    def titled(self, revision):
        return str(revision)

    @admin.display(description=gettext_lazy("state"), ordering="head_of__status")
    def state(self, revision):
        state = revision.content.status_at(timezone.now())
        return format_html('<span class="state state-{}">{}</span>', state.value, state.label)

    @admin.display(description=gettext_lazy("owner"), ordering="head_of__created_by")
    def owner(self, revision):
        return revision.content.created_by.display_name

    @admin.display(description=gettext_lazy("in this state"), ordering="head_of__moved_at")
    def age(self, revision):
        now = timezone.now()
        days = (now - revision.content.in_state_since(now)).days
        return _("today") if days < 1 else _("%(days)d d") % {"days": days}

    @admin.display(description=gettext_lazy("next step"))
    def next_step(self, revision):
        return revision.next_step

    def get_changelist_instance(self, request):
        """The list, each of its rows with what has to happen next: asked of all of them at once."""
        found = super().get_changelist_instance(request)
        contents = [revision.content for revision in found.result_list]
        steps = queues.next_steps(contents, timezone.now())
        for revision in found.result_list:
            revision.next_step = steps[revision.content_id]
        return found

    # --- The draft form ----------------------------------------------------------------------

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.kind = self.kind
        form.refusal = getattr(request, "refusal", None)
        return form

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        kept = []
        for name, options in fieldsets:
            fields = [field for field in options["fields"] if field not in self.add_only_fields]
            kept.append((name, {**options, "fields": fields}))
        return kept

    def get_prepopulated_fields(self, request, obj=None):
        return {"slug": (self.slug_from,)} if self.slug_from and obj is None else {}

    def get_formset_kwargs(self, request, obj, inline, prefix):
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        return {**kwargs, "save_as_new": True} if request.method == "POST" else kwargs

    def changelist_view(self, request, extra_context=None):
        title = {"title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, {**title, **(extra_context or {})})

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        revision = object_id and self.get_object(request, object_id)
        if object_id and revision is None:
            raise Http404  # and not a form for a new one
        extra = {**(extra_context or {}), **self.form_context(request, revision)}
        if request.method != "POST":
            if revision and not is_head(revision):
                messages.info(request, NEWER_THAN_ASKED)
                return HttpResponseRedirect(self.url("change", revision.content.head_id))
            return super().changeform_view(request, object_id, form_url, extra)
        try:
            return self.save_as_new(request, revision, form_url, extra)
        except Unchanged:
            messages.info(request, _("Nothing was changed, so there is no new revision."))
            return self.after_save(request, revision)
        except Refused as refusal:
            errors.record(request, refusal, move="save", content=revision and revision.content_id)
            answer = self.conflict if isinstance(refusal, Stale) else self.refused
            return answer(request, revision, refusal)

    def save_as_new(self, request, revision, form_url, extra):
        """One transaction around Django's own view; the seal is set when it has done its part."""
        if revision:
            token = Token.from_post(revision.content_id, request.POST)
            content = actions.seen(token)
            if not is_head(revision):
                raise actions.stale(content)  # the form was opened on older words
            actions.check("save", content, by=request.user, at=timezone.now())
            request.token = token
        with transaction.atomic(), ExitStack() as saving:
            request.saving = saving
            object_id = revision and str(revision.pk)
            response = self._changeform_view(request, object_id, form_url, extra)
        saved = getattr(request, "saved", None)
        if saved is None:
            return response  # the form had errors and is shown again
        messages.success(request, _("Saved as revision %(number)d.") % {"number": saved.number})
        return self.after_save(request, saved)

    def save_model(self, request, obj, form, change):
        now = timezone.now()
        slug = form.cleaned_data["slug"]
        content, token = None, None
        if change:
            content, token = obj.content, request.token
        else:
            content = actions.begin(
                self.content_model, by=request.user, at=now, slug=slug, **form.identity()
            )
        request.saving.enter_context(
            actions.saving(content, obj, token, by=request.user, at=now, slug=slug)
        )
        obj.save()
        request.saved = obj

    def log_addition(self, request, obj, message):
        """The house's own log has the line; Django's is not kept for contents."""

    log_change = log_addition

    def response_add(self, request, obj, post_url_continue=None):
        return self.response_change(request, obj)

    def response_change(self, request, obj):
        return HttpResponseRedirect(self.url("change", obj.pk))

    def after_save(self, request, revision):
        """Where the pressed button leads: on with the form, to the reading page, or submitted."""
        if "_read" in request.POST:
            return HttpResponseRedirect(self.url("review", revision.content.head_id))
        if "_submit" in request.POST:
            content = Content.objects.select_related("head__seal").get(pk=revision.content_id)
            try:
                actions.make("submit", Token.of(content), by=request.user, at=timezone.now())
            except Refused as refusal:
                errors.record(request, refusal, move="submit", content=content.pk)
                messages.error(request, refusal.sentence)
                return HttpResponseRedirect(self.url("change", content.head_id))
            messages.success(request, _("Submitted, and frozen until somebody has read it."))
            return HttpResponseRedirect(self.url("review", content.head_id))
        content = Content.objects.get(pk=revision.content_id)
        return HttpResponseRedirect(self.url("change", content.head_id))

    # --- When somebody else was quicker ------------------------------------------------------

    def conflict(self, request, revision, refusal):
        """Both texts: theirs to read, yours in the form, to be saved on top of theirs or not."""
        content = Content.objects.select_related("head__seal").get(pk=revision.content_id)
        head = self.get_object(request, content.head_id)
        token = Token.of(content)
        request.POST = request.POST.copy()
        request.POST.update(
            {"version": token.version, "revision": token.revision, "digest": token.digest}
        )
        request.refusal = refusal
        editable = self.has_change_permission(request, head)
        extra = {
            **self.form_context(request, head),
            "conflict": compare.posted_against(head, revision, request.POST, self.inline_parts()),
            "refusal": refusal.sentence,
            "lost_files": sorted(request.FILES),
        }
        if editable:
            with transaction.atomic():
                response = self._changeform_view(
                    request, str(head.pk), self.url("change", head.pk), extra
                )
        else:
            context = {**self.admin_site.each_context(request), **extra, "revision": head}
            response = TemplateResponse(request, "desk/conflict.html", context)
        response.status_code = refusal.status_code
        return response

    def refused(self, request, revision, refusal):
        context = {
            **self.admin_site.each_context(request),
            "title": _("This cannot be saved"),
            "refusal": refusal.sentence,
            "revision": revision,
            "back": self.url("review", revision.content.head_id)
            if revision
            else self.url("changelist"),
            "posted": compare.posted_texts(request.POST),
        }
        return TemplateResponse(request, "desk/refused.html", context, status=refusal.status_code)

    def inline_parts(self):
        return [inline.model for inline in self.inlines]

    def url(self, page, *args):
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}"
        return reverse(name, args=args)

    def form_context(self, request, revision):
        """What templates/desk/change_form.html shows beside the form."""
        context = {"may_submit": request.user.has_perm("editorial.submit_content")}
        if revision is None:
            return context | {"title": _("New %(name)s") % {"name": self.opts.verbose_name}}
        return context | {
            "title": str(revision),
            "subtitle": None,
            "token": Token.of_revision(revision),
            "content_row": revision.content,
            "state": revision.content.status_at(timezone.now()),
            "why_not": self.why_not(request, revision),
            "effect": hosts.effect_of(revision, timezone.now()),
            "review_url": self.url("review", revision.pk),
            "preview_url": self.url("preview", revision.pk),
            "log_url": self.url("log", revision.pk),
            "open_url": self.url("open", revision.pk),
        }

    def render_change_form(self, request, context, *args, **kwargs):
        # The editor's import map is an inline script; the policy lets it in by nonce.
        context["media"] = Media.from_media(context["media"], nonce=str(request.csp_nonce))
        return super().render_change_form(request, context, *args, **kwargs)


def is_head(revision):
    return revision.content.head_id == revision.pk


def why_not_save(revision, user):
    """The sentence that refuses a save by the user now, or None."""
    try:
        actions.check("save", revision.content, by=user, at=timezone.now())
    except Refused as refusal:
        return refusal.sentence
    return None
