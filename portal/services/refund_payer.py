"""Our check to a payer that paid too much: asked for, approved by another, written, void (OPS-13, OPS-21)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing import entries
from billing.duties import Duty, same_person
from billing.free_text import check_free_text
from billing.money import ZERO, Money
from billing.payer_money import payer_refund
from billing.transitions import CHECK, CheckEvent, CheckState, Refused, next_state
from portal.db import transaction
from portal.models.accounts import Payer
from portal.models.payer_money import PayerRefund
from portal.queries.prior_decisions import load_entries
from portal.queries.viewer import StaffViewer
from portal.services.day_lock import hold_days, refuse_closed
from portal.services.decide_alone import Alone, decide_alone
from portal.services.number_taken import number_taken
from portal.services.post_entry import post_entry
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal
from portal.services.tend_payer_refunds import close_refund_work, open_refund_work

NUMBER = re.compile(r"[0-9]{1,12}")


class PayerRefundRefused(Refusal):
    """The check was not asked for, decided, written or ended; the words say why."""

    title = "This check was not changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerRefundWish:
    """What goes back to which payer; `reference` is the payer's own number for it."""

    payer_id: int
    reference: str
    amount: Money
    federal: bool
    identified_on: date
    note: str


def request_payer_refund(
    *, refund_id: UUID, wish: PayerRefundWish, staff: StaffViewer, on: date, now: datetime
) -> bool:
    """Write the wish down and start its clock; False when the same page asked before. No money moves.

    Raises PayerRefundRefused, CardNumberRefused or NotFound.
    """
    _may(staff, "refunds.request")
    note = check_free_text(wish.note)
    if not note or wish.amount <= ZERO:
        raise PayerRefundRefused("A check to a payer needs an amount above $0.00 and a note.")
    if wish.identified_on > on:
        raise PayerRefundRefused("The day it was identified lies ahead of today.")
    with transaction() as session:
        payer = session.get(Payer, wish.payer_id)
        if payer is None:
            raise NotFound
        if session.get(PayerRefund, refund_id) is not None:
            return False
        refund = PayerRefund(
            id=refund_id,
            payer_id=wish.payer_id,
            reference=wish.reference.strip(),  # the number a payer gave: any digits
            amount=wish.amount,
            note=note,
            federal=wish.federal,
            identified_on=wish.identified_on,
            state=CheckState.REQUESTED.value,
            requested_by_id=staff.login_id,
            requested_at=now,
        )
        session.add(refund)
        session.flush()
        open_refund_work(session, refund, payer.name, on=on, now=now)
        _tell(session, staff, "create", refund, now)
    return True


def approve_payer_refund(*, refund_id: UUID, staff: StaffViewer, now: datetime) -> bool:
    """The second person lets it be written; False when approved before (OPS-13)."""
    _may(staff, "refunds.approve")
    with transaction() as session:
        refund = _locked(session, refund_id)
        if same_person(Duty.PAYER_REFUND, refund.requested_by_id, staff.login_id):
            log_id = decide_alone(session, Duty.PAYER_REFUND, _about(refund), staff=staff, now=now)
            if log_id is None:
                raise PayerRefundRefused(
                    "You asked for this check, so somebody else must approve it."
                )
            refund.alone_log_id = log_id
        if not _move(refund, CheckEvent.APPROVE):
            return False
        refund.decided_by_id = staff.login_id
        _tell(session, staff, "approve", refund, now)
    return True


def decline_payer_refund(*, refund_id: UUID, why: str, staff: StaffViewer, now: datetime) -> bool:
    """Nothing is sent, and the reason stays; False when declined before."""
    _may(staff, "refunds.approve")
    why = _said(why)
    with transaction() as session:
        refund = _locked(session, refund_id)
        if not _move(refund, CheckEvent.DECLINE):
            return False
        refund.decided_by_id, refund.answer = staff.login_id, why
        close_refund_work(session, refund, staff, outcome="declined", now=now)
        _tell(session, staff, "decline", refund, now)
    return True


