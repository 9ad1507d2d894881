"""What falls due, told once before and after its day. Run once a day: manage.py remind."""

import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from . import letters, queues, schedules, signatures
from .models import Content, ReviewRequest, User
from .querysets import is_held

REQUEST_DAYS = (-3, 1, 7)  # from the day that a review is due
REVIEW_AGAIN_DAYS = 30


def write_all(now):
    """Write every reminder whose day has come; twice is the same as once. Returns none."""
    today = timezone.localdate(now)
    for request in open_requests():
        remind_of_request(request, today, now)
    soon = today + datetime.timedelta(days=REVIEW_AGAIN_DAYS)
    for content in signatures.due(Content.objects, now, soon):
        remind_of_review(content, today, now)
    remind_of_held(now)
    for content in Content.objects.unconfirmed(now):
        remind_of_emergency(content, now)


def open_requests():
    return ReviewRequest.objects.filter(status__in=ReviewRequest.OPEN).select_related(
        "reviewer", "content__head"
    )


def remind_of_request(request, today, now):
    """The latest of the days that have come; an outage sends no three letters at once."""
    passed = [days for days in REQUEST_DAYS if request.due_on + datetime.timedelta(days) <= today]
    if not passed:
        return
    subject = _("A review is due") if passed[-1] < 0 else _("A review is overdue")
    people = {request.reviewer.user_id}
    if passed[-1] > 0:
        people.add(request.asked_by_id)
    letters.write(
        people,
        "reviews",
        f"request:{request.pk}:{request.due_on}:{passed[-1]}",
        subject,
        body(subject, request.content, request.due_on),
        now,
    )


def remind_of_review(content, today, now):
    """`content`: as `signatures.due` gives it."""
    late = content.due_on < today
    subject = _("A page has lost its badge: review it again") if late else _("A page is due soon")
    letters.write(
        {content.created_by_id, content.signed_by},
        "reviews",
        f"again:{content.pk}:{content.due_on}:{'late' if late else 'soon'}",
        subject,
        body(subject, content, content.due_on),
        now,
    )


def remind_of_held(now):
    """What the clock has held is in no line of the log, so nobody else tells of it."""
    held = list(Content.objects.filter(is_held(now), status=Content.Status.SCHEDULED))
    reasons = schedules.reasons(held, now)
    subject = _("A scheduled text was held back")
    for content in held:
        [content] = queues.with_heads([content])
        why = reasons[content.pk]
        words = f"{subject}:\n{content.head}\n\n{why}\n\n{letters.address_of(content.head)}"
        about = f"held:{content.pk}:{content.holds_until.isoformat()}"
        letters.write(who_may("approve_content"), "queues", about, subject, words, now)


def who_may(permission):
    """Keys of the accounts of which a role includes it."""
    users = User.objects.filter(groups__permissions__codename=permission)
    return set(users.values_list("pk", flat=True))


def remind_of_emergency(content, now):
    late = content.emergency_until <= now
    subject = (
        _("An emergency is past its day: confirm it or withdraw the page")
        if late
        else _("An emergency waits for a second person")
    )
    day = timezone.localdate(content.emergency_until)
    letters.write(
        who_may("emergency_content"),
        "queues",
        f"emergency:{content.pk}:{content.emergency_until.isoformat()}:{late}",
        subject,
        body(subject, content, day),
        now,
    )


def body(subject, content, day):
    [content] = queues.with_heads([content])
    due = _("Due on %(day)s.") % {"day": day.isoformat()}
    return f"{subject}:\n{content.head}\n\n{due}\n\n{letters.address_of(content.head)}"
