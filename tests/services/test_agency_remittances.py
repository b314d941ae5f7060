"""An agency's own payment: exactly what it covers, each once, at the bank and in the day (COLL-21, OPS-10, OPS-11)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import select

from billing.ledger import Account, debit, transfer
from billing.ledger import Entry as LedgerEntry
from billing.money import ZERO, Money
from billing.reassociation import Kind
from portal.db import read_only, transaction
from portal.models.day import BankDeposit
from portal.models.placements import AgencyRemittance, AgencyReturn
from portal.queries.agency_remittances import remittances_page
from portal.queries.bank_expected import expected_payments
from portal.queries.day_facts import day_deposits, day_receipts
from portal.services.enter_agency_remittance import (
    AgencyPaid,
    RemittanceRefused,
    enter_agency_remittance,
)
from portal.services.match_deposit import match_deposit, unmatch_deposit
from portal.services.post_entry import post_entry
from tests.services.agency_world import ON, books, faults, line, placed, read
from tests.services.staff_world import add_staff
from tests.services.statement_world import later, noon, world

pytestmark = pytest.mark.usefixtures("database_url")


def two_payments() -> int:
    """An agency that was paid 20 and 10 for us, and keeps 5 and 2.50."""
    at, _, placement = world(placed)
    read(
        at,
        line("R1", "payment", placement, amount="20.00", fee="5.00"),
        line("R2", "payment", placement, amount="10.00", fee="2.50"),
    )
    return at


def ids(*refs: str) -> list[int]:
    with read_only() as session:
        return list(session.scalars(select(AgencyReturn.id).where(AgencyReturn.ref.in_(refs))))


def paid(at: int, cents: int, fee: int = 0, *, covers=(), **fields) -> AgencyPaid:
    asked = AgencyPaid(
        form_id=uuid4(),
        agency_id=at,
        received_on=ON,
        gross=Money(cents),
        fee=Money(fee),
        trace="CHK 88",
        covers=covers,
    )
    return replace(asked, **fields)


def enter(asked: AgencyPaid, role: str = "manager", email: str = "") -> bool:
    staff = add_staff(role, email or f"{role}{uuid4().hex[:6]}@example.com")
    return enter_agency_remittance(asked, staff=staff, on=ON, now=noon(ON))


def test_COLL_21_the_gross_less_the_fee_is_ours_and_the_fee_is_not_the_patients():
    at = two_payments()
    asked = paid(at, 3000, 750, covers=ids("R1", "R2"))
    assert enter(asked)
    assert not enter(asked)
    assert books(Account.AGENCY_CLEARING) == ZERO
    assert books(Account.AGENCY_FEES) == Money(750)
    assert books(Account.PRACTICE_DEPOSITS) == Money(2250)
    page = remittances_page(at)
    assert (page.outstanding, page.waits) == (ZERO, 0)
    assert (page.paid[0].net, page.paid[0].told_fee) == (Money(2250), Money(750))
    assert faults() == []


def test_COLL_21_what_waits_until_a_day_is_covered_at_once_with_what_was_returned():
    at = two_payments()
    with read_only() as session:
        placement = session.scalars(select(AgencyReturn.told["placement"].astext)).first()
    read(at, line("R3", "payment_back", placement, amount="10.00", of="R2"))
    assert remittances_page(at).outstanding == Money(2000)
    assert enter(paid(at, 2000, 500, through=ON))
    assert remittances_page(at).waits == 0
    assert faults() == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"gross": Money(2999)}, "makes"),
        ({"covers": ()}, "Choose the payments"),
        ({"covers": (999,)}, "Choose the payments"),
        ({"fee": Money(3000)}, "less than the gross"),
        ({"trace": " "}, "trace"),
        ({"received_on": date(2027, 1, 1)}, "not ahead"),
    ],
)
def test_COLL_21_what_does_not_agree_is_refused_and_nothing_posts(change, words):
    at = two_payments()
    asked = replace(paid(at, 3000, 750, covers=ids("R1", "R2")), **change)
    with pytest.raises(RemittanceRefused, match=words):
        enter(asked)
    assert books(Account.AGENCY_FEES) == ZERO


def test_COLL_21_a_payment_comes_once_and_a_trace_counts_once():
    at = two_payments()
    enter(paid(at, 2000, covers=ids("R1")))
    with pytest.raises(RemittanceRefused, match="earlier payment"):
        enter(paid(at, 2000, covers=ids("R1"), trace="CHK 89"))
    with pytest.raises(RemittanceRefused, match="entered before"):
        enter(paid(at, 1000, covers=ids("R2")))
    with pytest.raises(RemittanceRefused, match="role"):
        enter(paid(at, 1000, covers=ids("R2"), trace="CHK 90"), role="biller")


def test_COLL_21_two_who_enter_it_at_once_post_it_once():
    at = two_payments()
    asked = paid(at, 3000, 750, covers=ids("R1", "R2"))
    staff = add_staff("manager")
    with ThreadPoolExecutor(3) as pool:
        done = pool.map(
            lambda _: enter_agency_remittance(asked, staff=staff, on=ON, now=noon(ON)), range(3)
        )
        assert sorted(done) == [False, False, True]
    with read_only() as session:
        assert len(session.scalars(select(AgencyRemittance)).all()) == 1


def test_OPS_10_the_banks_line_answers_it_and_the_day_shows_both_ways():
    at = two_payments()
    asked = paid(at, 3000, 750, covers=ids("R1", "R2"))
    enter(asked)
    with read_only() as session:
        (expected,) = [e for e in expected_payments(session, on=ON) if e.kind is Kind.AGENCY]
    assert (expected.amount, expected.trace) == (Money(2250), "CHK 88")
    deposit_id = later(
        lambda w: w.add(
            BankDeposit(form_id=uuid4(), deposited_on=ON, amount=Money(2250), at=noon(ON))
        )
    ).id
    staff = add_staff("manager")
    match_deposit(
        deposit_id=deposit_id,
        kind=Kind.AGENCY,
        ids=[str(asked.form_id)],
        staff=staff,
        on=ON,
        now=noon(ON),
    )
    assert books(Account.BANK) == Money(2250)
    assert books(Account.PRACTICE_DEPOSITS) == ZERO
    assert remittances_page(at).paid[0].deposit_id == deposit_id
    with read_only() as session:
        (found,) = day_deposits(session, ON)
        (received,) = [one for one in day_receipts(session, ON) if "agencies" in one.method]
        assert [e for e in expected_payments(session, on=ON) if e.kind is Kind.AGENCY] == []
    assert (found.kind, found.expected, found.posted) == ("agency", Money(2250), Money(2250))
    assert (received.amount, received.posted) == (Money(2250), Money(2250))
    unmatch_deposit(deposit_id=deposit_id, reason="Another's", staff=staff, now=noon(ON))
    assert books(Account.BANK) == ZERO
    assert remittances_page(at).paid[0].deposit_id is None


def test_COLL_21_verify_ledger_finds_money_that_no_return_and_no_payment_explains():
    two_payments()
    legs = transfer(
        Money(100),
        debit_to=(Account.AGENCY_CLEARING, _nobody()),
        credit_to=(Account.BANK, _nobody()),
    )
    with transaction() as session:
        post_entry(session, LedgerEntry("stray", "stray:1", ON, legs))
    assert faults() == ["agency_clearing moves by agencies' returns and payments alone"]
    with transaction() as session:
        session.scalars(select(AgencyReturn)).first().amount = Money(1900)
    assert "agency_clearing is what each agency was paid less what it paid us" in faults()


def _nobody():
    return debit(Account.BANK, Money(1))[0].party
