"""Work out amounts generally billed and keep the figure with its period, so that a decision can name it (FA-4)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.db import transaction
from portal.models.assistance_decisions import AssistanceAgb
from portal.queries.assistance_agb import Part, work_out
from portal.queries.viewer import StaffViewer
from portal.services.record_access import add_staff_act
from portal.services.refusal import Refusal


class NothingToWorkOut(Refusal):
    """No Medicare or private plan decided anything in the period."""

    title = "There is nothing to work it out from"


def keep_agb(*, staff: StaffViewer, on: date, now: datetime) -> int:
    """The id of the figure of the last twelve whole months, kept anew. Raises NothingToWorkOut."""
    if not staff.may("assistance.policy"):
        raise NothingToWorkOut("Your role cannot work this out. Ask a manager.")
    with transaction() as session:
        row = _add(session, on=on, now=now, login_id=staff.login_id)
        if row is None:
            raise NothingToWorkOut("No Medicare or private plan decided a claim in these months.")
        add_staff_act(
            session, staff, action="create", object_type="assistance_agb", object_id=row.id, now=now
        )
        return row.id


def renew_agb(*, on: date, now: datetime) -> bool:
    """Once a month, by the daily run: the figure of the months before, where it was not kept yet."""
    with transaction() as session:
        last_on = date.fromordinal(on.replace(day=1).toordinal() - 1)
        known = select(AssistanceAgb.id).where(AssistanceAgb.last_on == last_on)
        if session.scalar(known.limit(1)) is not None:
            return False
        return _add(session, on=on, now=now, login_id=None) is not None


def _add(
    session: Session, *, on: date, now: datetime, login_id: int | None
) -> AssistanceAgb | None:
    found = work_out(session, on)
    if found.hundredths is None:
        return None
    row = AssistanceAgb(
        first_on=found.first_on,
        last_on=found.last_on,
        allowed=found.both.allowed,
        gross=found.both.gross,
        hundredths=found.hundredths,
        decisions=found.both.decisions,
        medicare=_cents(found.medicare),
        private=_cents(found.private),
        made_by_id=login_id,
        made_at=now,
    )
    session.add(row)
    session.flush()
    return row


def _cents(part: Part) -> dict[str, Any]:
    return {"allowed": part.allowed.cents, "gross": part.gross.cents, "decisions": part.decisions}
