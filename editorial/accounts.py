"""What the lines of an older release account for: they name no rows, but tell what was done.

A row is believed where one line tells of its making, and of its last change; a sign-off has its
old mac besides. Everything here reads; `adoption.py` writes what is found as one line for each
content, and until then readers are served by the same account.
"""

from dataclasses import dataclass

from django.apps import apps
from django.db.models import F, prefetch_related_objects
from django.utils import timezone

from . import pins, replay, signing, standing
from .models import (
    Comment,
    Content,
    Correction,
    Event,
    Pin,
    PreviewLink,
    Redaction,
    ReviewRequest,
    Revision,
    Revocation,
    SignOff,
    SourceCheck,
    User,
)
from .models.insert_only import tidy

# The rows that a page for readers asks about; the rest waits for the adoption.
FOR_READERS = (Content, SignOff, Revocation, Correction, Redaction)


@dataclass
class Account:
    """What an adopting line of one content holds, and what it leaves out."""

    data: dict
    rows: list
    # [sentence]: rows that no older line accounts for.
    strays: list

    def line(self, content, at):
        """The adopting line, not yet numbered nor written."""
        rows = sorted(map(signing.fact_of, self.rows))
        return Event(at=at, move=standing.ADOPTION, content=content, data=self.data, rows=rows)


def accounts_of(records, at, models=None):
    """{content key: Account} of some records, in a number of queries that does not grow with them.

    `models`: those whose rows are asked for; all whose rows belong to contents unless given.
    """
    records = {record.content.pk: record for record in records}
    contents = [record.content for record in records.values()]
    prefetch_related_objects(contents, "head", "live", "scheduled")  # replay asks for each
    rows = {key: {} for key in records}
    for model in models or with_contents():
        for row in rows_of(model, records):
            rows[row.adopted_with].setdefault(model, []).append(row)
    used = pins_of(records, at)
    annulled, persons = annulled_credentials(), alias_persons()
    return {
        key: account_of(record, rows[key], used.get(key, {}), annulled, persons, at)
        for key, record in records.items()
    }


def with_contents():
    """The models whose rows belong to contents; revisions first, since their parts follow them."""
    found = [m for m in apps.get_models() if "LOGGED" in vars(m) and vars(m).get("LOGGED_WITH")]
    return sorted(found, key=lambda model: model is not Revision)


def rows_of(model, contents):
    """A model's rows of these contents, each with the key of its content as `adopted_with`."""
    rows = model._base_manager.filter(**{f"{model.LOGGED_WITH}__in": list(contents)})
    related = {SignOff: ["credential"], Revision: ["seal"]}.get(model, [])
    return rows.select_related(*related).annotate(adopted_with=F(model.LOGGED_WITH)).order_by("pk")


def pins_of(records, at):
    """{content key: {pinned revision: what is said of it}} of head, live and scheduled."""
    hosts = [r.content for r in records.values() if not r.content.spec.is_embedded]
    keys = {key for h in hosts for key in (h.head_id, h.live_id, h.scheduled_id) if key}
    if not keys:
        return {}
    used = Pin.objects.filter(revision__in=keys).select_related("pinned", "revision")
    said = pins.describe([pin.pinned for pin in used], at)
    found = {}
    for pin in used:
        key = pin.revision.content_id
        since = records[key].lines[-1].at if records[key].lines else at
        found.setdefault(key, {})[pin.pinned_id] = dated(said[pin.pinned_id], at, since)
    return found


def dated(said, at, since):
    """What is so at the time `at` was so before anybody asked: the host's newest line dates it,
    or a page that is asked for at that very moment would not heed it yet."""
    faults = [
        [since.isoformat() if standing.moment(begun) <= at else begun, kind, words]
        for begun, kind, words in said["faults"]
    ]
    return said | {"faults": faults}


def annulled_credentials():
    """{credential: when} by the older lines: a row put back makes none of them good again."""
    lines = Event.objects.filter(move="credential_annulled", content=None, layout=1)
    return {line.data["credential"]: line.at for line in lines if signing.is_authentic(line)}


def alias_persons():
    """{account: person} where they differ: older lines name accounts only."""
    return dict(User.objects.exclude(alias_of=None).values_list("pk", "alias_of"))


def account_of(record, rows, used, annulled, persons, at):
    """The Account of one content from its older lines and its rows by model."""
    older = Older(record, at)
    adopted, strays = [], []
    for of_model in rows.values():
        for row in of_model:
            believed = record.names(row) or older.tells_of(row)
            adopted.append(row) if believed else strays.append(stray(record.content, row))
    signoffs = [row for row in adopted if isinstance(row, SignOff) and row.pk in older.signed]
    data = {
        "before": standing.summary_of(older.lines),
        "signed": sorted(map(list, older.signed.items())),
        "carried": sorted([s.pk, s.carried_from_id] for s in signoffs if s.carried_from_id),
        "persons": persons_in(older.lines, persons),
        "fallen": [s.pk for s in signoffs if counts_no_more(s, annulled)],
        "pins": sorted([key, said] for key, said in used.items()),
    }
    data["approvals"] = approvals(record, signoffs, data, annulled)
    return Account({key: value for key, value in data.items() if value}, adopted, strays)


