"""Tell whoever can read the account that something about their application waits; without a sign-in a person mails it (FA-9, FA-10)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.queries.account_readers import readers
from portal.services import letters
from portal.services.assistance_letters import assistance_letter
from portal.services.open_account_work import open_account_work
from portal.services.queue_letter import Addressed, queue_letters

PAPER = "assistance_paper"  # the kind of work item
PAPER_WORDS = {
    "received": "Write to them: we have their form for help with paying, and answer in 21 days.",
    "asked": "Print what we ask for from the application’s page, and mail it.",
    "decided": "Print our letter from the application’s page, and mail it.",
    "reversed": "Print our letter from the application’s page, and mail it.",
}


def tell_of_assistance(
    session: Session,
    account_id: int,
    *,
    about: str,
    key: str,
    public_url: str,
    on: date,
    now: datetime,
) -> bool:
    """Once for each `key`; whether it went by e-mail. `about` is received, asked, decided or reversed."""
    head = letters.letterhead(session, public_url=public_url)
    addresses = readers(session, {account_id})[account_id]
    queue_letters(
        session,
        [
            Addressed(
                to, assistance_letter(head, about), account_id, f"assistance:{about}:{key}:{to}"
            )
            for to in addresses
        ],
        now=now,
    )
    if addresses:
        return True
    open_account_work(
        session,
        key=f"{PAPER}:{about}:{key}",
        kind=PAPER,
        reason="A letter about financial assistance has to be mailed: nobody of this account can sign in.",
        next_step=PAPER_WORDS[about],
        account_id=account_id,
        due_on=on,
        now=now,
    )
    return False
