"""A batch of receipts by method: cash, checks and terminal cards reach the bank on lines of their own (OPS-10, OPS-12)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from billing.money import Money, total_of
from portal.models.bank import DepositBatch

WHOLE = ""
PART_WORDS = {"cash": "cash", "check": "checks", "card": "terminal cards"}
_PARTS = text("""
SELECT b.id, b.received_on, q.method, sum(q.amount_cents)::bigint AS cents,
       bool_or(d.batch_id IS NOT NULL) AS banked
  FROM receipt_batches b
  JOIN practice_receipts q ON q.batch_id = b.id AND q.reverses_receipt_id IS NULL
  LEFT JOIN deposit_batches d ON d.batch_id = b.id AND d.part IN ('', q.method)
 WHERE b.received_on > :since OR b.id = ANY(:ids)
 GROUP BY b.id, q.method
 ORDER BY b.received_on, b.id, q.method
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchParts:
    """One batch: cents by method, and which methods a line of the bank answers."""

    batch_id: UUID
    received_on: date
    amounts: dict[str, Money]
    banked: frozenset[str]

    @property
    def open(self) -> dict[str, Money]:
        """What no line answers yet, by method; the whole under "" where none is answered."""
        left = {
            method: cents for method, cents in self.amounts.items() if method not in self.banked
        }
        if self.banked:
            return left
        whole = {WHOLE: total_of(left.values())} if left else {}
        return whole | (left if len(left) > 1 else {})


def batch_parts(
    session: Session, *, since: date | None = None, ids: Collection[UUID] = ()
) -> tuple[BatchParts, ...]:
    """The batches received after `since`, or these, the oldest first; one statement."""
    rows = session.execute(
        _PARTS, {"since": since or date.max, "ids": [str(one) for one in ids]}
    ).all()
    grouped = defaultdict(list)
    for row in rows:
        grouped[row.id].append(row)
    return tuple(
        BatchParts(
            batch_id=batch_id,
            received_on=parts[0].received_on,
            amounts={one.method: Money(one.cents) for one in parts},
            banked=frozenset(one.method for one in parts if one.banked),
        )
        for batch_id, parts in grouped.items()
    )


def answered_parts(session: Session, deposit_id: int) -> tuple[tuple[UUID, str, Money], ...]:
    """What a line of the bank answers: batch, part and what was counted of it."""
    rows = session.execute(
        select(DepositBatch.batch_id, DepositBatch.part).where(
            DepositBatch.deposit_id == deposit_id
        )
    ).all()
    found = {one.batch_id: one.amounts for one in batch_parts(session, ids={r[0] for r in rows})}
    return tuple(
        (
            batch_id,
            part,
            found[batch_id][part] if part else total_of(found[batch_id].values()),
        )
        for batch_id, part in rows
    )


def part_of(written: str) -> tuple[UUID, str]:
    """From "ID" or "ID:check" as a form names it. Raises ValueError for what is neither."""
    batch_id, _, part = written.partition(":")
    if part not in {WHOLE, *PART_WORDS}:
        raise ValueError(part)
    return UUID(batch_id), part
