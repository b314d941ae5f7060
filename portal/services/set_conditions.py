"""Begin and end conditions, those that a file reports and those of one visit; they are ended, never deleted (CORE-6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from billing.holds import Condition
from portal.models.accounts import AccountCondition, Patient
from portal.services.end_at_once import end_at_once

# Column of the contacts file -> condition. The last three concern one patient's visits alone.
CONDITION_COLUMNS: dict[str, Condition] = {
    "do_not_contact": Condition.DO_NOT_CONTACT,
    "deceased": Condition.DECEASED,
    "bankruptcy": Condition.BANKRUPTCY,
    "attorney": Condition.ATTORNEY,
    "medicaid_qmb": Condition.MEDICAID_QMB,
    "workers_comp": Condition.WORKERS_COMP,
    "va": Condition.VETERANS_AFFAIRS,
}
_OF_ONE_PATIENT = {Condition.MEDICAID_QMB, Condition.WORKERS_COMP, Condition.VETERANS_AFFAIRS}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a file says of one condition."""

    kind: Condition
    holds: bool


def set_conditions(
    session: Session,
    asked: Sequence[tuple[Patient, Sequence[Asked]]],
    *,
    source: str,
    now: datetime,
) -> None:
    """Make the open conditions of this source those that it reports now; others' are left alone."""
    accounts = {patient.guarantor_account_id for patient, _ in asked}
    rows = session.scalars(
        select(AccountCondition).where(
            AccountCondition.guarantor_account_id.in_(accounts),
            AccountCondition.ended_at.is_(None),
            AccountCondition.source.like(f"{source}:%"),
        )
    )
    standing = {(row.source, row.kind): row for row in rows}
    for patient, conditions in asked:
        mine = f"{source}:{patient.practice_patient_id}"
        for one in conditions:
            row = standing.get((mine, one.kind.value))
            if one.holds and row is None:
                session.add(
                    AccountCondition(
                        guarantor_account_id=patient.guarantor_account_id,
                        patient_id=patient.id if one.kind in _OF_ONE_PATIENT else None,
                        kind=one.kind.value,
                        since=now,
                        source=mine,
                    )
                )
                end_at_once(
                    session, account_id=patient.guarantor_account_id, kind=one.kind, now=now
                )
            elif not one.holds and row is not None:
                row.ended_at = now
    session.flush()


def begin_condition(
    session: Session,
    *,
    account_id: int,
    patient_id: int,
    visit_id: int,
    kind: Condition,
    source: str,
    now: datetime,
) -> None:
    """Put a condition on one visit; while this source's own stands, nothing more is written.

    The caller holds the account's row.
    """
    standing = session.scalar(
        select(AccountCondition.id).where(
            AccountCondition.source == source,
            AccountCondition.kind == kind.value,
            AccountCondition.ended_at.is_(None),
        )
    )
    if standing is None:
        session.add(
            AccountCondition(
                guarantor_account_id=account_id,
                patient_id=patient_id,  # by which it follows the visit to another account
                visit_id=visit_id,
                kind=kind.value,
                since=now,
                source=source,
            )
        )
        session.flush()


def end_condition(session: Session, *, source: str, now: datetime) -> None:
    """End what this source put there."""
    session.execute(
        update(AccountCondition)
        .where(AccountCondition.source == source, AccountCondition.ended_at.is_(None))
        .values(ended_at=now)
    )
