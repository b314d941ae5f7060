"""The days on which banks move no money, around a day (PLAN-13)."""

from __future__ import annotations

from datetime import date

from billing.due_days import bank_holidays


def closed_days(on: date) -> frozenset[date]:
    """Those of its year and of the next."""
    return bank_holidays(on.year) | bank_holidays(on.year + 1)
