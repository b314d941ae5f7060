"""What may be paid: never more than is due, never a held line, and the parts always sum."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.allocation import OpenLine
from billing.money import ZERO, Money, total_of
from billing.payment_choice import Agreed, Choice, Objection, Scope, agree, due

DAY = date(2026, 1, 12)


def line(number: int, cents: int, *, visit: int = 1, held: bool = False) -> OpenLine:
    return OpenLine(
        charge_id=number,
        visit_id=visit,
        service_on=DAY + timedelta(days=number),
        due=Money(cents),
        held=held,
    )


LINES = (line(1, 5_000, visit=1), line(2, 13_240, visit=2), line(3, 900, visit=3, held=True))


def agreed(choice: Choice) -> Agreed:
    found = agree(choice, LINES)
    assert isinstance(found, Agreed)
    return found


def test_everything_due_leaves_out_what_is_held() -> None:
    assert agreed(Choice(Scope.ALL)).amount == Money(18_240)


def test_one_bill_is_its_own_lines() -> None:
    found = agreed(Choice(Scope.BILL, 2))
    assert [share.line.charge_id for share in found.allocation.shares] == [2]


@pytest.mark.parametrize(
    ("choice", "objection"),
    [
        (Choice(Scope.ALL, amount=Money(18_239)), Objection.CHANGED),
        (Choice(Scope.BILL, 2, Money(13_000)), Objection.CHANGED),
        (Choice(Scope.BILL, 3), Objection.NOT_DUE),
        (Choice(Scope.BILL, 99), Objection.NOT_DUE),
        (Choice(Scope.OWN_AMOUNT, amount=Money(18_241)), Objection.TOO_MUCH),
        (Choice(Scope.OWN_AMOUNT, amount=Money(49)), Objection.TOO_LITTLE),
        (Choice(Scope.OWN_AMOUNT, amount=Money(-5_000)), Objection.TOO_LITTLE),
    ],
)
def test_choices_that_do_not_fit(choice: Choice, objection: Objection) -> None:
    assert agree(choice, LINES) is objection


def test_nothing_due_is_nothing_to_pay() -> None:
    assert agree(Choice(Scope.ALL), [line(1, 900, held=True)]) is Objection.NOTHING_DUE


@given(
    st.lists(st.tuples(st.integers(1, 50_000), st.booleans()), min_size=1, max_size=8),
    st.integers(-100, 200_000),
)
def test_an_own_amount_is_refused_or_lands_on_lines_to_the_cent(
    owed: list[tuple[int, bool]], cents: int
) -> None:
    lines = [line(i, due_, visit=i, held=held) for i, (due_, held) in enumerate(owed)]
    found = agree(Choice(Scope.OWN_AMOUNT, amount=Money(cents)), lines)
    if isinstance(found, Agreed):
        assert found.amount == Money(cents) <= due(lines)
        assert found.allocation.leftover == ZERO
        assert total_of(s.amount for s in found.allocation.shares) == found.amount
        assert all(not s.line.held and s.amount <= s.line.due for s in found.allocation.shares)
    else:
        assert cents < 50 or cents > due(lines).cents or due(lines) <= ZERO
