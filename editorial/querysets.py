"""What is public, in one place: page, list, feed, sitemap and search all ask here. And what the
desk has to see to: each a question that a list, a filter and a report put in the same words."""

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce


class ContentQuerySet(models.QuerySet):
    def public(self, now):
        """Contents that a visitor may see at the time `now`.

        Annotated with `shown_id`, the revision to show, `shown_since`, when it went live, and
        `first_shown`, when the content first did. A scheduled revision counts from its time
        on; no worker has to move it.
        """
        due = is_due(now)
        # A withdrawal unschedules, so what is due was approved after it.
        return self.filter(due | Q(live__isnull=False, withdrawn_at=None)).annotate(
            shown_id=Case(When(due, then=F("scheduled_id")), default=F("live_id")),
            shown_since=Case(When(due, then=F("scheduled_at")), default=F("live_at")),
            first_shown=Coalesce("first_live_at", "scheduled_at"),
        )

    def withdrawn(self):
        """Contents that were public and have been withdrawn: their address answers 410."""
        return self.filter(withdrawn_at__isnull=False)

    # --- For the desk ----------------------------------------------------------------------

    def in_state(self, state, now):
        """Contents of which the state is this one at the time `now` (see `Content.status_at`)."""
        moved = {
            "published": Q(status="scheduled") & is_due(now),
            "in_review": Q(status="scheduled") & is_held(now),
        }
        if state in moved:
            return self.filter(Q(status=state) | moved[state])
        found = self.filter(status=state)
        return found.exclude(is_due(now) | is_held(now)) if state == "scheduled" else found

    def with_state(self, now):
        """Annotated with `state`, the status at the time `now`."""
        due = When(Q(status="scheduled") & is_due(now), then=Value("published"))
        held = When(Q(status="scheduled") & is_held(now), then=Value("in_review"))
        return self.annotate(state=Case(due, held, default=F("status")))

    def worked_on_by(self, user):
        """Contents of which the user wrote a revision."""
        return self.filter(written_by(user))

    def not_worked_on_by(self, user):
        """Contents of which the user wrote nothing, and so may sign or approve."""
        return self.filter(~written_by(user))

    def using_older_versions(self, now):
        """Contents whose working revision uses a text in another version than its readers get."""
        from .kinds import models_by_kind
        from .models import Content, Pin, Revision

        embedded = [name for name, model in models_by_kind().items() if model.KIND.is_embedded]
        shown = Content.objects.filter(kind__in=embedded).public(now)
        superseded = Revision.objects.filter(content__in=shown.values("pk")).exclude(
            pk__in=shown.values("shown_id")
        )
        hosts = Pin.objects.filter(pinned__in=superseded.values("pk")).values("revision")
        return self.filter(head__in=hosts).exclude(status__in=("withdrawn", "discarded"))

    def unconfirmed(self, now):
        """Contents that readers have without a review, and nobody has confirmed it."""
        return self.filter(~is_due(now), emergency_until__isnull=False)


def is_due(now):
    """A condition on contents: the scheduled revision has its time behind it.

    The same rule as `Content.is_due`, for a row at hand.
    """
    in_time = Q(holds_until=None) | Q(holds_until__gt=F("scheduled_at"))
    return Q(scheduled__isnull=False, scheduled_at__lte=now) & in_time


def is_held(now):
    """A condition on contents: what is scheduled may not go live any more, by the clock alone.

    The same rule as `Content.is_held`, for a row at hand.
    """
    fallen = Q(scheduled__isnull=False, holds_until__lte=now)
    return fallen & Q(holds_until__lte=F("scheduled_at"))


def written_by(user):
    """A condition on contents: the user wrote one of the revisions."""
    from .models import Revision

    return Exists(Revision.objects.filter(content=OuterRef("pk"), created_by=user))
