"""An appointment with the words and the wall clock that every list of them shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from billing.money import Money
from portal.models.accounts import Patient
from portal.models.appointments import Appointment, AppointmentResource
from portal.models.calendar import Location, ProviderProfile, Resource, VisitType
from portal.models.claims import Provider
from portal.models.identity import Login


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentFacts:
    """One appointment; moments are UTC, `local_start` and `local_end` the place's wall clock."""

    appointment_id: UUID
    patient_id: int | None
    newcomer_id: int | None
    account_id: int | None  # of the patient
    person_name: str  # the patient's, or what the newcomer calls themselves; of a hold maybe empty
    person_first_name: str
    born_on: date | None
    sex: str
    provider_id: int
    provider_name: str
    plain_specialty: str
    location_id: int
    location_name: str
    location_lines: tuple[str, ...]  # its address
    location_phone: str
    directions: str
    zone: str
    visit_type_id: int
    visit_type: str
    visit_type_es: str
    modality: str
    preparation: str
    preparation_es: str
    emergency: bool
    needs_referral: bool
    needs_authorisation: bool
    copay_class: str
    estimate: Money
    starts_at: datetime
    ends_at: datetime
    starts_on: date
    local_start: datetime
    local_end: datetime
    lane: int
    capacity: int
    rooms: tuple[str, ...]
    state: str
    state_at: datetime
    held_until: datetime | None
    holder_hash: str | None
    coverage_intent: str
    coverage_intent_at: datetime | None
    coverage_id: int | None
    reason: str
    note: str
    language: str
    booked_via: str
    booked_by_id: int | None
    booked_at: datetime | None
    time_set_at: datetime | None
    confirmed_at: datetime | None
    confirmed_via: str
    canceled_side: str
    cancel_reason: str
    late_cancel: bool
    overbook_reason: str
    follow_up_of_id: UUID | None
    arrived_at: datetime | None
    roomed_at: datetime | None
    done_at: datetime | None
    calendar_sequence: int
    visit_id: int | None

    def visit_type_in(self, language: str) -> str:
        """Its name in that language, in English where nobody translated it."""
        return (self.visit_type_es if language == "es" else "") or self.visit_type

    def preparation_in(self, language: str) -> str:
        """How to prepare, in that language or in English."""
        return (self.preparation_es if language == "es" else "") or self.preparation


_ROOMS = (
    select(func.string_agg(Resource.name, "\n"))
    .select_from(AppointmentResource)
    .join(Resource, Resource.id == AppointmentResource.resource_id)
    .where(AppointmentResource.appointment_id == Appointment.id)
    .correlate(Appointment)
    .scalar_subquery()
)


def joined() -> Select[*tuple[Any, ...]]:
    """Appointments with what is known of each: for a `where` over any of the joined tables."""
    return (
        select(Appointment, Patient, Login.name, Provider, ProviderProfile, Location, VisitType)
        .add_columns(_ROOMS.label("rooms"))
        .join(Provider, Provider.id == Appointment.provider_id)
        .join(ProviderProfile, ProviderProfile.provider_id == Appointment.provider_id)
        .join(Location, Location.id == Appointment.location_id)
        .join(VisitType, VisitType.id == Appointment.visit_type_id)
        .outerjoin(Patient, Patient.id == Appointment.patient_id)
        .outerjoin(Login, Login.id == Appointment.newcomer_id)
    )


def appointment_facts(
    session: Session,
    *where: ColumnElement[bool],
    order_by: Sequence[Any] = (Appointment.starts_at, Appointment.id),
    limit: int | None = None,
) -> tuple[AppointmentFacts, ...]:
    """The facts of those that fit, in one query; who may see them is the caller's to say in `where`."""
    rows = session.execute(joined().where(*where).order_by(*order_by).limit(limit))
    return tuple(_facts(row) for row in rows)


def _facts(found: Any) -> AppointmentFacts:
    row: Appointment
    patient: Patient | None
    provider: Provider
    profile: ProviderProfile
    place: Location
    kind: VisitType
    row, patient, login_name, provider, profile, place, kind, rooms = found
    zone = ZoneInfo(place.time_zone)
    name = patient.full_name if patient else login_name or ""
    town = f"{place.city}, {place.state} {place.postal_code}".strip(" ,")
    return AppointmentFacts(
        appointment_id=row.id,
        patient_id=row.patient_id,
        newcomer_id=row.newcomer_id,
        account_id=patient.guarantor_account_id if patient else None,
        person_name=name,
        person_first_name=patient.first_name if patient else name.split(" ")[0],
        born_on=patient.birth_on if patient else None,
        sex=patient.sex if patient else "",
        provider_id=row.provider_id,
        provider_name=provider.display_name,
        plain_specialty=profile.plain_specialty,
        location_id=row.location_id,
        location_name=place.name,
        location_lines=tuple(line for line in (place.street, place.street2, town) if line),
        location_phone=place.phone,
        directions=place.directions,
        zone=place.time_zone,
        visit_type_id=row.visit_type_id,
        visit_type=kind.name,
        visit_type_es=kind.name_es,
        modality=kind.modality,
        preparation=kind.preparation,
        preparation_es=kind.preparation_es,
        emergency=kind.emergency,
        needs_referral=kind.needs_referral,
        needs_authorisation=kind.needs_authorisation,
        copay_class=kind.copay_class,
        estimate=kind.estimate,
        local_start=row.starts_at.astimezone(zone),
        local_end=row.ends_at.astimezone(zone),
        rooms=tuple(sorted(rooms.split("\n"))) if rooms else (),
        **{name: getattr(row, name) for name in _SAME},
    )


_SAME = (
    "starts_at",
    "ends_at",
    "starts_on",
    "lane",
    "capacity",
    "state",
    "state_at",
    "held_until",
    "holder_hash",
    "coverage_intent",
    "coverage_intent_at",
    "coverage_id",
    "reason",
    "note",
    "language",
    "booked_via",
    "booked_by_id",
    "booked_at",
    "time_set_at",
    "confirmed_at",
    "confirmed_via",
    "canceled_side",
    "cancel_reason",
    "late_cancel",
    "overbook_reason",
    "follow_up_of_id",
    "arrived_at",
    "roomed_at",
    "done_at",
    "calendar_sequence",
    "visit_id",
)
