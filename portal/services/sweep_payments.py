"""Finish what stood in a middle state too long: payments, refunds and answers to banks nobody heard of again, events left unhandled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from billing.transitions import PaymentState, RefundState
from portal.db import transaction
from portal.models.disputes import Dispute, DisputeEvidence
from portal.models.payments import LIVE_STATES, InboundEvent, Payment
from portal.models.refunds import Refund
from portal.queries.staff_unknown import overdue
from portal.queries.unknown_evidence import overdue_evidence, unknown_evidence
from portal.queries.unknown_refunds import overdue_refund
from portal.queue import enqueue_all
from portal.services.receive_event import PROVIDER
from portal.services.settle_refund import UNSETTLED

QUIET = timedelta(minutes=10)
AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Swept:
    """What was taken up; `overdue` ones have been unknown for over an hour."""

    payments: int
    refunds: int
    events: int
    answers: int
    overdue: int


def sweep_payments(*, now: datetime) -> Swept:
    """Enqueue a look at every payment, refund and event that has been quiet for too long.

    The unknown first: a hundred bank debits that take their days must not keep us from them.
    """
    with transaction() as session:
        quiet = or_(Payment.lease_until < now, Payment.state_at < now - QUIET)
        live = Payment.state.in_(LIVE_STATES)
        payments = session.scalars(
            select(Payment.id)
            .where(live, quiet)
            .order_by(Payment.state != PaymentState.SUBMITTING, Payment.state_at)
            .limit(AT_ONCE)
        ).all()
        events = session.scalars(
            select(InboundEvent.id)
            .where(
                InboundEvent.provider == PROVIDER,
                InboundEvent.done_at.is_(None),
                InboundEvent.received_at < now - QUIET,
            )
            .order_by(InboundEvent.id)
            .limit(AT_ONCE)
        ).all()
        refunds, answers = _quiet_refunds(session, now), _quiet_answers(session, now)
        late = session.scalar(select(func.count(Payment.id)).where(overdue(now))) or 0
        late += session.scalar(select(func.count(Refund.id)).where(overdue_refund(now))) or 0
        quiet_answers = select(func.count(DisputeEvidence.id)).where(overdue_evidence(now))
        late += session.scalar(quiet_answers) or 0
        enqueue_all(session, "settle_payment", [{"payment_id": str(one)} for one in payments])
        enqueue_all(session, "settle_refund", [{"refund_id": str(one)} for one in refunds])
        enqueue_all(session, "handle_event", [{"event_id": one} for one in events])
        enqueue_all(session, "settle_evidence", [{"evidence_id": str(one)} for one in answers])
    return Swept(len(payments), len(refunds), len(events), len(answers), late)


def _quiet_refunds(session: Session, now: datetime) -> Sequence[UUID]:
    """Refunds whose call never answered, or that the provider has not sent yet."""
    quiet = or_(Refund.lease_until < now, Refund.state_at < now - QUIET)
    waiting = select(Refund.id).where(Refund.state.in_(UNSETTLED), quiet)
    unknown_first = (Refund.state != RefundState.SUBMITTING, Refund.state_at)
    return session.scalars(waiting.order_by(*unknown_first).limit(AT_ONCE)).all()


def _quiet_answers(session: Session, now: datetime) -> Sequence[UUID]:
    """Answers to banks whose call never answered; those that are due first."""
    return session.scalars(
        select(DisputeEvidence.id)
        .join(Dispute, Dispute.id == DisputeEvidence.dispute_id)
        .where(unknown_evidence(now))
        .order_by(Dispute.due_by, DisputeEvidence.id)
        .limit(AT_ONCE)
    ).all()
