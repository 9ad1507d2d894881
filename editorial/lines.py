"""Lines of the log in words, for people at the desk: what was done, and why."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import house, standing
from .models import ChangeRequest, ReviewRequest
from .moves import MOVES

# What lines of the log tell besides the moves.
OTHER_LINES = {
    "hold": gettext_lazy("Held back"),
    "comment": gettext_lazy("Comment"),
    "comment_answered": gettext_lazy("Answer to a comment"),
    "source_checked": gettext_lazy("Source checked"),
    "review_asked": gettext_lazy("Review asked"),
    "review_accepted": gettext_lazy("Review accepted"),
    "review_declined": gettext_lazy("Review declined"),
    "review_delegated": gettext_lazy("Review passed on"),
    "review_cancelled": gettext_lazy("Request for a review taken back"),
    "retract": gettext_lazy("Signature taken back by its signer"),
    "annul": gettext_lazy("Signature annulled"),
    "pin": gettext_lazy("News of a text that this one uses"),
    "adopt": gettext_lazy("Taken over from an older release"),
    "accounts_linked": gettext_lazy("Two accounts turned out to be one person’s"),
    "preview_made": gettext_lazy("Preview link made"),
    "preview_ended": gettext_lazy("Preview link ended"),
    "redaction_asked": gettext_lazy("Removal of words asked"),
    "redacted": gettext_lazy("Words removed"),
    "credential_checked": gettext_lazy("Credential checked"),
    "credential_suspended": gettext_lazy("Credential suspended"),
    "credential_annulled": gettext_lazy("Credential annulled"),
    "own_settings_changed": gettext_lazy("Own settings changed"),
    "nomenclature_imported": gettext_lazy("Names of points imported"),
    "nomenclature_changed": gettext_lazy("Names of points changed"),
    "user_added": gettext_lazy("Account added"),
    "user_changed": gettext_lazy("Account changed"),
    "author_added": gettext_lazy("Author added"),
    "author_changed": gettext_lazy("Author changed"),
    "reviewer_added": gettext_lazy("Reviewer added"),
    "reviewer_changed": gettext_lazy("Reviewer changed"),
    "credential_added": gettext_lazy("Credential added"),
    "credential_changed": gettext_lazy("Credential changed"),
    "credential_look_up_ended": gettext_lazy("Credential to be looked up again"),
    "log_head_mended": gettext_lazy("Head of the log put at its last line"),
    "user_deleted": gettext_lazy("Account deleted"),
    "author_deleted": gettext_lazy("Author deleted"),
    "reviewer_deleted": gettext_lazy("Reviewer deleted"),
    "credential_deleted": gettext_lazy("Credential deleted"),
}


def label_of(name):
    """What was done, in words; a name that nobody listed is spelt out."""
    move = MOVES.get(name)
    return move.label if move else OTHER_LINES.get(name, name.replace("_", " "))


def add_words(events):
    """Give each line `words`: why it was done, or what it tells; returns the lines as a list.

    Private words stand in rows that the lines name: all are fetched in two queries. Lines come
    with their revisions.
    """
    events = list(events)
    changes = rows_of(ChangeRequest, events, "change_request")
    requests = rows_of(ReviewRequest, events, "request")
    for event in events:
        event.words = (
            reason_of(changes.get(event.data.get("change_request")))
            or about_request(event, requests.get(event.data.get("request")))
            or event.data.get("reason")
            or event.data.get("note")
            or told_by_itself(event)
        )
    return events


MOST_NAMES = 5


def add_names(events):
    """Give each line `names`: of whom or what in the house it tells, as the rows are named now;
    returns the lines as a list. One query a table."""
    events = list(events)
    models = {model._meta.db_table: model for model in house.models()}
    named = {
        event: [(models[table], key) for table, key, *_fact in event.rows if table in models]
        for event in events
    }
    keys = {}
    for rows in named.values():
        for model, key in rows[:MOST_NAMES]:
            keys.setdefault(model, set()).add(key)
    found = {
        model: {} if house.is_whole(model) else model._base_manager.in_bulk(wanted)
        for model, wanted in keys.items()
    }
    for event, rows in named.items():
        names = [name_of(found[model].get(key), model, key) for model, key in rows[:MOST_NAMES]]
        more = ["…"] if len(rows) > MOST_NAMES else []
        event.names = ", ".join([*names, *more])
    return events


def name_of(row, model, key):
    """A row of the house as people call it; one that is gone by its kind and key."""
    if house.is_whole(model):
        return str(model._meta.verbose_name_plural)
    return str(row) if row else f"{model._meta.verbose_name} {key}"


def rows_of(model, events, key):
    return model.objects.in_bulk({event.data[key] for event in events if key in event.data})


def reason_of(change):
    if change is None or not change.stop:
        return change and change.reason
    return _("%(reason)s (Readers should stop relying on what is published.)") % {
        "reason": change.reason
    }


def about_request(event, request):
    if request is None:
        return ""
    return request.note if event.move == "review_asked" else request.reason


def told_by_itself(event):
    """What a line says where nobody wrote a reason."""
    if event.move == "save" and event.revision:
        return event.revision.note
    if event.move == "schedule":
        return time_words(standing.moment(event.data["go_live_at"]))
    if event.move == "pin":
        return "; ".join(about_pin(said) for _key, said in event.data["pins"])
    if event.data.get("fallen"):
        return _("Signatures that count for nothing any more: %(count)d") % {
            "count": len(event.data["fallen"])
        }
    return ""


def about_pin(said):
    words = " ".join(words for _since, _kind, words in said["faults"])
    return f"{said['name']}: {words or _('as it should be.')}"


def time_words(moment):
    """A time with its zone, by the site's clocks."""
    return date_format(timezone.localtime(moment), "j M Y, H:i e")
