"""A letter that was sent, for pages that show it."""

from __future__ import annotations

from datetime import datetime, timedelta

from billing.notices import NoticeKind
from portal.db import transaction
from portal.models.notices import Notice
from portal.services.send_notice import AskedNotice, queue_notice


def add_letter(
    account_id: int,
    now: datetime,
    *,
    kind: NoticeKind = NoticeKind.DISPUTE_RECEIVED,
    key: str = "x",
) -> int:
    """Its id; as if the day's run had printed it."""
    day = now.date()
    facts = {
        NoticeKind.DISPUTE_RECEIVED: {
            "received": day,
            "about": "the bill of March 2",
            "answer_by": day + timedelta(days=30),
        },
        NoticeKind.ASSISTANCE_RECEIVED: {"received": day, "decide_by": day + timedelta(days=21)},
    }[kind]
    with transaction() as session:
        notice_id = queue_notice(
            session,
            AskedNotice(kind=kind, account_id=account_id, key=key, facts=facts),
            public_url="http://localhost:8000",
            on=day,
            now=now,
        )
        notice = session.get_one(Notice, notice_id)
        notice.state, notice.sent_on = "sent", day
    return notice.id
