"""Who may do what to which text, one function a rule.

Each takes an Attempt and raises Refused with a full sentence, or returns. The button that
offers a move asks the same functions, so that page and answer never differ.
"""

import datetime
import re
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property

from django.conf import settings
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from . import correcting, house, pins, sources, standing, wording
from .days import months_after
from .errors import Refused
from .models import Comment, Content, Credential, Event, Reviewer, Revision, User
from .models.people import TITLES

# Until an approved text goes live.
LONGEST_WAIT = datetime.timedelta(days=3 * 365)


@dataclass
class Attempt:
    """Somebody (`by`) trying a move on a content's head revision at the time `at`."""

    content: Content
    revision: Revision
    by: User
    at: datetime.datetime
    data: dict = field(default_factory=dict)
    # A button asks before the form is filled in; rules about the form then hold their tongue.
    asking: bool = False
    # What an effect of the move has to say in its line.
    facts: dict = field(default_factory=dict)

    @cached_property
    def record(self):
        """What the log says of the content before this step."""
        return standing.record_of(self.content)

    @cached_property
    def signoffs(self):
        """The sign-offs on which an approval of the revision could rest, oldest first."""
        if not self.content.spec.needs_sign_off:
            return []
        return standing.signoffs_of(self.revision, self.record)

    @cached_property
    def used(self):
        """What the logs of the texts that this one embeds say of them (see pins.py)."""
        return pins.used_by(self.revision, self.at)

    @cached_property
    def by_contributed(self):
        """Whether this person wrote a line of the content or stands in its byline."""
        return contributed(self.by, self.content)

    @cached_property
    def strangers(self):
        """The bylines, in all revisions, of authors who are nobody's account here."""
        if not self.content.spec.bylines:
            return []
        rows = self.content.spec.bylines().filter(revision__in=revision_family(self.content))
        return list(rows.filter(author__user=None).select_related("author").order_by("pk"))


# --- People ------------------------------------------------------------------------------


def persons(user_ids):
    """The person keys of some accounts."""
    pairs = User.objects.filter(pk__in=user_ids).values_list("pk", "alias_of_id")
    return {alias or pk for pk, alias in pairs}


def revision_family(content, until=None):
    """Keys of all revisions of the content and of those it was made from, however far back.

    `until`: only those that were made by that time.
    """
    found, contents = set(), {content.pk}
    while contents:
        known = Revision.objects.filter(content__in=contents)
        if until:
            known = known.filter(created_at__lte=until)
        rows = known.values_list("pk", "origin_id")
        new = {pk for pk, _origin in rows} - found
        found |= new
        origins = {origin for _pk, origin in rows if origin} - found
        contents = set(Revision.objects.filter(pk__in=origins).values_list("content_id", flat=True))
    return found


def under_one_name(signoffs):
    """Without what somebody signed under another name than last: one person is one name."""
    accounts = {signoff.signed_by_id for signoff in signoffs}
    if len(accounts) < 2:
        return signoffs
    pairs = User.objects.filter(pk__in=accounts).values_list("pk", "alias_of_id")
    person = {pk: alias or pk for pk, alias in pairs}
    last = {person[s.signed_by_id]: s.reviewer_id for s in signoffs}
    return [s for s in signoffs if s.reviewer_id == last[person[s.signed_by_id]]]


def contributors(content, until=None):
    """Person keys of everybody who wrote a line of this content or stands in its byline."""
    revisions = revision_family(content, until)
    writers = Revision.objects.filter(pk__in=revisions).values_list("created_by", flat=True)
    bylines = content.spec.byline_users(revisions) if content.spec.byline_users else ()
    return persons({*writers, *(user for _revision, user in bylines)})


def last_line(content, *moves):
    """The newest log line of these moves on the content, or None."""
    return Event.objects.filter(content=content, move__in=moves).order_by("-seq").first()


def signers(revision):
    """Person keys of everybody who signed this revision."""
    return persons(revision.signoffs.values_list("signed_by", flat=True))


def contributed(user, content):
    return user.person_id in contributors(content)


