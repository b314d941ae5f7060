"""What was entered as the costs of each month (KPI-11): the newest counts, earlier ones are its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from billing.money import Money
from portal.db import read_only
from portal.models.identity import Login
from portal.models.reports import ReportCost

SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """One amount as it was entered."""

    month: date
    amount: Money
    note: str
    by: str
    at: datetime
    counts: bool  # nothing newer was entered for its month


def entered_costs() -> tuple[Cost, ...]:
    """The newest month first."""
    with read_only() as session:
        rows = session.execute(
            select(ReportCost, func.coalesce(func.nullif(Login.name, ""), Login.email))
            .join(Login, Login.id == ReportCost.login_id)
            .order_by(ReportCost.month.desc(), ReportCost.id.desc())
            .limit(SHOWN)
        ).all()
    seen: set[date] = set()
    found = []
    for row, by in rows:
        found.append(
            Cost(
                month=row.month, amount=row.amount, note=row.note, by=by, at=row.at,
                counts=row.month not in seen,
            )
        )  # fmt: skip
        seen.add(row.month)
    return tuple(found)
