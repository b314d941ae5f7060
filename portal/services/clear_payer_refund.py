"""Our check to a payer was cashed: by a line of the bank, or by a person who saw one (OPS-13, OPS-21)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.transitions import CHECK, CheckEvent, CheckState, Refused, next_state
from portal.db import transaction
from portal.models.payer_money import PayerRefund
from portal.queries.viewer import StaffViewer
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal


class NotCleared(Refusal):
    """It cannot be marked as cashed; the message says why."""

    title = "This check was not changed"


def clear_payer_refund(
    *, refund_id: UUID, cleared_on: date, staff: StaffViewer, on: date, now: datetime
) -> bool:
    """A person says on which day the bank cashed it; False when it was cleared before. No money moves.

    Raises NotCleared or NotFound.
    """
    if not staff.may("day.deposit"):
        raise NotCleared("Your role cannot do this. Ask a manager.")
    with transaction() as session:
        refund = session.get(PayerRefund, refund_id, with_for_update=True)
        if refund is None:
            raise NotFound
        if refund.written_on is None or not refund.written_on <= cleared_on <= on:
            raise NotCleared("A check is cashed between the day on it and today.")
        return clear_locked(session, refund, on=cleared_on, staff=staff, now=now)


def clear_locked(
    session: Session, refund: PayerRefund, *, on: date, staff: StaffViewer, now: datetime
) -> bool:
    """The same in the caller's transaction, which holds the check; False when it was cleared before."""
    following = next_state(CHECK, CheckState(refund.state), CheckEvent.CLEAR)
    if isinstance(following, Refused):
        raise NotCleared(f"Only a written check is cashed. This one is {refund.state}.")
    if following == refund.state:
        return False
    refund.state, refund.cleared_on = following.value, on
    add_staff_act(
        session,
        staff,
        action="update",
        object_type="payer_refund",
        object_id=refund.id,
        reason=f"cleared {on.isoformat()}",
        now=now,
    )
    return True
