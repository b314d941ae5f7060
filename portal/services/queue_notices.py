"""The day's texts about statements: new, due soon, due passed; each once, to whoever chose texts (MSG-16)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.money import ZERO
from billing.text_cadence import DAYS_AFTER, STALE_AFTER, BillNotice, notice_on
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.consents import TextConsent
from portal.models.messages import OutboundMessage
from portal.models.statements import Statement, StatementDelivery
from portal.queries.text_consents import TextCategory, not_withdrawn
from portal.queue import enqueue

BY_TEXT = "text"


def queue_notices(*, on: date, now: datetime) -> int:
    """Queue what each sent statement's day asks for; a second run of the day queues nothing. How many.

    Whether one may leave is asked when it is sent. One that is out of date by then never does.
    """
    with transaction() as session:
        wanted = [
            _values(statement, notice, mobile, now)
            for statement, sent_on, mobile in _candidates(session, on)
            if (notice := notice_on(sent_on=sent_on, due_on=statement.due_on, on=on)) is not None
        ]
        ids = _insert(session, wanted)
        for message_id in ids:
            enqueue(session, "send_message", message_id=message_id)
    return len(ids)


def _candidates(session: Session, on: date) -> Sequence[tuple[Statement, date, str]]:
    """The newest statement of each account that agreed to texts about bills and wants them."""
    sent = (
        select(
            StatementDelivery.statement_id,
            func.min(StatementDelivery.delivered_on).label("sent_on"),
        )
        .where(StatementDelivery.returned_on.is_(None))
        .group_by(StatementDelivery.statement_id)
        .subquery()
    )
    newest = (
        select(func.max(Statement.id))
        .join(sent, sent.c.statement_id == Statement.id)
        .group_by(Statement.guarantor_account_id)
    )
    agreed = (
        select(TextConsent.id)
        .where(
            TextConsent.phone == GuarantorAccount.mobile,
            TextConsent.category == TextCategory.BILLING.value,
            or_(
                TextConsent.guarantor_account_id == GuarantorAccount.id,
                TextConsent.guarantor_account_id.is_(None),
            ),
            not_withdrawn(),
        )
        .correlate(GuarantorAccount)
    )
    rows = session.execute(
        select(Statement, sent.c.sent_on, GuarantorAccount.mobile)
        .join(sent, sent.c.statement_id == Statement.id)
        .join(GuarantorAccount, GuarantorAccount.id == Statement.guarantor_account_id)
        .where(
            Statement.id.in_(newest),
            Statement.amount_due > ZERO,
            Statement.due_on >= on - DAYS_AFTER - STALE_AFTER,
            GuarantorAccount.mobile != "",
            GuarantorAccount.bill_notices == BY_TEXT,
            agreed.exists(),
        )
        .order_by(Statement.id)
    )
    return [(statement, sent_on, mobile) for statement, sent_on, mobile in rows]


def _values(
    statement: Statement, notice: BillNotice, mobile: str, now: datetime
) -> dict[str, object]:
    return {
        "channel": "sms",
        "recipient": mobile,
        "category": TextCategory.BILLING.value,
        "template": notice.value,
        "body": "",  # worded when it leaves
        "dedupe_key": f"text:{notice.value}:{statement.id}",
        "guarantor_account_id": statement.guarantor_account_id,
        "statement_id": statement.id,
        "state": "queued",
        "created_at": now,
    }


def _insert(session: Session, wanted: list[dict[str, object]]) -> Sequence[int]:
    if not wanted:
        return ()
    return session.scalars(
        insert(OutboundMessage)
        .on_conflict_do_nothing(index_elements=[OutboundMessage.dedupe_key])
        .returning(OutboundMessage.id),
        wanted,
    ).all()
