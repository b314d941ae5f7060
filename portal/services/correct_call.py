"""A call reached somebody else after all: it proves nothing from now on (COLL-5)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from billing.call_rules import TALKED, Outcome
from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.calls import PhoneCall
from portal.queries.viewer import StaffViewer
from portal.services.note_call import CannotNote, number_is_wrong
from portal.services.refusal import NotFound
from portal.services.settle_telling import settle_telling
from portal.services.start_call import lock_for_call, note_call_made


def correct_call(
    *, staff: StaffViewer, account_id: int, call_id: UUID, reason: str, now: datetime
) -> None:
    """Once; what was noted at first stays readable in the reason. Raises CannotNote or NotFound."""
    reason = check_free_text(reason)
    if not staff.may("collections.work") or not reason:
        raise CannotNote("Say how you know. Your role must be allowed to call about bills.")
    with transaction() as session:
        account = lock_for_call(session, account_id)
        call = session.scalar(
            select(PhoneCall).where(
                PhoneCall.id == call_id, PhoneCall.guarantor_account_id == account_id
            )
        )
        if call is None:
            raise NotFound
        if call.corrected_at is not None:
            return
        if call.outcome not in TALKED:
            raise CannotNote("Nobody was on the line in this call.")
        call.correction = f"Noted first as {call.outcome.replace('_', ' ')}. {reason}"
        call.outcome = Outcome.WRONG_NUMBER.value
        call.corrected_at, call.corrected_by_id = now, staff.login_id
        session.flush()
        number_is_wrong(session, account, call.number, now=now)
        settle_telling(session, account_id, login_id=staff.login_id, now=now, why=reason)
        note_call_made(session, staff, account_id, call_id, action="update", now=now)
