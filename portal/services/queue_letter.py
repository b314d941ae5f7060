"""Queue an e-mail whose words stand in `letters`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.services.letters import VERSION, Letter
from portal.services.send_message import queue_email


def queue_letter(
    session: Session,
    *,
    to: str,
    letter: Letter,
    now: datetime,
    guarantor_account_id: int | None = None,
    statement_id: int | None = None,
    dedupe_key: str | None = None,
) -> int | None:
    """Write the e-mail in the caller's transaction; None when `dedupe_key` was used before."""
    return queue_email(
        session,
        to=to,
        template=letter.template,
        template_version=VERSION,
        subject=letter.subject,
        body=letter.body,
        now=now,
        guarantor_account_id=guarantor_account_id,
        statement_id=statement_id,
        dedupe_key=dedupe_key,
    )
