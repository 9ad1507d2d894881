"""Who may do what, as data. The groups of the database are made from this table."""

from dataclasses import dataclass

from django.apps import apps
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Role:
    name: str
    sentence: str
    # What it may do with the revisions of every kind: view, add, change.
    contents: tuple[str, ...]
    permissions: tuple[str, ...]


SEE_PEOPLE = (
    "editorial.view_author",
    "editorial.view_book",
    "editorial.view_reviewer",
    "editorial.view_credential",
    "editorial.view_event",
)
KEEP_AUTHORS = (
    "editorial.add_author",
    "editorial.change_author",
    "editorial.add_book",
    "editorial.change_book",
    "editorial.delete_book",
)
KEEP_NOMENCLATURE = (
    "acupoints.view_standardpoint",
    "acupoints.add_standardpoint",
    "acupoints.change_standardpoint",
    "acupoints.view_pointname",
    "acupoints.add_pointname",
    "acupoints.change_pointname",
    "acupoints.delete_pointname",
    "acupoints.view_pointpair",
    "acupoints.add_pointpair",
    "acupoints.change_pointpair",
    "acupoints.delete_pointpair",
    "acupoints.view_standardcaution",
    "acupoints.add_standardcaution",
)

ROLES = (
    Role(
        "writer",
        _("Drafts contents and submits them for review."),
        ("view", "add", "change"),
        (
            *SEE_PEOPLE,
            "editorial.save_content",
            "editorial.submit_content",
            "editorial.recall_content",
            "editorial.comment_content",
        ),
    ),
    Role(
        "editor",
        _("Edits what anybody drafted, approves what is signed, and withdraws what is public."),
        ("view", "add", "change"),
        (
            *SEE_PEOPLE,
            *KEEP_AUTHORS,
            *KEEP_NOMENCLATURE,
            "editorial.save_content",
            "editorial.edit_any_content",
            "editorial.submit_content",
            "editorial.recall_content",
            "editorial.request_changes_content",
            "editorial.approve_content",
            "editorial.withdraw_content",
            "editorial.emergency_content",
            "editorial.comment_content",
            "editorial.resolve_comment",
            "editorial.invite_reviewer",
        ),
    ),
    Role(
        "reviewer",
        _("Reads what waits for review and signs it, or requests changes."),
        ("view",),
        (
            *SEE_PEOPLE,
            "editorial.sign_content",
            "editorial.request_changes_content",
            "editorial.comment_content",
        ),
    ),
    Role(
        "administrator",
        _("Keeps accounts, authors, reviewers and their credentials, and the list of points."),
        ("view",),
        (
            *SEE_PEOPLE,
            *KEEP_AUTHORS,
            *KEEP_NOMENCLATURE,
            "editorial.view_user",
            "editorial.add_user",
            "editorial.change_user",
            "auth.view_group",
            "editorial.add_reviewer",
            "editorial.change_reviewer",
            "editorial.add_credential",
            "editorial.change_credential",
            "editorial.annul_signoff",
        ),
    ),
)


def permissions_of(role):
    """The full names of everything a role may do: {"articles.view_articlerevision", …}."""
    from .models import Revision

    kinds = [m._meta for m in apps.get_models() if issubclass(m, Revision) and m is not Revision]
    on_contents = {f"{m.app_label}.{verb}_{m.model_name}" for m in kinds for verb in role.contents}
    return on_contents | set(role.permissions)


def sync(using="default"):
    """Make the groups and give each exactly the permissions that its role lists."""
    from django.contrib.auth.models import Group, Permission

    known = {
        f"{p.content_type.app_label}.{p.codename}": p
        for p in Permission.objects.using(using).select_related("content_type")
    }
    for role in ROLES:
        group, _created = Group.objects.using(using).get_or_create(name=role.name)
        group.permissions.set([known[name] for name in permissions_of(role)])


def after_migrate(using, **kwargs):
    from django.contrib.auth.management import create_permissions

    for config in apps.get_app_configs():
        create_permissions(config, verbosity=0, using=using)
    sync(using)
