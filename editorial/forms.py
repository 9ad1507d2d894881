"""Forms of the desk: the draft, and what single moves ask for."""

from datetime import UTC

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import rules
from .days import months_after
from .models import Content, Credential
from .models.fields import validate_new_address


class RevisionForm(forms.ModelForm):
    """The head revision in a form. Saving makes the next revision; the head stays as it is.

    `slug` and, where a kind has one, the identity (an acupoint's code) belong to the content.
    """

    slug = forms.SlugField(
        label=_("Address"),
        max_length=80,
        help_text=_("The last part of the page's address. It stays once the page was public."),
    )

    # Columns of the content that are set when it is made.
    identity_fields = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.content = self.instance.content if self.instance.pk else None
        self.initial["note"] = ""  # each revision says anew what changed
        if self.content:
            self.fields["slug"].initial = self.content.slug
            self.fields["slug"].disabled = self.content.was_public(timezone.now())

    # Set where the form is only shown again, beside what somebody else saved meanwhile.
    refusal = None

    def clean(self):
        if self.refusal:
            raise forms.ValidationError(self.refusal.sentence)
        return super().clean()

    def clean_slug(self):
        slug = self.cleaned_data["slug"]
        if not self.content or slug != self.content.slug:
            validate_new_address(slug)
        taken = Content.objects.filter(kind=self.kind, slug__iexact=slug)
        if self.content:
            taken = taken.exclude(pk=self.content.pk)
        if taken.exists():
            raise forms.ValidationError(_("Another page has this address already."))
        return slug

    def identity(self):
        return {name: self.cleaned_data[name] for name in self.identity_fields}


class ReviewerField(forms.ModelChoiceField):
    """Reviewers to choose from: people of one name are told apart by what entitles them."""

    def label_from_instance(self, reviewer):
        return reviewer.told_apart_on(timezone.localdate())


class MoveForm(forms.Form):
    """What a move asks for beyond its token; most ask for nothing."""

    def __init__(self, *args, content, by, at, **kwargs):
        self.content, self.by, self.at = content, by, at
        super().__init__(*args, **kwargs)


