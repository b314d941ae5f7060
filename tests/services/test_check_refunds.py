"""Refunds by check: only where no card takes it, by two people, never more than there is, and in the books to the cent."""

from __future__ import annotations

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from billing import entries
from billing.ledger import Account, Party
from billing.money import Money
from billing.refunds import RefundReason, RefundRefused
from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount, Payer
from portal.models.claims import Charge, Visit
from portal.models.payments import Payment
from portal.models.refunds import CheckRefund
from portal.models.work import WorkItem
from portal.queries.check_books import credit_books
from portal.queries.check_register import check_page, check_register
from portal.queries.ledger_proof import verify_ledger
from portal.queries.refunds_told import refunds_told
from portal.queries.viewer import StaffViewer
from portal.services.decide_check import approve_check, decline_check
from portal.services.decide_refund import CannotDecide
from portal.services.export_checks import checks_csv
from portal.services.export_payments import export_payments
from portal.services.lock_check import CannotCheck
from portal.services.note_credits import note_credits
from portal.services.post_entry import post_entry
from portal.services.refund_payer import (
    PayerRefundWish,
    approve_payer_refund,
    request_payer_refund,
    write_payer_refund,
)
from portal.services.request_check import CheckWish, request_check
from portal.services.write_check import clear_check, void_check, write_check
from tests.sandbox_server import SandboxServer
from tests.services.ledger_book import party_of
from tests.services.payer_voice import total
from tests.services.refund_desk import COMES_BACK, Desk, open_desk
from tests.services.staff_world import add_staff
from tests.services.till import open_till


@pytest.fixture
def desk(database_url: str, sandbox: SandboxServer, now: datetime) -> Desk:
    return open_desk(open_till(sandbox, now))


def closed_payment(desk: Desk) -> UUID:
    """$182.40 whose card has sent one refund back."""
    payment_id = desk.paid(card=COMES_BACK)
    desk.refunded(payment_id, 10_00)
    desk.till.sandbox.control("clock", advance=2 * 86_400)
    desk.till.deliver(*desk.till.sandbox.events())
    return payment_id


def ask(
    desk: Desk,
    cents: int,
    payment_id: UUID | None = None,
    *,
    check_id: UUID | None = None,
    by: StaffViewer | None = None,
) -> UUID:
    check_id = check_id or uuid4()
    request_check(
        check_id=check_id,
        account_id=desk.till.account_id,
        wish=CheckWish(
            amount=Money(cents),
            reason=RefundReason.PATIENT_ASKED,
            note="The card is closed",
            payment_id=payment_id,
        ),
        staff=by or desk.asker,
        on=today(desk),
        now=desk.till.now,
    )
    return check_id


def today(desk: Desk) -> date:
    return desk.till.now.date()


def approve(desk: Desk, check_id: UUID, by: StaffViewer | None = None) -> bool:
    who = by or desk.approver
    return approve_check(check_id=check_id, staff=who, on=today(desk), now=desk.till.now)


def write(desk: Desk, check_id: UUID, number: str) -> bool:
    return write_check(
        check_id=check_id,
        number=number,
        written_on=today(desk),
        staff=desk.asker,
        on=today(desk),
        now=desk.till.now,
    )


def row(check_id: UUID) -> CheckRefund:
    with read_only() as session:
        return session.get_one(CheckRefund, check_id)


def test_OPS_13_from_the_wish_to_the_bank_by_two_people(desk: Desk) -> None:
    add_staff("front_desk")  # three sign-ins: nobody decides alone
    payment_id = closed_payment(desk)
    check_id = ask(desk, 50_00, payment_id)
    assert total(Account.BANK) == 0, "nothing moves before it is written"
    with pytest.raises(CannotCheck, match="somebody else"):
        approve(desk, ask(desk, 1_00, payment_id, by=desk.approver))
    assert (approve(desk, check_id), approve(desk, check_id)) == (True, False)
    assert (write(desk, check_id, "01042"), write(desk, check_id, "1042")) == (True, False)
    assert (total(Account.BANK), desk.till.due()) == (-50_00, 50_00)
    kept = row(check_id)
    assert (kept.number, kept.written_on, kept.payee) == ("1042", today(desk), "Testa Sample")
    clear = {"check_id": check_id, "staff": desk.approver, "on": today(desk), "now": desk.till.now}
    for expected in (True, False):
        assert clear_check(cleared_on=today(desk), **clear) is expected
    with pytest.raises(CannotCheck):
        void_check(reason="Lost", **clear)
    page = check_page(desk.approver, check_id)
    assert page
    assert [step.state for step in page.steps] == ["requested", "approved", "written", "cleared"]
    assert verify_ledger().ok


