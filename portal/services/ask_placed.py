"""Once an agency speaks for an account, none of our texts goes to it, whatever it is about (MSG-15)."""

from __future__ import annotations

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from billing.holds import Action, Condition, Denied
from billing.placement import PlacementState
from portal.models.placements import Placement
from portal.services.ask_gate import ask_gate

SPEAKING = (PlacementState.PLACED.value, PlacementState.SUSPENDED.value)
_SPEAKS = select(
    exists().where(
        Placement.guarantor_account_id == bindparam("account_id"), Placement.state.in_(SPEAKING)
    )
)


def placed_at_agency(session: Session, account_id: int, *, asked_by: str) -> tuple[str, ...]:
    """The rules by which no text leaves, or none; asked in the moment of sending."""
    if not session.scalar(_SPEAKS, {"account_id": account_id}):
        return ()
    answer = ask_gate(
        session, {Condition.PLACED}, Action.REMINDER, asked_by=asked_by, account_id=account_id
    )
    return answer.rule_ids if isinstance(answer, Denied) else ()
