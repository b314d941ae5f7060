"""Let texts leave again after a person has mended why carriers refused them (MSG-13)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.messages import TEXTS, MessageSwitch
from portal.queries.viewer import StaffViewer
from portal.services.record_access import add_staff_act
from portal.services.refusal import Refusal


class ReasonMissing(Refusal):
    """Nobody said what was mended."""

    title = "Say what was mended"


def resume_texts(*, reason: str, staff: StaffViewer, now: datetime) -> bool:
    """Switch texts on again; False when they were not stopped. What waited leaves within a quarter hour.

    Each waiting text is judged anew: what is no longer true never leaves. Raises ReasonMissing or
    CardNumberRefused.
    """
    reason = check_free_text(reason)
    if not reason:
        raise ReasonMissing("Say what was mended: the reason stays in the log.")
    with transaction() as session:
        switch = session.scalar(
            select(MessageSwitch).where(MessageSwitch.name == TEXTS).with_for_update()
        )
        if switch is None or switch.stopped_at is None:
            return False
        switch.stopped_at, switch.resumed_by_id = None, staff.login_id
        add_staff_act(
            session,
            staff,
            action="update",
            object_type="message_switch",
            object_id=TEXTS,
            account_ids=(),
            reason=reason,
            now=now,
        )
    return True
