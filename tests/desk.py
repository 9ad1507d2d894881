"""Driving the desk without a browser: forms as the pages send them."""

from django.urls import reverse
from lxml import html


def url(revision, page="change", *args):
    meta = revision._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{page}", args=[revision.pk, *args])


def add_url(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")


def forms(response):
    """The forms of a page by their id or their action."""
    tree = html.fromstring(response.content.decode())
    return {form.get("id") or form.get("action"): form for form in tree.forms}


def values(form):
    """What a browser would send, but for the buttons; a list where a name stands twice."""
    sent = {}
    for name, value in form.form_values():
        # A browser drops the line break that Django writes at the start of a textarea.
        sent.setdefault(name, []).append(value.removeprefix("\n"))
    return {name: found if len(found) > 1 else found[0] for name, found in sent.items()}


def draft_form(client, revision):
    """The draft form of a revision as its page would send it unchanged."""
    response = client.get(url(revision))
    assert response.status_code == 200, response.status_code
    return values(forms(response)[f"{revision._meta.model_name}_form"])


def move_form(client, revision, move):
    """The form of a move as the reading page would send it."""
    response = client.get(url(revision, "review"))
    return values(forms(response)[f"move-{move}"])


def save(client, revision, **changes):
    """Send the draft form with changes."""
    return client.post(url(revision), {**draft_form(client, revision), **changes})


def head(content):
    content.refresh_from_db()
    return content.head.typed
