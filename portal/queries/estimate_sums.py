"""What was billed and what was expected, by provider: the two sides of NSA-6."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import case, exists, func, select, union
from sqlalchemy.orm import Session, aliased

from billing.entries import WRITE_OFFS
from billing.estimates import SELF_PAY, Part
from billing.ledger import Side
from billing.money import ZERO
from portal.models.appointments import Appointment
from portal.models.claims import Charge, Visit
from portal.models.estimates import EstimateLine, EstimateTie, GoodFaithEstimate
from portal.models.ledger import LedgerAccount, PostingRow
from portal.queries.among import among

# Marked as missed and billed all the same, they came.
NOT_SEEN = ("held", "expired", "canceled")


def estimates_of_days(
    session: Session, days: Collection[tuple[int, date]]
) -> dict[tuple[int, date], list[int]]:
    """By patient and day of service, the estimates that stand: of visits, and asked for and tied to a visit or bill.

    What was given for a visit takes the place of what was asked for before it was booked.
    """
    if not days:
        return {}
    people, dates = {whose for whose, _ in days}, {day for _, day in days}
    seen = Appointment.state.not_in(NOT_SEEN)
    given = (
        select(GoodFaithEstimate.id, Appointment.patient_id, Appointment.starts_on)
        .join(Appointment, Appointment.id == GoodFaithEstimate.appointment_id)
        .where(GoodFaithEstimate.state == "issued", seen)
        .where(among(Appointment.patient_id, people), Appointment.starts_on.in_(dates))
    )
    own = aliased(GoodFaithEstimate)
    better = exists().where(own.appointment_id == Appointment.id, own.state == "issued")
    of_visits = (
        select(EstimateTie.estimate_id, Appointment.patient_id, Appointment.starts_on)
        .join(Appointment, Appointment.id == EstimateTie.appointment_id)
        .where(EstimateTie.ended_at.is_(None), seen, ~better)
        .where(among(Appointment.patient_id, people), Appointment.starts_on.in_(dates))
    )
    of_bills = (
        select(EstimateTie.estimate_id, Visit.patient_id, Visit.service_on)
        .join(Visit, Visit.id == EstimateTie.visit_id)
        .where(EstimateTie.ended_at.is_(None))
        .where(among(Visit.patient_id, people), Visit.service_on.in_(dates))
    )
    found: dict[tuple[int, date], list[int]] = defaultdict(list)
    rows: Sequence[Any] = session.execute(union(given, of_visits, of_bills)).all()
    for estimate_id, patient_id, day in sorted(tuple(row) for row in rows):
        if (patient_id, day) in days:
            found[patient_id, day].append(estimate_id)
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
