"""The clocks and sums of a dispute (DISP-1, DISP-2)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.bill_disputes import (
    STEPS,
    Finding,
    State,
    Step,
    clocks,
    extended,
    rejoins,
    split_amount,
)
from billing.money import Money, total_of

FRIDAY = date(2026, 11, 27)


def test_DISP_2_the_days_we_keep() -> None:
    found = clocks(date(2026, 11, 25))  # Thanksgiving lies between
    assert found.acknowledge_by == date(2026, 11, 30)
    assert found.resolve_by == date(2026, 12, 25)
    assert extended(date(2026, 11, 25)) == date(2027, 1, 9)


@pytest.mark.parametrize("finding", Finding)
def test_DISP_2_two_weeks_after_the_answer_at_least_and_a_theft_stays_locked(
    finding: Finding,
) -> None:
    day = rejoins(FRIDAY, finding)
    assert day == (None if finding is Finding.IDENTITY_THEFT else FRIDAY + timedelta(days=14))


def test_DISP_3_none_ends_by_itself() -> None:
    assert STEPS[State.OPEN] == {Step.ANSWER: State.ANSWERED, Step.WITHDRAW: State.WITHDRAWN}
    assert STEPS[State.WITHDRAWN] == {}


@given(
    st.lists(st.integers(0, 50_000), min_size=1, max_size=6),
    st.one_of(st.none(), st.integers(1, 400_000)),
)
def test_DISP_1_what_is_disputed_is_never_more_than_is_open(
    open_cents: list[int], amount: int | None
) -> None:
    due = [(number, Money(cents)) for number, cents in enumerate(open_cents)]
    shares = split_amount(None if amount is None else Money(amount), due)
    assert all(Money(0) <= shares[number] <= owed for number, owed in due)
    whole = sum(open_cents)
    assert total_of(shares.values()).cents == (whole if amount is None else min(whole, amount))
