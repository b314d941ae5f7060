"""What the practice offers as payment plans: the newest row of its policy, or what the software comes with (PLAN-12)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.money import Money
from billing.plans import FEDERAL_BOX_FROM, TIERS, Policy, Tier
from billing.state_pack import StateRow
from portal.db import read_only
from portal.models.identity import Login
from portal.models.plans import PlanPolicy

DAYS_OFFERED = (1, 5, 10, 15, 20, 25)
_CENTS = ("up_to", "smallest")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRules:
    """One version of the policy. Number 0 is the one that nobody here has written."""

    number: int = 0
    policy: Policy = field(default_factory=Policy)
    days: tuple[int, ...] = DAYS_OFFERED
    reason: str = ""
    made_by: str = ""
    made_at: datetime | None = None

    def for_state(self, row: StateRow | None, *, gives_credit: bool = True) -> Policy:
        """With what a state asks for, where that is kinder.

        A practice that says that it gives no credit offers four payments by itself, not more (CORE-1, PLAN-1).
        """
        policy = self.policy if gives_credit else _without_credit(self.policy)
        if row is None:
            return policy
        law = max(policy.longest_by_law or 0, row.longest_months)
        grace = max(policy.grace_days, row.grace_days)
        return replace(policy, grace_days=grace, longest_by_law=law or None)


def _without_credit(policy: Policy) -> Policy:
    most = FEDERAL_BOX_FROM - 1
    tiers = (replace(one, longest_months=min(one.longest_months, most)) for one in policy.tiers)
    return replace(policy, tiers=tuple(tiers))


def plan_rules(session: Session) -> PlanRules:
    """The rules in force."""
    row = session.execute(_newest().limit(1)).one_or_none()
    return PlanRules() if row is None else _read(row[0], row[1])


def plan_rules_page() -> tuple[PlanRules, ...]:
    """Every version, the newest first, down to the one that the software comes with."""
    with read_only() as session:
        rows = session.execute(_newest()).all()
    return (*(_read(policy, email) for policy, email in rows), PlanRules())


def _newest() -> Any:
    return (
        select(PlanPolicy, Login.email)
        .join(Login, Login.id == PlanPolicy.made_by_login_id)
        .order_by(PlanPolicy.number.desc())
    )


def as_json(policy: Policy, days: tuple[int, ...]) -> dict[str, Any]:
    """The row's own spelling."""
    return {
        "tiers": [
            {
                "up_to": tier.up_to.cents if tier.up_to else None,
                "longest_months": tier.longest_months,
                "smallest": tier.smallest.cents if tier.smallest else None,
                "smallest_share_bp": tier.smallest_share_bp,
            }
            for tier in policy.tiers
        ],
        "first_within_days": policy.first_within.days,
        "least_down_bp": policy.least_down_bp,
        "assistance_first_above": policy.assistance_first_above.cents,
        "grace_days": policy.grace_days,
        "longest_pause_days": policy.longest_pause.days,
        "days": list(days),
    }


def _read(row: PlanPolicy, email: str) -> PlanRules:
    said = row.policy
    policy = Policy(
        tiers=tuple(_tier(tier) for tier in said["tiers"]) or TIERS,
        first_within=timedelta(days=said["first_within_days"]),
        least_down_bp=said["least_down_bp"],
        assistance_first_above=Money(said["assistance_first_above"]),
        grace_days=said["grace_days"],
        longest_pause=timedelta(days=said["longest_pause_days"]),
    )
    return PlanRules(
        number=row.number,
        policy=policy,
        days=tuple(said["days"]),
        reason=row.reason,
        made_by=email,
        made_at=row.made_at,
    )


def _tier(said: dict[str, Any]) -> Tier:
    money = {name: None if said[name] is None else Money(said[name]) for name in _CENTS}
    return Tier(
        up_to=money["up_to"],
        longest_months=said["longest_months"],
        smallest=money["smallest"],
        smallest_share_bp=said["smallest_share_bp"],
    )
