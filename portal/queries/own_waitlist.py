"""The waitlist as a patient sees it: what is offered, what is waited for, and what one can wait for (SCH-8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, or_, select
from sqlalchemy.orm import Session

from portal.db import read_only
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.calendar import Location, ProviderProfile, VisitType
from portal.models.claims import Provider
from portal.models.waitlist import SlotOpening, WaitlistEntry, WaitlistOffer
from portal.queries.own_appointments import OwnPerson, may_see_person, own_people
from portal.queries.viewer import PatientViewer


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitedFor:
    """One entry of the list."""

    id: UUID
    patient_id: int | None
    newcomer_id: int | None
    account_id: int | None
    person: str
    visit_type: str
    visit_type_es: str
    visit_type_id: int
    provider_ids: tuple[int, ...]
    providers: tuple[str, ...]  # empty: any
    location_ids: tuple[int, ...]
    weekdays: tuple[int, ...]
    not_before: time | None
    not_after: time | None
    first_day: date
    last_day: date
    notice_minutes: int
    coverage_intent: str
    gives_up_id: UUID | None
    state: str

    def visit_type_in(self, language: str) -> str:
        return (self.visit_type_es if language == "es" else "") or self.visit_type


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedTime:
    """A time that is offered now; moments are UTC, shown by the clock of `zone`."""

    offer_id: int
    entry: WaitedFor
    provider: str
    place: str
    starts: datetime
    until: datetime
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitlistPage:
    """Offers first: they run out."""

    offers: tuple[OfferedTime, ...]
    entries: tuple[WaitedFor, ...]

    @property
    def account_ids(self) -> frozenset[int]:
        return frozenset(one.account_id for one in self.entries if one.account_id is not None)

    @property
    def patient_ids(self) -> frozenset[int]:
        return frozenset(one.patient_id for one in self.entries if one.patient_id is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitChoices:
    """What the form offers: (id, words)."""

    people: tuple[OwnPerson, ...]
    types: tuple[tuple[int, str, str], ...]  # with the Spanish words, which may be empty
    providers: tuple[tuple[int, str], ...]
    places: tuple[tuple[int, str], ...] = ()


def own_waitlist(viewer: PatientViewer, *, now: datetime) -> WaitlistPage:
    """What waits for the people whom the viewer may book for."""
    with read_only() as session:
        entries = _entries(session, own_entries(viewer), WaitlistEntry.state == "waiting")
        by_id = {one.id: one for one in entries}
        rows = session.execute(
            select(WaitlistOffer, SlotOpening, Provider, Location)
            .join(SlotOpening, SlotOpening.id == WaitlistOffer.opening_id)
            .join(Provider, Provider.id == SlotOpening.provider_id)
            .join(Location, Location.id == SlotOpening.location_id)
            .where(
                WaitlistOffer.entry_id.in_(by_id),
                WaitlistOffer.state == "open",
                WaitlistOffer.expires_at > now,
            )
            .order_by(WaitlistOffer.expires_at)
        ).all()
    offers = tuple(
        OfferedTime(
            offer_id=offer.id,
            entry=by_id[offer.entry_id],
            provider=provider.display_name,
            place=place.name,
            starts=opening.starts_at,
            until=offer.expires_at or opening.starts_at,
            zone=place.time_zone,
        )
        for offer, opening, provider, place in rows
    )
    return WaitlistPage(offers=offers, entries=entries)


def own_entry(viewer: PatientViewer, entry_id: UUID) -> WaitedFor | None:
    """One entry; None when there is none, or it is not the viewer's."""
    with read_only() as session:
        found = _entries(session, own_entries(viewer), WaitlistEntry.id == entry_id)
    return found[0] if found else None


def own_offer(viewer: PatientViewer, offer_id: int) -> WaitedFor | None:
    """The entry that an offer was made to; None when it is not the viewer's."""
    offered = select(WaitlistOffer.entry_id).where(WaitlistOffer.id == offer_id)
    with read_only() as session:
        found = _entries(session, own_entries(viewer), WaitlistEntry.id.in_(offered))
    return found[0] if found else None


def wait_choices(viewer: PatientViewer) -> WaitChoices:
    """For whom, for what and with whom one may wait; whom nobody books by themself is left to the office."""
    with read_only() as session:
        people = own_people(session, viewer)
        types = session.execute(
            select(VisitType.id, VisitType.name, VisitType.name_es)
            .where(VisitType.active, VisitType.self_booking)
            .order_by(VisitType.position, VisitType.id)
        ).all()
        providers = session.scalars(
            select(Provider)
            .join(ProviderProfile, ProviderProfile.provider_id == Provider.id)
            .where(ProviderProfile.active, ProviderProfile.booking != "staff")
            .order_by(Provider.last_name, Provider.first_name, Provider.id)
        ).all()
        places = session.execute(
            select(Location.id, Location.name).where(Location.active).order_by(Location.name)
        ).all()
    return WaitChoices(
        people=people,
        types=tuple((row.id, row.name, row.name_es) for row in types),
        providers=tuple((one.id, one.display_name) for one in providers),
        places=tuple((row.id, row.name) for row in places),
    )


def own_entries(viewer: PatientViewer) -> ColumnElement[bool]:
    """True of the entries that are the viewer's to see and change."""
    theirs = WaitlistEntry.patient_id.in_(
        select(Patient.id)
        .join(GuarantorAccount, GuarantorAccount.id == Patient.guarantor_account_id)
        .where(may_see_person(viewer))
    )
    if viewer.acting_for is not None:
        return theirs
    return or_(theirs, WaitlistEntry.newcomer_id == viewer.login_id)


def _entries(session: Session, *where: ColumnElement[bool]) -> tuple[WaitedFor, ...]:
    rows = session.execute(
        select(WaitlistEntry, VisitType, Patient)
        .join(VisitType, VisitType.id == WaitlistEntry.visit_type_id)
        .outerjoin(Patient, Patient.id == WaitlistEntry.patient_id)
        .where(*where)
        .order_by(WaitlistEntry.asked_at, WaitlistEntry.id)
    ).all()
    wanted = {one for row in rows for one in row.WaitlistEntry.provider_ids}
    names = {
        one.id: one.display_name
        for one in session.scalars(select(Provider).where(Provider.id.in_(wanted)))
    }
    return tuple(waited_for(row, names) for row in rows)


def waited_for(row: Row[*tuple[Any, ...]], names: dict[int, str]) -> WaitedFor:
    """A row of an entry, its kind of visit and its patient, in words."""
    entry, kind, patient = row.WaitlistEntry, row.VisitType, row.Patient
    return WaitedFor(
        id=entry.id,
        patient_id=entry.patient_id,
        newcomer_id=entry.newcomer_id,
        account_id=patient.guarantor_account_id if patient else None,
        person=patient.full_name if patient else "",
        visit_type=kind.name,
        visit_type_es=kind.name_es,
        visit_type_id=kind.id,
        provider_ids=tuple(entry.provider_ids),
        providers=tuple(names[one] for one in entry.provider_ids if one in names),
        location_ids=tuple(entry.location_ids),
        weekdays=tuple(entry.weekdays),
        not_before=entry.not_before,
        not_after=entry.not_after,
        first_day=entry.first_day,
        last_day=entry.last_day,
        notice_minutes=entry.notice_minutes,
        coverage_intent=entry.coverage_intent,
        gives_up_id=entry.appointment_id,
        state=entry.state,
    )
