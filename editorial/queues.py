"""What waits for whom: the lists on the desk's first page, and the next step of each content."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from . import kinds, rules
from .models import Content, SignOff

S = Content.Status
LONGEST = 15

NEXT_STEP = {
    S.DRAFT: _("Finish and submit"),
    S.IN_REVIEW: _("A reviewer signs"),
    S.CHANGES_REQUESTED: _("The writer revises"),
    S.SIGNED: _("An editor approves"),
    S.SCHEDULED: _("Goes live by itself"),
    S.PUBLISHED: _("Nothing to do"),
    S.WITHDRAWN: _("Revise, or leave it"),
    S.DISCARDED: _("Recall it, or leave it"),
}


@dataclass
class Queue:
    title: str
    empty: str
    contents: list
    total: int


def next_step(content, now):
    """What has to happen next with a content, in a few words."""
    state = content.status_at(now)
    if state == S.IN_REVIEW and not content.spec.needs_sign_off:
        return NEXT_STEP[S.SIGNED]
    return NEXT_STEP[state]


def for_user(user, now):
    """The queues of everything that this person may move on."""
    signed_kinds = [name for name, m in kinds.models_by_kind().items() if m.KIND.needs_sign_off]
    found = []
    if user.has_perm("editorial.sign_content") and rules.reviewer_of(user):
        mine = SignOff.objects.filter(signed_by=user).values("revision")
        waiting = Content.objects.filter(status=S.IN_REVIEW, kind__in=signed_kinds)
        found.append(
            queue(
                _("To review"),
                _("Nothing waits for a review."),
                waiting.exclude(head__in=mine).exclude(revisions__created_by=user),
            )
        )
    if user.has_perm("editorial.approve_content"):
        signed = Q(status=S.SIGNED) | Q(status=S.IN_REVIEW) & ~Q(kind__in=signed_kinds)
        found.append(
            queue(
                _("To approve"),
                _("Nothing waits for an approval."),
                Content.objects.filter(signed).exclude(revisions__created_by=user),
            )
        )
    if user.has_perm("editorial.save_content"):
        mine = Content.objects.filter(revisions__created_by=user)
        found.append(
            queue(
                _("Changes asked of you"),
                _("Nobody has asked you for changes."),
                mine.filter(status=S.CHANGES_REQUESTED),
            )
        )
        found.append(
            queue(
                _("Your drafts"),
                _("You have no open draft. Begin one with a button above."),
                mine.filter(status=S.DRAFT),
            )
        )
    return found


def queue(title, empty, contents):
    contents = contents.distinct().order_by("moved_at")
    return Queue(title, empty, with_heads(contents[:LONGEST]), contents.count())


def with_heads(contents):
    """The contents with their heads as typed revisions, one query a kind."""
    contents = list(contents)
    for name in {content.kind for content in contents}:
        model = kinds.revision_model(name)
        heads = model.objects.select_related(f"content__{name}", "created_by")
        heads = heads.in_bulk([c.head_id for c in contents if c.kind == name])
        for content in contents:
            if content.kind == name:
                content.head = heads[content.head_id]
    return contents
