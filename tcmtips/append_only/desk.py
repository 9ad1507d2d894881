"""Through the desk, as a superuser: delete pages, the delete action, change pages."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from lxml import html

from editorial import house, triggers
from editorial.actions import Token
from editorial.errors import Refused
from editorial.models import Revision, User

from . import rows
from .trial import Attack


def attacks():
    client = superuser()
    named = triggers.named_models()
    for model in admin.site._registry:
        row = rows.named(model, named[model]) if model in named else rows.sample(model)
        if row and (model in named or triggers.is_insert_only(model)):
            yield from deletions(client, row)
            yield from changes(client, row)


def superuser():
    """A session at the desk. Nothing of the forgery check: it is the superuser who attacks."""
    host = urlsplit(settings.SITE_URL).hostname
    client = Client(SERVER_NAME=host)
    attacker = User.objects.create_superuser("attacker")
    house.write("user_added", attacker, at=timezone.now())
    client.force_login(attacker)
    return client


def deletions(client, row):
    table, model = row._meta.db_table, type(row)

    def posted(page, data, *args):
        answer = client.post(address(row, page, *args), {"post": "yes", **data}, secure=True)
        if model._base_manager.filter(pk=row.pk).exists():
            raise Refused(said(answer))

    many = {"action": "delete_selected", "_selected_action": row.pk}
    yield Attack("desk, delete page", table, lambda: posted("delete", {}, row.pk))
    yield Attack("desk, delete action", table, lambda: posted("changelist", many))


def changes(client, row):
    """The change page with another word: without a token, with an old one, with the true one.

    Only the last may be taken, and then as a revision of its own.
    """
    if not triggers.is_insert_only(type(row)):
        return
    table, (field, word) = row._meta.db_table, rows.changed(row)

    def posted(row, data):
        answer = client.post(address(row, "change", row.pk), data, secure=True)
        if answer.status_code != 302:
            raise Refused(said(answer))

    def saved():
        head = type(row)._base_manager.filter(head_of__status="published").first()
        posted(head, form_of(client, head) | {field.name: word})

    yield Attack("desk, change page", table, lambda: posted(row, {field.name: word}))
    if isinstance(row, Revision):
        token = Token.of_revision(row)
        seen = {"version": 0, "revision": token.revision, "digest": token.digest}
        yield Attack("desk, old token", table, lambda: posted(row, seen | {field.name: word}))
        yield Attack("desk, true token", table, saved, may_run=True)


def form_of(client, row):
    """{name: value} of the row's draft form, as a browser would send it unchanged."""
    page = client.get(address(row, "change", row.pk), secure=True)
    form = html.fromstring(page.content.decode()).get_element_by_id(f"{row._meta.model_name}_form")
    return dict(form.form_values())


def address(row, page, *args):
    meta = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{page}", args=args)


def said(answer):
    """An answer in one line: its status and, where the desk gives one, its sentence."""
    context = getattr(answer, "context_data", None) or {}
    protected = context.get("protected")
    sentence = context.get("refusal") or (protected and f"{len(protected)} rows stand in the way")
    return f"answered {answer.status_code}" + (f": {sentence}" if sentence else "")
