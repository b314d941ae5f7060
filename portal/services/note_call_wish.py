"""Write down when and where somebody does not want to be called about bills; the gate of calls keeps it (COLL-15)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time

from portal.db import transaction
from portal.models.calls import CallWish
from portal.queries.viewer import StaffViewer
from portal.services.note_call import CannotNote
from portal.services.record_access import Access, add_access
from portal.services.start_call import lock_for_call

NUMBERS_MOST = 5


def note_call_wish(
    *,
    staff: StaffViewer,
    account_id: int,
    calls_from: time | None,
    calls_until: time | None,
    not_numbers: Collection[str],
    now: datetime,
) -> None:
    """Lay it over what they asked before; nothing asked takes the earlier wish back. Raises CannotNote or NotFound."""
    if not staff.may("collections.work"):
        raise CannotNote("Your role does not call about bills.")
    if calls_from is not None and calls_until is not None and calls_from >= calls_until:
        raise CannotNote("The first hour has to be before the last.")
    if len(not_numbers) > NUMBERS_MOST:
        raise CannotNote("These are many numbers: write down those that are not to be called.")
    with transaction() as session:
        lock_for_call(session, account_id)
        session.add(
            CallWish(
                guarantor_account_id=account_id,
                calls_from=calls_from,
                calls_until=calls_until,
                not_numbers=sorted(set(not_numbers)),
                said_at=now,
                taken_by_id=staff.login_id,
            )
        )
        access = Access(
            face="staff",
            login_id=staff.login_id,
            role=staff.role,
            action="update",
            object_type="call_wish",
            object_id=str(account_id),
            account_ids=(account_id,),
        )
        add_access(session, access, now=now)
