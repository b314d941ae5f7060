"""Tell whoever can read the account that something about their application waits; without a sign-in a person mails it (FA-9, FA-10)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.queries.account_readers import readers
from portal.services import letters
from portal.services.assistance_letters import assistance_letter
from portal.services.open_work import open_work
from portal.services.queue_letter import Addressed, queue_letters

PAPER = "assistance_paper"  # the kind of work item
MAIL_IT = "Write to them why the award was taken back, and mail it."


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
    """Once for each `key`; whether it went by e-mail. `about` is received, asked, decided or reversed.

    The formal letters are `assistance_notices`; what has none of them is mailed by a person.
    """
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
    if addresses or about != "reversed":
        return bool(addresses)
    open_work(
        session,
        key=f"{PAPER}:{about}:{key}",
        kind=PAPER,
        reasons=[
            "A letter about financial assistance has to be mailed: nobody of this account can sign in."
        ],
        next_step=MAIL_IT,
        account_id=account_id,
        due_on=on,
        now=now,
    )
    return False
