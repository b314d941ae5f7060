"""Refunds whose outcome nobody knows yet: asked for at the provider, and not answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from billing.money import Money
from billing.transitions import RefundState
from portal.models.accounts import GuarantorAccount
from portal.models.payments import Payment
from portal.models.refunds import Refund

ALARM = timedelta(hours=1)
SHOWN = 200


def unknown_refund(now: datetime) -> ColumnElement[bool]:
    """We asked for it and the call's time is over."""
    return and_(Refund.state == RefundState.SUBMITTING, Refund.lease_until < now)


def overdue_refund(now: datetime) -> ColumnElement[bool]:
    """Unknown for so long that a person should look."""
    return and_(unknown_refund(now), Refund.submitted_at < now - ALARM)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownRefund:
    """One such refund."""

    id: UUID
    account_id: int
    account_number: str
    name: str
    amount: Money
    since: datetime
    age: timedelta

    @property
    def overdue(self) -> bool:
        return self.age > ALARM


def unknown_refunds(session: Session, *, now: datetime) -> tuple[UnknownRefund, ...]:
    """The longest unknown first."""
    rows = session.execute(
        select(
            Refund.id,
            Payment.guarantor_account_id,
            GuarantorAccount.number,
            func.concat_ws(" ", GuarantorAccount.first_name, GuarantorAccount.last_name).label(
                "name"
            ),
            Refund.amount.label("amount"),
            Refund.submitted_at,
        )
        .join(Payment, Payment.id == Refund.payment_id)
        .join(GuarantorAccount, GuarantorAccount.id == Payment.guarantor_account_id)
        .where(unknown_refund(now))
        .order_by(Refund.submitted_at, Refund.id)
        .limit(SHOWN)
    )
    return tuple(
        UnknownRefund(
            id=row.id,
            account_id=row.guarantor_account_id,
            account_number=row.number,
            name=row.name.strip(),
            amount=row.amount,
            since=row.submitted_at,
            age=now - row.submitted_at,
        )
        for row in rows
    )