def works_on(user, content):
    """Whether the content is this person's to work on: their own, or anybody's for an editor."""
    return user.has_perm("editorial.edit_any_content") or contributed(user, content)


def own_work_or_editor(attempt):
    if not works_on(attempt.by, attempt.content):
        raise Refused(_("This is another writer's work. Ask an editor if you want to change it."))


def bylines_say_who_they_are(attempt):
    """Whoever stands in a byline may not sign, so somebody must have said who it is."""
    for byline in attempt.strangers:
        if not byline.author.has_no_account:
            raise Refused(
                _(
                    "Nobody has said yet whether %(name)s, who stands in the byline, has an "
                    "account here. An editor says so on the author's page."
                )
                % {"name": byline.author}
            )


# --- Signing -----------------------------------------------------------------------------


def kind_takes_signatures(attempt):
    if not attempt.content.spec.needs_sign_off:
        raise Refused(_("This kind of page carries no review badge, so there is nothing to sign."))


def reviewer_of(user):
    return Reviewer.objects.active().filter(user=user).first()


def signer_is_a_reviewer(attempt):
    if reviewer_of(attempt.by) is None:
        raise Refused(_("Only a reviewer with an active public profile can sign."))


def signer_did_not_contribute(attempt):
    if attempt.by_contributed:
        raise Refused(
            _("You wrote a part of this or stand in its byline, so you cannot sign it. Four eyes!")
        )


def signer_is_not_named_like_an_author(attempt):
    """An author of whom it is said that there is no account may be the signer all the same."""
    reviewer = reviewer_of(attempt.by)
    names = {name for one in attempt.strangers for name in (one.name, one.author.name)}
    if reviewer and bare_name(reviewer.name) in map(bare_name, names):
        raise Refused(
            _(
                "%(name)s stands in the byline, so nobody of that name can sign. If these are two "
                "people, the author's name must tell them apart."
            )
            % {"name": reviewer.name}
        )


def bare_name(name):
    """A person's name without titles, marks and capitals, to compare it with another."""
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", name).casefold())
    return [word for word in words if word not in TITLES]


def signer_has_not_signed_this(attempt):
    """Once for each time that it was submitted: a later review of the same words signs anew."""
    submitted = attempt.record.last("submit", "return")
    since = submitted.seq if submitted else 0
    today = timezone.localdate(attempt.at)
    mine = [
        signoff
        for signoff in attempt.signoffs
        if attempt.record.signed_at[signoff.pk] > since and today <= signoff.next_review_on
    ]
    if attempt.by.person_id in persons(s.signed_by_id for s in mine):
        raise Refused(_("You have signed this revision already."))


def credential_may_sign(attempt):
    """The credential named in the form, or any when a button asks, must be valid now."""
    credentials = Credential.objects.filter(reviewer__user=attempt.by)
    if not attempt.asking:
        named = attempt.data.get("credential")
        credentials = credentials.filter(pk=named.pk if named else None)
    if credentials.valid(attempt.at).exists():
        return
    credential = credentials.first()
    if credential is None:
        raise Refused(_("This credential is not yours, or you have none on file."))
    raise Refused(why_not(credential, timezone.localdate(attempt.at)))


def rows_are_as_written(attempt):
    """What was changed past this application lets nobody sign: not a credential that was put
    back, nor an account whose other half was forgotten. Asked under the credential's lock."""
    credential = Credential.objects.select_related("reviewer").get(pk=attempt.data["credential"].pk)
    row = house.altered(credential, credential.reviewer, User.objects.get(pk=attempt.by.pk))
    if row:
        raise Refused(
            _(
                "The stored row of %(row)s was changed past this application, so it signs nothing. "
                "An administrator puts it back as it was; manage.py verify names it."
            )
            % {"row": row}
        )


