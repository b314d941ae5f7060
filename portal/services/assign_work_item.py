"""Give an item of the queue to somebody, with the day by which it is looked at."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.db import transaction
from portal.models.identity import Login
from portal.models.work import WorkItem
from portal.queries.permissions import ROLES
from portal.queries.viewer import StaffViewer
from portal.services.record_work_change import record_work_change
from portal.services.refusal import NotFound, Refusal


class AssignmentRefused(Refusal):
    """The item cannot be given so; the message says why."""

    title = "This was not changed"


def assign_work_item(
    *,
    item_id: int,
    owner_id: int | None,
    seen_owner_id: int | None,
    due_on: date | None,
    staff: StaffViewer,
    now: datetime,
) -> None:
    """Set owner and due date, unless somebody else changed the owner since the page was shown.

    Raises AssignmentRefused or NotFound.
    """
    with transaction() as session:
        item = session.scalar(select(WorkItem).where(WorkItem.id == item_id).with_for_update())
        if item is None:
            raise NotFound
        if item.closed_at is not None:
            raise AssignmentRefused("Somebody closed it before you. Nothing was changed.")
        if item.owner_id not in {seen_owner_id, owner_id}:
            holder = _name(session, item.owner_id) if item.owner_id else "Nobody"
            raise AssignmentRefused(f"{holder} has it now. Nothing was changed; look again.")
        if owner_id is not None and not _may_decide(session, owner_id):
            raise AssignmentRefused("This person's role does not decide about held items.")
        item.owner_id, item.due_on = owner_id, due_on
        record_work_change(
            session,
            item,
            staff=staff,
            reason=f"owner {owner_id or 'nobody'}, due {due_on or 'no date'}",
            now=now,
            kind="owner",
            words=f"gave it to {_name(session, owner_id) if owner_id else 'nobody'}",
        )


def _may_decide(session: Session, login_id: int) -> bool:
    role = session.scalar(
        select(Login.role).where(Login.id == login_id, Login.face == "staff", Login.active)
    )
    return "work.decide" in ROLES.get(role or "", frozenset())


def _name(session: Session, login_id: int) -> str:
    name, email = session.execute(select(Login.name, Login.email).where(Login.id == login_id)).one()
    return name or email
