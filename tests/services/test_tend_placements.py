"""What calls a bill home from an agency: within a day, once, and never by forgetting (COLL-8, COLL-19, COLL-24)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from billing import entries
from billing.holds import Action, Condition, Denied, allowed
from billing.ledger import Account, Entry, Party
from billing.money import Money
from billing.placement import bad_debt
from portal import db
from portal.models.accounts import AccountCondition
from portal.models.placements import PlacementOrder
from portal.queries.conditions import conditions
from portal.queries.placed_bills import live_placements, placed_bills
from portal.services.tend_placements import PlacementsTended, tend_placements
from tests.services.placement_world import PLACED_ON, agency, orders, place, states
from tests.services.statement_world import later, noon, world

pytestmark = pytest.mark.usefixtures("database_url")
NOTHING = PlacementsTended()
ON = PLACED_ON + timedelta(days=4)  # the Friday before a federal holiday's Monday is no matter


def build(w, *, kinds=(), cents=5000, told=True):
    bill = w.owed(cents)
    place(w, bill, agency(w), cents=cents, told=told)
    hold(w, bill, kinds)
    return bill


def hold(w, bill, kinds):
    for kind in kinds:
        w.add(
            AccountCondition(
                guarantor_account_id=bill[0].guarantor_account_id,
                kind=kind,
                since=noon(ON),
                source="test",
            )
        )


def tend(on=ON):
    return tend_placements(on=on, now=noon(on))


def test_COLL_19_a_bill_that_nothing_holds_stays_and_is_told_nothing():
    world(build)
    assert tend() == NOTHING
    assert states() == ["placed"]


def test_COLL_24_a_bankruptcy_recalls_it_by_the_next_business_day_once():
    world(lambda w: build(w, kinds=["bankruptcy"]))
    assert tend() == PlacementsTended(recalled=1)
    assert tend() == NOTHING
    assert orders() == [("recall", "COLL-24")]
    assert states() == ["recalled"]
    with db.read_only() as session:
        order = session.scalars(select(PlacementOrder)).one()
        assert order.due_on == date(2026, 7, 6)  # after Independence Day, kept on the Friday
        assert order.owed == Money(5000)
        assert "bankruptcy" in order.why


def test_COLL_27_active_duty_waits_for_a_person_and_a_worse_fact_calls_it_home():
    bill = world(lambda w: build(w, kinds=["scra"]))
    assert tend() == PlacementsTended(suspended=1)
    assert tend() == NOTHING
    later(lambda w: hold(w, bill, ["bankruptcy"]))
    assert tend() == PlacementsTended(recalled=1)
    assert orders() == [("suspend", "COLL-27"), ("recall", "COLL-24")]


def test_COLL_19_a_payment_to_us_is_told_and_the_last_cent_ends_it():
    bill = world(build)
    later(lambda w: w.pay(bill, 2000, on=ON))
    assert tend() == PlacementsTended(updated=1)
    assert tend() == NOTHING
    later(lambda w: w.pay(bill, 3000, on=ON))
    assert tend() == PlacementsTended(paid=1)
    assert orders() == [("update", "COLL-19"), ("paid_in_full", "COLL-21")]
    assert states() == ["paid"]


def test_COLL_19_two_changes_before_one_file_are_one_order_with_the_newest_amount():
    bill = world(build)
    later(lambda w: w.pay(bill, 1000, on=ON))
    tend()
    later(lambda w: w.pay(bill, 500, on=ON))
    assert tend() == PlacementsTended(updated=1)
    with db.read_only() as session:
        assert [row.owed for row in session.scalars(select(PlacementOrder))] == [Money(3500)]


def test_OPS_22_what_is_written_off_is_still_owed_at_the_agency():
    bill = world(build)

    def write_off(w):
        rows = [one for rows in live_placements(w.session).values() for one in rows]
        (placed,) = placed_bills(w.session, rows, on=ON)
        w.post(bad_debt(source_ref="bad:1", occurred_on=ON, lines=placed.open_lines, memo="placed"))

    later(write_off)
    assert tend() == NOTHING
    with db.read_only() as session:
        (placement,) = live_placements(session)[bill[0].guarantor_account_id]
        (placed,) = placed_bills(session, [placement], on=ON)
    assert placed.open_lines == ()
    assert placed.owed == Money(5000)


def owe(w, bill, cents):
    """We owe the account so much, for no bill of its own."""
    party = Party(guarantor_account_id=bill[0].guarantor_account_id)
    legs = entries.transfer(
        Money(cents),
        debit_to=(Account.PRACTICE_DEPOSITS, party),
        credit_to=(Account.PATIENT_CREDIT, party),
    )
    w.post(Entry("receipt", "test:credit", ON, tuple(legs)))


@pytest.mark.parametrize(("credit", "recalled"), [(4999, 0), (5000, 1)])
@pytest.mark.parametrize("written_off", [False, True])
def test_CORE_6_STMT_11_a_bill_comes_home_where_we_owe_as_much(credit, recalled, written_off):
    bill = world(build)

    def change(w):
        if written_off:
            rows = [one for rows in live_placements(w.session).values() for one in rows]
            (one,) = placed_bills(w.session, rows, on=ON)
            w.post(bad_debt(source_ref="bad:1", occurred_on=ON, lines=one.open_lines, memo="test"))
        owe(w, bill, credit)

    later(change)
    assert tend() == PlacementsTended(recalled=recalled)
    assert orders() == [("recall", "STMT-11")] * recalled


def test_MSG_15_while_an_agency_has_it_no_text_may_ask_for_it():
    bill = world(build)
    visit = bill[0]
    with db.read_only() as session:
        book = conditions(session, on=ON, visit_ids=[visit.id])
    kinds = book.of(visit.guarantor_account_id, visit.id).kinds
    assert Condition.PLACED in kinds
    answer = allowed(kinds & {Condition.PLACED}, Action.REMINDER)
    assert isinstance(answer, Denied)
    assert answer.rule_ids == ("MSG-15",)
