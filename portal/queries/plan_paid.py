"""Which payments count toward a plan, and which charges such a payment settles first."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.models.claims import Charge
from portal.models.plans import LIVING_STATES, Plan, PlanLine, PlanVersion


def plan_of_payment(session: Session, account_id: int, visit_id: int | None) -> UUID | None:
    """The plan of the account that is being paid; none for a bill that it does not cover."""
    found = session.execute(
        select(Plan.id, Plan.current_version).where(
            Plan.guarantor_account_id == account_id, Plan.state.in_(LIVING_STATES)
        )
    ).one_or_none()
    if found is None:
        return None
    plan_id: UUID = found.id
    if visit_id is None:
        return plan_id
    of_visit = _covered(plan_id).join(Charge, Charge.id == PlanLine.charge_id)
    covers = session.scalar(of_visit.where(Charge.visit_id == visit_id).limit(1)) is not None
    return plan_id if covers else None


def plan_charges(session: Session, plan_id: UUID | None) -> frozenset[int]:
    """The charges that the version in force covers."""
    return frozenset() if plan_id is None else frozenset(session.scalars(_covered(plan_id)))


def _covered(plan_id: UUID) -> Select[int]:
    return (
        select(PlanLine.charge_id)
        .join(PlanVersion, PlanVersion.id == PlanLine.version_id)
        .join(Plan, Plan.id == PlanVersion.plan_id)
        .where(Plan.id == plan_id, PlanVersion.number == Plan.current_version)
    )
