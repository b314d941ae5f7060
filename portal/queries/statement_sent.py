"""Whether a statement was sent: one that was stopped at print time was never anybody's bill (STMT-26)."""

from __future__ import annotations

from sqlalchemy import Exists, exists

from portal.models.statements import Statement, StatementDelivery


def was_sent() -> Exists:
    """For a query over Statement: it has a delivery, on paper or with consent by e-mail."""
    delivered = StatementDelivery.statement_id == Statement.id
    return exists().where(delivered).correlate(Statement)
