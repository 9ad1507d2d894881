"""What each move asks (`may_…`) and does (`do_…`), beside what `facts.TABLE` says of it."""

from .facts import NEEDS_SIGNATURE, Approval, Comment, Revision, Signature

# --- writing ---


def may_save(world, page, line):
    """A save never moves a pin; a button does. What stands under a new pin is asked later."""
    has_pin = find_pin(world, page, line.data) is not None
    asks = line.data.get("embed") or line.data.get("move_pin")
    return world.works_on(page, line.by) and (has_pin or not asks)


def do_save(world, page, line):
    """A save that changes nothing makes no revision."""
    old, new = page.head, build_revision(world, page, line)
    if old is None or not new.says_the_same(old):
        page.revisions.append(new)
        page.head, page.state = new, "draft"
        carry_signatures(page, old, new)


def build_revision(world, page, line):
    empty = Revision(page.name, "", frozenset(), (), None, "", line.by, 0)
    old, data = page.head or empty, line.data
    return Revision(
        page.name,
        data.get("words", old.words),
        frozenset(data.get("cautions", old.cautions)),
        tuple(data.get("byline", old.byline)),
        find_pin(world, page, data),
        data.get("aside", old.aside),
        line.by,
        line.number,
    )


def find_pin(world, page, data):
    old = page.head and page.head.pin
    point = data.get("embed", old and old.content)
    if old and old.content == point and not data.get("move_pin"):
        return old
    return world.pages[point].live if point else None


def carry_signatures(page, parent, child):
    """Only to a child of the same digest; what ended or took back a signature ends its copy too."""
    for s in list(page.signatures):
        if s.revision is parent and parent.digest == child.digest:
            copy = Signature(child, s.by, s.at, s.made, child.line, s.retracted, s.annulled)
            page.signatures.append(copy)


def may_submit(world, page, line):
    return world.works_on(page, line.by) and world.pin_allows(page)


def do_submit(world, page, line):
    page.submitted = line.number


def may_recall(world, page, line):
    return world.works_on(page, line.by)


def do_recall(world, page, line):
    # DESIGN is silent: a recall by somebody but the writer. Here: it ends no signature either.
    page.scheduled = None


def may_discard(world, page, line):
    return page.live is not None and world.works_on(page, line.by)


def do_discard(world, page, line):
    page.head = page.live


def may_put_away(world, page, line):
    return page.live is None and world.works_on(page, line.by)


# --- review ---


def may_sign(world, page, line):
    # DESIGN is silent: signing while a must-fix is open. Here: refused.
    # DESIGN is silent: signing a kind that has no badge. Here: refused.
    if page.kind not in NEEDS_SIGNATURE or world.has_must_fix(page) or not world.pin_allows(page):
        return False
    # DESIGN is silent: signing twice. Here: once for each time that it came to review, and again
    # when that has run out.
    since = [s for s in world.unended(page) if s.made > page.submitted and line.at < world.due(s)]
    signed = any(world.is_same_person(line.by, s.by) for s in since)
    own = world.has_contributed(page, line.by)
    return world.has_credential(line.by, line.at) and not own and not signed


def do_sign(world, page, line):
    """Over the live revision, by a reviewer whom its approval names, it renews the date."""
    signature = Signature(page.head, line.by, line.at, line.number, line.number)
    page.signatures.append(signature)
    if page.live is page.head and line.by in [s.by for s in world.standing(page, page.approval)]:
        page.approval.renewals.append(signature)


def may_request_changes(world, page, line):
    """That readers should stop relying on what is published, a reviewer says."""
    is_reviewer = "reviewer" in world.accounts[line.by].roles
    return is_reviewer or not line.data.get("stop")


def do_request_changes(world, page, line):
    # DESIGN is silent: whether a "stop" is said of older versions too, which hosts may still
    # embed. Here: yes.
    page.ended = line.number
    if line.data.get("stop"):
        for approval in page.publications:
            approval.stopped = True


def may_comment(world, page, line):
    """What has its date already is stopped by who may review or approve it only."""
    roles = world.accounts[line.by].roles & {"reviewer", "editor"}
    return bool(roles) or page.state != "scheduled" or not line.data.get("must_fix")


def do_comment(world, page, line):
    must_fix = line.data.get("must_fix", False)
    page.comments.append(Comment(line.by, must_fix, line.number, {line.by}))


def find_comment(page, data):
    return page.comments[data.get("comment", -1)] if page.comments else None


def may_resolve(world, page, line):
    """Whoever opened it, or an editor, but not over their own text."""
    comment = find_comment(page, line.data)
    if comment is None or not comment.is_open:
        return False
    own = comment.must_fix and world.has_contributed(page, line.by)
    return line.by == comment.opener or (world.is_editor(line.by) and not own)


def do_resolve(world, page, line):
    """While somebody who opened it has not closed it, it ends the signatures made before."""
    comment = find_comment(page, line.data)
    comment.is_open = False
    comment.noes.discard(line.by)
    if comment.must_fix and comment.noes:
        page.ended = max(page.ended, comment.opened)


