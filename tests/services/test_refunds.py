"""Money goes back: asked for by one, approved by another, never more than was taken."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError

from billing import entries
from billing.entries import unbalanced_charges
from billing.free_text import CardNumberRefused
from billing.ledger import Account, Party
from billing.money import Money
from billing.refunds import RefundRefused
from portal.db import read_only, transaction
from portal.models.accounts import Patient
from portal.models.audit import AuditEvent
from portal.models.claims import Charge
from portal.models.messages import OutboundMessage
from portal.models.refunds import Refund
from portal.queries.ledger_proof import verify_ledger
from portal.queries.prior_decisions import load_entries
from portal.services.apply_credit import apply_credit
from portal.services.decide_refund import CannotDecide, decline_refund
from portal.services.post_entry import post_entry
from portal.services.refusal import NotFound
from tests.sandbox_server import SandboxServer
from tests.services.ledger_book import Book, party_of
from tests.services.refund_desk import COMES_BACK, Desk, open_desk
from tests.services.staff_world import add_staff
from tests.services.till import open_till


@pytest.fixture
def desk(database_url: str, sandbox: SandboxServer, now: datetime) -> Desk:
    return open_desk(open_till(sandbox, now))


def charge_of(visit_id: int) -> int:
    with read_only() as session:
        return session.scalars(select(Charge.id).where(Charge.visit_id == visit_id)).one()


def test_a_full_refund_makes_every_bill_due_again(desk: Desk) -> None:
    payment_id = desk.paid()
    desk.agrees(0, due=0)
    refund_id = desk.refunded(payment_id, 18_240)
    refund = desk.refund(refund_id)
    assert (refund.state, refund.provider_id is not None) == ("succeeded", True)
    assert desk.steps(refund_id) == ["requested", "approved", "submitting", "succeeded"]
    desk.agrees(18_240, due=18_240)


def test_a_partial_refund_is_taken_from_the_newest_service(desk: Desk) -> None:
    payment_id = desk.paid()
    desk.refunded(payment_id, 2_000)
    desk.agrees(2_000, due=2_000)
    older, newer = (charge_of(visit) for visit in desk.till.visit_ids)
    desk.refunded(payment_id, 1_000, older)
    desk.agrees(3_000, due=3_000)
    with pytest.raises(RefundRefused, match=r"pays \$40.00 of that line"):
        desk.ask(payment_id, 4_001, charge_id=older)
    desk.refunded(payment_id, 11_240, newer)
    desk.agrees(14_240, due=14_240)


def test_several_partial_refunds_end_at_the_last_cent(desk: Desk) -> None:
    payment_id = desk.paid(1_000)
    for cents in (333, 333, 333):
        desk.refunded(payment_id, cents)
    with pytest.raises(RefundRefused, match=r"Only \$0.01"):
        desk.ask(payment_id, 2)
    desk.refunded(payment_id, 1)
    desk.agrees(1_000, due=18_240)
    with pytest.raises(RefundRefused, match="All of this payment"):
        desk.ask(payment_id, 1)


def test_OPS_20_credit_goes_back_first_and_no_bill_is_due_again(desk: Desk) -> None:
    """What the bills did not take is credit, and nobody owes it again."""
    payment_id = overpaid(desk)
    desk.agrees(0, due=0, credit=5_000)
    desk.refunded(payment_id, 4_000)
    desk.agrees(4_000, due=0, credit=1_000)
    desk.refunded(payment_id, 2_000)
    desk.agrees(6_000, due=1_000, credit=0)


def test_credit_that_paid_another_bill_since_makes_that_bill_due_again(desk: Desk) -> None:
    payment_id = overpaid(desk)
    new_bill(desk, 3_000)
    desk.agrees(0, due=0, credit=2_000)
    refund_id = desk.refunded(payment_id, 18_240)
    desk.agrees(18_240, due=13_240 + 3_000)
    with read_only() as session:
        [entry] = load_entries(session, [desk.refund(refund_id).entry_id]).values()
    assert unbalanced_charges(entry) == {}


def test_more_than_is_left_is_refused(desk: Desk) -> None:
    payment_id = desk.paid(5_000)
    with pytest.raises(RefundRefused, match=r"Only \$50.00"):
        desk.ask(payment_id, 5_001)
    first = desk.ask(payment_id, 3_000)  # asked for is spoken for
    with pytest.raises(RefundRefused, match=r"Only \$20.00"):
        desk.ask(payment_id, 2_001)
    assert decline_refund(refund_id=first, reason="No", staff=desk.approver, now=desk.till.now)
    desk.ask(payment_id, 5_000)
    with pytest.raises(RefundRefused, match="above"):
        desk.ask(payment_id, 0)
    desk.agrees(0, due=13_240)


def test_twelve_threads_of_300_on_1000_refund_exactly_900(desk: Desk) -> None:
    payment_id = desk.paid(1_000)

    def refund(_: int) -> bool:
        try:
            desk.refunded(payment_id, 300)
        except RefundRefused:
            return False
        return True

    with ThreadPoolExecutor(12) as pool:
        done = list(pool.map(refund, range(12)))
    assert sum(done) == 3
    desk.agrees(900, due=18_240 - 100)


def test_OPS_13_a_second_person_approves(desk: Desk, owner_engine: Engine) -> None:
    payment_id = desk.paid(5_000)
    add_staff("front_desk")  # three sign-ins: nobody decides alone
    desk.asker = desk.approver  # a manager may ask too, and then another manager approves
    refund_id = desk.ask(payment_id, 1_000)
    with pytest.raises(CannotDecide, match="somebody else must approve"):
        desk.approve(refund_id)
    with (
        pytest.raises(DBAPIError, match="second_person"),
        owner_engine.begin() as connection,
    ):
        connection.execute(
            text("UPDATE refunds SET decided_by_id = requested_by_id, state = 'submitting'")
        )
    assert desk.sent_back() == 0
    assert desk.approve(refund_id, by=add_staff("manager", "second@example.com"))
    desk.agrees(1_000, due=14_240)


@pytest.mark.parametrize(
    "role", ["front_desk", "biller", "payment_poster", "collections", "auditor"]
)
def test_HIPAA_7_only_a_manager_approves(desk: Desk, role: str) -> None:
    refund_id = desk.ask(desk.paid(5_000), 1_000)
    staff = add_staff(role, f"other-{role}@example.com")
    with pytest.raises(CannotDecide, match="cannot approve"):
        desk.approve(refund_id, by=staff)
    with pytest.raises(CannotDecide, match="cannot approve"):
        decline_refund(refund_id=refund_id, reason="No", staff=staff, now=desk.till.now)
    assert desk.sent_back() == 0


@pytest.mark.parametrize("role", ["front_desk", "fa_counsellor", "collections", "auditor"])
def test_HIPAA_7_who_may_not_ask(desk: Desk, role: str) -> None:
    payment_id = desk.paid(5_000)
    desk.asker = add_staff(role)
    with pytest.raises(RefundRefused, match="cannot ask"):
        desk.ask(payment_id, 1_000)


def test_a_decline_needs_a_reason_and_sends_nothing(desk: Desk) -> None:
    refund_id = desk.ask(desk.paid(5_000), 1_000)
    with pytest.raises(CannotDecide, match="Say why"):
        decline_refund(refund_id=refund_id, reason=" ", staff=desk.approver, now=desk.till.now)
    assert decline_refund(
        refund_id=refund_id, reason="Wrong payment", staff=desk.approver, now=desk.till.now
    )
    assert not decline_refund(
        refund_id=refund_id, reason="Again", staff=desk.approver, now=desk.till.now
    )
    with pytest.raises(CannotDecide, match="decided meanwhile"):
        desk.approve(refund_id, by=add_staff("manager", "second@example.com"))
    desk.agrees(0, due=13_240)


def test_PCI_5_a_note_with_a_card_number_is_refused(desk: Desk) -> None:
    payment_id = desk.paid(5_000)
    with pytest.raises(CardNumberRefused):
        desk.ask(payment_id, 1_000, note="card 4242 4242 4242 4242")
    with pytest.raises(RefundRefused, match="Say why"):
        desk.ask(payment_id, 1_000, note=" ")
    with read_only() as session:
        assert session.scalars(select(Refund)).all() == []


def test_the_same_page_sent_twice_is_one_request(desk: Desk) -> None:
    payment_id, refund_id = desk.paid(5_000), uuid4()
    for _ in range(2):
        desk.ask(payment_id, 1_000, refund_id=refund_id)
    assert desk.steps(refund_id) == ["requested"]
    with pytest.raises(RefundRefused, match="sent twice"):
        desk.ask(payment_id, 2_000, refund_id=refund_id)


def test_pressing_approve_twice_sends_it_once(desk: Desk) -> None:
    refund_id = desk.ask(desk.paid(5_000), 1_000)
    with ThreadPoolExecutor(6) as pool:
        pressed = list(pool.map(lambda _: desk.approve(refund_id), range(6)))
    assert sum(pressed) == 1
    desk.agrees(1_000, due=14_240)


def test_two_approved_at_once_never_exceed_the_payment(desk: Desk, owner_engine: Engine) -> None:
    """However a request got there, approving looks at what is left again."""
    payment_id = desk.paid(5_000)
    first = desk.ask(payment_id, 3_000)
    second = desk.ask(payment_id, 1_000)
    with owner_engine.begin() as connection:
        connection.execute(text("UPDATE refunds SET amount_cents = 3000"))
    with pytest.raises(CannotDecide, match="More was refunded meanwhile"):
        desk.approve(second)
    assert decline_refund(refund_id=first, reason="Twice", staff=desk.approver, now=desk.till.now)
    assert desk.approve(second)
    desk.agrees(3_000, due=13_240 + 3_000)


def test_a_payment_that_did_not_go_through_has_nothing_to_refund(desk: Desk) -> None:
    started = desk.till.start()
    with pytest.raises(RefundRefused, match="went through"):
        desk.ask(started.payment_id, 100)
    with pytest.raises(NotFound):
        desk.ask(uuid4(), 100)


def test_a_disputed_payment_is_refused_in_plain_words(desk: Desk) -> None:
    payment_id = desk.paid(5_000)
    charge = desk.till.payment(payment_id).charge_id
    desk.till.sandbox.control("dispute", charge=charge)
    refund_id = desk.refunded(payment_id, 1_000)
    refund = desk.refund(refund_id)
    assert refund.state == "refused"
    assert "bank is disputing this payment" in refund.failure
    assert desk.in_books() == 0
    assert verify_ledger().ok
    desk.ask(payment_id, 5_000)  # a refusal frees the amount


def test_a_refund_that_comes_back_is_reversed_and_told(desk: Desk) -> None:
    payment_id = desk.paid(card=COMES_BACK)
    refund_id = desk.refunded(payment_id, 5_000)
    desk.agrees(5_000, due=5_000)
    assert [m.template for m in mails()] == ["receipt", "refund"]
    desk.till.sandbox.control("clock", advance=int(timedelta(days=2).total_seconds()))
    desk.till.now += timedelta(days=2)
    for _ in range(2):  # delivered twice
        desk.till.deliver(*desk.till.sandbox.events())
    refund = desk.refund(refund_id)
    assert (refund.state, desk.steps(refund_id)[-2:]) == ("failed", ["succeeded", "failed"])
    assert "sent the refund back" in refund.failure
    desk.agrees(0, due=0)
    assert desk.work() == ["A refund did not arrive at the patient’s bank."]
    assert [m.template for m in mails()] == ["receipt", "refund", "refund_failed"]
    desk.refunded(payment_id, 5_000)  # it may be tried anew


def test_a_refund_that_comes_back_after_the_bill_was_paid_anew_is_credit(desk: Desk) -> None:
    payment_id = desk.paid(card=COMES_BACK)
    desk.refunded(payment_id, 5_000)
    desk.paid(5_000)
    desk.agrees(5_000, due=0)
    desk.till.sandbox.control("clock", advance=int(timedelta(days=2).total_seconds()))
    desk.till.deliver(*desk.till.sandbox.events())
    desk.agrees(0, due=0, credit=5_000)


def test_MSG_18_the_notice_names_no_amount_and_no_service(desk: Desk) -> None:
    payment_id = desk.paid()
    desk.refunded(payment_id, 5_000)
    receipt, refund = mails()
    number = desk.till.payment(payment_id).receipt_number
    assert (receipt.subject, refund.subject) == (
        "We received your payment",
        "We sent you a refund",
    )
    for mail in (receipt, refund):
        assert f"/receipts/{number}" in mail.body
        for private in ("$", "182", "50.00", "Office", "Testa", "Sample", "Jan"):
            assert private not in mail.subject + mail.body.replace(str(number), "")


def test_MSG_18_duplicate_events_send_one_receipt_and_one_notice(desk: Desk) -> None:
    payment_id = desk.paid()
    desk.refunded(payment_id, 5_000)
    for _ in range(3):
        desk.till.deliver(*desk.till.sandbox.events())
    assert [mail.template for mail in mails()] == ["receipt", "refund"]


def test_HIPAA_3_each_move_of_a_refund_is_in_the_audit_trail(desk: Desk) -> None:
    desk.refunded(desk.paid(), 5_000)
    with read_only() as session:
        rows = session.execute(
            select(AuditEvent.action, AuditEvent.login_id)
            .where(AuditEvent.object_type == "refunds")
            .order_by(AuditEvent.id)
        ).all()
    assert [tuple(row) for row in rows] == [
        ("create", desk.asker.login_id),
        ("approve", desk.approver.login_id),
        ("submit", desk.approver.login_id),
        ("refund_posted", None),
    ]


def test_a_step_of_a_refund_is_never_edited(desk: Desk, owner_engine: Engine) -> None:
    desk.ask(desk.paid(), 5_000)
    with (
        pytest.raises(DBAPIError, match="append-only"),
        owner_engine.begin() as connection,
    ):
        connection.execute(text("UPDATE refund_steps SET state = 'succeeded'"))


@pytest.mark.parametrize(
    ("planted", "check"),
    [
        ("UPDATE refunds SET amount_cents = amount_cents + 1", "refunds equal their entries"),
        ("UPDATE refunds SET entry_id = NULL, state = 'refused'", "every refund entry is of one"),
        ("UPDATE payments SET amount_cents = 1", "no payment is refunded beyond"),
        ("UPDATE refunds SET state = 'failed'", "one that came back nets to nothing"),
    ],
)
def test_the_proof_finds_a_refund_that_is_off(
    desk: Desk, owner_engine: Engine, planted: str, check: str
) -> None:
    desk.refunded(desk.paid(), 5_000)
    assert verify_ledger().ok
    with owner_engine.begin() as connection:
        connection.execute(text(planted))
    assert any(check in fault.check for fault in verify_ledger().faults)


def overpaid(desk: Desk) -> UUID:
    """$182.40 by card while $50.00 of it was taken at the desk: $50.00 is credit."""
    till = desk.till
    started = till.start()
    assert started.checkout_url
    till.sandbox.pay(started.checkout_url)
    older = till.visit_ids[0]
    party = Party(guarantor_account_id=till.account_id, visit_id=older, charge_id=charge_of(older))
    at_the_desk = entries.payment(
        source_ref="test:desk",
        occurred_on=till.now.date(),
        lines=[entries.Line(party, Money(5_000))],
        into=Account.PRACTICE_DEPOSITS,
    )
    with transaction() as session:
        post_entry(session, at_the_desk)
    till.look(started.payment_id)
    return started.payment_id


def new_bill(desk: Desk, cents: int) -> None:
    """Another visit, which the account's credit pays at once."""
    with transaction() as session:
        book = Book(session, counter=50)
        patient = session.scalars(select(Patient)).first()
        assert patient is not None
        visit, [charge] = book.visit(patient, [cents], coverage_intent="self_pay")
        post_entry(
            session,
            entries.self_pay_charge(
                source_ref="test:new",
                occurred_on=visit.service_on,
                lines=[entries.Line(party_of(visit, charge), Money(cents))],
            ),
        )
        apply_credit(
            session,
            guarantor_account_ids=[desk.till.account_id],
            on=desk.till.now.date(),
            source="test:new",
        )


def mails() -> list[OutboundMessage]:
    with read_only() as session:
        return list(session.scalars(select(OutboundMessage).order_by(OutboundMessage.id)))
