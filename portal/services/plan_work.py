"""Work that plans make for a person."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from billing.state_pack import StateRow
from portal.models.plans import Plan
from portal.services.open_work import open_work


def tell_of_state_text(
    session: Session, plan: Plan, row: StateRow | None, *, now: datetime
) -> None:
    """A plan was signed in a state whose own text nobody has reviewed: once for each state."""
    if row is not None:
        open_work(
            session,
            key=f"plan_state_text:{row.state}",
            kind="plan_state_text",
            reasons=[
                (
                    f"Plans in {row.state} carry no text of that state: nobody has reviewed it"
                    f" ({row.rule})."
                )
            ],
            next_step="Have the text reviewed, then mark the state's row as reviewed.",
            account_id=plan.guarantor_account_id,
            now=now,
        )


def ask_for_paper(
    session: Session, plan: Plan, *, about: str, on: date, now: datetime, words: str = ""
) -> None:
    """Nobody can sign in and read it: a person prints the paper, or writes the words, and mails it."""
    open_work(
        session,
        key=f"plan_paper:{plan.id}:{about}",
        kind="plan_paper",
        reasons=["A paper of a payment plan has to be mailed: nobody of this account can sign in."],
        next_step=f"Write to them on our letterhead: “{words}”"
        if words
        else "Print it from the plan's page, and mail it.",
        account_id=plan.guarantor_account_id,
        due_on=on,
        now=now,
    )


def tell_of_end(session: Session, plan: Plan, *, on: date, now: datetime) -> None:
    """The plan ended by itself: whoever signed it has died, or is not responsible any more."""
    open_work(
        session,
        key=f"plan_ended:{plan.id}:{on.isoformat()}",
        kind="plan_ended",
        reasons=[
            "A payment plan ended: whoever signed it has died, or its bills went to another account."
        ],
        next_step="Look at who owes the rest. A new plan needs a new signature.",
        account_id=plan.guarantor_account_id,
        due_on=on,
        now=now,
    )
