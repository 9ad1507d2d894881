"""The rules of the moves, asked for many contents at once.

The rules are those that a move itself asks. What a rule would look up for each content is looked
up for all of them first, and a rule whose answer hangs on such a fact is asked once for each
fact. A page of many rows so costs as many queries as one of few; the move asks everything anew.
"""

from collections import defaultdict

from django.db.models import Q

from . import kinds, rules, standing
from .errors import Refused
from .models import Revision, User
from .moves import MOVES
from .rules import Attempt


def accounts_of(user):
    """Keys of all accounts of the user's person."""
    person = Q(pk=user.person_id) | Q(alias_of=user.person_id)
    return set(User.objects.filter(person).values_list("pk", flat=True))


def contributed_to(user, accounts, contents):
    """Keys of those contents to which the user contributed: `rules.contributed` for many.

    Bylines tell no content from another when they are asked together, so somebody who stands in
    one of them is asked of content by content.
    """
    writers, origins, revisions = families(contents)
    found = {c.pk for c in contents if reached(c.pk, writers, origins) & accounts}
    for kind in {content.kind for content in contents}:
        bylines = kinds.models_by_kind()[kind].KIND.byline_users
        if bylines and accounts & {account for _revision, account in bylines(revisions)}:
            mine = [content for content in contents if content.kind == kind]
            found |= {content.pk for content in mine if rules.contributed(user, content)}
    return found


def has_strangers(contents):
    """Whether somebody who is nobody's account stands in a byline of any of these contents; then
    it is asked of content by content who they are."""
    _writers, _origins, revisions = families(contents)
    kinds_of_bylines = {kinds.models_by_kind()[c.kind].KIND.bylines for c in contents} - {None}
    rows = [bylines().filter(revision__in=revisions) for bylines in kinds_of_bylines]
    return any(found.filter(author__user=None).exists() for found in rows)


def families(contents):
    """({content: accounts that wrote in it}, {content: contents that it was made from}, keys of
    all their revisions), as far back as there are origins."""
    writers, sources, revisions = defaultdict(set), defaultdict(set), set()
    frontier = {content.pk for content in contents}
    while frontier:
        rows = Revision.objects.filter(content__in=frontier).values_list(
            "pk", "content", "created_by", "origin__content"
        )
        for pk, content, writer, origin in rows:
            revisions.add(pk)
            writers[content].add(writer)
            sources[content] |= {origin} - {None}
        frontier = {one for found in sources.values() for one in found} - writers.keys()
    return writers, sources, revisions


def reached(content, writers, sources):
    """The accounts that wrote in a content or in what it was made from."""
    seen, waiting = set(), {content}
    while waiting:
        seen |= waiting
        waiting = {one for key in waiting for one in sources.get(key, ())} - seen
    return set().union(*(writers.get(key, ()) for key in seen))


class Asking:
    """One person's questions about contents that have their heads, with pins and sign-offs."""

    def __init__(self, by, contents, at):
        self.by, self.at = by, at
        self.accounts = accounts_of(by)
        self.contributed = contributed_to(by, self.accounts, contents)
        self.records = standing.records_of(contents)
        self.has_strangers = has_strangers(contents)
        self.answers = {}

    def why_not(self, name, content, *, skipped=()):
        """The sentence that refuses a move, or None; `skipped` rules are not asked."""
        attempt = Attempt(content, content.head, self.by, self.at, asking=True)
        attempt.by_contributed = content.pk in self.contributed
        attempt.record = self.records[content.pk]
        move = MOVES[name]
        try:
            rules.may(self.by, move)
            rules.state_allows(content, move, self.at)
            for rule in move.checks:
                if rule not in skipped:
                    self.ask(rule, attempt)
        except Refused as refusal:
            return refusal.sentence
        return None

    def ask(self, rule, attempt):
        """Raise what the rule raises; the rule itself is asked once for each fact it hangs on."""
        if hangs_on := HANGS_ON.get(rule):
            key = rule, hangs_on(self, attempt)
            if key not in self.answers:
                self.answers[key] = sentence_of(rule, attempt)
            if self.answers[key]:
                raise Refused(self.answers[key])
        else:
            rule(attempt)

    def signed(self, attempt):
        """The content's key where this person signed its head, for which the rule looks closer."""
        mine = {one.signed_by_id for one in attempt.revision.signoffs.all()} & self.accounts
        return attempt.content.pk if mine else None


def sentence_of(rule, attempt):
    """What a rule refuses with, or None."""
    try:
        rule(attempt)
    except Refused as refusal:
        return refusal.sentence
    return None


# For each rule that asks the database: on what its answer hangs, besides the person.
HANGS_ON = {
    rules.own_work_or_editor: lambda asking, attempt: attempt.by_contributed,
    rules.signer_is_a_reviewer: lambda asking, attempt: None,
    rules.credential_may_sign: lambda asking, attempt: None,
    rules.signer_has_not_signed_this: Asking.signed,
    rules.approver_is_not_the_signer: lambda asking, attempt: bool(asking.signed(attempt)),
    rules.no_must_fix_is_open: lambda asking, attempt: tuple(attempt.record.open_must_fixes),
    rules.bylines_say_who_they_are: lambda asking, attempt: (
        asking.has_strangers and attempt.content.pk
    ),
    rules.signer_is_not_named_like_an_author: lambda asking, attempt: (
        asking.has_strangers and attempt.content.pk
    ),
    rules.pins_are_signed: lambda asking, attempt: tuple(
        pin.pinned_id for pin in standing.pins_of(attempt.revision)
    ),
}
