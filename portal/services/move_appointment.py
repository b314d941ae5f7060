"""Move a booked visit to another time: the same visit, with the same person and the same answers (SCH-5)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.booking_rules import may_cancel_self
from billing.free_text import check_free_text
from billing.free_times import Slot
from portal.db import transaction
from portal.models.appointments import Appointment, AppointmentEvent, AppointmentResource
from portal.queries.booking_policy import booking_policy
from portal.services.after_appointment import after_appointment
from portal.services.appointment_actor import (
    Actor,
    CannotBook,
    CannotChangeVisit,
    HoldEnded,
    TooLateToCancel,
)
from portal.services.appointment_time import (
    Overbook,
    Start,
    TimeGone,
    check_person_free,
    check_seen,
    expire,
    give_back,
    locked,
    note_event,
    proved,
    put_on,
    slot_of,
    start_of,
    take_rooms,
)
from portal.services.find_time import alternatives, time_again
from portal.services.lock_calendar import lock_calendar
from portal.services.refusal import NotFound

TAKEN = "Somebody else has that time now, or it is not open. Your visit stays where it was."


def move_appointment(
    *,
    appointment_id: UUID,
    hold_id: UUID | None = None,
    start: Start | None = None,
    overbook: Overbook | None = None,
    actor: Actor,
    now: datetime,
    seen_at: datetime | None = None,
) -> None:
    """To the time of a hold (`hold_slot(moving=...)`), or by the office straight to `start`; nothing is kept twice.

    The same hold again changes nothing. Raises HoldEnded with other times, PersonBusy, TooLateToCancel,
    CannotChangeVisit or NotFound; the visit then stays where it was.
    """
    if (hold_id is None) == (start is None) or (start is not None and not actor.is_staff):
        raise CannotBook("Choose a time. Nothing was changed.")
    if overbook is not None and not check_free_text(overbook.reason):
        raise CannotBook("Say why this time is booked beyond the schedule.")
    wanted = start
    whose: tuple[int | None, int | None] = (None, None)
    try:
        with transaction() as session:
            row = session.get(Appointment, appointment_id)
            hold = session.get(Appointment, hold_id) if hold_id else None
            if row is None or (hold_id and hold is None):
                raise NotFound
            wanted = start or (start_of(hold) if hold else None)
            whose = (row.patient_id, row.newcomer_id)
            assert wanted is not None
            lock_calendar(
                session,
                provider_ids=[row.provider_id, wanted.provider_id],
                location_ids=[row.location_id, wanted.location_id],
                patient_ids=[row.patient_id],
                newcomer_ids=[row.newcomer_id],
            )
            for one in sorted({appointment_id, hold_id or appointment_id}):
                locked(session, one)
            if hold is not None and _moved_before(session, row, hold):
                return
            check_seen(row, seen_at)
            _check(session, row, hold, actor, now=now)
            slot, beyond = (
                _from_hold(session, row, hold, now=now)
                if hold is not None
                else _straight(session, row, wanted, overbook, now=now)
            )
            _move(session, row, slot, beyond, hold, actor=actor, now=now)
    except TimeGone:
        assert wanted is not None
        patient_id, newcomer_id = whose  # the row itself is forgotten with its transaction
        others = alternatives(wanted, patient_id=patient_id, newcomer_id=newcomer_id, now=now)
        raise HoldEnded(TAKEN, others) from None


def _moved_before(session: Session, row: Appointment, hold: Appointment) -> bool:
    return (
        session.scalar(
            select(AppointmentEvent.id)
            .where(
                AppointmentEvent.appointment_id == row.id,
                AppointmentEvent.kind == "moved",
                AppointmentEvent.detail["hold"].astext == str(hold.id),
            )
            .limit(1)
        )
        is not None
    )


def _check(
    session: Session, row: Appointment, hold: Appointment | None, actor: Actor, *, now: datetime
) -> None:
    if row.state != "booked":
        raise CannotChangeVisit("Only a booked visit can be moved. Nothing was changed.")
    if hold is not None:
        if hold.state not in {"held", "expired"}:
            raise NotFound
        mine = (row.patient_id, row.newcomer_id)
        if hold.patient_id not in {None, mine[0]} or hold.newcomer_id not in {None, mine[1]}:
            raise NotFound
    policy = booking_policy(session)
    # Who accepts an earlier time from the waitlist gives back one that others can still use.
    if not (actor.is_staff or actor.via == "waitlist") and not may_cancel_self(
        row.starts_at, policy, now
    ):
        raise TooLateToCancel(
            f"Online you can move a visit until {policy.cancel_hours} hours before it."
            " Call us, and we will help you. Nothing was changed."
        )


def _from_hold(
    session: Session, row: Appointment, hold: Appointment, *, now: datetime
) -> tuple[Slot, Overbook | None]:
    """The hold's time becomes free for a moment that nobody else can use."""
    overbook = (
        Overbook(hold.overbook_reason, hold.overbooked_by_id or 0) if hold.overbook_reason else None
    )
    if hold.state == "held" and hold.held_until is not None and hold.held_until > now:
        rooms = session.scalars(
            select(AppointmentResource.resource_id).where(
                AppointmentResource.appointment_id == hold.id
            )
        ).all()
        slot = slot_of(hold, tuple(rooms))
        expire(session, [hold], actor=Actor(None, "day"), now=now)
        return slot, overbook
    return _straight(session, row, start_of(hold), overbook, now=now)


def _straight(
    session: Session, row: Appointment, start: Start, overbook: Overbook | None, *, now: datetime
) -> tuple[Slot, Overbook | None]:
    slot, beyond = time_again(session, row, start, may_overbook=overbook is not None, now=now)
    return slot, overbook if beyond else None


def _move(
    session: Session,
    row: Appointment,
    slot: Slot,
    beyond: Overbook | None,
    hold: Appointment | None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    check_person_free(
        session,
        slot,
        patient_id=row.patient_id,
        newcomer_id=row.newcomer_id,
        except_ids=[row.id],
        now=now,
    )
    before = _place(row)
    give_back(session, [row.id])
    with proved(session):
        put_on(row, slot)
        row.overbook_reason = beyond.reason.strip() if beyond else ""
        row.overbooked_by_id = (beyond.login_id or None) if beyond else None
        row.state_at = row.time_set_at = now
        row.confirmed_at, row.confirmed_via = None, ""
        row.calendar_sequence += 1
    take_rooms(session, row, slot.resource_ids)
    detail: dict[str, Any] = {"from": before, "to": _place(row)}
    if hold is not None:
        detail["hold"] = str(hold.id)
    note_event(session, row, "moved", actor=actor, now=now, **detail)
    after_appointment(session, appointment=row, kind="moved", actor=actor, now=now)


def _place(row: Appointment) -> dict[str, Any]:
    """Where and when it stood, for the event."""
    return {
        "provider_id": row.provider_id,
        "location_id": row.location_id,
        "visit_type_id": row.visit_type_id,
        "starts_at": row.starts_at.isoformat(),
        "ends_at": row.ends_at.isoformat(),
    }
