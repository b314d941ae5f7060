"""Small balances: never billed below the floor, and let go after 60 quiet days, in batches that a person approves (OPS-19, OPS-22)."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from billing import entries
from billing.bad_debt import BillState
from billing.ledger import Account, Entry
from billing.money import ZERO, Money
from portal import db
from portal.models.accounts import AccountCondition
from portal.models.bad_debt import BadDebtBatch, BadDebtBill
from portal.models.ledger import JournalEntry
from portal.models.work import WorkItem
from portal.queries.bad_debt_page import batch_page
from portal.queries.balances import balances
from portal.services.approve_bad_debt import approve_bad_debt, decline_bad_debt
from portal.services.prepare_bad_debt import BadDebtRefused
from portal.services.propose_small_balances import Proposed, propose_small_balances
from portal.services.reverse_bad_debt import reverse_bad_debt
from tests.services.agency_world import ON, books, faults, line, read
from tests.services.ledger_book import party_of
from tests.services.placement_world import PLACED_ON, agency, place
from tests.services.staff_world import add_staff
from tests.services.statement_world import DECIDED_ON, cut, deliver, later, noon, world

pytestmark = pytest.mark.usefixtures("database_url")
DAY_60 = DECIDED_ON + timedelta(days=60)
NOTHING = Proposed(0, ZERO)


def proposed(on=DAY_60) -> Proposed:
    return propose_small_balances(on=on, now=noon(on))


def owed() -> Money:
    with db.read_only() as session:
        return sum((account.patient_due for account in balances(session, on=DAY_60)), ZERO)


def batch() -> BadDebtBatch:
    with db.read_only() as session:
        return session.scalars(select(BadDebtBatch)).one()


def bills() -> list[BadDebtBill]:
    with db.read_only() as session:
        return list(session.scalars(select(BadDebtBill).order_by(BadDebtBill.id)))


def approve(on=DAY_60, boss=None) -> int:
    boss = boss or add_staff("manager")
    return approve_bad_debt(batch_id=batch().id, staff=boss, on=on, now=noon(on))


def test_OPS_19_below_the_floor_it_is_proposed_at_60_days_and_not_before():
    world(lambda w: w.owed(499))
    assert proposed(DAY_60 - timedelta(days=1)) == NOTHING
    assert proposed() == Proposed(1, Money(499))
    assert owed() == Money(499), "nothing moves before a person approves it"
    assert proposed() == NOTHING
    assert proposed(DAY_60 + timedelta(days=1)) == NOTHING, "one batch waits at a time"


def test_OPS_22_a_manager_approves_it_and_its_work_is_done():
    world(lambda w: w.owed(499))
    proposed()
    with pytest.raises(BadDebtRefused):
        approve_bad_debt(
            batch_id=batch().id, staff=add_staff("biller"), on=DAY_60, now=noon(DAY_60)
        )
    boss = add_staff("manager")
    assert approve(boss=boss) == 1
    assert approve(boss=boss) == 0
    assert owed() == ZERO
    with db.read_only() as session:
        entry = session.scalars(
            select(JournalEntry).where(JournalEntry.source_ref.like("small_balance:%"))
        ).one()
        assert entry.kind == "adjustment"
        work = session.scalars(select(WorkItem).where(WorkItem.kind == "small_balance")).one()
    assert work.outcome == "approved"


def test_OPS_22_a_bill_of_it_is_taken_back_with_a_reason():
    world(lambda w: w.owed(499))
    proposed()
    boss = add_staff("manager")
    approve(boss=boss)
    asked = {"batch_id": batch().id, "staff": boss, "on": DAY_60, "now": noon(DAY_60)}
    with pytest.raises(BadDebtRefused, match="why"):
        reverse_bad_debt(reason=" ", **asked)
    assert reverse_bad_debt(reason="They want to pay it.", **asked) == 1
    assert reverse_bad_debt(reason="They want to pay it.", **asked) == 0
    assert owed() == Money(499)
    page = batch_page(batch().id)
    assert page is not None
    assert [(one.state, one.left) for one in page.bills] == [("reversed", ZERO)]


def test_OPS_22_what_a_plan_put_back_meanwhile_is_not_owed_a_second_time():
    bill = world(lambda w: w.owed(499))
    proposed()
    boss = add_staff("manager")
    approve(boss=boss)
    visit, [charge], claim, payer = bill

    def decided_again(w):
        """The plan pays the share after all, and the settling puts the write-off back."""
        mine = party_of(visit, charge)
        plans = party_of(visit, charge, claim.id, payer.id)
        legs = entries.transfer(
            Money(499),
            debit_to=(Account.INSURANCE_RECEIVABLE, plans),
            credit_to=(Account.PATIENT_RECEIVABLE, mine),
        )
        w.post(Entry("remittance_claim_reversal", "test:again", DAY_60, tuple(legs)))
        w.post(
            entries.adjustment_taken_back(
                source_ref="test:put-back",
                occurred_on=DAY_60,
                account=Account.SMALL_BALANCE,
                lines=[entries.Line(mine, Money(-499))],
                memo="put back",
            )
        )

    later(decided_again)
    assert owed() == ZERO
    page = batch_page(batch().id)
    assert page is not None
    assert [one.left for one in page.bills] == [ZERO]
    assert (
        reverse_bad_debt(
            batch_id=batch().id, reason="By mistake.", staff=boss, on=DAY_60, now=noon(DAY_60)
        )
        == 1
    )
    assert owed() == ZERO, "a patient was billed for what the plan had put back"
    assert bills()[0].back_entry_id is None


def test_OPS_22_declined_nothing_moves_and_it_is_proposed_again_a_month_later():
    world(lambda w: w.owed(499))
    proposed()
    decline_bad_debt(
        batch_id=batch().id,
        reason="Not this month.",
        staff=add_staff("manager"),
        now=noon(DAY_60),
    )
    assert owed() == Money(499)
    assert proposed(DAY_60 + timedelta(days=1)) == NOTHING, "not every day anew"
    assert proposed(DAY_60 + timedelta(days=30)) == Proposed(1, Money(499))


def test_OPS_22_what_changed_since_it_was_read_is_left_with_the_reason():
    bill = world(lambda w: w.owed(499))
    proposed()
    later(lambda w: w.pay(bill, 100, on=DAY_60))
    assert approve() == 0
    (row,) = bills()
    assert (row.state, row.why) == (
        BillState.REFUSED,
        "the account changed since it was proposed",
    )
    assert owed() == Money(399)


def test_CORE_5_a_hold_that_came_since_keeps_it_back_with_its_rule():
    bill = world(lambda w: w.owed(499))
    proposed()
    later(lambda w: w.add(condition(bill[0], "bankruptcy")))
    assert approve() == 0
    (row,) = bills()
    assert (row.state, row.rule_ids) == (BillState.REFUSED, ["COLL-24"])
    assert owed() == Money(499)


def test_OPS_19_what_can_be_billed_is_not_let_go_unasked():
    world(lambda w: w.owed(500))
    assert proposed(DAY_60 + timedelta(days=300)) == NOTHING


@pytest.mark.parametrize(("cents", "goes"), [(999, True), (1000, False)])
def test_OPS_19_up_to_9_99_it_goes_after_two_statements_and_60_days(tmp_path, cents, goes):
    world(lambda w: w.owed(cents))
    first = DECIDED_ON + timedelta(days=1)
    for on in (first, first + timedelta(days=30)):
        assert cut(on).numbers
        assert proposed(first + timedelta(days=60)) == NOTHING
        deliver(tmp_path, on)
    assert proposed(first + timedelta(days=59)) == NOTHING
    expected = Proposed(1, Money(cents)) if goes else NOTHING
    assert proposed(first + timedelta(days=60)) == expected


def test_OPS_19_a_new_posting_starts_the_60_days_again():
    bill = world(lambda w: w.owed(499))
    later(lambda w: w.pay(bill, 100, on=DECIDED_ON + timedelta(days=30)))
    assert proposed() == NOTHING
    assert proposed(DAY_60 + timedelta(days=30)) == Proposed(1, Money(399))


def condition(visit, kind: str) -> AccountCondition:
    return AccountCondition(
        guarantor_account_id=visit.guarantor_account_id,
        kind=kind,
        since=noon(DECIDED_ON),
        source="test",
    )


@pytest.mark.parametrize("kind", ["disputed", "bankruptcy", "medicaid_qmb"])
def test_OPS_19_what_is_held_or_disputed_is_left_alone(kind):
    world(lambda w: w.add(condition(w.owed(499)[0], kind)))
    assert proposed() == NOTHING


def test_OPS_22_what_a_hold_keeps_back_stands_in_the_batch_with_its_rules():
    def build(w):
        w.owed(499)
        w.add(condition(w.owed(300)[0], "bankruptcy"))

    world(build)
    assert proposed() == Proposed(1, Money(499))
    page = batch_page(batch().id)
    assert page is not None
    assert (page.kind, page.prepared_by, page.amount) == (
        "Small balances",
        "the daily run",
        Money(499),
    )
    assert [(one.amount, one.rules) for one in page.denied] == [
        (Money(300), "A bankruptcy notice is on file (COLL-24)")
    ]
    assert approve() == 1
    assert owed() == Money(300)


def test_OPS_22_a_batch_of_bad_debt_says_who_prepared_it() -> None:
    nobodys = BadDebtBatch(id=uuid4(), state="waiting", prepared_at=noon(DAY_60))
    with pytest.raises(IntegrityError, match="preparer"), db.transaction() as session:
        session.add(nobodys)


def test_OPS_19_what_an_agency_recovered_of_it_stays_paid_as_a_person_takes_it_back():
    def build(w):
        bill, at = w.owed(499), agency(w)
        placement = place(w, bill, at, cents=499)
        placement.state, placement.ended_at = "closed", noon(PLACED_ON)
        return at.id, placement

    at, placement = world(build)
    proposed()
    boss = add_staff("manager")
    approve(boss=boss)
    read(at, line("R1", "payment", placement, amount="2.00"))
    assert owed() == ZERO
    page = batch_page(batch().id)
    assert page is not None
    assert [one.left for one in page.bills] == [Money(299)]
    asked = {"batch_id": batch().id, "staff": boss, "on": ON, "now": noon(ON)}
    assert reverse_bad_debt(reason="They want to pay the rest.", **asked) == 1
    assert owed() == Money(299)
    assert books(Account.SMALL_BALANCE) == ZERO
    assert faults() == []
