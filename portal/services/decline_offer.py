"""Say no to an offered time, and stay on the list: the next one is asked at once (SCH-8)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from portal.db import transaction
from portal.models.waitlist import WaitlistOffer
from portal.queue import enqueue
from portal.services.refusal import NotFound


def decline_offer(*, offer_id: int, via: str, now: datetime) -> bool:
    """True when it was open until now; a second no, or one that comes too late, changes nothing."""
    with transaction() as session:
        offer = session.scalars(
            select(WaitlistOffer).where(WaitlistOffer.id == offer_id).with_for_update()
        ).one_or_none()
        if offer is None:
            raise NotFound
        if offer.state not in {"open", "queued"}:
            return False
        offer.state, offer.answered_at, offer.answered_via = "declined", now, via
        enqueue(session, "offer_slots")
        return True
