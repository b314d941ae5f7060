"""The office writes down, sees and signs confidential requests; it never asks why (HIPAA-10)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.db import transaction
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.confidential import ConfidentialRequest
from portal.models.identity import AccountAccess
from portal.queries.reach import standing_requests
from portal.queries.viewer import StaffViewer
from portal.services.close_work import close_work
from portal.services.lock_posting import lock_accounts
from portal.services.match_person import match_name
from portal.services.practice_date import practice_date
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound
from portal.services.whose_request import whose_request
from portal.services.write_request import end_row, work_key, write_request


def record_confidential(
    *, account_id: int, answers: dict[str, Any], source: str, staff: StaffViewer, now: datetime
) -> bool:
    """Keep what the person of the account asked for at the desk or by phone; false when nothing is asked any more.

    `answers` take the place of all that held. It is signed by whoever wrote it down. Raises NotFound.
    """
    with transaction() as session:
        before = _standing(session, account_id)
        row = write_request(
            session,
            before,
            answers=answers,
            whose=_whose(session, account_id, before, now),
            source=source,
            asked_by_id=staff.login_id,
            now=now,
        )
        if row is not None:
            _sign(session, row, staff, now)
        if row is not before:
            _note(session, row or before, staff, "confidential_asked", now)
        return row is not None


def sign_confidential(*, account_id: int, staff: StaffViewer, now: datetime) -> None:
    """Somebody of the office saw it: the name of the first and the time stay with it."""
    with transaction() as session:
        row = _standing(session, account_id)
        if row is not None and row.seen_at is None:
            _sign(session, row, staff, now)
            _note(session, row, staff, "confidential_seen", now)


def end_recorded(*, account_id: int, staff: StaffViewer, now: datetime) -> None:
    """The person told the office that it shall hold no more."""
    with transaction() as session:
        row = _standing(session, account_id)
        if row is not None:
            end_row(session, row, by=staff.login_id, now=now)
            _note(session, row, staff, "confidential_ended", now)


def _standing(session: Session, account_id: int) -> ConfidentialRequest | None:
    lock_accounts(session, [account_id])
    return standing_requests(session, [account_id]).get(account_id)


def _whose(
    session: Session, account_id: int, before: ConfidentialRequest | None, now: datetime
) -> dict[str, Any]:
    """As before; else the one who owes on the account, and the sign-in that is theirs, if there is just one."""
    if before is not None:
        return {
            "login_id": before.login_id,
            "patient_id": before.patient_id,
            "account_ids": before.account_ids,
        }
    account = session.get(GuarantorAccount, account_id)
    if account is None:
        raise NotFound
    on = practice_date(session, now)
    logins = session.scalars(
        select(AccountAccess.login_id).where(
            AccountAccess.guarantor_account_id == account_id, AccountAccess.ended_at.is_(None)
        )
    ).all()
    mine = [
        login_id
        for login_id in logins
        if whose_request(session, login_id=login_id, account_ids=[account_id], on=on).account_ids
        and not _has_one(session, login_id)
    ]
    patient_id = session.scalar(
        select(Patient.id).where(
            Patient.match_name == match_name(account.last_name, account.first_name),
            Patient.birth_on == account.birth_on,
            Patient.merged_into_id.is_(None),
        )
    )
    return {
        "login_id": mine[0] if len(mine) == 1 else None,
        "patient_id": patient_id,
        "account_ids": [account_id],
    }


def _has_one(session: Session, login_id: int) -> bool:
    standing = select(ConfidentialRequest.id).where(
        ConfidentialRequest.login_id == login_id, ConfidentialRequest.ended_at.is_(None)
    )
    return session.scalar(standing) is not None


def _sign(session: Session, row: ConfidentialRequest, staff: StaffViewer, now: datetime) -> None:
    row.seen_at, row.seen_by_id = now, staff.login_id
    close_work(session, work_key(row), by=staff.login_id, outcome="seen", now=now)


def _note(
    session: Session,
    row: ConfidentialRequest | None,
    staff: StaffViewer,
    action: str,
    now: datetime,
) -> None:
    add_staff_act(
        session,
        staff,
        action=action,
        object_type="confidential_request",
        object_id=row.id if row else "",
        # Never the account's: who may read its trail must not learn of it there.
        patient_ids=(row.patient_id,) if row and row.patient_id else (),
        now=now,
    )
