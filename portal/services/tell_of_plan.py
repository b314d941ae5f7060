"""Tell whoever can read an account that a paper of its plan waits; without a sign-in a person mails it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.models.plans import Plan
from portal.queries.account_readers import readers
from portal.services import letters
from portal.services.move_plan import ledger_position, note_plan
from portal.services.plan_letters import plan_letter
from portal.services.plan_work import ask_for_paper
from portal.services.queue_letter import Addressed, queue_letters


@dataclass(frozen=True, slots=True)
class PlanNews:
    """What one plan's people are told. The first word of `about` says which letter it is."""

    plan: Plan
    about: str
    words: str = (
        ""  # of the letter on paper; without them the paper is printed from the plan's page
    )

    def key(self, address: str) -> str:
        return f"plan:{self.plan.id}:{self.about}:{address}"


def tell_of_plan(
    session: Session, plan: Plan, *, about: str, public_url: str, on: date, now: datetime
) -> int | None:
    """Once for each `about`. The copy is noted on the plan (PLAN-5); the message's id.

    Whatever was chosen for notices: a copy of what somebody signed is owed to them.
    """
    [sent] = tell_of_plans(session, [PlanNews(plan, about)], public_url=public_url, on=on, now=now)
    return sent


def tell_of_plans(
    session: Session, news: Sequence[PlanNews], *, public_url: str, on: date, now: datetime
) -> list[int | None]:
    """The same for many, with as many statements that read as for one; the first message of each."""
    head = letters.letterhead(session, public_url=public_url)
    mailboxes = readers(session, {one.plan.guarantor_account_id for one in news})
    position = ledger_position(session)
    queued = queue_letters(
        session,
        [
            Addressed(
                address,
                plan_letter(head, one.about.split(":", maxsplit=1)[0]),
                one.plan.guarantor_account_id,
                one.key(address),
            )
            for one in news
            for address in mailboxes[one.plan.guarantor_account_id]
        ],
        now=now,
    )
    first: list[int | None] = []
    for one in news:
        addresses = mailboxes[one.plan.guarantor_account_id]
        sent = [queued[key] for to in addresses if (key := one.key(to)) in queued]
        if sent:
            copy: dict[str, Any] = {"about": one.about, "messages": sent}
            note_plan(session, one.plan, "copy_sent", on=on, now=now, position=position, **copy)
        elif not addresses:
            ask_for_paper(session, one.plan, about=one.about, on=on, now=now, words=one.words)
        first.append(sent[0] if sent else None)
    return first
