"""A house of an older release is moved to the log that names rows.

One adopting line for each content, its first that decides, and one for the rows of the house.
`manage.py migrate` does this last. It may be stopped and run again, and does nothing in a house
that was adopted or is new. What the older lines do not account for no line adopts: it makes no
badge, and `verify` goes on naming it.
"""

from dataclasses import dataclass, field

from django.db import transaction

from . import accounts, actions, house, log, pages, pins, signing, standing
from .kinds import models_by_kind
from .models import Content, Credential, Event, Pin, SignOff


@dataclass
class Report:
    """What the moving of a house has to tell, a sentence for each row and badge."""

    contents: int = 0
    strays: list = field(default_factory=list)
    ended: list = field(default_factory=list)
    held: list = field(default_factory=list)

    def add(self, other, tell):
        """Add what another report tells, and tell it."""
        self.contents += other.contents
        self.strays += other.strays
        self.ended += other.ended
        self.held += other.held
        for sentence in [*other.strays, *other.ended, *other.held]:
            tell(sentence)

    def summary(self):
        return (
            f"{self.contents} contents adopted, {len(self.strays)} rows not accounted for, "
            f"{len(self.ended)} badges end, {len(self.held)} texts go back to review"
        )


def adopt_house(at, tell):
    """Adopt every content that has lines of an older release only, and the rows of the house.

    `tell` is called with each sentence as it is found. Returns a Report, or None where there was
    nothing to do.
    """
    keys, tables = waiting(), unadopted_tables()
    if not keys and not tables:
        return None
    report = Report()
    for key in keys:
        report.add(adopt(key, at), tell)
    if tables:
        report.add(Report(strays=adopt_rows_of_house(tables, at)), tell)
    return report


def waiting():
    """Keys of the contents to adopt. Texts that others use come last: as long as one of its hosts
    waits, nothing happens to such a text that would have to be written on the host."""
    older = Event.objects.filter(layout=1).values("content")
    found = Content.objects.filter(lines=0, pk__in=older).order_by("pk")
    used = {kind for kind, model in models_by_kind().items() if model.KIND.is_embedded}
    keys = found.values_list("pk", "kind")
    return [key for key, kind in sorted(keys, key=lambda pair: (pair[1] in used, pair[0]))]


@transaction.atomic
def adopt(key, at):
    """Write the adopting line of one content; returns what there is to tell of it."""
    lock(key)
    content = Content.objects.get(pk=key)
    if content.lines:
        return Report()  # another process was here first
    record = older_record(content)
    account = accounts.accounts_of([record], at)[key]
    had = had_badge(content, at)
    write_line(content, account, at)
    held = hold_what_waits(content, at)
    ended = how_it_ends(content, had, at) if had else []
    return Report(1, account.strays, ended, held)


def lock(key):
    """Lock a content, those that use it and those that it uses, by key."""
    hosts = Pin.objects.filter(pinned__content=key).values_list("revision__content", flat=True)
    used = Pin.objects.filter(revision__content=key).values_list("pinned__content", flat=True)
    pins.lock([key, *hosts, *used])


def older_record(content):
    """All lines about a content that waits. Those of now among them, that somebody was asked for
    a review, say, name their own rows and decide nothing."""
    return standing.Record(content, list(Event.objects.filter(content=content).order_by("seq")))


def write_line(content, account, at):
    Content.objects.filter(pk=content.pk).update(lines=1)
    content.lines = 1
    for row in account.rows:
        if isinstance(row, Content):
            row.lines = 1
    event = account.line(content, at)
    event.nth = 1
    log.append([event])


def hold_what_waits(content, at):
    """What is signed or scheduled, and could not be by the rules of now, goes back to review."""
    before, record = content.status, standing.record_of(content)
    if pins.falls_at(content, record.pins, at) != content.holds_until:
        pins.write_lines([(content, record.pins, {})], None, at)
    if reason := pins.why_held(content, record.pins, at):
        actions.hold(content, None, at, reason)
    elif content.spec.needs_sign_off and not record.faults:
        actions.hold_unsigned(content, None, at)
    content.refresh_from_db()
    if content.status == before:
        return []
    line = standing.record_of(content).last("hold")
    return [f"{content}: it goes back to review. {line.data['reason']}"]


# --- Badges before and after ---------------------------------------------------------------------