def test_OPS_20_a_number_of_a_check_to_a_payer_is_in_no_other_check(desk: Desk) -> None:
    check_id = ask(desk, 50_00, closed_payment(desk))
    approve(desk, check_id)
    to_payer(desk, "1042")
    with pytest.raises(CannotCheck, match="in the register already"):
        write(desk, check_id, "1042")
    assert write(desk, check_id, "1043")


def to_payer(desk: Desk, number: str) -> None:
    """A check of $5.00 to a payer out of the same checkbook."""
    with transaction() as session:
        payer = Payer(identifier="ACME9", name="Acme Health")
        session.add(payer)
        session.flush()
        wish = PayerRefundWish(
            payer_id=payer.id,
            reference="LETTER1",
            amount=Money(5_00),
            federal=False,
            identified_on=today(desk),
            note="Paid twice",
        )
    refund_id, when = uuid4(), {"on": today(desk), "now": desk.till.now}
    request_payer_refund(refund_id=refund_id, wish=wish, staff=desk.asker, **when)
    approve_payer_refund(refund_id=refund_id, staff=desk.approver, now=desk.till.now)
    write_payer_refund(
        refund_id=refund_id, number=number, written_on=today(desk), staff=desk.asker, **when
    )


def test_a_void_check_is_reversed_and_its_money_counts_again(desk: Desk) -> None:
    payment_id = closed_payment(desk)
    check_id = ask(desk, 182_40, payment_id)
    approve(desk, check_id)
    write(desk, check_id, "7")
    assert desk.till.due() == 182_40
    end = {"check_id": check_id, "staff": desk.approver, "on": today(desk), "now": desk.till.now}
    for expected in (True, False):
        assert void_check(reason="Never cashed", **end) is expected
    assert (total(Account.BANK), desk.till.due()) == (0, 0)
    assert verify_ledger().ok
    again = ask(desk, 182_40, payment_id)
    approve(desk, again)
    with pytest.raises(CannotCheck, match="in the register"):
        write(desk, again, "7")


def test_OPS_20_a_card_that_can_take_it_comes_first(desk: Desk) -> None:
    payment_id = desk.paid()
    with pytest.raises(RefundRefused, match="that way first"):
        ask(desk, 20_00, payment_id)
    with transaction() as session:  # as if it had been paid long ago
        session.get_one(Payment, payment_id).succeeded_at = desk.till.now - timedelta(days=200)
    assert row(ask(desk, 20_00, payment_id)).state == "requested"


def test_a_disputed_payment_is_sent_back_by_no_way(desk: Desk) -> None:
    payment_id = closed_payment(desk)
    charge = desk.till.payment(payment_id).charge_id
    desk.till.sandbox.control("dispute", charge=charge)
    desk.till.deliver(*desk.till.sandbox.events())
    with pytest.raises(RefundRefused, match="bank disputes"):
        ask(desk, 20_00, payment_id)


@pytest.mark.parametrize("cents", [0, -1, 182_41])
def test_no_check_is_asked_for_beyond_the_payment(desk: Desk, cents: int) -> None:
    payment_id = closed_payment(desk)
    with pytest.raises(RefundRefused):
        ask(desk, cents, payment_id)


def test_I5_twelve_at_once_by_both_ways_never_send_more_than_was_captured(desk: Desk) -> None:
    """Six by card and six by check, $30.00 each, of $182.40: six get through, whichever they are."""
    payment_id = closed_payment(desk)

    def once(n: int) -> bool:
        try:
            if n % 2:
                desk.refunded(payment_id, 30_00)
            else:
                check_id = ask(desk, 30_00, payment_id)
                approve(desk, check_id)
                write(desk, check_id, str(100 + n))
        except (RefundRefused, CannotCheck, CannotDecide):
            return False
        return True

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(once, range(12))) == 6
    sent = desk.sent_back() - total(Account.BANK)
    assert sent == 180_00
    assert desk.till.due() == 180_00
    assert verify_ledger().ok


def deposit(desk: Desk, cents: int) -> None:
    """Cash at the desk, for nothing in particular: credit that came by no card."""
    with transaction() as session:
        entry = entries.receipt(
            source_ref=f"test:{uuid4()}",
            occurred_on=today(desk),
            amount=Money(cents),
            party=Party(guarantor_account_id=desk.till.account_id),
        )
        post_entry(session, entry)


