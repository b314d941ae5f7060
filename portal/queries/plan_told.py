"""What pages about bills say of a plan: how much is next, and when; nobody on a plan is pressed for all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from billing.holds import Condition
from billing.money import Money
from portal.queries.balances import AccountBalance
from portal.queries.plan_standing import living_plans, plan_standing


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTold:
    """One plan that runs."""

    plan_id: UUID
    account_id: int
    amount: Money  # what is late, else what is next
    on: date | None  # since when it is late, else when it is due
    late: bool
    covers_all: bool  # nothing else of the account is due


def plans_told(
    session: Session, accounts: Sequence[AccountBalance], *, on: date
) -> dict[int, PlanTold]:
    """By account. Whoever has no plan costs no query: the balances know it."""
    bills = {a.guarantor_account_id: [v for v in a.visits if v.due_now] for a in accounts}
    on_plan = [
        account.guarantor_account_id
        for account in accounts
        if any(Condition.PLAN_CURRENT in visit.conditions for visit in account.visits)
    ]
    if not on_plan:
        return {}
    plans = living_plans(session, on_plan)
    standings = plan_standing(session, [plan.id for plan in plans.values()], on)
    return {
        account_id: PlanTold(
            plan_id=plan.id,
            account_id=account_id,
            amount=stands.past_due or stands.next_amount,
            on=stands.past_due_since or stands.next_due,
            late=bool(stands.past_due),
            covers_all=all(Condition.PLAN_CURRENT in v.conditions for v in bills[account_id]),
        )
        for account_id, plan in plans.items()
        if (stands := standings.get(plan.id)) is not None
    }
