"""Examples of the model itself; each is named for the fault that it would catch."""

import pytest

from .rules import World

PEOPLE = {
    "wen": ["writer"],
    "walt": ["writer"],
    "ed": ["editor"],
    "eve": ["editor"],
    "ada": ["reviewer"],
    "bo": ["reviewer"],
    "cy": ["reviewer", "writer", "editor"],
    "root": ["administrator"],
}


class Story:
    """Tells steps one day after the other; each must be allowed unless asked with `refuses`."""

    def __init__(self):
        self.world, self.day = World(review_every=100), 0
        for name, roles in PEOPLE.items():
            self.world.add_account(name, *roles)
        self.world.add_content("post")
        self.world.add_content("host")
        self.world.add_content("shop", kind="product")
        self.world.add_content("point", kind="acupoint")

    def step(self, move, by, content="post", day=None, **data):
        self.day = self.day + 1 if day is None else day
        return self.world.attempt(move, by, self.day, content=content, **data)

    def does(self, move, by, content="post", day=None, **data):
        assert self.step(move, by, content, day, **data), f"{move} by {by} was refused"

    def refuses(self, move, by, content="post", day=None, **data):
        assert not self.step(move, by, content, day, **data), f"{move} by {by} was allowed"

    def seen(self, content="post", day=None):
        return self.world.seen_by_readers(content, self.day if day is None else day)

    def in_review(self, content="post", by="wen", words="one", **data):
        self.does("save", by, content, words=words, **data)
        self.does("submit", by, content)

    def signed(self, content="post", signers=("ada",), **data):
        self.in_review(content, **data)
        for name in signers:
            self.does("sign", name, content)

    def published(self, content="post", signers=("ada",), **data):
        self.signed(content, signers, **data)
        self.does("approve", "ed", content)

    def publish_host(self):
        self.published("point", words="v1")
        self.published("host", words="host", embed="point", signers=("bo",))

    def schedule_host(self, go_live=50):
        self.published("point", words="v1")
        self.signed("host", words="host", embed="point", signers=("bo",))
        self.does("schedule", "ed", "host", go_live=go_live)


@pytest.fixture
def story():
    return Story()


# --- signature and approval ---


def test_published_without_a_signature(story):
    story.in_review()
    story.refuses("approve", "ed")
    assert story.seen().code == 404


def test_the_badge_stands_over_the_signed_words(story):
    story.published()
    seen = story.seen()
    assert (seen.code, seen.words, seen.badge, seen.state) == (200, "one", ("ada",), "published")
    assert (seen.last_reviewed, seen.next_review_on) == (3, 103)
    assert seen.history == (("one", 4),)


def test_product_gets_the_badge(story):
    story.in_review("shop")
    story.refuses("sign", "ada", "shop")
    story.does("approve", "ed", "shop")
    assert (story.seen("shop").code, story.seen("shop").badge) == (200, ())


def test_edit_reaches_readers_before_its_approval(story):
    story.published()
    story.does("save", "wen", words="two")
    assert (story.seen().words, story.seen().badge, story.seen().state) == (
        "one",
        ("ada",),
        "draft",
    )
    story.does("submit", "wen")
    story.refuses("approve", "ed")


def test_frozen_text_saved(story):
    story.in_review()
    story.refuses("save", "wen", words="two")


def test_a_rejection_undone_by_resubmitting(story):
    story.signed()
    story.does("request_changes", "bo")
    story.does("submit", "wen")
    story.refuses("approve", "ed")
    story.does("sign", "ada")
    story.does("approve", "ed")
    assert story.seen().badge == ("ada",)


def test_a_recall_ends_the_signature(story):
    story.signed()
    story.does("recall", "wen")
    story.does("submit", "wen")
    story.does("approve", "ed")
    assert story.seen().badge == ("ada",)


def test_carried_signature_lost_though_only_the_unsigned_part_changed(story):
    story.signed()
    story.does("recall", "wen")
    story.does("save", "wen", aside="a box")
    story.does("submit", "wen")
    story.does("approve", "ed")
    assert story.seen().badge == ("ada",)


