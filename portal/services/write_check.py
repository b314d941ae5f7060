"""A check is written, seen at the bank, or voided: written it posts, voided it is reversed."""

from __future__ import annotations

import re
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing import entries
from billing.check_refunds import check_refund
from billing.free_text import check_free_text
from billing.refunds import REASON_WORDS, RefundReason, RefundRefused
from billing.transitions import CheckEvent, CheckState
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.refunds import CheckRefund
from portal.queries.balances import balances
from portal.queries.credit import ASKED, FOUND, GONE, free_credit, open_items
from portal.queries.prior_decisions import load_entries
from portal.queries.reach import paper_lines
from portal.queries.viewer import StaffViewer
from portal.services.apply_credit import apply_credit
from portal.services.day_lock import hold_days
from portal.services.lock_check import CannotCheck, lock_check, move_check
from portal.services.number_taken import number_taken
from portal.services.post_entry import post_entry
from portal.services.record_refund import credit_overpaid
from portal.services.request_check import agreed_check

NUMBER = re.compile(r"[0-9]{1,12}")


def write_check(
    *, check_id: UUID, number: str, written_on: date, staff: StaffViewer, on: date, now: datetime
) -> bool:
    """Enter number and date, and post it; false when this number was entered before.

    Raises CannotCheck or NotFound.
    """
    _may(staff)
    number = number.strip().lstrip("0")
    if not NUMBER.fullmatch(number):
        raise CannotCheck("Enter the number that is printed on the check, in figures.")
    if written_on > on:
        raise CannotCheck("A check carries no later date than today.")
    with transaction() as session:
        check = lock_check(session, check_id)
        if check.number == number:
            return False
        hold_days(session)
        if number_taken(session, number):
            raise CannotCheck(f"Check {number} is in the register already.")
        if check.state != CheckState.APPROVED:
            raise CannotCheck(f"Only an approved check is written. This one is {check.state}.")
        _post(session, check, number, written_on, on=on, now=now)
        address = _envelope(session, check)
        check.number, check.written_on, check.address = number, written_on, address
        move_check(session, check, CheckEvent.WRITE, staff, now=now, note=f"Check {number}")
        _close_credit(session, check.guarantor_account_id, on=on, now=now)
    return True


def clear_check(
    *, check_id: UUID, cleared_on: date, staff: StaffViewer, on: date, now: datetime
) -> bool:
    """The bank's statement shows it; false when it was entered before. Raises CannotCheck, NotFound."""
    if not staff.may("day.deposit"):
        raise CannotCheck("Your role does not enter what the bank shows.")
    with transaction() as session:
        check = lock_check(session, check_id)
        if cleared_on > on or (check.written_on and cleared_on < check.written_on):
            raise CannotCheck("It was cashed between the day it was written and today.")
        moved = move_check(session, check, CheckEvent.CLEAR, staff, now=now)
        if moved:
            check.cleared_on = cleared_on
    return moved


def void_check(*, check_id: UUID, reason: str, staff: StaffViewer, on: date, now: datetime) -> bool:
    """It was lost, sent back or never cashed: its entry is reversed. Raises CannotCheck, NotFound."""
    if not staff.may("refunds.approve"):
        raise CannotCheck("A manager voids a check.")
    reason = check_free_text(reason)
    if not reason:
        raise CannotCheck("Say why it is void.")
    with transaction() as session:
        check = lock_check(session, check_id)
        if not move_check(session, check, CheckEvent.VOID, staff, now=now, note=reason):
            return False
        _take_back(session, check, on=on)
    return True


def _post(
    session: Session, check: CheckRefund, number: str, written_on: date, *, on: date, now: datetime
) -> None:
    try:
        taken = agreed_check(
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
            f"It no longer fits. {refused} Tear the check up, and decline it."
        ) from refused
    entry = check_refund(
        source_ref=f"check:{check.id}",
        occurred_on=written_on,
        taken=taken,
        account_id=check.guarantor_account_id,
        memo=f"{REASON_WORDS[RefundReason(check.reason)]}; check {number}",
    )
    check.entry_id = post_entry(session, entry).entry_id


def _take_back(session: Session, check: CheckRefund, *, on: date) -> None:
    """As a card refund that came back: never edited, and a line paid anew meanwhile gives credit."""
    if check.entry_id is None:
        raise AssertionError("a written check has its entry")
    ref = f"check:{check.id}:void"
    back = entries.undo(
        load_entries(session, [check.entry_id])[check.entry_id],
        entry_id=check.entry_id,
        source_ref=ref,
        occurred_on=on,
        memo=f"check {check.number} is void",
    )
    post_entry(session, back)
    credit_overpaid(session, back, ref, on)
    if check.payment_id is not None:
        apply_credit(session, guarantor_account_ids=[check.guarantor_account_id], on=on, source=ref)


def _envelope(session: Session, check: CheckRefund) -> list[str]:
    """Where it goes at the moment of writing: a confidential address stands above the usual one."""
    account = session.get_one(GuarantorAccount, check.guarantor_account_id)
    return list(paper_lines(session, [account]).get(account.id, ()))


def _close_credit(session: Session, account_id: int, *, on: date, now: datetime) -> None:
    """The work of sending credit back ends with the last of it."""
    [account] = balances(session, on=on, account_ids=[account_id])
    if not free_credit(account):
        for item in open_items(session, [account_id], (ASKED, FOUND)):
            item.closed_at, item.outcome = now, GONE


def _may(staff: StaffViewer) -> None:
    if not staff.may("refunds.request"):
        raise CannotCheck("Your role cannot write checks.")
