"""One who waits, and an offer to them, for tests of who may see what."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from portal.db import transaction
from portal.models.waitlist import SlotOpening, WaitlistEntry, WaitlistOffer
from tests.services.visit_world import Calendar


def add_waiting(patient_id: int, now: datetime, **fields: object) -> dict[str, object]:
    """The ids, by the names that addresses give them."""
    with transaction() as session:
        book = Calendar(session, counter=7000)
        book.calendar()
        starts = now + timedelta(days=1)
        opening = book.add(
            SlotOpening(
                provider_id=book.doctor,
                location_id=book.place.id,
                starts_at=starts,
                ends_at=starts + timedelta(minutes=30),
                opened_at=now,
            )
        )
        defaults: dict[str, object] = {
            "id": uuid4(),
            "patient_id": patient_id,
            "visit_type_id": book.kind.id,
            "first_day": now.date(),
            "last_day": now.date() + timedelta(days=30),
            "state": "waiting",
            "state_at": now,
            "asked_at": now,
        }
        entry = book.add(WaitlistEntry(**(defaults | fields)))
        offer = book.add(
            WaitlistOffer(
                opening_id=opening.id,
                entry_id=entry.id,
                state="open",
                offered_at=now,
                expires_at=now + timedelta(minutes=30),
            )
        )
        return {"entry_id": entry.id, "offer_id": offer.id}
