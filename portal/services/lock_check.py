"""Hold what a refund by check may change: the accounts in order, then the payment, then the check."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.transitions import CHECK, CheckEvent, CheckState, Refused, next_state
from portal.models.refunds import CheckRefund, CheckStep
from portal.queries.viewer import StaffViewer
from portal.services.lock_refund import lock_paid
from portal.services.record_access import add_staff_act
from portal.services.record_payment import lock_account
from portal.services.refusal import NotFound, Refusal


class CannotCheck(Refusal):
    """This check cannot be asked for, decided, written or ended so."""

    title = "This check was not changed"


def lock_check(session: Session, check_id: UUID) -> CheckRefund:
    """The check under this id, alone; raises NotFound."""
    known = session.execute(
        select(CheckRefund.payment_id, CheckRefund.guarantor_account_id).where(
            CheckRefund.id == check_id
        )
    ).one_or_none()
    if known is None:
        raise NotFound
    if known.payment_id is not None:
        lock_paid(session, known.payment_id)
    else:
        lock_account(session, known.guarantor_account_id)
    return session.scalars(
        select(CheckRefund).where(CheckRefund.id == check_id).with_for_update()
    ).one()


def move_check(
    session: Session,
    check: CheckRefund,
    event: CheckEvent,
    staff: StaffViewer,
    *,
    now: datetime,
    note: str = "",
) -> bool:
    """Take the step that its table allows, and write it down; False when it stood there before."""
    following = next_state(CHECK, CheckState(check.state), event)
    if isinstance(following, Refused):
        raise CannotCheck(f"Somebody changed it meanwhile: it is {check.state} now.")
    if following == check.state:
        return False
    keep_step(session, check, following, staff, action=event.value, now=now, note=note)
    return True


def keep_step(
    session: Session,
    check: CheckRefund,
    state: CheckState,
    staff: StaffViewer,
    *,
    action: str,
    now: datetime,
    note: str = "",
) -> None:
    """The state with its step and its row of the audit trail (HIPAA-3)."""
    check.state, check.state_at = state.value, now
    session.flush()  # the check's row first: its steps name it
    session.add(
        CheckStep(check_id=check.id, state=state.value, at=now, login_id=staff.login_id, note=note)
    )
    add_staff_act(
        session,
        staff,
        action=action,
        object_type="check_refunds",
        object_id=check.id,
        account_ids=(check.guarantor_account_id,),
        reason=check.reason,
        now=now,
    )
