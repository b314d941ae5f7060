"""Booked visits, places on the waitlist and estimates that were asked for follow their person: from a sign-in to its record, between merged records.

What was signed before a visit stays as it was signed; it is found by its appointment.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.models.accounts import Patient
from portal.models.appointments import LIVE_STATES, Appointment
from portal.models.estimates import GoodFaithEstimate
from portal.models.profiles import Profile
from portal.models.waitlist import WaitlistEntry
from portal.services.appointment_time import TimeGone, proved
from portal.services.keep_estimate import carry_estimates
from portal.services.match_person import match_name
from portal.services.open_work import open_work

Carried = dict[str, list[str]]


def carry_newcomer(session: Session, *, login_id: int, account_id: int, now: datetime) -> None:
    """What a sign-in booked for itself belongs to its record on this account from now on.

    The record is the one of the person's own name and birth date. Where there is none, or one of the visits stands
    at a time at which the record has another, they stay as they are, and a person is asked.
    """
    visits = session.scalars(
        select(Appointment).where(Appointment.newcomer_id == login_id).order_by(Appointment.id)
    ).all()
    waits = session.scalars(
        select(WaitlistEntry).where(WaitlistEntry.newcomer_id == login_id)
    ).all()
    asked = session.scalar(
        select(GoodFaithEstimate.id).where(GoodFaithEstimate.newcomer_id == login_id).limit(1)
    )
    if not visits and not waits and asked is None:
        return
    patient_id = _own_record(session, login_id, account_id)
    left = [row for row in visits if row.state in LIVE_STATES] if patient_id is None else []
    if patient_id is not None:
        for entry in waits:
            entry.patient_id, entry.newcomer_id = patient_id, None
        for row in visits:  # a person has a handful
            try:
                with proved(session):
                    row.patient_id, row.newcomer_id = patient_id, None
            except TimeGone:
                session.refresh(row)
                left.append(row)
        carry_estimates(session, login_id=login_id, patient_id=patient_id, account_id=account_id)
    for row in left:
        open_work(
            session,
            key=f"newcomer_visit:{row.id}",
            kind="newcomer_visit",
            reasons=[
                (
                    "Somebody booked before they were linked to this account, and it is not clear for"
                    " which record, or the record has another visit at that time."
                )
            ],
            next_step="Call them. Then book the visit for the right record, and cancel this one.",
            account_id=account_id,
            now=now,
        )


def _own_record(session: Session, login_id: int, account_id: int) -> int | None:
    profile = session.get(Profile, login_id)
    if profile is None:
        return None
    found = session.scalars(
        select(Patient.id).where(
            Patient.guarantor_account_id == account_id,
            Patient.merged_into_id.is_(None),
            Patient.birth_on == profile.birth_on,
            Patient.match_name == match_name(profile.last_name, profile.first_name),
        )
    ).all()
    return found[0] if len(found) == 1 else None


def carry_merged(
    session: Session, *, gone_id: int, kept_id: int, same_coverages: Sequence[tuple[int, int]]
) -> Carried:
    """Put the visits of one record under the other; which went. Raises TimeGone where two stand at one time."""
    visits = _of(session, Appointment, gone_id)
    waits = _of(session, WaitlistEntry, gone_id)
    with proved(session):
        _to(session, visits, waits, kept_id)
    _name_coverages(session, visits, dict(same_coverages))
    return {"appointments": [str(one) for one in visits], "waits": [str(one) for one in waits]}


def carry_parted(
    session: Session,
    moved: Mapping[str, Any],
    *,
    gone_id: int,
    same_coverages: Sequence[Sequence[int]],
) -> None:
    """Give them back, as they stand now. Raises TimeGone as above."""
    visits = [UUID(one) for one in moved.get("appointments", [])]
    waits = [UUID(one) for one in moved.get("waits", [])]
    with proved(session):
        _to(session, visits, waits, gone_id)
    _name_coverages(session, visits, {there: own for own, there in same_coverages})


def _of(session: Session, model: Any, patient_id: int) -> list[UUID]:
    return list(
        session.scalars(
            select(model.id)
            .where(model.patient_id == patient_id)
            .order_by(model.id)
            .with_for_update()
        )
    )


def _to(
    session: Session, visits: Collection[UUID], waits: Collection[UUID], patient_id: int
) -> None:
    session.execute(
        update(Appointment).where(Appointment.id.in_(visits)).values(patient_id=patient_id)
    )
    session.execute(
        update(WaitlistEntry).where(WaitlistEntry.id.in_(waits)).values(patient_id=patient_id)
    )


def _name_coverages(session: Session, visits: Collection[UUID], pairs: Mapping[int, int]) -> None:
    for before, after in pairs.items():  # a person has a handful of plans
        session.execute(
            update(Appointment)
            .where(Appointment.id.in_(visits), Appointment.coverage_id == before)
            .values(coverage_id=after)
        )