def stray(content, row):
    """The sentence for a row that is not adopted."""
    table = type(row)._meta.db_table
    if isinstance(row, Content):
        return f"{content}: its row is not what the older lines of the log lead to."
    if isinstance(row, SignOff) and not signing.was_authentic(row):
        return f"{content}: row {row.pk} of {table} was not written by this application: {row}."
    return f"{content}: row {row.pk} of {table} is in no older line of the log: {row}."


def persons_in(lines, persons):
    """[[account, person]] of those who commented with an account that is not their first."""
    actors = {line.actor_id for line in lines if line.move.startswith("comment")}
    return sorted([key, persons[key]] for key in actors & persons.keys())


# --- What lines tell of rows -----------------------------------------------------------------


class Older:
    """The lines of an older release about one content. Each tells of the making of one row, so
    a copy of a row that is told of is not."""

    def __init__(self, record, at):
        self.record, self.at = record, at
        self.lines = [line for line in record.lines if line.layout == 1]
        self.redacted = {line.revision_id for line in self.lines if line.move == "redacted"}
        self.signed = {}  # {sign-off: number of the line by which it was first made}
        self.believed = set()  # revisions
        self.taken = set()  # (model, number of the line) that has told of its row

    def tells_of(self, row):
        """Whether these lines tell of a row as it stands."""
        if isinstance(row, Content):
            return not contradictions(self.record, self.at)
        if isinstance(row, SignOff):
            return self.tells_of_signature(row)
        if isinstance(row, Revision):
            line = self.making(row)
            if line:
                self.believed.add(row.pk)
            return line is not None
        if type(row) not in MADE:
            return row.revision_id in self.believed  # a part of a revision
        return self.making(row) is not None and is_as_changed(row, self.lines)

    def tells_of_signature(self, row):
        """A carried sign-off is told of with the one that was first made, which is older."""
        if not signing.was_authentic(row):
            return False
        if row.carried_from_id:
            first = self.signed.get(row.carried_from_id)
        else:
            line = self.making(row)
            first = line and line.seq
        if first:
            self.signed[row.pk] = first
        return bool(first)

    def making(self, row):
        """The line by which a row was made, or None."""
        move, facts = MADE[type(row)](row)
        if isinstance(row, Revision) and row.pk in self.redacted:
            facts["note"] = None  # it was removed with the words
        for line in self.lines:
            key = (type(row), line.seq)
            if line.move == move and key not in self.taken and says(line, facts):
                self.taken.add(key)
                return line
        return None


def says(line, facts):
    """Whether a line says all of these facts, in its columns or its data; None asks nothing."""
    columns = ("at", "actor_id", "revision_id", "digest")
    said = {name: getattr(line, name) for name in columns}
    said |= {key: tidy(value) for key, value in line.data.items()}
    return all(said.get(key, "") == value for key, value in facts.items() if value is not None)


def revision_made(row):
    seal = getattr(row, "seal", None)
    return "save", {
        "revision_id": row.pk,
        "digest": seal.digest if seal else "never sealed",
        "actor_id": row.created_by_id,
        "at": row.created_at,
        "note": row.note,
    }


def signoff_made(row):
    return "sign", {
        "revision_id": row.revision_id,
        "digest": row.digest,
        "actor_id": row.signed_by_id,
        "at": row.signed_at,
        "credential": row.credential_id,
        "scope": row.scope,
        "conflict_statement": row.conflict_statement,
        "next_review_on": row.next_review_on.isoformat(),
    }


def revocation_made(row):
    return row.kind, {
        "signoff": row.signoff_id,
        "actor_id": row.revoked_by_id,
        "at": row.revoked_at,
        "reason": row.reason,
    }


def comment_made(row):
    facts = {"comment": row.pk, "actor_id": row.author_id, "at": row.at}
    facts["revision_id"] = row.revision_id
    if row.thread_id:
        return "comment_answered", facts | {"thread": row.thread_id, "verdict": row.verdict}
    return "comment", facts | {"must_fix": row.must_fix}


def request_made(row):
    return "review_asked", {
        "request": row.pk,
        "reviewer": row.reviewer_id,
        "actor_id": row.asked_by_id,
        "at": row.asked_at,
        "due_on": row.due_on.isoformat(),
    }


def check_made(row):
    facts = {"revision_id": row.revision_id, "actor_id": row.checked_by_id, "at": row.at}
    return "source_checked", facts | {"claim": row.claim}


def correction_made(row):
    facts = {"revision_id": row.revision_id, "actor_id": row.by_id, "at": row.at}
    return "approve", facts | {"correction": row.note}


