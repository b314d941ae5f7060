"""When an estimate is due, and when a bill lies too far above it (NSA-2, NSA-4, NSA-6, NSA-7)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from billing.business_days import business_days_after
from billing.estimates import (
    Told,
    best_fit,
    compared,
    days_ahead,
    decision_by,
    dispute_answer_by,
    dispute_until,
    due_when_asked,
    due_when_booked,
    due_when_changed,
    for_the_same,
    keep_until,
    valid_since,
)
from billing.money import Money

MONDAY = date(2026, 3, 2)


@pytest.mark.parametrize(("ahead", "within"), [(2, None), (3, 1), (9, 1), (10, 3), (11, 3)])
def test_NSA_2_the_estimate_is_due_by_how_far_ahead_the_visit_is(
    ahead: int, within: int | None
) -> None:
    visit = business_days_after(MONDAY, ahead)
    assert days_ahead(MONDAY, visit) == ahead
    due = due_when_booked(MONDAY, visit)
    assert due == (None if within is None else business_days_after(MONDAY, within))


def test_NSA_2_a_federal_holiday_is_no_business_day() -> None:
    # Independence Day 2026 is a Saturday, kept on Friday, July 3.
    booked, visit = date(2026, 6, 25), date(2026, 7, 9)
    assert days_ahead(booked, visit) == 9
    assert due_when_booked(booked, visit) == date(2026, 6, 26)
    assert due_when_booked(booked, date(2026, 7, 10)) == date(2026, 6, 30)
    assert due_when_booked(date(2026, 7, 2), date(2026, 7, 8)) == date(2026, 7, 6)


def test_NSA_2_booked_on_a_weekend_the_next_business_day_is_the_first() -> None:
    saturday = date(2026, 3, 7)
    assert due_when_booked(saturday, date(2026, 3, 11)) == date(2026, 3, 9)
    assert due_when_booked(saturday, date(2026, 3, 10)) is None


def test_NSA_2_who_asks_has_it_within_three_business_days() -> None:
    assert due_when_asked(MONDAY) == date(2026, 3, 5)
    assert due_when_asked(date(2026, 3, 6)) == date(2026, 3, 11)


def test_NSA_4_a_changed_visit_has_a_new_estimate_a_business_day_before_it() -> None:
    assert due_when_changed(MONDAY, date(2026, 3, 20)) == date(2026, 3, 3)
    assert due_when_changed(MONDAY, date(2026, 3, 3)) == MONDAY
    assert due_when_changed(date(2026, 3, 6), date(2026, 3, 9)) == date(2026, 3, 6)
    assert keep_until(date(2028, 2, 29)) == date(2034, 3, 1)
    assert keep_until(MONDAY) == date(2032, 3, 2)


@pytest.mark.parametrize(("over", "held"), [(39_999, False), (40_000, True), (40_001, True)])
def test_NSA_6_four_hundred_dollars_above_is_too_far(over: int, held: bool) -> None:
    [one] = compared([(1, Money(100_00 + over))], [(1, Money(100_00))])
    assert (one.over, one.too_far) == (Money(over), held)


def test_NSA_6_each_provider_is_compared_alone() -> None:
    sums = compared(
        [(1, Money(300_00)), (1, Money(200_00)), (2, Money(10_00)), (3, Money(400_00))],
        [(1, Money(100_00)), (2, Money(900_00))],
    )
    assert [(one.provider_id, one.too_far) for one in sums] == [(1, True), (2, False), (3, True)]


def test_NSA_7_the_window_is_120_calendar_days_from_the_first_bill() -> None:
    assert dispute_until(MONDAY) == MONDAY + timedelta(days=120)


def told(codes: str, *providers: int) -> Told:
    return Told(frozenset(codes.split()), frozenset(providers))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, None),
        ({1: "99213"}, 1),
        ({1: "99214"}, None),
        ({1: "99213 93000", 2: "70450"}, 1),
        ({1: "99213", 2: "99213"}, None),
    ],
)
def test_NSA_6_one_estimate_alone_that_names_a_service_of_the_bill_is_its_own(
    asked: dict[int, str], found: int | None
) -> None:
    named = {one: told(codes, 1) for one, codes in asked.items()}
    assert for_the_same(told("99213 36415", 1), named) == found


def test_NSA_6_of_one_day_a_bill_stands_beside_what_names_its_services_then_its_provider() -> None:
    bill = told("99213", 1)
    services, provider, other = told("99213", 2), told("93000", 1), told("70450", 3)
    assert best_fit(bill, {1: other, 2: services, 3: provider}, alone=False) == 2
    assert best_fit(bill, {1: other, 3: provider}, alone=False) == 3
    assert best_fit(bill, {1: other}, alone=False) is None
    assert best_fit(bill, {1: other}, alone=True) == 1
    assert best_fit(bill, {1: services, 2: services}, alone=False) is None


def test_NSA_4_an_estimate_without_a_day_speaks_for_a_year() -> None:
    assert valid_since(date(2027, 3, 2)) == MONDAY
    assert valid_since(date(2028, 2, 29)) == date(2027, 3, 1)


def test_NSA_7_the_agency_has_our_answer_in_ten_business_days_and_decides_in_thirty() -> None:
    assert dispute_answer_by(date(2026, 6, 25)) == date(
        2026, 7, 10
    )  # over July 3, kept for the 4th
    assert decision_by(MONDAY) == business_days_after(MONDAY, 30)
