"""The office offers one who waits a free time: kept for them, told to them, and theirs with a yes (SCH-8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.waitlist import FAR
from portal.db import read_only, transaction
from portal.models.calendar import Location, VisitType
from portal.models.waitlist import SlotOpening, WaitlistEntry, WaitlistOffer
from portal.queries.booking_policy import booking_policy
from portal.queries.waitlist import LIVE_OFFERS
from portal.services.appointment_time import Start
from portal.services.hold_slot import Holder, hold_slot
from portal.services.join_waitlist import CannotWait
from portal.services.offer_slots import SLACK
from portal.services.refusal import NotFound
from portal.services.tell_offers import tell_offers


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOffer:
    """Which time, and who of the office offers it."""

    provider_id: int
    location_id: int
    starts_at: datetime
    login_id: int


def offer_by_hand(*, entry_id: UUID, offer: HandOffer, now: datetime, public_url: str) -> int:
    """Hold the time and offer it to this one; the offer's id. Nobody tells at night: the text waits, the page does not.

    Raises SlotTaken with other times, CannotWait while another offer is open, NotFound.
    """
    start, until = _start(entry_id, offer, now)
    hold_id = uuid4()
    hold_slot(
        appointment_id=hold_id,
        start=start,
        holder=Holder(login_id=offer.login_id),
        now=now,
        for_staff=True,
        until=until + SLACK,
    )
    with transaction() as session:
        ends_at, zone = _ends(session, start)
        opening = SlotOpening(
            hold_id=hold_id,
            provider_id=start.provider_id,
            location_id=start.location_id,
            starts_at=start.starts_at,
            ends_at=ends_at,
            opened_at=now,
        )
        session.add(opening)
        session.flush()
        made = WaitlistOffer(
            opening_id=opening.id,
            entry_id=entry_id,
            state="open",
            offered_at=now,
            expires_at=until,
        )
        session.add(made)
        session.flush()
        tell_offers(session, opening, [made], zone=zone, now=now, public_url=public_url)
        return made.id


def _start(entry_id: UUID, offer: HandOffer, now: datetime) -> tuple[Start, datetime]:
    with read_only() as session:
        entry = session.get(WaitlistEntry, entry_id)
        if entry is None or entry.state != "waiting":
            raise NotFound
        live = session.scalar(
            select(WaitlistOffer.id).where(
                WaitlistOffer.entry_id == entry_id, WaitlistOffer.state.in_(LIVE_OFFERS)
            )
        )
        if live is not None:
            raise CannotWait("They have an offer to answer. Wait until that one is over.")
        policy = booking_policy(session)
        far = offer.starts_at - now > FAR
        minutes = policy.offer_minutes_far if far else policy.offer_minutes
        start = Start(
            visit_type_id=entry.visit_type_id,
            provider_id=offer.provider_id,
            location_id=offer.location_id,
            starts_at=offer.starts_at,
        )
        return start, min(now + timedelta(minutes=minutes), offer.starts_at)


def _ends(session: Session, start: Start) -> tuple[datetime, ZoneInfo]:
    minutes, zone = session.execute(
        select(VisitType.minutes, Location.time_zone)
        .join(Location, Location.id == start.location_id)
        .where(VisitType.id == start.visit_type_id)
    ).one()
    return start.starts_at + timedelta(minutes=minutes), ZoneInfo(zone)
