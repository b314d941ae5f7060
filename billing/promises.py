"""Promises to pay: what may be promised, and whether the ledger says that one was kept (COLL-13).

Pure. A promise takes no money and changes no balance; while it stands, nothing that presses is sent.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from billing.money import ZERO, Money

LONGEST = timedelta(days=30)  # a longer wait is a plan


class PromiseState(StrEnum):
    """Where a promise stands; all but the first are ends."""

    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"  # written down wrongly, or taken back


def refusal(amount: Money, pay_by: date, *, owed: Money, today: date) -> str:
    """Why it cannot be written down; empty where it can."""
    if amount <= ZERO:
        return "Enter the amount that was promised."
    if amount > owed:
        return f"{owed} is owed now. Nobody promises more."
    if not today <= pay_by <= today + LONGEST:
        return "The day is today or within 30 days. For more time, offer a plan."
    return ""


def judged(amount: Money, pay_by: date, *, paid: Money, owed: Money, today: date) -> PromiseState:
    """Kept as soon as so much came in, or nothing is owed any more; broken on the day after its last."""
    if paid >= amount or owed <= ZERO:
        return PromiseState.KEPT
    return PromiseState.BROKEN if today > pay_by else PromiseState.OPEN
