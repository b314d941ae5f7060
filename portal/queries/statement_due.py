"""Until when a statement asks for payment: paper that replaces a bounced e-mail gives its full time anew (STMT-20)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, ScalarSelect, func, select

from billing.money import ZERO
from portal.models.claims import Charge, Visit
from portal.models.statements import Statement, StatementDelivery, StatementLine
from portal.queries.statement_sent import was_sent


def statement_due_on() -> ColumnElement[date]:
    """For a query over Statement: the frozen due date, or that of a later paper copy."""
    later = (
        select(func.max(StatementDelivery.due_on))
        .where(StatementDelivery.statement_id == Statement.id)
        .correlate(Statement)
        .scalar_subquery()
    )
    return func.greatest(Statement.due_on, later)


def visit_due_on() -> ScalarSelect[date]:
    """The due date of a visit as the last statement that asked for it said."""
    return (
        select(statement_due_on())
        .select_from(Statement)
        .join(StatementLine, StatementLine.statement_id == Statement.id)
        .join(Charge, Charge.id == StatementLine.charge_id)
        .where(Charge.visit_id == Visit.id, StatementLine.amount > ZERO, was_sent())
        .order_by(Statement.cycle_on.desc())
        .limit(1)
        .correlate(Visit)
        .scalar_subquery()
    )
