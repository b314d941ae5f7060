"""When a dispute holds what it is about, and on which days it did: for the gate and for the age of a bill (DISP-2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from billing.bill_disputes import Finding, HoldSpan
from portal.models.bill_disputes import BillDispute
from portal.models.claims import Visit
from portal.models.statements import Statement


def holds(on: Any) -> ColumnElement[bool]:
    """For a query over BillDispute: it waits for our answer, or its bill has not rejoined the cycle on this day.

    The same words stand in `conditions._FACTS`.
    """
    return or_(
        BillDispute.state == "open",
        and_(
            BillDispute.state == "answered",
            BillDispute.ended_on.is_(None),
            or_(BillDispute.rejoins_on.is_(None), BillDispute.rejoins_on > on),
        ),
    )


def corrected_since() -> ColumnElement[bool]:
    """For a query over Statement: a bill of its account was corrected after it was cut, because of a dispute."""
    return (
        exists()
        .where(
            BillDispute.visit_id == Visit.id,
            Visit.guarantor_account_id == Statement.guarantor_account_id,
            BillDispute.finding.in_((Finding.CORRECTED.value, Finding.PARTLY.value)),
            BillDispute.answered_at > Statement.cut_at,
        )
        .correlate(Statement)
    )


def hold_spans(session: Session, visit_ids: Collection[int]) -> dict[int, tuple[HoldSpan, ...]]:
    """By visit the days on which a dispute held it, the oldest first; `until` none: it holds still."""
    found: dict[int, list[HoldSpan]] = defaultdict(list)
    rows = session.execute(
        select(
            BillDispute.visit_id,
            BillDispute.filed_on,
            BillDispute.state,
            BillDispute.rejoins_on,
            BillDispute.ended_on,
        )
        .where(BillDispute.visit_id.in_(visit_ids))
        .order_by(BillDispute.filed_on, BillDispute.id)
    )
    for row in rows:
        found[row.visit_id].append(HoldSpan(since=row.filed_on, until=_until(row)))
    return {visit_id: tuple(spans) for visit_id, spans in found.items()}


def _until(row: Any) -> date | None:
    if row.state == "open":
        return None
    until: date | None = row.ended_on or row.rejoins_on
    return until