def test_OPS_20_credit_of_cash_goes_by_check_on_the_clock_that_found_it(desk: Desk) -> None:
    desk.paid()
    deposit(desk, 40_00)
    found_on = today(desk)
    note_credits(on=found_on, now=desk.till.now)
    desk.till.now += timedelta(days=10)
    check_id = ask(desk, 25_00)
    assert row(check_id).due_on == found_on + timedelta(days=30)
    with pytest.raises(RefundRefused, match=r"Only \$15.00"):
        ask(desk, 15_01)
    approve(desk, check_id)
    write(desk, check_id, "11")
    assert (desk.till.credit(), total(Account.BANK)) == (15_00, -25_00)
    last = ask(desk, 15_00)
    approve(desk, last)
    write(desk, last, "12")
    with read_only() as session:
        item = session.scalars(select(WorkItem).where(WorkItem.kind == "credit_found")).one()
    assert item.closed_at is not None
    assert verify_ledger().ok


def test_OPS_20_credit_paid_by_card_goes_back_to_it_and_only_the_rest_by_check(desk: Desk) -> None:
    """The bill fell after it was paid: $20.00 of the card's money is credit, $40.00 came in cash."""
    payment_id = desk.paid()
    with transaction() as session:
        owner = party_of_visit(session, desk.till.visit_ids[0])
        lines = [entries.Line(owner, Money(-20_00))]
        off = entries.self_pay_charge(source_ref="test:off", occurred_on=today(desk), lines=lines)
        post_entry(session, off)
        credit = entries.credit_application(
            source_ref="test:over", occurred_on=today(desk), lines=lines
        )
        post_entry(session, credit)
    deposit(desk, 40_00)
    with read_only() as session:
        books = credit_books(session, desk.till.account_id, on=today(desk), now=desk.till.now)
    ways = [(way.payment_id, way.amount) for way in books.cards]
    assert (ways, books.by_check) == ([(payment_id, Money(20_00))], Money(40_00))
    with pytest.raises(RefundRefused, match="Send back by card first"):
        ask(desk, 40_01)
    assert row(ask(desk, 40_00)).payment_id is None


def party_of_visit(session: Session, visit_id: int) -> Party:
    charge = session.scalars(select(Charge).where(Charge.visit_id == visit_id)).one()
    visit = session.get_one(Visit, visit_id)
    return party_of(visit, charge)


def test_the_same_page_asks_once_and_a_declined_one_frees_its_money(desk: Desk) -> None:
    payment_id = closed_payment(desk)
    check_id = ask(desk, 182_40, payment_id)
    ask(desk, 182_40, payment_id, check_id=check_id)
    with pytest.raises(RefundRefused, match="sent twice"):
        ask(desk, 1_00, payment_id, check_id=check_id)
    with pytest.raises(RefundRefused, match="All of this payment"):
        ask(desk, 1_00, payment_id)
    decline_check(check_id=check_id, reason="Wrong amount", staff=desk.approver, now=desk.till.now)
    assert row(ask(desk, 1_00, payment_id)).state == "requested"
    with pytest.raises(CannotCheck):
        approve(desk, check_id)


def test_the_database_holds_the_second_person_too(desk: Desk) -> None:
    check_id = ask(desk, 1_00, closed_payment(desk))
    approved = update(CheckRefund).values(state="approved", decided_by_id=desk.asker.login_id)
    with pytest.raises(IntegrityError, match="second_person"), transaction() as session:
        session.execute(approved.where(CheckRefund.id == check_id))


def test_the_register_prints_checks_and_the_patient_and_other_software_hear_of_them(
    desk: Desk,
) -> None:
    payment_id = closed_payment(desk)
    with transaction() as session:
        account = session.get_one(GuarantorAccount, desk.till.account_id)
        account.street, account.city, account.state = "1 Sample St", "Sampletown", "OH"
        account.postal_code = "43004"
    check_id = ask(desk, 50_00, payment_id)
    approve(desk, check_id)
    [line] = csv.DictReader(io.StringIO(checks_csv(check_register(desk.approver))))
    assert (line["state"], line["payee"], line["amount"]) == ("approved", "Testa Sample", "50.00")
    assert line["address1"]
    assert "visit" not in line["memo"].lower()
    write(desk, check_id, "55")
    with read_only() as session:
        told = refunds_told(session, [payment_id])[payment_id]
    assert ("", Money(50_00)) in {(t.back_to, t.amount) for t in told}
    rows = list(csv.DictReader(io.StringIO(export_payments(since=date(2026, 1, 1)))))
    assert [r["amount_cents"] for r in rows if r["method"] == "check"] == ["-5000"]