def why_not(credential, day):
    """The sentence for a credential that may not sign."""
    facts = {"credential": credential.line}
    if credential.annulled_at:
        return _("The credential “%(credential)s” was annulled.") % facts
    if credential.suspended_at:
        return _("The credential “%(credential)s” is suspended.") % facts
    if not credential.is_looked_up:
        if settings.HOUSE_OF_TWO:
            said = _("The credential “%(credential)s” waits: an administrator looks it up first.")
        else:
            said = _(
                "The credential “%(credential)s” waits for a second person: somebody who neither "
                "holds it nor entered it looks it up first."
            )
        return said % facts
    if day < credential.valid_from:
        return _("The credential “%(credential)s” is not valid yet.") % facts
    return _("The credential “%(credential)s” expired on %(day)s.") % {
        **facts,
        "day": credential.valid_until,
    }


def sign_form_is_complete(attempt):
    if attempt.asking:
        return
    if not str(attempt.data.get("conflict_statement", "")).strip():
        raise Refused(_("State your interests, or that you have none, before you sign."))
    if not str(attempt.data.get("scope", "")).strip():
        raise Refused(_("Say what your review covers before you sign."))
    due = attempt.data.get("next_review_on")
    today = timezone.localdate(attempt.at)
    if due is None or not today < due <= months_after(today, 36):
        raise Refused(_("The next review falls due on a day within the next three years."))


# --- Approving ---------------------------------------------------------------------------


def has_the_sign_off_it_needs(attempt):
    if not attempt.content.spec.needs_sign_off:
        return
    signoffs = attempt.signoffs
    if not signoffs:
        raise Refused(
            _("No reviewer's signature stands under this revision, so it cannot be approved.")
        )
    if timezone.localdate(attempt.at) > signoffs[-1].next_review_on:
        raise Refused(_("The review has run out; a reviewer signs again before you approve."))


def approver_did_not_contribute(attempt):
    if settings.APPROVER_MAY_BE_CONTRIBUTOR and attempt.content.spec.needs_sign_off:
        return
    if attempt.by_contributed:
        raise Refused(
            _("You wrote a part of this or stand in its byline, so somebody else must approve it.")
        )


def approver_is_not_the_signer(attempt):
    if attempt.by.person_id in signers(attempt.revision):
        raise Refused(_("You signed this revision, so somebody else must approve it."))


def go_live_lies_ahead(attempt):
    if attempt.asking:
        return
    go_live = attempt.data.get("go_live_at")
    if go_live is None or go_live <= attempt.at:
        raise Refused(_("Name a time that lies ahead, or approve now."))
    if go_live - attempt.at > LONGEST_WAIT:
        raise Refused(_("Name a time within the next three years."))
    signoffs = attempt.signoffs
    if signoffs and timezone.localdate(go_live) > signoffs[-1].next_review_on:
        raise Refused(_("By that time the review will be overdue. Name an earlier time."))


# --- Text --------------------------------------------------------------------------------


def pins_are_signed(attempt):
    """What the text embeds must itself be signed and not withdrawn, now and when it goes live."""
    go_live = attempt.data.get("go_live_at")
    for fault in pins.faults_in(attempt.used, go_live or attempt.at):
        raise Refused(fault)


def there_is_something_to_review(attempt):
    """A published text may go to review again as it stands, where its kind has reviews."""
    content = attempt.content
    if content.status_at(attempt.at) != Content.Status.PUBLISHED:
        return
    if not content.spec.needs_sign_off:
        raise Refused(_("This is approved as it stands. Change it first."))


def claims_have_sources(attempt):
    for claim in sources.claims_of(attempt.revision):
        if claim.source is None:
            raise Refused(
                _("“%(claim)s” leans on source %(number)d, and the list has no such source.")
                % {"claim": claim.text, "number": claim.number}
            )


def claims_are_checked(attempt):
    """Where the house asks for it: each claim was read beside its source by who signs."""
    if not settings.REQUIRE_SOURCE_CHECKS:
        return
    open_claims = sources.unchecked(attempt.revision, attempt.by)
    if open_claims:
        raise Refused(
            _("Check these claims against their sources first: %(claims)s")
            % {"claims": "; ".join(f"“{claim.text}”" for claim in open_claims)}
        )


# --- Comments ----------------------------------------------------------------------------


