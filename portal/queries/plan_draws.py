"""What may be drawn of a payment plan, from how it stands on the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.drafts import NOTICE_FROM
from billing.money import ZERO, Money
from billing.plan_standing import InstalmentStanding, Status
from billing.transitions import PlanState
from portal.models.drafts import Draft
from portal.models.plans import Plan, PlanInstalment, PlanVersion
from portal.queries.plan_standing import living_plans, plan_standing

DRAWS = frozenset({PlanState.ACTIVE, PlanState.IN_GRACE})


def next_drafts(session: Session, plan_id: UUID, on: date) -> tuple[InstalmentStanding, ...]:
    """The instalments of a plan that are drawn within the days of notice; none while it rests."""
    found = plan_standing(session, [plan_id], on).get(plan_id)
    if found is None or found.state not in DRAWS:
        return ()
    return tuple(
        one
        for one in found.instalments
        if one.left > ZERO and one.status is Status.DUE and one.draw_on <= on + NOTICE_FROM
    )


def signed_amounts(session: Session, plan_id: UUID) -> dict[int, Money]:
    """By number: what the version in force says, in figures."""
    rows = session.execute(
        select(PlanInstalment.number, PlanInstalment.amount)
        .join(PlanVersion, PlanVersion.id == PlanInstalment.version_id)
        .join(Plan, Plan.id == PlanVersion.plan_id)
        .where(Plan.id == plan_id, PlanVersion.number == Plan.current_version)
    )
    return {row[0]: row[1] for row in rows}


def left_to_draw(session: Session, draft: Draft, on: date) -> Money:
    """What its instalment still asks for, at the moment of drawing; nothing while the plan rests or is over."""
    if draft.plan_id is None:
        raise AssertionError("a draft of autopay has no instalment")
    found = plan_standing(session, [draft.plan_id], on).get(draft.plan_id)
    if found is None or found.state not in DRAWS:
        return ZERO
    return next((i.left for i in found.instalments if i.number == draft.instalment_number), ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanToDraw:
    """A plan that is signed and being paid, as an authorisation names it."""

    id: UUID
    number: str
    largest: Money  # of its instalments
    day: int


def plan_to_draw(
    session: Session, account_id: int, plan_id: UUID | None = None
) -> PlanToDraw | None:
    """The account's living plan; None when it has none, or not this one."""
    plan = living_plans(session, [account_id]).get(account_id)
    if plan is None or plan_id not in {None, plan.id}:
        return None
    version = session.scalars(
        select(PlanVersion).where(
            PlanVersion.plan_id == plan.id, PlanVersion.number == plan.current_version
        )
    ).one_or_none()
    amounts = signed_amounts(session, plan.id)
    if version is None or not amounts:
        return None
    largest = max(amounts.values())
    return PlanToDraw(id=plan.id, number=plan.number, largest=largest, day=version.day)
