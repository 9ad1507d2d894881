"""Whether anybody signed what they had contributed to: for `verify`, many contents at a time.

The same rule as `rules.contributors`, asked of rows that are read once for a chunk of contents.
"""

from collections import defaultdict

from . import standing
from .models import Content, Revision, SignOff, User
from .replay import label_of


def faults(contents):
    """Yield (content, sentence) for sign-offs by somebody who had contributed when they signed.

    One that was taken back or has fallen counts for nothing any more, and is no fault.
    """
    signoffs = list(SignOff.objects.filter(content__in=contents).order_by("pk"))
    if not signoffs:
        return
    family = Family({signoff.content_id for signoff in signoffs})
    persons = persons_of({*family.users, *(signoff.signed_by_id for signoff in signoffs)})
    for signoff in signoffs:
        before = family.contributors(signoff.content_id, until=signoff.signed_at)
        if persons.get(signoff.signed_by_id) in {persons.get(user) for user in before}:
            content = contents[signoff.content_id]
            if not has_ended(content, signoff):
                yield label_of(content), f"{signoff.name} signed and also contributed."


def has_ended(content, signoff):
    record = standing.record_of(content)
    key = record.original.get(signoff.pk, signoff.pk)
    return key in record.retracted | record.fallen


def persons_of(users):
    """{account: its person}."""
    pairs = User.objects.filter(pk__in=users).values_list("pk", "alias_of_id")
    return {user: alias or user for user, alias in pairs}


class Family:
    """The revisions of some contents and of those that they were made from, however far back."""

    def __init__(self, contents):
        self.revisions = {}  # {content: [(revision, origin, when, who)]}
        self.content_of = {}
        self.bylines = defaultdict(set)
        wanted = set(contents)
        while wanted:
            wanted = self.read(wanted)
        self.users = {who for rows in self.revisions.values() for *_row, who in rows}
        self.users = self.users.union(*self.bylines.values())

    def read(self, contents):
        """Read the revisions of some contents; returns the contents that they lead to."""
        self.revisions |= {content: [] for content in contents}
        rows = Revision.objects.filter(content__in=contents)
        origins = set()
        for content, *row in rows.values_list(
            "content", "pk", "origin", "created_at", "created_by"
        ):
            self.revisions[content].append(row)
            self.content_of[row[0]] = content
            origins.add(row[1])
        self.read_bylines(contents, rows)
        unknown = Revision.objects.filter(pk__in=origins - self.content_of.keys() - {None})
        return set(unknown.values_list("content", flat=True)) - self.revisions.keys()

    def read_bylines(self, contents, rows):
        specs = {kind: Content.model_of(kind).KIND for kind in self.kinds_of(contents)}
        for kind, spec in specs.items():
            if spec.byline_users:
                keys = rows.filter(content__kind=kind).values("pk")
                for revision, user in spec.byline_users(keys):
                    self.bylines[revision].add(user)

    def kinds_of(self, contents):
        kinds = Content.objects.filter(pk__in=contents).values_list("kind", flat=True)
        return set(kinds.distinct())

    def contributors(self, content, until):
        """Accounts of everybody who wrote a line of a content by then, or stands in its byline."""
        found, seen, waiting = set(), set(), [content]
        while waiting:
            content = waiting.pop()
            seen.add(content)
            for revision, origin, when, who in self.revisions.get(content, ()):
                if when <= until:
                    found |= {who, *self.bylines.get(revision, ())}
                    further = self.content_of.get(origin)
                    if further and further not in seen:
                        waiting.append(further)
        return found
