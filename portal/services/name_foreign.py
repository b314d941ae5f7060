"""Write down what the card company holds that is not in our records: for a person to read, never to post (rule 15)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.models.payments import ForeignObject, Payment
from portal.ports import Notice, PaymentFacts

NOT_OURS, NO_RECORD = "not_ours", "no_record"
KINDS = {"refund.created": "refund", "charge.dispute.created": "dispute"}


def name_payment(session: Session, facts: PaymentFacts, *, now: datetime) -> None:
    """A payment without our mark, or whose mark leads to no row of ours."""
    why = NOT_OURS if facts.payment_id is None else NO_RECORD
    known = {"why": why, "state": str(facts.outcome), "amount": facts.amount, "seen_at": now}
    _keep(session, facts.intent_id or "", "payment", known)


def name_others(session: Session, notices: Iterable[Notice], *, now: datetime) -> None:
    """Refunds and disputes of payments that are not in our records."""
    told = [notice for notice in notices if notice.type in KINDS]
    ours = set(
        session.scalars(
            select(Payment.intent_id).where(
                Payment.intent_id.in_({notice.intent_id for notice in told if notice.intent_id})
            )
        )
    )
    for notice in told:
        if notice.intent_id not in ours:
            known = {"why": NOT_OURS, "state": "", "amount": None, "seen_at": now}
            _keep(session, notice.object_id, KINDS[notice.type], known)


def _keep(session: Session, provider_id: str, kind: str, known: dict[str, Any]) -> None:
    """Once for each, with what is known now."""
    made = insert(ForeignObject).values(
        provider_id=provider_id, kind=kind, first_seen_at=known["seen_at"], **known
    )
    fresh = {name: made.excluded[name] for name in ("why", "state", "amount_cents", "seen_at")}
    session.execute(
        made.on_conflict_do_update(index_elements=[ForeignObject.provider_id], set_=fresh)
    )
