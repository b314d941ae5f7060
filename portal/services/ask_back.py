"""Ask for the refund of what patients paid beyond what assistance left to pay (COLL-9); another person approves it (OPS-13)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.money import ZERO, Money, total_of
from billing.refunds import RefundReason, Where
from billing.transitions import PaymentState, RefundState
from portal.models.claims import Charge
from portal.models.payments import Payment, PaymentAllocation
from portal.models.refunds import Refund
from portal.queries.balances import balances
from portal.queries.credit import FOUND, SENT_WITHIN
from portal.queries.refund_books import refund_books
from portal.services.lock_refund import step
from portal.services.open_work import open_work
from portal.services.request_refund import tell_audit

NOTE = "Assistance was granted: more was paid than is owed now (COLL-9)."
NEXT_STEP = "Assistance left less to pay than was paid. Send it back: by check where no card payment takes it."


def ask_back(
    session: Session,
    account_id: int,
    visit_ids: Collection[int],
    *,
    at_most: Money,
    least: Money,
    login_id: int | None,
    on: date,
    now: datetime,
) -> Money:
    """Ask for each card payment's part of these visits' credit; the rest is work for a person. What goes back.

    Below `least` in all it stays the patient's credit. The caller holds the account.
    """
    [account] = balances(session, on=on, account_ids=[account_id])
    credit = total_of(visit.credit for visit in account.visits if visit.visit_id in visit_ids)
    total = min(credit, at_most)
    if total < least:
        return ZERO
    left = total
    for payment in _payments(session, visit_ids):
        books = refund_books(session, payment, on=on)
        there = total_of(
            source.amount
            for source in books.sources
            if source.where is Where.CREDIT and source.visit_id in visit_ids and not source.waits
        )
        part = min(left, there, books.refundable)
        if part <= ZERO:
            continue
        refund = Refund(
            id=uuid4(),
            payment_id=payment.id,
            amount=part,
            reason=RefundReason.ASSISTANCE.value,
            note=NOTE,
            state=RefundState.REQUESTED.value,
            state_at=now,
            requested_by_id=login_id,
            requested_at=now,
        )
        session.add(refund)
        step(session, refund, RefundState.REQUESTED, now=now, login_id=login_id)
        tell_audit(session, refund, None, action="create", account_id=account_id, now=now)
        left -= part
    if left > ZERO:
        _ask_a_person(session, account_id, left, on=on, now=now)
    return total


def _payments(session: Session, visit_ids: Collection[int]) -> list[Payment]:
    """Those that went through and paid one of the visits, the newest first, held."""
    paid = (
        select(PaymentAllocation.payment_id)
        .join(Charge, Charge.id == PaymentAllocation.charge_id)
        .where(Charge.visit_id.in_(visit_ids))
    )
    found = (
        select(Payment)
        .where(Payment.id.in_(paid), Payment.state == PaymentState.SUCCEEDED.value)
        .order_by(Payment.created_at.desc(), Payment.id)
        .with_for_update()
    )
    return list(session.scalars(found))


def _ask_a_person(
    session: Session, account_id: int, amount: Money, *, on: date, now: datetime
) -> None:
    """The same item that the daily look at credit opens, with its clock of 30 days (OPS-20)."""
    open_work(
        session,
        key=f"{FOUND}:{account_id}:{on.isoformat()}",
        kind=FOUND,
        reasons=[NOTE],
        next_step=NEXT_STEP,
        amount=amount,
        account_id=account_id,
        due_on=on + SENT_WITHIN,
        now=now,
    )
