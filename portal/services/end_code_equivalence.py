"""End a standing word about a payer's code: the next remittance asks a person again; what posted stays (C-18)."""

from __future__ import annotations

from datetime import datetime

from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.posting import CodeEquivalence
from portal.queries.viewer import StaffViewer
from portal.services.practice_date import practice_date
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal


class NotEnded(Refusal):
    """It did not end; the message says why."""

    title = "Nothing was changed"


def end_code_equivalence(
    *, equivalence_id: int, reason: str, staff: StaffViewer, now: datetime
) -> None:
    """End it at once. Raises NotEnded, CardNumberRefused or NotFound."""
    reason = check_free_text(reason)
    if not reason:
        raise NotEnded("Say why it ends.")
    with transaction() as session:
        row = session.get(CodeEquivalence, equivalence_id, with_for_update=True)
        if row is None:
            raise NotFound
        if row.ended_at is not None:
            raise NotEnded("It was ended before.")
        today = practice_date(session, now)
        row.ended_at, row.ended_by_id, row.end_reason = now, staff.login_id, reason
        row.effective_to = today
        add_staff_act(
            session,
            staff,
            action="update",
            object_type="code_equivalence",
            object_id=equivalence_id,
            reason=f"ended: {reason}",
            now=now,
        )
