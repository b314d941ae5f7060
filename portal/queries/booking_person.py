"""What decides for whom a provider is: when which specialty saw them last, and whose plans they have (SCH-3)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ScalarSelect, func, or_, select, union_all

from billing.who_may_book import Person
from portal.models.accounts import Coverage, Patient
from portal.models.appointments import Appointment
from portal.models.calendar import ProviderProfile
from portal.models.claims import Visit


def seen_and_payers(on: date) -> tuple[ScalarSelect[Any], ScalarSelect[Any]]:
    """As parts of a query over Patient: the last day by specialty, and the payers of plans that run on that day."""
    seen = union_all(
        select(Visit.patient_id, Visit.provider_id, Visit.service_on.label("day")),
        select(Appointment.patient_id, Appointment.provider_id, Appointment.starts_on).where(
            Appointment.state == "done"
        ),
    ).subquery()
    newest = (
        select(ProviderProfile.specialty, func.max(seen.c.day).label("day"))
        .join(seen, seen.c.provider_id == ProviderProfile.provider_id)
        .where(seen.c.patient_id == Patient.id)
        .group_by(ProviderProfile.specialty)
        .correlate(Patient)
        .subquery()
    )
    last = select(func.json_object_agg(newest.c.specialty, newest.c.day)).scalar_subquery()
    payers = (
        select(func.array_agg(Coverage.payer_id))
        .where(
            Coverage.patient_id == Patient.id,
            or_(Coverage.ended_on.is_(None), Coverage.ended_on >= on),
        )
        .correlate(Patient)
        .scalar_subquery()
    )
    return last, payers


def person_of_row(
    patient: Patient, last_seen: Mapping[str, str] | None, payer_ids: Collection[int] | None
) -> Person:
    """The patient as the rules know them."""
    return Person(
        born_on=patient.birth_on,
        sex=patient.sex,
        last_seen={name: date.fromisoformat(day) for name, day in (last_seen or {}).items()},
        payer_ids=frozenset(payer_ids or ()),
    )
