"""A person's own page at the desk: address, wishes about letters, and the letters themselves."""

from django import forms
from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import log
from .models import MailSetting

LATEST = 30


class ProfileForm(forms.ModelForm):
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        required=False,
        help_text=gettext_lazy("Without one, letters wait for you on this page only."),
    )

    class Meta:
        model = MailSetting
        fields = ("delivery", "reviews", "own_work", "comments", "queues")

    field_order = ("email", "delivery", "reviews", "own_work", "comments", "queues")

    def save(self, commit=True):
        user = self.instance.user
        user.email = self.cleaned_data["email"]
        user.save(update_fields=["email"])
        return super().save(commit)


def profile(request):
    """One's own settings and letters; nobody sees or changes another's here."""
    user = request.user
    setting = MailSetting.objects.filter(user=user).first() or MailSetting(user=user)
    form = ProfileForm(request.POST or None, instance=setting, initial={"email": user.email})
    if request.method == "POST" and form.is_valid():
        form.save()
        log.write(
            "own_settings_changed",
            at=timezone.now(),
            actor=user,
            data={"fields": sorted(form.changed_data)},
        )
        messages.success(request, _("Your settings are kept."))
        return HttpResponseRedirect(request.path)
    context = {
        **admin.site.each_context(request),
        "title": _("Your settings and letters"),
        "form": form,
        "letters": user.letters.order_by("-pk")[:LATEST],
    }
    return render(request, "desk/me.html", context)
