"""A copay paid before a visit: kept apart, used for that visit's bill alone, given back where there is no visit (SCH-12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from billing import entries
from billing.ledger import Account, Party
from billing.money import ZERO, Money
from billing.payment_choice import Choice, Scope
from billing.transitions import AppointmentStep
from portal.db import read_only, transaction
from portal.models.accounts import Patient
from portal.models.appointments import Appointment
from portal.models.calendar import VisitType
from portal.models.claims import Visit
from portal.models.ledger import LedgerAccount, PostingRow
from portal.models.refunds import Refund
from portal.models.work import WorkItem
from portal.queries.ledger_proof import verify_ledger
from portal.queries.prepaid import prepayable
from portal.services.apply_waiting_credit import apply_waiting_credit
from portal.services.appointment_actor import Actor
from portal.services.bill_appointments import bill_appointments
from portal.services.cancel_appointment import cancel_appointment
from portal.services.mark_appointment import mark_appointment
from portal.services.post_entry import post_entry
from portal.services.run_day import run_day
from portal.services.take_payment import CannotPay
from portal.services.tend_prepayments import tend_prepayments
from tests.booking_world import BookingWorld, open_booking
from tests.sandbox_server import SandboxServer
from tests.services.ledger_book import Book, party_of
from tests.services.refund_desk import Desk, open_desk
from tests.services.statement_world import Office
from tests.services.till import Till, open_till

ESTIMATE = 18_000


@dataclass
class Ahead:
    """A till whose patient has a booked visit beside two bills of $182.40."""

    till: Till
    world: BookingWorld
    patient_id: int
    appointment_id: UUID

    def pay(self, cents: int = ESTIMATE, **other: object) -> UUID:
        wish = Choice(Scope.PREPAY, amount=Money(cents), appointment_id=self.appointment_id)
        started = self.till.start(wish, **other)
        assert started.checkout_url
        self.till.sandbox.pay(started.checkout_url)
        self.till.look(started.payment_id)
        return started.payment_id

    def held(self) -> int:
        signed = func.sum(PostingRow.amount).filter(PostingRow.side == "credit")
        spent = func.sum(PostingRow.amount).filter(PostingRow.side == "debit")
        with read_only() as session:
            came, went = session.execute(
                select(signed, spent)
                .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
                .where(LedgerAccount.code == Account.PATIENT_PREPAYMENT)
            ).one()
        return (came.cents if came else 0) - (went.cents if went else 0)

    def cancel(self) -> None:
        cancel_appointment(
            appointment_id=self.appointment_id,
            side="practice",
            reason="provider_away",
            actor=Actor(None, "staff"),
            now=self.till.now,
        )

    def bill(self, cents: int) -> int:
        """The visit's own bill, linked as an import does."""
        with transaction() as session:
            book = Book(session)
            patient = session.get_one(Patient, self.patient_id)
            row = session.get_one(Appointment, self.appointment_id)
            visit, [charge] = book.visit(
                patient, [cents], coverage_intent="self_pay", service_on=row.starts_on
            )
            line = entries.Line(party_of(visit, charge), Money(cents))
            today = self.till.now.date()
            post_entry(
                session,
                entries.self_pay_charge(
                    source_ref=f"test:{visit.id}", occurred_on=today, lines=[line]
                ),
            )
            bill_appointments(session, [visit], on=today)
            return visit.id

    def refunds(self) -> list[Refund]:
        with read_only() as session:
            return list(session.scalars(select(Refund)))


@pytest.fixture
def ahead(database_url: str, sandbox: SandboxServer, now: datetime) -> Ahead:
    till = open_till(sandbox, now)
    world = open_booking(now, with_practice=False)
    with transaction() as session:
        patient_id = session.scalars(
            select(Patient.id).where(Patient.guarantor_account_id == till.account_id)
        ).one()
        session.get_one(VisitType, world.visit).estimate = Money(ESTIMATE)
    booked = world.book(patient_id=patient_id, via="staff")
    return Ahead(till, world, patient_id, booked)


def proven() -> None:
    assert verify_ledger().faults == ()


def test_SCH_12_a_prepayment_is_kept_apart_from_every_other_bill(ahead: Ahead) -> None:
    payment_id = ahead.pay()
    apply_waiting_credit(on=ahead.till.now.date())
    assert tend_prepayments(on=ahead.till.now.date(), now=ahead.till.now) == 0
    assert ahead.held() == ESTIMATE
    assert (ahead.till.due(), ahead.till.credit()) == (18_240, 0)
    receipt = ahead.till.receipt(payment_id)
    assert receipt is not None
    assert receipt.before_visit
    proven()


def test_SCH_12_more_than_the_visit_can_cost_is_refused_and_so_is_another_accounts(
    ahead: Ahead,
) -> None:
    with pytest.raises(CannotPay, match="more than this visit"):
        ahead.pay(ESTIMATE + 1)
    ahead.pay()
    with pytest.raises(CannotPay, match="toward this visit"):
        ahead.pay(100)
    other = Choice(Scope.PREPAY, amount=Money(100), appointment_id=uuid4())
    with pytest.raises(CannotPay, match="toward this visit"):
        ahead.till.start(other)


def test_SCH_12_it_pays_the_bill_of_its_visit_and_the_rest_is_credit(ahead: Ahead) -> None:
    ahead.pay()
    visit_id = ahead.bill(15_000)
    assert ahead.held() == 0
    assert (ahead.till.due(), ahead.till.credit()) == (18_240, 3_000)
    with read_only() as session:
        assert session.get_one(Visit, visit_id).guarantor_account_id == ahead.till.account_id
    assert tend_prepayments(on=ahead.till.now.date(), now=ahead.till.now) == 0
    proven()


