"""Hold what a refund may change: the accounts in order, then the payment, then the refund."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.transitions import RefundState
from portal.models.payments import Payment
from portal.models.refunds import Refund, RefundStep
from portal.queries.refund_books import refund_accounts
from portal.services.record_payment import lock_account


@dataclass(frozen=True, slots=True)
class LockedRefund:
    """A refund and its payment, held until the transaction ends."""

    refund: Refund
    payment: Payment


def lock_refund(session: Session, refund_id: UUID) -> LockedRefund | None:
    """The refund under this id with its payment; None when there is none."""
    payment_id = session.scalar(select(Refund.payment_id).where(Refund.id == refund_id))
    if payment_id is None:
        return None
    payment = lock_paid(session, payment_id)
    found = select(Refund).where(Refund.id == refund_id).with_for_update()
    return LockedRefund(session.scalars(found).one(), payment)


def lock_paid(session: Session, payment_id: UUID) -> Payment:
    """The payment with every account that its money may lie on."""
    accounts = refund_accounts(session, session.get_one(Payment, payment_id))
    for account_id in sorted(accounts):
        lock_account(session, account_id)
    found = select(Payment).where(Payment.id == payment_id).with_for_update()
    return session.scalars(found.execution_options(populate_existing=True)).one()


def step(
    session: Session,
    refund: Refund,
    state: RefundState,
    *,
    now: datetime,
    login_id: int | None = None,
    note: str = "",
) -> None:
    """Put the refund into a state that its table allowed, and write the step down."""
    refund.state, refund.state_at = state.value, now
    session.flush()  # the refund's row first: its steps name it
    session.add(
        RefundStep(refund_id=refund.id, state=state.value, at=now, login_id=login_id, note=note)
    )
