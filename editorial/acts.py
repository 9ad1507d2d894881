"""What people do on the review page beside the moves: each a form that knows how to do it.

Every form is sent with the token of the page, which must be of this content; those acts that
depend on the words compare it.
"""

import datetime
from dataclasses import dataclass, field
from functools import cached_property

from django import forms
from django.conf import settings
from django.core.validators import slug_re
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import (
    actions,
    leaving,
    pins,
    previews,
    queues,
    redaction,
    reviewing,
    rules,
    schedules,
    signatures,
    signing_again,
    sources,
    standing,
)
from .errors import Refused
from .forms import ReviewerField
from .models import Comment, Content, PreviewLink, Redaction, Reviewer, ReviewRequest, SignOff

TEXT = forms.Textarea(attrs={"rows": 3})


class ActForm(forms.Form):
    """A form that does something: `do(token)` returns the sentence to show, or raises Refused."""

    button = ""

    def __init__(self, *args, revision, by, at, key=(), **kwargs):
        """`key`: the name of the act and of the row that it is about, as ids on the page need."""
        self.revision, self.content, self.by, self.at = revision, revision.content, by, at
        ids = "-".join(map(str, key))
        super().__init__(*args, auto_id=f"{ids}_%s", label_suffix="", **kwargs)

    def row(self, queryset, name):
        """The row that a hidden key names; another content's is refused like none at all."""
        found = queryset.filter(pk=self.cleaned_data[name]).first()
        if found is None:
            raise Refused(_("What you answered is not here any more. Reload and look again."))
        return found

    def where(self):
        """The address to go on to; None for the review page."""


class ReasonField(forms.CharField):
    def __init__(self, label=""):
        widget = forms.Textarea(attrs={"rows": 2})
        super().__init__(label=label or gettext_lazy("Reason"), max_length=500, widget=widget)


# --- Requests ----------------------------------------------------------------------------


def reviewers_among(keys):
    return Reviewer.objects.filter(pk__in=keys).prefetch_related("credentials")


