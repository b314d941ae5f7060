"""A second person approves a refund, which sends it, or declines it with a reason (OPS-13)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from billing.duties import Duty, same_person
from billing.free_text import check_free_text
from billing.money import ZERO
from billing.transitions import REFUND, RefundEvent, RefundState, Refused, next_state
from portal.db import transaction
from portal.ports import OutcomeUnknown, PaymentGateway, RefundDenied, RetryLater
from portal.queries.refund_books import live_refunds
from portal.queries.viewer import StaffViewer
from portal.queue import enqueue
from portal.services.decide_alone import Alone, decide_alone
from portal.services.lock_refund import LockedRefund, lock_refund, step
from portal.services.record_refund import keep_refund, refuse_refund
from portal.services.refusal import NotFound, Refusal
from portal.services.request_refund import tell_audit

LEASE = timedelta(minutes=2)  # how long a started call may take before the sweep looks


class CannotDecide(Refusal):
    """This person may not decide this refund, or it is decided."""

    title = "This refund was not changed"


def approve_refund(
    *,
    refund_id: UUID,
    staff: StaffViewer,
    gateway: PaymentGateway,
    public_url: str,
    now: datetime,
) -> bool:
    """Approve and send; false when it was approved before, and then nothing is sent again.

    An answer that does not come leaves it `submitting`, to be looked up. Raises CannotDecide, NotFound.
    """
    with transaction() as session:
        held = _to_decide(session, refund_id, staff)
        if held.refund.decided_by_id == staff.login_id and held.refund.state != "declined":
            return False  # the second press of one person
        if same_person(Duty.REFUND, held.refund.requested_by_id, staff.login_id):
            held.refund.alone_log_id = decide_alone(
                session, Duty.REFUND, _about(held), staff=staff, now=now
            )
            if held.refund.alone_log_id is None:
                raise CannotDecide("You asked for this refund, so somebody else must approve it.")
        _move(session, held, RefundEvent.APPROVE, staff, now=now)
        if held.payment.amount - live_refunds(session, held.payment.id) < ZERO:
            raise CannotDecide(
                "More was refunded meanwhile than this payment has left. Decline it, and ask anew."
            )
        _move(session, held, RefundEvent.SUBMIT, staff, now=now)
        held.refund.submitted_at, held.refund.lease_until = now, now + LEASE
        intent_id, amount = held.payment.intent_id or "", held.refund.amount
    try:
        facts = gateway.start_refund(refund_id=refund_id, intent_id=intent_id, amount=amount)
    except RefundDenied as denied:
        refuse_refund(refund_id=refund_id, why=denied.why, now=now)
    except (OutcomeUnknown, RetryLater):
        with transaction() as session:
            enqueue(session, "settle_refund", refund_id=str(refund_id))
    else:
        keep_refund(facts, public_url=public_url, now=now)
    return True


def decline_refund(*, refund_id: UUID, reason: str, staff: StaffViewer, now: datetime) -> bool:
    """Nothing is sent; false when it was declined before. Raises CannotDecide, NotFound."""
    reason = check_free_text(reason)
    if not reason:
        raise CannotDecide("Say why: whoever asked for it reads the reason.")
    with transaction() as session:
        held = _to_decide(session, refund_id, staff)
        if held.refund.state == RefundState.DECLINED:
            return False
        _move(session, held, RefundEvent.DECLINE, staff, now=now, note=reason)
    return True


def _to_decide(session: Session, refund_id: UUID, staff: StaffViewer) -> LockedRefund:
    if not staff.may("refunds.approve"):
        raise CannotDecide("Your role cannot approve refunds. Ask a manager.")
    held = lock_refund(session, refund_id)
    if held is None:
        raise NotFound
    return held


def _about(held: LockedRefund) -> Alone:
    return Alone(
        what="Refund of a card payment",
        object_type="refund",
        object_id=str(held.refund.id),
        account_id=held.payment.guarantor_account_id,
        amount=held.refund.amount,
    )


def _move(
    session: Session,
    held: LockedRefund,
    event: RefundEvent,
    staff: StaffViewer,
    *,
    now: datetime,
    note: str = "",
) -> None:
    following = next_state(REFUND, RefundState(held.refund.state), event)
    if isinstance(following, Refused):
        raise CannotDecide(f"Somebody decided meanwhile: it is {held.refund.state} now.")
    held.refund.decided_by_id = staff.login_id
    step(session, held.refund, following, now=now, login_id=staff.login_id, note=note)
    account_id = held.payment.guarantor_account_id
    tell_audit(session, held.refund, staff, action=event.value, account_id=account_id, now=now)
