"""A message or text that says a bill is wrong becomes a dispute at once, or work for a person to decide (DISP-1)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from billing.bill_disputes import Channel
from billing.complaints import read_complaint
from billing.money import ZERO
from portal.models.messages import ThreadMessage
from portal.queries.balances import balances
from portal.services.open_dispute import AlreadyDisputed, Filing, open_dispute
from portal.services.open_work import open_work
from portal.services.practice_date import practice_date
from portal.services.tell_of_dispute import GOT_IT, write_in_thread

DISPUTES = UUID("6b2f7e0c-5d3a-4c8e-9f10-d15b07e50001")  # a dispute of a message has one id
KIND = "maybe_dispute"
REASON = "a message that may say that a bill is wrong"
NEXT_STEP = (
    "Read it under Messages within the hour. Make it a dispute of its bill there, or answer it."
)


def hear_complaint(session: Session, message: ThreadMessage, *, now: datetime) -> str:
    """What came of it: disputed, asked (of a person), or nothing; the same message again changes nothing.

    It disputes the bill that the message names, or the only one that is owed. The message stays to be answered.
    """
    account_id = message.guarantor_account_id
    complaint = read_complaint(message.body)
    if complaint is None or account_id is None:
        return ""
    on = practice_date(session, now)
    visit_id = message.visit_id
    if visit_id is None:
        [account] = balances(session, on=on, account_ids=[account_id])
        owed = [visit.visit_id for visit in account.visits if visit.due_now > ZERO]
        visit_id = owed[0] if len(owed) == 1 else None
    if complaint.sure and visit_id is not None:
        filing = Filing(
            visit_id=visit_id,
            kind=complaint.kind,
            channel=Channel.TEXT if message.channel == "sms" else Channel.MESSAGE,
            words=message.body,
            message_id=message.id,
        )
        try:
            row = open_dispute(
                session,
                filing,
                dispute_id=uuid5(DISPUTES, str(message.id)),
                by_id=message.login_id,
                face="patient",
                now=now,
            )
        except AlreadyDisputed:
            return "disputed"
        write_in_thread(session, row, words=GOT_IT, by_id=None, about="received", now=now)
        return "disputed"
    open_work(
        session,
        key=f"{KIND}:{message.id}",
        kind=KIND,
        reasons=[REASON],
        next_step=NEXT_STEP,
        account_id=account_id,
        visit_id=message.visit_id,
        due_on=on,
        now=now,
    )
    return "asked"
