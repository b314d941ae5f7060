"""Which visits a guest may open: those its page of bills lists, and those on its newest statement (MSG-9)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.statements import Statement
from portal.queries.balances import balances
from portal.queries.overview import standing
from portal.queries.statement_json import from_json
from portal.queries.statement_sent import seen_by, visible_statements
from portal.queries.viewer import AccountViewer, GuestViewer


def may_open(session: Session, viewer: AccountViewer, visit_id: int, *, on: date) -> bool:
    """Whether one of the viewer's own visits opens to it; a sign-in opens them all.

    A guest came for what is due now. What was settled long ago stays behind the sign-in, although anybody could
    count through the ids.
    """
    if not isinstance(viewer, GuestViewer):
        return True
    found = [v for a in balances(session, on=on, visit_ids=[visit_id]) for v in a.visits]
    if any(standing(visit) != "settled" for visit in found):
        return True
    newest = session.scalar(
        select(Statement.content).where(visible_statements(guest=True)), seen_by(viewer)
    )
    if newest is None:
        return False
    told = {one.visit_id for patient in from_json(newest).patients for one in patient.visits}
    return visit_id in told
