"""What a patient sees of their good-faith estimates: under the visit, and on the bill beside what was billed (NSA-2, NSA-6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from billing.estimates import dispute_until
from billing.money import Money
from portal.db import read_only
from portal.models.appointments import Appointment
from portal.models.claims import Charge, Visit
from portal.models.estimates import EstimateCheck, GoodFaithEstimate
from portal.queries.viewer import AccountViewer, PatientViewer


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnEstimate:
    """One that is owed by a day, or was given and can be read."""

    due_on: date
    total: Money | None
    notice_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateBeside:
    """What a bill's estimate said beside what was billed; `dispute_until` where the bill lies far above it."""

    total: Money
    billed: Money
    notice_id: int | None
    far_above: bool
    dispute_until: date | None


def estimate_of_visit(viewer: AccountViewer, appointment_id: UUID) -> OwnEstimate | None:
    """The newest that is owed or stands; nothing for who came by a text. The caller has found the visit as theirs."""
    if not isinstance(viewer, PatientViewer):
        return None
    with read_only() as session:
        row = session.scalar(
            select(GoodFaithEstimate)
            .where(
                GoodFaithEstimate.appointment_id == appointment_id,
                GoodFaithEstimate.state.in_(("due", "issued")),
            )
            .order_by(GoodFaithEstimate.issued_at.nulls_last(), GoodFaithEstimate.id.desc())
            .limit(1)
        )
    if row is None:
        return None
    given = row.state == "issued"
    return OwnEstimate(
        due_on=row.due_on, total=row.total if given else None, notice_id=row.notice_id
    )


def estimate_beside(viewer: AccountViewer, visit_id: int) -> EstimateBeside | None:
    """The caller has found the bill as the viewer's; one query."""
    if not isinstance(viewer, PatientViewer):
        return None
    billed = select(func.sum(Charge.billed)).where(Charge.visit_id == Visit.id).scalar_subquery()
    with read_only() as session:
        found = session.execute(
            select(GoodFaithEstimate, billed, EstimateCheck.outcome, Visit.first_statement_on)
            .join(Appointment, Appointment.id == GoodFaithEstimate.appointment_id)
            .join(Visit, Visit.id == Appointment.visit_id)
            .outerjoin(EstimateCheck, EstimateCheck.visit_id == Visit.id)
            .where(Visit.id == visit_id, GoodFaithEstimate.state == "issued")
        ).first()
    if found is None:
        return None
    estimate, cents, outcome, first = found
    far_above = outcome == "released"
    return EstimateBeside(
        total=estimate.total,
        billed=cents,
        notice_id=estimate.notice_id,
        far_above=far_above,
        dispute_until=dispute_until(first) if far_above and first else None,
    )
