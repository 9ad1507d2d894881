"""The board: every content by its state, filtered and searched, with moves on many at once."""

import datetime
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from . import (
    actions,
    errors,
    hosts,
    kinds,
    leaving,
    queues,
    rules,
    schedules,
    signatures,
)
from .actions import Token
from .errors import MissingToken, Refused
from .forms import move_form
from .models import Content, Reviewer, ReviewRequest, SignOff, User
from .moves import MOVES

S = Content.Status
COLUMNS = (S.DRAFT, S.CHANGES_REQUESTED, S.IN_REVIEW, S.SIGNED, S.SCHEDULED)
IN_COLUMN = 10
PER_PAGE = 40
MOST_FOUND = 200
SOON = 30  # days
MOST_AT_ONCE = 100

DUE = [
    ("overdue", gettext_lazy("review overdue, badge lost")),
    ("lost", gettext_lazy("badge lost otherwise")),
    ("soon", gettext_lazy("review due within 30 days")),
    ("requests", gettext_lazy("a reviewer is late")),
]


class Filters(forms.Form):
    """What the board is asked for; every answer is optional, and one it does not know is told."""

    q = forms.CharField(label=gettext_lazy("Words"), required=False, max_length=100)
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    owner = forms.ChoiceField(label=gettext_lazy("Owner"), required=False)
    reviewer = forms.ChoiceField(label=gettext_lazy("Reviewer"), required=False)
    topic = forms.ChoiceField(label=gettext_lazy("Topic"), required=False)
    due = forms.ChoiceField(label=gettext_lazy("Due"), required=False)
    older = forms.BooleanField(label=gettext_lazy("Uses older versions of points"), required=False)

    def __init__(self, data, *, user, kind_names):
        super().__init__(data, label_suffix="")
        self.user, self.kind_names = user, kind_names
        people = User.objects.filter(is_staff=True).order_by("first_name", "username")
        choices = {
            "state": S.choices,
            "kind": [(n, kinds.models_by_kind()[n]._meta.verbose_name) for n in kind_names],
            "owner": [("me", _("me")), *[(str(u.pk), u.display_name) for u in people]],
            "reviewer": [(str(r.pk), r.name) for r in Reviewer.objects.all()],
            "topic": [pair for kind in self.kinds() if kind.topics for pair in kind.topics()],
            "due": DUE,
        }
        for name, offered in choices.items():
            self.fields[name].choices = [("", _("any")), *offered]

    def kinds(self):
        return [kinds.models_by_kind()[name].KIND for name in self.kind_names]

    def contents(self, now):
        """The contents that every answer fits; what was not understood narrows nothing."""
        found = Content.objects.filter(kind__in=self.kind_names, head__isnull=False)
        found = found.select_related("created_by")
        self.is_valid()
        for name, value in self.cleaned_data.items():
            if value:
                found = getattr(self, f"by_{name}")(found, value, now)
        return found

    def by_q(self, found, text, now):
        """Looked up once and to an end: the words are sought in every head's text."""
        hits = found.order_by().filter(matches(text.split()[:8]))
        return found.filter(pk__in=list(hits.values_list("pk", flat=True)[:MOST_FOUND]))

    def by_state(self, found, state, now):
        return found.in_state(state, now)

    def by_kind(self, found, kind, now):
        return found.filter(kind=kind)

    def by_owner(self, found, owner, now):
        return found.filter(created_by=self.user if owner == "me" else owner)

    def by_reviewer(self, found, reviewer, now):
        """Asked of the reviewer, or signed by them as it stands."""
        asked = ReviewRequest.objects.open().filter(reviewer=reviewer)
        heads = found.order_by().values("head")
        signed = SignOff.objects.filter(reviewer=reviewer, revision__in=heads)
        keys = {signoff.content_id for signoff in signatures.standing_rows(signed)}
        return found.filter(Q(pk__in=asked.values("content")) | Q(pk__in=keys))

    def by_topic(self, found, slug, now):
        carried = [kind.about(slug, OuterRef("head")) for kind in self.kinds() if kind.about]
        # Without anything else in the OR: PostgreSQL then asks for each row, not for all topics.
        return found.filter(reduce(or_, map(Exists, carried))) if carried else found.none()

    def by_due(self, found, due, now):
        if due == "requests":
            late = ReviewRequest.objects.late(now)
            return found.filter(pk__in=late.values("content"))
        if due == "overdue":
            due_ones = signatures.overdue(found, now)
        elif due == "lost":
            due_ones = signatures.lost(found, now)
        else:
            until = timezone.localdate(now) + datetime.timedelta(days=SOON)
            due_ones = signatures.due(found, now, until)
        return found.filter(pk__in=[content.pk for content in due_ones])

    def by_older(self, found, older, now):
        return found.using_older_versions(now)