def redaction_made(row):
    return "redaction_asked", {
        "redaction": row.pk,
        "revision_id": row.revision_id,
        "digest": row.digest,
        "reason": row.reason,
        "actor_id": row.asked_by_id,
        "at": row.asked_at,
    }


def preview_made(row):
    return "preview_made", {
        "link": row.pk,
        "revision_id": row.revision_id,
        "label": row.label,
        "until": row.expires_at.isoformat(),
        "actor_id": row.created_by_id,
        "at": row.created_at,
    }


# The move by which a row was made, and what its line says of it. The rows of other models are
# parts of a revision.
MADE = {
    Revision: revision_made,
    SignOff: signoff_made,
    Revocation: revocation_made,
    Comment: comment_made,
    ReviewRequest: request_made,
    SourceCheck: check_made,
    Correction: correction_made,
    Redaction: redaction_made,
    PreviewLink: preview_made,
}


def is_as_changed(row, lines):
    """Whether a row that changes once stands as the newest line about it left it."""
    if isinstance(row, Redaction):
        return row.done_at == at_of(lines, "redacted", "redaction", row)
    if isinstance(row, PreviewLink):
        return row.ended_at == at_of(lines, "preview_ended", "link", row)
    if isinstance(row, ReviewRequest):
        return is_as_answered(row, lines)
    return True


def at_of(lines, move, key, row):
    """When the newest line of a move about a row was written, or None."""
    times = [line.at for line in lines if line.move == move and line.data.get(key) == row.pk]
    return times[-1] if times else None


def is_as_answered(row, lines):
    if row.status == ReviewRequest.Status.DONE:
        return any(line.move == "sign" and line.at == row.answered_at for line in lines)
    answers = [
        line for line in lines if line.data.get("request") == row.pk and line.move != "review_asked"
    ]
    if not answers:
        return row.status == ReviewRequest.Status.ASKED
    last = {"at": row.answered_at, "reason": row.reason}
    return answers[-1].move == f"review_{row.status}" and says(answers[-1], last)


# --- The content's own row ---------------------------------------------------------------------


def contradictions(record, at):
    """[sentence]: what the older lines and the content's row disagree about."""
    content = record.content
    found = [s for s in replay.faults_of(record, at) if s not in record.faults]
    line = record.last("withdraw") if content.withdrawn_at else None
    if content.withdrawn_at and not (line and says(line, withdrawal_of(content))):
        found.append("Its withdrawal is not the one in the log.")
    if content.live_id and not is_dated(content, record.publications(at)):
        found.append("The days of its publication are not those in the log.")
    return found


def is_dated(content, public):
    """Whether a content's row has the moments at which its log says it went live."""
    times = {p.since for p in public if p.revision_id == content.live_id}
    return content.live_at in times and content.first_live_at == public[0].since


def withdrawal_of(content):
    return {
        "at": content.withdrawn_at,
        "actor_id": content.withdrawn_by_id,
        "reason": content.withdrawal_reason,
    }


# --- Approvals -----------------------------------------------------------------------------------


def approvals(record, signoffs, data, annulled):
    """[[number of an approval's line, [sign-offs that it rests on by the rules of now]]]."""
    first = dict(map(tuple, data["signed"]))
    found = []
    for line in record.lines:
        if line.move in standing.APPROVALS and line.layout == 1:
            past = before(record, line, data)
            keys = [s.pk for s in signoffs if rests_on(line, s, first[s.pk], past, annulled)]
            found.append([line.seq, keys])
    return found


def before(record, line, data):
    """The record as it was when a line was written."""
    lines = [earlier for earlier in record.lines if earlier.seq < line.seq]
    known = {key: data[key] for key in ("carried", "persons")}
    adopting = Event(move=standing.ADOPTION, data=known)
    return standing.Record(record.content, lines, adopting)


def rests_on(line, signoff, first, past, annulled):
    """Whether an approval rests on a sign-off of which `first` is the line that made it."""
    same = signoff.revision_id == line.revision_id and signoff.digest == line.digest
    original = signoff.carried_from_id or signoff.pk
    taken_back = past.retracted | past.taken_back("annul")
    fell = annulled.get(signoff.credential_id)
    return (
        same
        and first < line.seq
        and not past.is_ended(first)
        and original not in taken_back
        and not (fell and fell <= line.at)
        and was_valid(signoff)
    )


def was_valid(signoff):
    """Whether the credential was good on the day of signing, by its dates."""
    credential, day = signoff.credential, timezone.localdate(signoff.signed_at)
    suspended = credential.suspended_at
    return credential.was_valid_on(day) and not (suspended and suspended <= signoff.signed_at)


def counts_no_more(signoff, annulled):
    credential = signoff.credential
    return bool(credential.annulled_at or credential.pk in annulled or not was_valid(signoff))
