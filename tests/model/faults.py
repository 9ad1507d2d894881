"""Faults of the kinds that this workflow once had, each to be planted again for one run.

A plant takes a pytest.MonkeyPatch. The model must find each by random steps alone.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

from editorial import actions, history, linking, pins, rules, standing
from editorial.moves import MOVES
from editorial.standing import MustFix, Record
from tests.probes import guards

from .driver import Focus


@dataclass
class Fault:
    plant: Callable
    focus: Focus  # of the runs that look for it
    seed: int  # of the first such run; others follow
    looks: bool = False  # only a look at the surfaces finds it


def lifted(place, name, instead):
    """A plant that puts `instead`, which is given the true function first, in its place."""

    def plant(patch):
        true = getattr(place, name)
        patch.setattr(place, name, lambda *args, **kwargs: instead(true, *args, **kwargs))

    return plant


def without_rule(rule):
    """A plant that takes one rule out of every move."""

    def plant(patch):
        for name, move in MOVES.items():
            checks = tuple(check for check in move.checks if check is not rule)
            patch.setitem(MOVES, name, dataclasses.replace(move, checks=checks))

    return plant


# --- A "no" is passed over ------------------------------------------------------------------------


def a_rejection_ends_nothing(patch):
    """The same words, submitted again, have the signature that they had."""
    patch.setattr(standing, "END_SIGNATURES", ("withdraw",))


def a_carried_signature_is_a_new_one(patch):
    """What a rejection ended follows an edit that changes no signed word, and counts again."""
    true_carry, true_times = actions.carry_sign_offs, Record.signed_at.func

    def carry(revision, parent, standings):
        return true_carry(revision, parent, parent.signoffs.all() if parent else [])

    def times(record):
        copies = [
            (copy, line.seq) for line in record.lines for copy, _ in line.data.get("carried", ())
        ]
        return true_times(record) | dict(copies)

    patch.setattr(actions, "carry_sign_offs", carry)
    patch.setattr(Record, "signed_at", property(times))


def anybody_closes_a_must_fix(true, must_fix, line, person):
    true(must_fix, line, person)
    must_fix.overruled = 0


# --- A badge, or none, by the wrong line ----------------------------------------------------------


def unmarked_after_a_retraction(true, revision, record, now):
    badge = true(revision, record, now)
    return dataclasses.replace(badge, emergency=None) if record.last("retract") else badge


def copies_stand_by_themselves(patch):
    """A copied row counts, whatever became of the signature that it was copied from."""
    patch.setattr(Record, "original", {})


def comes_back_by_its_row(patch):
    """The return to review empties the columns that say withdrawn."""
    true = actions.CHANGES["return"]
    patch.setitem(actions.CHANGES, "return", lambda tried: true(tried) | actions.NOT_WITHDRAWN)


def shown_though_withdrawn(true, record, now):
    public = record.publications(now)
    return public[-1] if public else None


# --- History --------------------------------------------------------------------------------------


def withdrawals_vanish(patch):
    patch.setattr(history.Entry, "withdrawn", None)


# --- Embedded texts -------------------------------------------------------------------------------


def nothing_is_held(true, host, known, at):
    return None


def falls_never(true, host, known, at):
    return host.holds_until


def sections_of_nobody(true, *args):
    return true(*args) | {"sections": []}


def no_breach(true, persons):
    return []


WAY = "save submit sign approve"
FAULTS = {
    "a rejection is undone by submitting again": Fault(
        a_rejection_ends_nothing,
        Focus.on("post", "submit sign approve request_changes"),
        seed=1,
    ),
    "a rejection is undone by carrying": Fault(
        a_carried_signature_is_a_new_one,
        Focus.on("post", f"{WAY} request_changes"),
        seed=1,
    ),
    "a must-fix is closed by anybody": Fault(
        lifted(MustFix, "answer", anybody_closes_a_must_fix),
        Focus.on("post", "submit sign approve comment resolve"),
        seed=21,
    ),
    "signatures follow other words": Fault(
        lifted(actions, "carry_sign_offs", guards.carried_over_other_words),
        Focus.on("post", WAY),
        seed=1,
    ),
    "an emergency borrows an approval": Fault(
        lifted(Record, "shown", guards.as_the_row_says),
        Focus.on("post", "submit sign schedule recall emergency"),
        seed=1,
    ),
    "an emergency is not marked": Fault(
        lifted(standing, "badge_of", unmarked_after_a_retraction),
        Focus.on("post", "submit sign retract emergency"),
        seed=2,
    ),
    "every row counts": Fault(
        lifted(Record, "approved", guards.all_rows_count),
        Focus.on("post", f"{WAY} request_changes"),
        seed=1,
    ),
    "a copy of an annulled row counts": Fault(
        copies_stand_by_themselves,
        Focus.on("post", f"{WAY} annul recall"),
        seed=8,
    ),
    "a withdrawn page returns by its row": Fault(
        comes_back_by_its_row,
        Focus.on("post", "submit sign approve withdraw return"),
        seed=1,
    ),
    "a withdrawn page is shown": Fault(
        lifted(Record, "shown", shown_though_withdrawn),
        Focus.on("post", "submit sign approve withdraw"),
        seed=1,
    ),
    "history tells of a review by nobody": Fault(
        lifted(history, "signed_since", guards.yes),
        Focus.on("post", "submit sign approve"),
        seed=3,
        looks=True,
    ),
    "history forgets a withdrawal": Fault(
        withdrawals_vanish,
        Focus.on("post", "submit sign approve withdraw return"),
        seed=3,
        looks=True,
    ),
    "reviews.json counts without a badge": Fault(
        lifted(history, "why_not_now", guards.whatever_the_badge),
        Focus.on("post", "submit sign approve request_changes"),
        seed=1,
        looks=True,
    ),
    "hosts are told nothing": Fault(
        lifted(pins, "tell_hosts", guards.tells_nobody),
        Focus.on("host point", f"{WAY} schedule retract"),
        seed=8,
    ),
    "hosts stay on schedule": Fault(
        lifted(pins, "why_held", nothing_is_held),
        Focus.on("host point", "submit sign schedule retract withdraw"),
        seed=26,
    ),
    "hosts do not fall by the clock": Fault(
        lifted(pins, "falls_at", falls_never),
        Focus.on("host point", "save submit sign schedule"),
        seed=10,
    ),
    "pins are not asked": Fault(
        without_rule(rules.pins_are_signed),
        Focus.on("host point", "submit sign approve withdraw"),
        seed=2,
    ),
    "sections name no signer": Fault(
        lifted(standing, "about_pins", sections_of_nobody),
        Focus.on("host point", WAY),
        seed=1,
    ),
    "a contributor signs": Fault(
        without_rule(rules.signer_did_not_contribute),
        Focus.on("post point", WAY),
        seed=4,
    ),
    "linked accounts change nothing": Fault(
        lifted(linking, "find", no_breach),
        Focus.on("post", f"{WAY} link_accounts"),
        seed=8,
    ),
}
