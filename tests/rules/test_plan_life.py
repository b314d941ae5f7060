"""Whatever happens to a plan: nothing is lost, no order of facts matters, no amount rises unsigned."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.money import ZERO, Money, total_of
from billing.plan_events import (
    BillAdded,
    Paid,
    PaymentReturned,
    PlanEvent,
    Refunded,
    ShareDown,
    ShareUp,
    Signed,
    in_order,
)
from billing.plan_standing import PlanStanding, Status, fold
from billing.plans import Terms
from tests.rules.plan_facts import FIRST_ON, SIGNED, SIGNED_ON, facts, some_terms, terms

LATER = date(2028, 6, 1)
TAKES = (Paid, PaymentReturned, Refunded)


def by_number(standing: PlanStanding) -> dict[int, Money]:
    return {row.number: row.left for row in standing.instalments}


@settings(max_examples=90, deadline=None)
@given(some_terms, facts)
def test_PLAN_13_no_fact_loses_a_cent(agreed: Terms, happened: list[PlanEvent]) -> None:
    events = in_order([SIGNED, *happened])
    for day in sorted({event.on for event in events}):
        found = fold(agreed, events, day)
        assert found.paid + found.remaining + found.written_down == found.total
        for row in found.instalments:
            assert row.paid + row.written_down + row.under_dispute + row.left == row.amount
            assert min(row.paid, row.written_down, row.under_dispute, row.left) >= ZERO
        came = total_of(e.amount for e in events if isinstance(e, Paid) and e.on <= day)
        kept = found.paid + found.paid_before + found.credit
        assert kept <= came, "the plan counts no more than came"
    if not any(
        isinstance(event, PaymentReturned | Refunded | BillAdded | ShareUp) for event in events
    ):
        assert kept == came or found.total < agreed.total or any_signed(happened)


def any_signed(happened: list[PlanEvent]) -> bool:
    return any(isinstance(event, Signed) for event in happened)


@settings(max_examples=60, deadline=None)
@given(some_terms, facts, st.randoms(use_true_random=False))
def test_PLAN_13_the_order_in_which_facts_are_found_changes_nothing(
    agreed: Terms, happened: list[PlanEvent], chance: object
) -> None:
    events = [SIGNED, *happened]
    shuffled = list(events)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert fold(agreed, shuffled, LATER) == fold(agreed, events, LATER)


@settings(max_examples=70, deadline=None)
@given(some_terms, facts)
def test_PLAN_15_no_instalment_ever_rises_above_what_was_signed_for_it(
    agreed: Terms, happened: list[PlanEvent]
) -> None:
    """Numbers are unique over the life of a plan; a part split off keeps the sum with its origin."""
    events = in_order([SIGNED, *happened])
    signed: dict[int, Money] = {}
    for day in sorted({event.on for event in events}):
        found = fold(agreed, events, day)
        for row in found.instalments:
            known = signed.setdefault(row.number, row.amount)
            assert row.left <= known
            assert row.amount <= known


@settings(max_examples=70, deadline=None)
@given(some_terms, facts, st.integers(1, 30_000))
def test_PLAN_6_what_rises_leaves_the_next_ten_days_alone(
    agreed: Terms, happened: list[PlanEvent], cents: int
) -> None:
    quiet = [event for event in happened if not isinstance(event, Paid | Signed)]
    day = SIGNED_ON + timedelta(days=60)
    before = fold(agreed, [SIGNED, *quiet], day)
    after = fold(agreed, [SIGNED, *quiet, ShareUp(on=day, seq=9, amount=Money(cents))], day)
    soon = day + timedelta(days=10)
    for old, new in zip(before.instalments, after.instalments, strict=True):
        if old.due_on < soon:
            assert new.left <= old.left
    rose = (after.remaining - before.remaining) + (after.outside - before.outside)
    assert rose + (before.credit - after.credit) == Money(cents), (
        "nothing that is owed is forgotten"
    )


@settings(deadline=None)
@given(st.integers(1, 60_000))
def test_LIFE_3_up_after_an_equal_fall_puts_back_what_was_signed(cents: int) -> None:
    agreed = terms()
    fell = ShareDown(on=SIGNED_ON, amount=Money(cents))
    rose = ShareUp(on=SIGNED_ON, amount=Money(cents))
    day = SIGNED_ON
    before, after = fold(agreed, [SIGNED], day), fold(agreed, [SIGNED, fell, rose], day)
    assert by_number(after) == by_number(before)
    assert (after.outside, after.credit) == (ZERO, ZERO)


def test_LIFE_3_a_plan_that_is_over_asks_for_no_consent() -> None:
    paid = Paid(on=FIRST_ON, payment="p1", amount=Money(600_00))
    rose = ShareUp(on=FIRST_ON + timedelta(days=20), amount=Money(50_00))
    over = fold(terms(), [SIGNED, paid, rose], rose.on)
    assert (over.outside, over.needs_consent) == (Money(50_00), None)
    running = fold(terms(), [SIGNED, rose], rose.on)
    assert running.needs_consent is not None


@settings(deadline=None)
@given(st.integers(1, 60_000), st.integers(1, 60_000))
def test_LIFE_10_two_payments_of_one_day_are_as_one(first: int, second: int) -> None:
    agreed, day = terms(), FIRST_ON
    two = [
        Paid(on=day, payment="p1", amount=Money(first)),
        Paid(on=day, payment="p2", amount=Money(second)),
    ]
    one = Paid(on=day, payment="p", amount=Money(first + second))
    apart, together = fold(agreed, [SIGNED, *two], day), fold(agreed, [SIGNED, one], day)
    assert apart == together
    assert fold(agreed, [SIGNED, *reversed(two)], day) == apart


@pytest.mark.parametrize("kind", TAKES[1:])
def test_LIFE_17_LIFE_18_money_that_goes_back_leaves_what_it_had_settled_open(
    kind: type[PaymentReturned | Refunded],
) -> None:
    paid = Paid(on=FIRST_ON, payment="p1", amount=Money(100_00))
    back = kind(on=FIRST_ON + timedelta(days=20), payment="p1", amount=Money(100_00))
    found = fold(terms(), [SIGNED, paid, back], back.on)
    assert (found.paid, found.remaining) == (ZERO, Money(600_00))
    first = found.instalments[0]
    if kind is Refunded:
        assert found.past_due == ZERO, "a refund never makes anybody late"
        assert found.instalments[-1].due_on == date(2027, 7, 15)
    else:
        assert (first.number, first.status) == (1, Status.DUE), (
            "grace starts on the day it came back"
        )
        late = fold(terms(), [SIGNED, paid, back], back.on + timedelta(days=10))
        assert late.instalments[0].status is Status.IN_GRACE
        missed = fold(terms(), [SIGNED, paid, back], back.on + timedelta(days=11))
        assert missed.instalments[0].status is Status.MISSED
