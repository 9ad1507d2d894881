"""House rules that the machine keeps: Django system checks."""

from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.db import connections

from . import kinds, triggers


@checks.register(checks.Tags.models)
def every_field_is_signed_or_says_why_not(app_configs, **kwargs):
    """Each field and child of a revision stands in SIGNED or, with a reason, in UNSIGNED."""
    from .models import Revision

    errors = []
    for model in apps.get_models():
        if issubclass(model, Revision) and model is not Revision:
            errors += uncovered(model, max(model.SIGNED, default=0))
            if not model.SIGNED:
                errors.append(
                    checks.Error("It has no SIGNED table.", obj=model, id="editorial.E001")
                )
    return errors


def uncovered(model, format):
    """Errors for the fields of a revision model, or of a child model, that no list names."""
    from .actions import children_of

    signed = model.SIGNED.get(format, ())
    relations = {relation.name: relation for relation in children_of(model)}
    names = {field.name for field in (*model._meta.fields, *model._meta.many_to_many)}
    errors = [
        checks.Error(
            f"The field “{name}” is neither in SIGNED[{format}] nor in UNSIGNED.",
            hint="Sign it in a new format, or give the reason why readers never rely on it.",
            obj=model,
            id="editorial.E002",
        )
        for name in sorted((names | set(relations)) - set(signed) - set(model.UNSIGNED) - {"pins"})
    ]
    for name in signed:
        if name in relations:
            errors += uncovered(relations[name].related_model, format)
    return errors


@checks.register(checks.Tags.models)
def every_column_is_logged_or_says_why_not(app_configs, **kwargs):
    """Each table is named by lines of the log, or sealed, or says why it need not be; and each
    column of one that is named stands in LOGGED or, with a reason, in UNLOGGED."""
    errors = []
    for config in apps.get_app_configs():
        if Path(config.path).parent == settings.BASE_DIR:
            for model in config.get_models():
                errors += unlogged(model)
    return errors


def unlogged(model):
    """Errors for a model, or for its columns, of which neither log nor seal holds anything."""
    from .models import Content

    own = vars(model)
    if "LOGGED" in own:
        covered = {*model.LOGGED[max(model.LOGGED)], *model.UNLOGGED}
        where = "in LOGGED nor, with a reason, in UNLOGGED"
    elif issubclass(model, Content):
        covered, where = set(model.SET_ONCE), "in SET_ONCE, by which the seal's identity holds"
    elif "SIGNED" in own or "NOT_LOGGED" in own:
        return []  # its columns are those of a seal: see uncovered()
    else:
        hint = "Declare LOGGED, or NOT_LOGGED with the reason."
        return [checks.Error("No line names its rows.", hint=hint, obj=model, id="editorial.E006")]
    return [
        checks.Error(
            f"The column “{field.attname}” stands neither {where}.", obj=model, id="editorial.E007"
        )
        for field in model._meta.local_concrete_fields
        if not field.primary_key and not {field.name, field.attname} & covered
    ]


@checks.register(checks.Tags.models)
def every_kind_is_complete(app_configs, **kwargs):
    """Each kind has a revision model named after it, and labels for each format and language."""
    errors = []
    for name, model in kinds.models_by_kind().items():
        if model._meta.model_name != name:
            errors.append(
                checks.Error("A kind is named like its model.", obj=model, id="editorial.E003")
            )
            continue
        formats = kinds.revision_model(name).SIGNED
        languages = dict(settings.LANGUAGES)
        for format in formats:
            if missing := set(languages) - set(model.KIND.labels.get(format, ())):
                errors.append(
                    checks.Error(
                        f"Format {format} has no labels in {', '.join(sorted(missing))}.",
                        obj=model,
                        id="editorial.E004",
                    )
                )
    return errors


@checks.register(checks.Tags.database)
def every_trigger_stands(app_configs, databases, **kwargs):
    """`check --database default` fails where a guard of the database is missing or altered."""
    errors = []
    for alias in databases or []:
        if absent := triggers.missing(connections[alias]):
            errors.append(
                checks.Error(
                    f"{len(absent)} database triggers are missing: {', '.join(absent[:5])} …",
                    hint="Run manage.py migrate; it makes them.",
                    id="editorial.E005",
                )
            )
    return errors


@checks.register(checks.Tags.security)
def site_url_is_not_local(app_configs, **kwargs):
    """Plain http is for a developer's machine."""
    if settings.SITE_IS_SECURE or settings.DEBUG:
        return []
    return [
        checks.Warning(
            "SITE_URL starts with http://, so cookies are not Secure and there is no HSTS.",
            hint="Set SITE_URL to the public https:// address.",
            id="editorial.W001",
        )
    ]
