"""Two texts side by side, where a save found that somebody else was quicker."""

from django.core.exceptions import ValidationError
from django.forms.formsets import DEFAULT_MAX_NUM

from .actions import children_of
from .models import Revision

SKIPPED = {*Revision.UNSIGNED, "revision_ptr"}


def posted_against(head, opened, posted, parts):
    """[{"label", "theirs", "yours", "same"}] for each field and list of parts that differ from
    what the editor had opened: `head` is what stands now, `opened` what the form began with."""
    rows = []
    for field in head._meta.fields:
        if field.name in SKIPPED or field.name not in posted:
            continue
        texts = (plain(getattr(head, field.name)), plain(posted[field.name]))
        rows.append(row(field.verbose_name, plain(getattr(opened, field.name)), *texts))
    for relation in children_of(type(head)):
        if relation.related_model in parts:
            yours = posted_parts(relation, posted)
            theirs, before = stored_parts(head, relation), stored_parts(opened, relation)
            label = relation.related_model._meta.verbose_name_plural
            rows.append(row(label, before, theirs, yours))
    return [found for found in rows if found]


def row(label, before, theirs, yours):
    if theirs == before and yours == before:
        return None
    return {"label": label, "theirs": theirs, "yours": yours, "same": theirs == yours}


def plain(value):
    return str(value or "").replace("\r\n", "\n").strip()


def stored_parts(revision, relation):
    """The rows of one list of parts as lines of text."""
    names = editable(relation)
    rows = getattr(revision, relation.get_accessor_name()).all()
    return "\n".join(line(plain(getattr(part, name)) for name in names) for part in rows)


def posted_parts(relation, posted):
    """The same of a posted formset; rows marked for deletion are left out.

    Several choices of one field are parted by ";", as columns that hold several values are.
    """
    prefix = relation.get_accessor_name()
    names = editable(relation)
    lines = []
    for number in range(total_forms(posted, prefix)):
        if posted.get(f"{prefix}-{number}-DELETE"):
            continue
        values = [
            named(relation, name, ";".join(posted.getlist(f"{prefix}-{number}-{name}")))
            for name in names
        ]
        if any(values):
            lines.append(line(values))
    return "\n".join(lines)


def total_forms(posted, prefix):
    """How many rows a posted formset says it has, as far as Django would read it."""
    try:
        total = int(posted.get(f"{prefix}-TOTAL_FORMS") or 0)
    except ValueError:
        return 0
    return min(total, 2 * DEFAULT_MAX_NUM)


def editable(relation):
    return [
        field.name
        for field in relation.related_model._meta.fields
        if field.editable and field.name not in ("id", "position", relation.field.name)
    ]


def named(relation, name, value):
    """A posted foreign key as the name of what it points to."""
    field = relation.related_model._meta.get_field(name)
    if not field.is_relation:
        return plain(value)
    try:
        key = field.target_field.to_python(value)
    except ValidationError:
        return plain(value)
    return plain(field.related_model.objects.filter(pk=key).first())


def line(values):
    return " · ".join(value for value in values if value)


HIDDEN = {"csrfmiddlewaretoken", "version", "revision", "digest"}


def posted_texts(posted):
    """What somebody had typed, to be copied from a page that cannot save it: [(name, text)]."""
    return [
        (name, text)
        for name, text in posted.items()
        if text.strip() and name not in HIDDEN and not name.startswith("_") and "_FORMS" not in name
    ]
