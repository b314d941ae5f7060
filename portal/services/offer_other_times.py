"""Offer three times instead of a visit that the practice gives up, and note which one was taken (SCH-5)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.models.appointments import Appointment
from portal.models.rebooking import RebookOffer
from portal.queries.rebook_offers import offers_for


def offer_other_times(
    session: Session, *, appointment: Appointment, kind: str, now: datetime
) -> None:
    """After the practice canceled; nothing is held, so that no time is kept from everybody else for days."""
    if kind != "canceled" or appointment.canceled_side != "practice" or appointment.starts_at < now:
        return
    for position, slot in enumerate(offers_for(session, appointment, now=now), start=1):
        session.add(
            RebookOffer(
                appointment_id=appointment.id,
                position=position,
                provider_id=slot.provider_id,
                location_id=slot.location_id,
                starts_at=slot.starts_at,
                made_at=now,
            )
        )
    session.flush()


def take_offered_time(
    session: Session, *, appointment: Appointment, kind: str, now: datetime
) -> None:
    """After somebody booked: the offers made to them for this kind of visit are answered, whichever time it became."""
    if kind != "booked":
        return
    mine = (
        Appointment.patient_id == appointment.patient_id
        if appointment.patient_id is not None
        else Appointment.newcomer_id == appointment.newcomer_id
    )
    session.execute(
        update(RebookOffer)
        .where(
            RebookOffer.taken_at.is_(None),
            RebookOffer.appointment_id.in_(
                select(Appointment.id).where(
                    mine,
                    Appointment.state == "canceled",
                    Appointment.visit_type_id == appointment.visit_type_id,
                )
            ),
        )
        .values(taken_at=now)
    )
