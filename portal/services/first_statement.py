"""D0, the day of the first statement that arrived: set once, cleared when its only delivery came back (CORE-3), and anew for an increase (STMT-19)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, func, select, text, update
from sqlalchemy.orm import Session

from billing.money import ZERO
from portal.models.claims import Charge, Visit
from portal.models.statements import StatementDelivery, StatementLine

# By visit of corrected statements: what they ask for, and what the one that each replaces asked for. Only a new
# decision of a payer counts: what a dispute or a hold kept back is no increase when it is asked for again.
_RAISED = text(
    """
UPDATE visits v SET first_statement_on = :on
  FROM statements s
  JOIN statements old ON old.number = s.content->'corrected'->>'replaces'
 CROSS JOIN LATERAL (
   SELECT c.visit_id, sum(l.amount_cents) AS cents
     FROM statement_lines l JOIN charges c ON c.id = l.charge_id
    WHERE l.statement_id = s.id GROUP BY 1) asked
 WHERE s.id = ANY (:statements) AND v.id = asked.visit_id AND v.first_statement_on < :on
   AND asked.cents > coalesce((
     SELECT sum(l.amount_cents) FROM statement_lines l JOIN charges c ON c.id = l.charge_id
      WHERE l.statement_id = old.id AND c.visit_id = v.id), 0)
   AND NOT EXISTS (
     SELECT 1 FROM statement_lines l JOIN charges c ON c.id = l.charge_id
      WHERE l.statement_id = old.id AND c.visit_id = v.id AND l.disputed_cents > 0)
   AND EXISTS (
     SELECT 1 FROM postings p JOIN journal_entries e ON e.id = p.entry_id
      WHERE p.visit_id = v.id AND p.id > old.ledger_position AND e.kind LIKE 'remittance_claim%')
"""
)


def start_clocks(session: Session, statement_ids: Sequence[int], on: date) -> None:
    """D0 of each visit that a first statement asks for; set once, and anew where a payer's new decision raised it.

    The whole bill then waits as its increase does (STMT-19): a later D0 only keeps more from happening.
    """
    session.flush()
    session.execute(_RAISED, {"on": on, "statements": list(statement_ids)})
    session.execute(
        update(Visit)
        .where(Visit.id.in_(_asked(statement_ids)), Visit.first_statement_on.is_(None))
        .values(first_statement_on=on)
        .execution_options(synchronize_session=False)
    )


def clear_clocks(session: Session, statement_id: int, delivered_on: date) -> None:
    """Take back the D0 that a bounced delivery set; another one that stands gives its own day."""
    standing = (
        select(func.min(StatementDelivery.delivered_on))
        .join(StatementLine, StatementLine.statement_id == StatementDelivery.statement_id)
        .join(Charge, Charge.id == StatementLine.charge_id)
        .where(
            Charge.visit_id == Visit.id,
            StatementLine.amount > ZERO,
            StatementDelivery.returned_on.is_(None),
        )
        .correlate(Visit)
        .scalar_subquery()
    )
    session.execute(
        update(Visit)
        .where(Visit.id.in_(_asked([statement_id])), Visit.first_statement_on == delivered_on)
        .values(first_statement_on=standing)
        .execution_options(synchronize_session=False)
    )


def _asked(statement_ids: Sequence[int]) -> Select[int]:
    return (
        select(Charge.visit_id)
        .join(StatementLine, StatementLine.charge_id == Charge.id)
        .where(StatementLine.statement_id.in_(statement_ids), StatementLine.amount > ZERO)
    )