def test_carried_signature_after_a_rejection(story):
    story.signed()
    story.does("request_changes", "bo")
    story.does("save", "wen", aside="a box")
    story.does("submit", "wen")
    story.refuses("approve", "ed")


def test_restored_words_bring_their_signature_back(story):
    story.signed()
    story.does("recall", "wen")
    story.does("save", "wen", words="two")
    story.does("save", "wen", words="one")
    story.does("submit", "wen")
    story.refuses("approve", "ed")


def test_save_that_changes_nothing_reopens_the_page(story):
    story.published()
    story.does("save", "wen", words="one")
    assert story.seen().state == "published"


# --- four eyes ---


def test_contributor_signs_a_later_revision(story):
    story.does("save", "wen", words="first")
    story.does("save", "cy", words="zero")
    story.in_review()
    story.refuses("sign", "cy")


def test_author_in_the_byline_signs(story):
    story.in_review(byline=["ada"])
    story.refuses("sign", "ada")


def test_contributor_or_signer_approves(story):
    story.does("save", "wen", words="first")
    story.does("save", "eve", words="zero")
    story.signed(signers=("ada", "cy"))
    story.refuses("approve", "eve")
    story.refuses("approve", "cy")
    story.does("approve", "ed")


def test_expired_credential_signs(story):
    story.world.add_account("old", "reviewer", credential_until=2)
    story.in_review()
    story.refuses("sign", "old")


def test_accounts_linked_later_keep_the_name(story):
    story.published(signers=("ada", "bo"))
    story.does("link_accounts", "root", None, accounts=("ada", "wen"))
    assert story.seen().badge == ("bo",)
    assert story.seen(day=story.day - 1).badge == ("ada", "bo")


def test_accounts_linked_later_approver_was_the_writer(story):
    story.published()
    story.does("link_accounts", "root", None, accounts=("wen", "ed"))
    assert (story.seen().code, story.seen().badge) == (200, ())


def test_accounts_linked_later_approver_was_a_signer(story):
    story.published(signers=("ada", "bo"))
    story.does("link_accounts", "root", None, accounts=("ed", "ada"))
    assert story.seen().badge == ("bo",)


def test_accounts_linked_later_approver_was_the_only_signer(story):
    story.published()
    story.does("link_accounts", "root", None, accounts=("ed", "ada"))
    assert story.seen().badge == ()


def test_accounts_linked_later_name_one_person_twice(story):
    story.published(signers=("bo", "ada"))
    story.does("link_accounts", "root", None, accounts=("ada", "bo"))
    assert story.seen().badge == ("ada",)


def test_accounts_linked_later_confirmed_their_own_emergency(story):
    story.does("save", "wen", words="one")
    story.does("emergency", "ed", reason="danger")
    story.does("confirm", "eve")
    story.does("link_accounts", "root", None, accounts=("ed", "eve"))
    assert story.seen().notices == {"unreviewed"}


def test_accounts_linked_later_scheduled_text_goes_live(story):
    story.signed()
    story.does("schedule", "ed", go_live=20)
    story.does("link_accounts", "root", None, accounts=("ada", "wen"))
    assert (story.seen(day=20).code, story.seen(day=20).state) == (404, "in_review")


# --- taking back ---


def test_a_retraction_of_one_of_two_signers(story):
    story.published(signers=("ada", "bo"))
    story.does("retract", "ada")
    assert (story.seen().code, story.seen().badge) == (200, ())


def test_retraction_cured_by_signing_again_without_an_approval(story):
    story.published()
    story.does("retract", "ada")
    story.does("submit", "wen")
    story.does("sign", "ada")
    assert story.seen().badge == ()
    story.does("approve", "ed")
    assert story.seen().badge == ("ada",)


def test_somebody_else_retracts(story):
    story.published()
    story.refuses("retract", "bo", signature=0)


def test_retraction_of_an_older_signature_leaves_its_carried_copy(story):
    story.signed()
    story.does("recall", "wen")
    story.does("save", "wen", aside="a box")
    story.does("retract", "ada", signature=0)
    story.does("submit", "wen")
    story.refuses("approve", "ed")


def test_retracted_before_the_go_live(story):
    story.signed()
    story.does("schedule", "ed", go_live=20)
    story.does("retract", "ada")
    assert (story.seen().state, story.seen(day=20).code) == ("in_review", 404)


