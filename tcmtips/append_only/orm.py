"""By Django's own means: each table's rows, additions to sealed revisions, and cascades.

"Past the model" goes by the plain methods and managers of Django, which a script can always
reach: there the database itself must refuse.
"""

from django.db import connection, models

from editorial import triggers

from . import rows
from .trial import Attack


def attacks():
    for model in rows.tables():
        if row := rows.sample(model):
            for way, act in (ways(row) | further_ways(row)).items():
                yield Attack(f"ORM {way}", model._meta.db_table, act)
    for model, keys in triggers.named_models().items():
        if row := rows.named(model, keys):
            for way, act in deletions(row).items():
                yield Attack(f"ORM cascade, {way}", model._meta.db_table, act)


def ways(row):
    """{way: act} that change or delete one row."""
    model, key = type(row), {"pk": row.pk}
    own, plain = model._default_manager, model._base_manager
    field, value = rows.changed(row)
    change = {field.attname: value}
    return deletions(row) | {
        "save": lambda: rows.altered(row).save(),
        "save past the model": lambda: models.Model.save(rows.altered(row)),
        "update": lambda: own.filter(**key).update(**change),
        "update past the model": lambda: plain.filter(**key).update(**change),
        "bulk_update": lambda: own.bulk_update([rows.altered(row)], [field.name]),
        "bulk_update past the model": lambda: plain.bulk_update([rows.altered(row)], [field.name]),
        "update_or_create": lambda: own.update_or_create(**key, defaults=change),
    }


def deletions(row):
    model = type(row)
    own, plain = model._default_manager, model._base_manager.filter(pk=row.pk)
    return {
        "delete": lambda: model._base_manager.get(pk=row.pk).delete(),
        "delete past the model": lambda: models.Model.delete(model._base_manager.get(pk=row.pk)),
        "queryset delete": lambda: own.filter(pk=row.pk).delete(),
        "queryset delete past the model": lambda: plain.all().delete(),
        "raw delete": lambda: plain._raw_delete(connection.alias),
    }


def further_ways(row):
    """What only some tables offer: upserts, many-to-many managers, parts of a revision."""
    model, found = type(row), {}
    if not model._meta.parents:  # Django makes no rows of two tables in bulk
        options = {
            "update_conflicts": True,
            "update_fields": [rows.changed(row)[0].name],
            "unique_fields": [model._meta.pk.name],
        }
        found["bulk_create over it"] = lambda: model._base_manager.bulk_create(
            [rows.altered(row)], **options
        )
    for field in model._meta.many_to_many:
        found[f"{field.name}.clear"] = lambda name=field.name: getattr(row, name).clear()
        found[f"{field.name}.add"] = lambda name=field.name: getattr(row, name).add("another")
    if triggers.revision_column(model):
        found["part of a sealed revision"] = lambda: rows.addition(row).save_base(
            raw=True, force_insert=True
        )
    return found
