"""CORE-6, cell by cell: which action each condition blocks, and by which rule."""

import pytest

from billing.holds import (
    MATRIX,
    NOT_PROVEN,
    PROVEN_FIRST,
    REASONS,
    RULES,
    Action,
    Allowed,
    Condition,
    Denied,
    Effect,
    allowed,
    holds_bill,
)

X, W, U, OK = Effect.BLOCK, Effect.REWORD, Effect.UNTIL, Effect.OK
# statement, electronic statement, reminder, portal payment, draft
ROWS = {
    Condition.OPEN_CLAIM: ((X, X, X, X, X), "STMT-1"),
    Condition.MEDICAID_QMB: ((X, X, X, X, X), "STMT-23"),
    Condition.REVIEW: ((W, W, OK, OK, OK), "OPS-8"),
    Condition.BILL_HELD: ((X, X, X, X, X), "STMT-5"),
    Condition.RECEIPTS_MISSING: ((X, X, X, X, X), "STMT-1"),
    Condition.RECEIPTS_BEHIND: ((X, X, X, OK, X), "STMT-12"),
    Condition.MINOR_UNNAMED: ((X, X, X, X, X), "COLL-26"),
    Condition.DECEASED: ((U, X, X, X, X), "COLL-25"),
    Condition.BANKRUPTCY: ((X, X, X, X, X), "COLL-24"),
    Condition.DO_NOT_CONTACT: ((X, X, X, OK, OK), "COLL-17"),
    Condition.ATTORNEY: ((U, X, X, OK, OK), "COLL-17"),
    Condition.WORKERS_COMP: ((X, X, X, X, X), "COLL-29"),
    Condition.VETERANS_AFFAIRS: ((X, X, X, X, X), "COLL-28"),
    Condition.DISPUTED: ((W, W, X, OK, X), "DISP-1"),
    Condition.PAYMENT_TAKEN_BACK: ((OK, OK, OK, OK, X), "PAY-13"),
    Condition.COVERAGE_CHANGED: ((X, X, X, X, X), "STMT-1"),
    Condition.PROMISED: ((X, X, X, OK, OK), "COLL-13"),
    Condition.PLAN_CURRENT: ((W, W, X, OK, OK), "PLAN-16"),
    Condition.BELOW_FLOOR: ((X, X, X, OK, X), "OPS-19"),
    Condition.NO_SMS_CONSENT: ((OK, OK, X, OK, OK), "MSG-1"),
    Condition.NO_ESTATEMENT_CONSENT: ((OK, X, OK, OK, OK), "MSG-24"),
    Condition.APPEAL_OPEN: ((W, W, X, OK, U), "COLL-22"),
    Condition.ASSISTANCE_PENDING: ((W, W, X, OK, OK), "FA-12"),
    Condition.GFE_DISPUTE: ((X, X, X, X, X), "NSA-7"),
    Condition.SCRA: ((OK, OK, OK, OK, OK), "COLL-27"),
    Condition.UNREACHABLE: ((X, X, X, OK, OK), "CORE-3"),
    Condition.CREDIT_BALANCE: ((W, W, X, OK, X), "STMT-11"),
    Condition.PLACED: ((X, X, X, OK, X), "COLL-19"),
}
COLUMNS = (
    Action.STATEMENT,
    Action.ELECTRONIC_STATEMENT,
    Action.REMINDER,
    Action.PORTAL_PAYMENT,
    Action.DRAFT,
)
CELLS = [
    (condition, action, effect, rule)
    for condition, (effects, rule) in ROWS.items()
    for action, effect in zip(COLUMNS, effects, strict=True)
]


@pytest.mark.parametrize(("condition", "action", "effect", "rule"), CELLS)
def test_CORE_6_each_cell(condition: Condition, action: Action, effect: Effect, rule: str) -> None:
    answer = allowed({condition}, action)
    if (condition, action) == (Condition.PLACED, Action.REMINDER):
        rule = "MSG-15"
    if effect in {Effect.BLOCK, Effect.UNTIL}:
        assert answer == Denied((rule,), frozenset({condition}))
    elif effect is Effect.REWORD:
        assert answer == Allowed(frozenset({condition}))
    else:
        assert answer == Allowed()


@pytest.mark.parametrize("condition", Condition)
@pytest.mark.parametrize("action", sorted(PROVEN_FIRST))
def test_CORE_5_a_step_towards_an_agency_is_denied_until_somebody_looked_at_its_proof(
    condition: Condition, action: Action
) -> None:
    for answer in (allowed({condition}, action, cleared={condition}), allowed((), action)):
        assert isinstance(answer, Denied)
        assert NOT_PROVEN in answer.rule_ids


@pytest.mark.parametrize("action", sorted(PROVEN_FIRST))
def test_COLL_3_what_is_not_proven_denies_beside_what_is_held(action: Action) -> None:
    answer = allowed({Condition.BANKRUPTCY}, action, unproven=("COLL-3", "FA-8"))
    assert answer == Denied(("COLL-24", "COLL-3", "FA-8"), frozenset({Condition.BANKRUPTCY}))
    assert allowed((), action, unproven=("COLL-3",)) == Denied(("COLL-3",))
    assert allowed((), action, unproven=()) == Allowed()


@pytest.mark.parametrize("action", sorted(set(Action) - PROVEN_FIRST))
def test_nothing_known_blocks_nothing(action: Action) -> None:
    assert allowed((), action) == Allowed()


def test_CORE_5_all_rules_that_deny_are_told() -> None:
    held = {Condition.OPEN_CLAIM, Condition.DECEASED, Condition.NO_SMS_CONSENT}
    answer = allowed(held, Action.REMINDER)
    assert isinstance(answer, Denied)
    assert answer.rule_ids == ("COLL-25", "MSG-1", "STMT-1")


def test_every_condition_has_a_row_a_rule_and_words() -> None:
    assert set(MATRIX) == set(RULES) == set(REASONS) == set(Condition) == set(ROWS)


def test_what_only_concerns_a_channel_does_not_hold_the_bill() -> None:
    channels = {Condition.NO_SMS_CONSENT, Condition.NO_ESTATEMENT_CONSENT, Condition.REVIEW}
    assert holds_bill(channels) == frozenset()
    assert holds_bill({*channels, Condition.BANKRUPTCY}) == {Condition.BANKRUPTCY}
