"""A second person approves a refund by check, or declines it with a reason (OPS-13)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from billing.duties import Duty, same_person
from billing.free_text import check_free_text
from billing.refunds import RefundRefused
from billing.transitions import CheckEvent, CheckState
from portal.db import transaction
from portal.models.refunds import CheckRefund
from portal.queries.viewer import StaffViewer
from portal.services.decide_alone import Alone, decide_alone
from portal.services.lock_check import CannotCheck, lock_check, move_check
from portal.services.request_check import agreed_check


def approve_check(*, check_id: UUID, staff: StaffViewer, on: date, now: datetime) -> bool:
    """It may be printed; false when it was approved before. Raises CannotCheck or NotFound."""
    _may(staff)
    with transaction() as session:
        check = lock_check(session, check_id)
        if check.state == CheckState.APPROVED and check.decided_by_id == staff.login_id:
            return False  # the second press of one person
        if same_person(Duty.CHECK_REFUND, check.requested_by_id, staff.login_id):
            check.alone_log_id = decide_alone(
                session, Duty.CHECK_REFUND, _about(check), staff=staff, now=now
            )
            if check.alone_log_id is None:
                raise CannotCheck("You asked for this check, so somebody else must approve it.")
        try:
            agreed_check(
                session,
                check.guarantor_account_id,
                check.amount,
                check.payment_id,
                on=on,
                now=now,
                asked=check.amount,
            )
        except RefundRefused as refused:
            raise CannotCheck(
                f"It no longer fits. {refused} Decline it, and ask anew."
            ) from refused
        check.decided_by_id = staff.login_id
        return move_check(session, check, CheckEvent.APPROVE, staff, now=now)


def decline_check(*, check_id: UUID, reason: str, staff: StaffViewer, now: datetime) -> bool:
    """Nothing is sent; false when it was declined before. Raises CannotCheck, NotFound."""
    _may(staff)
    reason = check_free_text(reason)
    if not reason:
        raise CannotCheck("Say why: whoever asked for it reads the reason.")
    with transaction() as session:
        check = lock_check(session, check_id)
        moved = move_check(session, check, CheckEvent.DECLINE, staff, now=now, note=reason)
        if moved:
            check.decided_by_id = staff.login_id
        return moved


def _about(check: CheckRefund) -> Alone:
    return Alone(
        what="Refund by check",
        object_type="check_refund",
        object_id=str(check.id),
        account_id=check.guarantor_account_id,
        amount=check.amount,
    )


def _may(staff: StaffViewer) -> None:
    if not staff.may("refunds.approve"):
        raise CannotCheck("Your role cannot approve refunds. Ask a manager.")
