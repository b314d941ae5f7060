"""Leave a payer's money in suspense on purpose: with the reason, and the day to look again (OPS-14)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select

from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.work import WorkItem, WorkNote
from portal.queries.suspense import waiting_in_suspense
from portal.queries.viewer import StaffViewer
from portal.services.record_work_change import record_work_change
from portal.services.refusal import NotFound, Refusal
from portal.services.take_item import Turn, take_item


class SuspenseReason(StrEnum):
    """Why nobody can say yet whose money it is; a closed list, so that the months can be compared."""

    ASKED_PAYER = "asked_payer"
    CORRECTION_AWAITED = "correction_awaited"
    OTHER_PRACTICE = "other_practice"
    BEFORE_CUT_OVER = "before_cut_over"


REASON_WORDS = {
    SuspenseReason.ASKED_PAYER: "The payer was asked whose claim it is",
    SuspenseReason.CORRECTION_AWAITED: "The payer is sending a correction",
    SuspenseReason.OTHER_PRACTICE: "It may be another practice's money",
    SuspenseReason.BEFORE_CUT_OVER: "The claim is from before we began with Kindbill",
}


class SuspenseRefused(Refusal):
    """The money cannot be left so; the message says why."""

    title = "This was not left in suspense"


def keep_in_suspense(
    *,
    item_id: int,
    reason: SuspenseReason,
    follow_up_on: date,
    note: str,
    staff: StaffViewer,
    on: date,
    now: datetime,
    turn: Turn | None = None,
) -> None:
    """Mark the item as waiting; its money stays where it is and the item comes back on the day.

    Raises SuspenseRefused, ActedMeanwhile, CardNumberRefused or NotFound.
    """
    note = check_free_text(note)
    if follow_up_on <= on:
        raise SuspenseRefused("Choose a day after today to look at it again.")
    with transaction() as session:
        if turn is not None and take_item(session, item_id, turn, staff=staff) is None:
            return  # this very form did it before
        item = session.scalar(select(WorkItem).where(WorkItem.id == item_id).with_for_update())
        if item is None:
            raise NotFound
        if item.closed_at is not None:
            raise SuspenseRefused("Somebody decided about it before you. Nothing was changed.")
        if not waiting_in_suspense(session, item.remittance_claim_id):
            raise SuspenseRefused("No money of this item is in suspense.")
        item.suspense_reason, item.due_on = reason.value, follow_up_on
        item.owner_id = item.owner_id or staff.login_id
        words = f"{REASON_WORDS[reason]}. {note}".strip()
        session.add(WorkNote(work_item_id=item_id, login_id=staff.login_id, text=words, at=now))
        record_work_change(
            session,
            item,
            staff=staff,
            reason=f"suspense {reason.value} until {follow_up_on}",
            now=now,
            kind="suspense",
            words=f"left the money in suspense until {follow_up_on:%m/%d/%Y}",
            form_id=turn.form_id if turn else None,
            fix={"reason": reason.value, "follow_up_on": str(follow_up_on), "note": note},
        )