def had_badge(content, at):
    """The shown revision where the release before showed a badge on it, or None."""
    shown = content.shown_revision_id(at)
    if shown is None or not content.spec.needs_sign_off:
        return None
    revision = pages.revisions_for([shown], content.spec)[shown]
    revision.content = content.typed
    record = older_record(content)
    signed = old_signatures(revision)
    stood = signed and record.approval_of(revision) and at.date() <= signed[-1].next_review_on
    if not stood or standing.integrity_faults(revision):
        return None
    return revision if all(was_good(pin.pinned, at) for pin in standing.pins_of(revision)) else None


def old_signatures(revision):
    """The sign-offs that the release before counted under a revision, oldest first."""
    rows = SignOff.objects.select_related("credential", "revocation", "carried_from__revocation")
    return [
        row
        for row in rows.filter(revision=revision, digest=revision.seal.digest)
        if signing.was_authentic(row)
        and not hasattr(row, "revocation")
        and not hasattr(row.carried_from, "revocation")
        and not row.credential.annulled_at
        and accounts.was_valid(row)
    ]


def was_good(pinned, at):
    """Whether the release before let an embedded text stand under its host's badge."""
    pinned.content = Content.objects.select_related("live__seal", "scheduled__seal").get(
        pk=pinned.content_id
    )
    if pinned.content.withdrawn_at and not pinned.content.is_due(at):
        return False
    if any(since <= at for since, _words in pins.later_cautions(pinned, at)):
        return False
    return bool(old_signatures(pinned)) or not pinned.content.spec.needs_sign_off


def how_it_ends(content, revision, at):
    """[sentence] where a badge that stood does not stand any more."""
    model = type(content.typed)
    shown = pages.load(model.objects.public(at).filter(pk=content.pk), at)
    if shown and shown[0].badge.stands:
        return []
    record = standing.record_of(content)
    why = [*record.faults, *why_ended(record, revision, at)]
    why = why or (shown[0].badge.faults if shown else ["Readers do not have it by the log."])
    return [f"{content}: the badge ends: {' '.join(why)}"]


def why_ended(record, revision, at):
    """The "no" to the text between each signature and the approval: by the rules of now it ends
    what was signed before."""
    shown = record.shown(at)
    if shown is None or shown.line.move not in standing.APPROVALS:
        return []
    return [
        sentence
        for signoff in old_signatures(revision)
        if signoff.pk in record.signed_at and signoff.pk not in record.named_by(shown.line)
        for sentence in noes(record, signoff, record.signed_at[signoff.pk], shown.line)
    ]


def noes(record, signoff, signed, approval):
    """Each "no" between a signature's line and an approval, in a sentence."""
    said = {
        "request_changes": f"Changes were requested after {signoff.name} signed.",
        "withdraw": f"The page was withdrawn after {signoff.name} signed.",
    }
    for line in record.lines:
        if signed < line.seq < approval.seq and line.move in said:
            yield said[line.move]
    for comment in record.must_fixes.values():
        if signed < comment.overruled < approval.seq:
            yield (
                f"A comment said after {signoff.name} signed that something must be fixed, and "
                "somebody else closed it."
            )


# --- People and other rows of the house ----------------------------------------------------------


def unadopted_tables():
    """The models with rows of the house itself, in a house of an older release, which no line has
    adopted yet."""
    if not Event.objects.filter(layout=1).exists():
        return []
    lines = Event.objects.filter(move=standing.ADOPTION, content=None)
    done = {table for line in lines for table in line.data["tables"]}
    return [model for model in house.models() if model._meta.db_table not in done]


@transaction.atomic
def adopt_rows_of_house(models, at):
    """One line that names all rows of these models that no line names yet; returns [strays]."""
    named = {
        (row[0], row[1])
        for line in Event.objects.filter(content=None, layout__gt=1)
        for row in line.rows
    }
    annulled = accounts.annulled_credentials()
    facts, strays = [], []
    for model in models:
        table = model._meta.db_table
        if house.is_whole(model):
            facts += [] if (table, signing.WHOLE) in named else [signing.fact_of_table(model)]
            continue
        for row in model._base_manager.order_by("pk").iterator(chunk_size=1000):
            if (table, row.pk) in named:
                continue
            if isinstance(row, Credential) and row.annulled_at != annulled.get(row.pk):
                strays.append(f"{table}: row {row.pk} is not as the log says: {row}.")
            else:
                facts.append(signing.fact_of(row))
    data = {"tables": sorted(model._meta.db_table for model in models)}
    log.append([Event(at=at, move=standing.ADOPTION, data=data, rows=sorted(facts))])
    return strays
