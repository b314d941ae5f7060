"""STMT-21: explicit choice first, then the oldest service, never a held line unless chosen."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.allocation import OpenLine, allocate_payment
from billing.money import ZERO, Money, total_of

DAY = date(2026, 1, 1)


def line(charge: int, due: int, *, day: int = 0, visit: int = 1, held: bool = False) -> OpenLine:
    return OpenLine(
        charge_id=charge,
        visit_id=visit,
        service_on=DAY + timedelta(days=day),
        due=Money(due),
        held=held,
    )


def split(amount: int, *lines: OpenLine, **chosen) -> tuple[dict[int, int], int]:
    found = allocate_payment(Money(amount), lines, **chosen)
    return {s.line.charge_id: s.amount.cents for s in found.shares}, found.leftover.cents


def test_STMT_21_the_oldest_service_is_settled_first() -> None:
    assert split(700, line(1, 500, day=9), line(2, 500, day=3)) == ({2: 500, 1: 200}, 0)


def test_STMT_21_an_explicit_choice_comes_before_age() -> None:
    lines = (line(1, 500, day=1), line(2, 500, day=5, visit=2))
    assert split(700, *lines, chosen_visits={2}) == ({2: 500, 1: 200}, 0)
    assert split(700, *lines, chosen_charges={2}) == ({2: 500, 1: 200}, 0)
    assert split(700, *lines, chosen_visits={2}, only_chosen=True) == ({2: 500}, 200)


def test_STMT_21_a_held_line_is_paid_only_when_chosen() -> None:
    lines = (line(1, 500, held=True), line(2, 300, day=1))
    assert split(900, *lines) == ({2: 300}, 600)
    assert split(900, *lines, chosen_charges={1}) == ({1: 500, 2: 300}, 100)


def test_a_line_that_owes_nothing_takes_nothing() -> None:
    assert split(100, line(1, 0), line(2, -50)) == ({}, 100)


def test_a_payment_is_above_zero() -> None:
    with pytest.raises(ValueError):
        split(0)


@given(
    st.integers(1, 100_000),
    st.lists(
        st.builds(
            line,
            st.integers(1, 9),
            st.integers(-500, 30_000),
            day=st.integers(0, 9),
            visit=st.integers(1, 3),
            held=st.booleans(),
        ),
        max_size=6,
        unique_by=lambda one: one.charge_id,
    ),
    st.sets(st.integers(1, 3)),
    st.booleans(),
)
def test_STMT_21_shares_and_leftover_sum_to_the_payment(
    amount: int, lines: list[OpenLine], visits: set[int], only: bool
) -> None:
    found = allocate_payment(Money(amount), lines, chosen_visits=visits, only_chosen=only)
    assert total_of(s.amount for s in found.shares) + found.leftover == Money(amount)
    for share in found.shares:
        assert ZERO < share.amount <= share.line.due
        assert not share.line.held or share.line.visit_id in visits
        assert not only or share.line.visit_id in visits
    if found.leftover:
        settled = {s.line.charge_id for s in found.shares if s.amount == s.line.due}
        for one in lines:
            payable = one.visit_id in visits or not (one.held or only)
            assert not payable or one.due <= ZERO or one.charge_id in settled
