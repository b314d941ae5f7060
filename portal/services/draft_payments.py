"""Draw the drafts that are due, each once, however many workers do it at the same time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from portal.db import transaction
from portal.models.drafts import WAITING_STATES, Draft
from portal.ports import GatewayError, PaymentGateway, Refused
from portal.queries.saved_charge import saved_charge
from portal.queue import enqueue
from portal.services.claim_draft import DraftDay, NotDrawn, claim_draft
from portal.services.settle_payment import keep_facts, nothing_there

BATCH = 20
# How long a worker may take for its batch before another takes it over.
LEASE = timedelta(minutes=5)
A_JOB = 500  # so many due drafts are worth a worker
MOST_JOBS = 8
REFUSED = "refused"  # by the provider, not by a bank


@dataclass(slots=True)
class Drafted:
    """What one worker's run did."""

    asked: int = 0  # of the provider
    held: int = 0  # nothing is drawn, by a rule
    waiting: int = 0  # another payment of the account is under way: asked again later


def draft_due(*, on: date, now: datetime, gateway: PaymentGateway, public_url: str) -> Drafted:
    """Everything due by this day that nobody else is at. A worker that dies leaves its batch to the next."""
    day, done = DraftDay(on=on, now=now, public_url=public_url), Drafted()
    while batch := _lease(day):
        for draft_id in batch:
            _draw(draft_id, day, gateway, done)
    return done


def enqueue_drafts(session: Session, *, on: date) -> int:
    """A job for every so many drafts that are due by this day; how many are due."""
    due = session.scalar(
        select(func.count())
        .select_from(Draft)
        .where(Draft.state.in_(WAITING_STATES), Draft.next_try_on <= on)
    )
    for _ in range(min(MOST_JOBS, -(-(due or 0) // A_JOB))):
        enqueue(session, "draft_due", on=on.isoformat())
    return due or 0


def _lease(day: DraftDay) -> list[UUID]:
    """Take some: locked rows are another worker's at this moment, leased ones for minutes more."""
    with transaction() as session:
        ids = session.scalars(
            select(Draft.id)
            .where(
                Draft.state.in_(WAITING_STATES),
                Draft.next_try_on <= day.on,
                or_(Draft.lease_until.is_(None), Draft.lease_until <= day.now),
            )
            .order_by(Draft.next_try_on, Draft.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        session.execute(update(Draft).where(Draft.id.in_(ids)).values(lease_until=day.now + LEASE))
    return list(ids)


def _draw(draft_id: UUID, day: DraftDay, gateway: PaymentGateway, done: Drafted) -> None:
    """Claim in one transaction, ask the provider outside of any, record in another (payments.md rule 1)."""
    with transaction() as session:
        payment = claim_draft(session, draft_id, day)
        if isinstance(payment, NotDrawn):
            done.held += payment is NotDrawn.HELD
            done.waiting += payment is NotDrawn.WAITING
            return
        session.flush()
        charge = saved_charge(session, payment)
    if charge is None:
        raise AssertionError("a draft is paid with a saved way to pay")
    done.asked += 1
    try:
        facts = gateway.charge_saved(charge)
    except Refused:
        # A clear answer: no money moved, and the way to pay is useless there.
        facts = replace(nothing_there(payment.id), decline=REFUSED)
    except GatewayError:
        with transaction() as session:
            enqueue(session, "settle_payment", payment_id=str(payment.id))
        return
    keep_facts(facts, public_url=day.public_url, now=day.now)
