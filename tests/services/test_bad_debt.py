"""Write-offs as bad debt: only through the gate, approved by a second person, reversible, and never twice (OPS-22, OPS-13)."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import select

from billing.ledger import Account
from billing.money import ZERO, Money
from portal.db import read_only, transaction
from portal.models.bad_debt import BadDebtBill
from portal.models.gate import GateDenial
from portal.models.placements import Placement
from portal.queries.bad_debt_page import bad_debt_page, batch_page
from portal.services.approve_bad_debt import approve_bad_debt, decline_bad_debt
from portal.services.prepare_bad_debt import BadDebtRefused, prepare_bad_debt
from portal.services.refusal import NotFound
from portal.services.reverse_bad_debt import reverse_bad_debt
from tests.services.agency_world import ON, books, faults, line, owed, placed, read
from tests.services.staff_world import add_staff
from tests.services.statement_world import later, noon, work_items, world

pytestmark = pytest.mark.usefixtures("database_url")


def person(role="manager"):
    return add_staff(role, email=f"{role}{uuid4().hex[:6]}@example.com")


def prepare(*bills, staff=None, form=None):
    return prepare_bad_debt(
        form_id=form or uuid4(),
        visit_ids=[bill[0].id for bill in bills],
        staff=staff or person("collections"),
        on=ON,
        now=noon(ON),
    )


def approve(batch_id, staff=None):
    return approve_bad_debt(batch_id=batch_id, staff=staff or person(), on=ON, now=noon(ON))


def reverse(batch_id, bill_id=None, staff=None):
    return reverse_bad_debt(
        batch_id=batch_id,
        bill_id=bill_id,
        reason="A plan was found.",
        staff=staff or person(),
        on=ON,
        now=noon(ON),
    )


def bills_of(batch_id):
    with read_only() as session:
        query = select(BadDebtBill).where(BadDebtBill.batch_id == batch_id)
        return session.scalars(query.order_by(BadDebtBill.id)).all()


def come_home(placement, why="uncollectible"):
    at = placement.agency_id
    read(at, line(f"C{placement.number}", "closure", placement, detail=why))


def test_OPS_22_a_bill_at_an_agency_is_written_off_once_a_second_person_says_so():
    _, bill, _ = world(placed)
    assert [row.visit_id for row in bad_debt_page().candidates] == [bill[0].id]
    batch_id = prepare(bill)
    assert owed(bill) == Money(5000)
    (item,) = [one for one in work_items() if one.kind == "bad_debt"]
    assert item.amount == Money(5000)
    assert bad_debt_page().candidates == ()
    assert approve(batch_id) == 1
    assert approve(batch_id) == 0
    assert (owed(bill), books(Account.BAD_DEBT)) == (ZERO, Money(5000))
    assert next(one for one in work_items() if one.kind == "bad_debt").closed_at is not None
    assert faults() == []


def test_OPS_22_what_an_agency_gave_back_as_uncollectible_is_a_candidate_and_what_else_ended_is_not():
    _, bill, placement = world(placed)
    _, other, error = later(placed)
    come_home(placement)
    come_home(error, why="error")
    assert [row.visit_id for row in bad_debt_page().candidates] == [bill[0].id]
    assert approve(prepare(bill)) == 1
    with pytest.raises(BadDebtRefused, match="COLL-3"):
        prepare(other)


def test_OPS_22_the_gate_denies_a_bill_whose_steps_are_not_proven_and_its_rules_stay():
    _, bill, _ = world(placed)
    stranger = later(lambda w: w.owed(4000))
    batch_id = prepare(bill, stranger)
    page = batch_page(batch_id)
    assert [row.visit_id for row in page.bills] == [bill[0].id]
    (denied,) = page.denied
    said = set(re.findall(r"\(([A-Z]+-\d+)\)", denied.rules))
    assert {"COLL-3", "COLL-4", "COLL-5", "FA-8"} <= said
    with read_only() as session:
        (row,) = session.scalars(select(GateDenial))
    assert (row.asked_by, tuple(row.rule_ids)) == ("write_off", tuple(sorted(said)))
    assert approve(batch_id) == 1
    assert owed(stranger) == Money(4000)


def test_OPS_22_a_hold_denies_it_as_it_is_prepared_and_as_it_is_posted():
    at, bill, placement = world(placed)
    batch_id = prepare(bill)
    read(at, line("R1", "notice", placement, detail="bankruptcy"))
    assert approve(batch_id) == 0
    (row,) = bills_of(batch_id)
    assert (row.state, row.entry_id) == ("refused", None)
    assert "COLL-24" in row.rule_ids
    with pytest.raises(BadDebtRefused, match="COLL-24"):
        prepare(bill)
    assert owed(bill) == Money(5000)


def test_OPS_22_what_changed_since_is_refused_alone():
    _, bill, _ = world(placed)
    _, other, _ = later(placed)
    batch_id = prepare(bill, other)
    later(lambda w: w.pay(bill, 1000, on=ON))
    assert approve(batch_id) == 1
    assert [(row.state, row.why[:12]) for row in bills_of(batch_id)] == [
        ("refused", "what is open"),
        ("posted", ""),
    ]
    assert (owed(bill), owed(other)) == (Money(4000), ZERO)


def test_OPS_13_whoever_prepared_it_does_not_approve_it_and_no_other_role_does():
    _, bill, _ = world(placed)
    manager = person()
    batch_id = prepare(bill, staff=manager)
    with pytest.raises(BadDebtRefused, match="Another person"):
        approve(batch_id, manager)
    with pytest.raises(BadDebtRefused, match="role"):
        approve(batch_id, person("collections"))
    with pytest.raises(BadDebtRefused, match="role"):
        prepare(bill, staff=person("biller"))
    with pytest.raises(NotFound):
        approve(uuid4())
    assert owed(bill) == Money(5000)


def test_OPS_22_a_batch_is_declined_with_a_reason_and_its_bills_are_free_again():
    _, bill, _ = world(placed)
    batch_id = prepare(bill)
    with pytest.raises(BadDebtRefused, match="Say why"):
        decline_bad_debt(batch_id=batch_id, reason=" ", staff=person(), now=noon(ON))
    decline_bad_debt(batch_id=batch_id, reason="Not yet.", staff=person(), now=noon(ON))
    with pytest.raises(BadDebtRefused, match="declined"):
        approve(batch_id)
    assert approve(prepare(bill)) == 1


def test_OPS_22_a_bill_or_a_whole_batch_is_taken_back_once():
    _, bill, _ = world(placed)
    _, other, _ = later(placed)
    batch_id = prepare(bill, other)
    approve(batch_id)
    first = bills_of(batch_id)[0]
    assert reverse(batch_id, first.id) == 1
    assert (owed(bill), owed(other)) == (Money(5000), ZERO)
    assert reverse(batch_id) == 1
    assert reverse(batch_id) == 0
    assert (owed(other), books(Account.BAD_DEBT)) == (Money(5000), ZERO)
    with pytest.raises(BadDebtRefused, match="role"):
        reverse(batch_id, staff=person("collections"))
    assert faults() == []


def test_OPS_22_what_was_recovered_stays_paid_when_the_rest_is_taken_back():
    at, bill, placement = world(placed)
    batch_id = prepare(bill)
    approve(batch_id)
    read(at, line("R1", "payment", placement, amount="20.00"))
    assert reverse(batch_id) == 1
    assert (owed(bill), books(Account.BAD_DEBT)) == (Money(3000), ZERO)
    # Its bank returns that payment afterwards: it is owed, and not bad debt again.
    read(at, line("R2", "payment_back", placement, amount="20.00", of="R1"))
    assert (owed(bill), books(Account.BAD_DEBT)) == (Money(5000), ZERO)
    assert faults() == []


def test_OPS_22_two_presses_at_once_write_each_bill_off_once():
    _, bill, _ = world(placed)
    _, other, _ = later(placed)
    form, staff = uuid4(), person("collections")
    with ThreadPoolExecutor(3) as pool:
        assert set(pool.map(lambda _: prepare(bill, other, staff=staff, form=form), range(3))) == {
            form
        }
        manager = person()
        assert sum(pool.map(lambda _: approve(form, manager), range(3))) == 2
    assert books(Account.BAD_DEBT) == Money(10000)


def test_OPS_22_a_stop_between_two_bills_is_gone_on_with():
    _, bill, _ = world(placed)
    batch_id = prepare(bill)
    approve(batch_id)
    with transaction() as session:  # as if the process had died before this bill
        row = session.scalars(select(BadDebtBill)).one()
        row.state, row.entry_id = "waiting", None
    assert batch_page(batch_id).to_post == 1
    assert approve(batch_id) == 0  # what is open changed: the entry stands
    with read_only() as session:
        assert session.scalars(select(Placement)).one().state == "placed"
