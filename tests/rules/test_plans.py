"""PLAN-2, PLAN-12, PLAN-13: terms, schedules and the practice's policy."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from billing.due_days import bank_holidays, drawn_on
from billing.money import ZERO, Money, total_of
from billing.plans import (
    Offer,
    Policy,
    Reason,
    Terms,
    Verdict,
    by_budget,
    by_months,
    judge,
    needs_federal_box,
    schedule,
)

TODAY = date(2026, 11, 26)
CENTS = st.integers(1, 999_999)


def terms(cents: int, months: int, **changes: object) -> Terms:
    return replace(by_months(Money(cents), months, ZERO, TODAY, 15), **changes)  # type: ignore[arg-type]


@settings(deadline=None)
@given(CENTS, st.integers(1, 60), st.integers(0, 999_998))
@example(1, 1, 0)
@example(999_999, 60, 0)
def test_PLAN_13_a_schedule_is_the_balance_to_the_cent(cents: int, months: int, down: int) -> None:
    asked = terms(cents, months, down=Money(down))
    if down + months > cents:
        assert judge(asked, Policy(), TODAY).offer is Offer.REFUSED
        with pytest.raises(ValueError, match="no schedule"):
            schedule(asked)
        return
    made = schedule(asked)
    amounts = [one.amount.cents for one in made.instalments]
    assert made.total == Money(cents)
    assert made.down + total_of(one.amount for one in made.instalments) == Money(cents)
    assert len(amounts) == months
    assert max(amounts) - min(amounts) <= 1
    assert amounts == sorted(amounts, reverse=True), "the last is never larger"


@settings(deadline=None)
@given(CENTS, CENTS, st.integers(0, 999))
def test_PLAN_13_by_budget_no_instalment_is_above_it_and_no_fewer_would_do(
    cents: int, budget: int, down: int
) -> None:
    total = cents + down
    asked = by_budget(Money(total), Money(budget), Money(down), TODAY, 1)
    if asked.instalments > 60:
        return
    assert schedule(asked).instalments[0].amount <= Money(budget)
    if asked.instalments > 1:
        fewer = schedule(replace(asked, instalments=asked.instalments - 1))
        assert fewer.instalments[0].amount > Money(budget)


def test_PLAN_13_day_31_clamps_to_the_end_of_each_month() -> None:
    made = schedule(terms(60_000, 4, first_on=date(2027, 12, 31), day=31))
    assert [one.due_on for one in made.instalments] == [
        date(2027, 12, 31),
        date(2028, 1, 31),
        date(2028, 2, 29),
        date(2028, 3, 31),
    ]


@pytest.mark.parametrize(
    ("first_on", "day", "second_on"),
    [
        (date(2026, 11, 26), 15, date(2026, 12, 15)),
        (date(2026, 11, 26), 1, date(2027, 1, 1)),
        (date(2026, 11, 1), 15, date(2026, 11, 15)),
        (date(2026, 11, 15), 15, date(2026, 12, 15)),
        (date(2027, 1, 31), 30, date(2027, 2, 28)),
    ],
)
def test_PLAN_13_the_second_instalment_is_two_weeks_after_the_first(
    first_on: date, day: int, second_on: date
) -> None:
    assert schedule(terms(60_000, 2, first_on=first_on, day=day)).instalments[1].due_on == second_on


@settings(deadline=None)
@given(st.dates(date(2026, 1, 1), date(2035, 1, 1)), st.integers(1, 31), st.integers(2, 60))
def test_PLAN_13_due_days_rise_by_a_month_each(first_on: date, day: int, months: int) -> None:
    days = [
        o.due_on for o in schedule(terms(999_999, months, first_on=first_on, day=day)).instalments
    ]
    assert days[0] == first_on
    assert days[1] - days[0] >= timedelta(days=14)
    gaps = [later - earlier for earlier, later in pairwise(days[1:])]
    assert all(timedelta(days=28) <= gap <= timedelta(days=31) for gap in gaps)


def test_PLAN_13_a_draft_waits_for_the_next_day_on_which_banks_are_open() -> None:
    closed = bank_holidays(2026) | bank_holidays(2027)
    assert drawn_on(date(2026, 11, 26), closed) == date(2026, 11, 27)  # Thanksgiving
    assert drawn_on(date(2026, 12, 26), closed) == date(2026, 12, 28)  # a Saturday
    assert drawn_on(date(2027, 1, 1), closed) == date(2027, 1, 4)
    assert drawn_on(date(2026, 12, 1), closed) == date(2026, 12, 1)


def test_PLAN_13_bank_holidays_of_a_year_as_the_federal_reserve_lists_them() -> None:
    listed = {(1, 1), (1, 19), (2, 16), (5, 25), (6, 19), (7, 4), (9, 7), (10, 12), (11, 11)}
    assert {(day.month, day.day) for day in bank_holidays(2026)} == listed | {(11, 26), (12, 25)}
    assert date(2027, 7, 5) in bank_holidays(2027), "a Sunday is kept on Monday"
    assert date(2026, 7, 3) not in bank_holidays(2026), "a Saturday closes no bank on Friday"


@pytest.mark.parametrize(
    ("cents", "longest", "smallest"),
    [
        (50_00, 2, 25_00),
        (99_99, 2, 25_00),
        (100_00, 4, 25_00),
        (300_00, 4, 25_00),
        (300_01, 6, 50_00),
        (600_00, 6, 50_00),
        (600_01, 12, 50_00),
        (1_500_00, 12, 50_00),
        (1_500_01, 18, 75_00),
        (3_000_00, 18, 75_00),
        (3_000_01, 24, 100_00),
        (6_000_00, 24, 100_00),
        (6_000_01, 36, 150_01),
    ],
)
def test_PLAN_12_tiers_at_each_cent_edge(cents: int, longest: int, smallest: int) -> None:
    tier = Policy().tier(Money(cents))
    assert (tier.longest_months, tier.least(Money(cents))) == (longest, Money(smallest))
    many = min(longest, cents // smallest)
    assert judge(terms(cents, many), Policy(), TODAY) == Verdict(Offer.WITHIN)
    for fewer in range(1, many):
        assert judge(terms(cents, fewer), Policy(), TODAY).offer is Offer.WITHIN, "shorter is open"
    assert judge(terms(cents, longest + 1), Policy(), TODAY).offer is Offer.NEEDS_APPROVAL


@pytest.mark.parametrize(
    ("changes", "offer", "reason"),
    [
        ({"first_on": TODAY - timedelta(days=1)}, Offer.REFUSED, Reason.FIRST_IN_THE_PAST),
        ({"first_on": TODAY + timedelta(days=31)}, Offer.NEEDS_APPROVAL, Reason.FIRST_TOO_LATE),
        ({"instalments": 0}, Offer.REFUSED, Reason.TOO_FEW_INSTALMENTS),
        ({"instalments": 61}, Offer.REFUSED, Reason.TOO_MANY_INSTALMENTS),
        ({"day": 32}, Offer.REFUSED, Reason.NO_SUCH_DAY),
        ({"down": Money(600_00)}, Offer.REFUSED, Reason.DOWN_TOO_LARGE),
        ({"down": Money(-1)}, Offer.REFUSED, Reason.DOWN_TOO_LARGE),
        ({"total": ZERO}, Offer.REFUSED, Reason.NOTHING_OWED),
        ({"total": Money(2)}, Offer.REFUSED, Reason.BELOW_A_CENT),
        ({"instalments": 7}, Offer.NEEDS_APPROVAL, Reason.LONGER_THAN_POLICY),
        ({"down": Money(450_00)}, Offer.NEEDS_APPROVAL, Reason.SMALLER_THAN_POLICY),
    ],
)
def test_PLAN_12_what_needs_approval_and_what_nobody_may_agree_to(
    changes: dict[str, object], offer: Offer, reason: Reason
) -> None:
    found = judge(terms(600_00, 6, **changes), Policy(), TODAY)
    assert (found.offer, reason in found.reasons) == (offer, True)
    assert judge(terms(600_00, 6, first_on=TODAY + timedelta(days=30)), Policy(), TODAY).offer is (
        Offer.WITHIN
    )


def test_PLAN_12_an_income_cap_makes_a_plan_longer_and_holds_it_below_the_cap() -> None:
    asked = terms(6_000_00, 60)
    assert judge(asked, Policy(), TODAY).offer is Offer.NEEDS_APPROVAL
    assert judge(asked, Policy(), TODAY, income_cap=Money(100_00)).offer is Offer.WITHIN
    over = judge(asked, Policy(), TODAY, income_cap=Money(99_99))
    assert over == Verdict(Offer.NEEDS_APPROVAL, (Reason.ABOVE_INCOME_CAP,))


def test_PLAN_12_a_practice_may_ask_for_a_down_payment() -> None:
    policy = Policy(least_down_bp=1_000)
    assert Reason.DOWN_TOO_SMALL in judge(terms(600_00, 6), policy, TODAY).reasons
    assert judge(terms(600_00, 6, down=Money(60_00)), policy, TODAY).offer is Offer.WITHIN


def test_PLAN_2_five_instalments_need_the_federal_box_and_a_down_payment_does_not_count() -> None:
    assert not needs_federal_box(schedule(terms(300_00, 4, down=Money(10_00))))
    assert needs_federal_box(schedule(terms(300_00, 5)))
