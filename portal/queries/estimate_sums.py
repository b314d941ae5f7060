"""What was billed and what was expected, by provider: the two sides of NSA-6."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from billing.entries import WRITE_OFFS
from billing.estimates import SELF_PAY, Part
from billing.ledger import Side
from billing.money import ZERO
from portal.models.appointments import Appointment
from portal.models.claims import Charge, Visit
from portal.models.estimates import EstimateLine, GoodFaithEstimate
from portal.models.ledger import LedgerAccount, PostingRow
from portal.queries.among import among

# Marked as missed and billed all the same, they came.
NOT_SEEN = ("held", "expired", "canceled")


def estimates_of_days(
    session: Session, days: Collection[tuple[int, date]]
) -> dict[tuple[int, date], list[int]]:
    """By patient and day of service, the estimates that stand."""
    patient = func.coalesce(Appointment.patient_id, GoodFaithEstimate.patient_id)
    day = func.coalesce(Appointment.starts_on, GoodFaithEstimate.service_on)
    rows = session.execute(
        select(GoodFaithEstimate.id, patient.label("patient_id"), day.label("day"))
        .outerjoin(Appointment, Appointment.id == GoodFaithEstimate.appointment_id)
        .where(
            GoodFaithEstimate.state == "issued",
            or_(Appointment.id.is_(None), Appointment.state.not_in(NOT_SEEN)),
            or_(*((patient == whose) & (day == when) for whose, when in days)),
        )
        .order_by(GoodFaithEstimate.id)
    )
    found: dict[tuple[int, date], list[int]] = defaultdict(list)
    for row in rows:
        found[row.patient_id, row.day].append(row.id)
    return dict(found)


def billed_parts(session: Session, visit_ids: Collection[int]) -> dict[int, list[Part]]:
    """By visit: each charge with its provider, less what was written off of it since."""
    lowered = case((PostingRow.side == Side.DEBIT, PostingRow.amount), else_=-PostingRow.amount)
    written_off = session.execute(
        select(PostingRow.charge_id, func.sum(lowered))
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(among(PostingRow.visit_id, visit_ids), LedgerAccount.code.in_(WRITE_OFFS))
        .group_by(PostingRow.charge_id)
    )
    off = {row[0]: row[1] for row in written_off}
    rows = session.execute(
        select(
            Charge.id,
            Charge.visit_id,
            func.coalesce(Charge.provider_id, Visit.provider_id),
            Charge.billed,
        )
        .join(Visit, Visit.id == Charge.visit_id)
        .where(among(Charge.visit_id, visit_ids))
        .order_by(Charge.id)
    )
    found: dict[int, list[Part]] = defaultdict(list)
    for charge_id, visit_id, provider_id, billed in rows:
        found[visit_id].append((provider_id, billed - (off.get(charge_id) or ZERO)))
    return dict(found)


def expected_parts(session: Session, estimate_ids: Collection[int]) -> dict[int, list[Part]]:
    """By estimate: each line with its provider."""
    rows = session.execute(
        select(EstimateLine.estimate_id, EstimateLine.provider_id, EstimateLine.expected)
        .where(among(EstimateLine.estimate_id, estimate_ids))
        .order_by(EstimateLine.id)
    )
    found: dict[int, list[Part]] = defaultdict(list)
    for estimate_id, provider_id, expected in rows:
        found[estimate_id].append((provider_id, expected))
    return dict(found)


def same_day_sums(session: Session, patient_id: int, day: date) -> tuple[list[Part], list[Part]]:
    """What was billed without a plan for one person and day, and what the estimates of it said."""
    visits = session.scalars(
        select(Visit.id).where(
            Visit.patient_id == patient_id,
            Visit.service_on == day,
            Visit.coverage_intent.in_(SELF_PAY),
        )
    ).all()
    estimates = estimates_of_days(session, [(patient_id, day)]).get((patient_id, day), [])
    return _all(billed_parts(session, visits)), _all(expected_parts(session, estimates))


def _all(parts: dict[int, list[Part]]) -> list[Part]:
    return [part for own in parts.values() for part in own]