@pytest.mark.parametrize("how", ["missed", "by the day"])
def test_SCH_12_without_a_visit_it_goes_back_once_somebody_approves(ahead: Ahead, how: str) -> None:
    payment_id = ahead.pay()
    if how == "missed":
        late = ahead.world.row(ahead.appointment_id).starts_at + timedelta(minutes=20)
        step = AppointmentStep.MISS
        actor = Actor(None, "staff")
        mark_appointment(appointment_id=ahead.appointment_id, step=step, actor=actor, now=late)
    else:
        with transaction() as session:
            session.get_one(Appointment, ahead.appointment_id).state = "canceled"
        assert tend_prepayments(on=ahead.till.now.date(), now=ahead.till.now) == 1
    assert tend_prepayments(on=ahead.till.now.date(), now=ahead.till.now) == 0
    [asked] = ahead.refunds()
    assert (asked.payment_id, asked.amount, asked.state) == (
        payment_id,
        Money(ESTIMATE),
        "requested",
    )
    apply_waiting_credit(on=ahead.till.now.date())
    assert (ahead.held(), ahead.till.due()) == (ESTIMATE, 18_240)
    desk: Desk = open_desk(ahead.till)
    desk.approve(asked.id)
    assert [row.state for row in ahead.refunds()] == ["succeeded"]
    assert (ahead.held(), ahead.till.due(), ahead.till.credit()) == (0, 18_240, 0)
    proven()


def test_SCH_12_who_comes_late_keeps_it_for_the_visit(ahead: Ahead) -> None:
    ahead.pay()
    start, actor = ahead.world.row(ahead.appointment_id).starts_at, Actor(None, "staff")

    def mark(step: AppointmentStep, minutes: int) -> None:
        at = start + timedelta(minutes=minutes)
        mark_appointment(appointment_id=ahead.appointment_id, step=step, actor=actor, now=at)

    mark(AppointmentStep.MISS, 15)
    assert [row.state for row in ahead.refunds()] == ["requested"]
    mark(AppointmentStep.ARRIVE, 17)
    assert [row.state for row in ahead.refunds()] == ["declined"]
    assert ahead.held() == ESTIMATE
    # Marked as missed after all, it is asked for once more.
    mark(AppointmentStep.MISS, 60)
    assert sorted(row.state for row in ahead.refunds()) == ["declined", "requested"]
    mark(AppointmentStep.UNDO, 61)
    ahead.bill(15_000)
    assert (ahead.held(), ahead.till.credit()) == (0, 3_000)
    proven()


def test_SCH_12_paid_for_a_visit_without_a_bill_it_is_asked_about_after_thirty_days(
    ahead: Ahead,
) -> None:
    ahead.pay()
    start = ahead.world.row(ahead.appointment_id).starts_on
    for days in (30, 31, 32):
        tend_prepayments(on=start + timedelta(days=days), now=ahead.till.now)
        with read_only() as session:
            found = session.scalars(
                select(WorkItem).where(WorkItem.kind == "prepaid_unbilled")
            ).all()
        assert len(found) == (days > 30)
    assert found[0].amount == Money(ESTIMATE)


def test_SCH_12_what_went_back_may_be_paid_again_while_the_visit_stands(ahead: Ahead) -> None:
    payment_id = ahead.pay()

    def left() -> Money:
        with read_only() as session:
            return prepayable(session, ahead.till.account_id, ahead.appointment_id)

    assert left() == ZERO
    desk = open_desk(ahead.till)
    asked = desk.ask(payment_id, ESTIMATE)
    assert left() == Money(ESTIMATE)
    desk.approve(asked)
    assert left() == Money(ESTIMATE)


def test_SCH_12_a_bill_that_came_while_the_visit_was_marked_as_missed_is_found_next_morning(
    ahead: Ahead, tmp_path: Path
) -> None:
    ahead.pay()
    with transaction() as session:
        session.get_one(Appointment, ahead.appointment_id).state = "no_show"
    ahead.bill(15_000)
    assert ahead.held() == ESTIMATE
    with transaction() as session:
        session.get_one(Appointment, ahead.appointment_id).state = "done"
    run_day(on=ahead.till.now.date(), now=ahead.till.now, office=Office(tmp_path))
    assert (ahead.held(), ahead.till.credit()) == (0, 3_000)
    proven()


def test_SCH_12_paid_after_it_was_canceled_goes_back_too(ahead: Ahead) -> None:
    wish = Choice(Scope.PREPAY, amount=Money(ESTIMATE), appointment_id=ahead.appointment_id)
    started = ahead.till.start(wish)
    ahead.cancel()
    assert started.checkout_url
    ahead.till.sandbox.pay(started.checkout_url)
    ahead.till.look(started.payment_id)
    assert tend_prepayments(on=ahead.till.now.date(), now=ahead.till.now) == 1
    assert [row.state for row in ahead.refunds()] == ["requested"]
    proven()


def test_SCH_12_the_legs_of_a_prepayment() -> None:
    party = Party(guarantor_account_id=1, reference="prepayment:x")
    day = datetime(2026, 3, 2).date()
    came = entries.prepayment(source_ref="a", occurred_on=day, amount=Money(500), party=party)
    used = entries.prepayment_applied(
        source_ref="b", occurred_on=day, amount=Money(500), party=party, visit_id=7
    )
    assert [(leg.account, leg.side) for leg in came.postings] == [
        (Account.STRIPE_CLEARING, "debit"),
        (Account.PATIENT_PREPAYMENT, "credit"),
    ]
    assert used.postings[1].party == Party(guarantor_account_id=1, visit_id=7)
