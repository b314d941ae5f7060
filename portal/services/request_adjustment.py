"""Ask a person with a higher limit for an adjustment; nothing moves until they say yes (OPS-13, OPS-23)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from billing.adjustments import AdjustmentRefused, OverLimit
from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.adjustments import AdjustmentRequest
from portal.models.work import WorkItem
from portal.queries.viewer import StaffViewer
from portal.services.adjust_balance import AdjustmentWish, check_wish, wished_line
from portal.services.record_access import add_staff_act

KIND = "adjustment_request"
DECIDE_WITHIN = timedelta(days=2)


def request_adjustment(
    *, request_id: UUID, wish: AdjustmentWish, staff: StaffViewer, on: date, now: datetime
) -> bool:
    """Write the wish down where only the limit stands against it; false when this page asked before.

    Raises AdjustmentRefused, CardNumberRefused or NotFound.
    """
    wish = replace(wish, reason=check_free_text(wish.reason), carc=wish.carc.strip().upper())
    with transaction() as session:
        line = wished_line(session, wish, on=on)
        if session.get(AdjustmentRequest, request_id) is not None:
            return False
        try:
            check_wish(session, wish, line, staff, on=on)
        except OverLimit:
            pass
        else:
            raise AdjustmentRefused("This is within your own limit: take it off yourself.")
        waiting = session.scalar(
            select(AdjustmentRequest.id).where(
                AdjustmentRequest.charge_id == wish.charge_id, AdjustmentRequest.state == "waiting"
            )
        )
        if waiting is not None:
            raise AdjustmentRefused("An adjustment of this line waits for approval already.")
        session.add(
            AdjustmentRequest(
                id=request_id,
                guarantor_account_id=wish.account_id,
                charge_id=wish.charge_id,
                payer_id=line.party.payer_id,
                kind=wish.kind.value,
                amount=wish.amount,
                open_amount=line.open_amount,
                carc=wish.carc,
                reason=wish.reason,
                state="waiting",
                requested_by_id=staff.login_id,
                requested_at=now,
                note="",
            )
        )
        session.add(
            WorkItem(
                dedupe_key=f"{KIND}:{request_id}",
                kind=KIND,
                reasons=[f"{line.rules[wish.kind].label}: {wish.reason}"],
                next_step="Approve or decline it under Adjustments. Whoever asked cannot.",
                amount=wish.amount,
                guarantor_account_id=wish.account_id,
                visit_id=line.party.visit_id,
                opened_at=now,
                due_on=on + DECIDE_WITHIN,
            )
        )
        add_staff_act(
            session,
            staff,
            action="create",
            object_type="adjustment_request",
            object_id=request_id,
            account_ids=(wish.account_id,),
            patient_ids=(line.patient_id,),
            reason=wish.kind.value,
            now=now,
        )
    return True
