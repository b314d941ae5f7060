"""Until when a statement asks for payment: paper that replaces a bounced e-mail gives its full time anew (STMT-20)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, func, select

from portal.models.statements import Statement, StatementDelivery


def statement_due_on() -> ColumnElement[date]:
    """For a query over Statement: the frozen due date, or that of a later paper copy."""
    later = (
        select(func.max(StatementDelivery.due_on))
        .where(StatementDelivery.statement_id == Statement.id)
        .correlate(Statement)
        .scalar_subquery()
    )
    return func.greatest(Statement.due_on, later)
