"""Keep every line of the card company's balance, so that stripe_clearing can be tied to it before a payout (I7)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from portal.db import read_only, transaction
from portal.models.day import ClearingLine
from portal.models.payments import EventLook
from portal.office_ports import PayoutBooks
from portal.queries.clearing_match import BALANCE

FIRST_LOOK = timedelta(days=60)
OVERLAP = timedelta(days=3)  # what was made just before the last look may have been listed late


def keep_balance(*, books: PayoutBooks, now: datetime) -> int:
    """Add the lines made since the last look; how many were new. Again, it changes nothing."""
    with read_only() as session:
        looked = session.scalar(select(EventLook.seen_until).where(EventLook.provider == BALANCE))
    lines = books.balance_lines(since=looked - OVERLAP if looked else now - FIRST_LOOK)
    added = 0
    with transaction() as session:
        for line in lines:
            values = {
                "provider_id": line.provider_id,
                "category": line.category,
                "amount": line.amount,
                "fee": line.fee,
                "net": line.net,
                "source_id": line.source_id,
                "made_at": line.made_at,
            }
            done = insert(ClearingLine).values(values).on_conflict_do_nothing()
            added += session.scalar(done.returning(ClearingLine.id)) is not None
        session.execute(
            insert(EventLook)
            .values(provider=BALANCE, seen_until=now)
            .on_conflict_do_update(
                index_elements=[EventLook.provider], set_={EventLook.seen_until: now}
            )
        )
    return added
