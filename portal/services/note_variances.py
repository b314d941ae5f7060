"""Compare what payers allowed with their contracts as decisions post, and ask about what is short (OPS-16).

One statement compares all lines of a remittance. Only first payers are compared: a later one allows what the first
did. A line that was refused is a denial, and is no variance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, text, update
from sqlalchemy.orm import Session

from billing.contract import KEPT_BACK, NO_PRICE, Compared, is_underpaid
from billing.money import Money, total_of
from billing.settings import Key
from portal.models.reference import ContractVariance
from portal.queries.among import among
from portal.queries.settings import settings_on
from portal.services.practice_date import practice_date
from portal.services.write_remittance import add_work_items

KIND = "underpaid"
NEXT_STEP = "Compare with the contract. Ask the payer to process it again, or mend the fee here."
DUE = timedelta(days=14)
_ANESTHESIA = "^0[01]"  # paid by time, which no single amount says
_LINES = text("""
    WITH line AS (
        SELECT rl.remittance_claim_id AS row_id, rl.charge_id, sum(rl.paid_cents)::bigint AS paid,
               coalesce(sum(a.allowed), 0)::bigint AS beside, coalesce(bool_or(a.open), false) AS open
          FROM remittance_lines rl
          LEFT JOIN LATERAL (
               SELECT sum(la.amount_cents) FILTER (WHERE la.group_code = 'PR' OR la.carc = ANY(:kept_back)) AS allowed,
                      bool_or(la.group_code <> 'PR' AND la.outcome <> 'posted') AS open
                 FROM line_adjustments la WHERE la.remittance_line_id = rl.id) a ON true
         WHERE rl.remittance_claim_id = ANY(:rows) AND rl.charge_id IS NOT NULL
         GROUP BY 1, 2)
    SELECT l.row_id, l.charge_id, k.payer_id, k.id AS claim_id, rc.remittance_id, v.id AS visit_id,
           v.guarantor_account_id, h.procedure_code AS procedure, f.id AS fee_id, f.from_on,
           round(f.amount_cents * h.units::numeric)::bigint AS expected, l.paid + l.beside AS allowed
      FROM line l
      JOIN remittance_claims rc ON rc.id = l.row_id
      JOIN claims k ON k.id = rc.claim_id AND k.sequence = 'P'
      JOIN charges h ON h.id = l.charge_id
      JOIN visits v ON v.id = h.visit_id
     CROSS JOIN LATERAL (
           SELECT array_to_string(ARRAY(SELECT m FROM unnest(h.modifiers) m ORDER BY m), ';') AS whole,
                  array_to_string(ARRAY(SELECT m FROM unnest(h.modifiers) m
                                         WHERE m <> ALL(:no_price) ORDER BY m), ';') AS bare) m
     CROSS JOIN LATERAL (
           SELECT s.id, s.from_on, s.amount_cents FROM fee_schedules s
            WHERE s.payer_id = k.payer_id AND s.procedure = h.procedure_code
              AND s.modifiers IN (m.whole, m.bare) AND s.from_on <= h.service_on
            ORDER BY s.modifiers = m.whole DESC, s.from_on DESC LIMIT 1) f
     WHERE NOT l.open AND l.paid + l.beside > 0 AND f.amount_cents IS NOT NULL
       AND h.procedure_code !~ :anesthesia AND h.units ~ '^[0-9]{1,6}([.][0-9]{1,3})?$'
     ORDER BY l.row_id, h.line_number""")


def note_variances(session: Session, row_ids: Collection[int], *, on: date, now: datetime) -> int:
    """Keep each comparison, and open one item for each decision that is short; how many. In the caller's transaction."""
    if not row_ids:
        return 0
    asked = {
        "rows": list(row_ids),
        "kept_back": list(KEPT_BACK),
        "no_price": list(NO_PRICE),
        "anesthesia": _ANESTHESIA,
    }
    lines = session.execute(_LINES, asked).all()
    if not lines:
        return 0
    settings = settings_on(session, on)
    above, percent = settings.money(Key.UNDERPAID_ABOVE), settings.count(Key.UNDERPAID_PERCENT)
    short: dict[int, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    rows = []
    for line in lines:
        expected, allowed = Money(line.expected), Money(line.allowed)
        underpaid = is_underpaid(expected, allowed, above=above, percent=percent)
        rows.append(_kept(line, now) | {"underpaid": underpaid})
        if underpaid:
            short[line.row_id].append(line)
    session.execute(insert(ContractVariance), rows)
    due_on = practice_date(session, now) + DUE
    add_work_items(session, [_item(of, due_on, now) for of in short.values()])
    return len(short)


def take_back_variances(session: Session, row_ids: Collection[int], *, now: datetime) -> None:
    """The payer took these decisions back: from now on they say nothing about its contract."""
    if row_ids:
        session.execute(
            update(ContractVariance)
            .where(among(ContractVariance.remittance_claim_id, row_ids))
            .values(taken_back_at=now),
            execution_options={"synchronize_session": None},
        )


def _kept(line: Row[*tuple[Any, ...]], now: datetime) -> dict[str, Any]:
    return {
        "remittance_claim_id": line.row_id,
        "charge_id": line.charge_id,
        "payer_id": line.payer_id,
        "fee_id": line.fee_id,
        "expected": Money(line.expected),
        "allowed": Money(line.allowed),
        "at": now,
    }


def _item(lines: list[Row[*tuple[Any, ...]]], due_on: date, now: datetime) -> dict[str, Any]:
    found = [
        Compared(
            procedure=line.procedure,
            expected=Money(line.expected),
            allowed=Money(line.allowed),
            since=line.from_on,
        )
        for line in lines
    ]
    head = lines[0]
    return {
        "dedupe_key": f"era:{head.row_id}:{KIND}",
        "kind": KIND,
        "reasons": [one.words for one in found],
        "next_step": NEXT_STEP,
        "amount": total_of(one.short for one in found),
        "guarantor_account_id": head.guarantor_account_id,
        "visit_id": head.visit_id,
        "claim_id": head.claim_id,
        "remittance_id": head.remittance_id,
        "remittance_claim_id": head.row_id,
        "opened_at": now,
        "due_on": due_on,
    }
