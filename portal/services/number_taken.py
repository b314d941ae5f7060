"""One checkbook for refunds to patients and to payers: each number is written once."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models.payer_money import PayerRefund
from portal.models.refunds import CheckRefund

_CHECKBOOK = 0xC4EC


def number_taken(session: Session, number: str) -> bool:
    """Whether either register has this number; nobody else writes a check until this transaction ends.

    The caller holds the days already: a closing day waits for no checkbook.
    """
    session.execute(select(func.pg_advisory_xact_lock(_CHECKBOOK)))
    ours = select(PayerRefund.id).where(PayerRefund.number == number)
    theirs = select(CheckRefund.id).where(CheckRefund.number == number)
    return session.scalar(ours) is not None or session.scalar(theirs) is not None