def may_reopen(world, page, line):
    comment = find_comment(page, line.data)
    return comment is not None and not comment.is_open


def do_reopen(world, page, line):
    # DESIGN is silent: whose no a reopened must-fix is. Here: also theirs who reopened it.
    comment = find_comment(page, line.data)
    comment.is_open, comment.opened = True, line.number
    comment.noes.add(line.by)


# --- taking back ---


def may_retract(world, page, line):
    signature = find_signature(world, page, line)
    if signature is None or signature.retracted:
        return False
    # DESIGN is silent: with another account of the signer. Here: with the one that signed.
    return line.by == signature.by


def do_retract(world, page, line):
    # DESIGN is silent: whether it takes the person's other signatures on these words. Here: yes.
    digest = find_signature(world, page, line).revision.digest
    for s in page.signatures:
        if s.revision.digest == digest and world.is_same_person(line.by, s.by):
            s.retracted = True
    world.fall_unsigned(page)


def find_signature(world, page, line):
    """The one named by its place on the page, or else the newest own one not yet retracted."""
    if "signature" in line.data:
        return page.signatures[line.data["signature"]]
    own = [s for s in page.signatures if s.by == line.by and not s.retracted]
    return own[-1] if own else None


def may_annul(world, page, line):
    return not page.signatures[line.data["signature"]].annulled


def do_annul(world, page, line):
    made = page.signatures[line.data["signature"]].made
    for s in page.signatures:
        s.annulled = s.annulled or s.made == made
    world.fall_unsigned(page)


def do_annul_credential(world, page, line):
    world.annulled.add(line.data["account"])
    for page in world.pages.values():
        if any(s.by == line.data["account"] for s in page.signatures):
            world.fall_unsigned(page)


def do_link_accounts(world, page, line):
    before = [world.own_work(page) for page in world.pages.values()]
    kept, gone = (world.persons[name] for name in line.data["accounts"])
    world.persons = {n: kept if p == gone else p for n, p in world.persons.items()}
    for page, own in zip(world.pages.values(), before, strict=True):
        world.drop_own_names(page)
        world.drop_second_names(page)
        if world.own_work(page) != own:
            world.fall_unsigned(page)


# --- to readers and back ---


def may_approve(world, page, line):
    """Nobody approves what they wrote; signer and approver differ."""
    # DESIGN is silent: an editor who wrote another revision of the page, or who signed this one
    # beside another reviewer or took their signature back. Here: none of them may approve.
    on_head = [s for s in page.signatures if s.revision is page.head]
    signed = any(world.is_same_person(line.by, s.by) for s in on_head)
    own = world.has_contributed(page, line.by)
    return not signed and not own and world.is_ready(page, line.at)


def do_approve(world, page, line):
    world.publish(page, build_approval(world, page, line, line.at))


def may_schedule(world, page, line):
    """Conditions are asked as of the go-live time."""
    # DESIGN is silent: a go-live time that is past. Here: refused.
    go_live = line.data["go_live"]
    if go_live <= line.at or not may_approve(world, page, line):
        return False
    then = world.as_of(go_live)
    return then.is_ready(then.pages[page.name], go_live)


def do_schedule(world, page, line):
    page.scheduled = build_approval(world, page, line, line.data["go_live"])


def build_approval(world, page, line, since):
    # DESIGN is silent: who chooses the sign-offs that an approval names. Here: all that are usable,
    # under one name of each person.
    named = world.under_one_name(world.unended(page))
    approval = Approval(page.head, line.by, since, line.number, named)
    page.approvals.append(approval)
    return approval


def may_emergency(world, page, line):
    # DESIGN is silent: whether an emergency refuses a fallen pin as a go-live does. Here: yes.
    return bool(line.data.get("reason")) and world.pin_allows(page)


def do_emergency(world, page, line):
    world.publish(page, Approval(page.head, line.by, line.at, line.number, emergency=True))


def may_confirm(world, page, line):
    """By a second person."""
    # DESIGN is silent: whether a contributor may be the second person. Here: no.
    approval = page.approval
    if approval is None or not approval.emergency or world.is_confirmed(approval):
        return False
    own = world.has_contributed(page, line.by)
    return not own and not world.is_same_person(line.by, approval.by)


def do_confirm(world, page, line):
    page.approval.confirmed_by = line.by


def may_withdraw(world, page, line):
    return bool(line.data.get("reason")) and page.live is not None


def do_withdraw(world, page, line):
    # DESIGN is silent: a newer text that is scheduled beside the live one. Here: its schedule ends.
    page.ended = line.number
    for approval in page.publications:
        approval.withdrawn = True
    page.withdrawn, page.approval, page.scheduled = page.live, None, None
    page.history.append((None, line.at))


def do_return(world, page, line):
    # DESIGN is silent: which is "the same revision" when a draft lay beside the withdrawn one, and
    # whether history shows the return by itself. Here: the withdrawn one; when it is public again.
    page.head, page.submitted = page.withdrawn, line.number
