"""Whether a statement was sent: one that was stopped at print time was never anybody's bill (STMT-26)."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import aliased

from portal.models.messages import OutboundMessage
from portal.models.statements import Statement, StatementDelivery
from portal.queries.viewer import AccountViewer, GuestViewer

NOTICE = "statement_notice"
ON_ITS_WAY = ("queued", "sending")
NEVER_ARRIVED = ("refused", "undelivered", "failed")  # paper goes out instead (STMT-18)


def was_sent(statement: type[Statement] = Statement) -> ColumnElement[bool]:
    """For a query over Statement: a delivery of it stands, its notice is on its way, or paper is next.

    A notice that the gate stopped is `canceled`: such a statement was not sent.
    """
    delivered = (
        StatementDelivery.statement_id == statement.id,
        StatementDelivery.returned_on.is_(None),
    )
    notice = (
        OutboundMessage.statement_id == statement.id,
        OutboundMessage.template == NOTICE,
        OutboundMessage.state.in_((*ON_ITS_WAY, *NEVER_ARRIVED)),
    )
    return or_(
        exists().where(*delivered).correlate(statement),
        exists().where(*notice).correlate(statement),
    )


def visible_statements(viewer: AccountViewer) -> ColumnElement[bool]:
    """For a query over Statement: what was sent to the viewer's accounts; to a guest the newest alone."""
    sent = Statement.guarantor_account_id.in_(viewer.account_ids) & was_sent()
    if not isinstance(viewer, GuestViewer):
        return sent
    other = aliased(Statement)
    newest = (
        select(other.id)
        .where(other.guarantor_account_id == viewer.account_id, was_sent(other))
        .order_by(other.cycle_on.desc(), other.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return sent & (Statement.id == newest)
