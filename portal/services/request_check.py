"""Staff ask for a refund by check where no card takes the money back; somebody else must approve it (OPS-13, OPS-20)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.check_refunds import SENT_WITHIN
from billing.free_text import check_free_text
from billing.money import Money
from billing.refunds import CHOOSABLE, RefundReason, RefundRefused, TakenBack, agree_refund
from billing.transitions import CheckState, PaymentState
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.payments import Payment
from portal.models.refunds import CheckRefund
from portal.queries.check_books import credit_books, disputed, way_closed
from portal.queries.credit import ASKED, FOUND, open_items
from portal.queries.refund_books import refund_books
from portal.queries.viewer import StaffViewer
from portal.services.lock_check import keep_step
from portal.services.lock_refund import lock_paid
from portal.services.record_payment import lock_account
from portal.services.refusal import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckWish:
    """What is asked for: of one payment, or of the account's credit."""

    amount: Money
    reason: RefundReason
    note: str
    payment_id: UUID | None = None


def request_check(
    *,
    check_id: UUID,
    account_id: int,
    wish: CheckWish,
    staff: StaffViewer,
    on: date,
    now: datetime,
) -> bool:
    """Write the wish down if it fits what is left; false when the same page had asked before.

    Nothing moves yet. Raises RefundRefused, CardNumberRefused or NotFound.
    """
    note = check_free_text(wish.note)
    if not staff.may("refunds.request"):
        raise RefundRefused("Your role cannot ask for refunds. Ask a manager.")
    if wish.reason not in CHOOSABLE or not note:
        raise RefundRefused("Choose a reason and say why: a note stays with the check.")
    with transaction() as session:
        account = session.get(GuarantorAccount, account_id)
        if account is None:
            raise NotFound
        _hold(session, account_id, wish)
        known = session.get(CheckRefund, check_id)
        if known is not None:
            _check_same(known, account_id, wish)
            return False
        agreed_check(session, account_id, wish.amount, wish.payment_id, on=on, now=now)
        check = CheckRefund(
            id=check_id,
            guarantor_account_id=account_id,
            payment_id=wish.payment_id,
            amount=wish.amount,
            reason=wish.reason.value,
            note=note,
            payee=account.display_name,
            address=[],
            due_on=_due(session, account_id, wish, on),
            state=CheckState.REQUESTED.value,
            state_at=now,
            requested_by_id=staff.login_id,
            requested_at=now,
        )
        session.add(check)
        keep_step(session, check, CheckState.REQUESTED, staff, action="create", now=now)
    return True


def agreed_check(
    session: Session,
    account_id: int,
    amount: Money,
    payment_id: UUID | None,
    *,
    on: date,
    now: datetime,
    asked: Money | None = None,
) -> TakenBack:
    """What a check would take back now, or RefundRefused with the reason.

    `asked` is what it counts for already, once it was asked for. The caller holds the account.
    """
    mine = asked or Money(0)
    if payment_id is not None:
        payment = session.get_one(Payment, payment_id)
        _open_to_checks(session, payment, now)
        books = refund_books(session, payment, on=on)
        return agree_refund(amount, refundable=books.refundable + mine, sources=books.sources)
    credit = credit_books(session, account_id, on=on, now=now)
    left = min(credit.free, credit.by_check) + mine
    if amount > left and credit.cards:
        ways = ", ".join(f"{way.amount} of receipt {way.receipt_number}" for way in credit.cards)
        raise RefundRefused(
            f"Send back by card first: {ways}. A check is for what is left, {left}."
        )
    if amount > left:
        raise RefundRefused(f"Only {left} of credit is free to send by check.")
    return agree_refund(amount, refundable=left, sources=credit.sources)


def _open_to_checks(session: Session, payment: Payment, now: datetime) -> None:
    if payment.state != PaymentState.SUCCEEDED:
        raise RefundRefused("Only a payment that went through can be refunded.")
    if disputed(session, payment.id):
        raise RefundRefused(
            "A bank disputes this payment. The dispute decides who keeps the money."
        )
    if not way_closed(session, payment, now=now):
        raise RefundRefused(
            "This payment’s card can still take it back: refund it that way first. A check is for"
            " when the card company refuses, or the refund came back."
        )


def _hold(session: Session, account_id: int, wish: CheckWish) -> None:
    if wish.payment_id is None:
        lock_account(session, account_id)
        return
    payment = session.get(Payment, wish.payment_id)
    if payment is None or payment.guarantor_account_id != account_id:
        raise NotFound
    lock_paid(session, wish.payment_id)


def _due(session: Session, account_id: int, wish: CheckWish, on: date) -> date:
    """Credit that was found or asked for before runs on its own, earlier clock (OPS-20)."""
    items = open_items(session, [account_id], (ASKED, FOUND)) if wish.payment_id is None else []
    return min([*(item.due_on for item in items if item.due_on), on + SENT_WITHIN])


def _check_same(known: CheckRefund, account_id: int, wish: CheckWish) -> None:
    """The same page sent twice is one check; with other wishes it is refused."""
    before = (known.guarantor_account_id, known.payment_id, known.amount, known.reason)
    if before != (account_id, wish.payment_id, wish.amount, wish.reason.value):
        raise RefundRefused("This page was sent twice with different wishes. Open it again.")
