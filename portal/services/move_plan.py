"""The one way a plan's state changes: by the table of `billing.transitions`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.transitions import PLAN, PlanState, PlanStep, Refused, next_state
from portal.models.ledger import PostingRow
from portal.models.plans import Plan, PlanEvent
from portal.services.plan_refusals import CannotChangePlan

OVER = frozenset({PlanState.CANCELED, PlanState.COMPLETED, PlanState.DEFAULTED})


def move_plan(
    plan: Plan, step: PlanStep, *, now: datetime, on: date | None = None, reason: str = ""
) -> PlanState:
    """Bring a locked plan to where the step leads. Raises CannotChangePlan where it leads nowhere."""
    following = next_state(PLAN, PlanState(plan.state), step)
    if isinstance(following, Refused):
        raise CannotChangePlan(
            "This plan was changed meanwhile. Open it again to see how it stands."
        )
    if plan.state != following.value:
        plan.state, plan.state_at = following.value, now
    if following in OVER and on is None:
        raise ValueError("a plan ends on one of the practice's days: name it")
    plan.ended_on = on if following in OVER else None
    plan.end_reason = reason if following in OVER else ""
    return following


def note_plan(
    session: Session,
    plan: Plan,
    kind: str,
    *,
    on: date,
    now: datetime,
    login_id: int | None = None,
    position: int | None = None,
    **detail: Any,
) -> None:
    """Write down what happened to a plan; `billing.plan_standing` folds these rows.

    `position` spares asking for the ledger's end where many are written at once.
    """
    session.add(
        PlanEvent(
            plan_id=plan.id,
            kind=kind,
            on=on,
            detail=detail,
            login_id=login_id,
            at=now,
            ledger_position=ledger_position(session) if position is None else position,
        )
    )


def ledger_position(session: Session) -> int:
    """The last posting there is; the caller holds the account, so none of its own is on the way."""
    return session.scalar(select(func.max(PostingRow.id))) or 0
