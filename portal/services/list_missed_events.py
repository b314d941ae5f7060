"""Events that no webhook brought us: listed at the provider and put into the same inbox."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from portal.db import read_only, transaction
from portal.models.payments import EventLook
from portal.ports import PaymentGateway
from portal.services.receive_event import PROVIDER, store_notice

KEPT = timedelta(days=30)  # how long the provider lists an event
OVERLAP = timedelta(hours=1)  # read again: an event may be listed after its own time, clocks differ


def list_missed_events(*, gateway: PaymentGateway, now: datetime) -> int:
    """Store and enqueue what we do not have yet; how many there were.

    A provider that cannot be reached raises, and the next look begins where this one did.
    """
    with read_only() as session:
        seen_until = session.scalar(
            select(EventLook.seen_until).where(EventLook.provider == PROVIDER)
        )
    since = now - KEPT if seen_until is None else max(seen_until - OVERLAP, now - KEPT)
    notices = gateway.missed_events(since=since)
    with transaction() as session:
        fresh = [store_notice(session, notice, now=now) for notice in notices]
        session.execute(
            insert(EventLook)
            .values(provider=PROVIDER, seen_until=now)
            .on_conflict_do_update(
                index_elements=[EventLook.provider], set_={EventLook.seen_until: now}
            )
        )
    return sum(fresh)