def matches(words):
    """A condition on contents: each word stands in the address or in what the head says."""
    either = (Q(slug__contains=w) | Q(head_words__contains=w) for w in map(str.lower, words))
    return reduce(and_, either, Q())


# --- The page ----------------------------------------------------------------------------


@dataclass
class Column:
    state: S
    cards: list
    total: int


@dataclass
class Card:
    """One content on the board, with what its reader should see at once."""

    content: Content
    state: S
    since: datetime.datetime
    next_step: str
    must_fix: bool
    request: ReviewRequest | None
    is_late: bool
    # What an approval would do to the texts that use this one; None where none does.
    effect: hosts.Effect | None
    warning: str = ""
    # Of what waits for its time: when that is; of what was held back: why.
    schedule: str = ""

    @property
    def token(self):
        """What a bulk move sends for this content: the token in one value."""
        return text_of(self.content)


def visible_kinds(user):
    """Names of the kinds whose contents this person may see at the desk."""
    return [
        name
        for name in kinds.models_by_kind()
        if user.has_perm(view_permission(kinds.revision_model(name)))
    ]


def view_permission(model):
    return f"{model._meta.app_label}.view_{model._meta.model_name}"


@require_safe
def board(request):
    """The board, or the list of one state where a state is asked for."""
    kind_names = visible_kinds(request.user)
    if not kind_names:
        raise PermissionDenied
    now = timezone.now()
    filters = Filters(request.GET, user=request.user, kind_names=kind_names)
    found = filters.contents(now)
    counted = found.order_by().with_state(now).values("state").annotate(count=Count("pk"))
    counts = {row["state"]: row["count"] for row in counted}
    context = {
        **admin.site.each_context(request),
        "title": _("Board"),
        "filters": filters,
        "counts": [(state, counts.get(state.value, 0)) for state in S],
        "moves": bulk_moves(request.user),
        "query": {name: value for name, value in request.GET.items() if value},
    }
    if filters.cleaned_data.get("state"):
        total = sum(counts.values())
        chunk = listed(found.order_by("-moved_at", "pk"), total, request.GET.get("page"))
        chunk.object_list = cards(queues.with_heads(chunk.object_list), now)
        return render(request, "desk/board_list.html", {**context, "chunk": chunk})
    context["columns"] = columns(found, counts, now)
    return render(request, "desk/board.html", context)


def columns(found, counts, now):
    """The first contents of each state of the work, longest waiting first."""
    first = [
        content
        for state in COLUMNS
        if counts.get(state.value)
        for content in found.in_state(state, now).order_by("moved_at", "pk")[:IN_COLUMN]
    ]
    made = cards(queues.with_heads(first), now)
    return [
        Column(state, [card for card in made if card.state == state], counts.get(state.value, 0))
        for state in COLUMNS
    ]


def listed(contents, total, number):
    """One page of a list of which the length is known. Its keys are sorted first, and only those
    of the page are read whole."""
    paginator = Paginator(contents.values_list("pk", flat=True), PER_PAGE)
    paginator.count = total
    chunk = paginator.get_page(number)
    keys = list(chunk.object_list)
    whole = Content.objects.select_related("created_by").in_bulk(keys)
    chunk.object_list = [whole[key] for key in keys]
    return chunk


