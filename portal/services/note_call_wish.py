"""Write down when and where somebody does not want to be called about bills; the gate of calls keeps it (COLL-15, COLL-17)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.db import transaction
from portal.models.calls import CallWish
from portal.queries.call_wishes import AskedOfCalls, asked_of, newest_asked
from portal.queries.viewer import PatientViewer, StaffViewer
from portal.services.note_call import CannotNote
from portal.services.record_access import Access, add_access, add_staff_act
from portal.services.refusal import NotFound
from portal.services.start_call import lock_for_call

NUMBERS_MOST = 5


def note_call_wish(
    *, staff: StaffViewer, account_id: int, asked: AskedOfCalls, now: datetime
) -> None:
    """Lay it over what they asked before; nothing asked takes the earlier wish back. Raises CannotNote or NotFound."""
    if not staff.may("collections.work"):
        raise CannotNote("Your role does not call about bills.")
    with transaction() as session:
        _lay_over(session, account_id, asked, login_id=staff.login_id, now=now)
        add_staff_act(
            session,
            staff,
            action="update",
            object_type="call_wish",
            object_id=account_id,
            account_ids=(account_id,),
            now=now,
        )


def ask_about_calls(
    *, viewer: PatientViewer, account_id: int, asked: AskedOfCalls, now: datetime
) -> bool:
    """The same in their own words; whether anything changed. Raises CannotNote or NotFound."""
    if account_id not in viewer.account_ids:
        raise NotFound
    with transaction() as session:
        if not _lay_over(session, account_id, asked, login_id=viewer.login_id, now=now):
            return False
        access = Access(
            face="patient",
            login_id=viewer.login_id,
            role="patient",
            action="update",
            object_type="call_wish",
            object_id=str(account_id),
            account_ids=(account_id,),
        )
        add_access(session, access, now=now)
    return True


def _lay_over(
    session: Session, account_id: int, asked: AskedOfCalls, *, login_id: int, now: datetime
) -> bool:
    start, end = asked.calls_from, asked.calls_until
    if start is not None and end is not None and start >= end:
        raise CannotNote("The first hour has to be before the last.")
    if len(asked.not_numbers) > NUMBERS_MOST:
        raise CannotNote("These are many numbers: write down those that are not to be called.")
    lock_for_call(session, account_id)
    if asked == asked_of(newest_asked(session, account_id)):
        return False
    session.add(
        CallWish(
            guarantor_account_id=account_id,
            calls_from=start,
            calls_until=end,
            not_numbers=list(asked.not_numbers),
            not_at_work=asked.not_at_work,
            no_calls=asked.no_calls,
            said_at=now,
            taken_by_id=login_id,
        )
    )
    return True
