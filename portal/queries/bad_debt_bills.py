"""Which bills may be asked to be written off as bad debt, on which basis, and what is open on each (OPS-22)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.bad_debt import Basis
from billing.money import Money

MOST = 50
# The newest placement of a bill says whether an agency has it, or gave it back. Where no agency ever had it, the
# daily walk must have found every step taken. What a batch holds already, or nothing is open on, is none.
_CANDIDATES = text(
    """
WITH last AS (
  SELECT DISTINCT ON (visit_id) visit_id, state, ended_why
    FROM placements ORDER BY visit_id, placed_at DESC, id DESC),
open_bills AS (
  SELECT p.visit_id, sum(CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END) AS cents
    FROM postings p JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'patient_receivable'
   WHERE p.visit_id = ANY (:visits) OR (:every AND p.visit_id IN (
         SELECT visit_id FROM last
         UNION SELECT v.id FROM work_items w JOIN visits v ON v.guarantor_account_id = w.guarantor_account_id
                WHERE w.kind = 'gate_open' AND w.closed_at IS NULL))
   GROUP BY 1)
SELECT v.id, v.guarantor_account_id, v.patient_id, v.service_on, o.cents::bigint,
       CASE WHEN l.state IN ('placed', 'suspended') THEN 'placed'
            WHEN l.state = 'closed' AND l.ended_why = 'uncollectible' THEN 'uncollectible'
            ELSE 'steps' END AS basis
  FROM open_bills o
  JOIN visits v ON v.id = o.visit_id
  LEFT JOIN last l ON l.visit_id = v.id
 WHERE o.cents > 0
   AND NOT EXISTS (SELECT 1 FROM bad_debt_bills b WHERE b.visit_id = v.id AND b.state = 'waiting')
   AND (NOT :every OR l.state IS NULL OR l.state IN ('placed', 'suspended')
        OR l.ended_why = 'uncollectible'
        OR EXISTS (SELECT 1 FROM work_items w WHERE w.kind = 'gate_open' AND w.closed_at IS NULL
                      AND w.guarantor_account_id = v.guarantor_account_id))
 ORDER BY v.service_on, v.id
 LIMIT :most
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A bill with something open."""

    visit_id: int
    account_id: int
    patient_id: int
    service_on: date
    open: Money
    basis: Basis


def candidates(session: Session, visit_ids: Collection[int] | None = None) -> tuple[Candidate, ...]:
    """The oldest first, 50 at most; of some visits where they are named, whatever led to them."""
    rows = session.execute(
        _CANDIDATES,
        {
            "visits": sorted(visit_ids or ()),
            "every": visit_ids is None,
            "most": MOST if visit_ids is None else len(visit_ids),
        },
    )
    return tuple(
        Candidate(
            visit_id=visit_id,
            account_id=account_id,
            patient_id=patient_id,
            service_on=service_on,
            open=Money(cents),
            basis=Basis(basis),
        )
        for visit_id, account_id, patient_id, service_on, cents, basis in rows
    )
