"""The texts that embed another one: which they are, which version each has, and what a newer
version of it does to them. Every question is asked for all of them at once."""

from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import Q

from . import documents, kinds, pages, queues
from .models import Content, Pin, Seal

USED_BY = ("head", "live", "scheduled")
MOST_LISTED = 40


class Version(NamedTuple):
    """A sealed revision of the embedded text, by its key and its number."""

    pk: int
    number: int


@dataclass
class Host:
    """A content that embeds another one, and the version that each of its revisions has of it."""

    content: Content
    state: Content.Status
    # In the working revision, and in what readers get; None where that one does not embed it.
    working: Version | None
    shown: Version | None
    scheduled: Version | None
    # The version that readers of the embedded text get, by its key; None where they get none.
    newest: int | None

    @property
    def is_out_of_date(self):
        """Whether one of its revisions has another version than readers get."""
        used = (self.working, self.shown, self.scheduled)
        return bool(self.newest) and any(one and one.pk != self.newest for one in used)


def hosts_of(content, now):
    """[Host] of the contents whose working, live or scheduled revision embeds this one."""
    return hosts_of_each([content], now)[content.pk]


def hosts_of_each(contents, now):
    """{content key: its hosts}, in as many queries for one as for many."""
    uses = uses_of([content.pk for content in contents])
    keys = {host for hosts in uses.values() for host in hosts}
    rows = Content.objects.filter(pk__in=keys, head__isnull=False).select_related("created_by")
    rows = {row.pk: row for row in queues.with_heads(rows)}
    return {
        content.pk: [
            host_of(rows[pk], versions, content, now)
            for pk, versions in sorted(uses[content.pk].items())
        ]
        for content in contents
    }


def uses_of(keys):
    """{embedded content: {host: {its revision: version}}} of revisions that are in use."""
    in_use = [Q(**{f"revision__{name}_of__isnull": False}) for name in USED_BY]
    rows = Pin.objects.filter(in_use[0] | in_use[1] | in_use[2], pinned__content__in=keys)
    columns = ("pinned__content", "revision__content", "revision", "pinned", "pinned__number")
    found = {key: {} for key in keys}
    for embedded, host, revision, pinned, number in rows.values_list(*columns):
        found[embedded].setdefault(host, {})[revision] = Version(pinned, number)
    return found


def host_of(row, versions, content, now):
    return Host(
        row,
        row.status_at(now),
        working=versions.get(row.head_id),
        shown=versions.get(row.shown_revision_id(now)),
        scheduled=versions.get(row.scheduled_id),
        newest=content.shown_revision_id(now),
    )


# --- What publishing a draft of the embedded text would do ------------------------------------


@dataclass
class Effect:
    """What the hosts of a content have to expect of its working revision."""

    content: Content
    hosts: list
    # Whether readers have this revision already.
    is_public: bool
    # Words of the cautions that it adds to what some hosts have.
    added: set = field(default_factory=set)
    # Hosts that have the badge now and lose it when this is published.
    losing: list = field(default_factory=list)

    @property
    def first(self):
        """As many as a page lists beside something else, those that lose their badge before."""
        losing = {host.content.pk for host in self.losing}
        kept = [host for host in self.hosts if host.content.pk not in losing]
        return [*self.losing, *kept][:MOST_LISTED]

    @property
    def more(self):
        return len(self.hosts) - len(self.first)

    @property
    def outdated(self):
        return [host for host in self.hosts if host.is_out_of_date]


def effects_of(contents, now):
    """{content key: Effect} of those among these contents that others embed.

    `contents` have their heads with their seals. A badge is looked at only where a caution is
    added, so that what threatens nobody costs little.
    """
    contents = [content for content in contents if content.spec.is_embedded]
    hosts = hosts_of_each(contents, now) if contents else {}
    effects = {
        content.pk: Effect(
            content, hosts[content.pk], content.head_id == content.shown_revision_id(now)
        )
        for content in contents
        if hosts[content.pk]
    }
    drafts = [effect for effect in effects.values() if not effect.is_public]
    pinned = {host.shown.pk for effect in drafts for host in effect.hosts if host.shown}
    seals = Seal.objects.in_bulk(pinned) if pinned else {}
    missing = {effect.content.pk: find_missing(effect, seals) for effect in drafts}
    badged = with_badge({pk for found in missing.values() for pk in found}, now)
    for effect in drafts:
        found = missing[effect.content.pk]
        effect.added = set().union(*found.values())
        effect.losing = [h for h in effect.hosts if h.content.pk in found.keys() & badged]
    return effects


def effect_of(revision, now):
    """The effect of a content's working revision; None for an older one, and without hosts."""
    content = revision.content
    if content.head_id != revision.pk:
        return None
    content.head = revision
    return effects_of([content], now).get(content.pk)


def find_missing(effect, seals):
    """{host: words of the cautions that the draft has and the host's version has not}."""
    try:
        after = cautions_in(effect.content, effect.content.head.seal)
        before = {pk: cautions_in(effect.content, seal) for pk, seal in seals.items()}
    except documents.BrokenSeal:
        return {}
    found = {
        host.content.pk: {words for key, words in after.items() if key not in before[host.shown.pk]}
        for host in effect.hosts
        if host.shown
    }
    return {pk: words for pk, words in found.items() if words}


def cautions_in(content, seal):
    find = content.spec.cautions
    return find(documents.parse(seal.canonical)) if find else {}


def with_badge(keys, now):
    """Which of these contents have their badge now; the same fold as their pages show."""
    found = set()
    for model in kinds.models_by_kind().values() if keys else ():
        if model.KIND.needs_sign_off:
            shown = pages.load(model.objects.public(now).filter(pk__in=keys), now)
            found |= {page.content.pk for page in shown if page.badge.stands}
    return found