def cards(contents, now):
    """Cards for contents with their heads, in as many queries for few as for many."""
    keys = [content.pk for content in contents]
    must_fix = set(
        rules.open_threads(*keys).filter(must_fix=True).values_list("content", flat=True)
    )
    asked = ReviewRequest.objects.open().filter(content__in=keys)
    today, first, warnings = timezone.localdate(now), {}, leaving.warnings(contents, now)
    schedule = schedules.notes(contents, now)
    for one in asked.select_related("reviewer").order_by("due_on"):
        first.setdefault(one.content_id, one)
    at_work = [content for content in contents if content.status_at(now) in COLUMNS]
    steps = queues.next_steps(contents, now)
    effects = hosts.effects_of(at_work, now)
    return [
        Card(
            content,
            state := content.status_at(now),
            content.in_state_since(now),
            steps[content.pk],
            content.pk in must_fix,
            one := first.get(content.pk),
            is_late=bool(one) and state == S.IN_REVIEW and one.due_on < today,
            warning=warnings.get(content.pk, ""),
            effect=effects.get(content.pk),
            schedule=schedule.get(content.pk, ""),
        )
        for content in contents
    ]


# --- Moves on many -----------------------------------------------------------------------


def bulk_moves(user):
    """The moves that this person's roles include and that may be made on many at once."""
    return [move for move in MOVES.values() if move.bulk and user.has_perm(move.codename)]


@dataclass
class Result:
    """What became of one content of a bulk move."""

    content: Content
    refusal: Refused | None


@require_POST
def bulk_move(request):
    """One move on each chosen content, each in a transaction of its own; tells what became of
    each. What one refuses stops no other."""
    kind_names = visible_kinds(request.user)
    move = MOVES.get(request.POST.get("move", ""))
    if not kind_names or move not in bulk_moves(request.user):
        raise PermissionDenied
    chosen = request.POST.getlist("chosen")
    results = [made_or_refused(move, text, request, kind_names) for text in chosen[:MOST_AT_ONCE]]
    context = {
        **admin.site.each_context(request),
        "title": _("%(move)s: what became of each") % {"move": move.label},
        "results": results,
        "made": sum(result.refusal is None for result in results),
        "left_out": max(0, len(chosen) - MOST_AT_ONCE),
    }
    return render(request, "desk/board_results.html", context)


def made_or_refused(move, text, request, kind_names):
    content, token, now = None, None, timezone.now()
    try:
        token = token_from(text)
        content = Content.objects.filter(pk=token.content, kind__in=kind_names).first()
        if content is None:
            raise Refused(_("There is no such content."))
        queues.with_heads([content])
        seen = actions.seen(token)
        actions.check(move.name, seen, by=request.user, at=now)
        form = move_form(
            move.name, content=content.typed, by=request.user, at=now, data=request.POST
        )
        if not form.is_valid():
            raise Refused(first_error(form))
        actions.make(move.name, token, by=request.user, at=now, **form.cleaned_data)
    except Refused as refusal:
        tried = {"content": token.content, "version": token.version} if token else {}
        errors.record(request, refusal, move=move.name, **tried)
        return Result(content, refusal)
    return Result(content, None)


def text_of(content):
    """The token of a content with its head in one value, as a tick box sends it."""
    return f"{content.pk}:{content.version}:{content.head_id}:{content.head.seal.digest}"


def token_from(text):
    """The token of a card's value; raises MissingToken."""
    parts = text.split(":")
    try:
        content, version, revision = map(int, parts[:3])
        return Token(content, version, revision, parts[3])
    except (ValueError, IndexError) as error:
        raise MissingToken(_("This line does not say which revision it is about.")) from error


def first_error(form):
    name, errors = next(iter(form.errors.items()))
    label = form.fields[name].label if name in form.fields else ""
    return f"{label}: {errors[0]}" if label else str(errors[0])