def test_retracted_by_one_of_two_before_the_go_live(story):
    story.signed(signers=("ada", "bo"))
    story.does("schedule", "ed", go_live=20)
    story.does("retract", "ada")
    assert story.seen(day=20).code == 404
    story.does("approve", "ed")
    assert story.seen().badge == ("bo",)


def test_retraction_of_a_draft_takes_the_signature_on_other_words(story):
    story.published()
    story.signed(words="two")
    story.does("retract", "ada")
    assert story.seen().badge == ("ada",)
    assert story.seen().state == "in_review"


def test_signed_text_stays_signed_without_signatures(story):
    story.signed()
    story.does("annul", "root", signature=0)
    assert story.seen().state == "in_review"


def test_annulled_or_retracted_signature_freshened_by_a_carry(story):
    story.signed(signers=("ada", "bo"))
    story.does("annul", "root", signature=0)
    story.does("retract", "bo")
    story.does("recall", "wen")
    story.does("save", "wen", aside="a box")
    story.does("submit", "wen")
    story.refuses("approve", "ed")


def test_credential_annulled_takes_one_name(story):
    story.published(signers=("ada", "bo"))
    story.does("annul_credential", "root", None, account="ada")
    assert story.seen().badge == ("bo",)
    story.does("annul_credential", "root", None, account="bo")
    assert story.seen().badge == ()


def test_annulled_name_comes_back_by_a_renewal(story):
    story.published(signers=("ada", "bo"))
    story.does("annul", "root", signature=0)
    story.does("submit", "wen")
    story.does("sign", "ada")
    assert story.seen().badge == ("bo",)


# --- must-fix ---


def test_a_must_fix_resolved_by_the_editor(story):
    story.signed()
    story.does("comment", "bo", must_fix=True)
    story.refuses("approve", "ed")
    story.does("resolve", "ed")
    story.refuses("approve", "ed")


def test_signed_past_an_open_must_fix(story):
    story.in_review()
    story.does("comment", "bo", must_fix=True)
    story.refuses("sign", "ada")
    story.refuses("resolve", "wen")
    story.does("resolve", "ed")
    story.does("sign", "ada")
    story.does("approve", "ed")


def test_a_must_fix_resolved_by_its_opener(story):
    story.signed()
    story.does("comment", "bo", must_fix=True)
    story.does("resolve", "bo")
    story.does("approve", "ed")


def test_a_must_fix_reopened_by_another_and_resolved_by_the_first(story):
    story.in_review()
    story.does("comment", "ada", must_fix=True)
    story.does("resolve", "ada")
    story.does("sign", "ada")
    story.does("reopen", "bo")
    story.does("resolve", "ada")
    story.refuses("approve", "ed")


def test_a_must_fix_overtaken_by_the_schedule(story):
    story.signed()
    story.does("schedule", "ed", go_live=20)
    story.does("comment", "bo", must_fix=True)
    story.does("resolve", "bo")
    assert story.seen(day=20).code == 404


def test_a_plain_comment_blocks(story):
    story.signed()
    story.does("comment", "bo")
    story.does("approve", "ed")


# --- a later no over what is public ---


def test_request_for_changes_takes_the_live_badge(story):
    story.published()
    story.does("submit", "wen")
    story.does("request_changes", "bo")
    assert story.seen().badge == ("ada",)


def test_stop_relying(story):
    story.published()
    story.in_review(words="two")
    story.does("request_changes", "bo", stop=True)
    assert (story.seen().words, story.seen().badge) == ("one", ())
    story.does("discard", "wen")
    story.does("submit", "wen")
    story.refuses("approve", "ed")
    story.does("sign", "ada")
    assert story.seen().badge == ()
    story.does("approve", "ed")
    assert story.seen().badge == ("ada",)


def test_renewal_by_a_named_reviewer(story):
    story.published()
    story.does("submit", "wen", day=80)
    story.does("sign", "ada", day=90)
    seen = story.seen(day=150)
    assert (seen.badge, seen.last_reviewed, seen.next_review_on) == (("ada",), 90, 190)
    assert seen.history == (("one", 4),)


