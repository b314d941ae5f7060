"""Give a grown-up whose bills go to somebody else an account of their own (STMT-13, HIPAA-10)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from portal.models.accounts import AccountCondition, GuarantorAccount, Patient
from portal.models.claims import Charge, Visit
from portal.models.identity import AccountAccess
from portal.models.messages import ThreadMessage
from portal.models.payments import LIVE_STATES, Payment, PaymentAllocation
from portal.models.statements import StatementLine
from portal.services.lock_posting import lock_accounts
from portal.services.move_visits import move_visit
from portal.services.open_account import account_for, fresh_numbers


def part_dependant(
    session: Session, patient_id: int, *, login_id: int, on: date, now: datetime
) -> int:
    """The new account's id. Its patient owes there; visits that nobody was told of go along, with every cent.

    What a statement, a payment or a message has told the other person stays with them: it cannot be taken back. They
    are told nothing. The sign-in opens the new account too.
    """
    patient = session.get_one(Patient, patient_id)
    shared_id = patient.guarantor_account_id
    lock_accounts(session, [shared_id])
    [number] = fresh_numbers(session, 1)
    own = account_for(patient, number=number, on=on)
    own.language = session.get_one(GuarantorAccount, shared_id).language
    session.add(own)
    session.flush()
    for visit in _untold(session, patient_id, shared_id):
        move_visit(session, visit, to_account_id=own.id, source=f"confidential:{login_id}", on=on)
    session.execute(
        update(AccountCondition)
        .where(
            AccountCondition.guarantor_account_id == shared_id,
            AccountCondition.patient_id == patient_id,
            AccountCondition.visit_id.is_(None),
        )
        .values(guarantor_account_id=own.id)
    )
    patient.guarantor_account_id = own.id
    session.add(
        AccountAccess(
            login_id=login_id,
            guarantor_account_id=own.id,
            granted_by=f"confidential:{login_id}",
            granted_at=now,
        )
    )
    session.flush()
    return own.id


def _untold(session: Session, patient_id: int, account_id: int) -> list[Visit]:
    """None while a payment of the account is under way: its shares are settled when it ends."""
    if is_paying(session, account_id):
        return []
    visits = session.scalars(
        select(Visit).where(
            Visit.patient_id == patient_id,
            Visit.guarantor_account_id == account_id,
            Visit.first_statement_on.is_(None),
        )
    )
    return [visit for visit in visits if not any(told_of(session, visit))]


def is_paying(session: Session, account_id: int) -> bool:
    """Whether a payment of the account is under way."""
    paying = select(Payment.id).where(
        Payment.guarantor_account_id == account_id, Payment.state.in_(LIVE_STATES)
    )
    return session.scalar(paying.limit(1)) is not None


def told_of(session: Session, visit: Visit) -> tuple[bool, bool, bool]:
    """Whether whoever reads the account knows of the visit: by a statement, by a payment here, by a message."""
    charges = select(Charge.id).where(Charge.visit_id == visit.id)
    row = session.execute(
        select(
            exists().where(StatementLine.charge_id.in_(charges)),
            exists().where(PaymentAllocation.charge_id.in_(charges)),
            exists().where(ThreadMessage.visit_id == visit.id),
        )
    ).one()
    stated, paid, asked = row
    return stated or visit.first_statement_on is not None, paid, asked
