"""The last "no": nothing more is asked of the payer, and the money comes off the books, never onto a patient."""

from __future__ import annotations

from datetime import datetime

from billing.denial_states import DenialEvent
from billing.free_text import check_free_text
from portal.db import transaction
from portal.queries.viewer import StaffViewer
from portal.services.move_denial import DenialRefused, lock_denial, move_denial


def give_up_denial(
    *, denial_id: int, version: int, reason: str, staff: StaffViewer, now: datetime
) -> None:
    """Mark it lost, with the reason. Raises SomebodyElse, DenialRefused, CardNumberRefused or NotFound."""
    reason = check_free_text(reason)
    if not reason:
        raise DenialRefused("Say why nothing more is asked: the reason stays with the denial.")
    with transaction() as session:
        denial = lock_denial(session, denial_id, version=version)
        denial.deadline_on = None
        move_denial(session, denial, DenialEvent.GIVE_UP, staff=staff, note=reason, now=now)
