"""Whether somebody may begin a plan anew by themselves (PLAN-15)."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.plan_changes import may_restart
from billing.plan_standing import Status
from billing.transitions import PlanState
from portal.models.plans import Plan, PlanVersion
from portal.queries.plan_scope import Why
from portal.queries.plan_standing import plan_standing

AFTER_DEFAULT = timedelta(days=365)


def asks_a_person(
    session: Session, account_id: int, plan: Plan | None, *, why: Why, on: date
) -> bool:
    """A restart too soon or too often, or a new plan in the year after one that ended in default.

    A new bill taken in is neither: it restarts nothing.
    """
    if why is Why.BILL_ADDED:
        return False
    if plan is None or why is Why.FIRST:
        return _defaulted_lately(session, account_id, on)
    restarted = session.scalars(
        select(PlanVersion.signed_on).where(
            PlanVersion.plan_id == plan.id, PlanVersion.why == Why.CHANGED.value
        )
    ).all()
    paid = [
        one
        for one in plan_standing(session, [plan.id], on)[plan.id].instalments
        if one.status is Status.PAID
    ]
    reason = may_restart(on, restarted=restarted, on_time=len(paid), hardship=False)
    return reason is not None


def _defaulted_lately(session: Session, account_id: int, on: date) -> bool:
    found = session.scalar(
        select(func.count()).where(
            Plan.guarantor_account_id == account_id,
            Plan.state == PlanState.DEFAULTED.value,
            Plan.ended_on > on - AFTER_DEFAULT,
        )
    )
    return bool(found)
