"""A person decides about a payment that the bank took back for good: due again, or taken off."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from billing.disputes import DISPUTE_LIMITS, Decision
from billing.free_text import check_free_text
from billing.money import Money
from billing.transitions import DisputeState
from portal.db import transaction
from portal.models.disputes import Dispute
from portal.queries.viewer import StaffViewer
from portal.services.lock_refund import lock_paid
from portal.services.record_access import add_staff_act
from portal.services.record_dispute import close_items, lost_key
from portal.services.refusal import NotFound, Refusal
from portal.services.settle_dispute import settle_dispute


class DecisionRefused(Refusal):
    """The dispute cannot be decided so; the message says why."""

    title = "This cannot be decided"


def decide_dispute(
    *, dispute_id: int, decision: Decision, reason: str, staff: StaffViewer, now: datetime
) -> bool:
    """Post what was decided, once; False when it was decided before (payments.md rule 13).

    Raises DecisionRefused, CardNumberRefused or NotFound.
    """
    reason = check_free_text(reason)
    if not reason:
        raise DecisionRefused("Say why: a reason stays with the decision. Nothing was changed.")
    if decision is Decision.RETURNED:
        raise DecisionRefused("Choose whether the patient owes it or not.")
    with transaction() as session:
        payment_id = session.scalar(select(Dispute.payment_id).where(Dispute.id == dispute_id))
        if payment_id is None:
            raise NotFound
        payment = lock_paid(session, payment_id)
        dispute = session.scalars(
            select(Dispute).where(Dispute.id == dispute_id).with_for_update()
        ).one()
        if dispute.decision:
            return False
        held = dispute.withdrawn - dispute.returned
        _check(decision, staff, held, dispute.state)
        dispute.reason, dispute.decided_by_id = reason, staff.login_id
        settle_dispute(session, dispute, payment, decision, now=now)
        close_items(
            session, [lost_key(dispute.provider_id)], outcome=f"dispute_{decision}", now=now
        )
        add_staff_act(
            session,
            staff,
            action="update",
            object_type="dispute",
            object_id=dispute.id,
            account_ids=(payment.guarantor_account_id,),
            reason=decision.value,
            now=now,
        )
    return True


def _check(decision: Decision, staff: StaffViewer, held: Money, state: str) -> None:
    limit = DISPUTE_LIMITS.get(staff.role)
    if limit is None:
        raise DecisionRefused("Your role cannot decide this. Ask a manager.")
    if state != DisputeState.LOST or held.cents <= 0:
        raise DecisionRefused("The bank has not decided against us, so there is nothing to decide.")
    if decision is Decision.WRITTEN_OFF and held > limit:
        raise DecisionRefused(f"Taking it off goes up to {limit} in your role. Ask a manager.")
