"""Queue an e-mail whose words stand in `letters`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.models.messages import OutboundMessage
from portal.queue import enqueue, enqueue_all
from portal.services.letters import VERSION, Letter


@dataclass(frozen=True, slots=True)
class Addressed:
    """One of many letters about an account: where it goes, and what makes it one and the same."""

    to: str
    letter: Letter
    account_id: int
    dedupe_key: str


def queue_letters(
    session: Session, letters: Sequence[Addressed], *, now: datetime
) -> dict[str, int]:
    """Write many at once in the caller's transaction; by key, those whose key was not used before."""
    if not letters:
        return {}
    rows = [
        {
            "channel": "email",
            "recipient": one.to,
            "template": one.letter.template,
            "template_version": VERSION,
            "subject": one.letter.subject,
            "body": one.letter.body,
            "guarantor_account_id": one.account_id,
            "dedupe_key": one.dedupe_key,
            "category": "",
            "state": "queued",
            "created_at": now,
        }
        for one in letters
    ]
    statement = (
        insert(OutboundMessage)
        .on_conflict_do_nothing(index_elements=[OutboundMessage.dedupe_key])
        .returning(OutboundMessage.dedupe_key, OutboundMessage.id)
    )
    queued = {str(key): int(number) for key, number in session.execute(statement, rows)}
    enqueue_all(session, "send_message", [{"message_id": one} for one in queued.values()])
    return queued


def queue_letter(
    session: Session,
    *,
    to: str,
    letter: Letter,
    now: datetime,
    guarantor_account_id: int | None = None,
    statement_id: int | None = None,
    dedupe_key: str | None = None,
    category: str = "",
    fallback_of_id: int | None = None,
    appointment_id: UUID | None = None,
    waitlist_offer_id: int | None = None,
) -> int | None:
    """Write the e-mail in the caller's transaction; None when `dedupe_key` or `fallback_of_id` was used before.

    One with a category is judged when it leaves (clear_message).
    """
    message_id = session.scalar(
        insert(OutboundMessage)
        .values(
            channel="email",
            recipient=to,
            template=letter.template,
            template_version=VERSION,
            subject=letter.subject,
            body=letter.body,
            guarantor_account_id=guarantor_account_id,
            statement_id=statement_id,
            dedupe_key=dedupe_key,
            category=category,
            fallback_of_id=fallback_of_id,
            appointment_id=appointment_id,
            waitlist_offer_id=waitlist_offer_id,
            state="queued",
            created_at=now,
        )
        .on_conflict_do_nothing()
        .returning(OutboundMessage.id)
    )
    if message_id is not None:
        enqueue(session, "send_message", message_id=message_id)
    return message_id
