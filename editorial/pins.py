"""What a text's embedded texts do to it: whatever touches them is written on each of their hosts.

A host's standing follows from its own lines alone. So each line in which a pinned revision loses
its signature, is withdrawn or gains a caution is followed, in the same transaction, by a line on
every content that uses it. What will happen by the clock is said with its time.
"""

from django.utils.translation import gettext as _

from . import documents, log, search, standing
from .models import Content, Event, Pin, Revision

S = Content.Status


def describe(pinned, at):
    """{key of a pinned revision: what its own log says of it}, for revisions with content and seal.

    Each is {"name", "faults": [[from when, kind, words]], "signed_by": [names]}; kinds are
    "withdrawn", "unsigned" and "caution". A constant number of queries.
    """
    revisions = standing.revisions_with_seals([revision.pk for revision in pinned])
    contents = contents_of(revisions.values())
    records = standing.records_of(contents.values())
    found = {}
    for key, revision in revisions.items():
        revision.content = contents[revision.content_id]
        found[key] = describe_one(revision, records[revision.content_id], at)
    return found


def contents_of(revisions):
    """The contents of some revisions, with what their readers have now and will have."""
    keys = {revision.content_id for revision in revisions}
    return Content.objects.select_related("live__seal", "scheduled__seal").in_bulk(keys)


def describe_one(revision, record, at):
    content, now = revision.content, at.isoformat()
    name = name_in(revision)
    faults = []
    if content.withdrawn_at and not content.is_due(at):
        faults.append([now, "withdrawn", _("It was withdrawn.")])
    signed = signatures(revision, record, at)
    if content.spec.needs_sign_off and not signed:
        faults.append([now, "unsigned", _("No reviewer's signature covers this version.")])
    faults += [
        [since.isoformat(), "caution", words] for since, words in later_cautions(revision, at)
    ]
    signed_by = [f"{s.name}, {s.credential_line}" for s in standing.newest_of_each(signed)]
    return {"name": name, "faults": faults, "signed_by": signed_by}


def name_in(revision):
    """How a host speaks of the text: its code and name, or its title, as they were sealed."""
    try:
        document = documents.parse(revision.seal.canonical)
    except documents.BrokenSeal:  # removed by law
        return str(revision.content)
    fields = document["fields"]
    code = document["identity"].get("code", "")
    return f"{code} {fields.get('pinyin') or fields.get('title', '')}".strip()


def signatures(revision, record, at):
    """The sign-offs that stand under a pinned revision: as it was last published, or, where it
    never was public, as it could be.

    None where it was withdrawn, or went to readers without a review: a signature that no editor
    has approved yet repairs no host.
    """
    rows = standing.signoffs_under(revision)
    public = [one for one in record.publications(at) if one.revision_id == revision.pk]
    if not public:
        return record.for_approval(rows, revision.seal)
    if record.faults or public[-1].line.move not in standing.APPROVALS:
        return []
    # Whatever version readers had then: what was withdrawn is used by nobody until it is approved.
    if any(line.move == "withdraw" for line in record.after(public[-1].line)):
        return []
    signed, faults = record.approved(public[-1].line, rows, revision.seal)
    return [] if faults else signed


def later_cautions(revision, at):
    """[(from when, words)] of cautions that readers of the pinned content get, and this has not."""
    content = revision.content
    if content.spec.cautions is None:
        return []
    later = []
    if content.is_due(at):
        later.append((content.scheduled_at, content.scheduled))
    elif not content.withdrawn_at and content.live_id:
        later.append((content.live_at, content.live))
    if content.scheduled_id and not content.is_due(at) and not content.is_held(at):
        later.append((content.scheduled_at, content.scheduled))
    known = cautions_of(revision)
    return [
        (since, words)
        for since, newer in later
        if newer.pk != revision.pk
        for key, words in cautions_of(newer, revision.content.spec).items()
        if key not in known
    ]


def cautions_of(revision, spec=None):
    """{key: words} of the cautions that a revision's sealed bytes hold."""
    find = (spec or revision.content.spec).cautions
    try:
        return find(documents.parse(revision.seal.canonical))
    except documents.BrokenSeal:
        return {("unreadable",): _("Its newest text cannot be read.")}


# --- For the host's own moves -----------------------------------------------------------------


def used_by(revision, at):
    """{pinned revision: what is said of it} of the texts that a revision embeds, in their order."""
    pinned = [pin.pinned for pin in standing.pins_of(revision)]
    found = describe(pinned, at) if pinned else {}
    return {one.pk: found[one.pk] for one in pinned}


def faults_in(used, when):
    """[sentence]: why embedded texts may not stand under a badge at a time."""
    return [
        sentence(said["name"], kind, words)
        for said in used.values()
        for kind, words in standing.faults_now(said, when)
    ]


def sentence(name, kind, words):
    """The refusal of a step, or the reason of a hold, for one fault of an embedded text."""
    said = {
        "withdrawn": _("%(content)s was withdrawn; take it out of the text."),
        "unsigned": _("%(content)s is used in a version that no reviewer's signature covers."),
        "caution": _("%(content)s has gained a caution since; take over its newest version."),
    }[kind]
    return said % {"content": name, "words": words}


