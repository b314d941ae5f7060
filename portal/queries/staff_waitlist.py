"""The waitlist as the office sees it: who waits, how urgently, what they were offered, and times to offer by hand (SCH-8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.db import read_only
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.calendar import Location, ProviderProfile, VisitType
from portal.models.claims import Provider
from portal.models.identity import Login
from portal.models.waitlist import SlotOpening, WaitlistEntry, WaitlistOffer
from portal.queries.free_times import Slot, Wish, free_times
from portal.queries.own_waitlist import WaitChoices, WaitedFor, waited_for
from portal.queries.paging import Page, limits, page_of

URGENCY_WORDS = {0: "Routine", 1: "Soon", 2: "Urgent"}
OFFER_WORDS = {
    "queued": "waits for the morning",
    "open": "open",
    "accepted": "taken",
    "declined": "declined",
    "expired": "not answered",
    "lost": "taken by another",
}
BY_HAND = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class LastOffer:
    """What somebody was offered last."""

    offer_id: int
    state: str
    starts_at: datetime
    until: datetime | None
    zone: str

    @property
    def words(self) -> str:
        return OFFER_WORDS.get(self.state, self.state)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffWaiting:
    """One entry, with what the office alone sees."""

    entry: WaitedFor
    name: str
    urgency: int
    asked_at: datetime
    offer: LastOffer | None

    @property
    def urgency_words(self) -> str:
        return URGENCY_WORDS[self.urgency]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandTime:
    """A free time that would do, and its words."""

    slot: Slot
    provider: str

    @property
    def key(self) -> str:
        return "|".join(
            (
                str(self.slot.provider_id),
                str(self.slot.location_id),
                self.slot.starts_at.isoformat(),
            )
        )


def staff_waitlist(*, number: int = 1) -> Page[StaffWaiting]:
    """In the order in which they are asked."""
    offset, limit = limits(number)
    with read_only() as session:
        rows = session.execute(
            select(WaitlistEntry, VisitType, Patient, Login.name.label("newcomer"))
            .join(VisitType, VisitType.id == WaitlistEntry.visit_type_id)
            .outerjoin(Patient, Patient.id == WaitlistEntry.patient_id)
            .outerjoin(Login, Login.id == WaitlistEntry.newcomer_id)
            .where(WaitlistEntry.state == "waiting")
            .order_by(WaitlistEntry.urgency.desc(), WaitlistEntry.asked_at, WaitlistEntry.id)
            .offset(offset)
            .limit(limit)
        ).all()
        ids = [row.WaitlistEntry.id for row in rows]
        names = _provider_names(session)
        offers = _last_offers(session, ids)
    return page_of(
        [
            StaffWaiting(
                entry=waited_for(row, names),
                name=row.Patient.full_name if row.Patient else row.newcomer or "Somebody new",
                urgency=row.WaitlistEntry.urgency,
                asked_at=row.WaitlistEntry.asked_at,
                offer=offers.get(row.WaitlistEntry.id),
            )
            for row in rows
        ],
        number,
    )


def staff_waiting(entry_id: UUID) -> StaffWaiting | None:
    """One entry, waiting or not."""
    with read_only() as session:
        row = session.execute(
            select(WaitlistEntry, VisitType, Patient, Login.name.label("newcomer"))
            .join(VisitType, VisitType.id == WaitlistEntry.visit_type_id)
            .outerjoin(Patient, Patient.id == WaitlistEntry.patient_id)
            .outerjoin(Login, Login.id == WaitlistEntry.newcomer_id)
            .where(WaitlistEntry.id == entry_id)
        ).one_or_none()
        if row is None:
            return None
        return StaffWaiting(
            entry=waited_for(row, _provider_names(session)),
            name=row.Patient.full_name if row.Patient else row.newcomer or "Somebody new",
            urgency=row.WaitlistEntry.urgency,
            asked_at=row.WaitlistEntry.asked_at,
            offer=_last_offers(session, [entry_id]).get(entry_id),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitPatient:
    """Whom the office adds to the list."""

    id: int
    name: str
    account_id: int
    language: str


def staff_patient(patient_id: int) -> WaitPatient | None:
    """A patient by id."""
    with read_only() as session:
        row = session.execute(
            select(Patient, GuarantorAccount.language)
            .join(GuarantorAccount, GuarantorAccount.id == Patient.guarantor_account_id)
            .where(Patient.id == patient_id, Patient.merged_into_id.is_(None))
        ).one_or_none()
    if row is None:
        return None
    patient, language = row
    return WaitPatient(
        id=patient.id,
        name=patient.full_name,
        account_id=patient.guarantor_account_id,
        language=language,
    )


def staff_choices() -> WaitChoices:
    """Every kind of visit and every provider: the office sees past what patients may book."""
    with read_only() as session:
        types = session.execute(
            select(VisitType.id, VisitType.name, VisitType.name_es)
            .where(VisitType.active)
            .order_by(VisitType.position, VisitType.id)
        ).all()
        names = _provider_names(session)
    return WaitChoices(
        people=(),
        types=tuple((row.id, row.name, row.name_es) for row in types),
        providers=tuple(sorted(names.items(), key=lambda one: one[1])),
    )


def entry_of_offer(offer_id: int) -> UUID | None:
    """Whose offer it is."""
    with read_only() as session:
        return session.scalar(select(WaitlistOffer.entry_id).where(WaitlistOffer.id == offer_id))


def times_by_hand(entry: WaitedFor, *, now: datetime) -> tuple[HandTime, ...]:
    """The first free times that the entry asks for."""
    wish = Wish(
        visit_type_id=entry.visit_type_id,
        first_day=max(entry.first_day, now.date()),
        last_day=entry.last_day,
        provider_ids=frozenset(entry.provider_ids),
        location_ids=frozenset(entry.location_ids),
        weekdays=frozenset(entry.weekdays),
        not_before=entry.not_before,
        not_after=entry.not_after,
    )
    with read_only() as session:
        slots = free_times(session, wish, now=now, for_staff=True, limit=BY_HAND)
        names = _provider_names(session)
    return tuple(HandTime(slot=slot, provider=names[slot.provider_id]) for slot in slots)


def _provider_names(session: Session) -> dict[int, str]:
    rows = session.scalars(
        select(Provider).join(ProviderProfile, ProviderProfile.provider_id == Provider.id)
    )
    return {one.id: one.display_name for one in rows}


def _last_offers(session: Session, entry_ids: list[UUID]) -> dict[UUID, LastOffer]:
    newest = (
        select(func.max(WaitlistOffer.id))
        .where(WaitlistOffer.entry_id.in_(entry_ids))
        .group_by(WaitlistOffer.entry_id)
    )
    rows = session.execute(
        select(WaitlistOffer, SlotOpening.starts_at, Location.time_zone)
        .join(SlotOpening, SlotOpening.id == WaitlistOffer.opening_id)
        .join(Location, Location.id == SlotOpening.location_id)
        .where(WaitlistOffer.id.in_(newest))
    )
    return {
        offer.entry_id: LastOffer(
            offer_id=offer.id,
            state=offer.state,
            starts_at=starts_at,
            until=offer.expires_at,
            zone=ZoneInfo(zone).key,
        )
        for offer, starts_at, zone in rows
    }
