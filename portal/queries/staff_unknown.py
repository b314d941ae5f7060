"""Payments whose outcome nobody knows yet: since when, what is known, and what happens next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select, union_all
from sqlalchemy.orm import Session

from billing.money import ZERO, Money, total_of
from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.disputes import Dispute, DisputeEvidence
from portal.models.payments import PAGE_OPEN, Payment
from portal.models.refunds import Refund
from portal.queries.unknown_evidence import (
    UnknownAnswer,
    overdue_evidence,
    unknown_answers,
    unknown_evidence,
)
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
    drawn: bool  # of autopay or a plan: nobody was sent to a page
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
    answers: tuple[UnknownAnswer, ...]  # to banks

    @property
    def account_ids(self) -> tuple[int, ...]:
        payers = [row.account_id for row in self.rows]
        refunded = (row.account_id for row in self.refunds)
        return (*payers, *refunded, *(row.account_id for row in self.answers))


def unknown_totals(session: Session, *, now: datetime) -> UnknownTotals:
    """What the first page says of them, payments, refunds and answers to banks together."""
    late = func.count().filter
    rows = session.execute(
        union_all(
            select(func.count(), func.sum(Payment.amount), late(overdue(now))).where(unknown(now)),
            select(func.count(), func.sum(Refund.amount), late(overdue_refund(now))).where(
                unknown_refund(now)
            ),
            select(func.count(), func.sum(Dispute.amount), late(overdue_evidence(now)))
            .join(DisputeEvidence, DisputeEvidence.dispute_id == Dispute.id)
            .where(unknown_evidence(now)),
        )
    ).all()
    return UnknownTotals(
        count=sum(row[0] for row in rows),
        amount=total_of(row[1] or ZERO for row in rows),
        overdue=sum(row[2] for row in rows),
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
            Payment.draft_id,
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
        answers = unknown_answers(session, now=now)
    return UnknownPage(
        totals=totals,
        refunds=refunds,
        answers=answers,
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
                drawn=row.draft_id is not None,
                state=row.state,
            )
            for row in rows
        ),
    )