class ReasonForm(MoveForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class ChangesForm(ReasonForm):
    """A reviewer is also asked about what readers have."""

    stop = forms.ChoiceField(
        label=_("Should readers stop relying on what is published?"),
        choices=[
            ("", _("No. What is published keeps its badge while this is put right.")),
            (
                "yes",
                _(
                    "Yes. What is published loses its badge at once, and its history says that a "
                    "reviewer said so. It has one again after a new signature and a new approval."
                ),
            ),
        ],
        required=False,
        widget=forms.RadioSelect,
        help_text=_(
            "Whatever you answer, this revision goes back to its writer, and no signature given "
            "so far counts for a later approval."
        ),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        shown = self.content.shown_revision_id(self.at)
        if not (shown and self.content.spec.needs_sign_off and rules.reviewer_of(self.by)):
            del self.fields["stop"]

    def clean(self):
        data = super().clean()
        return {**data, "stop": data.get("stop") == "yes"}


class SureForm(ReasonForm):
    """For what readers feel at once; its tick `sure` is there so that no click alone does it."""

    def clean(self):
        data = super().clean()
        data.pop("sure", None)
        return data


class WithdrawForm(SureForm):
    reason = forms.CharField(
        label=_("Reason, as readers will see it"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    sure = forms.BooleanField(label=_("Readers lose this page now. I am sure."))


class EmergencyForm(SureForm):
    reason = forms.CharField(
        label=_("Why it cannot wait, as readers will see it"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    sure = forms.BooleanField(label=_("Readers get what nobody has reviewed. I am sure."))


class ApproveForm(MoveForm):
    correction = forms.CharField(
        label=_("Correction note for readers"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Only where the page was wrong: what, and how it reads now."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.content.was_public(self.at):
            del self.fields["correction"]


class LocalTimeField(forms.DateTimeField):
    """A time by the site's clocks. On the nights when they change, an hour comes twice or not at
    all; such a time is refused with a sentence that says so."""

    def to_python(self, value):
        try:
            return super().to_python(value)
        except forms.ValidationError as error:
            if error.code != "ambiguous_timezone":
                raise
            raise forms.ValidationError(why_unclear(**error.params), code=error.code) from error


def why_unclear(datetime, current_timezone):
    """The sentence for a naive time that the zone's clocks show twice, or never."""
    shown = datetime.replace(tzinfo=current_timezone).astimezone(UTC).astimezone(current_timezone)
    if shown.replace(tzinfo=None) == datetime:
        sentence = _("Clocks go back then, and %(time)s comes twice in %(zone)s. Name another.")
    else:
        sentence = _("Clocks go forward then, past %(time)s in %(zone)s. Name another.")
    return sentence % {"zone": current_timezone, "time": f"{datetime:%H:%M}"}


class ScheduleForm(MoveForm):
    go_live_at = LocalTimeField(
        label=_("Go live at"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        zone = {"zone": timezone.get_current_timezone_name()}
        self.fields["go_live_at"].help_text = _("Time zone: %(zone)s") % zone


class SignForm(MoveForm):
    credential = forms.ModelChoiceField(
        label=_("As"), queryset=Credential.objects.none(), empty_label=None
    )
    scope = forms.CharField(label=_("What your review covers"), max_length=300)
    conflict_statement = forms.CharField(
        label=_("Your interests"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Anything that ties you to what the text speaks of; or “None.”"),
    )
    next_review_on = forms.DateField(
        label=_("Next review due"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    has_read = forms.BooleanField(
        label=_("I have read the whole text on this page and checked its facts.")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        credentials = Credential.objects.filter(reviewer__user=self.by)
        self.fields["credential"].queryset = credentials
        best = credentials.valid(self.at).first()
        months = self.content.spec.review_months
        self.initial.setdefault("credential", best and best.pk)
        self.initial.setdefault("scope", _("The whole text, with pictures, tips and sources"))
        due = months_after(timezone.localdate(self.at), months)
        self.initial.setdefault("next_review_on", due)

    def clean(self):
        data = super().clean()
        data.pop("has_read", None)
        return data


class SignManyForm(SignForm):
    """The same for several texts that differ from what was signed in one thing alone."""

    has_read = forms.BooleanField(
        label=_("I have read what has changed, and sign each ticked text as it stands with it.")
    )

    def __init__(self, *args, rows, **kwargs):
        """`rows`: those of a take-over (takeover.py) that may be signed."""
        super().__init__(*args, **kwargs)
        self.initial["scope"] = _(
            "The new version of an acupoint; the rest is word for word what was signed before"
        )
        # One difference was read, so no text's next review moves away by itself.
        today = timezone.localdate(self.at)
        before = [row.proof.signoff.next_review_on for row in rows]
        due = [day for day in before if day > today]
        self.initial["next_review_on"] = min([*due, self.initial["next_review_on"]])


class SignAgainForm(SignForm):
    """For who has signed these very words before: filled in as they did then, in one click."""

    def __init__(self, *args, signed, **kwargs):
        self.signed = signed
        super().__init__(*args, **kwargs)
        for name in ("scope", "conflict_statement"):
            self.initial[name] = getattr(signed, name)
        if self.fields["credential"].queryset.valid(self.at).filter(pk=signed.credential_id):
            self.initial["credential"] = signed.credential_id
        self.initial["has_read"] = True
        self.fields["has_read"].widget = forms.HiddenInput()

    @property
    def begins_with(self):
        """The credential that the form begins with, or None."""
        found = self.fields["credential"].queryset
        return found.filter(pk=self.initial["credential"]).first()


MOVE_FORMS = {
    "approve": ApproveForm,
    "emergency": EmergencyForm,
    "request_changes": ChangesForm,
    "withdraw": WithdrawForm,
    "schedule": ScheduleForm,
    "sign": SignForm,
}


def move_form(name, *, content, by, at, data=None, signed=None):
    """The form of a move, bound where `data` is given; `signed`: an earlier signature over these
    words, with which a form to sign again begins."""
    given = {"content": content, "by": by, "at": at, "auto_id": f"{name}_%s"}
    if signed:
        return SignAgainForm(signed=signed, **given)
    return MOVE_FORMS.get(name, MoveForm)(data, **given)
