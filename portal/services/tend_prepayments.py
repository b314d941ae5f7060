"""What becomes of money paid before a visit: it pays the visit's bill, or it goes back (SCH-12, OPS-20)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid5

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing import entries
from billing.ledger import Party
from billing.refunds import LIVE_REFUNDS, RefundReason
from billing.settings import Key
from billing.transitions import AppointmentState, RefundState
from portal.db import read_only, transaction
from portal.models.appointments import Appointment
from portal.models.payments import Payment
from portal.models.refunds import Refund
from portal.queries.prepaid import Prepaid, held_prepayments, reference
from portal.queries.settings import settings_on
from portal.services.apply_credit import apply_credit
from portal.services.lock_refund import step
from portal.services.open_work import open_work
from portal.services.post_entry import post_entry
from portal.services.practice_date import practice_date
from portal.services.record_payment import lock_account, lock_payment
from portal.services.request_refund import tell_audit

NOT_KEPT = (AppointmentState.CANCELED.value, AppointmentState.NO_SHOW.value)
CAME = frozenset({"arrived", "in_room", "done", "undone"})
NOTE = "Paid before a visit that did not take place."


def tend_prepayments(*, on: date, now: datetime) -> int:
    """Apply what has its bill by now, give back what has no visit; how many payments. Twice changes nothing."""
    with read_only() as session:
        accounts = sorted({one.account_id for one in held_prepayments(session)})
    done = 0
    for account_id in accounts:
        with transaction() as session:
            lock_account(session, account_id)
            held = held_prepayments(session, Payment.guarantor_account_id == account_id)
            done += sum(_tend(session, one, on=on, now=now) for one in held)
    return done


def apply_prepayments(session: Session, *, appointment_ids: list[UUID], on: date) -> None:
    """The bills of these visits are there: what was paid before them becomes credit of just them, and settles them.

    In the transaction of whoever linked them; the accounts are locked here.
    """
    owners = session.scalars(
        select(Payment.guarantor_account_id)
        .where(Payment.appointment_id.in_(appointment_ids))
        .distinct()
        .order_by(Payment.guarantor_account_id)
    ).all()
    for account_id in owners:
        lock_account(session, account_id)
    if owners:
        for one in held_prepayments(session, Appointment.id.in_(appointment_ids)):
            _apply(session, one, on=on)


def release_prepayment(
    session: Session, *, appointment: Appointment, kind: str, now: datetime
) -> None:
    """Of the hub: a visit that is canceled or missed gives the money back at once, for somebody to approve (OPS-13).

    Who comes after all keeps it for the visit: what was asked for by itself, and nobody approved yet, is taken back.
    """
    if kind in CAME:
        _keep_after_all(session, appointment.id, now=now)
    if kind not in NOT_KEPT:
        return
    for one in held_prepayments(session, Appointment.id == appointment.id):
        _give_back(session, one, now=now)


def _keep_after_all(session: Session, appointment_id: UUID, *, now: datetime) -> None:
    asked = session.scalars(
        select(Refund)
        .join(Payment, Payment.id == Refund.payment_id)
        .where(
            Payment.appointment_id == appointment_id,
            Refund.note == NOTE,
            Refund.requested_by_id.is_(None),
            Refund.state == RefundState.REQUESTED.value,
        )
        .order_by(Refund.id)
        .with_for_update(of=Refund)
    ).all()
    for refund in asked:
        step(session, refund, RefundState.DECLINED, now=now, note="The visit took place.")


def settle_prepayment(*, payment_id: UUID, now: datetime) -> None:
    """Just paid: where the visit was canceled or billed meanwhile, that is done at once."""
    with transaction() as session:
        payment = lock_payment(session, payment_id)
        if payment is not None:
            on = practice_date(session, now)
            for one in held_prepayments(session, Payment.id == payment.id):
                _tend(session, one, on=on, now=now)


def _tend(session: Session, one: Prepaid, *, on: date, now: datetime) -> bool:
    if one.visit_id is not None:
        return _apply(session, one, on=on)
    if one.elsewhere or one.state in NOT_KEPT:
        return _give_back(session, one, now=now)
    if one.starts_on < on - settings_on(session, on).span(Key.VISIT_UNBILLED_DAYS):
        _ask_where_its_bill_is(session, one, now=now)
    return False


def _ask_where_its_bill_is(session: Session, one: Prepaid, *, now: datetime) -> None:
    open_work(
        session,
        key=f"prepaid_unbilled:{one.payment_id}",
        kind="prepaid_unbilled",
        reasons=["Money was paid before a visit that has no bill after 30 days."],
        next_step="Find the bill of that visit, or refund the payment.",
        amount=one.held,
        account_id=one.account_id,
        now=now,
    )


def _apply(session: Session, one: Prepaid, *, on: date) -> bool:
    """Nothing that somebody asked to send back is used meanwhile."""
    if one.visit_id is None or _asked_back(session, one.payment_id):
        return False
    ref = f"{reference(one.payment_id)}:applied:{one.held.cents}"
    entry = entries.prepayment_applied(
        source_ref=ref,
        occurred_on=on,
        amount=one.held,
        party=Party(guarantor_account_id=one.account_id, reference=reference(one.payment_id)),
        visit_id=one.visit_id,
    )
    post_entry(session, entry)
    apply_credit(session, guarantor_account_ids=[one.account_id], on=on, source=ref)
    return True


def _give_back(session: Session, one: Prepaid, *, now: datetime) -> bool:
    """Ask for its refund, once; it waits in the list of refunds, to be sent within 30 days (OPS-20)."""
    if _asked_back(session, one.payment_id):
        return False
    # The same payment, amount and time that it was lost make the same id: asked twice at once, it is one.
    refund_id = uuid5(
        one.payment_id, f"released:{one.held.cents}:{_taken_back(session, one.payment_id)}"
    )
    made = session.scalar(
        insert(Refund)
        .values(
            id=refund_id,
            payment_id=one.payment_id,
            amount=one.held,
            reason=RefundReason.VISIT_CANCELED.value,
            note=NOTE,
            state=RefundState.REQUESTED.value,
            state_at=now,
            requested_at=now,
            failure="",
        )
        .on_conflict_do_nothing()
        .returning(Refund.id)
    )
    if made is None:
        return False  # declined by a person before: a person decides on
    refund = session.get_one(Refund, refund_id)
    step(session, refund, RefundState.REQUESTED, now=now, login_id=None)
    tell_audit(session, refund, None, action="create", account_id=one.account_id, now=now)
    return True


def _taken_back(session: Session, payment_id: UUID) -> int:
    """How often it was asked for by itself and taken back by itself; what a person declined stays declined."""
    found = session.scalar(
        select(func.count(Refund.id)).where(
            Refund.payment_id == payment_id,
            Refund.note == NOTE,
            Refund.state == RefundState.DECLINED.value,
            Refund.decided_by_id.is_(None),
        )
    )
    return found or 0


def _asked_back(session: Session, payment_id: UUID) -> bool:
    """Whether a refund is on its way that would take of this money."""
    waiting = [state for state in LIVE_REFUNDS if state is not RefundState.SUCCEEDED]
    found = session.scalar(
        select(Refund.id).where(Refund.payment_id == payment_id, Refund.state.in_(waiting)).limit(1)
    )
    return found is not None
