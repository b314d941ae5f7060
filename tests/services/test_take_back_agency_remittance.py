"""An agency's payment that was entered by mistake is taken back: by another person, in the ledger, at the bank, and in the day."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from billing.ledger import Account
from billing.money import ZERO, Money
from billing.reassociation import Kind
from portal.db import read_only
from portal.models.alone import AloneDecision
from portal.models.audit import AuditEvent
from portal.models.day import BankDeposit, DayClose
from portal.models.ledger import JournalEntry
from portal.models.placements import AgencyRemittance, AgencyReturn, Placement
from portal.queries.agency_remittances import remittance_page, remittances_page
from portal.queries.bank_expected import expected_payments
from portal.queries.day_facts import day_deposits, day_receipts
from portal.queries.placement_pages import placement_page
from portal.services.answer_deposit import CannotMatch
from portal.services.day_lock import DayClosed
from portal.services.enter_agency_remittance import enter_agency_remittance
from portal.services.match_deposit import match_deposit
from portal.services.refusal import NotFound
from portal.services.take_back_agency_remittance import NotTakenBack, take_back_agency_remittance
from tests.services.agency_world import ON, books, faults
from tests.services.staff_world import add_staff
from tests.services.statement_world import later, noon
from tests.services.test_agency_remittances import ids, paid, two_payments
from tests.services.test_report_agencies import told

pytestmark = pytest.mark.usefixtures("database_url")
WHY = "It was the other agency’s check"


@pytest.fixture
def entered(database_url: str):
    """The agency's id, its check of $30.00, who entered it, and another manager."""
    at = two_payments()
    asked = paid(at, 3000, 750, covers=ids("R1", "R2"))
    clerk, boss = add_staff("manager", "clerk@example.com"), add_staff("manager")
    enter_agency_remittance(asked, staff=clerk, on=ON, now=noon(ON))
    return at, asked, clerk, boss


def take_back(at, asked, staff, reason=WHY, on=ON) -> bool:
    return take_back_agency_remittance(
        agency_id=at,
        remittance_id=asked.form_id,
        reason=reason,
        staff=staff,
        on=on,
        now=noon(on),
    )


def row_of(asked) -> AgencyRemittance:
    with read_only() as session:
        return session.get_one(AgencyRemittance, asked.form_id)


def of_placement() -> tuple[Money, Money]:
    """What the only placement recovered, and what of it came to us."""
    with read_only() as session:
        placement_id = session.scalars(select(Placement.id)).one()
    page = placement_page(placement_id, on=ON)
    assert page is not None
    return page.recovered, page.came


def match(asked, staff, cents=2250, on=ON) -> int:
    deposit = BankDeposit(form_id=uuid4(), deposited_on=on, amount=Money(cents), at=noon(on))
    deposit_id = later(lambda w: w.add(deposit)).id
    match_deposit(
        deposit_id=deposit_id,
        kind=Kind.AGENCY,
        ids=[str(asked.form_id)],
        staff=staff,
        on=on,
        now=noon(on),
    )
    return deposit_id


def test_COLL_21_the_books_stand_as_before_it_was_entered(entered):
    at, asked, _, boss = entered
    before = told("Placed and recovered")
    assert of_placement() == (Money(3000), Money(3000))
    assert take_back(at, asked, boss)
    assert not take_back(at, asked, boss)
    assert books(Account.AGENCY_CLEARING) == Money(3000)
    assert books(Account.AGENCY_FEES) == ZERO
    assert books(Account.PRACTICE_DEPOSITS) == ZERO
    page = remittances_page(at)
    assert (page.outstanding, page.outstanding_fee, page.waits) == (Money(3000), Money(750), 2)
    assert (page.gross, page.fees) == (ZERO, ZERO)
    assert [(one.taken_back, one.payments) for one in page.paid] == [(True, 2)]
    assert of_placement() == (Money(3000), ZERO)
    assert told("Placed and recovered") == before, "what patients paid the agency stays"
    for row in told("What agencies took"):
        assert list(row.values())[1:] == ["$30.00", "$0.00", "$0.00", "$0.00", "$30.00"]
    assert faults() == []


def test_COLL_21_it_stays_on_record_with_who_why_and_what_it_had_brought(entered):
    at, asked, clerk, boss = entered
    take_back(at, asked, boss)
    row = row_of(asked)
    assert (row.back_by_id, row.back_why, row.back_at) == (boss.login_id, WHY, noon(ON))
    assert row.brought == sorted(ids("R1", "R2"))
    page = remittance_page(at, asked.form_id)
    assert page is not None
    assert (page.entered_by_id, page.back_why) == (clerk.login_id, WHY)
    assert [one.ref for one in page.brings] == ["R1", "R2"]
    with read_only() as session:
        back = session.get_one(JournalEntry, row.back_entry_id)
        assert back.reverses_id == row.entry_id
        told_ = session.scalars(select(AuditEvent).where(AuditEvent.action == "reverse")).one()
    assert told_.object_type == "agency_remittance"
    assert WHY in told_.reason


