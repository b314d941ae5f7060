"""How often each bill was asked for by a statement, and how often it may be (STMT-10)."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.statement_calendar import STATEMENTS_FIRST

# Statements of visit `v` that were sent, less those that a plan which was lost since makes good: each one
# that defaulted gives the bill one statement more.
TOLD = """
 (SELECT count(*) FROM statements s
   WHERE s.guarantor_account_id = v.guarantor_account_id
     AND EXISTS (SELECT 1 FROM statement_lines l JOIN charges c ON c.id = l.charge_id
                  WHERE l.statement_id = s.id AND l.amount_cents > 0 AND c.visit_id = v.id)
     AND (EXISTS (SELECT 1 FROM statement_deliveries d
                   WHERE d.statement_id = s.id AND d.returned_on IS NULL)
          OR EXISTS (SELECT 1 FROM outbound_messages m
                      WHERE m.statement_id = s.id AND m.template = 'statement_notice'
                        AND m.state IN ('queued', 'sending', 'refused', 'undelivered', 'failed'))))
 - (SELECT count(DISTINCT p.id) FROM plans p
      JOIN plan_versions n ON n.plan_id = p.id AND n.number = p.current_version
      JOIN plan_lines l ON l.version_id = n.id JOIN charges c ON c.id = l.charge_id
     WHERE c.visit_id = v.id AND p.state = 'defaulted')
"""
_TOLD = text(f"SELECT v.id, {TOLD} FROM visits v WHERE v.id = ANY (:visits)")  # noqa: S608 - our own words
_ENOUGH = text(
    f"SELECT v.id FROM visits v WHERE v.id = ANY (:visits) AND v.first_statement_on IS NOT NULL AND {TOLD} >= :first"  # noqa: S608 - our own words
)


def statements_told(session: Session, visit_ids: Collection[int]) -> dict[int, int]:
    """By visit, in one query."""
    if not visit_ids:
        return {}
    rows = session.execute(_TOLD, {"visits": list(visit_ids)})
    return {visit_id: max(0, told) for visit_id, told in rows}


def told_enough(session: Session, visit_ids: Collection[int]) -> set[int]:
    """Of these, the bills that had their first statement and as many as they get."""
    asked = {"visits": list(visit_ids), "first": STATEMENTS_FIRST}
    return set(session.scalars(_ENOUGH, asked)) if visit_ids else set()


def all_told(told: Collection[int]) -> bool:
    """Whether every bill has had its statements: what follows is a final notice, or nothing."""
    return bool(told) and min(told) >= STATEMENTS_FIRST
