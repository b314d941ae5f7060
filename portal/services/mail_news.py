"""The e-mail that something waits behind the sign-in: where no text may tell of it (MSG-18)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.queries.account_readers import reader_emails
from portal.services import letters
from portal.services.queue_letter import queue_letter


def mail_news(
    session: Session,
    *,
    template: str,
    account_id: int,
    about: str,
    public_url: str,
    now: datetime,
) -> bool:
    """Queue one bare notice to everybody who may open the account; false when nobody can. Once for each `about`."""
    addresses = reader_emails(session, account_id=account_id)
    letter = letters.news(template, letters.letterhead(session, public_url=public_url))
    for address in addresses:
        queue_letter(
            session,
            letter=letter,
            to=address,
            now=now,
            guarantor_account_id=account_id,
            dedupe_key=f"{about}:{address}",
        )
    return bool(addresses)
