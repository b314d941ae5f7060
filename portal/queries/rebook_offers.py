"""The times that the practice offers instead of a visit that it canceled, as far as they are still free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.rebooking import OFFERED, Spoken, choose_offers
from portal.models.appointments import Appointment
from portal.models.calendar import Location
from portal.models.claims import Provider
from portal.models.rebooking import RebookOffer
from portal.queries.free_times import Slot, Wish, free_times
from portal.queries.offered_providers import offered_providers, person_facts

AHEAD = timedelta(days=60)
STANDS = timedelta(days=14)  # so long an offer keeps its time from being offered to somebody else


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedTime:
    """One of the three; the visit type is that of the canceled visit."""

    offer_id: int
    position: int
    visit_type_id: int
    provider_id: int
    provider_name: str
    location_id: int
    location_name: str
    zone: str
    starts_at: datetime
    local_start: datetime


def rebook_offers(session: Session, appointment_id: UUID, now: datetime) -> tuple[OfferedTime, ...]:
    """What a patient may still choose from, by start; nothing once one of them was taken."""
    rows = session.execute(
        select(RebookOffer, Appointment.visit_type_id, Provider, Location)
        .join(Appointment, Appointment.id == RebookOffer.appointment_id)
        .join(Provider, Provider.id == RebookOffer.provider_id)
        .join(Location, Location.id == RebookOffer.location_id)
        .where(RebookOffer.appointment_id == appointment_id)
        .order_by(RebookOffer.starts_at)
    ).all()
    if not rows or any(offer.taken_at for offer, *_ in rows):
        return ()
    offers = [offer for offer, *_ in rows]
    free = _still_free(session, offers, rows[0].visit_type_id, now=now)
    return tuple(
        OfferedTime(
            offer_id=offer.id,
            position=offer.position,
            visit_type_id=visit_type_id,
            provider_id=provider.id,
            provider_name=provider.display_name,
            location_id=place.id,
            location_name=place.name,
            zone=place.time_zone,
            starts_at=offer.starts_at,
            local_start=offer.starts_at.astimezone(ZoneInfo(place.time_zone)),
        )
        for offer, visit_type_id, provider, place in rows
        if (offer.provider_id, offer.location_id, offer.starts_at) in free
    )


def _still_free(
    session: Session, offers: Sequence[RebookOffer], visit_type_id: int, *, now: datetime
) -> set[tuple[int, int, datetime]]:
    days = [offer.starts_at.date() for offer in offers]
    wish = Wish(
        visit_type_id=visit_type_id,
        first_day=min(days) - timedelta(days=1),
        last_day=max(days) + timedelta(days=1),
        provider_ids=frozenset(offer.provider_id for offer in offers),
        location_ids=frozenset(offer.location_id for offer in offers),
    )
    return {
        (slot.provider_id, slot.location_id, slot.starts_at)
        for slot in free_times(session, wish, now=now, with_view_only=True)
    }


def offers_for(session: Session, row: Appointment, *, now: datetime) -> tuple[Slot, ...]:
    """Up to three times to offer instead of this visit, others than those offered to somebody else where there are any."""
    today = now.date()
    first = max(today, row.starts_on - timedelta(days=7))
    wish = Wish(
        visit_type_id=row.visit_type_id,
        first_day=first,
        last_day=first + AHEAD,
        provider_ids=_who_fits(session, row, today),
    )
    free = free_times(session, wish, now=now, with_view_only=True)
    return choose_offers(
        [slot for slot in free if slot.starts_at != row.starts_at],
        provider_id=row.provider_id,
        location_id=row.location_id,
        around=max(row.starts_at, now),
        spoken_for=_spoken_for(session, row.id, now=now),
        count=OFFERED,
    )


def _who_fits(session: Session, row: Appointment, today: date) -> frozenset[int]:
    """The same provider, and others of the specialty against whom nothing stands (SCH-3)."""
    person = person_facts(session, patient_id=row.patient_id, newcomer_id=row.newcomer_id, on=today)
    choices = offered_providers(
        session, visit_type_id=row.visit_type_id, person=person, on=today, for_staff=True
    )
    specialty = {one.plain_specialty for one in choices if one.provider_id == row.provider_id}
    return frozenset({row.provider_id}) | {
        one.provider_id for one in choices if one.plain_specialty in specialty and not one.reasons
    }


def _spoken_for(session: Session, appointment_id: UUID, *, now: datetime) -> set[Spoken]:
    rows = session.execute(
        select(RebookOffer.provider_id, RebookOffer.starts_at).where(
            RebookOffer.taken_at.is_(None),
            RebookOffer.starts_at > now,
            RebookOffer.made_at > now - STANDS,
            RebookOffer.appointment_id != appointment_id,
        )
    )
    return {(provider_id, starts_at) for provider_id, starts_at in rows}
