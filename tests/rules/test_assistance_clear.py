"""FA-8, FA-9: what is decided at once, and by when the rest is; the short path never denies."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.assistance import Means, Presumed
from billing.assistance_clear import Case, Clear, ForAPerson, decide_clear_case, prior_counts
from billing.assistance_clock import (
    acknowledge_by,
    covers_since,
    ends_on,
    may_appeal,
    next_clock,
)
from billing.assistance_scale import DEFAULT_SCALE
from billing.money import Money

DAY = date(2026, 6, 1)
ONE = Money(15_960_00)
CASE = Case(
    means=Means(household=1, income=ONE, states=("OH",), applied_on=DAY),
    proven=False,
    attested=True,
    open_amount=Money(900_00),
)


def decide(case: Case) -> Clear | ForAPerson:
    return decide_clear_case(case, DEFAULT_SCALE, up_to=Money(1_000_00), income_up_to=150)


def test_FA_8_a_signed_low_income_is_clear() -> None:
    found = decide(CASE)
    assert isinstance(found, Clear)
    assert found.terms.discount == 100


def at(percent: int, **changes: object) -> Case:
    income = Money(ONE.cents * percent // 100)
    return replace(CASE, means=replace(CASE.means, income=income), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (replace(CASE, doubts=("another plan may pay",)), "another plan"),
        (replace(CASE, open_amount=Money(1_000_01)), "more than the"),
        (replace(CASE, attested=False), "not signed"),
        (at(151), "near the limit"),
        (at(300), "not everything"),
        (at(900), "not everything"),
        (
            replace(CASE, means=replace(CASE.means, presumed=Presumed.SNAP)),
            "letter is not here",
        ),
    ],
)
def test_FA_8_anything_else_is_read_by_a_person(case: Case, words: str) -> None:
    found = decide(case)
    assert isinstance(found, ForAPerson)
    assert words in found.why


def test_FA_8_a_proven_program_is_clear_whatever_the_income() -> None:
    snap = replace(at(900).means, presumed=Presumed.SNAP)
    assert isinstance(decide(replace(CASE, means=snap, proven=True, attested=False)), Clear)
    assert isinstance(decide(replace(CASE, means=snap, proven=True, doubts=("?",))), ForAPerson)


@given(
    percent=st.integers(0, 1000),
    presumed=st.none() | st.sampled_from(Presumed),
    proven=st.booleans(),
    attested=st.booleans(),
    amount=st.integers(0, 200_000),
)
def test_FA_8_the_short_path_gives_everything_or_says_nothing(
    percent: int, presumed: Presumed | None, proven: bool, attested: bool, amount: int
) -> None:
    case = at(percent, proven=proven, attested=attested, open_amount=Money(amount))
    found = decide(replace(case, means=replace(case.means, presumed=presumed)))
    if isinstance(found, Clear):
        assert found.terms.discount == 100
        assert amount <= 1_000_00
        assert proven if presumed else (attested and percent <= 150)


def test_FA_8_a_prior_approval_counts_for_six_months() -> None:
    assert prior_counts(DAY, DAY)
    assert prior_counts(DAY - timedelta(days=183), DAY)
    assert not prior_counts(DAY - timedelta(days=184), DAY)
    assert not prior_counts(DAY + timedelta(days=1), DAY)


def test_FA_9_two_business_days_to_acknowledge() -> None:
    assert acknowledge_by(date(2026, 6, 1)) == date(2026, 6, 3)  # Monday
    assert acknowledge_by(date(2026, 6, 5)) == date(2026, 6, 9)  # Friday
    assert acknowledge_by(date(2026, 6, 6)) == date(2026, 6, 9)  # Saturday


def test_FA_9_each_step_has_its_days() -> None:
    facts: dict[str, object] = {
        "received_on": DAY, "acknowledged": False, "complete_on": None, "asked_on": None,
    }  # fmt: skip

    def due(**changes: object) -> date:
        return next_clock(**(facts | changes)).due_on  # type: ignore[arg-type]

    assert due() == date(2026, 6, 3)
    assert due(acknowledged=True) == DAY + timedelta(days=10)
    asked = DAY + timedelta(days=4)
    assert due(acknowledged=True, asked_on=asked) == asked + timedelta(days=30)  # COLL-8
    complete = DAY + timedelta(days=9)
    decide_by = next_clock(received_on=DAY, acknowledged=True, complete_on=complete, asked_on=asked)
    assert decide_by.due_on == complete + timedelta(days=21)
    assert not decide_by.late(decide_by.due_on)
    assert decide_by.late(decide_by.due_on + timedelta(days=1))


def test_FA_9_valid_twelve_months_and_back_240_days() -> None:
    assert ends_on(date(2026, 6, 1)) == date(2027, 5, 31)
    assert ends_on(date(2024, 2, 29)) == date(2025, 2, 28)
    assert DAY - covers_since(DAY) == timedelta(days=240)


def test_FA_10_an_appeal_on_the_thirtieth_day_is_in_time() -> None:
    assert may_appeal(DAY, DAY + timedelta(days=30))
    assert not may_appeal(DAY, DAY + timedelta(days=31))
