from django.contrib.auth.management.commands import createsuperuser
from django.db import transaction
from django.utils import timezone

from editorial import house
from editorial.models import User


class Command(createsuperuser.Command):
    """Django's own, and a line in the log."""

    @transaction.atomic
    def handle(self, *args, **options):
        before = set(User.objects.values_list("pk", flat=True))
        super().handle(*args, **options)
        for user in User.objects.exclude(pk__in=before):
            house.write("user_added", user, at=timezone.now(), data={"id": user.pk})
