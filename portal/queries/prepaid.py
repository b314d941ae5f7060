"""Money paid before booked visits: how much may be, and what of each payment still lies apart (SCH-12)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from billing.check_in import OPEN_STATES
from billing.ledger import Account
from billing.money import ZERO, Money
from portal.db import read_only
from portal.models.accounts import Patient
from portal.models.appointments import Appointment
from portal.models.claims import Visit
from portal.models.ledger import JournalEntry, LedgerAccount, PostingRow
from portal.models.payments import Payment
from portal.queries.appointment_row import appointment_facts
from portal.queries.balances import balances
from portal.queries.check_in_facts import check_ins
from portal.queries.viewer import PatientViewer

APPLIED = "prepayment_applied"
SIGNED = case((PostingRow.side == "credit", PostingRow.amount), else_=-PostingRow.amount)


def reference(payment_id: UUID) -> str:
    """What the legs of one prepayment are found by."""
    return f"prepayment:{payment_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepaid:
    """One payment before a visit, and what of it is neither applied nor sent back."""

    payment_id: UUID
    account_id: int
    appointment_id: UUID
    state: str  # of the appointment
    visit_id: int | None  # its bill, where it is this account's
    elsewhere: bool  # the bill is another account's: the money goes back to who paid
    held: Money
    starts_on: date


def prepayable(session: Session, account_id: int, appointment_id: UUID | None) -> Money:
    """The most that may be paid now before this visit: nothing for another account's, or one that does not stand."""
    if appointment_id is None:
        return ZERO
    visits = appointment_facts(
        session,
        Appointment.id == appointment_id,
        Patient.guarantor_account_id == account_id,
        Appointment.state.in_(OPEN_STATES),
        Appointment.visit_id.is_(None),
    )
    found = check_ins(session, visits)
    return found[appointment_id].left_to_pay if found else ZERO


def held_prepayments(session: Session, *where: ColumnElement[bool]) -> tuple[Prepaid, ...]:
    """What still lies apart, by payment, for a `where` over Payment and Appointment."""
    amount = func.sum(SIGNED)
    rows = session.execute(
        select(
            Payment.id,
            Payment.guarantor_account_id,
            Payment.appointment_id,
            Appointment.state,
            Appointment.visit_id,
            Visit.guarantor_account_id,
            amount,
            Appointment.starts_on,
        )
        .join(Appointment, Appointment.id == Payment.appointment_id)
        .outerjoin(Visit, Visit.id == Appointment.visit_id)
        .join(
            PostingRow,
            PostingRow.reference == func.concat("prepayment:", Payment.id),
        )
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(LedgerAccount.code == Account.PATIENT_PREPAYMENT, *where)
        .group_by(Payment.id, Appointment.id, Visit.id)
        .having(amount > ZERO)
        .order_by(Payment.guarantor_account_id, Payment.id)
    )
    return tuple(
        Prepaid(
            payment_id=payment_id,
            account_id=account_id,
            appointment_id=appointment_id,
            state=state,
            visit_id=visit_id if billed_to == account_id else None,
            elsewhere=billed_to is not None and billed_to != account_id,
            held=held,
            starts_on=starts_on,
        )
        for (
            payment_id,
            account_id,
            appointment_id,
            state,
            visit_id,
            billed_to,
            held,
            starts_on,
        ) in rows
        if appointment_id is not None
    )


def lies_apart(session: Session, payment_id: UUID) -> Money:
    """What of one payment is still kept for its visit."""
    held = held_prepayments(session, Payment.id == payment_id)
    return held[0].held if held else ZERO


def applied(session: Session, payment_ids: Collection[UUID]) -> dict[int, Money]:
    """What these prepayments became on their visits, as credit, by visit."""
    rows = session.execute(
        select(Appointment.visit_id, func.sum(-SIGNED))
        .select_from(PostingRow)
        .join(JournalEntry, JournalEntry.id == PostingRow.entry_id)
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .join(Payment, PostingRow.reference == func.concat("prepayment:", Payment.id))
        .join(Appointment, Appointment.id == Payment.appointment_id)
        .where(
            Payment.id.in_(payment_ids),
            JournalEntry.kind == APPLIED,
            LedgerAccount.code == Account.PATIENT_PREPAYMENT,
        )
        .group_by(Appointment.visit_id)
    )
    return {visit_id: amount for visit_id, amount in rows if visit_id is not None}


def account_due(viewer: PatientViewer, account_id: int, *, on: date) -> Money:
    """What is owed from before, for a page that says it and asks for nothing."""
    if account_id not in viewer.account_ids:
        return ZERO
    with read_only() as session:
        found = balances(session, on=on, account_ids=[account_id])
    return found[0].due_now if found else ZERO
