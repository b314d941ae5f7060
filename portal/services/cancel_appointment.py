"""Give a booked visit back: by the patient until the policy's hour, by the office at any time (SCH-5)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from billing.booking_rules import is_late_cancel
from billing.transitions import AppointmentStep
from billing.visit_reasons import CancelReason
from portal.db import transaction
from portal.queries.booking_policy import booking_policy
from portal.services.after_appointment import after_appointment
from portal.services.appointment_actor import Actor, CannotChangeVisit, TooLateToCancel
from portal.services.appointment_time import check_seen, give_back, locked, note_event, step

Side = Literal["patient", "practice"]


def cancel_appointment(
    *,
    appointment_id: UUID,
    side: Side,
    reason: str,
    actor: Actor,
    now: datetime,
    seen_at: datetime | None = None,
) -> None:
    """Canceled once, for good. What the practice cancels never counts against the patient.

    `seen_at` is the `state_at` that the page showed: who was quicker is not written over.

    Raises TooLateToCancel where only the office may still do it, CannotChangeVisit or NotFound.
    """
    if reason not in {one.value for one in CancelReason}:
        raise CannotChangeVisit("Choose a reason from the list. Nothing was canceled.")
    with transaction() as session:
        row = locked(session, appointment_id)
        if row.state == "canceled":
            return
        check_seen(row, seen_at)
        policy = booking_policy(session)
        late = side == "patient" and is_late_cancel(row.starts_at, policy, now)
        if late and not actor.is_staff:
            raise TooLateToCancel(
                f"Online you can cancel until {policy.cancel_hours} hours before your visit."
                " Call us, and we will help you. Nothing was canceled."
            )
        step(row, AppointmentStep.CANCEL, now=now)
        row.canceled_side, row.cancel_reason, row.late_cancel = side, reason, late
        row.calendar_sequence += 1
        session.flush()
        give_back(session, [row.id])
        note_event(
            session, row, "canceled", actor=actor, now=now, side=side, reason=reason, late=late
        )
        after_appointment(session, appointment=row, kind="canceled", actor=actor, now=now)
