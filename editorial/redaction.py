"""The one way past the triggers: words that must not be kept, by law or for somebody's privacy.

One administrator asks with a public reason, another does it. What stays is a tombstone: the row,
its digest, who signed it, and the reason. `verify` believes it because of the log's line.
"""

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from . import actions, documents, letters, log, search, signing, standing, triggers
from .errors import Refused
from .images import ImageField
from .models import Content, Event, Pin, Redaction, Revision, Seal

LINE = "redacted"


@transaction.atomic
def ask(revision, *, by, at, reason):
    """Ask that a revision's words be removed; a second administrator does it."""
    check(revision, by)
    if not reason.strip():
        raise Refused(_("Give the reason; the public history will show it."))
    if Redaction.objects.filter(revision=revision).exists():
        raise Refused(_("This was asked for already."))
    redaction = Redaction.objects.create(
        revision=revision,
        digest=revision.seal.digest,
        reason=reason.strip(),
        asked_by=by,
        asked_at=at,
    )
    write_line("redaction_asked", redaction, by, at)
    return redaction


@transaction.atomic
def do(redaction, *, by, at):
    """Remove the words. Raises Refused for the one who asked, and where they are still in use."""
    redaction = Redaction.objects.select_related("asked_by", "revision__content__head").get(
        pk=redaction.pk
    )
    revision = redaction.revision.typed
    check(revision, by)
    if redaction.done_at:
        raise Refused(_("This was done already."))
    if not was_asked(redaction):
        raise Refused(_("No line of the log tells of this request, so nothing was removed."))
    if by.person_id == redaction.asked_by.person_id:
        raise Refused(_("You asked for this yourself; a second administrator does it."))
    actions.lock(revision.content_id)
    content = Content.objects.get(pk=revision.content_id)
    in_use(content, revision, at)
    pictures = pictures_of(revision)
    parts = [signing.fact_of(row)[:2] for row in actions.logged_parts(revision)[1:]]
    standing.mark_altered([standing.record_of(content)])
    actions.swap(content, at)
    with triggers.lifted(connection):
        empty(revision)
        models.QuerySet(Seal).filter(pk=revision.pk).update(canonical=b"")
    search.forget(revision)
    letters.forget(content, str(revision))
    changed = Redaction.objects.filter(pk=redaction.pk, done_at=None).update(done_by=by, done_at=at)
    if not changed:
        raise Refused(_("This was done already."))
    redaction.refresh_from_db()
    write_line(LINE, redaction, by, at, content, parts)
    transaction.on_commit(lambda: remove_unused(pictures))
    return redaction


def was_asked(redaction):
    """Whether a line of the log tells of a request, so that nobody put it in by SQL."""
    fact = [*signing.fact_of(redaction)]
    lines = Event.objects.filter(move="redaction_asked", revision=redaction.revision_id)
    asked = any(fact in line.rows and signing.is_authentic(line) for line in lines)
    return asked or standing.record_of(redaction.revision.content).names(redaction)


def pictures_of(revision):
    """Names of the pictures that a revision shows; none where its bytes are no document."""
    try:
        document = documents.parse(revision.seal.canonical)
    except documents.BrokenSeal:
        return set()
    return {name for name, _sha256 in documents.pictures_in(document)}


def remove_unused(names):
    """Delete the files of pictures that no row shows any more."""
    for name in names:
        shown = [model._base_manager.filter(**{f: name}) for model, f in picture_columns()]
        if not any(rows.exists() for rows in shown):
            default_storage.delete(name)


def picture_columns():
    """(model, name of the field) of every column that holds a picture."""
    return [
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, ImageField)
    ]


def check(revision, by):
    if not by.has_perm("editorial.annul_signoff"):
        raise Refused(_("Only an administrator can have words removed."))


def in_use(content, revision, at):
    """Raise Refused where somebody would still be shown the words, or would build on them."""
    if content.shown_revision_id(at) == revision.pk:
        raise Refused(_("Readers have this revision. Withdraw the page or publish a newer one."))
    if revision.pk in (content.head_id, content.scheduled_id):
        raise Refused(
            _("This is the working revision. Save a newer one without these words first.")
        )
    hosts = Pin.objects.filter(pinned=revision, revision__redaction__done_at=None)
    if host := hosts.select_related("revision__content").first():
        raise Refused(
            _("“%(host)s” holds these words too. Have that revision removed first.")
            % {"host": host.revision}
        )


def empty(revision):
    """Blank every column of the typed row and remove its children, triggers being lifted."""
    model = type(revision)
    blank = blank_columns(model)
    rows = models.QuerySet(model).filter(pk=revision.pk)
    if blank:
        rows.update(**blank)
    models.QuerySet(Revision).filter(pk=revision.pk).update(note="", salt="")
    for relation in actions.children_of(model):
        if relation.name != "pins":
            parts = models.QuerySet(relation.related_model)
            parts.filter(**{relation.field.name: revision.pk})._raw_delete(connection.alias)


def blank_columns(model):
    """{column: what it holds once the words are removed} of a kind's own row."""
    kept = {*Revision.UNSIGNED, "revision_ptr"} - {"note"}
    return {
        field.name: blank_of(field)
        for field in model._meta.local_concrete_fields
        if field.name not in kept
    }


def faults(revision):
    """Whether words that were removed by law are there again, one sentence each."""
    found = [bytes(revision.seal.canonical) != b""]
    found += [
        getattr(revision, name) != value for name, value in blank_columns(type(revision)).items()
    ]
    for relation in actions.children_of(type(revision)):
        if relation.name != "pins":
            found.append(actions.children(revision, relation).exists())
    return ["Words that were removed by law are there again."] if any(found) else []


def blank_of(field):
    if field.null:
        return None
    if isinstance(field, models.CharField | models.TextField | ImageField):
        return ""
    return field.get_default()


def tombstones(revisions):
    """Keys of those among the revisions whose words were removed, as the log attests."""
    lines = Event.objects.filter(move=LINE, revision__in=revisions)
    return {line.revision_id for line in lines if signing.is_authentic(line)}


def write_line(move, redaction, by, at, content=None, parts=()):
    """`content`: set where the words are gone; the line then names what is left of the rows, and
    says which `parts` of the revision went, [[table, key]]."""
    gone = {"parts": parts} if parts else {}
    revision = Revision.objects.get(pk=redaction.revision_id).typed
    log.write(
        move,
        at=at,
        actor=by,
        content=content or revision.content,
        revision=redaction.revision,
        digest=redaction.digest,
        nth=content and content.lines,
        data={"redaction": redaction.pk, "reason": redaction.reason} | gone,
        wrote=[redaction, *(actions.logged_parts(revision) if content else [])],
    )
