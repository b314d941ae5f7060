"""How often patients missed a visit, or gave one up late, in the last twelve months (SCH-5, SCH-7)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.booking_rules import missed_since
from portal.models.appointments import Appointment
from portal.queries.among import among


@dataclass(frozen=True, slots=True)
class MissedVisits:
    """Of one patient; what the practice canceled counts nowhere."""

    missed: int = 0
    late_canceled: int = 0


def missed_visits(
    session: Session, patient_ids: Collection[int], *, on: date
) -> dict[int, MissedVisits]:
    """For each of them who has any, in one query."""
    missed = func.count().filter(Appointment.state == "no_show")
    late = func.count().filter(Appointment.late_cancel)
    rows = session.execute(
        select(Appointment.patient_id, missed, late)
        .where(
            among(Appointment.patient_id, sorted(patient_ids)),
            Appointment.starts_on >= missed_since(on),
            Appointment.state.in_(("no_show", "canceled")),
        )
        .group_by(Appointment.patient_id)
    )
    found = {who: MissedVisits(*counts) for who, *counts in rows}
    return {who: one for who, one in found.items() if who is not None and one != MissedVisits()}
