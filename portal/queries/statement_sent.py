"""Whether a statement was sent: one that was stopped at print time was never anybody's bill (STMT-26)."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Exists, exists, select
from sqlalchemy.orm import aliased

from portal.models.statements import Statement, StatementDelivery
from portal.queries.viewer import AccountViewer, GuestViewer


def was_sent() -> Exists:
    """For a query over Statement: it has a delivery, on paper or with consent by e-mail."""
    delivered = StatementDelivery.statement_id == Statement.id
    return exists().where(delivered).correlate(Statement)


def visible_statements(viewer: AccountViewer) -> ColumnElement[bool]:
    """For a query over Statement: what was sent to the viewer's accounts; to a guest the newest alone."""
    sent = Statement.guarantor_account_id.in_(viewer.account_ids) & was_sent()
    if not isinstance(viewer, GuestViewer):
        return sent
    other = aliased(Statement)
    delivered = exists().where(StatementDelivery.statement_id == other.id).correlate(other)
    newest = (
        select(other.id)
        .where(other.guarantor_account_id == viewer.account_id, delivered)
        .order_by(other.cycle_on.desc(), other.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return sent & (Statement.id == newest)
