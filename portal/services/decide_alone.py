"""Let one person take both steps where there is no second one, and keep it for the owner's review (OPS-13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from billing.duties import Duty, may_stand_alone
from billing.money import Money
from portal.models.alone import AloneDecision
from portal.queries.alone import count_active_staff
from portal.queries.viewer import StaffViewer
from portal.services.practice_date import practice_date


@dataclass(frozen=True, slots=True, kw_only=True)
class Alone:
    """What was decided: in words without a name, and what it is about."""

    what: str
    object_type: str
    object_id: str
    account_id: int | None = None
    amount: Money | None = None


def decide_alone(
    session: Session, duty: Duty, about: Alone, *, staff: StaffViewer, now: datetime
) -> int | None:
    """The id of the log's row, in the caller's transaction; None where two people must take part.

    Only a role that answers for the practice may, and only with fewer than three active staff sign-ins.
    """
    if not staff.may("alone.decide"):
        return None
    active = count_active_staff(session)
    if not may_stand_alone(duty, active):
        return None
    row = AloneDecision(
        duty=duty.value,
        what=about.what,
        object_type=about.object_type,
        object_id=about.object_id,
        guarantor_account_id=about.account_id,
        amount=about.amount,
        login_id=staff.login_id,
        day=practice_date(session, now),
        at=now,
        active_staff=active,  # the database counts again as it takes the row
    )
    session.add(row)
    session.flush()
    return row.id
