"""D0, the day of the first statement that arrived: set once, cleared when its only delivery came back (CORE-3), and anew for an increase (STMT-19)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, select, text, update
from sqlalchemy.orm import Session

from billing.money import ZERO
from portal.models.claims import Charge, Visit
from portal.models.statements import StatementLine
from portal.queries.raised_bills import TOLD_FROM

_RAISED = text(
    f"""
UPDATE visits v SET first_statement_on = :on
  FROM statements told
 WHERE told.id = ANY (:statements) AND told.content->>'corrected' IS NOT NULL AND v.first_statement_on < :on
   AND EXISTS (SELECT 1 FROM statement_lines l JOIN charges c ON c.id = l.charge_id
                WHERE l.statement_id = told.id AND c.visit_id = v.id AND l.amount_cents > 0)
   AND ({TOLD_FROM}) = :on
"""  # noqa: S608 (our own words only)
)
_CLEARED = text(
    f"""
UPDATE visits v SET first_statement_on = ({TOLD_FROM})
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
