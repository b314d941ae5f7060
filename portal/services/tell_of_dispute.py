"""Tell a patient where their dispute stands: a message behind the sign-in, and one bare notice of it (MSG-9)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.models.bill_disputes import BillDispute
from portal.models.claims import Visit
from portal.models.messages import ThreadMessage
from portal.services.notify_patient import notify_patient

GOT_IT = (
    "We got your dispute. What you dispute is not due while we look at it. Open the bill to see"
    " what happens next, and by when."
)
EXTENDED = (
    "We need more time to answer your dispute. Open it to see why, and by which day we answer."
    " What you dispute is still not due."
)
ANSWERED = "We answered your dispute. Open it to read what we found, and what you can do now."
LIFTED = "We ended the lock on a bill that you disputed. Open your dispute to see what it means."


def tell_of_dispute(
    session: Session,
    row: BillDispute,
    *,
    words: str,
    by_id: int | None,
    public_url: str,
    now: datetime,
) -> None:
    """Queue it in the caller's transaction, once for each step and moment."""
    step = f"{now:%Y%m%d%H%M%S%f}"
    account_id, about = write_in_thread(session, row, words=words, by_id=by_id, about=step, now=now)
    notify_patient(session, account_id=account_id, about=about, public_url=public_url, now=now)


def write_in_thread(
    session: Session,
    row: BillDispute,
    *,
    words: str,
    by_id: int | None,
    about: str,
    now: datetime,
) -> tuple[int, str]:
    """The message alone; whose thread it is, and by what name it is known."""
    account_id = session.get_one(Visit, row.visit_id).guarantor_account_id
    name = f"bill_dispute:{row.id}:{about}"
    session.execute(
        insert(ThreadMessage)
        .values(
            guarantor_account_id=account_id,
            visit_id=row.visit_id,
            author="staff",
            login_id=by_id,
            channel="portal",
            kind="answer",
            body=words,
            provider_id=name,
            at=now,
        )
        .on_conflict_do_nothing(index_elements=[ThreadMessage.provider_id])
    )
    return account_id, name
