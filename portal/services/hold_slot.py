"""Keep a time for a few minutes while somebody confirms it: for one of all who want it at once (SCH-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.free_text import check_free_text
from billing.free_times import Slot
from portal.db import transaction
from portal.models.appointments import Appointment
from portal.models.calendar import VisitType
from portal.queries.booking_policy import booking_policy
from portal.services.after_appointment import after_appointment
from portal.services.appointment_actor import Actor, CannotBook, HoldEnded, SlotTaken
from portal.services.appointment_time import (
    GONE,
    Overbook,
    Start,
    TimeGone,
    check_person_free,
    clear_ended_holds,
    expire,
    note_event,
    take_rooms,
)
from portal.services.find_time import alternatives, find_time
from portal.services.lock_calendar import lock_calendar
from portal.services.refusal import NotFound

__all__ = ["Held", "Holder", "Overbook", "Start", "hold_slot"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """For whom: a patient, a sign-in without a record, a browser that has not signed in (its hash), or nobody yet."""

    patient_id: int | None = None
    newcomer_id: int | None = None
    login_id: int | None = None  # who does it
    holder_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """The time is kept until then."""

    appointment_id: UUID
    held_until: datetime


def hold_slot(
    *,
    appointment_id: UUID,
    start: Start,
    holder: Holder,
    now: datetime,
    for_staff: bool = False,
    overbook: Overbook | None = None,
    until: datetime | None = None,
    moving: UUID | None = None,
) -> Held:
    """Keep it; the same id again is the same hold. An earlier hold of the same person's choosing is let go.

    `moving` names the visit that is to be moved there, which does not stand in its person's way.
    Raises SlotTaken with the nearest other times, PersonBusy, CannotBook, HoldEnded or NotFound.
    """
    if overbook is not None and not (for_staff and check_free_text(overbook.reason)):
        raise CannotBook("Say why this time is booked beyond the schedule.")
    try:
        with transaction() as session:
            lock_calendar(
                session,
                provider_ids=[start.provider_id],
                location_ids=[start.location_id],
                patient_ids=[holder.patient_id],
                newcomer_ids=[holder.newcomer_id],
            )
            kept = session.get(Appointment, appointment_id)
            if kept is not None:
                return _held_before(kept, start, holder, now=now)
            policy = booking_policy(session)
            if policy.self_booking != "book" and not for_staff:
                raise CannotBook("Please call us to book. Times cannot be booked here by oneself.")
            if not for_staff:
                _let_go_of_others(session, holder, now=now)
            slot, beyond = _find(
                session, start, holder, now=now, for_staff=for_staff, may_overbook=bool(overbook)
            )
            check_person_free(
                session,
                slot,
                patient_id=holder.patient_id,
                newcomer_id=holder.newcomer_id,
                except_ids=[moving] if moving else [],
                now=now,
            )
            held_until = until or now + timedelta(minutes=policy.hold_minutes)
            row = _keep(
                session,
                appointment_id,
                slot,
                # Two rows of one person cannot stand at one time, not even for a minute.
                holder if moving is None else Holder(holder_hash=holder.holder_hash),
                held_until=held_until,
                overbook=overbook if beyond else None,
                now=now,
            )
            actor = Actor(holder.login_id, "staff" if for_staff else "portal")
            note_event(session, row, "held", actor=actor, now=now, until=held_until.isoformat())
            after_appointment(session, appointment=row, kind="held", actor=actor, now=now)
            return Held(appointment_id, held_until)
    except TimeGone:
        others = alternatives(
            start, patient_id=holder.patient_id, newcomer_id=holder.newcomer_id, now=now
        )
        raise SlotTaken(GONE, others) from None


def _held_before(row: Appointment, start: Start, holder: Holder, *, now: datetime) -> Held:
    """The same page sent twice."""
    same = (row.provider_id, row.location_id, row.starts_at) == (
        start.provider_id,
        start.location_id,
        start.starts_at,
    )
    mine = (
        row.patient_id in {None, holder.patient_id}
        and row.newcomer_id in {None, holder.newcomer_id}
        and row.holder_hash == holder.holder_hash
    )
    if not (same and mine):
        raise NotFound
    if row.held_until is not None and row.held_until > now:
        return Held(row.id, row.held_until)
    if row.state in {"held", "expired", "canceled"}:
        raise HoldEnded("That time was kept for a few minutes, and those are over. Choose again.")
    return Held(row.id, now)


def _let_go_of_others(session: Session, holder: Holder, *, now: datetime) -> None:
    """One person keeps one time: choosing another lets go of the first. Rows in other hands are not waited for."""
    mine = [
        column == value
        for column, value in (
            (Appointment.patient_id, holder.patient_id),
            (Appointment.newcomer_id, holder.newcomer_id),
        )
        if value is not None
    ]
    if holder.holder_hash is not None:  # before the sign-in, or to move a visit there
        of_the_browser = (
            Appointment.holder_hash == holder.holder_hash,
            Appointment.patient_id.is_(None),
            Appointment.newcomer_id.is_(None),
        )
        mine.append(and_(*of_the_browser))
    if mine:
        rows = session.scalars(
            select(Appointment)
            .where(Appointment.state == "held", or_(*mine))
            .order_by(Appointment.id)
            .with_for_update(skip_locked=True)
        ).all()
        if rows:
            expire(session, rows, actor=Actor(holder.login_id, "portal"), now=now)


def _find(
    session: Session,
    start: Start,
    holder: Holder,
    *,
    now: datetime,
    for_staff: bool,
    may_overbook: bool,
) -> tuple[Slot, bool]:
    minutes = session.scalar(select(VisitType.minutes).where(VisitType.id == start.visit_type_id))
    if minutes is None:
        raise NotFound
    clear_ended_holds(
        session,
        start,
        ends_at=start.starts_at + timedelta(minutes=minutes),
        now=now,
        patient_id=holder.patient_id,
        newcomer_id=holder.newcomer_id,
    )
    return find_time(session, start, now=now, for_staff=for_staff, may_overbook=may_overbook)


def _keep(
    session: Session,
    appointment_id: UUID,
    slot: Slot,
    holder: Holder,
    *,
    held_until: datetime,
    overbook: Overbook | None,
    now: datetime,
) -> Appointment:
    written = session.scalar(
        insert(Appointment)
        .values(
            id=appointment_id,
            patient_id=holder.patient_id,
            newcomer_id=holder.newcomer_id,
            holder_hash=holder.holder_hash,
            provider_id=slot.provider_id,
            location_id=slot.location_id,
            visit_type_id=slot.visit_type_id,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            starts_on=slot.starts_on,
            busy_from=slot.busy_from,
            busy_to=slot.busy_to,
            lane=slot.lane,
            capacity=slot.capacity,
            state="held",
            state_at=now,
            held_until=held_until,
            overbook_reason=overbook.reason.strip() if overbook else "",
            overbooked_by_id=overbook.login_id if overbook else None,
        )
        .on_conflict_do_nothing()
        .returning(Appointment.id)
    )
    if written is None:
        raise TimeGone
    row = session.get_one(Appointment, appointment_id)
    take_rooms(session, row, slot.resource_ids)
    return row
