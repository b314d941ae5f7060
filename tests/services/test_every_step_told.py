"""Whatever moved a bill, its lines add up on paper: what an agency took, what was let go, what was carried to another account (STMT-4, STMT-8)."""

from __future__ import annotations

import pytest

from billing.money import ZERO, Money
from portal import db
from portal.models.claims import Visit
from portal.models.placements import Placement
from portal.queries.staff_ledger import KIND_WORDS
from portal.queries.statement_build import steps_by_charge, visit_section
from portal.queries.statement_facts import CARRIED, bill_facts
from portal.queries.statement_json import from_json
from portal.queries.statement_lines import AGENCY_KINDS, LET_GO_KINDS, PAID_KINDS, base_kind
from portal.services.move_visits import move_visit
from tests.services.agency_world import line, placed, read, write_off
from tests.services.statement_world import (
    DAY,
    after,
    cut,
    decided_anew,
    deliver,
    later,
    statements,
    work_items,
    world,
)

pytestmark = pytest.mark.usefixtures("database_url")


def told(bill):
    """Its one line as its page shows it."""
    with db.read_only() as session:
        visit_id = bill[0].id
        account_id = session.get_one(Visit, visit_id).guarantor_account_id
        facts = bill_facts(session, visit_id=visit_id, account_id=account_id, on=after(60))
    (account,) = facts.balances
    section = visit_section(facts, account.visits[0], steps_by_charge(facts, account_id))
    (only,) = section.lines
    assert only.balanced, only
    assert [one.explained for one in section.decisions] == [True]
    return only


def came_home(placement) -> None:
    later(lambda w: setattr(w.session.get_one(Placement, placement.id), "state", "recalled"))


def went_out(placement) -> None:
    later(lambda w: setattr(w.session.get_one(Placement, placement.id), "state", "placed"))


def send(home, on) -> int:
    """How many statements were cut; they leave too."""
    numbers = cut(on).numbers
    deliver(home, on)
    return len(numbers)


@pytest.mark.parametrize(
    ("before", "paid", "back", "told_paid", "told_off"),
    [
        ("", "20.00", "", 2000, 0),
        ("", "20.00", "20.00", 0, 0),
        ("written off", "20.00", "", 2000, 3000),
        ("written off", "20.00", "20.00", 0, 5000),
        ("written off", "60.00", "", 5000, 0),
    ],
)
def test_COLL_21_what_an_agency_took_is_what_you_paid(before, paid, back, told_paid, told_off):
    at, bill, placement = world(placed)
    if before:
        write_off(placement)
    read(at, line("R1", "payment", placement, amount=paid))
    if back:
        read(at, line("R2", "payment_back", placement, amount=back, of="R1"))
    one = told(bill)
    assert (one.you_paid, one.assistance) == (Money(told_paid), Money(told_off))


def test_STMT_19_a_bill_that_an_agency_was_paid_for_is_corrected(tmp_path):
    at, bill, placement = world(placed)
    came_home(placement)
    send(tmp_path, DAY)
    went_out(placement)
    read(at, line("R1", "payment", placement, amount="20.00"))
    came_home(placement)
    later(lambda w: decided_anew(w, bill, share=1000))
    assert send(tmp_path, after(40)) == 1, "10.00 of the 20.00 that were paid are credit"
    said = from_json(statements()[-1].content)
    assert (said.amount_due, said.credit) == (ZERO, Money(1000))
    (section,) = said.visits
    assert section.lines[0].you_paid == Money(2000)
    assert work_items() == []


def test_STMT_8_a_bill_that_another_account_handed_over_tells_what_was_paid_before(tmp_path):
    bill, other = world(lambda w: (w.owed(5000), w.account()))
    send(tmp_path, DAY)
    later(lambda w: w.pay(bill, 2000, on=after(3)))
    later(
        lambda w: move_visit(
            w.session,
            w.session.get_one(Visit, bill[0].id),
            to_account_id=other.id,
            source="t",
            on=after(4),
        )
    )
    assert told(bill).you_paid == Money(2000)
    assert send(tmp_path, after(31)) == 1
    said = from_json(statements()[-1].content)
    assert said.amount_due == Money(3000)
    later(
        lambda w: move_visit(
            w.session, w.session.get_one(Visit, bill[0].id),
            to_account_id=bill[0].guarantor_account_id, source="back", on=after(40),
        )
    )  # fmt: skip
    assert told(bill).you_paid == Money(2000)
    assert send(tmp_path, after(61)) == 1
    assert from_json(statements()[-1].content).amount_due == Money(3000)


# What a payer or the practice decides that a patient owes, and what no patient's line sees.
SHARES = {
    "self_pay_charge", "opening", "remittance_claim", "share_passed_on", "patient_share", "takeback_matched",
}  # fmt: skip
NOT_OWED = {
    "charge", "payer_suspense", "suspense_release", "receipt", "dispute_fee", "provider_adjustment",
    "payer_refund", "agency_remittance",
}  # fmt: skip


def test_STMT_4_every_kind_of_entry_has_a_place_on_the_line():
    kinds = {base_kind(kind) for kind in KIND_WORDS}
    placed_kinds = PAID_KINDS | LET_GO_KINDS | AGENCY_KINDS | SHARES | NOT_OWED | {CARRIED}
    assert kinds <= placed_kinds, "say of a new kind what it is to the patient"
    assert not SHARES & (PAID_KINDS | LET_GO_KINDS | AGENCY_KINDS)
