"""Queue an e-mail whose words stand in `letters`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.models.messages import OutboundMessage
from portal.queue import enqueue
from portal.services.letters import VERSION, Letter


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
            state="queued",
            created_at=now,
        )
        .on_conflict_do_nothing()
        .returning(OutboundMessage.id)
    )
    if message_id is not None:
        enqueue(session, "send_message", message_id=message_id)
    return message_id
