"""Overpayments that a payer must have back: the work item of each, due on the next day of its clock (OPS-21)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.payer_money import ReturnClock
from portal.db import transaction
from portal.models.payer_money import PayerRefund
from portal.models.work import WorkItem
from portal.queries.viewer import StaffViewer

KIND = "payer_refund"
WAITS = ("requested", "approved", "voided")
BY_CONTRACT = timedelta(days=30)  # no law's clock: when somebody should look again
STEP = "Approve and write the check, or say why not."


def tend_payer_refunds(*, on: date) -> int:
    """Put each open item on the next alert of its clock: day 30, 45, 55, then the last; how many moved."""
    moved = 0
    with transaction() as session:
        waiting = session.scalars(
            select(PayerRefund).where(PayerRefund.state.in_(WAITS), PayerRefund.federal)
        ).all()
        wanted = {_key(refund, again=refund.state == "voided"): refund for refund in waiting}
        items = session.scalars(
            select(WorkItem)
            .where(WorkItem.dedupe_key.in_(wanted), WorkItem.closed_at.is_(None))
            .order_by(WorkItem.id)
            .with_for_update()
        )
        for item in items:
            due_on = _due(wanted[item.dedupe_key], on)
            moved += item.due_on != due_on
            item.due_on = due_on
    return moved


def open_refund_work(
    session: Session,
    refund: PayerRefund,
    payer_name: str,
    *,
    on: date,
    now: datetime,
    again: bool = False,
) -> None:
    """Its item in the queue; `again` once its check is void."""
    why = f"{payer_name} is to have {refund.amount} back"
    clock = clock_of(refund)
    if refund.federal:
        why += f"; by {clock.due_on(on):%b %-d, %Y} at the latest (OPS-21)"
    session.add(
        WorkItem(
            dedupe_key=_key(refund, again=again),
            kind=KIND,
            reasons=["the check is void", why] if again else [why],
            next_step="Ask for a new check." if again else STEP,
            amount=refund.amount,
            opened_at=now,
            due_on=_due(refund, on),
        )
    )


def close_refund_work(
    session: Session, refund: PayerRefund, staff: StaffViewer, *, outcome: str, now: datetime
) -> None:
    """The money is on its way, or nothing is owed."""
    item = session.scalar(select(WorkItem).where(WorkItem.dedupe_key == _key(refund)))
    if item is not None and item.closed_at is None:
        item.closed_at, item.closed_by_id, item.outcome = now, staff.login_id, outcome


def _key(refund: PayerRefund, *, again: bool = False) -> str:
    return f"payer_refund:{refund.id}" + (":void" if again else "")


def clock_of(refund: PayerRefund) -> ReturnClock:
    """The clock of this overpayment."""
    return ReturnClock(
        identified_on=refund.identified_on,
        suspended_on=refund.suspended_on,
        resumed_on=refund.resumed_on,
    )


def _due(refund: PayerRefund, on: date) -> date:
    if not refund.federal:
        return refund.identified_on + BY_CONTRACT
    return clock_of(refund).next_alert(on)
