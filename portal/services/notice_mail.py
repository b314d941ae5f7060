"""The e-mail that a letter waits on our pages: asked about when it leaves, evidence once the mail server took it (MSG-24)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.holds import RULES, Condition
from portal.models.messages import OutboundMessage
from portal.models.notices import Notice
from portal.queries.paperless import electronic_readers
from portal.services.letters import Letterhead, letter_waiting
from portal.services.note_delivery import EMAIL, Happened, note_delivery
from portal.services.note_status import note_status
from portal.services.notice_standing import kept_back
from portal.services.practice_date import practice_date
from portal.services.prove_notice import prove_notice, unprove_notice
from portal.services.queue_letter import queue_letter

TEMPLATE = "letter_waiting"
NO_CONSENT = (RULES[Condition.NO_ESTATEMENT_CONSENT],)


def announce_notice(
    session: Session, notice: Notice, *, to: str, head: Letterhead, now: datetime
) -> None:
    """Queue the e-mail of it; the letter is readable from now on."""
    message_id = queue_letter(
        session,
        to=to,
        letter=letter_waiting(head, notice_id=notice.id),
        now=now,
        guarantor_account_id=notice.guarantor_account_id,
        dedupe_key=f"notice:{notice.id}",
    )
    if message_id is None:
        raise AssertionError("a letter is announced once")
    notice.state, notice.message_id = "sending", message_id


def is_letter(message: OutboundMessage) -> bool:
    """Whether this e-mail is the delivery of a letter."""
    return message.template == TEMPLATE


def letter_may_leave(session: Session, message: OutboundMessage, *, now: datetime) -> bool:
    """Ask again at the moment of sending; when only the consent is gone, the next run prints it."""
    notice = _of(session, message)
    on = practice_date(session, now)
    rules = kept_back(session, notice, on=on)
    account_id = notice.guarantor_account_id
    reader = electronic_readers(session, account_ids=[account_id], now=now).get(account_id)
    if not rules and (reader is None or reader.email != message.recipient):
        rules = NO_CONSENT
    message.gate = notice.gate = ", ".join(rules) or "allowed"
    if rules:
        message.state, message.ended_at = "canceled", now
        notice.state = "queued" if rules == NO_CONSENT else "stopped"
        note_status(session, message.id, message.state, now=now, error=message.gate)
    return not rules


def record_letter(session: Session, message: OutboundMessage, *, now: datetime) -> None:
    """The mail server took it: delivered on this day of the practice."""
    notice = _of(session, message)
    on = practice_date(session, now)
    fact = Happened(
        source=f"message:{message.id}:accepted",
        notice_id=notice.id,
        channel=EMAIL,
        status="accepted",
        address=message.recipient,
        content_hash=notice.content_hash,
        happened_on=on,
        detail=message.provider_id or "",
    )
    if note_delivery(session, fact, now=now):
        notice.state, notice.sent_on = "sent", on
        prove_notice(session, notice, on=on, now=now)


def letter_bounced(session: Session, message: OutboundMessage, *, now: datetime) -> None:
    """It did not arrive: it proves nothing, and the next run prints it."""
    notice = _of(session, message)
    fact = Happened(
        source=f"message:{message.id}:bounced",
        notice_id=notice.id,
        channel=EMAIL,
        status="bounced",
        address=message.recipient,
        content_hash=notice.content_hash,
        happened_on=practice_date(session, now),
        detail=message.error,
    )
    if note_delivery(session, fact, now=now):
        notice.state, notice.sent_on = "queued", None
        unprove_notice(session, notice, reason="the e-mail came back", now=now)


def _of(session: Session, message: OutboundMessage) -> Notice:
    return session.scalars(
        select(Notice).where(Notice.message_id == message.id).with_for_update()
    ).one()
