"""What staff do with messages besides answering: read, take over, set aside, and place a text with its account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, select, update

from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.messages import ThreadMessage
from portal.queries.viewer import StaffViewer
from portal.services.keep_answer import may_answer
from portal.services.refusal import NotFound, Refusal

FROM_PATIENT = ThreadMessage.author == "patient"


class NoSuchAccount(Refusal):
    """The number typed is no account's."""

    title = "We could not find that account"


def mark_read(*, account_id: int, staff: StaffViewer, now: datetime) -> None:
    """Note that staff have seen the patient's messages; who only reads leaves no mark."""
    if staff.may("messages.answer"):
        seen = {"seen_at": now, "seen_by_id": staff.login_id}
        _update(_of_account(account_id), ThreadMessage.seen_at.is_(None), values=seen)


def take_over(*, account_id: int, staff: StaffViewer) -> None:
    """Make what waits on an account one's own."""
    may_answer(staff)
    waits = ThreadMessage.answered_at.is_(None)
    _update(_of_account(account_id), waits, values={"assigned_to_id": staff.login_id})


def set_aside(*, account_id: int, staff: StaffViewer, now: datetime) -> None:
    """Close what waits on an account without an answer: "thank you" needs none."""
    may_answer(staff)
    done = {"answered_at": now, "answered_by_id": staff.login_id}
    _update(_of_account(account_id), ThreadMessage.answered_at.is_(None), values=done)


def set_stranger_aside(*, phone: str, staff: StaffViewer, now: datetime) -> None:
    """Close what waits from a number that is nobody's."""
    may_answer(staff)
    done = {
        "answered_at": now,
        "answered_by_id": staff.login_id,
        "seen_at": now,
        "seen_by_id": staff.login_id,
    }
    _update(_of_stranger(phone), ThreadMessage.answered_at.is_(None), values=done)


def place_texts(*, phone: str, account_number: str, staff: StaffViewer) -> int:
    """Put the texts of a number that could not be placed into an account's thread; the account's id.

    The account's own number is not changed. A text that said "wrong number" stays out of every thread.
    Raises NoSuchAccount, NotAllowed; NotFound when nothing is left to place.
    """
    may_answer(staff)
    with transaction() as session:
        account_id = session.scalar(
            select(GuarantorAccount.id).where(GuarantorAccount.number == account_number.strip())
        )
        if account_id is None:
            raise NoSuchAccount("Check the account number. Nothing was changed.")
        placed = session.scalars(
            update(ThreadMessage)
            .where(_of_stranger(phone), ThreadMessage.kind != "wrong_number")
            .values(guarantor_account_id=account_id)
            .returning(ThreadMessage.id)
        ).all()
        if not placed:
            raise NotFound
    return account_id


def _of_account(account_id: int) -> ColumnElement[bool]:
    return ThreadMessage.guarantor_account_id == account_id


def _of_stranger(phone: str) -> ColumnElement[bool]:
    return (ThreadMessage.phone == phone) & ThreadMessage.guarantor_account_id.is_(None)


def _update(*where: ColumnElement[bool], values: dict[str, object]) -> None:
    with transaction() as session:
        session.execute(update(ThreadMessage).where(FROM_PATIENT, *where).values(**values))
