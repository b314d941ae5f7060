"""Ask a payer to correct what it sent: the request is kept, and the item comes back on its day."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.work import PayerRequest
from portal.queries.viewer import StaffViewer
from portal.services.record_work_change import record_work_change
from portal.services.refusal import Refusal
from portal.services.take_item import Turn, take_item

WITH_THE_PAYER = "payer"


class Way(StrEnum):
    """How the payer is asked."""

    LETTER = "letter"
    PHONE = "phone"


WAY_WORDS = {Way.LETTER: "By letter or fax", Way.PHONE: "By phone"}


class SendBackRefused(Refusal):
    """The request is not kept; the message says why."""

    title = "This was not sent back"


def send_back(
    *,
    item_id: int,
    way: Way,
    what: str,
    follow_up_on: date,
    staff: StaffViewer,
    on: date,
    now: datetime,
    turn: Turn,
) -> None:
    """Keep what the payer was asked; the item waits for it and is due again on `follow_up_on`.

    No money moves. Raises SendBackRefused, ActedMeanwhile, CardNumberRefused or NotFound.
    """
    what = check_free_text(what)
    if not what:
        raise SendBackRefused("Say what is wrong, in words the payer understands.")
    if follow_up_on <= on:
        raise SendBackRefused("Choose a day after today to ask again.")
    with transaction() as session:
        item = take_item(session, item_id, turn, staff=staff)
        if item is None:
            return
        item.waiting_for, item.due_on = WITH_THE_PAYER, follow_up_on
        item.owner_id = item.owner_id or staff.login_id
        session.add(
            PayerRequest(
                work_item_id=item_id,
                way=way.value,
                what=what,
                follow_up_on=follow_up_on,
                login_id=staff.login_id,
                at=now,
            )
        )
        record_work_change(
            session,
            item,
            staff=staff,
            reason=f"sent back by {way.value}, again on {follow_up_on}",
            now=now,
            kind="sent_back",
            words=f"sent it back to the payer, to ask again on {follow_up_on:%m/%d/%Y}",
            form_id=turn.form_id,
            fix={"way": way.value, "what": what, "follow_up_on": str(follow_up_on)},
        )
