from django import forms
from django.utils.translation import gettext as _

from acupoints.models import Acupoint
from editorial.errors import Refused
from editorial.forms import RevisionForm

from . import body
from .models import Topic, check_embeds


def faults_of_topic(name):
    """The sentences that refuse a new topic of this name."""
    if Topic.objects.filter(name=name).exists():
        return []
    try:
        Topic(name=name).clean()
    except forms.ValidationError as error:
        return error.messages
    return []


class ArticleForm(RevisionForm):
    """The draft of an article; the body's embeds are checked before anything is written."""

    # Set by the editor's module once it knows embeds; without it the editor may have lost them.
    embeds_loaded = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def clean_body(self):
        text = body.clean(self.cleaned_data["body"])
        codes = body.codes(text)
        try:
            check_embeds(codes, Acupoint.objects.in_bulk(codes, field_name="code"))
        except Refused as refusal:
            raise forms.ValidationError(refusal.sentence) from refusal
        lost = set(body.codes(self.instance.body)) - set(codes) if self.instance.pk else set()
        if lost and not self.data.get("embeds_loaded"):
            raise forms.ValidationError(
                _(
                    "Your browser did not load the part of the editor that knows acupoints, so "
                    "saving would lose %(codes)s. Copy what you typed, reload, and try again."
                ),
                params={"codes": ", ".join(sorted(lost))},
            )
        return text

    def clean_tags(self):
        names = self.cleaned_data["tags"]
        longest = Topic._meta.get_field("name").max_length
        if any(len(name) > longest for name in names):
            raise forms.ValidationError(
                _("A topic has at most %(longest)s letters."), params={"longest": longest}
            )
        faults = [fault for name in names for fault in faults_of_topic(name)]
        if faults:
            raise forms.ValidationError(faults)
        return names

    def clean(self):
        data = super().clean()
        has_picture = data.get("hero") if data.get("hero") is not None else self.instance.hero
        if has_picture and not data.get("hero_alt"):
            self.add_error(
                "hero_alt", _("Say what the picture shows, for people who cannot see it.")
            )
        return data
