"""The rules of adjustments as they stand on a day, and how they came to be (OPS-23)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.adjustments import RULES, AdjustmentKind, AdjustmentRule
from billing.money import ZERO, Money
from portal.db import read_only
from portal.models.adjustments import AdjustmentRuleRow
from portal.models.identity import Login

Rules = Mapping[AdjustmentKind, AdjustmentRule]
SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """One row of the history."""

    label: str
    role: str
    limit: Money
    gl_class: str
    visible: bool
    effective_from: date
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesPage:
    """What stands today, and each change, the newest first."""

    rules: Rules
    changes: tuple[RuleChange, ...]


def rules_on(session: Session, on: date) -> Rules:
    """The rules of the day: the practice's own where it wrote any, else those of the house."""
    rows = session.scalars(
        select(AdjustmentRuleRow)
        .where(AdjustmentRuleRow.effective_from <= on)
        .order_by(AdjustmentRuleRow.effective_from, AdjustmentRuleRow.id)
    )
    found = dict(RULES)
    for row in rows:
        kind = AdjustmentKind(row.kind)
        limits = {**found[kind].limits, row.role: row.limit}
        found[kind] = replace(
            found[kind],
            limits={role: limit for role, limit in limits.items() if limit > ZERO},
            gl_class=row.gl_class,
            visible=row.visible,
        )
    return found


def todays_rules(on: date) -> Rules:
    """The same for a page."""
    with read_only() as session:
        return rules_on(session, on)


def rules_page(on: date) -> RulesPage:
    """The manager's page."""
    query = (
        select(AdjustmentRuleRow, Login.name, Login.email)
        .join(Login, Login.id == AdjustmentRuleRow.login_id)
        .order_by(AdjustmentRuleRow.id.desc())
        .limit(SHOWN)
    )
    with read_only() as session:
        return RulesPage(
            rules=rules_on(session, on),
            changes=tuple(
                RuleChange(
                    label=RULES[AdjustmentKind(row.kind)].label,
                    role=row.role,
                    limit=row.limit,
                    gl_class=row.gl_class,
                    visible=row.visible,
                    effective_from=row.effective_from,
                    reason=row.reason,
                    by=name or email,
                    at=row.at,
                )
                for row, name, email in session.execute(query)
            ),
        )
