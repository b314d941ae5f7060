"""People who wait for a time, and visits that come free, for the tests of the waitlist."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.appointments import Appointment
from portal.models.calendar import BookingPolicy
from portal.models.waitlist import SlotOpening, WaitlistEntry, WaitlistOffer
from portal.services.appointment_actor import Actor
from portal.services.cancel_appointment import cancel_appointment
from portal.services.join_waitlist import (
    Waits,
    WaitsFor,
    join_waitlist,
)
from portal.services.offer_slots import offer_slots
from tests.booking_world import TUESDAY, BookingWorld
from tests.services.visit_world import URL, Calendar, Worker

STAFF = Actor(None, "staff")


@dataclass
class Waitroom:
    """People on the list, and a visit that can be called off."""

    world: BookingWorld
    worker: Worker

    @property
    def now(self) -> datetime:
        return self.world.now

    def person(self, number: int, **fields) -> int:
        with transaction() as session:
            book = Calendar(session, counter=100 * number)
            phone = f"+1212555016{number}"
            return book.person(phone=phone, login=f"wait{number}@example.com", **fields).id

    def waits(
        self, patient_id: int, *, minutes: int = 0, gives_up: UUID | None = None, **fields
    ) -> UUID:
        entry_id = uuid4()
        defaults = {
            "visit_type_id": self.world.visit,
            "first_day": date(2026, 3, 2),
            "last_day": date(2026, 3, 31),
        }
        join_waitlist(
            entry_id=entry_id,
            who=WaitsFor(patient_id=patient_id, gives_up_id=gives_up),
            waits=Waits(**(defaults | fields)),
            now=self.now - timedelta(days=1) + timedelta(minutes=minutes),
        )
        return entry_id

    def frees(self, day: date = TUESDAY, wall: str = "14:00", now: datetime | None = None) -> UUID:
        """A visit of Testa's at that time, called off by the office."""
        visit_id = self.world.book(self.world.start(day, wall))
        cancel_appointment(
            appointment_id=visit_id,
            side="practice",
            reason="provider_away",
            actor=STAFF,
            now=now or self.now,
        )
        return visit_id

    def offer(self, now: datetime | None = None) -> int:
        return offer_slots(now=now or self.now, public_url=URL)

    def states(self) -> dict[UUID, str]:
        with read_only() as session:
            rows = session.execute(
                select(WaitlistOffer.entry_id, WaitlistOffer.state).order_by(WaitlistOffer.id)
            )
            return {row.entry_id: row.state for row in rows}

    def offer_id(self, entry_id: UUID) -> int:
        with read_only() as session:
            return session.scalars(
                select(WaitlistOffer.id).where(WaitlistOffer.entry_id == entry_id)
            ).one()

    def opening(self) -> SlotOpening:
        with read_only() as session:
            return session.scalars(select(SlotOpening)).one()

    def entry(self, entry_id: UUID) -> WaitlistEntry:
        with read_only() as session:
            return session.get_one(WaitlistEntry, entry_id)

    def live(self) -> list[Appointment]:
        with read_only() as session:
            return list(
                session.scalars(
                    select(Appointment).where(Appointment.state.in_(("held", "booked")))
                )
            )

    def batch_of(self, number: int) -> None:
        with transaction() as session:
            session.add(BookingPolicy(offer_batch=number, made_at=self.now))