class AskForm(ActForm):
    button = gettext_lazy("Ask for a review")
    reviewer = ReviewerField(label=gettext_lazy("Reviewer"), queryset=None)
    due_on = forms.DateField(
        label=gettext_lazy("Due on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    note = forms.CharField(label=gettext_lazy("Note"), max_length=500, required=False, widget=TEXT)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        keys = [reviewer.pk for reviewer in reviewing.reviewers_for(self.content)]
        self.fields["reviewer"].queryset = reviewers_among(keys)
        due = timezone.localdate(self.at) + datetime.timedelta(days=settings.REVIEW_DAYS)
        self.initial.setdefault("due_on", due)

    def do(self, token):
        reviewing.ask(self.content, by=self.by, at=self.at, **self.cleaned_data)
        return _("%(reviewer)s has been asked.") % self.cleaned_data


class RequestForm(ActForm):
    request = forms.IntegerField(widget=forms.HiddenInput)

    def asked(self):
        return self.row(ReviewRequest.objects.filter(content=self.content), "request")


class AcceptForm(RequestForm):
    button = gettext_lazy("Accept")

    def do(self, token):
        reviewing.accept(self.asked(), by=self.by, at=self.at)
        return _("You accepted. Thank you.")


class DeclineForm(RequestForm):
    button = gettext_lazy("Decline")
    reason = ReasonField()

    def do(self, token):
        reviewing.decline(self.asked(), by=self.by, at=self.at, reason=self.cleaned_data["reason"])
        return _("You declined.")


class DelegateForm(RequestForm):
    button = gettext_lazy("Pass on")
    to = ReviewerField(label=gettext_lazy("To"), queryset=None)
    reason = ReasonField()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        keys = [r.pk for r in reviewing.reviewers_for(self.content) if r.user_id != self.by.pk]
        self.fields["to"].queryset = reviewers_among(keys)

    def do(self, token):
        reviewing.delegate(
            self.asked(),
            self.cleaned_data["to"],
            by=self.by,
            at=self.at,
            reason=self.cleaned_data["reason"],
        )
        return _("%(to)s has been asked instead of you.") % self.cleaned_data


class CancelForm(RequestForm):
    button = gettext_lazy("Take back")
    reason = ReasonField()

    def do(self, token):
        reviewing.cancel(self.asked(), by=self.by, at=self.at, reason=self.cleaned_data["reason"])
        return _("The request is taken back.")


# --- Comments and claims -----------------------------------------------------------------


class CommentForm(ActForm):
    button = gettext_lazy("Comment")
    quote = forms.CharField(
        label=gettext_lazy("On the passage"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Mark words in the text, or leave it empty for the whole."),
    )
    before = forms.CharField(required=False, widget=forms.HiddenInput)
    after = forms.CharField(required=False, widget=forms.HiddenInput)
    text = forms.CharField(label=gettext_lazy("Your comment"), max_length=2000, widget=TEXT)
    must_fix = forms.BooleanField(
        label=gettext_lazy("Must be fixed before anybody signs"), required=False
    )

    def do(self, token):
        reviewing.comment(token, by=self.by, at=self.at, **self.cleaned_data)
        return _("Your comment stands.")


class ReplyForm(ActForm):
    button = gettext_lazy("Answer")
    thread = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=gettext_lazy("Answer"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    verdict = forms.ChoiceField(
        label=gettext_lazy("And"),
        required=False,
        choices=[("", gettext_lazy("leave it as it is")), *Comment.Verdict.choices],
    )

    def do(self, token):
        threads = Comment.objects.filter(content=self.content, thread=None)
        data = {name: self.cleaned_data[name] for name in ("text", "verdict")}
        reviewing.reply(self.row(threads, "thread"), by=self.by, at=self.at, **data)
        return _("Your answer stands.")


class CheckForm(ActForm):
    button = gettext_lazy("I have checked this")
    claim = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def do(self, token):
        reviewing.check_source(token, self.cleaned_data["claim"], by=self.by, at=self.at)
        return _("Marked as checked.")


class RenewForm(ActForm):
    button = gettext_lazy("Take over the newest versions")

    def do(self, token):
        note = _("Newest versions of the points taken over")
        actions.revise(token, by=self.by, at=self.at, renew_pins=True, note=note)
        return _("The newest versions stand in a new revision.")


# --- Signatures --------------------------------------------------------------------------


class RevokeForm(ActForm):
    signoff = forms.IntegerField(widget=forms.HiddenInput)
    reason = ReasonField(gettext_lazy("Reason, as readers of the history will see it"))
    kind = ""

    def do(self, token):
        signoff = self.row(SignOff.objects.filter(content=self.content), "signoff")
        reason = self.cleaned_data["reason"]
        actions.revoke(signoff, kind=self.kind, by=self.by, at=self.at, reason=reason)
        return _("The signature is taken back.")


class RetractForm(RevokeForm):
    button = gettext_lazy("Take my signature back")
    kind = "retract"


class AnnulForm(RevokeForm):
    button = gettext_lazy("Annul this signature")
    kind = "annul"


# --- Copies, links, removal ----------------------------------------------------------------


class RestoreForm(ActForm):
    button = gettext_lazy("Restore as a new draft")

    def do(self, token):
        actions.restore(token, self.revision, by=self.by, at=self.at)
        return _("Revision %(number)d stands again as a new draft.") % {
            "number": self.revision.number
        }


class DuplicateForm(ActForm):
    button = gettext_lazy("Duplicate")
    slug = forms.CharField(label=gettext_lazy("Address of the copy"), max_length=80)

    def clean_slug(self):
        slug = self.cleaned_data["slug"]
        if not slug_re.fullmatch(slug) or slug != slug.lower():
            raise forms.ValidationError(
                _("An address holds small letters, digits, hyphens and underscores only.")
            )
        return slug

    def do(self, token):
        self.copy = actions.duplicate(
            self.revision, by=self.by, at=self.at, slug=self.cleaned_data["slug"]
        )
        return _("The copy is an unsigned draft of its own.")

    def where(self):
        return self.copy.head


class LinkForm(ActForm):
    button = gettext_lazy("Make a preview link")
    label = forms.CharField(label=gettext_lazy("For whom"), max_length=120)
    days = forms.IntegerField(
        label=gettext_lazy("Days"), initial=7, min_value=1, max_value=previews.LONGEST_DAYS
    )

    def do(self, token):
        _link, secret = previews.create(
            actions.seen(token).head,
            by=self.by,
            at=self.at,
            label=self.cleaned_data["label"],
            days=self.cleaned_data["days"],
        )
        address = settings.SITE_URL + reverse("preview", args=[secret])
        return _("Copy this link now, it is shown once: %(address)s") % {"address": address}


class EndLinkForm(ActForm):
    button = gettext_lazy("End")
    link = forms.IntegerField(widget=forms.HiddenInput)

    def do(self, token):
        links = PreviewLink.objects.filter(revision__content=self.content)
        previews.end(self.row(links, "link"), by=self.by, at=self.at)
        return _("The link is dead.")


class AskRedactionForm(ActForm):
    button = gettext_lazy("Ask for removal of these words")
    reason = ReasonField(gettext_lazy("Public reason: law, private data"))

    def do(self, token):
        reason = self.cleaned_data["reason"]
        redaction.ask(self.revision, by=self.by, at=self.at, reason=reason)
        return _("Asked. A second administrator removes the words.")


class RedactForm(ActForm):
    button = gettext_lazy("Remove these words for good")
    sure = forms.BooleanField(
        label=gettext_lazy("I have read the reason. Nothing brings these words back.")
    )

    def do(self, token):
        asked = Redaction.objects.filter(revision=self.revision).first()
        if asked is None:
            raise Refused(_("Nobody has asked for this yet."))
        redaction.do(asked, by=self.by, at=self.at)
        return _("The words are gone. Digest and reason stay.")


ACTS = {
    "ask": AskForm,
    "accept": AcceptForm,
    "decline": DeclineForm,
    "delegate": DelegateForm,
    "cancel": CancelForm,
    "comment": CommentForm,
    "reply": ReplyForm,
    "check": CheckForm,
    "renew": RenewForm,
    "retract": RetractForm,
    "annul": AnnulForm,
    "restore": RestoreForm,
    "duplicate": DuplicateForm,
    "link": LinkForm,
    "end_link": EndLinkForm,
    "ask_redaction": AskRedactionForm,
    "redact": RedactForm,
}


# --- What the review page shows of all this --------------------------------------------------


@dataclass
class Offer:
    """A form with the address that it is sent to."""

    name: str
    form: ActForm
    url: str

    @property
    def button(self):
        return self.form.button


@dataclass
class Shown:
    """A row of the page with the acts that this person may do to it."""

    row: object
    offers: list = field(default_factory=list)
    facts: dict = field(default_factory=dict)


class Panel:
    """Everything on the review page around the text, for one person at one time."""

    def __init__(self, revision, by, at, url, bound=None):
        self.revision, self.content, self.by, self.at = revision, revision.content, by, at
        self.url, self.bound = url, bound or {}
        self.state = self.content.status_at(at)

    def offer(self, name, **initial):
        """The form as it was sent with errors, where it was this one, else an empty one."""
        key = (name, *map(str, initial.values()))
        form = self.bound.get(key) or ACTS[name](
            initial=initial, revision=self.revision, by=self.by, at=self.at, key=key
        )
        return Offer(name, form, self.url("act", self.revision.pk, name))

    def may(self, permission):
        return self.by.has_perm(f"editorial.{permission}")

    @property
    def takes_reviews(self):
        return self.content.spec.needs_sign_off

    @property
    def open_for_comments(self):
        return self.state in reviewing.OPEN_FOR_COMMENTS

    def requests(self):
        """Open requests first, each with what this person may answer."""
        found = self.content.requests.select_related("reviewer__user", "asked_by")
        shown = [Shown(request, self.answers(request)) for request in found]
        return sorted(shown, key=lambda one: not one.row.is_open)

    def answers(self, request):
        if not request.is_open:
            return []
        offers = []
        if request.reviewer.user_id == self.by.pk:
            if request.status == ReviewRequest.Status.ASKED:
                offers.append("accept")
            offers += ["decline", "delegate"]
        if self.may("invite_reviewer"):
            offers.append("cancel")
        return [self.offer(name, request=request.pk) for name in offers]

    def ask(self):
        if not (self.takes_reviews and self.may("invite_reviewer") and self.open_for_comments):
            return None
        return self.offer("ask")

    def threads(self):
        """The comment threads, open ones first, each with its answers."""
        open_keys = set(rules.open_threads(self.content).values_list("pk", flat=True))
        found = (
            Comment.objects.filter(content=self.content, thread=None)
            .select_related("author", "revision")
            .prefetch_related("answers__author")
        )
        words = " ".join(standing_words(self.revision).split())
        threads = [
            Shown(
                thread,
                [self.offer("reply", thread=thread.pk)] if self.may("comment_content") else [],
                {
                    "is_open": thread.pk in open_keys,
                    "is_lost": bool(thread.quote) and " ".join(thread.quote.split()) not in words,
                },
            )
            for thread in found
        ]
        return sorted(threads, key=lambda one: not one.facts["is_open"])

    def comment(self):
        if not (self.may("comment_content") and self.open_for_comments):
            return None
        return self.offer("comment")

    def claims(self):
        """Each claim beside its source, who checked it, and the button of who may."""
        claims = sources.claims_of(self.revision)
        checks = {}
        if claims:
            for check in self.content.source_checks.select_related("checked_by"):
                checks.setdefault(check.claim, []).append(check.checked_by)
        may = self.may("sign_content") and not rules.contributed(self.by, self.content)
        return [
            Shown(
                claim,
                [self.offer("check", claim=claim.digest)]
                if may and claim.source and self.by not in checks.get(claim.digest, [])
                else [],
                {"checked_by": checks.get(claim.digest, [])},
            )
            for claim in claims
        ]

    def outdated_pins(self):
        """[(content, name)] of texts that this one uses in an older version than readers get."""
        return [
            (pin.pinned.content, pins.name_in(pin.pinned))
            for pin in standing.pins_of(self.revision)
            if pin.pinned.content.shown_revision_id(self.at) not in (None, pin.pinned_id)
        ]

    def renew(self):
        save_is_possible = not self.why_not_save()
        return self.offer("renew") if save_is_possible and self.outdated_pins() else None

    def why_not_save(self):
        try:
            actions.check("save", self.content, by=self.by, at=self.at)
        except Refused as refusal:
            return refusal.sentence
        return None

    @cached_property
    def record(self):
        """What the log says of the content."""
        return standing.record_of(self.content)

    def signoffs(self):
        """Signatures under this revision, each with its fault and the ways to take it back."""
        found = SignOff.objects.select_related("reviewer", "credential", "revocation")
        return [
            Shown(signoff, self.revocations(signoff), self.facts_of(signoff))
            for signoff in found.filter(revision=self.revision)
        ]

    def facts_of(self, signoff):
        """Why a signature does not count, or counts for no later approval."""
        fault = standing.signoff_fault(self.record, signoff, self.revision.seal)
        ended = "" if fault else signing_again.why_ended(self.record, signoff)
        return {"fault": fault, "ended": ended}

    def why_no_badge(self):
        """Why readers see no badge under these words, where they have them; or nothing."""
        if not self.takes_reviews:
            return ""
        return signing_again.why_no_badge(self.record, self.revision, self.at)

    # --- For who has signed this before ---------------------------------------------------

    @cached_property
    def earlier_signature(self):
        """This person's signature over exactly these words, by which they may stand."""
        return signing_again.earlier_signature(self.by, self.revision, self.record)

    def why_sign_again(self):
        signed = self.earlier_signature
        return signing_again.why_ended(self.record, signed) or _("It runs out on %(day)s.") % {
            "day": date_format(signed.next_review_on, "j M Y")
        }

    def runs_out(self):
        """What somebody should know whose signature gives a public text its day, when it nears."""
        if not (self.state == Content.Status.PUBLISHED and self.may("sign_content")):
            return ""
        this = Content.objects.filter(pk=self.content.pk)
        for content in signatures.due(this, self.at, queues.ahead(self.at)):
            if content.signed_by == self.by.pk:
                return _(
                    "Your review of this runs out on %(day)s. Once its writer or an editor has "
                    "submitted it again, you can stand by your signature here."
                ) % {"day": date_format(content.due_on, "j M Y")}
        return ""

    @cached_property
    def since_signed(self):
        """{"signoff", "differences"} between what this person signed last and these words."""
        if not (self.takes_reviews and self.may("sign_content")):
            return None
        signed = signing_again.last_of(self.by, self.content)
        if signed is None or signed.digest == self.revision.seal.digest:
            return None
        found = signing_again.differences_since(signed, self.revision)
        return {"signoff": signed, "differences": found}

    def notes_for_signing(self):
        """What somebody should know of their signature before they give it."""
        notes = [self.what_signing_does()]
        pinned = [pin.pinned for pin in standing.pins_of(self.revision)]
        said = pins.describe(pinned, self.at) if pinned else {}
        sections = [(said[p.pk]["name"], said[p.pk]["signed_by"]) for p in pinned]
        words = "; ".join(
            _("%(names)s by %(signers)s") % {"names": names, "signers": signers}
            for names, signers in signatures.by_signers(sections)
        )
        if words:
            sentence = _(
                "Your review covers the text without these sections, which have their own: "
                "%(sections)s."
            )
            notes.append(sentence % {"sections": words})
        return notes

    def what_signing_does(self):
        """Whether readers see the signature at once, or after an approval."""
        reviewer = rules.reviewer_of(self.by)
        if signing_again.renews_at_once(self.record, self.revision, reviewer, self.at):
            return _(
                "Readers have exactly these words, approved with your name under them: your "
                "signature renews the date of their review at once."
            )
        return _("Readers see your signature once an editor has approved the text with it.")

    def schedule(self):
        """When this goes live by itself, or why it was held back; or nothing."""
        return schedules.notes([self.content], self.at).get(self.content.pk)

    def warning(self):
        """What an editor should know of a signer before this goes live, or nothing."""
        return leaving.warnings([self.content], self.at).get(self.content.pk)

    def revocations(self, signoff):
        if hasattr(signoff, "revocation"):
            return []
        names = []
        if signoff.signed_by_id == self.by.pk:
            names.append("retract")
        if self.may("annul_signoff"):
            names.append("annul")
        return [self.offer(name, signoff=signoff.pk) for name in names]

    @cached_property
    def may_show_outsiders(self):
        return previews.may_show(self.content, self.by)

    def links(self):
        """Preview links that still open something, for those who may make them."""
        if not self.may_show_outsiders:
            return []
        links = PreviewLink.objects.filter(
            revision__content=self.content, ended_at=None, expires_at__gt=self.at
        ).select_related("revision", "created_by")
        opening = [link for link in links if previews.is_open(link, self.at)]
        return [Shown(link, [self.offer("end_link", link=link.pk)]) for link in opening]

    def link(self):
        hidden = (Content.Status.PUBLISHED, *previews.TAKEN_AWAY)
        return None if self.state in hidden or not self.may_show_outsiders else self.offer("link")

    def on_old_revision(self):
        """What can be done with a revision that is not the working one any more."""
        offers = []
        if self.revision.pk != self.content.head_id and not self.why_not_save():
            offers.append(self.offer("restore"))
        if self.may("annul_signoff"):
            asked = Redaction.objects.filter(revision=self.revision).first()
            if asked is None:
                offers.append(self.offer("ask_redaction"))
            elif asked.done_at is None:
                offers.append(self.offer("redact"))
        return offers

    def changes(self):
        """[(label, older revision)] of what this one is worth comparing with."""
        content, mine = self.content, self.by.signoffs.filter(content=self.content)
        last_mine = mine.exclude(revision=self.revision).order_by("-signed_at").first()
        last = self.content.signoffs.exclude(revision=self.revision).order_by("-signed_at").first()
        shown = content.shown_revision_id(self.at)
        found = [
            (_("since your last signature"), last_mine and last_mine.revision_id),
            (_("since the last signature"), last and last.revision_id),
            (_("since what readers have"), shown if shown != self.revision.pk else None),
            (_("since the revision before"), self.revision.parent_id),
        ]
        labels = {}
        for label, pk in found:
            if pk:
                labels.setdefault(pk, label)
        return [(label, self.url("compare", pk, self.revision.pk)) for pk, label in labels.items()]

    def duplicate(self):
        model = type(self.content.typed)
        if not self.may("save_content") or model.SET_ONCE != Content.SET_ONCE:
            return None
        return self.offer("duplicate")


def standing_words(revision):
    """The words of the signed part, to find passages in."""
    from lxml import html

    from . import pages

    rendered = pages.rendered(revision.seal.canonical)
    return html.fromstring(f"<div>{rendered['head']} {rendered['body']}</div>").text_content()
