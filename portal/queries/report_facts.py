"""What several reports ask: whether a day can still change, what the days moved, and the rows behind a figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.money import Money
from billing.report_moves import CASH, FROM_REVENUE, PATIENT_CREDITS, RECEIVABLES, Move, move_of
from portal.models.reports import NO_CHARGE
from portal.queries.paging import Page, limits, page_of
from portal.queries.report_shapes import DetailRow, Details, Finality

_FINALITY = text("""
    SELECT count(d.day), min(d.day)::date, (SELECT time_zone FROM practices), set_config('jit', 'off', true)
      FROM generate_series((SELECT min(occurred_on) FROM journal_entries), :on, interval '1 day') d(day)
     WHERE NOT EXISTS (SELECT 1 FROM day_closes c WHERE c.day = d.day::date AND c.reopened_at IS NULL)""")
_MONTHS = text("""
    SELECT date_trunc('month', d.day)::date AS month, a.code, d.kind, d.service_month <> :no_charge AS of_charge,
           d.day >= :year AS in_year, sum(d.debit_cents - d.credit_cents)::bigint AS cents
      FROM ledger_days d JOIN ledger_accounts a ON a.id = d.account_id
     WHERE d.day BETWEEN :first AND :on GROUP BY 1, 2, 3, 4, 5""")
_STANDS = text("""
    SELECT a.code, sum(d.debit_cents - d.credit_cents)::bigint AS cents
      FROM ledger_days d JOIN ledger_accounts a ON a.id = d.account_id
     WHERE d.day <= :on GROUP BY 1""")
_COUNT = "SELECT count(*), count(*) FILTER (WHERE counted), sum(cents)::bigint FROM ({rows}) r"
_PAGE = """
    SELECT r.day, r.what, r.cents, r.counted, r.visit_id, g.id AS account_id, g.number,
           p.id AS patient_id, p.first_name, p.last_name
      FROM (SELECT * FROM ({rows}) x ORDER BY x.day DESC NULLS LAST, x.id DESC LIMIT :limit OFFSET :offset) r
      LEFT JOIN guarantor_accounts g ON g.id = r.guarantor_account_id
      LEFT JOIN patients p ON p.id = r.patient_id
     ORDER BY r.day DESC NULLS LAST, r.id DESC"""


@dataclass(frozen=True, slots=True)
class Moved:
    """What one month moved on one account by one kind of entry; debit less credit, in cents."""

    month: date
    account: str
    kind: str
    of_charge: bool
    in_year: bool  # within the 365 days that end with the day of the report
    cents: int

    @property
    def move(self) -> Move | None:
        """The line of the roll-forward it belongs to, if any."""
        return move_of(self.account, self.kind) if self.of_charge else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsOf:
    """How the rows behind a figure are read.

    `sql` gives id, day, what, cents, counted, guarantor_account_id, patient_id and visit_id; `title` says which they are.
    """

    title: str
    sql: str
    params: Mapping[str, Any]


def finality(session: Session, on: date) -> Finality:
    """Whether anything may still be posted into the day or one before it.

    Asked first: it also tells the database not to compile the long statements that follow, which takes
    longer than to run them.
    """
    open_days, first, zone, _ = session.execute(_FINALITY, {"on": on}).one()
    return Finality(as_of=on, open_days=open_days, first_open=first, zone=zone or "UTC")


def moved(session: Session, *, first: date, on: date) -> list[Moved]:
    """What the ledger moved from one day to another, by month."""
    days = {"first": first, "on": on, "year": year_before(on), "no_charge": NO_CHARGE}
    rows = session.execute(_MONTHS, days)
    return [Moved(*row) for row in rows]


def stands(session: Session, on: date) -> Mapping[str, int]:
    """The balance of each account at the end of the day, debit less credit, in cents."""
    return {row.code: row.cents for row in session.execute(_STANDS, {"on": on})}


def receivable(balances: Mapping[str, int]) -> int:
    """All that is owed to the practice, before credits."""
    return sum(balances.get(account, 0) for account in RECEIVABLES)


def patient_credits(balances: Mapping[str, int]) -> int:
    """What patients have as credit, above zero."""
    return -sum(balances.get(account, 0) for account in PATIENT_CREDITS)


def charged(rows: list[Moved]) -> int:
    """Gross charges."""
    return -sum(row.cents for row in rows if row.account == "charges")


def net_revenue(rows: list[Moved]) -> int:
    """Charges less plan discounts and financial assistance."""
    return charged(rows) - sum(row.cents for row in rows if row.account in FROM_REVENUE)


def cash(rows: list[Moved]) -> int:
    """Money that came in less what went out, before the card company's fees."""
    return sum(row.cents for row in rows if row.account in CASH)


def year_before(on: date) -> date:
    """The first of the 365 days that end with this one."""
    return on - timedelta(days=364)


def details(
    session: Session, rows: RowsOf, *, figure: str, on: date, page: int, limit: int | None = None
) -> Details:
    """One page of the rows, the newest first, and what all of them add up to; `limit` asks for all at once."""
    offset, size = limits(page) if limit is None else (0, limit)
    count, counted, cents = session.execute(text(_COUNT.format(rows=rows.sql)), rows.params).one()
    wanted = {**rows.params, "limit": size, "offset": offset}
    found = [_row(row) for row in session.execute(text(_PAGE.format(rows=rows.sql)), wanted)]
    return Details(
        title=rows.title,
        figure=figure,
        as_of=on,
        count=count,
        counted=counted,
        total=None if cents is None else Money(int(cents)),
        page=page_of(found, page) if limit is None else Page(found, number=1, has_next=False),
    )


def _row(row: Any) -> DetailRow:
    return DetailRow(
        day=row.day,
        what=row.what,
        amount=None if row.cents is None else Money(int(row.cents)),
        counted=row.counted,
        account_id=row.account_id,
        account_number=row.number or "",
        patient_id=row.patient_id,
        patient_name=f"{row.first_name} {row.last_name}".strip() if row.patient_id else "",
        visit_id=row.visit_id,
    )
