"""Staff end a way to pay: a link that went to the wrong person, a code on a statement that was lost."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from portal.db import transaction
from portal.models.messages import OutboundMessage
from portal.models.pay_links import PayLink
from portal.queries.viewer import StaffViewer
from portal.services.note_status import note_status
from portal.services.record_access import add_staff_act
from portal.services.record_payment import lock_account
from portal.services.refusal import NotFound


def revoke_pay_link(*, account_id: int, link_id: int, staff: StaffViewer, now: datetime) -> None:
    """It opens nothing from now on, and a visit by it ends; its message is stopped if it still waits."""
    with transaction() as session:
        lock_account(session, account_id)
        link = session.get(PayLink, link_id)
        if link is None or link.guarantor_account_id != account_id:
            raise NotFound
        if link.revoked_at is not None:
            return
        link.revoked_at, link.revoked_by_id = now, staff.login_id
        stopped = session.scalar(
            update(OutboundMessage)
            .where(OutboundMessage.id == link.message_id, OutboundMessage.state == "queued")
            .values(state="canceled", error="revoked", ended_at=now)
            .returning(OutboundMessage.id)
        )
        if stopped is not None:
            note_status(session, stopped, "canceled", now=now, error="revoked")
        add_staff_act(
            session,
            staff,
            action="revoke",
            object_type="pay_link",
            object_id=link.id,
            account_ids=(account_id,),
            now=now,
        )
