"""The last statement that itemises a bill: its day is the itemization day of what an agency is told (COLL-18)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.money import Money

# What was disputed then was owed then, too: it is in the amount. A delivery that came back told nobody.
_LAST = text(
    """
SELECT DISTINCT ON (c.visit_id) c.visit_id, s.number, s.cycle_on, s.ledger_position,
       sum(l.amount_cents + l.disputed_cents) AS cents
  FROM charges c
  JOIN statement_lines l ON l.charge_id = c.id
  JOIN statements s ON s.id = l.statement_id
 WHERE c.visit_id = ANY (:visits)
   AND EXISTS (SELECT 1 FROM statement_deliveries d
                WHERE d.statement_id = s.id AND d.returned_on IS NULL AND d.delivered_on <= :on)
 GROUP BY c.visit_id, s.id
HAVING sum(l.amount_cents + l.disputed_cents) > 0
 ORDER BY c.visit_id, s.cycle_on DESC, s.id DESC
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Itemised:
    """What the statement said of the bill; `position` is the ledger's last posting when it was cut."""

    statement: str
    on: date
    amount: Money
    position: int


def last_itemised(session: Session, visit_ids: Collection[int], *, on: date) -> dict[int, Itemised]:
    """By visit: the newest statement that arrived by this day and asked for something of it."""
    rows = session.execute(_LAST, {"visits": sorted(visit_ids), "on": on})
    return {
        row.visit_id: Itemised(
            statement=row.number,
            on=row.cycle_on,
            amount=Money(int(row.cents)),
            position=row.ledger_position,
        )
        for row in rows
    }
