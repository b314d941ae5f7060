"""A manager changes what the practice offers by itself: a new version, with its reason; plans signed before stand."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from billing.free_text import check_free_text
from billing.plans import Policy
from portal.db import transaction
from portal.models.plans import PlanPolicy
from portal.queries.plan_policy import as_json
from portal.queries.viewer import StaffViewer
from portal.services.plan_refusals import CannotChangePlan
from portal.services.record_access import add_staff_act

LEAST_GRACE = 10  # days: what patients were told from the first version on (PLAN-14)


def set_plan_policy(
    *, staff: StaffViewer, policy: Policy, days: tuple[int, ...], reason: str, now: datetime
) -> int:
    """Keep it as the newest version, and answer its number. Raises CannotChangePlan or CardNumberRefused."""
    reason = check_free_text(reason)
    if not staff.may("plans.policy"):
        raise CannotChangePlan("Your role cannot change the policy of plans.")
    if policy.grace_days < LEAST_GRACE:
        raise CannotChangePlan(f"A payment has at least {LEAST_GRACE} days of grace.")
    if not reason or not days or not all(1 <= day <= 28 for day in days):  # noqa: PLR2004 - every month
        raise CannotChangePlan("Say why, and name days from 1 to 28.")
    with transaction() as session:
        number = (session.scalar(select(func.max(PlanPolicy.number))) or 0) + 1
        session.add(
            PlanPolicy(
                number=number,
                policy=as_json(policy, tuple(sorted(set(days)))),
                reason=reason,
                made_by_login_id=staff.login_id,
                made_at=now,
            )
        )
        add_staff_act(
            session,
            staff,
            action="update",
            object_type="plan_policy",
            object_id=number,
            reason=reason,
            now=now,
        )
    return number
