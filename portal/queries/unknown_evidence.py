"""Answers to banks whose outcome nobody knows yet: sent, and not confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from billing.money import Money
from billing.transitions import EvidenceState
from portal.models.accounts import GuarantorAccount
from portal.models.disputes import Dispute, DisputeEvidence
from portal.models.payments import Payment

ALARM = timedelta(hours=1)
SHOWN = 200


def unknown_evidence(now: datetime) -> ColumnElement[bool]:
    """We sent it and the call's time is over."""
    return and_(
        DisputeEvidence.state == EvidenceState.SUBMITTING, DisputeEvidence.lease_until < now
    )


def overdue_evidence(now: datetime) -> ColumnElement[bool]:
    """Unknown for so long that a person should look."""
    return and_(unknown_evidence(now), DisputeEvidence.sent_at < now - ALARM)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownAnswer:
    """One such answer."""

    dispute_id: int
    account_id: int
    account_number: str
    name: str
    amount: Money
    since: datetime
    age: timedelta
    due_by: datetime | None

    @property
    def overdue(self) -> bool:
        return self.age > ALARM


def unknown_answers(session: Session, *, now: datetime) -> tuple[UnknownAnswer, ...]:
    """The longest unknown first."""
    rows = session.execute(
        select(DisputeEvidence, Dispute, GuarantorAccount)
        .join(Dispute, Dispute.id == DisputeEvidence.dispute_id)
        .join(Payment, Payment.id == Dispute.payment_id)
        .join(GuarantorAccount, GuarantorAccount.id == Payment.guarantor_account_id)
        .where(unknown_evidence(now))
        .order_by(DisputeEvidence.sent_at)
        .limit(SHOWN)
    )
    return tuple(
        UnknownAnswer(
            dispute_id=dispute.id,
            account_id=account.id,
            account_number=account.number,
            name=account.display_name,
            amount=dispute.amount,
            since=evidence.sent_at,
            age=now - evidence.sent_at,
            due_by=dispute.due_by,
        )
        for evidence, dispute, account in rows
    )
