"""Ask our own books about every account whose screening for help is due; the work closes by itself (FA-8)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount
from portal.models.work import WorkItem
from portal.queries.viewer import StaffViewer
from portal.services.refusal import Refusal
from portal.services.screen_assistance import WORK, add_screening


class CannotScreen(Refusal):
    """The role may not."""

    title = "Nothing was screened"


def screen_waiting(*, on: date, now: datetime, staff: StaffViewer | None = None) -> int:
    """By the day's run, or by a person at a press; how many accounts. Raises CannotScreen.

    Each account is a transaction of its own: a run that dies is finished by the next. What is presumed becomes work.
    """
    if staff is not None and not staff.may("collections.work"):
        raise CannotScreen("Your role does not work on cases.")
    with read_only() as session:
        ids = session.scalars(
            select(WorkItem.guarantor_account_id)
            .where(WorkItem.kind == WORK, WorkItem.closed_at.is_(None))
            .distinct()
            .order_by(WorkItem.guarantor_account_id)
        ).all()
    login_id = staff.login_id if staff else None
    return sum(_screened(account_id, login_id, on, now) for account_id in ids if account_id)


def _screened(account_id: int, login_id: int | None, on: date, now: datetime) -> bool:
    """One account, held; false where somebody screened it meanwhile."""
    with transaction() as session:
        session.execute(
            select(GuarantorAccount.id).where(GuarantorAccount.id == account_id).with_for_update()
        )
        still = select(WorkItem.id).where(
            WorkItem.guarantor_account_id == account_id,
            WorkItem.kind == WORK,
            WorkItem.closed_at.is_(None),
        )
        if session.scalar(still.limit(1)) is None:
            return False
        add_screening(session, account_id, why="dunning", on=on, now=now, login_id=login_id)
        return True
