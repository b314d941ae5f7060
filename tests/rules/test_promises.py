"""Promises to pay: at most thirty days, never more than is owed, and the ledger alone says whether one was kept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from billing.money import Money
from billing.promises import PromiseState, judged, refusal

DAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("cents", "days", "good"),
    [
        (100, 0, True),
        (100_00, 30, True),
        (100_01, 30, False),
        (0, 5, False),
        (-1, 5, False),
        (100, -1, False),
        (100, 31, False),
    ],
)
def test_what_may_be_promised(cents: int, days: int, good: bool) -> None:
    said = refusal(Money(cents), DAY + timedelta(days=days), owed=Money(100_00), today=DAY)
    assert (said == "") is good


@pytest.mark.parametrize(
    ("paid", "owed", "days", "state"),
    [
        (0, 100_00, 0, PromiseState.OPEN),
        (49_99, 100_00, 0, PromiseState.OPEN),
        (50_00, 50_00, 0, PromiseState.KEPT),
        (50_00, 50_00, 9, PromiseState.KEPT),
        (49_99, 50_01, 1, PromiseState.BROKEN),
        (0, 0, 1, PromiseState.KEPT),  # taken off meanwhile: nobody is asked for it
    ],
)
def test_a_promise_is_kept_by_the_ledger_and_broken_on_the_day_after(
    paid: int, owed: int, days: int, state: PromiseState
) -> None:
    today = DAY + timedelta(days=days)
    assert judged(Money(50_00), DAY, paid=Money(paid), owed=Money(owed), today=today) is state
