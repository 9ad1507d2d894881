"""Through the desk, as a superuser: delete pages, the delete action, change pages."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from editorial import triggers
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
    client.force_login(User.objects.create_superuser("attacker"))
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
    """The change page with other words: as it is, with an old token, with the true one.

    Only the last may be taken, and then as a revision of its own.
    """
    if not triggers.is_insert_only(type(row)):
        return
    table = row._meta.db_table

    def posted(row, **token):
        words = {field: f"{value}x" for field, value in form_data(client, row).items()}
        answer = client.post(address(row, "change", row.pk), words | token, secure=True)
        if answer.status_code >= 400:
            raise Refused(said(answer))

    yield Attack("desk, change page", table, lambda: posted(row))
    if not isinstance(row, Revision):
        return
    head = type(row)._base_manager.exclude(head_of=None).order_by("-pk").first()
    revision = type(row)._base_manager.filter(head_of=None).first() or row
    old, true = Token.of_revision(revision), Token.of(head.content)
    yield Attack("desk, old token", table, lambda: posted(revision, **in_form(old, version=0)))
    yield Attack("desk, true token", table, lambda: posted(head, **in_form(true)), may_run=True)


def in_form(token, **other):
    fields = {"version": token.version, "revision": token.revision, "digest": token.digest}
    return fields | other


def form_data(client, row):
    """{name: value} of the texts in the row's change page, with its inline forms kept empty."""
    answer = client.get(address(row, "change", row.pk), secure=True, follow=True)
    context = answer.context_data or {}
    if "adminform" not in context:
        return {}
    form = context["adminform"].form
    return {name: form[name].value() or "" for name in form.fields if name != "slug"}


def address(row, page, *args):
    meta = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{page}", args=args)


def said(answer):
    """An answer in one line: its status and, where the desk gives one, its sentence."""
    context = getattr(answer, "context_data", None) or {}
    protected = context.get("protected")
    sentence = context.get("refusal") or (protected and f"{len(protected)} rows stand in the way")
    return f"answered {answer.status_code}" + (f": {sentence}" if sentence else "")