def test_COLL_21_the_true_payment_is_entered_with_the_same_trace(entered):
    at, asked, clerk, boss = entered
    take_back(at, asked, boss)
    right = paid(at, 2000, 500, covers=ids("R1"))
    assert right.trace == asked.trace
    assert enter_agency_remittance(right, staff=clerk, on=ON, now=noon(ON))
    assert not enter_agency_remittance(asked, staff=clerk, on=ON, now=noon(ON)), "the old page"
    assert books(Account.AGENCY_CLEARING) == Money(1000)
    page = remittances_page(at)
    assert {one.taken_back: (one.payments, one.gross) for one in page.paid} == {
        True: (2, Money(3000)),
        False: (1, Money(2000)),
    }
    assert faults() == []


def test_OPS_13_whoever_entered_it_does_not_take_it_back(entered):
    at, asked, clerk, boss = entered
    add_staff("biller")
    with pytest.raises(NotTakenBack, match="Another person"):
        take_back(at, asked, clerk)
    with pytest.raises(NotTakenBack, match="role"):
        take_back(at, asked, add_staff("collections"))
    with pytest.raises(NotTakenBack, match="why"):
        take_back(at, asked, boss, reason=" ")
    with pytest.raises(NotFound):
        take_back(at + 1, asked, boss)
    assert books(Account.AGENCY_CLEARING) == ZERO


def test_OPS_13_with_fewer_than_three_one_person_may_and_the_log_keeps_it(database_url):
    at = two_payments()
    asked = paid(at, 3000, 750, covers=ids("R1", "R2"))
    boss = add_staff("manager")
    enter_agency_remittance(asked, staff=boss, on=ON, now=noon(ON))
    assert take_back(at, asked, boss)
    with read_only() as session:
        kept = session.scalars(select(AloneDecision)).one()
    assert (kept.duty, kept.amount) == ("agency_money", Money(3000))
    assert row_of(asked).alone_log_id == kept.id


def test_OPS_10_the_banks_line_answers_nothing_any_more(entered):
    at, asked, _, boss = entered
    deposit_id = match(asked, boss)
    assert books(Account.BANK) == Money(2250)
    take_back(at, asked, boss)
    assert books(Account.BANK) == ZERO
    assert books(Account.PRACTICE_DEPOSITS) == ZERO
    with read_only() as session:
        deposit = session.get_one(BankDeposit, deposit_id)
        assert (deposit.agency_remittance_id, deposit.entry_id, deposit.by_hand) == (
            None,
            None,
            True,
        )
        assert [e for e in expected_payments(session, on=ON) if e.kind is Kind.AGENCY] == []
        (line,) = day_deposits(session, ON)
        assert (line.kind, line.expected) == ("", None)
        assert [one for one in day_receipts(session, ON) if "agencies" in one.method] == []
    assert faults() == []
    with pytest.raises(CannotMatch, match="taken back"):
        match(asked, boss)


def test_OPS_12_a_closed_day_stays_and_the_reversal_stands_in_the_first_open_one(entered):
    at, asked, _, boss = entered
    later(lambda w: w.add(closed(ON, boss)))
    assert take_back(at, asked, boss, on=ON + timedelta(days=1))
    after = ON + timedelta(days=1)
    with read_only() as session:
        back = session.get_one(JournalEntry, row_of(asked).back_entry_id)
        assert back.occurred_on == after
        (then,) = [one for one in day_receipts(session, ON) if "agencies" in one.method]
        (now_,) = [one for one in day_receipts(session, after) if "agencies" in one.method]
    assert (then.amount, then.posted) == (Money(2250), Money(2250)), "the closed day says the same"
    assert (now_.amount, now_.posted) == (Money(-2250), Money(-2250))
    assert faults() == []


def test_OPS_12_a_line_of_a_closed_day_keeps_it_where_it_is(entered):
    at, asked, _, boss = entered
    match(asked, boss)
    later(lambda w: w.add(closed(ON, boss)))
    with pytest.raises(DayClosed):
        take_back(at, asked, boss, on=ON + timedelta(days=1))
    assert row_of(asked).back_entry_id is None
    assert books(Account.BANK) == Money(2250)


def closed(on, staff) -> DayClose:
    return DayClose(day=on, closed_at=noon(on), closed_by_id=staff.login_id, figures={})


def test_COLL_21_two_who_take_it_back_at_once_do_it_once(entered):
    at, asked, _, boss = entered
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda _: take_back(at, asked, boss), range(3)))
    assert sorted(done) == [False, False, True]
    with read_only() as session:
        waits = session.scalars(select(AgencyReturn).where(AgencyReturn.remittance_id.is_(None)))
        assert len(waits.all()) == 2
    assert faults() == []
