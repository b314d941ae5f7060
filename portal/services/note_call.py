"""Note what came of a call, also of one that they made to us; a call that told of help proves it (COLL-5, COLL-21)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.call_rules import TALKED, Outcome
from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.calls import PhoneCall
from portal.models.messages import TextNumber
from portal.queries.viewer import StaffViewer
from portal.services.judge_reach import judge_reach
from portal.services.open_work import open_work
from portal.services.practice_date import practice_date
from portal.services.refusal import NotFound, Refusal
from portal.services.settle_telling import settle_telling
from portal.services.start_call import lock_for_call, note_call_made


class CannotNote(Refusal):
    """The outcome does not fit what was said of it; the message says what lacks."""

    title = "The call was not noted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came of it."""

    outcome: Outcome
    spoke_with: str = ""
    told_of_help: bool = False
    note: str = ""


def note_call(
    *, staff: StaffViewer, account_id: int, call_id: UUID, heard: Heard, now: datetime
) -> None:
    """Of a call that was begun here, once; the same page again changes nothing. Raises CannotNote or NotFound."""
    heard = _checked(staff, heard)
    with transaction() as session:
        account = lock_for_call(session, account_id)
        call = session.scalar(
            select(PhoneCall).where(
                PhoneCall.id == call_id, PhoneCall.guarantor_account_id == account_id
            )
        )
        if call is None:
            raise NotFound
        if call.outcome:
            return
        _keep(session, staff, account, call=call, heard=heard, now=now)


def note_their_call(
    *,
    staff: StaffViewer,
    account_id: int,
    call_id: UUID,
    number: str,
    heard: Heard,
    now: datetime,
) -> None:
    """Of a call that they made to us, begun and noted in one; no cap stands against it. Raises as `note_call`."""
    heard = _checked(staff, heard)
    if heard.outcome not in TALKED:
        raise CannotNote("Whoever calls us is spoken to.")
    with transaction() as session:
        account = lock_for_call(session, account_id)
        if session.get(PhoneCall, call_id) is not None:
            return
        call = PhoneCall(
            id=call_id,
            guarantor_account_id=account_id,
            number=number or account.mobile,
            inbound=True,
            started_at=now,
            started_on=practice_date(session, now),
            started_by_id=staff.login_id,
        )
        session.add(call)
        _keep(session, staff, account, call=call, heard=heard, now=now)


def _checked(staff: StaffViewer, heard: Heard) -> Heard:
    if not staff.may("collections.work"):
        raise CannotNote("Your role does not call about bills.")
    note, who = check_free_text(heard.note), check_free_text(heard.spoke_with)
    if heard.outcome in TALKED and not who:
        raise CannotNote("Say whom you spoke with.")
    if heard.told_of_help and heard.outcome not in TALKED:
        raise CannotNote("Only a person on the line can be told of help. A message never says why.")
    return Heard(outcome=heard.outcome, spoke_with=who, told_of_help=heard.told_of_help, note=note)


def _keep(
    session: Session,
    staff: StaffViewer,
    account: GuarantorAccount,
    *,
    call: PhoneCall,
    heard: Heard,
    now: datetime,
) -> None:
    call.outcome, call.ended_at = heard.outcome.value, now
    call.spoke_with, call.told_of_help, call.note = (
        heard.spoke_with,
        heard.told_of_help,
        heard.note,
    )
    session.flush()
    if heard.outcome is Outcome.WRONG_NUMBER:
        number_is_wrong(session, account, call.number, now=now)
    settle_telling(
        session, account.id, login_id=staff.login_id, now=now, why="the number was somebody else’s"
    )
    note_call_made(session, staff, account.id, call.id, action="update", now=now)


def number_is_wrong(
    session: Session, account: GuarantorAccount, number: str, *, now: datetime
) -> None:
    """Somebody else answered: no text goes to the number on file, and a person asks for the right one."""
    if number != account.mobile:
        return
    found = session.get(TextNumber, number)
    if found is None:
        session.add(TextNumber(phone=number, bad_since=now))
    elif found.bad_since is None:
        found.bad_since = now
    session.flush()
    judge_reach(session, account.id, now=now)
    open_work(
        session,
        key=f"called_wrong:{account.id}:{number}",
        kind="bad_number",
        reasons=["Somebody else answered at the number on file."],
        next_step="Find the right number: look at newer visits and claims, or write. Then change it.",
        account_id=account.id,
        now=now,
    )