def test_renewal_by_another(story):
    story.published()
    story.does("submit", "wen", day=80)
    story.does("sign", "bo", day=90)
    assert (story.seen().badge, story.seen().last_reviewed) == (("ada",), 3)
    story.does("approve", "ed", day=91)
    assert (story.seen().badge, story.seen().last_reviewed) == (("ada", "bo"), 90)


def test_retracted_renewal_leaves_the_older_signature(story):
    story.published()
    story.does("submit", "wen")
    story.does("sign", "ada")
    story.does("retract", "ada")
    assert story.seen().badge == ()


def test_overdue_keeps_the_badge(story):
    story.published()
    assert story.seen(day=102).badge == ("ada",)
    seen = story.seen(day=103)
    assert (seen.badge, seen.notices, seen.next_review_on) == ((), {"overdue"}, 103)


# --- emergency ---


def test_emergency_gets_the_badge_of_an_ended_schedule(story):
    story.signed()
    story.does("schedule", "ed", go_live=20)
    story.does("recall", "wen")
    story.refuses("emergency", "ed")
    story.does("emergency", "ed", reason="recall of a product")
    for day in (story.day, 20, 30):
        assert (story.seen(day=day).badge, story.seen(day=day).notices) == ((), {"unreviewed"})


def test_emergency_confirmed_by_its_maker_or_writer(story):
    story.does("save", "eve", words="one")
    story.does("emergency", "ed", reason="danger")
    story.refuses("confirm", "ed")
    story.refuses("confirm", "eve")
    story.does("confirm", "cy")
    assert story.seen().notices == {"unreviewed", "confirmed"}
    story.refuses("confirm", "cy")


def test_emergency_signed_and_approved_stays_unreviewed(story):
    story.does("save", "wen", words="one")
    story.does("emergency", "ed", reason="danger")
    story.does("submit", "wen")
    story.does("sign", "ada")
    assert story.seen().badge == ()
    story.does("approve", "ed")
    assert (story.seen().badge, story.seen().notices) == (("ada",), frozenset())


# --- schedule ---


def test_scheduled_text_needs_a_worker(story):
    story.published()
    story.signed(words="two", signers=("bo",))
    story.does("schedule", "ed", go_live=20)
    assert (story.seen(day=19).words, story.seen(day=19).state) == ("one", "scheduled")
    seen = story.seen(day=20)
    assert (seen.words, seen.badge, seen.state) == ("two", ("bo",), "published")
    assert seen.history == (("one", 4), ("two", 20))


def test_recalled_schedule_goes_live(story):
    story.signed()
    story.does("schedule", "ed", go_live=20)
    story.does("recall", "wen")
    assert (story.seen(day=20).code, story.seen(day=20).state) == (404, "draft")


def test_schedule_past_the_review(story):
    story.signed()
    story.refuses("schedule", "ed", go_live=103)
    story.does("schedule", "ed", go_live=102)


def test_a_review_that_is_overdue_beside_a_newer_one(story):
    story.in_review()
    story.does("sign", "ada", day=10)
    story.does("sign", "bo", day=50)
    story.does("schedule", "ed", go_live=120)
    assert story.seen(day=120).badge == ("ada", "bo")
    assert story.seen(day=150).notices == {"overdue"}


def test_signed_text_approved_past_its_review(story):
    story.signed()
    assert story.seen(day=103).state == "signed"
    story.refuses("approve", "ed", day=103)


def test_schedule_in_the_past(story):
    story.signed()
    story.refuses("schedule", "ed", go_live=2)


# --- putting away, withdrawing, returning ---


def test_discard_and_put_away_are_mixed_up(story):
    story.does("save", "wen", words="one")
    story.refuses("discard", "wen")
    story.does("put_away", "wen")
    story.does("recall", "wen")
    story.published(words="two")
    story.does("save", "wen", words="three")
    story.refuses("put_away", "wen")
    story.does("discard", "wen")
    assert (story.seen().words, story.seen().state) == ("two", "published")


def test_discarded_text_submitted_instead_of_the_live_one(story):
    story.published()
    story.does("save", "wen", words="two")
    story.does("discard", "wen")
    story.does("submit", "wen")
    story.does("sign", "ada")
    story.does("approve", "ed")
    assert story.seen().words == "one"


