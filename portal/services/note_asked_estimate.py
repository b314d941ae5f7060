"""Somebody asked by phone or at the desk what care will cost: staff write it down, and find their record (NSA-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from billing.estimates import due_when_asked
from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.accounts import Patient
from portal.models.estimates import GoodFaithEstimate
from portal.models.work import WorkItem
from portal.queries.viewer import StaffViewer
from portal.services.ask_estimate import LONGEST, CannotAsk
from portal.services.close_work import close_work
from portal.services.keep_estimate import DROPPED_AS, owe, work_key
from portal.services.practice_date import practice_date
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound

VIAS = {"phone": "By phone", "desk": "At the desk"}
LONGEST_AGO = timedelta(days=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked, when and how: by a patient, or by somebody without a record, whom we can call."""

    about: str
    asked_on: date
    via: str
    patient_id: int | None = None
    asker: str = ""
    phone: str = ""


def note_asked_estimate(*, staff: StaffViewer, asked: Asked, now: datetime) -> int:
    """The id of the estimate that is owed; its business days count from the day on which it was asked for.

    Raises CannotAsk, CardNumberRefused or NotFound.
    """
    _may(staff)
    about, asker = check_free_text(asked.about), check_free_text(asked.asker)
    if not 0 < len(about) <= LONGEST or asked.via not in VIAS:
        raise CannotAsk("Say in a few words which care they asked about, and how they asked.")
    if asked.patient_id is None and not (asker and asked.phone):
        raise CannotAsk("Write down who asked, and a phone number to reach them.")
    with transaction() as session:
        on = practice_date(session, now)
        if not on - LONGEST_AGO <= asked.asked_on <= on:
            raise CannotAsk("The day on which they asked lies ahead, or more than 60 days back.")
        patient = _patient(session, asked.patient_id) if asked.patient_id is not None else None
        row = GoodFaithEstimate(
            patient_id=asked.patient_id,
            asker="" if patient else asker,
            asker_phone="" if patient else asked.phone,
            asked_via=asked.via,
            about=about,
            why="asked",
            asked_on=asked.asked_on,
            due_on=due_when_asked(asked.asked_on),
            created_at=now,
        )
        owe(session, row, now=now)
        _note(session, staff, row, patient, action="ask", now=now)
        return row.id


def tie_asker(*, staff: StaffViewer, estimate_id: int, patient_id: int, now: datetime) -> None:
    """Whoever asked without a record is this patient; the estimate can be given now. Raises CannotAsk or NotFound."""
    _may(staff)
    with transaction() as session:
        row = _without_record(session, estimate_id)
        patient = _patient(session, patient_id)
        row.patient_id, row.newcomer_id = patient.id, None
        session.execute(
            update(WorkItem)
            .where(WorkItem.dedupe_key == work_key(row.id))
            .values(guarantor_account_id=patient.guarantor_account_id)
        )
        _note(session, staff, row, patient, action="tie", now=now)


def drop_asked(*, staff: StaffViewer, estimate_id: int, reason: str, now: datetime) -> None:
    """They want none any more, or nobody can reach them. Raises CannotAsk, CardNumberRefused or NotFound."""
    _may(staff)
    reason = check_free_text(reason)
    if not reason:
        raise CannotAsk("Say why, and how you tried to reach them.")
    with transaction() as session:
        row = _without_record(session, estimate_id)
        row.state = "dropped"
        close_work(session, work_key(row.id), by=staff.login_id, outcome=DROPPED_AS, now=now)
        _note(session, staff, row, None, action="decline", reason=reason, now=now)


def _may(staff: StaffViewer) -> None:
    if not staff.may("tasks.work"):
        raise CannotAsk("Your role cannot work on estimates.")


def _patient(session: Session, patient_id: int) -> Patient:
    patient = session.get(Patient, patient_id)
    if patient is None or patient.merged_into_id is not None:
        raise NotFound
    return patient


def _without_record(session: Session, estimate_id: int) -> GoodFaithEstimate:
    row = session.get(GoodFaithEstimate, estimate_id, with_for_update=True)
    if row is None:
        raise NotFound
    if row.state != "due" or row.patient_id is not None or row.appointment_id is not None:
        raise CannotAsk("It has a record, was given meanwhile, or is not needed any more.")
    return row


def _note(
    session: Session,
    staff: StaffViewer,
    row: GoodFaithEstimate,
    patient: Patient | None,
    *,
    action: str,
    reason: str = "",
    now: datetime,
) -> None:
    add_staff_act(
        session,
        staff,
        action=action,
        object_type="estimate",
        object_id=row.id,
        account_ids=(patient.guarantor_account_id,) if patient else (),
        patient_ids=(patient.id,) if patient else (),
        reason=reason,
        now=now,
    )
