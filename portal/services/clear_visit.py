"""Whether a message about a visit is still true as it leaves, what one text tells of several, and what cannot wait.

Asked under the account's lock, where a confirmation or a move either stands already or waits for us (SCH-8, SCH-9).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.visit_reminders import TOO_NEAR, still_true, useful_until
from billing.visit_texts import (
    CHANGES,
    REMINDERS,
    VISIT_CANCELED,
    VISIT_MISSED,
    VISIT_MOVED,
    VISIT_REMINDER,
    VISIT_TASKS,
    VISIT_TEXTS,
    WAIT_LIST,
)
from portal.models.appointments import AppointmentEvent
from portal.models.messages import OutboundMessage
from portal.models.waitlist import WaitlistOffer
from portal.queries.booking_policy import booking_policy
from portal.queries.visit_facts import VisitFacts, visit_facts
from portal.services.note_status import note_statuses

STALE = ("SCH-9",)
OFFER_OVER = ("SCH-8",)
SOON = timedelta(hours=24)


def stale_visit(session: Session, message: OutboundMessage, *, now: datetime) -> tuple[str, ...]:
    """The rule by which it is no longer true; empty while it is, and of messages that say nothing of a time."""
    if message.template not in VISIT_TEXTS:
        return ()
    if message.template == WAIT_LIST:
        return () if _is_open(session, message, now) else OFFER_OVER
    if message.appointment_id is None:
        return ()
    facts = visit_facts(session, message.appointment_id)
    return () if _is_true(session, message, facts, now) else STALE


def _is_open(session: Session, message: OutboundMessage, now: datetime) -> bool:
    offer = session.get(WaitlistOffer, message.waitlist_offer_id, populate_existing=True)
    expires = offer.expires_at if offer is not None else None
    return offer is not None and offer.state == "open" and (expires is None or now < expires)


def _is_true(session: Session, message: OutboundMessage, facts: VisitFacts, now: datetime) -> bool:
    visit, queued_at = facts.visit, message.created_at
    if message.template in REMINDERS:
        return still_true(
            visit,
            days=booking_policy(session).reminder_days,
            queued_at=queued_at,
            queued_on=queued_at.astimezone(facts.zone).date(),
            now=now,
        )
    if message.template in (VISIT_MOVED, VISIT_TASKS):
        return visit.booked and visit.set_at <= queued_at and now < visit.starts_at
    return facts.state == {VISIT_CANCELED: "canceled", VISIT_MISSED: "no_show"}[message.template]


def is_late(session: Session, message: OutboundMessage, until: datetime | None) -> bool:
    """Whether the message, let wait until then, would be of no use: it is told in another way now."""
    if message.channel != "sms" or message.template not in VISIT_TEXTS:
        return False
    if until is None:
        return True
    if message.template == WAIT_LIST:
        offer = session.get(WaitlistOffer, message.waitlist_offer_id)
        return offer is None or offer.expires_at is None or until >= offer.expires_at
    if message.template in CHANGES and message.appointment_id is not None:
        # Whoever is not told before they set out comes for nothing.
        return until > min(_starts(session, message.appointment_id)) - TOO_NEAR
    if message.template not in REMINDERS or message.appointment_id is None:
        return until > message.created_at + SOON
    facts = visit_facts(session, message.appointment_id)
    return until > useful_until(facts.visit, message.created_at)


def is_urgent(session: Session, message: OutboundMessage, *, now: datetime) -> bool:
    """A change that the practice makes to a visit of this very day: no cap keeps it back (MSG-7)."""
    if message.template not in CHANGES or message.appointment_id is None:
        return False
    return min(_starts(session, message.appointment_id)) - now < SOON


def _starts(session: Session, appointment_id: UUID) -> list[datetime]:
    """When the visit begins, and when it was to begin before it was moved."""
    starts = [visit_facts(session, appointment_id).visit.starts_at]
    detail = session.scalar(
        select(AppointmentEvent.detail)
        .where(
            AppointmentEvent.appointment_id == appointment_id,
            AppointmentEvent.kind == "moved",
        )
        .order_by(AppointmentEvent.id.desc())
        .limit(1)
    )
    before = (detail or {}).get("from", {}).get("starts_at")
    if isinstance(before, str):
        starts.append(datetime.fromisoformat(before))
    return starts


def tells_of_others(session: Session, message: OutboundMessage, *, now: datetime) -> bool:
    """End the other reminders that wait for the same reader: this text tells of all of them (MSG-7).

    Done as the text leaves and never before, so that none is lost when this one is stopped.
    """
    if message.template != VISIT_REMINDER or message.channel != "sms":
        return False
    others = [one for one in _waiting(session, message) if not stale_visit(session, one, now=now)]
    for one in others:
        one.state, one.gate, one.ended_at = "canceled", "MSG-7", now
    note_statuses(session, [one.id for one in others], "canceled", now=now, error="MSG-7")
    return any(one.appointment_id != message.appointment_id for one in others)


def _waiting(session: Session, message: OutboundMessage) -> Sequence[OutboundMessage]:
    return session.scalars(
        select(OutboundMessage)
        .where(
            OutboundMessage.guarantor_account_id == message.guarantor_account_id,
            OutboundMessage.recipient == message.recipient,
            OutboundMessage.channel == "sms",
            OutboundMessage.template == VISIT_REMINDER,
            OutboundMessage.state == "queued",
            OutboundMessage.id != message.id,
        )
        .order_by(OutboundMessage.id)
        .with_for_update()
    ).all()
