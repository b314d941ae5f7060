"""Note an address or a number that somebody found; a second person confirms it, and only then is it used (CORE-3, OPS-13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.duties import Duty, same_person
from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.traces import Trace
from portal.queries.viewer import StaffViewer
from portal.services.bad_address import end_bad
from portal.services.judge_reach import judge_reach
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal
from portal.services.revise import revise
from portal.services.start_call import lock_for_call

OWN = "You noted it, so somebody else must confirm it."


class TraceRefused(Refusal):
    """It was not kept, or not confirmed; the message says why."""

    title = "Nothing was changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found, and where."""

    source: str
    mobile: str = ""
    street: str = ""
    street2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    note: str = ""

    @property
    def whole(self) -> bool:
        """A number, or an address at which a letter would arrive; never half of one."""
        parts = (self.street, self.city, self.state, self.postal_code)
        return all(parts) or (bool(self.mobile) and not any((*parts, self.street2)))


def note_trace(
    *, staff: StaffViewer, trace_id: UUID, account_id: int, found: Found, now: datetime
) -> None:
    """Keep it; nothing is sent there yet. The same page twice is one. Raises TraceRefused, NotFound or CardNumberRefused."""
    source, note = check_free_text(found.source), check_free_text(found.note)
    if not staff.may("collections.work") or not source:
        raise TraceRefused("Say where it was found. Your role must be allowed to work on cases.")
    if not found.whole:
        raise TraceRefused("Enter a number, or a whole address: street, town, state and ZIP code.")
    with transaction() as session:
        lock_for_call(session, account_id)
        if session.get(Trace, trace_id) is not None:
            return
        session.add(
            Trace(
                id=trace_id,
                guarantor_account_id=account_id,
                source=source,
                found_mobile=found.mobile,
                street=found.street,
                street2=found.street2,
                city=found.city,
                state=found.state.upper(),
                postal_code=found.postal_code,
                note=note,
                noted_at=now,
                noted_by_id=staff.login_id,
            )
        )
        _note(session, staff, account_id, trace_id, action="create", now=now)


def decide_trace(
    *,
    staff: StaffViewer,
    account_id: int,
    trace_id: UUID,
    confirmed: bool,
    reason: str,
    now: datetime,
) -> None:
    """A second look: confirmed, it is on file from now on and ends the hold of who could not be reached.

    Raises TraceRefused or NotFound.
    """
    reason = check_free_text(reason)
    if not staff.may("collections.work") or not reason:
        raise TraceRefused("Say how you know. Your role must be allowed to work on cases.")
    with transaction() as session:
        account = lock_for_call(session, account_id)
        row = session.get(Trace, trace_id)
        if row is None or row.guarantor_account_id != account_id:
            raise NotFound
        if row.decided_at is not None:
            return
        if same_person(Duty.TRACE, row.noted_by_id, staff.login_id):
            raise TraceRefused(OWN)
        row.decided_at, row.decided_by_id = now, staff.login_id
        row.confirmed, row.decision = confirmed, reason
        if confirmed:
            _use(session, account, row, now)
        _note(session, staff, account_id, trace_id, action="approve", now=now)


def _use(session: Session, account: GuarantorAccount, row: Trace, now: datetime) -> None:
    wanted = {"mobile": row.found_mobile} if row.found_mobile else {}
    if row.street:
        wanted |= {
            "street": row.street,
            "street2": row.street2,
            "city": row.city,
            "state": row.state,
            "postal_code": row.postal_code,
        }
    revise(session, account, wanted, source=f"trace:{row.id}", now=now)
    session.flush()
    end_bad(session, account, now=now)
    judge_reach(session, account.id, now=now, new_address=bool(row.street))


def _note(
    session: Session,
    staff: StaffViewer,
    account_id: int,
    trace_id: UUID,
    *,
    action: str,
    now: datetime,
) -> None:
    add_staff_act(
        session,
        staff,
        action=action,
        object_type="trace",
        object_id=trace_id,
        account_ids=(account_id,),
        now=now,
    )
