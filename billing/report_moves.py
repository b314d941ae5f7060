"""What a posting means in the reports: the lines of the A/R roll-forward (OPS-18), and what counts as cash and revenue.

The legs of one charge net to zero, so what a receivable moved is what the other legs of charges moved, the other way
round. Every such leg has exactly one line here, so the roll-forward can leave nothing out.
"""

from __future__ import annotations

from enum import StrEnum

from billing.ledger import Account


class Move(StrEnum):
    """One line of the roll-forward."""

    CHARGES = "charges"
    PAYER_PAID = "payer_paid"
    PATIENT_PAID = "patient_paid"
    DISCOUNTS = "discounts"
    WRITE_OFFS = "write_offs"
    REFUNDS = "refunds"
    DISPUTES = "disputes"
    OTHER = "other"


WORDS = {
    Move.CHARGES: "Charges",
    Move.PAYER_PAID: "Paid by insurers",
    Move.PATIENT_PAID: "Paid by patients",
    Move.DISCOUNTS: "Plan discounts",
    Move.WRITE_OFFS: "Written off",
    Move.REFUNDS: "Refunds",
    Move.DISPUTES: "Card disputes",
    Move.OTHER: "Other",
}
RECEIVABLES = frozenset({Account.INSURANCE_RECEIVABLE, Account.PATIENT_RECEIVABLE})
PATIENT_CREDITS = frozenset({Account.PATIENT_CREDIT})
PAYER_SIDE = frozenset(
    {
        Account.PAYER_CLEARING,
        Account.PAYER_SUSPENSE,
        Account.PAYER_RECOUPMENT,
        Account.PAYER_INTEREST,
        Account.WITHHELD_FROM_US,
        Account.PAYER_FEES,
        Account.CAPITATION_AND_INCENTIVES,
    }
)
PATIENT_SIDE = frozenset(
    {
        Account.STRIPE_CLEARING,
        Account.CASH_DRAWER,
        Account.PRACTICE_DEPOSITS,
        Account.BANK,
        Account.PATIENT_CREDIT,
        Account.PATIENT_PREPAYMENT,
        Account.AGENCY_CLEARING,
    }
)
WRITE_OFFS = frozenset(
    {
        Account.PROVIDER_WRITE_OFF,
        Account.FINANCIAL_ASSISTANCE,
        Account.SMALL_BALANCE,
        Account.BAD_DEBT,
    }
)
REFUND_KINDS = frozenset({"refund", "refund_reversal"})
# A deposit moves money between two of these and a payout keeps its fee, so their sum is what came in, before fees.
CASH = frozenset(
    {
        Account.PAYER_CLEARING,
        Account.STRIPE_CLEARING,
        Account.CASH_DRAWER,
        Account.PRACTICE_DEPOSITS,
        Account.BANK,
        Account.PROCESSING_FEES,
        Account.AGENCY_CLEARING,
        Account.AGENCY_FEES,
    }
)
# Charges less these is what a practice could collect: net patient revenue.
FROM_REVENUE = frozenset({Account.CONTRACTUAL_ADJUSTMENT, Account.FINANCIAL_ASSISTANCE})


_MOVES = {
    Account.CHARGES: Move.CHARGES,
    Account.CONTRACTUAL_ADJUSTMENT: Move.DISCOUNTS,
    Account.DISPUTES: Move.DISPUTES,
    **dict.fromkeys(WRITE_OFFS, Move.WRITE_OFFS),
    **dict.fromkeys(PAYER_SIDE, Move.PAYER_PAID),
    **dict.fromkeys(PATIENT_SIDE, Move.PATIENT_PAID),
}


def move_of(account: str, kind: str) -> Move | None:
    """The line of a leg that names a charge; None for the receivables themselves."""
    if account in RECEIVABLES:
        return None
    move = _MOVES.get(Account(account), Move.OTHER)
    return Move.REFUNDS if move is Move.PATIENT_PAID and kind in REFUND_KINDS else move


def accounts_of(move: Move) -> frozenset[Account]:
    """The accounts whose legs may stand in a line."""
    kinds = ("", next(iter(REFUND_KINDS)))
    return frozenset(one for one in Account if any(move_of(one, kind) is move for kind in kinds))
