"""Disputes of payments: what the bank took back, and what a person may decide about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum

from billing import entries
from billing.adjustments import RULES, AdjustmentKind
from billing.ledger import Account, Entry, Party, transfer
from billing.money import Money
from billing.refunds import TakenBack


class Decision(StrEnum):
    """What became of a payment that was lost. `returned` is not for choosing: a bank debit came back."""

    OWED = "owed"
    WRITTEN_OFF = "written_off"
    RETURNED = "returned"


DECISION_WORDS = {
    Decision.OWED: "The patient owes it again",
    Decision.WRITTEN_OFF: "Take it off: the practice bears it",
    Decision.RETURNED: "The bank returned the debit",
}
CHOOSABLE = (Decision.OWED, Decision.WRITTEN_OFF)
# Who may decide at all, and up to what each may take off: as for a mistake of our own (OPS-23).
DISPUTE_LIMITS: Mapping[str, Money] = RULES[AdjustmentKind.OUR_ERROR].limits


def dispute(*, source_ref: str, occurred_on: date, amount: Money, account_id: int) -> Entry:
    """The bank took a payment back: it is in dispute, and nobody owes it (payments.md rule 13).

    No line is named, so every bill shows the payment as it was until a person decides.
    """
    owner = Party(guarantor_account_id=account_id)
    legs = transfer(
        amount, debit_to=(Account.DISPUTES, owner), credit_to=(Account.STRIPE_CLEARING, owner)
    )
    kind = "dispute" if amount.cents > 0 else "dispute_reversal"
    return Entry(kind, source_ref, occurred_on, legs, memo="the bank decides who keeps the money")


def dispute_fee(*, source_ref: str, occurred_on: date, fee: Money) -> Entry:
    """What the card company keeps for a dispute; below zero it is given back. Never a patient's."""
    nobody = Party()
    legs = transfer(
        fee,
        debit_to=(Account.PROCESSING_FEES, nobody),
        credit_to=(Account.STRIPE_CLEARING, nobody),
    )
    return Entry("dispute_fee", source_ref, occurred_on, legs)


def owed_again(
    *, source_ref: str, occurred_on: date, taken: TakenBack, account_id: int, memo: str
) -> Entry:
    """What lay in dispute is due again where the payment had settled it, as a refund would make it."""
    entry = entries.refund(
        source_ref=source_ref,
        occurred_on=occurred_on,
        taken=taken,
        account_id=account_id,
        memo=memo,
    )
    legs = (
        replace(leg, account=Account.DISPUTES) if leg.account is Account.STRIPE_CLEARING else leg
        for leg in entry.postings
    )
    return replace(entry, kind="dispute_owed", postings=tuple(legs))
