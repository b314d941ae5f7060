"""Payments whose outcome nobody knows yet: since when, what is known, and what happens next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from billing.money import ZERO, Money
from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.payments import PAGE_OPEN, Payment
from portal.models.refunds import Refund
from portal.queries.unknown_refunds import (
    UnknownRefund,
    overdue_refund,
    unknown_refund,
    unknown_refunds,
)
from portal.queries.viewer import StaffViewer

ALARM = timedelta(hours=1)
SLACK = timedelta(minutes=10)  # a page that has just closed is asked for in its turn
SHOWN = 200

# Without its page the payment is unknown from its start; with it, from the page's end.
SINCE = case(
    (Payment.session_id.is_(None), Payment.created_at), else_=Payment.created_at + PAGE_OPEN
)


def unknown(now: datetime) -> ColumnElement[bool]:
    """Our question was never answered, or the page is over and nobody has told us how it ended."""
    unanswered = and_(Payment.session_id.is_(None), Payment.lease_until < now)
    page_over = and_(Payment.session_id.is_not(None), Payment.created_at < now - PAGE_OPEN - SLACK)
    waiting = Payment.state.in_(("submitting", "requires_action"))
    return and_(waiting, or_(unanswered, page_over))


def overdue(now: datetime) -> ColumnElement[bool]:
    """Unknown for so long that a person should look."""
    return and_(unknown(now), now - ALARM > SINCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownPayment:
    """One such payment."""

    id: UUID
    account_id: int
    account_number: str
    name: str
    amount: Money
    since: datetime
    age: timedelta
    page_known: bool  # the provider had given us its page
    state: str

    @property
    def overdue(self) -> bool:
        return self.age > ALARM


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownTotals:
    """How many there are, their money, and how many are overdue."""

    count: int
    amount: Money
    overdue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownPage:
    """The totals, and the payments and refunds that wait longest."""

    totals: UnknownTotals
    rows: tuple[UnknownPayment, ...]
    refunds: tuple[UnknownRefund, ...]

    @property
    def account_ids(self) -> tuple[int, ...]:
        payers = [row.account_id for row in self.rows]
        return (*payers, *(row.account_id for row in self.refunds))


def unknown_totals(session: Session, *, now: datetime) -> UnknownTotals:
    """What the first page says of them, payments and refunds together."""
    row = session.execute(
        select(
            func.count(Payment.id),
            func.sum(Payment.amount),
            func.count(Payment.id).filter(overdue(now)),
        ).where(unknown(now))
    ).one()
    refunds = session.execute(
        select(
            func.count(Refund.id),
            func.sum(Refund.amount),
            func.count(Refund.id).filter(overdue_refund(now)),
        ).where(unknown_refund(now))
    ).one()
    return UnknownTotals(
        count=row[0] + refunds[0],
        amount=(row[1] or ZERO) + (refunds[1] or ZERO),
        overdue=row[2] + refunds[2],
    )


def unknown_payments(viewer: StaffViewer, *, now: datetime) -> UnknownPage | None:
    """The longest unknown first; None for a role that does not see payments."""
    if not viewer.may("payments.view"):
        return None
    query = (
        select(
            Payment.id,
            Payment.guarantor_account_id,
            GuarantorAccount.number,
            GuarantorAccount.first_name,
            GuarantorAccount.last_name,
            Payment.amount,
            SINCE.label("since"),
            Payment.session_id,
            Payment.state,
        )
        .join(GuarantorAccount, GuarantorAccount.id == Payment.guarantor_account_id)
        .where(unknown(now))
        .order_by(SINCE, Payment.id)
        .limit(SHOWN)
    )
    with read_only() as session:
        totals = unknown_totals(session, now=now)
        rows = session.execute(query).all()
        refunds = unknown_refunds(session, now=now)
    return UnknownPage(
        totals=totals,
        refunds=refunds,
        rows=tuple(
            UnknownPayment(
                id=row.id,
                account_id=row.guarantor_account_id,
                account_number=row.number,
                name=f"{row.first_name} {row.last_name}".strip(),
                amount=row.amount,
                since=row.since,
                age=now - row.since,
                page_known=row.session_id is not None,
                state=row.state,
            )
            for row in rows
        ),
    )
