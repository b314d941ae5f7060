"""What staff may take off a bill, who may, and how much at once (STMT-25, OPS-19, OPS-23)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from billing.ledger import Account
from billing.money import ZERO, Money

SMALL_BALANCE_AT_MOST = Money(999)


class AdjustmentKind(StrEnum):
    """The closed list. A courtesy is not on it: copays and deductibles are not waived (STMT-25)."""

    SMALL_BALANCE = "small_balance"
    OUR_ERROR = "our_error"
    FILED_LATE = "filed_late"
    HARDSHIP = "hardship"


@dataclass(frozen=True, slots=True)
class AdjustmentRule:
    """Where one kind goes in the ledger, its words on a page, and each role's limit."""

    label: str
    account: Account
    limits: Mapping[str, Money]


RULES: Mapping[AdjustmentKind, AdjustmentRule] = {
    AdjustmentKind.SMALL_BALANCE: AdjustmentRule(
        "Small balance",
        Account.SMALL_BALANCE,
        {"biller": SMALL_BALANCE_AT_MOST, "manager": SMALL_BALANCE_AT_MOST},
    ),
    AdjustmentKind.OUR_ERROR: AdjustmentRule(
        "Our billing mistake",
        Account.PROVIDER_WRITE_OFF,
        {"biller": Money(100_00), "manager": Money(5_000_00)},
    ),
    AdjustmentKind.FILED_LATE: AdjustmentRule(
        "We filed too late",
        Account.PROVIDER_WRITE_OFF,
        {"biller": Money(100_00), "manager": Money(5_000_00)},
    ),
    # Whoever posts payments is not on any of them (OPS-13). A waiver needs an approver: only the role that approves can choose it at all.
    AdjustmentKind.HARDSHIP: AdjustmentRule(
        "Documented hardship", Account.FINANCIAL_ASSISTANCE, {"manager": Money(5_000_00)}
    ),
}


class AdjustmentRefused(ValueError):
    """The adjustment may not be made; the message says why and what to do."""


def kinds_for(role: str) -> tuple[AdjustmentKind, ...]:
    """What a role may choose, in the order of the list."""
    return tuple(kind for kind, rule in RULES.items() if role in rule.limits)


def check_adjustment(
    *, kind: AdjustmentKind, role: str, amount: Money, open_amount: Money, reason: str
) -> None:
    """Refuse what the role may not do, what has no reason, and what would take a bill below zero."""
    rule = RULES[kind]
    if role not in rule.limits:
        raise AdjustmentRefused(f"Your role cannot use “{rule.label}”. Ask a manager.")
    if not reason.strip():
        raise AdjustmentRefused("Say why: a reason stays with the adjustment.")
    if amount <= ZERO:
        raise AdjustmentRefused("The amount must be above $0.00.")
    if amount > open_amount:
        raise AdjustmentRefused(
            f"Only {open_amount} is open on this line, so {amount} cannot come off."
        )
    if amount > rule.limits[role]:
        raise AdjustmentRefused(
            f"“{rule.label}” goes up to {rule.limits[role]} in your role. Ask a manager."
        )
    if kind is AdjustmentKind.SMALL_BALANCE and amount != open_amount:
        raise AdjustmentRefused(
            f"A small balance is written off whole: {open_amount}, not a part of it."
        )
