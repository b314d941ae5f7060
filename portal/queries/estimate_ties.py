"""What tells which bill an estimate is of: the services that both name, and estimates that were asked for without a visit (NSA-6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.estimates import SELF_PAY, Told, keep_until, valid_since
from portal.models.accounts import Patient
from portal.models.appointments import Appointment
from portal.models.claims import Charge, Visit
from portal.models.estimates import EstimateLine, EstimateTie, GoodFaithEstimate
from portal.queries.among import among
from portal.queries.estimate_sums import NOT_SEEN

Day = tuple[int, date]  # whose, and the day of service


@dataclass(frozen=True, slots=True, kw_only=True)
class Unestimated:
    """A visit for which an estimate was owed and never given."""

    patient_id: int
    day: date
    visit_id: int | None  # its bill, where it is known


def told_by_bills(session: Session, visit_ids: Collection[int]) -> dict[int, Told]:
    """By bill: its services and who gave them."""
    rows = session.execute(
        select(
            Charge.visit_id,
            Charge.procedure_code,
            func.coalesce(Charge.provider_id, Visit.provider_id),
        )
        .join(Visit, Visit.id == Charge.visit_id)
        .where(among(Charge.visit_id, visit_ids))
    )
    return _told((row[0], row[1], row[2]) for row in rows)


def told_by_estimates(session: Session, estimate_ids: Collection[int]) -> dict[int, Told]:
    """By estimate: the same."""
    rows = session.execute(
        select(EstimateLine.estimate_id, EstimateLine.procedure, EstimateLine.provider_id).where(
            among(EstimateLine.estimate_id, estimate_ids)
        )
    )
    return _told((row[0], row[1], row[2]) for row in rows)


def bills_of_days(session: Session, days: Collection[Day]) -> dict[Day, list[int]]:
    """By patient and day: the bills without a plan."""
    rows = session.execute(
        select(Visit.id, Visit.patient_id, Visit.service_on)
        .where(
            among(Visit.patient_id, {patient_id for patient_id, _ in days}),
            Visit.service_on.in_({day for _, day in days}),
            Visit.coverage_intent.in_(SELF_PAY),
        )
        .order_by(Visit.id)
    )
    found: dict[Day, list[int]] = defaultdict(list)
    for visit_id, patient_id, day in rows:
        if (patient_id, day) in days:
            found[patient_id, day].append(visit_id)
    return dict(found)


def untied_estimates(session: Session, days: Collection[Day]) -> dict[Day, list[int]]:
    """By patient and day: what they asked for without a visit, was given, may speak for that day, and is tied to nothing."""
    standing = select(EstimateTie.estimate_id).where(EstimateTie.ended_at.is_(None))
    person = func.coalesce(Patient.merged_into_id, Patient.id)
    rows = session.execute(
        select(GoodFaithEstimate.id, person, GoodFaithEstimate.keep_until)
        .join(Patient, Patient.id == GoodFaithEstimate.patient_id)
        .where(
            person.in_({patient_id for patient_id, _ in days}),
            GoodFaithEstimate.state == "issued",
            GoodFaithEstimate.id.not_in(standing),
        )
        .order_by(GoodFaithEstimate.id)
    ).all()
    found: dict[Day, list[int]] = defaultdict(list)
    for patient_id, day in days:
        # The day on which it was given, by that until which it is kept.
        first, last = keep_until(valid_since(day)), keep_until(day)
        found[patient_id, day] += [
            row[0] for row in rows if row[1] == patient_id and row[2] and first <= row[2] <= last
        ]
    return {key: ids for key, ids in found.items() if ids}


def unestimated(session: Session, days: Collection[Day]) -> list[Unestimated]:
    """Visits of these days that were owed an estimate and have none; it was dropped as they came."""
    given = select(GoodFaithEstimate.appointment_id).where(
        GoodFaithEstimate.state == "issued", GoodFaithEstimate.appointment_id.is_not(None)
    )
    rows = session.execute(
        select(Appointment.patient_id, Appointment.starts_on, Appointment.visit_id)
        .join(GoodFaithEstimate, GoodFaithEstimate.appointment_id == Appointment.id)
        .where(
            among(Appointment.patient_id, {patient_id for patient_id, _ in days}),
            Appointment.starts_on.in_({day for _, day in days}),
            Appointment.state.not_in(NOT_SEEN),
            GoodFaithEstimate.state.in_(("due", "dropped")),
            Appointment.id.not_in(given),
        )
        .distinct()
    )
    return [
        Unestimated(patient_id=row[0], day=row[1], visit_id=row[2])
        for row in rows
        if row[0] is not None and (row[0], row[1]) in days
    ]


def _told(rows: Iterable[tuple[int, str, int | None]]) -> dict[int, Told]:
    codes: dict[int, set[str]] = defaultdict(set)
    providers: dict[int, set[int | None]] = defaultdict(set)
    for whose, code, provider_id in rows:
        codes[whose].add(code)
        providers[whose].add(provider_id)
    return {whose: Told(frozenset(codes[whose]), frozenset(providers[whose])) for whose in codes}
