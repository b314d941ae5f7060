"""Give what waits on an account to a member of staff who answers, or to nobody."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from portal.db import transaction
from portal.models.messages import ThreadMessage
from portal.queries.kept_answers import who_may_answer
from portal.queries.viewer import StaffViewer
from portal.services.keep_answer import may_answer
from portal.services.record_access import add_staff_act
from portal.services.refusal import Refusal


class CannotAssign(Refusal):
    """That person does not answer messages."""

    title = "Nothing was changed"


def assign_thread(*, account_id: int, to_id: int | None, staff: StaffViewer, now: datetime) -> None:
    """Every message that waits. Raises CannotAssign, NotAllowed."""
    may_answer(staff)
    with transaction() as session:
        if to_id is not None and to_id not in {one for one, _ in who_may_answer(session)}:
            raise CannotAssign("This person’s role does not answer messages.")
        session.execute(
            update(ThreadMessage)
            .where(
                ThreadMessage.guarantor_account_id == account_id,
                ThreadMessage.author == "patient",
                ThreadMessage.answered_at.is_(None),
            )
            .values(assigned_to_id=to_id)
        )
        add_staff_act(
            session,
            staff,
            action="assign",
            object_type="thread",
            object_id=account_id,
            account_ids=(account_id,),
            reason=f"to {to_id or 'nobody'}",
            now=now,
        )
