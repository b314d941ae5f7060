"""STMT-25, OPS-19, OPS-23: who may take how much off a bill."""

import pytest

from billing.adjustments import (
    RULES,
    AdjustmentKind,
    AdjustmentRefused,
    check_adjustment,
    kinds_for,
)
from billing.entries import WRITE_OFFS
from billing.money import Money


def refuse(words: str, **changes: object) -> None:
    terms: dict[str, object] = {
        "kind": AdjustmentKind.OUR_ERROR,
        "role": "biller",
        "amount": Money(500),
        "open_amount": Money(5000),
        "reason": "Billed twice",
    }
    with pytest.raises(AdjustmentRefused, match=words):
        check_adjustment(**(terms | changes))  # type: ignore[arg-type]


def test_STMT_25_courtesy_is_not_on_the_list() -> None:
    assert "courtesy" not in set(AdjustmentKind)


def test_STMT_25_hardship_needs_the_approving_role_a_reason_and_a_limit() -> None:
    hardship = AdjustmentKind.HARDSHIP
    refuse("Your role cannot", kind=hardship)
    refuse("Say why", kind=hardship, role="manager", reason="  ")
    refuse(
        "goes up to",
        kind=hardship,
        role="manager",
        amount=Money(5_000_01),
        open_amount=Money(9_000_00),
    )


def test_OPS_13_and_23_each_role_has_its_kinds() -> None:
    assert AdjustmentKind.HARDSHIP not in kinds_for("biller")
    assert set(kinds_for("manager")) == set(AdjustmentKind)
    for role in (
        "front_desk",
        "payment_poster",
        "fa_counsellor",
        "collections",
        "auditor",
        "sysadmin",
        "",
    ):
        assert kinds_for(role) == ()


def test_OPS_23_limits() -> None:
    refuse("goes up to \\$100.00", amount=Money(100_01), open_amount=Money(200_00))
    refuse("above \\$0.00", amount=Money(0))
    refuse("above \\$0.00", amount=Money(-1))


def test_an_adjustment_never_takes_a_line_below_zero() -> None:
    refuse("Only \\$4.99 is open", open_amount=Money(499))


def test_OPS_19_small_balance_is_whole_and_small() -> None:
    small = AdjustmentKind.SMALL_BALANCE
    refuse("goes up to \\$9.99", kind=small, amount=Money(1000), open_amount=Money(1000))
    refuse("written off whole", kind=small, amount=Money(100), open_amount=Money(900))
    check_adjustment(
        kind=small,
        role="biller",
        amount=Money(999),
        open_amount=Money(999),
        reason="Costs more to bill",
    )


def test_every_kind_goes_to_a_write_off_account() -> None:
    assert {rule.account for rule in RULES.values()} <= WRITE_OFFS
