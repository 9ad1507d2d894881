"""The workflow as a table: which move leads from which states to which, and who may make it.

Nothing else in the project asks for a status by name to decide whether something is allowed.
docs/workflow.md is drawn from this table.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from . import rules
from .models import Content

S = Content.Status


@dataclass(frozen=True)
class Move:
    name: str
    label: str
    # What the button's reader should know before pressing it.
    sentence: str
    sources: tuple[str, ...]
    # None: the state stays what it is.
    target: str | None
    permission: str
    # Each raises Refused with a sentence; the first that does ends the attempt.
    checks: tuple[Callable, ...] = ()
    # One of the steps that lead to the public; the desk shows these before the ways back.
    forward: bool = False
    # A step back, which stays possible where the content's row cannot be believed.
    is_no: bool = False
    # May be made on many contents at once, each by itself. Not what asks for a reader's care.
    bulk: bool = False

    @property
    def codename(self):
        return f"editorial.{self.permission}"


MOVES = {
    move.name: move
    for move in (
        Move(
            "save",
            _("Save draft"),
            _("Keeps this text as the next revision. Readers see nothing of it yet."),
            (S.DRAFT, S.CHANGES_REQUESTED, S.PUBLISHED, S.WITHDRAWN, S.DISCARDED),
            S.DRAFT,
            "save_content",
            (rules.own_work_or_editor,),
        ),
        Move(
            "submit",
            _("Submit for review"),
            _("Freezes this revision for everybody until it is signed, sent back or recalled."),
            (S.DRAFT, S.CHANGES_REQUESTED, S.PUBLISHED),
            S.IN_REVIEW,
            "submit_content",
            (
                rules.own_work_or_editor,
                rules.there_is_something_to_review,
                rules.bylines_say_who_they_are,
                rules.claims_have_sources,
                rules.pins_are_signed,
            ),
            forward=True,
            bulk=True,
        ),
        Move(
            "sign",
            _("Sign"),
            _("Puts your name and credential under exactly these words."),
            (S.IN_REVIEW, S.SIGNED),
            S.SIGNED,
            "sign_content",
            (
                rules.kind_takes_signatures,
                rules.signer_is_a_reviewer,
                rules.signer_did_not_contribute,
                rules.bylines_say_who_they_are,
                rules.signer_is_not_named_like_an_author,
                rules.signer_has_not_signed_this,
                rules.credential_may_sign,
                rules.no_must_fix_is_open,
                rules.claims_are_checked,
                rules.sign_form_is_complete,
                rules.readers_are_told_plainly,
                rules.pins_are_signed,
            ),
            forward=True,
        ),
        Move(
            "approve",
            _("Approve and publish"),
            _("Readers get exactly this revision from now on."),
            (S.IN_REVIEW, S.SIGNED),
            S.PUBLISHED,
            "approve_content",
            (
                rules.has_the_sign_off_it_needs,
                rules.approver_did_not_contribute,
                rules.approver_is_not_the_signer,
                rules.bylines_say_who_they_are,
                rules.no_must_fix_is_open,
                rules.pins_are_signed,
                rules.correction_corrects_something,
                rules.readers_are_told_plainly,
            ),
            forward=True,
            bulk=True,
        ),
        Move(
            "schedule",
            _("Approve for a time"),
            _("Readers get exactly this revision from the time you name."),
            (S.IN_REVIEW, S.SIGNED),
            S.SCHEDULED,
            "approve_content",
            (
                rules.has_the_sign_off_it_needs,
                rules.approver_did_not_contribute,
                rules.approver_is_not_the_signer,
                rules.bylines_say_who_they_are,
                rules.no_must_fix_is_open,
                rules.pins_are_signed,
                rules.go_live_lies_ahead,
                rules.readers_are_told_plainly,
            ),
            bulk=True,
        ),
        Move(
            "request_changes",
            _("Request changes"),
            _("Sends this revision back to its writer with your reason."),
            (S.IN_REVIEW, S.SIGNED),
            S.CHANGES_REQUESTED,
            "request_changes_content",
            (rules.reason_is_given, rules.only_a_reviewer_says_stop),
            bulk=True,
            is_no=True,
        ),
        Move(
            "recall",
            _("Recall"),
            _("Takes this revision back to draft, so that it can be edited."),
            (S.IN_REVIEW, S.SIGNED, S.SCHEDULED, S.DISCARDED),
            S.DRAFT,
            "recall_content",
            (rules.own_work_or_editor,),
            bulk=True,
            is_no=True,
        ),
        Move(
            "discard",
            _("Discard this draft"),
            _("Goes back to what readers have. The discarded revisions stay in the log."),
            (S.DRAFT, S.CHANGES_REQUESTED),
            S.PUBLISHED,
            "save_content",
            (rules.own_work_or_editor, rules.is_public),
            bulk=True,
        ),
        Move(
            "put_away",
            _("Put away"),
            _("Takes this draft out of everybody's lists. It can be recalled at any time."),
            (S.DRAFT, S.CHANGES_REQUESTED),
            S.DISCARDED,
            "save_content",
            (rules.own_work_or_editor, rules.is_not_public),
            bulk=True,
        ),
        Move(
            "emergency",
            _("Publish without a review"),
            _("Readers get this at once, under a notice that nobody has reviewed it yet."),
            (S.DRAFT, S.CHANGES_REQUESTED, S.IN_REVIEW, S.SIGNED),
            S.PUBLISHED,
            "emergency_content",
            (rules.reason_is_given, rules.readers_are_told_plainly, rules.pins_are_signed),
        ),
        Move(
            "confirm",
            _("Confirm the emergency"),
            _("Says, as a second person, that publishing without a review was right."),
            tuple(S),
            None,
            "emergency_content",
            (
                rules.emergency_is_open,
                rules.approver_did_not_contribute,
                rules.confirmer_is_another,
            ),
        ),
        Move(
            "withdraw",
            _("Withdraw"),
            _("Takes the page away at once; its address answers with your reason."),
            tuple(state for state in S if state not in (S.WITHDRAWN, S.DISCARDED)),
            S.WITHDRAWN,
            "withdraw_content",
            (rules.is_public, rules.reason_is_given, rules.readers_are_told_plainly),
            bulk=True,
            is_no=True,
        ),
        Move(
            "return",
            _("Return to review"),
            _("Sends the same revision to another review; readers get it once it is approved."),
            (S.WITHDRAWN,),
            S.IN_REVIEW,
            "withdraw_content",
            (rules.words_are_there,),
            forward=True,
        ),
    )
}
