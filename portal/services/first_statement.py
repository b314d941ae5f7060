"""D0, the day of the first statement that arrived: set once, cleared when its only delivery came back (CORE-3), and anew for an increase (STMT-19)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, select, text, update
from sqlalchemy.orm import Session

from billing.money import ZERO
from portal.models.claims import Charge, Visit
from portal.models.statements import StatementLine

# By visit: the first delivery that stands of a statement that asks for it, since the newest statement that told less of
# it than its payers leave to the patient now. What a dispute, a hold or a payment changed is no decision of a payer.
_TOLD_FROM = """
SELECT min(d.delivered_on) FROM statement_deliveries d
  JOIN statements s ON s.id = d.statement_id
 WHERE d.returned_on IS NULL
   AND EXISTS (SELECT 1 FROM statement_lines l JOIN charges c ON c.id = l.charge_id
                WHERE l.statement_id = s.id AND c.visit_id = v.id AND l.amount_cents > 0)
   AND s.ledger_position > coalesce((
     SELECT max(less.ledger_position) FROM statements less
      WHERE less.guarantor_account_id = s.guarantor_account_id
        AND EXISTS (SELECT 1 FROM statement_lines l JOIN charges c ON c.id = l.charge_id
                     WHERE l.statement_id = less.id AND c.visit_id = v.id)
        AND EXISTS (SELECT 1 FROM statement_deliveries e
                     WHERE e.statement_id = less.id AND e.returned_on IS NULL)
        AND (SELECT sum(CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END)
               FROM postings p
               JOIN journal_entries j ON j.id = p.entry_id AND j.kind LIKE 'remittance_claim%'
               JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'patient_receivable'
              WHERE p.visit_id = v.id AND p.id > less.ledger_position) > 0), -1)
"""
_RAISED = text(
    f"""
UPDATE visits v SET first_statement_on = :on
  FROM statements told
 WHERE told.id = ANY (:statements) AND told.content->>'corrected' IS NOT NULL AND v.first_statement_on < :on
   AND EXISTS (SELECT 1 FROM statement_lines l JOIN charges c ON c.id = l.charge_id
                WHERE l.statement_id = told.id AND c.visit_id = v.id AND l.amount_cents > 0)
   AND ({_TOLD_FROM}) = :on
"""  # noqa: S608 (our own words only)
)
_CLEARED = text(
    f"""
UPDATE visits v SET first_statement_on = ({_TOLD_FROM})
 WHERE v.first_statement_on = :delivered_on
   AND EXISTS (SELECT 1 FROM statement_lines l JOIN charges c ON c.id = l.charge_id
                WHERE l.statement_id = :statement AND c.visit_id = v.id AND l.amount_cents > 0)
"""  # noqa: S608 (our own words only)
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
    """Take back the D0 that a bounced delivery set; another one that stands and tells no less gives its own day."""
    session.flush()
    session.execute(_CLEARED, {"statement": statement_id, "delivered_on": delivered_on})


def _asked(statement_ids: Sequence[int]) -> Select[int]:
    return (
        select(Charge.visit_id)
        .join(StatementLine, StatementLine.charge_id == Charge.id)
        .where(StatementLine.statement_id.in_(statement_ids), StatementLine.amount > ZERO)
    )
