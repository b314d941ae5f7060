"""Batches of EOBs that are still open after their hour: work for whoever began them, closed once they post (OPS-12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select, text, update
from sqlalchemy.dialects.postgresql import insert

from billing.batch_deadline import batch_deadline
from billing.money import Money
from billing.settings import Key
from portal.db import transaction
from portal.models.practice import Practice
from portal.models.work import WorkItem
from portal.queries.settings import settings_on

KIND = "batch_open"
POSTED = "posted"
STEP = "Post what is typed, type what is missing, or count the batch anew."
DEFAULT_ZONE = "America/New_York"
# Open: something is typed and not posted, or fewer were typed than were counted.
_OPEN = text("""
SELECT b.id, b.received_on, b.begun_at, b.total_cents, b.checks, b.login_id,
       count(n.id) FILTER (WHERE n.state = 'posted') AS posted
  FROM eob_batches b LEFT JOIN eob_entries n ON n.batch_id = b.id AND n.state <> 'discarded'
 GROUP BY b.id
HAVING count(n.id) FILTER (WHERE n.state = 'draft') > 0 OR count(n.id) < b.checks
 ORDER BY b.begun_at, b.id
""")


@dataclass(frozen=True, slots=True)
class BatchesTended:
    """How many batches became work, and how many closed by themselves."""

    opened: int
    closed: int


def _reason(row: Row[Any], until: datetime) -> str:
    return (
        f"of {row.checks} counted on {row.received_on:%b %-d, %Y}, {row.posted} are posted;"
        f" it was to close by {until:%-I:%M %p} of {until:%b %-d}"
    )


def tend_batches(*, now: datetime) -> BatchesTended:
    """Ask for each batch past its hour, once; end what was posted since. The hours are settings."""
    with transaction() as session:
        zone = ZoneInfo(session.scalar(select(Practice.time_zone)) or DEFAULT_ZONE)
        local = now.astimezone(zone)
        settings = settings_on(session, local.date())
        closes = settings.clock(Key.BATCH_CLOSES)
        morning = settings.clock(Key.BATCH_CLOSES_NEXT)
        found = session.execute(_OPEN).all()
        still = {f"{KIND}:{row.id}" for row in found}
        closed = session.execute(
            update(WorkItem)
            .where(
                WorkItem.kind == KIND,
                WorkItem.closed_at.is_(None),
                WorkItem.dedupe_key.not_in(still),
            )
            .values(closed_at=now, outcome=POSTED)
            .returning(WorkItem.id)
        ).all()
        rows = []
        for row in found:
            until = batch_deadline(
                row.begun_at.astimezone(zone), closes=closes, next_morning=morning
            )
            if local < until:
                continue
            rows.append(
                {
                    "dedupe_key": f"{KIND}:{row.id}",
                    "kind": KIND,
                    "reasons": [_reason(row, until)],
                    "next_step": STEP,
                    "amount": Money(row.total_cents),
                    "owner_id": row.login_id,
                    "opened_at": now,
                    "due_on": local.date(),
                }
            )
        opened = (
            session.execute(
                insert(WorkItem)
                .values(rows)
                .on_conflict_do_nothing(index_elements=["dedupe_key"])
                .returning(WorkItem.id)
            ).all()
            if rows
            else []
        )
    return BatchesTended(opened=len(opened), closed=len(closed))
