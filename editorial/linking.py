"""What falls once two accounts turn out to be one person's, or a byline to be somebody's here.

Nobody signs what they contributed to, nobody approves what they signed or contributed to, and one
person is one name under a text. What two persons did as two may break that as one; it is asked as
of the day when they did it.
"""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Q

from . import kinds, rules, standing
from .models import Content, Event, Revision, SignOff, User


@dataclass
class Breach:
    """What does not stand on one content: keys of sign-offs, and numbers of approvals and of
    confirmations of an emergency.

    `second`: those of the sign-offs that fall only since their signer's newest stands beside them.
    """

    content: Content
    fallen: list
    ended: list
    second: list
    # Whether what readers have was published without a review, and nobody else has confirmed it.
    waits_again: bool = False

    @property
    def data(self):
        """What the content's line says."""
        said = {"fallen": self.fallen, "ended": self.ended, "second": self.second}
        return {name: keys for name, keys in said.items() if keys}


def find(persons):
    """[Breach] of each content where these persons, taken as one, did what one may not do."""
    accounts = accounts_of(persons)
    signed, approved = signed_by(accounts), approved_by(accounts)
    wrote = contributed_to(accounts)
    twice = signed_twice_by(accounts) | confirmed_by(accounts)
    keys = (signed | approved) & wrote | signed & approved | twice
    contents = list(Content.objects.select_related("head").filter(pk__in=keys).order_by("pk"))
    records = standing.records_of(contents)
    found = [breach_on(content, records[content.pk], persons, accounts) for content in contents]
    return [breach for breach in found if breach.data]


def touched(persons, author=None):
    """Keys of the contents on which something could fall; they are locked before it is asked."""
    accounts = accounts_of(persons)
    wrote = contributed_to(accounts, author)
    return signed_by(accounts) | approved_by(accounts) | confirmed_by(accounts) | wrote


def accounts_of(persons):
    accounts = User.objects.filter(Q(pk__in=persons) | Q(alias_of__in=persons))
    return set(accounts.values_list("pk", flat=True))


def signed_by(accounts):
    return set(SignOff.objects.filter(signed_by__in=accounts).values_list("content", flat=True))


def signed_twice_by(accounts):
    """Contents that several of these accounts signed."""
    rows = SignOff.objects.filter(signed_by__in=accounts).values("content")
    found = rows.annotate(signers=Count("signed_by", distinct=True)).filter(signers__gt=1)
    return set(found.values_list("content", flat=True))


def approved_by(accounts):
    lines = Event.objects.filter(actor__in=accounts, move__in=standing.APPROVALS)
    return set(lines.values_list("content", flat=True))


def confirmed_by(accounts):
    """Contents of which an account confirmed what was published without a review."""
    lines = Event.objects.filter(actor__in=accounts, move="confirm")
    return set(lines.values_list("content", flat=True))


def contributed_to(accounts, author=None):
    """Contents to which an account wrote a line or lent its name, and what was made of them."""
    wrote = Revision.objects.filter(created_by__in=accounts)
    found = set(wrote.values_list("content", flat=True))
    for model in kinds.models_by_kind().values():
        if model.KIND.bylines:
            named = Q(author__user__in=accounts) | Q(author=author and author.pk)
            rows = model.KIND.bylines().filter(named)
            found.update(rows.values_list("revision__content", flat=True))
    new = found
    while new:
        copies = Revision.objects.filter(origin__content__in=new)
        new = set(copies.values_list("content", flat=True)) - found
        found = found | new
    return found


def breach_on(content, record, persons, accounts):
    rows = content.signoffs.select_related("revision__seal").defer("revision__seal__canonical")
    signoffs = list(rows)
    own = [s for s in signoffs if s.signed_by_id in accounts]
    fallen = {s.pk for s in own if stands(record, s) and is_own(content, s, persons)}
    ended = []
    for line in record.lines:
        if (
            line.move in standing.APPROVALS
            and line.actor_id in accounts
            and line.seq not in record.ended
        ):
            signed = {s.pk for s in own if was_signed_for(line, s)}
            if has_contributed(content, line, persons):
                ended.append(line.seq)
            elif signed and rests_on_others(record, line, signoffs, accounts):
                fallen |= signed
            elif signed:
                ended.append(line.seq)
    second = second_names(record, signoffs, accounts, record.family(fallen))
    alone = confirmed_alone(record, accounts)
    ended += alone
    waits = waits_again(record, alone)
    return Breach(content, sorted(fallen | second), ended, sorted(second), waits)


def confirmed_alone(record, accounts):
    """Numbers of confirmations by whom the emergency was published as well."""
    published = {
        line.seq for line in record.lines if line.move == "emergency" and line.actor_id in accounts
    }
    return [
        line.seq
        for line in record.lines
        if line.move == "confirm"
        and line.actor_id in accounts
        and line.data["emergency"] in published
        and line.seq not in record.ended
    ]


def waits_again(record, confirmations):
    last = record.last(*standing.PUBLISHING, "schedule", "withdraw", "confirm")
    return bool(last) and last.seq in confirmations


def second_names(record, signoffs, accounts, fallen):
    """What an approval counts that these accounts signed under another name than last."""
    found = set()
    for line in record.lines:
        under = [s for s in signoffs if s.revision_id == line.revision_id]
        if line.move in standing.APPROVALS and under:
            counted, _faults = record.approved(line, under, under[0].revision.seal)
            own = [s for s in counted if s.signed_by_id in accounts]
            own = [s for s in own if not record.family([s.pk]) & fallen]
            found |= {s.pk for s in own if s.reviewer_id != own[-1].reviewer_id}
    return found


def stands(record, signoff):
    key = record.original.get(signoff.pk, signoff.pk)
    return key not in record.retracted | record.fallen


def is_own(content, signoff, persons):
    """Whether the signer had contributed when they signed, or made the revision that carries the
    signature on."""
    until = signoff.signed_at
    if signoff.carried_from_id:
        until = max(until, signoff.revision.created_at)
    return bool(persons & rules.contributors(content, until))


def was_signed_for(approval, signoff):
    return signoff.revision_id == approval.revision_id and signoff.signed_at <= approval.at


def rests_on_others(record, approval, signoffs, accounts):
    """Whether an approval also names somebody else's signature that stands: only a name goes."""
    named = record.named_by(approval)
    return any(
        s.pk in named and s.signed_by_id not in accounts and stands(record, s) for s in signoffs
    )


def has_contributed(content, line, persons):
    """Whether who approved had contributed, where the house forbids it."""
    is_allowed = settings.APPROVER_MAY_BE_CONTRIBUTOR and content.spec.needs_sign_off
    if is_allowed or line.data.get("approver_contributed"):
        return False
    return bool(persons & rules.contributors(content, line.at))
