"""Where payment plans stand on a day, for any number of them at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.due_days import bank_holidays
from billing.plan_standing import PlanStanding, fold
from billing.state_pack import state_row
from portal.models.plans import Plan
from portal.queries.plan_facts import PlanFacts, plan_facts
from portal.queries.plan_policy import plan_rules


def plan_standing(
    session: Session, plan_ids: Collection[UUID], on: date
) -> dict[UUID, PlanStanding]:
    """By plan; one that nobody signed yet has no standing."""
    return standings(session, plan_facts(session, plan_ids), on)


def standings(
    session: Session, facts: Mapping[UUID, PlanFacts], on: date
) -> dict[UUID, PlanStanding]:
    """The same for facts that were read already."""
    rules = plan_rules(session) if facts else None
    closed = bank_holidays(on.year - 1) | bank_holidays(on.year) | bank_holidays(on.year + 1)
    return {
        plan_id: fold(
            one.terms,
            one.events,
            on,
            policy=rules.for_state(state_row(one.newest.state_row)),
            closed=closed,
        )
        for plan_id, one in facts.items()
        if rules is not None
    }


def living_plans(session: Session, account_ids: Collection[int]) -> dict[int, Plan]:
    """By account: its plan that is signed and being paid."""
    rows = session.scalars(
        select(Plan).where(
            Plan.guarantor_account_id.in_(list(account_ids)),
            Plan.state.in_(("active", "paused", "in_grace")),
        )
    )
    return {plan.guarantor_account_id: plan for plan in rows}