# --- For the hosts of a text that moved --------------------------------------------------------


def hosts_of(content):
    """[(host content, pinned revision)] of every working, live or scheduled revision that uses a
    revision of the content, by the hosts' keys."""
    pins = Pin.objects.filter(pinned__content=content.pk).values_list("revision", "pinned")
    hosts = Content.objects.filter(revisions__pins__pinned__content=content.pk).distinct()
    used = {}
    for host in hosts.select_related("head", "live", "scheduled").order_by("pk"):
        for key in {host.head_id, host.live_id, host.scheduled_id} - {None}:
            used[key] = host
    pairs = {
        (used[revision].pk, pinned): used[revision] for revision, pinned in pins if revision in used
    }
    return [(host, pinned) for (_key, pinned), host in sorted(pairs.items(), key=lambda it: it[0])]


def lock_hosts(content_id):
    """Lock a content and all that use it, by key: the one order in which contents are locked."""
    hosts = Content.objects.filter(revisions__pins__pinned__content=content_id).values("pk")
    lock([content_id, *hosts.values_list("pk", flat=True)])


def lock_used(content_id, revision_id):
    """Lock a content and those whose texts its revision uses, by key."""
    used = Pin.objects.filter(revision=revision_id).values_list("pinned__content", flat=True)
    lock([content_id, *used])


def lock(keys):
    rows = Content.objects.filter(pk__in=set(keys)).order_by("pk")
    list(rows.select_for_update().values_list("pk"))


def tell_hosts(content, *, by, at):
    """Write on each host what became of the text that it uses, where that is news.

    Called in the transaction of whatever touched the content, with all of them locked. Returns
    [(host, sentence)] of hosts on schedule of which a condition has fallen.
    """
    if not content.spec.is_embedded or not (pairs := hosts_of(content)):
        return []
    found = describe(Revision.objects.filter(pk__in={pinned for _host, pinned in pairs}), at)
    hosts = {host.pk: host for host, _pinned in pairs}
    records = standing.records_of(hosts.values())
    standing.mark_altered(records.values())
    news = {}
    for host, pinned in pairs:
        if is_news(records[host.pk].pins.get(pinned), found[pinned]):
            news.setdefault(host.pk, {})[pinned] = found[pinned]
    told = [(hosts[key], records[key].pins | said, said) for key, said in sorted(news.items())]
    write_lines(told, by, at)
    return [(host, why) for host, known, _said in told if (why := why_held(host, known, at))]


def is_news(before, after):
    """Whether what is said of a pin changes anything for the host's readers."""
    return bool(after["faults"]) if before is None else essence(before) != essence(after)


def essence(said):
    """What matters in it: a caution has its time, the rest is so from the moment it is said."""
    faults = [
        (kind, words, since if kind == "caution" else "") for since, kind, words in said["faults"]
    ]
    return sorted(faults), said["signed_by"]


def write_lines(told, by, at):
    """One line on each host. A host on schedule that the clock will fell gets the time as well."""
    if not told:
        return
    until = {host.pk: falls_at(host, known, at) for host, known, _said in told}
    changed = [host for host, *_rest in told if host.holds_until != until[host.pk]]
    for host in changed:
        host.holds_until = until[host.pk]
        host.lines += 1
        Content.objects.filter(pk=host.pk).update(holds_until=host.holds_until, lines=host.lines)
        search.follow(host)
    log.number([host for host, *_rest in told if host not in changed])
    log.append([line_on(host, said, host in changed, by, at) for host, _known, said in told])


def line_on(host, said, is_changed, by, at):
    data = {"pins": sorted([key, one] for key, one in said.items())}
    if is_changed:
        data["holds_until"] = host.holds_until and host.holds_until.isoformat()
    rows = [log.fact_of_content(host)]
    return Event(at=at, actor=by, move="pin", content=host, nth=host.lines, data=data, rows=rows)


def falls_at(host, known, at):
    """When, before the host's time, the clock fells a condition of what is scheduled; or None."""
    if host.status != S.SCHEDULED or host.is_due(at) or host.is_held(at):
        return host.holds_until
    times = [since for since, *_fault in faults_of_scheduled(host, known)]
    return min((time for time in times if at < time <= host.scheduled_at), default=None)


def faults_of_scheduled(host, known):
    """[(from when, name, kind, words)] of the texts that a host's scheduled revision uses."""
    return [
        (standing.moment(since), known[pin.pinned_id]["name"], kind, words)
        for pin in standing.pins_of(host.scheduled)
        for since, kind, words in known.get(pin.pinned_id, {}).get("faults", ())
    ]


def why_held(host, known, at):
    """The sentence by which what is scheduled may not go live any more, or None."""
    if host.status != S.SCHEDULED or host.is_due(at):
        return None
    for since, name, kind, words in faults_of_scheduled(host, known):
        if since <= at:
            return sentence(name, kind, words)
    return None
