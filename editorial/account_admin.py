"""For the desk's forms of people: saying that two accounts are one person's, or that an author has
an account. Either is an action of its own, since pages may lose names."""

from django import forms
from django.contrib import messages
from django.contrib.auth.forms import UserChangeForm
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import actions, linking

LOSES = _(
    "These pages would lose a name or their approval, since one person may not do what the two "
    "accounts did: %(pages)s. If that is right, tick “Yes, link them” and save again."
)


class UserForm(UserChangeForm):
    link_them = forms.BooleanField(
        label=_("Yes, link them"),
        required=False,
        help_text=_("Asked for only where pages lose a name; they are listed before."),
    )

    def clean(self):
        data = super().clean()
        first = data.get("alias_of")
        if first and "alias_of" in self.changed_data and not data.get("link_them"):
            breaches = linking.find({self.instance.person_id, first.person_id})
            if breaches:
                self.add_error("alias_of", LOSES % {"pages": pages_of(breaches)})
        return data


def pages_of(breaches):
    return "; ".join(str(breach.content.head.typed) for breach in breaches)


class LinksAccounts:
    """For the admin of accounts."""

    form = UserForm

    def get_fieldsets(self, request, obj=None):
        """The tick stands below the account to be named, while none is."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or obj.alias_of_id:
            return fieldsets
        return [
            (name, {**options, "fields": with_the_tick(options["fields"])})
            for name, options in fieldsets
        ]

    def save_model(self, request, obj, form, change):
        first = obj.alias_of if "alias_of" in form.changed_data else None
        if first:
            obj.alias_of = None
        super().save_model(request, obj, form, change)
        if first:
            tell(request, actions.link_accounts(obj, first, by=request.user, at=timezone.now()))


class NamesAccounts:
    """For the admin of authors."""

    def save_model(self, request, obj, form, change):
        user = obj.user if change and "user" in form.changed_data else None
        if user:
            obj.user = None
        super().save_model(request, obj, form, change)
        if user:
            tell(request, actions.name_account(obj, user, by=request.user, at=timezone.now()))


def tell(request, breaches):
    if breaches:
        lost = _("These pages lost a name or their approval: %(pages)s.")
        messages.warning(request, lost % {"pages": pages_of(breaches)})


def with_the_tick(fields):
    return [*fields, "link_them"] if "alias_of" in fields else fields
