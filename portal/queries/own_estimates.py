"""What a patient sees of their good-faith estimates: under the visit, and on the bill beside what was billed (NSA-2, NSA-6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from billing.estimates import best_fit, dispute_until
from billing.money import ZERO, Money
from portal.db import read_only
from portal.models.appointments import Appointment
from portal.models.claims import Charge, Visit
from portal.models.estimates import EstimateCheck, EstimateTie, GoodFaithEstimate
from portal.models.notices import Notice
from portal.queries.among import among
from portal.queries.estimate_sums import estimates_of_days
from portal.queries.estimate_ties import bills_of_days, told_by_bills, told_by_estimates
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
    together: bool  # several bills of that day are of this estimate; `billed` is of all
    far_above: bool
    dispute_until: date | None


def estimate_of_visit(viewer: AccountViewer, appointment_id: UUID) -> OwnEstimate | None:
    """The newest that is owed or stands; nothing for who came by a text. The caller has found the visit as theirs.

    What went to a patient's own account is not told on one that they share (HIPAA-10).
    """
    if not isinstance(viewer, PatientViewer):
        return None
    with read_only() as session:
        row = session.scalar(
            select(GoodFaithEstimate)
            .where(
                GoodFaithEstimate.appointment_id == appointment_id,
                GoodFaithEstimate.state.in_(("due", "issued")),
                _may_read(viewer),
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
    """Of the estimates of that day the one of this bill, with all bills that it is of. The caller has found the bill as the viewer's."""
    if not isinstance(viewer, PatientViewer):
        return None
    with read_only() as session:
        visit = session.get_one(Visit, visit_id)
        key = (visit.patient_id, visit.service_on)
        estimate_ids = estimates_of_days(session, [key]).get(key, [])
        if not estimate_ids:
            return None
        bills = bills_of_days(session, [key]).get(key, [])
        fits = _fits(session, bills, estimate_ids)
        fit = fits.get(visit_id)
        if fit is None:
            return None
        together = [one for one in bills if fits.get(one) == fit]
        estimate = session.scalar(
            select(GoodFaithEstimate).where(GoodFaithEstimate.id == fit, _may_read(viewer))
        )
        if estimate is None:
            return None
        billed = session.scalar(
            select(func.sum(Charge.billed)).where(among(Charge.visit_id, together))
        )
        far_above = (
            session.scalar(
                select(EstimateCheck.id)
                .where(among(EstimateCheck.visit_id, together), EstimateCheck.outcome == "released")
                .limit(1)
            )
            is not None
        )
        first = visit.first_statement_on
    return EstimateBeside(
        total=estimate.total,
        billed=billed or ZERO,
        together=len(together) > 1,
        notice_id=estimate.notice_id,
        far_above=far_above,
        dispute_until=dispute_until(first) if far_above and first else None,
    )


def _may_read(viewer: PatientViewer) -> ColumnElement[bool]:
    theirs = exists().where(
        Notice.id == GoodFaithEstimate.notice_id,
        Notice.guarantor_account_id.in_(viewer.account_ids),
    )
    return or_(GoodFaithEstimate.notice_id.is_(None), theirs)


def _fits(session: Session, bills: list[int], estimate_ids: list[int]) -> dict[int, int]:
    """By bill: its estimate. What is tied to a bill, or of a visit whose bill is known, is of no other."""
    rows = session.execute(
        select(GoodFaithEstimate.id, func.coalesce(EstimateTie.visit_id, Appointment.visit_id))
        .outerjoin(
            EstimateTie,
            (EstimateTie.estimate_id == GoodFaithEstimate.id) & EstimateTie.ended_at.is_(None),
        )
        .outerjoin(
            Appointment,
            Appointment.id
            == func.coalesce(GoodFaithEstimate.appointment_id, EstimateTie.appointment_id),
        )
        .where(among(GoodFaithEstimate.id, estimate_ids))
    ).all()
    fits = {row[1]: row[0] for row in rows if row[1] is not None}
    free = {row[0] for row in rows if row[1] is None}
    told, expected = told_by_bills(session, bills), told_by_estimates(session, estimate_ids)
    for visit_id in bills:
        if visit_id not in fits:
            alone = len(bills) == 1
            left = {one: expected[one] for one in free}
            one = best_fit(told[visit_id], left, alone=alone)
            if one is not None:
                fits[visit_id] = one
    return fits
