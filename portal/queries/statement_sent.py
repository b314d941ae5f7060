"""Whether a statement was sent: one that was stopped at print time was never anybody's bill (STMT-26)."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from portal.models.messages import OutboundMessage
from portal.models.statements import Statement, StatementDelivery, StatementLine
from portal.queries.among import listed
from portal.queries.viewer import AccountViewer

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


def newest_told(*said: Any) -> Select[*tuple[Any, ...]]:
    """By account and charge: the ledger's position of the newest statement that told of it, and what that said."""
    charge = (Statement.guarantor_account_id, StatementLine.charge_id)
    return (
        select(*charge, Statement.ledger_position, *said)
        .ext(distinct_on(*charge))
        .join(StatementLine, StatementLine.statement_id == Statement.id)
        .where(was_sent())
        .order_by(*charge, Statement.cycle_on.desc())
    )


@cache  # building it takes longer than running the query that it is part of
def visible_statements(*, guest: bool) -> ColumnElement[bool]:
    """For a query over Statement, run with `seen_by`: what was sent to its viewer; to a guest the newest alone."""
    sent = listed(Statement.guarantor_account_id, "account_ids") & was_sent()
    if not guest:
        return sent
    other = aliased(Statement)
    newest = (
        select(other.id)
        .where(listed(other.guarantor_account_id, "account_ids"), was_sent(other))
        .order_by(other.cycle_on.desc(), other.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return sent & (Statement.id == newest)


def seen_by(viewer: AccountViewer) -> dict[str, list[int]]:
    """What a query with `visible_statements` is run with: the accounts that this viewer may see."""
    return {"account_ids": list(viewer.account_ids)}
