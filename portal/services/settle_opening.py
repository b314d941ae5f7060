"""An offered time was taken: one yes, the others lost, in the transaction that books or moves (SCH-8).

Whoever books locks the calendar, then the rows of appointments, and comes here last: so of two who say yes at once
one finds the opening taken, whoever they are and however they came.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.appointments import Appointment, AppointmentEvent
from portal.models.waitlist import SlotOpening, WaitlistEntry, WaitlistOffer
from portal.services.appointment_actor import Actor, SlotTaken

LIVE = ("queued", "open")
TAKEN = "That time was just taken. You stay on the list, and we will tell you of the next one."


def settle_opening(
    session: Session, *, appointment: Appointment, kind: str, actor: Actor, now: datetime
) -> None:
    """Does nothing for a time that was offered to nobody. Raises SlotTaken for a yes that comes too late."""
    if kind not in {"booked", "moved"}:
        return
    hold_id = appointment.id if kind == "booked" else _hold_of(session, appointment)
    if hold_id is None:
        return
    opening = session.scalars(
        select(SlotOpening).where(SlotOpening.hold_id == hold_id).with_for_update()
    ).one_or_none()
    if opening is None:
        return
    gives_up = appointment.id if kind == "moved" else None
    offers = session.execute(
        select(WaitlistOffer, WaitlistEntry)
        .join(WaitlistEntry, WaitlistEntry.id == WaitlistOffer.entry_id)
        .where(WaitlistOffer.opening_id == opening.id, WaitlistOffer.state.in_(LIVE))
        .order_by(WaitlistOffer.id)
        .with_for_update()
    ).all()
    whose = (appointment.patient_id, appointment.newcomer_id)
    theirs = [
        (entry.appointment_id != gives_up, offer)
        for offer, entry in offers
        if (entry.patient_id, entry.newcomer_id) == whose and entry.state == "waiting"
    ]
    # Who waits twice said yes to the entry whose visit is moved, or to the one that gives up none.
    yes = min(theirs, key=lambda one: one[0])[1] if theirs else None
    if opening.state != "open" or yes is None or yes.state != "open":
        raise SlotTaken(TAKEN)
    opening.state, opening.ended_at = "taken", now
    for offer, entry in offers:
        offer.state = "accepted" if offer is yes else "lost"
        offer.answered_at = now
        if offer is yes:
            offer.answered_via, offer.appointment_id = actor.via, appointment.id
            entry.state, entry.state_at = "filled", now


def _hold_of(session: Session, appointment: Appointment) -> UUID | None:
    """The hold whose time a moved visit has taken."""
    session.flush()
    held = session.scalar(
        select(AppointmentEvent.detail["hold"].astext)
        .where(AppointmentEvent.appointment_id == appointment.id, AppointmentEvent.kind == "moved")
        .order_by(AppointmentEvent.id.desc())
        .limit(1)
    )
    return UUID(held) if held else None
