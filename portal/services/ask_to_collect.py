"""The gate before a final notice, a placement, a write-off as bad debt or a lawsuit: holds and proof together (COLL-2, OPS-22)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.gate import missing_for_lawsuit, missing_for_notice, missing_for_placement
from billing.holds import Action, Allowed, Condition, Denied
from portal.models.accounts import GuarantorAccount
from portal.queries.gate_facts import gate_facts
from portal.services.ask_gate import ask_gate

MISSING = {
    Action.FINAL_NOTICE: missing_for_notice,
    Action.PLACEMENT: missing_for_placement,
    Action.LAWSUIT: missing_for_lawsuit,
}


def ask_to_collect(
    session: Session,
    action: Action,
    *,
    account_id: int,
    on: date,
    asked_by: str,
    visit_ids: Collection[int] | None = None,
    login_id: int | None = None,
    beside: Collection[Condition] = (),
) -> Allowed | Denied:
    """The answer for an account's owing bills, or some of them, at the moment of acting; `beside` what the act itself is about.

    Locks the account's row: a payment or hold is judged before or after, never in between. A denial is kept.
    """
    session.execute(
        select(GuarantorAccount.id).where(GuarantorAccount.id == account_id).with_for_update()
    )
    facts = gate_facts(session, on=on, account_ids=[account_id], visit_ids=visit_ids).get(
        account_id
    )
    return ask_gate(
        session,
        facts.all_conditions - frozenset(beside) if facts else (),
        action,
        asked_by=asked_by,
        account_id=account_id,
        login_id=login_id,
        cleared=facts.cleared(action) if facts else (),
        unproven=MISSING[action](facts, on) if facts else None,
    )
