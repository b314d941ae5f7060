"""Say yes to an offered time: the first one gets it, whatever else happens at that moment (SCH-8)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from portal.db import read_only
from portal.models.appointments import Appointment
from portal.models.waitlist import SlotOpening, WaitlistEntry, WaitlistOffer
from portal.services.appointment_actor import Actor, SlotTaken
from portal.services.book_appointment import Booking, book_appointment
from portal.services.move_appointment import move_appointment
from portal.services.refusal import NotFound
from portal.services.settle_opening import TAKEN

WAITLIST = "waitlist"


@dataclass(frozen=True, slots=True)
class _Yes:
    """What a yes would do, as it stands now."""

    offer_state: str
    expires_at: datetime | None
    appointment_id: UUID | None
    hold_id: UUID | None
    entry: WaitlistEntry
    gives_up_id: UUID | None  # their later visit, while it still stands


def accept_offer(*, offer_id: int, actor: Actor, now: datetime) -> UUID:
    """Book the time, or move their later visit there; the visit's id. The same yes again is the same visit.

    Raises SlotTaken when another was faster or the time to answer is over; NotFound.
    """
    yes = _read(offer_id)
    if yes.offer_state == "accepted" and yes.appointment_id is not None:
        return yes.appointment_id
    in_time = yes.expires_at is None or now < yes.expires_at
    if yes.offer_state != "open" or not in_time or yes.hold_id is None:
        raise SlotTaken(TAKEN)
    by = replace(actor, via=actor.via if actor.is_staff else WAITLIST)
    try:
        if yes.gives_up_id is not None:
            move_appointment(appointment_id=yes.gives_up_id, hold_id=yes.hold_id, actor=by, now=now)
            return yes.gives_up_id
        book_appointment(appointment_id=yes.hold_id, booking=_booking(yes.entry), actor=by, now=now)
    except NotFound:
        # The hold is somebody's visit by now, or gone: to whom is nobody's business.
        raise SlotTaken(TAKEN) from None
    return yes.hold_id


def _booking(entry: WaitlistEntry) -> Booking:
    return Booking(
        patient_id=entry.patient_id,
        newcomer_id=entry.newcomer_id,
        coverage_intent=entry.coverage_intent,
        reason=entry.reason,
        language=entry.language,
    )


def _read(offer_id: int) -> _Yes:
    with read_only() as session:
        row = session.execute(
            select(WaitlistOffer, SlotOpening.hold_id, WaitlistEntry, Appointment)
            .join(SlotOpening, SlotOpening.id == WaitlistOffer.opening_id)
            .join(WaitlistEntry, WaitlistEntry.id == WaitlistOffer.entry_id)
            .outerjoin(Appointment, Appointment.id == WaitlistEntry.appointment_id)
            .where(WaitlistOffer.id == offer_id)
        ).one_or_none()
        if row is None:
            raise NotFound
        offer, hold_id, entry, later = row
        still = later is not None and later.state == "booked"
        return _Yes(
            offer_state=offer.state,
            expires_at=offer.expires_at,
            appointment_id=offer.appointment_id,
            hold_id=hold_id,
            entry=entry,
            gives_up_id=later.id if still else None,
        )
