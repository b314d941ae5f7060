"""A second person approves an adjustment, which posts it, or declines it with a reason (OPS-13, OPS-23)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.adjustments import AdjustmentKind, AdjustmentRefused, OverLimit
from billing.duties import Duty, same_person
from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.adjustments import AdjustmentRequest
from portal.queries.viewer import StaffViewer
from portal.services.adjust_balance import (
    AdjustmentWish,
    WishedLine,
    check_wish,
    post_adjustment,
    wished_line,
)
from portal.services.close_work import close_work
from portal.services.decide_alone import Alone, decide_alone
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal
from portal.services.request_adjustment import KIND


class CannotDecide(Refusal):
    """This person may not decide it, or it does not fit any more; the message says why."""

    title = "This adjustment was not changed"


def approve_adjustment(*, request_id: UUID, staff: StaffViewer, on: date, now: datetime) -> bool:
    """Post it as it was asked for; false when this person approved it before.

    What is open on the line must be what it was when it was asked for. Raises CannotDecide or NotFound.
    """
    with transaction() as session:
        request = _held(session, request_id, staff)
        if request.state == "approved" and request.decided_by_id == staff.login_id:
            return False  # the second press of one person
        _waiting(request)
        if same_person(Duty.ADJUSTMENT, request.requested_by_id, staff.login_id):
            request.alone_log_id = decide_alone(
                session, Duty.ADJUSTMENT, _about(request), staff=staff, now=now
            )
            if request.alone_log_id is None:
                raise CannotDecide("You asked for it, so somebody else must approve it.")
        wish = _wish(request)
        try:
            line = wished_line(session, wish, on=on)
            if line.open_amount != request.open_amount:
                raise CannotDecide(
                    f"{request.open_amount} was open when it was asked for, {line.open_amount} is now."
                    " Decline it, and let it be asked for anew."
                )
            _check(session, request, line, staff, on)
        except AdjustmentRefused as refused:
            raise CannotDecide(str(refused)) from refused
        done = post_adjustment(
            session, wish, line, source_ref=f"staff:{request_id}", staff=staff, on=on, now=now
        )
        request.entry_id = done.entry_id
        _decide(session, request, "approved", staff, now)
    return True


def decline_adjustment(*, request_id: UUID, reason: str, staff: StaffViewer, now: datetime) -> bool:
    """Nothing moves; whoever asked may call it off so too. False when it was declined before.

    Raises CannotDecide, CardNumberRefused or NotFound.
    """
    reason = check_free_text(reason)
    if not reason:
        raise CannotDecide("Say why: whoever asked for it reads the reason.")
    with transaction() as session:
        request = _held(session, request_id, staff)
        if request.state == "declined":
            return False
        _waiting(request)
        request.note = reason
        _decide(session, request, "declined", staff, now)
    return True


def _held(session: Session, request_id: UUID, staff: StaffViewer) -> AdjustmentRequest:
    if not staff.may("ledger.adjust"):
        raise CannotDecide("Your role does not decide adjustments.")
    account_id = session.scalar(
        select(AdjustmentRequest.guarantor_account_id).where(AdjustmentRequest.id == request_id)
    )
    if account_id is None:
        raise NotFound
    session.execute(
        select(GuarantorAccount.id).where(GuarantorAccount.id == account_id).with_for_update()
    )
    return session.get_one(AdjustmentRequest, request_id, with_for_update=True)


def _waiting(request: AdjustmentRequest) -> None:
    if request.state != "waiting":
        raise CannotDecide(f"Somebody decided meanwhile: it is {request.state}.")


def _check(
    session: Session, request: AdjustmentRequest, line: WishedLine, staff: StaffViewer, on: date
) -> None:
    """What the approver may take off; where they stand alone, their own limit is what the log stands for."""
    try:
        check_wish(session, _wish(request), line, staff, on=on)
    except OverLimit:
        if request.alone_log_id is None:
            raise


def _about(request: AdjustmentRequest) -> Alone:
    return Alone(
        what="Adjustment above the limit",
        object_type="adjustment_request",
        object_id=str(request.id),
        account_id=request.guarantor_account_id,
        amount=request.amount,
    )


def _wish(request: AdjustmentRequest) -> AdjustmentWish:
    return AdjustmentWish(
        account_id=request.guarantor_account_id,
        charge_id=request.charge_id,
        kind=AdjustmentKind(request.kind),
        amount=request.amount,
        reason=request.reason,
        payer_id=request.payer_id,
        carc=request.carc,
    )


def _decide(
    session: Session, request: AdjustmentRequest, state: str, staff: StaffViewer, now: datetime
) -> None:
    request.state, request.decided_by_id, request.decided_at = state, staff.login_id, now
    close_work(session, f"{KIND}:{request.id}", by=staff.login_id, outcome=state, now=now)
    add_staff_act(
        session,
        staff,
        action="approve" if state == "approved" else "decline",
        object_type="adjustment_request",
        object_id=request.id,
        account_ids=(request.guarantor_account_id,),
        reason=request.kind,
        now=now,
    )
