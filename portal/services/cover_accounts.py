"""Let a confidential request hold on accounts that came to its person later (HIPAA-10)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.confidential import ConfidentialRequest
from portal.models.identity import AccountAccess
from portal.queries.reach import standing_requests
from portal.services.practice_date import practice_date
from portal.services.whose_request import whose_request


def cover_linked(session: Session, login_id: int, *, now: datetime) -> None:
    """A sign-in that asked before it had an account just got one: it holds there too, where it is theirs."""
    row = session.scalar(
        select(ConfidentialRequest).where(
            ConfidentialRequest.login_id == login_id, ConfidentialRequest.ended_at.is_(None)
        )
    )
    if row is None:
        return
    account_ids = session.scalars(
        select(AccountAccess.guarantor_account_id).where(
            AccountAccess.login_id == login_id, AccountAccess.ended_at.is_(None)
        )
    ).all()
    on = practice_date(session, now)
    whose = whose_request(session, login_id=login_id, account_ids=account_ids, on=on)
    row.patient_id = row.patient_id or whose.patient_id
    row.account_ids = sorted({*row.account_ids, *whose.account_ids})


def cover_also(session: Session, account_id: int, *, other_id: int) -> None:
    """The same person answers on another account from now on."""
    row = standing_requests(session, [account_id]).get(account_id)
    if row is not None and account_id in row.account_ids:
        row.account_ids = sorted({*row.account_ids, other_id})


def cover_patient(session: Session, patient_id: int, *, account_id: int) -> bool:
    """An account that is this patient's alone was opened: their request holds there; whether it names an address."""
    row = session.scalars(
        select(ConfidentialRequest)
        .where(ConfidentialRequest.patient_id == patient_id, ConfidentialRequest.ended_at.is_(None))
        .order_by(ConfidentialRequest.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return False
    row.account_ids = sorted({*row.account_ids, account_id})
    return bool(row.street)
