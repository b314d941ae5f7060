"""The card company's payouts for staff: each line beside our entry, and what its balance holds now (I7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from billing.money import ZERO, Money
from portal.db import read_only
from portal.models.day import BankDeposit, Payout, PayoutLineRow
from portal.models.payments import ForeignObject
from portal.queries.clearing_match import (
    MatchedLine,
    TieOut,
    lines_of_payouts,
    tie_out,
    waiting_lines,
)

SHOWN = 60
FOREIGN_SHOWN = 100
SETTLES_WITHIN = timedelta(days=1)  # the balance lists a payment at once; a day is generous


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseEntry:
    """Money that we posted to stripe_clearing and that no line of the balance answers."""

    id: UUID
    kind: str
    occurred_on: date
    amount: Money
    account_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutRow:
    """One payout; `lines` is what its lines add up to, None while they are not known."""

    id: int
    provider_id: str
    amount: Money
    lines: Money | None
    arrives_on: date
    status: str
    automatic: bool
    posted: bool
    confirmed: bool
    off: int  # lines that a person must look at

    @property
    def right(self) -> bool:
        """Whether it is the sum of its lines, and each of them one entry of ours."""
        return self.lines == self.amount and not self.off


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """Something at the card company that is not in our records."""

    provider_id: str
    kind: str
    why: str
    state: str
    amount: Money | None
    first_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutsPage:
    """The payouts, the balance beside the ledger, and what no entry or line explains."""

    payouts: tuple[PayoutRow, ...]
    tie: TieOut
    off: tuple[MatchedLine, ...]  # in no payout yet, and not one entry of ours
    loose: tuple[LooseEntry, ...]
    foreign: tuple[Foreign, ...]

    @property
    def account_ids(self) -> frozenset[int]:
        named = (*(line.account_id for line in self.off), *(one.account_id for one in self.loose))
        return frozenset(account for account in named if account is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutPage:
    """One payout, line by line."""

    row: PayoutRow
    lines: tuple[MatchedLine, ...]

    @property
    def fees(self) -> Money:
        return sum((line.amount - line.net for line in self.lines), ZERO)

    @property
    def account_ids(self) -> frozenset[int]:
        return frozenset(line.account_id for line in self.lines if line.account_id is not None)


def payouts_page(*, now: datetime) -> PayoutsPage:
    """The newest payouts first; everything on one consistent view."""
    with read_only() as session:
        waiting = waiting_lines(session)
        return PayoutsPage(
            payouts=_rows(session),
            tie=tie_out(session, waiting),
            off=tuple(line for line in waiting if line.off and line.payout_id is None),
            loose=entries_without_line(session, now=now),
            foreign=_foreign(session),
        )


def payout_page(payout_id: int) -> PayoutPage | None:
    """One payout; None when there is none."""
    with read_only() as session:
        rows = _rows(session, payout_id)
        if not rows:
            return None
        return PayoutPage(row=rows[0], lines=lines_of_payouts(session, [payout_id]))


def sum_of_lines(session: Session, payout_id: int) -> Money | None:
    """What its lines add up to; None while none is known."""
    return session.scalar(
        select(func.sum(PayoutLineRow.net)).where(PayoutLineRow.payout_id == payout_id)
    )


def _rows(session: Session, payout_id: int | None = None) -> tuple[PayoutRow, ...]:
    query = (
        select(
            Payout,
            BankDeposit.id.label("deposit_id"),
            select(func.sum(PayoutLineRow.net))
            .where(PayoutLineRow.payout_id == Payout.id)
            .scalar_subquery()
            .label("total"),
        )
        .outerjoin(BankDeposit, BankDeposit.payout_id == Payout.id)
        .order_by(Payout.arrives_on.desc(), Payout.id.desc())
        .limit(SHOWN)
    )
    if payout_id is not None:
        query = query.where(Payout.id == payout_id)
    found = session.execute(query).all()
    off = [line.payout_id for line in _off(session, [row.Payout.id for row in found])]
    return tuple(
        PayoutRow(
            id=row.Payout.id,
            provider_id=row.Payout.provider_id,
            amount=row.Payout.amount,
            lines=row.total,
            arrives_on=row.Payout.arrives_on,
            status=row.Payout.status,
            automatic=row.Payout.automatic,
            posted=row.Payout.entry_id is not None,
            confirmed=row.deposit_id is not None,
            off=off.count(row.Payout.id),
        )
        for row in found
    )


def _off(session: Session, payout_ids: list[int]) -> list[MatchedLine]:
    return [line for line in lines_of_payouts(session, payout_ids) if line.off]


# Since the first line that we ever saw: what was paid out before then has no lines here.
_LOOSE = text("""
SELECT e.id, e.kind, e.occurred_on, min(p.guarantor_account_id) AS account_id,
       sum(CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END)::bigint AS cents
  FROM journal_entries e
  JOIN postings p ON p.entry_id = e.id
  JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'stripe_clearing'
 WHERE e.kind IN ('payment', 'refund', 'refund_reversal', 'dispute', 'dispute_reversal')
   AND e.occurred_on > (SELECT (min(made_at) AT TIME ZONE (SELECT coalesce(max(time_zone), 'UTC') FROM practices))::date FROM clearing_lines)
   AND e.occurred_on < (CAST(:until AS timestamptz) AT TIME ZONE (SELECT coalesce(max(time_zone), 'UTC') FROM practices))::date
   AND NOT EXISTS (SELECT 1 FROM clearing_lines l
                    WHERE l.source_id = split_part(e.source_ref, '\\:', 2))
   AND NOT EXISTS (SELECT 1 FROM payout_lines l
                    WHERE l.source_id = split_part(e.source_ref, '\\:', 2))
 GROUP BY e.id ORDER BY e.occurred_on, e.id LIMIT 100
""")


def entries_without_line(session: Session, *, now: datetime) -> tuple[LooseEntry, ...]:
    """What we posted to stripe_clearing, a day ago or more, and the balance does not show."""
    rows = session.execute(_LOOSE, {"until": now - SETTLES_WITHIN})
    return tuple(
        LooseEntry(
            id=row.id,
            kind=row.kind,
            occurred_on=row.occurred_on,
            amount=Money(row.cents),
            account_id=row.account_id,
        )
        for row in rows
    )


def _foreign(session: Session) -> tuple[Foreign, ...]:
    rows = session.scalars(
        select(ForeignObject).order_by(ForeignObject.first_seen_at.desc()).limit(FOREIGN_SHOWN)
    )
    return tuple(
        Foreign(
            provider_id=row.provider_id,
            kind=row.kind,
            why=row.why,
            state=row.state,
            amount=row.amount,
            first_seen_at=row.first_seen_at,
        )
        for row in rows
    )
