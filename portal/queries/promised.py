"""Promises of accounts, and what the ledger says was paid since each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.money import Money

# What counts as paid is what the clock of the last payment counts (CORE-3).
_PROMISES = text(
    """
SELECT m.id, m.guarantor_account_id, m.amount_cents, m.pay_by, m.promised_by, m.note, m.made_on, m.made_at,
       m.state, coalesce(nullif(l.name, ''), l.email) AS taken_by, m.end_reason,
       g.number, g.first_name, g.last_name,
       (SELECT coalesce(sum(p.amount_cents), 0)::bigint
          FROM postings p
          JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'patient_receivable'
          JOIN journal_entries e ON e.id = p.entry_id
         WHERE p.guarantor_account_id = m.guarantor_account_id AND p.side = 'credit'
           AND e.kind IN ('payment', 'receipt', 'credit_application', 'prepayment_applied')
           AND e.recorded_at > m.made_at
           AND NOT EXISTS (SELECT 1 FROM journal_entries r WHERE r.reverses_id = e.id)) AS paid_cents
  FROM promises m
  JOIN guarantor_accounts g ON g.id = m.guarantor_account_id
  JOIN logins l ON l.id = m.taken_by_id
 WHERE (:everybody OR m.guarantor_account_id = ANY (:accounts)) AND (:ended OR m.state = 'open')
 ORDER BY m.state <> 'open', m.pay_by, m.made_at DESC
 LIMIT :most
"""
)
MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseRow:
    """One promise, and what came in since."""

    id: UUID
    account_id: int
    account_number: str
    account_name: str
    amount: Money
    pay_by: date
    promised_by: str
    note: str
    made_on: date
    made_at: datetime
    taken_by: str
    state: str
    end_reason: str
    paid: Money


def promises_of(session: Session, account_ids: Collection[int]) -> tuple[PromiseRow, ...]:
    """Of these accounts, the open one first, then the newest."""
    return _rows(session, account_ids, everybody=False, ended=True)


def open_promises(session: Session) -> tuple[PromiseRow, ...]:
    """Of everybody, the one whose day comes first at the top."""
    return _rows(session, (), everybody=True, ended=False)


def _rows(
    session: Session, account_ids: Collection[int], *, everybody: bool, ended: bool
) -> tuple[PromiseRow, ...]:
    wanted = {
        "accounts": list(account_ids),
        "everybody": everybody,
        "ended": ended,
        "most": MOST,
    }
    return tuple(
        PromiseRow(
            id=row.id,
            account_id=row.guarantor_account_id,
            account_number=row.number,
            account_name=f"{row.first_name} {row.last_name}".strip(),
            amount=Money(row.amount_cents),
            pay_by=row.pay_by,
            promised_by=row.promised_by,
            note=row.note,
            made_on=row.made_on,
            made_at=row.made_at,
            taken_by=row.taken_by,
            state=row.state,
            end_reason=row.end_reason,
            paid=Money(row.paid_cents),
        )
        for row in session.execute(_PROMISES, wanted)
    )
