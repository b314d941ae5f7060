"""The batches that were posted into a day, and the cash that must lie in the drawer for them (OPS-12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from billing.drawer import Count, agreed
from billing.money import ZERO, Money, total_of
from portal.db import read_only
from portal.models.day import CashCount, DayClose
from portal.models.identity import Login
from portal.queries.batch_parts import PART_WORDS

_BATCHES = text("""
SELECT b.id, b.total_cents, b.received_on, b.posted_at, coalesce(nullif(l.name, ''), l.email) AS by,
       count(r.id) AS rows,
       coalesce(sum(r.amount_cents) FILTER (WHERE r.method = 'cash'), 0)::bigint AS cash,
       coalesce(sum(r.amount_cents) FILTER (WHERE r.method <> 'cash'), 0)::bigint AS checks,
       array_agg(DISTINCT r.method) AS methods,
       array_remove(array_agg(DISTINCT CASE WHEN NOT EXISTS (
         SELECT 1 FROM deposit_batches d WHERE d.batch_id = b.id AND d.part IN ('', r.method))
         THEN r.method END), NULL) AS unbanked
  FROM receipt_batches b
  JOIN logins l ON l.id = b.login_id
  JOIN practice_receipts r ON r.batch_id = b.id AND r.reverses_receipt_id IS NULL
 WHERE b.received_on = :day
 GROUP BY b.id, l.name, l.email
 ORDER BY b.posted_at, b.id
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class DayBatch:
    """One batch: who, what of it is cash and what checks, its control total, and whether the bank shows it."""

    id: UUID
    by: str
    rows: int
    control_total: Money
    cash: Money
    checks: Money
    posted_at: datetime
    methods: frozenset[str]
    unbanked: tuple[str, ...]  # methods that no line of the bank answers yet

    @property
    def banked(self) -> bool:
        """Whether the bank shows all of it."""
        return not self.unbanked

    @property
    def kind(self) -> str:
        words = [
            w
            for m, w in (("check", "checks"), ("cash", "cash"), ("card", "cards"))
            if m in self.methods
        ]
        return " and ".join(words).capitalize()

    @property
    def awaited(self) -> str:
        """In words, the part that the bank does not show yet; empty where it shows none or all of it."""
        if not self.unbanked or len(self.unbanked) == len(self.methods):
            return ""
        return " and ".join(PART_WORDS.get(one, one) for one in self.unbanked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawer:
    """The cash of a day: what the receipts say, each person's count, and the one that two agree on."""

    expected: Money
    counts: tuple[Count, ...]

    @property
    def agreed(self) -> Count | None:
        return agreed(self.counts)

    @property
    def taken(self) -> Money:
        """What was counted beyond the float; nothing before two agree."""
        return self.agreed.total - self.agreed.float_kept if self.agreed else ZERO

    @property
    def over(self) -> Money:
        """Above zero too much lies there, below zero it is short."""
        return self.taken - self.expected

    @property
    def missing(self) -> str:
        """Why the drawer is not counted; empty when it is, or when there is nothing to count."""
        if self.agreed or not (self.expected or self.counts):
            return ""
        people = {one.login_id for one in self.counts}
        if not people:
            return "The cash drawer is not counted."
        if len(people) == 1:
            return "A second person has not counted the cash drawer."
        return "The two counts of the cash drawer differ. Count it again."


def day_batches(session: Session, day: date) -> tuple[DayBatch, ...]:
    """The batches of the day, in the order in which they were posted."""
    return tuple(
        DayBatch(
            id=row.id,
            by=row.by,
            rows=row.rows,
            control_total=Money(row.total_cents),
            cash=Money(row.cash),
            checks=Money(row.checks),
            posted_at=row.posted_at,
            methods=frozenset(row.methods),
            unbanked=tuple(row.unbanked),
        )
        for row in session.execute(_BATCHES, {"day": day})
    )


def day_drawer(session: Session, day: date, batches: tuple[DayBatch, ...]) -> Drawer:
    """The drawer of the day."""
    return Drawer(expected=total_of(batch.cash for batch in batches), counts=_counts(session, day))


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawerPage:
    """Whoever counts sees who counted, and neither another's figure nor what is expected."""

    day: date
    counted_by: tuple[str, ...]
    missing: str
    closed: bool


def drawer_page(day: date) -> DrawerPage:
    """The page of a count."""
    with read_only() as session:
        drawer = day_drawer(session, day, day_batches(session, day))
        closed = session.scalar(
            select(DayClose.id).where(DayClose.day == day, DayClose.reopened_at.is_(None))
        )
    return DrawerPage(
        day=day,
        counted_by=tuple(one.by for one in drawer.counts),
        missing=drawer.missing,
        closed=closed is not None,
    )


def _counts(session: Session, day: date) -> tuple[Count, ...]:
    rows = session.execute(
        select(CashCount, Login.name, Login.email)
        .join(Login, Login.id == CashCount.login_id)
        .where(CashCount.day == day)
        .order_by(CashCount.id)
    )
    return tuple(
        Count(
            login_id=row.login_id,
            by=name or email,
            at=row.at,
            total=row.total,
            float_kept=row.float_kept,
        )
        for row, name, email in rows
    )
