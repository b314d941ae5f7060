"""A time came free: let those who wait for one be asked, in the transaction in which it came free (SCH-8)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.models.appointments import Appointment, AppointmentEvent
from portal.models.waitlist import SlotOpening, WaitlistEntry
from portal.queue import enqueue


def open_slot(session: Session, *, appointment: Appointment, kind: str, now: datetime) -> None:
    """Of a canceled visit its time, of a moved one the time it left; nothing while nobody waits."""
    if kind not in {"canceled", "moved"} or not _somebody_waits(session):
        return
    place = _place(session, appointment, kind)
    starts_at = datetime.fromisoformat(place["starts_at"])
    if starts_at <= now:
        return
    session.add(
        SlotOpening(
            freed_by_id=appointment.id,
            provider_id=place["provider_id"],
            location_id=place["location_id"],
            starts_at=starts_at,
            ends_at=datetime.fromisoformat(place["ends_at"]),
            opened_at=now,
        )
    )
    enqueue(session, "offer_slots")


def _somebody_waits(session: Session) -> bool:
    return bool(
        session.scalar(
            select(exists().where(WaitlistEntry.state == "waiting").select_from(WaitlistEntry))
        )
    )


def _place(session: Session, appointment: Appointment, kind: str) -> dict[str, Any]:
    if kind == "moved":
        session.flush()
        detail = session.scalars(
            select(AppointmentEvent.detail)
            .where(
                AppointmentEvent.appointment_id == appointment.id,
                AppointmentEvent.kind == "moved",
            )
            .order_by(AppointmentEvent.id.desc())
            .limit(1)
        ).one()
        return dict(detail["from"])
    return {
        "provider_id": appointment.provider_id,
        "location_id": appointment.location_id,
        "starts_at": appointment.starts_at.isoformat(),
        "ends_at": appointment.ends_at.isoformat(),
    }