def test_a_withdrawn_page_returned_with_the_draft_beside_it(story):
    story.published()
    story.does("save", "wen", words="two")
    story.does("withdraw", "ed", reason="wrong")
    story.does("return", "ed")
    story.does("sign", "ada")
    story.does("approve", "ed")
    assert story.seen().words == "one"


def test_a_withdrawn_page_returned(story):
    story.published()
    story.refuses("withdraw", "ed")
    story.does("withdraw", "ed", reason="wrong")
    assert (story.seen().code, story.seen().words, story.seen().badge) == (410, None, ())
    story.does("return", "ed")
    assert (story.seen().code, story.seen().state) == (410, "in_review")
    story.refuses("approve", "ed")
    story.does("sign", "ada")
    story.does("approve", "ed")
    seen = story.seen()
    assert (seen.code, seen.words, seen.badge) == (200, "one", ("ada",))
    assert seen.history == (("one", 4), (None, 6), ("one", 10))


def test_withdrawn_page_revived_by_its_schedule(story):
    story.published()
    story.signed(words="two")
    story.does("schedule", "ed", go_live=20)
    story.does("withdraw", "ed", reason="wrong")
    assert (story.seen(day=20).code, story.seen(day=20).state) == (410, "withdrawn")


def test_withdrawn_page_redrafted_is_no_longer_gone(story):
    story.published()
    story.does("withdraw", "ed", reason="wrong")
    story.does("save", "wen", words="two")
    assert (story.seen().code, story.seen().state) == (410, "draft")


def test_nothing_public_withdrawn(story):
    story.in_review()
    story.refuses("withdraw", "ed", reason="wrong")


# --- the embedded point ---


def test_host_embeds_an_unsigned_point(story):
    story.does("save", "wen", "point", words="v1")
    story.does("emergency", "ed", "point", reason="danger")
    story.does("save", "wen", "host", words="host", embed="point")
    story.refuses("submit", "wen", "host")


def test_save_moves_a_pin(story):
    story.publish_host()
    story.published("point", words="v2")
    story.does("save", "wen", "host", words="host", embed="point")
    assert story.seen("host").state == "published"
    story.does("save", "wen", "host", move_pin=True)
    story.does("submit", "wen", "host")
    story.refuses("approve", "ed", "host")


def test_newer_point_without_a_caution_takes_the_badge_of_hosts(story):
    story.publish_host()
    story.published("point", words="v2")
    assert (story.seen("host").badge, story.seen("host").notices) == (("bo",), frozenset())


def test_newer_point_with_a_caution_leaves_the_badge_of_hosts(story):
    story.publish_host()
    story.published("point", words="v2", cautions=["pregnancy"])
    seen = story.seen("host")
    assert (seen.code, seen.badge, seen.notices) == (200, (), {"caution"})


def test_scheduled_caution_leaves_the_badge_of_hosts(story):
    story.publish_host()
    story.signed("point", words="v2", cautions=["pregnancy"])
    story.does("schedule", "ed", "point", go_live=50)
    assert story.seen("host", day=49).badge == ("bo",)
    assert (story.seen("host", day=50).badge, story.seen("host", day=50).notices) == (
        (),
        {"caution"},
    )


def test_withdrawn_point_leaves_the_badge_of_hosts(story):
    story.publish_host()
    story.does("withdraw", "ed", "point", reason="wrong")
    assert (story.seen("host").badge, story.seen("host").notices) == ((), frozenset())


def test_retracted_point_leaves_the_badge_of_hosts(story):
    story.publish_host()
    story.does("retract", "ada", "point")
    assert (story.seen("host").badge, story.seen("host").notices) == ((), frozenset())


def test_stopped_point_leaves_the_badge_of_hosts(story):
    story.publish_host()
    story.does("submit", "wen", "point")
    story.does("request_changes", "bo", "point", stop=True)
    assert story.seen("host").badge == ()


def test_repaired_point_leaves_hosts_without_their_badge(story):
    story.publish_host()
    story.does("retract", "ada", "point")
    story.does("submit", "wen", "point")
    story.does("sign", "bo", "point")
    assert story.seen("host").badge == ()
    story.does("approve", "ed", "point")
    assert (story.seen("point").badge, story.seen("host").badge) == (("bo",), ("bo",))


