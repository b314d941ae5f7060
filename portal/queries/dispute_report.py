"""Disputes by month: what they were about, how they ended, and in how many days (DISP-3, KPI-23)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from statistics import median

from sqlalchemy import func, select

from billing.bill_disputes import UPHELD, Finding, Kind
from portal.db import read_only
from portal.models.bill_disputes import BillDispute
from portal.models.practice import Practice
from portal.models.statements import StatementDelivery
from portal.queries.staff_disputes import FINDINGS, KINDS

MONTHS = 12


@dataclass(slots=True)
class DisputeMonth:
    """One month: what was disputed in it, and what ended in it."""

    first: date
    filed: int = 0
    withdrawn: int = 0
    statements: int = 0
    kinds: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    findings: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    days: list[int] = field(default_factory=list)
    upheld: int = 0

    @property
    def answered(self) -> int:
        return sum(self.findings.values())

    @property
    def median_days(self) -> float | None:
        return median(self.days) if self.days else None

    @property
    def upheld_percent(self) -> int | None:
        """Of those answered, how many were right, wholly or in part; half up."""
        return (self.upheld * 200 + self.answered) // (2 * self.answered) if self.answered else None

    @property
    def in_thousand(self) -> int | None:
        """Disputes for each 1,000 statements delivered; half up."""
        if not self.statements:
            return None
        return (self.filed * 2000 + self.statements) // (2 * self.statements)


def dispute_report(*, on: date) -> tuple[DisputeMonth, ...]:
    """The last twelve months, the newest first."""
    months = {first: DisputeMonth(first) for first in _months(on)}
    with read_only() as session:
        zone = select(Practice.time_zone).scalar_subquery()
        rows = session.execute(
            select(
                BillDispute, func.date(func.timezone(zone, BillDispute.answered_at)).label("ended")
            )
        ).all()
        month_of = func.date_trunc("month", StatementDelivery.delivered_on).label("month")
        sent = session.execute(select(month_of, func.count()).group_by("month")).all()
    for moment, count in sent:
        if (month := months.get(date(moment.year, moment.month, 1))) is not None:
            month.statements = count
    for row, ended in rows:
        _count(months, row, ended)
    return tuple(months.values())


def _count(months: dict[date, DisputeMonth], row: BillDispute, ended: date | None) -> None:
    if (month := months.get(row.filed_on.replace(day=1))) is not None:
        month.filed += 1
        month.kinds[KINDS[Kind(row.kind)]] += 1
        month.withdrawn += row.state == "withdrawn"
    if row.finding and ended is not None and (month := months.get(ended.replace(day=1))):
        finding = Finding(row.finding)
        month.findings[FINDINGS[finding]] += 1
        month.days.append((ended - row.filed_on).days)
        month.upheld += finding in UPHELD


def _months(on: date) -> list[date]:
    first, found = on.replace(day=1), []
    for _ in range(MONTHS):
        found.append(first)
        first = date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1)
    return found
