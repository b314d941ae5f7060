"""Our checks to payers, each with its clock (OPS-21)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from billing.money import Money
from billing.payer_money import ALERTS, RETURN_WITHIN, ReturnClock
from billing.transitions import CheckState
from portal.db import read_only
from portal.models.accounts import Payer
from portal.models.identity import Login
from portal.models.payer_money import PayerRefund

SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerRefundRow:
    """One check; `due_on` is None where no law's clock runs."""

    id: UUID
    payer_id: int
    payer_name: str
    reference: str
    amount: Money
    note: str
    federal: bool
    identified_on: date
    investigation: str
    suspended: bool
    suspended_on: date | None
    resumed_on: date | None
    state: CheckState
    requested_by_id: int
    requested_by: str
    requested_at: datetime
    decided_by: str
    answer: str
    number: str
    written_on: date | None
    cleared_on: date | None
    day: int
    due_on: date | None
    left: int  # days until it must be returned; below zero it is late

    @property
    def waits(self) -> bool:
        return self.state in {CheckState.REQUESTED, CheckState.APPROVED}

    @property
    def alert(self) -> int:
        """The alert that was reached last: 30, 45 or 55; 0 before them."""
        return max((day for day in ALERTS if self.day >= day), default=0)


def payer_refund(refund_id: UUID, *, on: date) -> PayerRefundRow | None:
    """One check; None when there is none by this id."""
    with read_only() as session:
        rows = refund_rows(session, PayerRefund.id == refund_id, on=on)
    return rows[0] if rows else None


def refund_rows(
    session: Session, where: ColumnElement[bool], *, on: date
) -> tuple[PayerRefundRow, ...]:
    """Those that wait first, the one with the fewest days left at the top."""
    asked, decided = aliased(Login), aliased(Login)
    rows = session.execute(
        select(
            PayerRefund,
            Payer.name.label("payer_name"),
            _called(asked).label("requested_by"),
            _called(decided).label("decided_by"),
        )
        .join(Payer, Payer.id == PayerRefund.payer_id)
        .join(asked, asked.id == PayerRefund.requested_by_id)
        .outerjoin(decided, decided.id == PayerRefund.decided_by_id)
        .where(where)
        .order_by(PayerRefund.requested_at.desc())
        .limit(SHOWN)
    )
    found = [_row(row, on) for row in rows]
    return tuple(sorted(found, key=lambda row: (not row.waits, row.left)))


def _called(login: Any) -> Any:
    return func.coalesce(func.nullif(login.name, ""), login.email)


def _row(row: Any, on: date) -> PayerRefundRow:
    refund: PayerRefund = row.PayerRefund
    clock = ReturnClock(
        identified_on=refund.identified_on,
        suspended_on=refund.suspended_on,
        resumed_on=refund.resumed_on,
    )
    due_on = clock.due_on(on) if refund.federal else None
    return PayerRefundRow(
        id=refund.id,
        payer_id=refund.payer_id,
        payer_name=row.payer_name,
        reference=refund.reference,
        amount=refund.amount,
        note=refund.note,
        federal=refund.federal,
        identified_on=refund.identified_on,
        investigation=refund.investigation,
        suspended=clock.suspended(on),
        suspended_on=refund.suspended_on,
        resumed_on=refund.resumed_on,
        state=CheckState(refund.state),
        requested_by_id=refund.requested_by_id,
        requested_by=row.requested_by,
        requested_at=refund.requested_at,
        decided_by=row.decided_by or "",
        answer=refund.answer,
        number=refund.number,
        written_on=refund.written_on,
        cleared_on=refund.cleared_on,
        day=clock.day(on),
        due_on=due_on,
        left=(due_on - on).days if due_on else RETURN_WITHIN * 10,
    )