def test_withdrawn_pin_mended_by_a_newer_point(story):
    story.published("point", words="v1")
    story.does("save", "wen", "host", words="host", embed="point")
    story.does("withdraw", "ed", "point", reason="wrong")
    story.refuses("submit", "wen", "host")
    story.published("point", words="v2")
    story.refuses("submit", "wen", "host")
    story.does("save", "wen", "host", move_pin=True)
    story.does("submit", "wen", "host")


def test_superseded_pin_keeps_a_retracted_signature(story):
    story.publish_host()
    story.published("point", words="v2", signers=("bo",))
    assert story.seen("host").badge == ("bo",)
    story.does("retract", "ada", "point")
    assert (story.seen("host").badge, story.seen("point").badge) == ((), ("bo",))


def test_withdrawn_or_unknown_point_embedded(story):
    story.refuses("save", "wen", "host", words="host", embed="point")
    story.publish_host()
    story.does("withdraw", "ed", "point", reason="wrong")
    story.refuses("save", "wen", "host", move_pin=True)


def test_approved_over_a_fallen_pin(story):
    story.published("point", words="v1")
    story.signed("host", words="host", embed="point", signers=("bo",))
    story.does("withdraw", "ed", "point", reason="wrong")
    story.refuses("approve", "ed", "host")
    story.refuses("sign", "bo", "host")
    story.refuses("emergency", "ed", "host", reason="danger")


def test_held_text_published_by_a_later_repair(story):
    story.schedule_host(go_live=50)
    story.does("retract", "ada", "point")
    story.does("submit", "wen", "point")
    story.does("sign", "bo", "point")
    story.does("approve", "ed", "point")
    assert (story.seen("host", day=50).code, story.seen("host", day=50).state) == (404, "in_review")
    story.does("approve", "ed", "host")
    assert story.seen("host").badge == ("bo",)


def test_a_clock_felled_condition_before_go_live(story):
    story.schedule_host(go_live=50)
    story.signed("point", words="v2", cautions=["pregnancy"])
    story.does("schedule", "ed", "point", go_live=40)
    assert story.seen("host", day=39).state == "scheduled"
    for day in (40, 50, 60):
        assert (story.seen("host", day=day).code, story.seen("host", day=day).state) == (
            404,
            "in_review",
        )


def test_a_clock_felled_condition_at_the_moment_of_go_live(story):
    story.schedule_host(go_live=50)
    story.signed("point", words="v2", cautions=["pregnancy"])
    story.does("schedule", "ed", "point", go_live=50)
    assert story.seen("host", day=50).code == 404


def test_caution_called_off_in_time_still_fells(story):
    story.schedule_host(go_live=50)
    story.signed("point", words="v2", cautions=["pregnancy"])
    story.does("schedule", "ed", "point", go_live=40)
    story.does("recall", "wen", "point")
    assert story.seen("host", day=50).badge == ("bo",)


def test_host_scheduled_past_a_scheduled_caution(story):
    story.published("point", words="v1")
    story.signed("host", words="host", embed="point", signers=("bo",))
    story.signed("point", words="v2", cautions=["pregnancy"])
    story.does("schedule", "ed", "point", go_live=40)
    story.refuses("schedule", "ed", "host", go_live=50)
    story.does("schedule", "ed", "host", go_live=30)
    assert story.seen("host", day=39).badge == ("bo",)
    assert story.seen("host", day=40).badge == ()


def test_contributor_to_the_point_refused_as_signer_of_its_host(story):
    story.published("point", by="cy", words="v1")
    story.in_review("host", words="host", embed="point")
    story.does("sign", "cy", "host")


# --- the table ---


@pytest.mark.parametrize("by", ["ada", "wen", "root"])
def test_approval_by_the_wrong_role(story, by):
    story.signed()
    story.refuses("approve", by)


def test_asking_about_a_later_day_changes_the_world(story):
    story.signed()
    story.does("schedule", "ed", go_live=20)
    assert story.seen(day=20).code == 200
    assert story.seen().code == 404
    story.does("recall", "wen")
