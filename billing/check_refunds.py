"""Refunds by check: when one may be sent instead of the way the money came, and what it posts (OPS-20)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from billing import entries
from billing.ledger import Account, Entry
from billing.refunds import TakenBack
from billing.transitions import CheckState

# What still counts against the money: asked for, to be written, or written.
LIVE_CHECKS = (
    CheckState.REQUESTED,
    CheckState.APPROVED,
    CheckState.WRITTEN,
    CheckState.CLEARED,
)
# Promised and not yet in the books.
PROMISED_CHECKS = (CheckState.REQUESTED, CheckState.APPROVED)
SENT_WITHIN = timedelta(days=30)  # OPS-20
TARGET = timedelta(days=14)
CARD_LASTS = timedelta(days=180)  # older payments often cannot go back to their card


def check_refund(
    *, source_ref: str, occurred_on: date, taken: TakenBack, account_id: int, memo: str
) -> Entry:
    """A patient's money sent by check: as any refund, out of the bank."""
    entry = entries.refund(
        source_ref=source_ref,
        occurred_on=occurred_on,
        taken=taken,
        account_id=account_id,
        memo=memo,
    )
    legs = (
        replace(leg, account=Account.BANK) if leg.account is Account.STRIPE_CLEARING else leg
        for leg in entry.postings
    )
    return replace(entry, postings=tuple(legs))
