"""The desk's pages for people and their credentials. Contents: see revision_admin.py."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import actions, log
from .models import Author, Book, Credential, Event, Reviewer, User
from .moves import MOVES
from .revision_admin import TabularInline


class ListsWhatProtects:
    """A refused deletion names what stands in its way, whoever asks."""

    def get_deleted_objects(self, objs, request):
        deleted, counts, lacking, protected = super().get_deleted_objects(objs, request)
        return deleted, counts, set() if protected else lacking, protected


@admin.register(User)
class UserAdmin(ListsWhatProtects, DjangoUserAdmin):
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email", "alias_of")}),
        (_("Role"), {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
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

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        write_log(request, obj, form, change)


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


class ProfileAdmin(ListsWhatProtects, admin.ModelAdmin):
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
        write_log(request, obj, form, change)


def write_log(request, obj, form, change):
    """A line in the house's own log for what was done to a person's record."""
    log.write(
        f"{obj._meta.model_name}_{'changed' if change else 'added'}",
        at=timezone.now(),
        actor=request.user,
        data={"id": obj.pk, "name": str(obj), "fields": sorted(form.changed_data)},
    )


class BookInline(TabularInline):
    model = Book
    extra = 0


@admin.register(Author)
class AuthorAdmin(ProfileAdmin):
    inlines = [BookInline]


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


class CredentialForm(forms.ModelForm):
    checked = forms.BooleanField(
        label=_("I have looked this up"),
        required=False,
        help_text=_("Keeps today and your name as the check. Unchecked credentials cannot sign."),
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
        if self.instance.annulled_at and "annulled" in self.fields:
            self.fields["annulled"].disabled = True

    def clean(self):
        data = super().clean()
        if (data.get("suspended") or data.get("annulled")) and not data.get("note"):
            self.add_error("note", _("Give the reason."))
        return data


SWITCHES = {"checked": "checked_at", "suspended": "suspended_at", "annulled": "annulled_at"}


@admin.register(Credential)
class CredentialAdmin(ListsWhatProtects, admin.ModelAdmin):
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

    def save_model(self, request, obj, form, change):
        now = timezone.now()
        annulled = form.cleaned_data.get("annulled") and not obj.annulled_at
        for switch, column in SWITCHES.items():
            if switch == "annulled":
                continue  # an action of its own, since signed texts lose their badge
            wanted, given = form.cleaned_data.get(switch), getattr(obj, column)
            if bool(wanted) == bool(given):
                continue
            moment = timezone.localdate(now) if switch == "checked" else now
            setattr(obj, column, moment if wanted else None)
            setattr(obj, f"{switch}_by", request.user if wanted else None)
        super().save_model(request, obj, form, change)
        write_log(request, obj, form, change)
        for switch in ("checked", "suspended"):
            if switch in form.changed_data and form.cleaned_data[switch]:
                log.write(
                    f"credential_{switch}",
                    at=now,
                    actor=request.user,
                    data={"credential": obj.pk, "reason": obj.note},
                )
        if annulled:
            actions.annul_credential(obj, by=request.user, at=now, reason=obj.note)
            messages.warning(request, _("Every signature under this credential lost its badge."))

    def get_readonly_fields(self, request, obj=None):
        return ["reviewer"] if obj else []


# What lines of the log tell besides the moves.
OTHER_LINES = (
    "hold",
    "pin",
    "adopt",
    "comment",
    "comment_answered",
    "source_checked",
    "review_asked",
    "review_accepted",
    "review_declined",
    "review_delegated",
    "review_cancelled",
    "retract",
    "annul",
    "preview_made",
    "preview_ended",
    "redaction_asked",
    "redacted",
    "credential_checked",
    "credential_suspended",
    "credential_annulled",
    "own_settings_changed",
    "nomenclature_imported",
    "nomenclature_changed",
    *[
        f"{record}_{deed}"
        for record in ("user", "author", "reviewer", "credential")
        for deed in ("added", "changed")
    ],
)


class LineFilter(admin.SimpleListFilter):
    """From a fixed list: which names there are, the log itself tells only when it is read whole."""

    title = _("move")
    parameter_name = "move"

    def lookups(self, request, model_admin):
        labels = {name: move.label for name, move in MOVES.items()}
        return [(name, labels.get(name, name)) for name in (*MOVES, *OTHER_LINES)]

    def queryset(self, request, queryset):
        return queryset.filter(move=self.value()) if self.value() else queryset


@admin.register(Event)
class EventAdmin(admin.ModelAdmin):
    """The log, to read."""

    list_display = ("seq", "at", "actor", "move", "content", "revision")
    list_select_related = ("actor", "content", "revision__content")
    list_filter = (LineFilter,)
    ordering = ("-seq",)
    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
