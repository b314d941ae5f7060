"""What staff may take off a bill, who may, and how much at once (STMT-25, OPS-13, OPS-19, OPS-23)."""

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
    # Off what a plan owes; no patient ever owes any of it afterwards.
    PLAN_FILED_LATE = "plan_filed_late"
    PLAN_BUNDLED = "plan_bundled"
    PLAN_NO_AUTHORISATION = "plan_no_authorisation"
    PLAN_CONTRACT = "plan_contract"


@dataclass(frozen=True, slots=True)
class AdjustmentRule:
    """Where one kind goes in the ledger, its words on a page, and each role's limit.

    `gl_class` is the practice's own class in its general ledger; `visible`: staff may name the kind to the patient.
    """

    label: str
    account: Account
    limits: Mapping[str, Money]
    of: Account = Account.PATIENT_RECEIVABLE
    gl_class: str = ""
    visible: bool = False

    @property
    def of_plan(self) -> bool:
        """Whether it takes off what a plan owes."""
        return self.of is Account.INSURANCE_RECEIVABLE


_USUAL = {"biller": Money(100_00), "manager": Money(5_000_00)}
_PLAN = Account.INSURANCE_RECEIVABLE

# What stands until the practice writes rules of its own, which have a first day (adjustment_rules).
RULES: Mapping[AdjustmentKind, AdjustmentRule] = {
    AdjustmentKind.SMALL_BALANCE: AdjustmentRule(
        "Small balance",
        Account.SMALL_BALANCE,
        {"biller": SMALL_BALANCE_AT_MOST, "manager": SMALL_BALANCE_AT_MOST},
        gl_class="Small balances",
        visible=True,
    ),
    AdjustmentKind.OUR_ERROR: AdjustmentRule(
        "Our billing mistake",
        Account.PROVIDER_WRITE_OFF,
        _USUAL,
        gl_class="Provider write-offs",
        visible=True,
    ),
    AdjustmentKind.FILED_LATE: AdjustmentRule(
        "We filed too late",
        Account.PROVIDER_WRITE_OFF,
        _USUAL,
        gl_class="Provider write-offs",
        visible=True,
    ),
    # Whoever posts payments is not on any of them (OPS-13). A waiver needs an approver: only the role that approves can choose it at all.
    AdjustmentKind.HARDSHIP: AdjustmentRule(
        "Documented hardship",
        Account.FINANCIAL_ASSISTANCE,
        {"manager": Money(5_000_00)},
        gl_class="Charity care",
        visible=True,
    ),
    AdjustmentKind.PLAN_FILED_LATE: AdjustmentRule(
        "Plan: filed too late", Account.PROVIDER_WRITE_OFF, _USUAL, _PLAN, "Provider write-offs"
    ),
    AdjustmentKind.PLAN_BUNDLED: AdjustmentRule(
        "Plan: paid within another service",
        Account.CONTRACTUAL_ADJUSTMENT,
        _USUAL,
        _PLAN,
        "Contractual allowances",
    ),
    AdjustmentKind.PLAN_NO_AUTHORISATION: AdjustmentRule(
        "Plan: no authorisation", Account.PROVIDER_WRITE_OFF, _USUAL, _PLAN, "Provider write-offs"
    ),
    AdjustmentKind.PLAN_CONTRACT: AdjustmentRule(
        "Plan: correction to the contract",
        Account.CONTRACTUAL_ADJUSTMENT,
        _USUAL,
        _PLAN,
        "Contractual allowances",
    ),
}


class AdjustmentRefused(ValueError):
    """The adjustment may not be made; the message says why and what to do."""


class OverLimit(AdjustmentRefused):
    """It is right but for its size: a person with a higher limit may approve it (OPS-23)."""


def kinds_for(
    role: str,
    rules: Mapping[AdjustmentKind, AdjustmentRule] = RULES,
    *,
    of_plan: bool | None = None,
) -> tuple[AdjustmentKind, ...]:
    """What a role may choose, in the order of the list; of the patient's or of the plan's side where asked."""
    return tuple(
        kind
        for kind, rule in rules.items()
        if role in rule.limits and of_plan in {None, rule.of_plan}
    )


def check_adjustment(
    *,
    kind: AdjustmentKind,
    role: str,
    amount: Money,
    open_amount: Money,
    reason: str,
    rules: Mapping[AdjustmentKind, AdjustmentRule] = RULES,
    taken: Money = ZERO,
) -> None:
    """Refuse what the role may not do, what has no reason, and what would take a bill below zero.

    `taken` is what this person took off the same line lately: a limit that parts go below is none. Raises OverLimit, last of all, where only the role's limit stands against it.
    """
    rule = rules[kind]
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
    if amount > highest_limit(rule):
        raise AdjustmentRefused(
            f"“{rule.label}” goes up to {highest_limit(rule)} for anybody here."
        )
    if kind is AdjustmentKind.SMALL_BALANCE and amount != open_amount:
        raise AdjustmentRefused(
            f"A small balance is written off whole: {open_amount}, not a part of it."
        )
    # A small balance goes whole, so it has no parts; its own bound is low.
    before = ZERO if kind is AdjustmentKind.SMALL_BALANCE else taken
    if amount + before > rule.limits[role]:
        lately = f", and you took {before} off this line lately" if before else ""
        raise OverLimit(
            f"“{rule.label}” goes up to {rule.limits[role]} in your role{lately}. Ask a manager."
        )


def highest_limit(rule: AdjustmentRule) -> Money:
    """What the highest role may take off at once."""
    return max(rule.limits.values(), default=ZERO)
