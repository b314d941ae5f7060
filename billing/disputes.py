"""Disputes of payments: what the bank took back, and what a person may decide about it."""

from __future__ import annotations

from datetime import date

from billing.ledger import Account, Entry, Party, transfer
from billing.money import Money


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
