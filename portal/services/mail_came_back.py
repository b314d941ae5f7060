"""A statement on paper came back: its delivery was none, D0 is cleared where it was the only one (CORE-3)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.models.statements import Statement, StatementDelivery
from portal.services.first_statement import clear_clocks
from portal.services.judge_reach import judge_reach

PAPER = "paper"


def mail_came_back(session: Session, statement_id: int, *, on: date, now: datetime) -> bool:
    """In the caller's transaction; false where it had come back before, or was never on paper."""
    returned = session.execute(
        update(StatementDelivery)
        .where(
            StatementDelivery.statement_id == statement_id,
            StatementDelivery.channel == PAPER,
            StatementDelivery.returned_on.is_(None),
        )
        .values(returned_on=on)
        .returning(StatementDelivery.delivered_on)
    ).one_or_none()
    if returned is None:
        return False
    clear_clocks(session, statement_id, returned.delivered_on)
    account_id = session.scalars(
        select(Statement.guarantor_account_id).where(Statement.id == statement_id)
    ).one()
    judge_reach(session, account_id, now=now)
    return True
