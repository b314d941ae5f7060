"""A bill at an agency: contract, steps, what calls it back, and the ledger (COLL-8, 11, 19, OPS-22)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.holds import MATRIX, Action, Condition, Effect
from billing.ledger import Account, Party, balance
from billing.money import ZERO, Money
from billing.placement import (
    AGENCY_CLOSES,
    STEPS,
    WITH_AGENCY,
    Agency,
    Lost,
    Order,
    PlacementState,
    StepRefused,
    Term,
    after,
    agency_payment,
    agency_remittance,
    bad_debt,
    lacks,
    order_for,
)

ON = date(2026, 6, 1)
GOOD = Agency(
    name="Testa Recovery",
    contract_ref="C-1",
    baa_ref="B-1",
    terms=frozenset(Term),
    states=frozenset({"OH"}),
    begins_on=date(2026, 1, 1),
    ends_on=date(2026, 12, 31),
    dispute_address=("1 Sample Way",),
    phone="555-0100",
)
OWED = Money(120_00)


def test_COLL_11_a_whole_contract_lacks_nothing() -> None:
    assert lacks(GOOD, on=ON) == ()


@pytest.mark.parametrize("term", Term)
def test_COLL_11_COLL_30_each_term_is_needed(term: Term) -> None:
    (why,) = lacks(replace(GOOD, terms=GOOD.terms - {term}), on=ON)
    assert why.startswith("a contract that ")


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"contract_ref": ""}, "contract’s number"),
        ({"baa_ref": ""}, "business associate"),
        ({"states": frozenset()}, "licence"),
        ({"phone": ""}, "disputes"),
        ({"dispute_address": ()}, "disputes"),
        ({"begins_on": date(2026, 6, 2)}, "in force"),
        ({"ends_on": date(2026, 5, 31)}, "in force"),
    ],
)
def test_COLL_11_each_fact_is_needed(changes: dict[str, object], word: str) -> None:
    (why,) = lacks(replace(GOOD, **changes), on=ON)  # type: ignore[arg-type]  # one field by name
    assert word in why


STEPS_TAKEN = {
    (PlacementState.PLACED, Order.UPDATE): PlacementState.PLACED,
    (PlacementState.PLACED, Order.SUSPEND): PlacementState.SUSPENDED,
    (PlacementState.PLACED, Order.RECALL): PlacementState.RECALLED,
    (PlacementState.PLACED, Order.PAID_IN_FULL): PlacementState.PAID,
    (PlacementState.PLACED, AGENCY_CLOSES): PlacementState.CLOSED,
    (PlacementState.SUSPENDED, Order.UPDATE): PlacementState.SUSPENDED,
    (PlacementState.SUSPENDED, Order.REINSTATE): PlacementState.PLACED,
    (PlacementState.SUSPENDED, Order.RECALL): PlacementState.RECALLED,
    (PlacementState.SUSPENDED, Order.PAID_IN_FULL): PlacementState.PAID,
    (PlacementState.SUSPENDED, AGENCY_CLOSES): PlacementState.CLOSED,
}


@pytest.mark.parametrize("state", PlacementState)
@pytest.mark.parametrize("step", [*Order, AGENCY_CLOSES])
def test_COLL_19_the_steps_are_a_closed_table(state: PlacementState, step: str) -> None:
    expected = STEPS_TAKEN.get((state, step))
    if expected is None:
        with pytest.raises(StepRefused):
            after(state, step)
    else:
        assert after(state, step) is expected


RECALLED_FOR = {
    Condition.OPEN_CLAIM,
    Condition.MEDICAID_QMB,
    Condition.REVIEW,
    Condition.BILL_HELD,
    Condition.RECEIPTS_MISSING,
    Condition.RECEIPTS_BEHIND,
    Condition.MINOR_UNNAMED,
    Condition.DECEASED,
    Condition.BANKRUPTCY,
    Condition.WORKERS_COMP,
    Condition.VETERANS_AFFAIRS,
    Condition.DISPUTED,
    Condition.PAYMENT_TAKEN_BACK,
    Condition.COVERAGE_CHANGED,
    Condition.APPEAL_OPEN,
    Condition.ASSISTANCE_PENDING,
    Condition.GFE_DISPUTE,
    Condition.UNREACHABLE,
    Condition.CREDIT_BALANCE,
}
SUSPENDED_FOR = {
    Condition.SCRA,
    Condition.ATTORNEY,
    Condition.DO_NOT_CONTACT,
    Condition.PLAN_CURRENT,
    Condition.PROMISED,
}


@pytest.mark.parametrize("condition", Condition)
def test_COLL_8_COLL_24_what_each_condition_tells_an_agency(condition: Condition) -> None:
    told = order_for(PlacementState.PLACED, {condition}, balance=OWED)
    if condition in RECALLED_FOR:
        assert told is not None
        assert told.order is Order.RECALL
        assert told.rule_ids
    elif condition in SUSPENDED_FOR:
        assert told is not None
        assert told.order is Order.SUSPEND
    else:
        assert told is None


@given(st.frozensets(st.sampled_from(Condition)), st.integers(-500, 500))
def test_CORE_6_nothing_that_may_not_be_placed_stays_placed(
    held: frozenset[Condition], cents: int
) -> None:
    told = order_for(PlacementState.PLACED, held, balance=Money(cents))
    blocked = {
        c
        for c in held
        if MATRIX[c][Action.PLACEMENT] in {Effect.BLOCK, Effect.UNTIL}
        and c not in {Condition.PLACED, Condition.BELOW_FLOOR}
    }
    assert (told is not None) is (bool(blocked) or cents <= 0)
    if cents <= 0 and held <= {Condition.CREDIT_BALANCE}:
        assert told is not None
        assert told.order is Order.PAID_IN_FULL, (
            "what was paid above it is no reason to call it home"
        )


def test_COLL_8_a_suspended_bill_is_recalled_but_never_reinstated_by_itself() -> None:
    waits = PlacementState.SUSPENDED
    assert order_for(waits, {Condition.SCRA}, balance=OWED) is None
    assert order_for(waits, (), balance=OWED) is None
    told = order_for(waits, {Condition.SCRA, Condition.BANKRUPTCY}, balance=OWED)
    assert told is not None
    assert (told.order, told.rule_ids) == (Order.RECALL, ("COLL-24",))


@pytest.mark.parametrize("state", sorted(set(PlacementState) - WITH_AGENCY))
def test_COLL_19_what_ended_is_told_nothing(state: PlacementState) -> None:
    assert STEPS[state] == {}
    assert order_for(state, {Condition.BANKRUPTCY}, balance=OWED) is None


def _lines(*cents: int) -> tuple[Lost, ...]:
    return tuple(
        Lost(Party(guarantor_account_id=1, visit_id=2, charge_id=n), Money(c))
        for n, c in enumerate(cents, start=1)
    )


def test_OPS_22_a_write_off_takes_each_line_to_nothing() -> None:
    entry = bad_debt(source_ref="b:1", occurred_on=ON, lines=_lines(70_00, 50_00), memo="")
    assert balance(entry.postings, Account.PATIENT_RECEIVABLE) == -OWED
    assert balance(entry.postings, Account.BAD_DEBT) == OWED
    assert {leg.party.charge_id for leg in entry.postings} == {1, 2}


def test_OPS_22_a_recovery_lowers_bad_debt_and_leaves_the_bill_paid() -> None:
    entry = agency_payment(
        source_ref="a:1", occurred_on=ON, settles=_lines(10_00), recovers=_lines(25_00), memo=""
    )
    assert balance(entry.postings, Account.BAD_DEBT) == Money(-25_00)
    assert balance(entry.postings, Account.PATIENT_RECEIVABLE) == Money(-10_00)
    assert balance(entry.postings, Account.AGENCY_CLEARING) == Money(35_00)


def test_COLL_21_the_agencys_fee_is_never_the_patients() -> None:
    entry = agency_remittance(
        source_ref="m:1", occurred_on=ON, gross=Money(35_00), fee=Money(7_00), trace="77"
    )
    assert balance(entry.postings, Account.AGENCY_CLEARING) == Money(-35_00)
    assert balance(entry.postings, Account.PRACTICE_DEPOSITS) == Money(28_00)
    assert balance(entry.postings, Account.AGENCY_FEES) == Money(7_00)
    with pytest.raises(ValueError, match="fee"):
        agency_remittance(source_ref="m:2", occurred_on=ON, gross=OWED, fee=OWED, trace="")
    free = agency_remittance(source_ref="m:3", occurred_on=ON, gross=OWED, fee=ZERO, trace="")
    assert len(free.postings) == 2
