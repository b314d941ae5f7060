"""What a signature covers: everything that is due, or what the plan covers already."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.money import total_of
from portal.models.claims import Charge
from portal.models.plans import Plan, PlanLine, PlanVersion
from portal.queries.plan_offer import PlanOffer


class Why(StrEnum):
    """Why somebody signs."""

    FIRST = "first"
    BILL_ADDED = "bill_added"  # everything that is due now, new bills too
    CHANGED = "changed"  # other days or amounts, for what the plan covers already


def covered_charges(session: Session, plan: Plan) -> frozenset[int]:
    """The charges of the version in force."""
    return frozenset(
        session.scalars(
            select(PlanLine.charge_id)
            .join(PlanVersion, PlanVersion.id == PlanLine.version_id)
            .where(PlanVersion.plan_id == plan.id, PlanVersion.number == plan.current_version)
        )
    )


def wished_offer(session: Session, offer: PlanOffer, plan: Plan | None, why: Why) -> PlanOffer:
    """The offer with the bills that this signature is about."""
    if plan is None or why is not Why.CHANGED:
        return offer
    return narrowed(session, offer, covered_charges(session, plan))


def narrowed(session: Session, offer: PlanOffer, charge_ids: Collection[int]) -> PlanOffer:
    """Without the lines that the plan does not cover."""
    lines = {one: due for one, due in offer.lines.items() if one in charge_ids}
    visits = dict(
        session.execute(select(Charge.id, Charge.visit_id).where(Charge.id.in_(lines))).all()
    )
    left: dict[int, list[int]] = {}
    for charge_id, visit_id in visits.items():
        left.setdefault(visit_id, []).append(charge_id)
    bills = tuple(
        replace(bill, due=total_of(lines[one] for one in left[bill.visit_id]))
        for bill in offer.bills
        if bill.visit_id in left
    )
    return replace(offer, total=total_of(lines.values()), lines=lines, bills=bills)
