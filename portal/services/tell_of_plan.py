"""Tell whoever can read an account that a paper of its plan waits; without a sign-in a person mails it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.models.plans import Plan
from portal.queries.account_readers import reader_emails
from portal.services import letters
from portal.services.move_plan import note_plan
from portal.services.plan_letters import plan_letter
from portal.services.plan_work import ask_for_paper
from portal.services.queue_letter import queue_letter


def tell_of_plan(
    session: Session, plan: Plan, *, about: str, public_url: str, on: date, now: datetime
) -> int | None:
    """Once for each `about`, whose first word says which letter it is. The copy is noted on the plan (PLAN-5).

    Whatever was chosen for notices: a copy of what somebody signed is owed to them.
    """
    head = letters.letterhead(session, public_url=public_url)
    letter = plan_letter(head, about.split(":", maxsplit=1)[0])
    sent: list[int] = []
    for address in reader_emails(session, account_id=plan.guarantor_account_id):
        message_id = queue_letter(
            session,
            to=address,
            letter=letter,
            now=now,
            guarantor_account_id=plan.guarantor_account_id,
            dedupe_key=f"plan:{plan.id}:{about}:{address}",
        )
        sent += [message_id] if message_id is not None else []
    if sent:
        note_plan(session, plan, "copy_sent", on=on, now=now, about=about, messages=sent)
    else:
        ask_for_paper(session, plan, about=about, on=on, now=now)
    return sent[0] if sent else None
