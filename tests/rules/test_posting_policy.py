"""What posts by itself: every level against every choice, and codes that always want a person (OPS-15)."""

import pytest

from billing.posting_policy import (
    NEVER_AUTO_OFFERED,
    Choice,
    ClaimFacts,
    Level,
    PostingRule,
    reasons_to_hold,
)

CLEAN = ClaimFacts(carcs=frozenset({"45", "1"}))
WORK = ClaimFacts(carcs=frozenset({"45"}), work=("denied",))
LISTED = ClaimFacts(carcs=frozenset({"45", "97"}))


@pytest.mark.parametrize(
    ("level", "choice", "waits", "clean", "work"),
    [
        (Level.ALL_BALANCED, None, False, True, True),
        (Level.ALL_BALANCED, Choice.ALL, False, True, True),
        (Level.ALL_BALANCED, Choice.CLEAN, False, True, False),
        (Level.CLEAN_CLAIMS, None, False, True, False),
        (Level.CLEAN_CLAIMS, Choice.ALL, False, True, False),
        (Level.CLEAN_CLAIMS, Choice.CLEAN, False, True, False),
        (Level.REVIEW_ALL, None, True, True, True),
        (Level.REVIEW_ALL, Choice.ALL, False, True, True),
        (Level.REVIEW_ALL, Choice.CLEAN, False, True, False),
    ],
)
def test_OPS_15_each_level_under_each_choice(level, choice, waits, clean, work):
    rule = PostingRule(level=level)
    assert rule.waits(choice) is waits
    assert (not reasons_to_hold(rule, CLEAN, choice)) is clean
    assert (not reasons_to_hold(rule, WORK, choice)) is work
    assert rule.narrows(choice) is not work


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("choice", [None, *Choice])
def test_OPS_15_a_listed_code_holds_at_every_level_and_choice(level, choice):
    rule = PostingRule(level=level, never_auto=frozenset({"97", "16"}))
    [reason] = reasons_to_hold(rule, LISTED, choice)
    assert "code 97" in reason
    assert rule.narrows(choice)
    assert not reasons_to_hold(rule, CLEAN, choice)


def test_a_practice_that_set_nothing_posts_all_that_balances():
    assert not PostingRule().narrows(None)
    assert not PostingRule().waits(None)
    assert ",".join(NEVER_AUTO_OFFERED) == "97,16,252,242,50,251,B7,226,250"
