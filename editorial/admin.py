"""The desk's pages for people and their credentials. Contents: see revision_admin.py."""

from copy import copy

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import actions, credentials, house, leaving, lines
from .account_admin import LinksAccounts, NamesAccounts
from .errors import Refused
from .forms import ReviewerField
from .models import Author, Book, Credential, Event, Reviewer, User
from .moves import MOVES
from .revision_admin import TabularInline

WHO_LEAVES = _(
    "Whoever is switched off here or loses the role of a reviewer is asked for nothing more: open "
    "requests go back to the queue, and links to drafts end. What they signed stays signed and "
    "goes live as it was approved; the board marks it."
)


class KeptRecord:
    """A deletion is told to the log. A refused one names what stands in its way, whoever asks."""

    def get_deleted_objects(self, objs, request):
        deleted, counts, lacking, protected = super().get_deleted_objects(objs, request)
        return deleted, counts, set() if protected else lacking, protected

    def delete_model(self, request, obj):
        gone = [obj, *self.parts_of(obj)]
        key = obj.pk
        with transaction.atomic():
            super().delete_model(request, copy(obj))
            house.write(
                f"{obj._meta.model_name}_deleted",
                by=request.user,
                at=timezone.now(),
                data={"id": key},
                gone=gone,
            )

    def delete_queryset(self, request, queryset):
        for obj in queryset:
            self.delete_model(request, obj)

    def parts_of(self, obj):
        """Rows that go with it."""
        return []


@admin.register(User)
class UserAdmin(KeptRecord, LinksAccounts, DjangoUserAdmin):
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email", "alias_of")}),
        (
            _("Role"),
            {
                "fields": ("is_active", "is_staff", "is_superuser", "groups"),
                "description": WHO_LEAVES,
            },
        ),
    )
    list_display = ("username", "first_name", "last_name", "roles", "is_active")
    list_filter = ("groups", "is_active")

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description=_("roles"))
    def roles(self, user):
        return ", ".join(group.name for group in user.groups.all()) or "–"

    def get_readonly_fields(self, request, obj=None):
        fixed = [] if request.user.is_superuser else ["is_superuser"]
        return [*fixed, "alias_of"] if obj and obj.alias_of_id else fixed

    def has_change_permission(self, request, obj=None):
        """Whoever sets a superuser's password becomes one, so only superusers may."""
        if obj and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def save_related(self, request, form, formsets, change):
        """Roles are saved last, and only then is it known what somebody may no longer do."""
        super().save_related(request, form, formsets, change)
        write_log(request, form.instance, form, change)
        if change:
            leaving.follow_account(form.instance, by=request.user, at=timezone.now())
            tell_what_waits(request, Reviewer.objects.filter(user=form.instance).first())


def tell_what_waits(request, reviewer):
    """Name the texts that go live under the signature of somebody who left."""
    if reviewer and (titles := leaving.titles_that_wait(reviewer, timezone.now())):
        sentence = _("Signed by %(name)s, and still waiting to go live: %(titles)s.")
        facts = {"name": reviewer, "titles": ", ".join(titles)}
        messages.warning(request, sentence % facts)