def open_threads(*contents):
    """The threads of these contents whose last verdict does not resolve them, oldest first."""
    verdicts = Comment.objects.filter(thread=OuterRef("pk")).exclude(verdict="")
    last = Subquery(verdicts.order_by("-pk").values("verdict")[:1])
    threads = Comment.objects.filter(content__in=contents, thread=None).annotate(last=last)
    # Not exclude(): a thread without a verdict has none to differ from.
    return threads.filter(Q(last=None) | ~Q(last=Comment.Verdict.RESOLVE))


def no_must_fix_is_open(attempt):
    """What the log has as open counts, whatever became of the rows."""
    keys = attempt.record.open_must_fixes
    if keys:
        found = Comment.objects.filter(pk__in=keys).first()
        raise Refused(
            _("A comment must be resolved first: “%(comment)s”")
            % {"comment": found.text[:120] if found else ""}
        )


def may_resolve(user, thread):
    """Who opened a thread may close it; an editor may, but not over their own text."""
    if user.pk == thread.author_id:
        return
    if not user.has_perm("editorial.resolve_comment"):
        raise Refused(_("Who wrote the comment, or an editor, resolves it."))
    if thread.must_fix and contributed(user, thread.content):
        raise Refused(_("You wrote a part of this, so somebody else must resolve the comment."))


# --- Emergencies and corrections -----------------------------------------------------------


def emergency_is_open(attempt):
    content = attempt.content
    if content.emergency_until is None or content.is_due(attempt.at):
        raise Refused(_("Nothing of this was published without a review, or it is confirmed."))


def confirmer_is_another(attempt):
    line = last_line(attempt.content, "emergency")
    if line and line.actor.person_id == attempt.by.person_id:
        raise Refused(_("You published this yourself; a second person confirms it."))


def correction_corrects_something(attempt):
    if not attempt.data.get("correction"):
        return
    before = correcting.last_publication(attempt.content, attempt.at)
    if before is None:
        raise Refused(_("Nothing of this was public before, so there is nothing to correct."))
    seal = Revision.objects.select_related("seal").get(pk=before.revision_id).seal
    if correcting.reads_the_same(seal, attempt.revision.seal):
        raise Refused(_("Nothing differs from what readers have, so there is nothing to correct."))


def readers_are_told_plainly(attempt):
    """What is written beside a move is no badge, and every character of it is seen."""
    wording.check_told(attempt.data)


def reason_is_given(attempt):
    if not attempt.asking and not str(attempt.data.get("reason", "")).strip():
        raise Refused(_("Give your reason; others will read it."))


def only_a_reviewer_says_stop(attempt):
    if attempt.data.get("stop") and reviewer_of(attempt.by) is None:
        raise Refused(
            _("That readers should stop relying on it, a reviewer says. You can withdraw the page.")
        )


def is_public(attempt):
    public = Content.objects.public(attempt.at).filter(pk=attempt.content.pk)
    if not public.exists():
        raise Refused(_("Nothing of this is public, so this step has nothing to go by."))


def is_not_public(attempt):
    if Content.objects.public(attempt.at).filter(pk=attempt.content.pk).exists():
        raise Refused(_("Readers have this page. Discard the draft, or withdraw the page."))


def words_are_there(attempt):
    """What was removed by law comes back to no review."""
    check_words(attempt.content.live)


def check_words(revision):
    """Raise Refused where the words of a revision were removed, so that nothing begins with it."""
    if not revision.seal.canonical:
        raise Refused(_("The words of that revision were removed. Save a new text instead."))


def row_is_as_written(attempt):
    """Nothing goes on from a row that was changed past this application; a "no" is heard."""
    if not attempt.record.names(attempt.content):
        raise Refused(
            _(
                "The stored row of this page was changed past this application, so nothing goes on "
                "from it. An administrator puts it back as it was; manage.py verify names it."
            )
        )


def may(user, move):
    if not user.is_active or not user.has_perm(move.codename):
        raise Refused(
            _("Your role does not include this step: %(step)s.") % {"step": move.label.lower()}
        )


def state_allows(content, move, at):
    state = content.status_at(at)
    if state not in move.sources:
        raise Refused(
            _("This is “%(state)s”; from there the step “%(step)s” is not possible.")
            % {"state": state.label, "step": move.label}
        )
