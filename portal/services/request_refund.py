"""Staff ask for a refund of a payment; somebody else must approve it (OPS-13, OPS-20)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.free_text import check_free_text
from billing.money import Money
from billing.refunds import CHOOSABLE, RefundReason, RefundRefused, agree_refund
from billing.transitions import PaymentState, RefundState
from portal.db import transaction
from portal.models.payments import Payment
from portal.models.refunds import Refund
from portal.queries.refund_books import refund_books
from portal.queries.viewer import StaffViewer
from portal.services.lock_refund import lock_paid, step
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundWish:
    """What is asked for. `charge_id` names the line to take it from; None takes credit first."""

    amount: Money
    reason: RefundReason
    note: str
    charge_id: int | None = None


def request_refund(
    *,
    refund_id: UUID,
    account_id: int,
    payment_id: UUID,
    wish: RefundWish,
    staff: StaffViewer,
    on: date,
    now: datetime,
) -> bool:
    """Write the wish down if it fits what is left; false when the same page had asked before.

    Nothing moves yet. Raises RefundRefused, CardNumberRefused or NotFound.
    """
    note = check_free_text(wish.note)
    _check_words(wish, note, staff)
    with transaction() as session:
        paid_by = session.scalar(
            select(Payment.guarantor_account_id).where(Payment.id == payment_id)
        )
        if paid_by is None or paid_by != account_id:
            raise NotFound
        payment = lock_paid(session, payment_id)
        known = session.get(Refund, refund_id)
        if known is not None:
            _check_same(known, payment_id, wish)
            return False
        if payment.state != PaymentState.SUCCEEDED:
            raise RefundRefused("Only a payment that went through can be refunded.")
        books = refund_books(session, payment, on=on)
        agree_refund(
            wish.amount,
            refundable=books.refundable,
            sources=books.sources,
            charge_id=wish.charge_id,
        )
        refund = Refund(
            id=refund_id,
            payment_id=payment_id,
            amount=wish.amount,
            reason=wish.reason.value,
            note=note,
            taken_from_id=wish.charge_id,
            state=RefundState.REQUESTED.value,
            state_at=now,
            requested_by_id=staff.login_id,
            requested_at=now,
        )
        session.add(refund)
        step(session, refund, RefundState.REQUESTED, now=now, login_id=staff.login_id)
        tell_audit(session, refund, staff, action="create", account_id=paid_by, now=now)
    return True


def tell_audit(
    session: Session,
    refund: Refund,
    staff: StaffViewer | None,
    *,
    action: str,
    account_id: int,
    now: datetime,
) -> None:
    """Who moved a refund, in the transaction that moves it (HIPAA-3)."""
    add_staff_act(
        session,
        staff,
        action=action,
        object_type="refunds",
        object_id=refund.id,
        account_ids=(account_id,),
        reason=refund.reason,
        now=now,
    )


def _check_words(wish: RefundWish, note: str, staff: StaffViewer) -> None:
    if not staff.may("refunds.request"):
        raise RefundRefused("Your role cannot ask for refunds. Ask a manager.")
    if wish.reason not in CHOOSABLE:
        raise RefundRefused("Choose a reason from the list.")
    if not note:
        raise RefundRefused("Say why: a note stays with the refund.")


def _check_same(known: Refund, payment_id: UUID, wish: RefundWish) -> None:
    """The same page sent twice is one refund; with other wishes it is refused."""
    before = (known.payment_id, known.amount, known.reason, known.taken_from_id)
    if before != (payment_id, wish.amount, wish.reason.value, wish.charge_id):
        raise RefundRefused("This page was sent twice with different wishes. Open it again.")