class ProfileForm(forms.ModelForm):
    """A profile with one switch instead of three columns for "deactivated"."""

    active = forms.BooleanField(
        label=_("active"),
        required=False,
        initial=True,
        help_text=_("Switched off: nothing new under this name; what stands stays as it is."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["active"] = self.instance.is_active

    def clean(self):
        data = super().clean()
        if not data.get("active") and not data.get("deactivation_reason"):
            self.add_error("deactivation_reason", _("Say why; colleagues will read it."))
        return data


class ProfileAdmin(KeptRecord, admin.ModelAdmin):
    """Authors and reviewers: deactivated with a reason, hardly ever deleted."""

    form = ProfileForm
    list_display = ("name", "user", "is_active")
    list_select_related = ("user",)
    search_fields = ("name", "user__username")
    autocomplete_fields = ("user",)
    prepopulated_fields = {"slug": ("name",)}
    fieldsets = (
        (None, {"fields": ("name", "slug", "user", "bio", "photo")}),
        (_("Standing"), {"fields": ("active", "deactivation_reason")}),
    )

    def get_readonly_fields(self, request, obj=None):
        fixed = ["slug"] if obj else []
        return [*fixed, "user"] if obj and obj.user_id else fixed

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else self.prepopulated_fields

    def save_model(self, request, obj, form, change):
        if form.cleaned_data["active"]:
            obj.deactivated_at = obj.deactivated_by = None
            obj.deactivation_reason = ""
        elif obj.is_active:
            obj.deactivated_at, obj.deactivated_by = timezone.now(), request.user
        super().save_model(request, obj, form, change)
        if "name" in form.changed_data and obj.has_namesake():
            messages.warning(request, NAMESAKE % {"name": obj.name})

    def save_related(self, request, form, formsets, change):
        before = self.parts_of(form.instance)
        super().save_related(request, form, formsets, change)
        parts = self.parts_of(form.instance)
        gone = [row for row in before if row not in parts]
        write_log(request, form.instance, form, change, parts, gone)


NAMESAKE = _(
    "A reviewer has exactly this name. Readers and colleagues tell the two apart by their "
    "credentials, so make sure that these say who is who: %(name)s."
)


def write_log(request, obj, form, change, parts=(), gone=()):
    """A line in the house's own log for what was done to a person's record."""
    house.write(
        f"{obj._meta.model_name}_{'changed' if change else 'added'}",
        obj,
        *parts,
        by=request.user,
        at=timezone.now(),
        data={"id": obj.pk, "fields": sorted(form.changed_data)},
        gone=gone,
    )


class BookInline(TabularInline):
    model = Book
    extra = 0


class AuthorForm(ProfileForm):
    def clean(self):
        data = super().clean()
        if data.get("user"):
            data["has_no_account"] = None  # naming the account answers the question
        return data


@admin.register(Author)
class AuthorAdmin(NamesAccounts, ProfileAdmin):
    form = AuthorForm
    list_filter = ("has_no_account",)
    fieldsets = (
        (
            None,
            {"fields": ("name", "slug", "user", "has_no_account", "bio", "photo")},
        ),
        *ProfileAdmin.fieldsets[1:],
    )
    inlines = [BookInline]

    def parts_of(self, author):
        return list(Book.objects.filter(author=author))


class CredentialInline(TabularInline):
    """To look at and go on from: credentials are changed on their own page, which logs it."""

    model = Credential
    fields = ("title", "issuer", "number", "valid_from", "valid_until")
    show_change_link = True

    def has_add_permission(self, request, obj=None):
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(Reviewer)
class ReviewerAdmin(ProfileAdmin):
    inlines = [CredentialInline]
    fieldsets = (
        *ProfileAdmin.fieldsets[:1],
        (_("Standing"), {**ProfileAdmin.fieldsets[1][1], "description": WHO_LEAVES}),
    )

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if change:
            leaving.put_back_requests(obj, by=request.user, at=timezone.now())
            tell_what_waits(request, obj)


LOOKED_UP_BY_TWO = _(
    "Keeps today and your name. A credential signs only once somebody has looked it up who does "
    "not hold it. Where you entered it yourself, the reviewer's public page says so."
)


class CredentialForm(forms.ModelForm):
    checked = forms.BooleanField(
        label=_("I have looked this up"),
        required=False,
        help_text=_(
            "Keeps today and your name. A credential signs only once a second person has looked "
            "it up: neither who holds it nor who entered it."
        ),
    )
    suspended = forms.BooleanField(
        label=_("suspended"),
        required=False,
        help_text=_("Cannot sign from now on; what it signed before stands."),
    )
    annulled = forms.BooleanField(
        label=_("annulled"),
        required=False,
        help_text=_("Was never good: all it signed loses its badge. There is no way back."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for switch, column in SWITCHES.items():
            if switch in self.fields:
                self.initial[switch] = getattr(self.instance, column) is not None
        if "checked" in self.fields:
            self.initial["checked"] = self.instance.is_looked_up
            if settings.HOUSE_OF_TWO:
                self.fields["checked"].help_text = LOOKED_UP_BY_TWO
        if self.instance.annulled_at and "annulled" in self.fields:
            self.fields["annulled"].disabled = True

    # Who sends the form; the admin sets it.
    by = None

    def clean(self):
        data = super().clean()
        if data.get("checked") and not self.initial["checked"]:
            self.check_look_up(data.get("reviewer") or self.instance.reviewer)
        if (data.get("suspended") or data.get("annulled")) and not data.get("note"):
            self.add_error("note", _("Give the reason."))
        return data

    def check_look_up(self, reviewer):
        """Who changes what is looked up has entered it anew."""
        anew = not self.instance.pk or set(self.changed_data) & set(Credential.LOOKED_UP)
        try:
            enterer = self.by if anew else self.instance.entered_by
            credentials.check_look_up(self.by, reviewer.user, enterer)
        except Refused as refusal:
            self.add_error("checked", refusal.sentence)


SWITCHES = {"checked": "checked_at", "suspended": "suspended_at", "annulled": "annulled_at"}


@admin.register(Credential)
class CredentialAdmin(KeptRecord, admin.ModelAdmin):
    form = CredentialForm
    list_display = ("reviewer", "title", "issuer", "number", "valid_until", "state")
    list_select_related = ("reviewer",)
    list_filter = ("kind",)
    search_fields = ("reviewer__name", "title", "issuer", "number")
    autocomplete_fields = ("reviewer",)
    fieldsets = (
        (None, {"fields": ("reviewer", ("kind", "title"), ("issuer", "number"), "register_url")}),
        (_("What it covers"), {"fields": ("scope", ("valid_from", "valid_until"))}),
        (_("Standing"), {"fields": ("checked", "suspended", "annulled", "note")}),
    )

    @admin.display(description=_("state"))
    def state(self, credential):
        return credential.state_on(timezone.localdate())

    def get_form(self, request, *args, **kwargs):
        form = super().get_form(request, *args, **kwargs)
        form.by = request.user
        return form

    def save_model(self, request, obj, form, change):
        now, wanted = timezone.now(), form.cleaned_data
        annulled = wanted.get("annulled") and not obj.annulled_at
        switches = {switch: wanted.get(switch) for switch in ("checked", "suspended")}
        if credentials.keep(obj, by=request.user, at=now, **switches):
            messages.warning(
                request,
                _(
                    "What was looked up is not what stands here now. It signs nothing until a "
                    "second person has looked it up again."
                ),
            )
        if annulled:
            actions.annul_credential(obj, by=request.user, at=now, reason=obj.note)
            messages.warning(request, _("Every signature under this credential lost its badge."))

    def get_readonly_fields(self, request, obj=None):
        return ["reviewer"] if obj else []

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "reviewer":
            kwargs["form_class"] = ReviewerField
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class LineFilter(admin.SimpleListFilter):
    """From a fixed list: which names there are, the log itself tells only when it is read whole."""

    title = _("move")
    parameter_name = "move"

    def lookups(self, request, model_admin):
        return [(name, lines.label_of(name)) for name in (*MOVES, *lines.OTHER_LINES)]

    def queryset(self, request, queryset):
        return queryset.filter(move=self.value()) if self.value() else queryset


class LogList(ChangeList):
    def get_results(self, request):
        super().get_results(request)
        self.result_list = lines.add_names(self.result_list)


@admin.register(Event)
class EventAdmin(admin.ModelAdmin):
    """The log, to read. Lines hold no names: whom one is about is looked up in the rows."""

    list_display = ("seq", "at", "actor", "what", "whom", "content", "revision")
    list_select_related = ("actor", "content", "revision__content")
    list_filter = (LineFilter,)
    ordering = ("-seq",)
    show_full_result_count = False
    readonly_fields = ("whom",)

    def get_changelist(self, request, **kwargs):
        return LogList

    @admin.display(description=_("move"), ordering="move")
    def what(self, line):
        return lines.label_of(line.move)

    @admin.display(description=_("about"), empty_value="–")
    def whom(self, line):
        if not hasattr(line, "names"):
            lines.add_names([line])
        return line.names

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
