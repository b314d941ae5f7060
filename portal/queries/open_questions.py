"""Which question of ours a bare C, 1 or N from a phone answers: the last reminder, or an offer that is open (MSG-19)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.visit_texts import REMINDERS, VISITS_REMINDER, WAIT_LIST
from portal.models.accounts import GuarantorAccount
from portal.models.messages import OutboundMessage
from portal.models.waitlist import WaitlistOffer
from portal.queries.reach import text_numbers
from portal.queries.visit_facts import visit_facts

ASKED = ("sending", "sent", "delivered")
STILL_HEARD = timedelta(days=1)  # a yes to an offer that is over is told that it is
ANSWERED_WITHIN = timedelta(days=8)  # a reminder is sent seven days before at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One text of ours that still awaits an answer."""

    account_id: int
    at: datetime
    appointment_id: UUID | None = None  # none: the reminder told of several visits
    offer_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestions:
    """The last reminder whose visit still stands, and the last offer, open or just over: who is late is told so."""

    visit: Asked | None = None
    offer: Asked | None = None

    @property
    def newest(self) -> Asked | None:
        """What a bare 1 answers."""
        both = [one for one in (self.visit, self.offer) if one is not None]
        return max(both, key=lambda one: one.at, default=None)


def open_questions(session: Session, phone: str, *, now: datetime) -> OpenQuestions:
    """What was asked of this number, as long as it is still the number of the account that it was asked for."""
    rows = session.scalars(
        select(OutboundMessage)
        .where(
            OutboundMessage.recipient == phone,
            OutboundMessage.channel == "sms",
            OutboundMessage.template.in_((*REMINDERS, WAIT_LIST)),
            OutboundMessage.state.in_(ASKED),
            OutboundMessage.sent_at > now - ANSWERED_WITHIN,
        )
        .order_by(OutboundMessage.sent_at.desc(), OutboundMessage.id.desc())
    ).all()
    accounts = session.scalars(
        select(GuarantorAccount).where(
            GuarantorAccount.id.in_({row.guarantor_account_id for row in rows})
        )
    ).all()
    numbers = text_numbers(session, accounts)
    theirs = [row for row in rows if numbers.get(row.guarantor_account_id or 0) == phone]
    reminder = next((row for row in theirs if row.template in REMINDERS), None)
    offers = [row for row in theirs if row.template == WAIT_LIST]
    return OpenQuestions(
        visit=_visit(session, reminder, now) if reminder is not None else None,
        offer=next((found for row in offers if (found := _offer(session, row, now))), None),
    )


def _visit(session: Session, message: OutboundMessage, now: datetime) -> Asked | None:
    if message.appointment_id is None or message.guarantor_account_id is None:
        return None
    facts = visit_facts(session, message.appointment_id)
    visit = facts.visit
    if not visit.booked or visit.set_at > message.created_at or visit.starts_at <= now:
        return None
    several = message.template == VISITS_REMINDER
    return Asked(
        account_id=message.guarantor_account_id,
        at=message.sent_at or message.created_at,
        appointment_id=None if several else message.appointment_id,
    )


def _offer(session: Session, message: OutboundMessage, now: datetime) -> Asked | None:
    offer = session.get(WaitlistOffer, message.waitlist_offer_id)
    asked_at = message.sent_at or message.created_at
    if offer is None or message.guarantor_account_id is None or asked_at < now - STILL_HEARD:
        return None
    return Asked(
        account_id=message.guarantor_account_id,
        at=asked_at,
        offer_id=offer.id,
    )
