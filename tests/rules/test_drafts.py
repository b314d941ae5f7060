"""What may be drawn, and when: never more than was told, signed, capped or owed (PLAN-5 to 9, 13)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.drafts import (
    DRAFT,
    DraftEvent,
    DraftState,
    Held,
    Planned,
    coming_days,
    may_notice,
    may_remind,
    next_told_draft,
    to_draw,
)
from billing.due_days import bank_holidays
from billing.money import ZERO, Money
from billing.transitions import Refused, next_state

DUE = date(2026, 4, 15)
TOLD = DUE - timedelta(days=10)


def planned(**other: object) -> Planned:
    values: dict[str, object] = {
        "amount": Money(5_000),
        "signed": ZERO,
        "cap": Money(10_000),
        "balance": Money(5_000),
        "due_on": DUE,
        "noticed_on": TOLD,
    }
    return Planned(**{**values, **other})  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize(
    ("other", "drawn"),
    [
        ({}, Money(5_000)),
        ({"balance": Money(3_000)}, Money(3_000)),
        ({"balance": Money(9_000)}, Money(5_000)),
        ({"balance": ZERO}, Held.NOTHING_DUE),
        ({"balance": Money(49)}, Held.TOO_SMALL),
        ({"cap": Money(4_999)}, Held.OVER_CAP),
        ({"noticed_on": None}, Held.NO_NOTICE),
        ({"noticed_on": TOLD + timedelta(days=1)}, Held.NO_NOTICE),
        ({"noticed_on": None, "signed": Money(5_000)}, Money(5_000)),
        ({"noticed_on": None, "signed": Money(4_999)}, Held.NO_NOTICE),
        ({"same_amount": True, "tries": 1}, Money(5_000)),
        ({"same_amount": True, "tries": 1, "balance": Money(4_000)}, Held.CHANGED),
    ],
)
def test_PLAN_6_what_is_drawn(other: dict[str, object], drawn: Money | Held) -> None:
    assert to_draw(planned(**other), today=DUE) == drawn


def test_PLAN_6_a_draft_that_could_not_be_made_in_time_is_not_made() -> None:
    assert to_draw(planned(), today=DUE + timedelta(days=5)) == Money(5_000)
    assert to_draw(planned(), today=DUE + timedelta(days=6)) is Held.LATE
    assert to_draw(planned(tries=1), today=DUE + timedelta(days=6)) == Money(5_000), "a retry"


cents = st.integers(0, 100_000).map(Money)


@given(amount=cents, signed=cents, cap=cents, balance=cents, days=st.integers(0, 20))
def test_PLAN_6_never_above_what_was_told_signed_capped_or_owed(
    amount: Money, signed: Money, cap: Money, balance: Money, days: int
) -> None:
    noticed = DUE - timedelta(days=days)
    drawn = to_draw(
        planned(amount=amount, signed=signed, cap=cap, balance=balance, noticed_on=noticed),
        today=DUE,
    )
    if isinstance(drawn, Money):
        assert drawn <= min(amount, cap, balance)
        assert drawn <= signed or days >= 10


def test_PLAN_13_a_draft_on_a_closed_day_waits_for_the_next_business_day() -> None:
    closed = bank_holidays(2026)
    days = dict(coming_days(31, today=date(2026, 1, 5), closed=closed))
    assert days == {
        date(2026, 1, 1): date(2026, 2, 2),  # the 31st is a Saturday
        date(2026, 2, 1): date(2026, 3, 2),  # the 28th is a Saturday
        date(2026, 3, 1): date(2026, 3, 31),
    }
    [(_, fourth), *_] = coming_days(25, today=date(2026, 5, 1), closed=closed)
    assert fourth == date(2026, 5, 26), "Memorial Day"


def test_PLAN_6_notice_and_reminder_have_their_days() -> None:
    before = {n: DUE - timedelta(days=n) for n in range(15)}
    assert [n for n, day in before.items() if may_notice(DUE, today=day)] == [10, 11, 12]
    assert [n for n, day in before.items() if may_remind(DUE, today=day)] == [3, 4, 5, 6, 7]


@given(day=st.integers(1, 31), today=st.dates(date(2025, 1, 1), date(2030, 12, 31)))
def test_PLAN_6_the_first_draft_leaves_time_to_be_told(day: int, today: date) -> None:
    on = next_told_draft(day, today=today, closed=bank_holidays(today.year))
    assert timedelta(days=10) <= on - today <= timedelta(days=48)


@pytest.mark.parametrize("state", DraftState)
def test_PLAN_7_what_was_stopped_is_never_drawn_and_what_is_drawn_never_stopped(
    state: DraftState,
) -> None:
    over = {DraftState.STOPPED, DraftState.SKIPPED, DraftState.PAID, DraftState.CHARGING}
    claim = next_state(DRAFT, state, DraftEvent.CLAIM)
    assert isinstance(claim, Refused) == (state in over)
    stop = next_state(DRAFT, state, DraftEvent.STOP)
    fixed = {DraftState.CHARGING, DraftState.PAID, DraftState.SKIPPED}
    assert isinstance(stop, Refused) == (state in fixed)
    assert next_state(DRAFT, state, DraftEvent.PAY) is DraftState.PAID or state in {
        DraftState.SCHEDULED,
        DraftState.NOTICED,
    }
