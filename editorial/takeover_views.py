"""The page on which a new version of an embedded text is taken over in all its hosts."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from . import board, queues, rules, takeover
from .errors import MissingToken, Refused, Stale
from .forms import SignManyForm
from .models import Content
from .moves import MOVES


@dataclass(frozen=True)
class Step:
    """A step of the page in words, and the moves that it is made of."""

    name: str
    title: str
    sentence: str
    button: str
    nobody: str
    moves: tuple[str, ...]


STEPS = {
    step.name: step
    for step in (
        Step(
            takeover.TAKE,
            gettext_lazy("1. Take it over"),
            gettext_lazy(
                "An editor or a writer: saves each ticked text with the newest version and "
                "submits it. Who does this has then worked on each of them, so somebody else "
                "approves."
            ),
            gettext_lazy("Take over and submit what is ticked"),
            gettext_lazy("No text waits to take it over."),
            ("save", "submit"),
        ),
        Step(
            takeover.SIGN,
            gettext_lazy("2. Sign"),
            gettext_lazy(
                "A reviewer: reads once what has changed, and signs each ticked text. Its "
                "fingerprint proves that nothing else differs from what was signed before; a text "
                "in which more differs stands by itself and is read on its own page."
            ),
            gettext_lazy("Sign what is ticked"),
            gettext_lazy("No text waits for a signature with it."),
            ("sign",),
        ),
        Step(
            takeover.APPROVE,
            gettext_lazy("3. Approve"),
            gettext_lazy("An editor: readers get each ticked text with the newest version."),
            gettext_lazy("Approve and publish what is ticked"),
            gettext_lazy("No text waits for an approval with it."),
            ("approve",),
        ),
    )
}


@dataclass
class Section:
    """A step with its rows, as one person sees them."""

    step: Step
    rows: list
    # The sentence that refuses the whole step to this person, or None.
    why_not: str | None
    # The tick boxes that are set.
    ticked: set
    form: SignManyForm | None = None

    @property
    def together(self):
        return [row for row in self.rows if not row.apart]

    @property
    def apart(self):
        return [row for row in self.rows if row.apart]

    @property
    def is_open(self):
        return not self.why_not and any(row.may_be_ticked for row in self.rows)


@require_http_methods(["GET", "HEAD", "POST"])
def takeover_page(request, pk):
    """The three steps of every host; a POST makes one of them on what is ticked."""
    now = timezone.now()
    made = plan_or_404(request.user, pk, now)
    if request.method != "POST":
        return show(request, made, now)
    form = None
    try:
        step = step_in(request.POST, request.user)
        tokens = tokens_in(request.POST, made)
        form = form_of(step.name, made, request.user, now, request.POST)
        if form and not form.is_valid():
            return show(request, made, now, form=form)
    except Refused as refusal:
        return show(request, made, now, refusal=refusal)
    where = settings.SITE_URL + reverse("admin:takeover", args=[pk])
    data = form.cleaned_data | {"shown": shown_in(request.POST)} if form else {}
    results = takeover.make(step.name, made, tokens, by=request.user, at=now, where=where, **data)
    return show(request, plan_or_404(request.user, pk, now), now, results=results)


def plan_or_404(user, pk, now):
    kind_names = board.visible_kinds(user)
    if not kind_names:
        raise PermissionDenied
    content = Content.objects.filter(pk=pk, kind__in=kind_names, head__isnull=False).first()
    if content is None or not content.spec.is_embedded:
        raise Http404
    queues.with_heads([content])
    return takeover.plan(content, user, now, kind_names)


# --- What was sent -----------------------------------------------------------------------


def step_in(posted, user):
    """The step that is asked for; who may not make it is refused before anything else is."""
    step = STEPS.get(posted.get("step", ""))
    if step is None:
        raise MissingToken(_("This request does not say which step it asks for."))
    for name in step.moves:
        rules.may(user, MOVES[name])
    return step


def tokens_in(posted, made):
    """The tokens of what is ticked, each as its row showed it.

    Raises MissingToken where something is not said, and Stale where the page was about another
    version than readers get now: nothing is done then.
    """
    tokens = [board.token_from(text) for text in posted.getlist("chosen")[: board.MOST_AT_ONCE]]
    if not tokens:
        raise MissingToken(_("Nothing was ticked."))
    newest = posted.get("newest", "")
    if not newest.isdecimal():
        raise MissingToken(_("This request does not say which version it is about."))
    if made.newest is None or made.newest.pk != int(newest):
        raise Stale(_("What readers get of this text has changed since you opened the page."))
    if made.obstacle:
        raise Refused(made.obstacle)
    return tokens


def shown_in(posted):
    return {int(key) for key in posted.getlist("shown") if key.isdecimal()}


def form_of(step, made, user, now, data=None):
    rows = [row for row in made.of(takeover.SIGN) if row.may_be_ticked]
    if step != takeover.SIGN or not (rows or data):
        return None
    content = rows[0].content if rows else made.content
    return SignManyForm(data, rows=rows, content=content, by=user, at=now, auto_id="sign_%s")


# --- What is shown -----------------------------------------------------------------------


def show(request, made, now, *, form=None, refusal=None, results=None):
    """`form`: the sign form as it was sent, with errors; `refusal`: why nothing was done."""
    context = {
        **admin.site.each_context(request),
        "title": _("Take over: %(title)s") % {"title": made.content.head},
        "plan": made,
        "sections": [section_of(step, made, request, now, form) for step in STEPS.values()],
        "refusal": refusal,
        "results": results,
        "done": sum(result.refusal is None for result in results or ()),
        "left_out": max(0, len(request.POST.getlist("chosen")) - board.MOST_AT_ONCE),
    }
    status = refusal.status_code if refusal else 422 if form else 200
    return render(request, "desk/takeover.html", context, status=status)


def section_of(step, made, request, now, form):
    rows = made.of(step.name)
    refused = made.obstacle or why_not(step, request.user)
    ticked = {row.token for row in rows if row.may_be_ticked and not row.apart}
    if form:
        ticked = set(request.POST.getlist("chosen"))
    if not refused and form is None:
        form = form_of(step.name, made, request.user, now)
    return Section(step, rows, refused, ticked, form if step.name == takeover.SIGN else None)


def why_not(step, user):
    try:
        for name in step.moves:
            rules.may(user, MOVES[name])
    except Refused as refusal:
        return refusal.sentence
    return None
