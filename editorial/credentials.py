"""Credentials: one person enters them, a second one looks them up, and only then they sign."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from . import house, log
from .errors import Refused
from .models import Credential

# What a form does not write: it follows from who did what, and when.
STANDING = [
    f"{deed}_{part}" for deed in ("checked", "suspended", "annulled") for part in ("at", "by")
]


def check_look_up(by, holder, enterer):
    """Raise Refused where `by` is not the second person: who holds a credential or entered it
    does not look it up, by whichever of their accounts."""
    if holder and holder.person_id == by.person_id:
        raise Refused(_("You hold this credential, so somebody else must look it up."))
    if settings.HOUSE_OF_TWO:
        return
    if enterer and enterer.person_id == by.person_id:
        raise Refused(_("You entered what stands here, so a second person must look it up."))


@transaction.atomic
def keep(credential, *, by, at, checked=None, suspended=None):
    """Write a new or changed credential; returns whether the change ended its look-up.

    `checked` and `suspended` are what the two switches should say; None leaves them as they are.
    Who writes what a second person looks up counts as who entered it. Raises Refused.
    """
    if not by.has_perm(f"editorial.{'change' if credential.pk else 'add'}_credential"):
        raise Refused(_("Only an administrator keeps credentials."))
    before = Credential.objects.select_for_update().filter(pk=credential.pk).first()
    check_is_as_written(before)
    for name in STANDING if before else ():
        setattr(credential, name, getattr(before, name))
    differs = before is None or credential.differs_from(before)
    if differs:
        credential.entered_by = by
    switched = [
        switch_checked(credential, before, checked, by, at),
        switch_suspended(credential, suspended, by, at),
    ]
    credential.save()
    ended = bool(differs and before and before.checked_at and not credential.checked_at)
    write_lines(credential, before, [*switched, "look_up_ended" if ended else None], by, at)
    return ended


def check_is_as_written(before):
    """Raise Refused where a change would vouch for what was changed past this application."""
    if before and house.altered(before):
        raise Refused(
            _(
                "The stored row of this credential was changed past this application. Put it back "
                "as it was, or annul it and enter it anew; manage.py verify names it."
            )
        )


def switch_checked(credential, before, wanted, by, at):
    """Set or clear the look-up; returns what the log calls it, or None."""
    if wanted is None or bool(wanted) == bool(before and before.is_looked_up):
        return None
    if wanted:
        check_look_up(by, credential.reviewer.user, credential.entered_by)
    credential.checked_at = timezone.localdate(at) if wanted else None
    credential.checked_by = by if wanted else None
    return "checked" if wanted else None


def switch_suspended(credential, wanted, by, at):
    if wanted is None or bool(wanted) == bool(credential.suspended_at):
        return None
    credential.suspended_at = at if wanted else None
    credential.suspended_by = by if wanted else None
    return "suspended" if wanted else None


def write_lines(credential, before, deeds, by, at):
    """One line for the change, and one for each deed that others look for in the log."""
    columns = credential.LOGGED[max(credential.LOGGED)]
    changed = [n for n in columns if not before or getattr(credential, n) != getattr(before, n)]
    log.write(
        f"credential_{'changed' if before else 'added'}",
        at=at,
        actor=by,
        data={"id": credential.pk, "fields": sorted(changed)},
        wrote=[credential],
    )
    for deed in filter(None, deeds):
        log.write(
            f"credential_{deed}",
            at=at,
            actor=by,
            data={"credential": credential.pk},
            wrote=[credential],
        )
