"""What is public, in one place: page, list, feed, sitemap and search all ask here."""

from django.db import models
from django.db.models import Case, F, Q, When
from django.db.models.functions import Coalesce


class ContentQuerySet(models.QuerySet):
    def public(self, now):
        """Contents that a visitor may see at the time `now`.

        Annotated with `shown_id`, the revision to show, `shown_since`, when it went live, and
        `first_shown`, when the content first did. A scheduled revision counts from its time
        on; no worker has to move it.
        """
        due = Q(scheduled__isnull=False, scheduled_at__lte=now)
        # A withdrawal unschedules, so what is due was approved after it.
        return self.filter(due | Q(live__isnull=False, withdrawn_at=None)).annotate(
            shown_id=Case(When(due, then=F("scheduled_id")), default=F("live_id")),
            shown_since=Case(When(due, then=F("scheduled_at")), default=F("live_at")),
            first_shown=Coalesce("first_live_at", "scheduled_at"),
        )

    def withdrawn(self):
        """Contents that were public and have been withdrawn: their address answers 410."""
        return self.filter(withdrawn_at__isnull=False)