def write_payer_refund(
    *, refund_id: UUID, number: str, written_on: date, staff: StaffViewer, on: date, now: datetime
) -> bool:
    """Enter number and date, and post: D payer_recoupment, C bank; False when entered before.

    Raises PayerRefundRefused, DayClosed or NotFound.
    """
    _may(staff, "refunds.request")
    number = number.strip().lstrip("0")
    if not NUMBER.fullmatch(number):
        raise PayerRefundRefused("Enter the number that is printed on the check, in figures.")
    with transaction() as session:
        hold_days(session)
        refuse_closed(session, written_on)
        refund = _locked(session, refund_id)
        if refund.number == number:
            return False
        if written_on > on or written_on < refund.identified_on:
            raise PayerRefundRefused(
                "The check is dated between the day it was identified and today."
            )
        if number_taken(session, number):
            raise PayerRefundRefused(f"Check {number} is in the register already.")
        if refund.state != CheckState.APPROVED:
            raise PayerRefundRefused(
                f"Only an approved check is written. This one is {refund.state}."
            )
        _move(refund, CheckEvent.WRITE)
        entry = payer_refund(
            source_ref=f"payer_refund:{refund.id}",
            occurred_on=written_on,
            payer_id=refund.payer_id,
            reference=refund.reference,
            amount=refund.amount,
            memo=f"check {number} to the payer",
        )
        refund.number, refund.written_on = number, written_on
        refund.entry_id = post_entry(session, entry).entry_id
        close_refund_work(session, refund, staff, outcome="sent", now=now)
        _tell(session, staff, "write", refund, now)
    return True


def void_payer_refund(
    *, refund_id: UUID, why: str, staff: StaffViewer, on: date, now: datetime
) -> bool:
    """It never arrived: its entry is reversed, and the clock is somebody's work again; False when void before."""
    _may(staff, "refunds.approve")
    why = _said(why)
    with transaction() as session:
        refund = _locked(session, refund_id)
        if not _move(refund, CheckEvent.VOID):
            return False
        if refund.entry_id is None:
            raise AssertionError("a written check has its entry")
        back = entries.undo(
            load_entries(session, [refund.entry_id])[refund.entry_id],
            entry_id=refund.entry_id,
            source_ref=f"payer_refund:{refund.id}:void",
            occurred_on=on,
            memo=f"check {refund.number} is void",
        )
        post_entry(session, back)
        refund.answer = why
        payer = session.get_one(Payer, refund.payer_id)
        open_refund_work(session, refund, payer.name, on=on, now=now, again=True)
        _tell(session, staff, "void", refund, now)
    return True


def suspend_clock(
    *, refund_id: UUID, investigation: str, staff: StaffViewer, on: date, now: datetime
) -> None:
    """An investigation in good faith stops the clock for up to 180 days, once (OPS-21).

    Raises PayerRefundRefused or NotFound.
    """
    _may(staff, "refunds.approve")
    investigation = check_free_text(investigation)
    with transaction() as session:
        refund = _locked(session, refund_id)
        if not investigation:
            raise PayerRefundRefused("A suspension needs the number of its investigation.")
        if not refund.federal or refund.state not in _WAITS:
            raise PayerRefundRefused(
                "Only a federal overpayment that waits has a clock to suspend."
            )
        if refund.suspended_on is not None:
            raise PayerRefundRefused("Its clock was suspended before, and that counts once.")
        refund.investigation, refund.suspended_on = investigation, on
        _tell(session, staff, "update", refund, now)


def resume_clock(*, refund_id: UUID, staff: StaffViewer, on: date, now: datetime) -> None:
    """The investigation is over: the clock runs on from where it stood. Raises PayerRefundRefused, NotFound."""
    _may(staff, "refunds.approve")
    with transaction() as session:
        refund = _locked(session, refund_id)
        if refund.suspended_on is None or refund.resumed_on is not None:
            raise PayerRefundRefused("Its clock is not suspended.")
        refund.resumed_on = on
        _tell(session, staff, "update", refund, now)


_WAITS = (CheckState.REQUESTED, CheckState.APPROVED)


def _may(staff: StaffViewer, permission: str) -> None:
    if not staff.may(permission):
        raise PayerRefundRefused("Your role cannot do this. Ask a manager.")


def _about(refund: PayerRefund) -> Alone:
    return Alone(
        what="Check to a payer",
        object_type="payer_refund",
        object_id=str(refund.id),
        amount=refund.amount,
    )


def _said(why: str) -> str:
    why = check_free_text(why)
    if not why:
        raise PayerRefundRefused("Say why: the reason stays with the check.")
    return why


def _locked(session: Session, refund_id: UUID) -> PayerRefund:
    refund = session.get(PayerRefund, refund_id, with_for_update=True)
    if refund is None:
        raise NotFound
    return refund


def _move(refund: PayerRefund, event: CheckEvent) -> bool:
    following = next_state(CHECK, CheckState(refund.state), event)
    if isinstance(following, Refused):
        raise PayerRefundRefused(f"Somebody changed it meanwhile: it is {refund.state} now.")
    moved = following != refund.state
    refund.state = following.value
    return moved


def _tell(
    session: Session, staff: StaffViewer, action: str, refund: PayerRefund, now: datetime
) -> None:
    add_staff_act(
        session,
        staff,
        action=action,
        object_type="payer_refund",
        object_id=refund.id,
        reason=refund.state,
        now=now,
    )
