"""Seal audit rows in batches: each seal holds the hash of its rows and of the seal before it (HIPAA-3).

One chain under every page view would be one lock; so rows go in unchained and a job seals them after.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import Session

from portal.db import read_only, transaction
from portal.models.audit import AuditEvent, AuditSeal

BATCH = 1000
GENESIS = "0" * 64
COLUMNS = [column for column in AuditEvent.__table__.columns if column.name != "id"]
assert COLUMNS[-1].name == "acting_for", "`digest_of` leaves an empty last column out"


@dataclass(frozen=True, slots=True)
class Broken:
    """The first seal that its rows do not bear out."""

    seal_id: int
    why: str


def seal_audit(*, now: datetime) -> int:
    """Seal every row that can no longer get an older neighbour; how many. Two workers may run it at once."""
    sealed, through = 0, _settled()
    while batch := _seal_batch(through, now):
        sealed += batch
    return sealed


def check_audit() -> Broken | None:
    """Walk the chain from its beginning; None when every row and every seal is as it was."""
    before, last_id = GENESIS, 0
    with read_only() as session:
        seals = session.execute(
            select(
                AuditSeal.id, AuditSeal.first_event_id, AuditSeal.last_event_id, AuditSeal.digest
            ).order_by(AuditSeal.id)
        ).all()
        rows = _rows(session, after=0, through=seals[-1].last_event_id if seals else 0)
        upcoming = next(rows, None)
        for seal_id, first, last, digest in seals:
            if first <= last_id:
                return Broken(seal_id, "it overlaps the one before")
            batch = []
            while upcoming is not None and upcoming.id <= last:
                batch.append(upcoming)
                upcoming = next(rows, None)
            if digest_of(before, batch) != digest:
                return Broken(seal_id, f"rows {first} to {last} are not what was sealed")
            before, last_id = digest, last
    return None


def digest_of(before: str, rows: Iterable[Row[Any]]) -> str:
    """The hash of the seal before and of every field of every row, in order."""
    digest = hashlib.sha256(before.encode())
    for row in rows:
        fields = [_plain(value) for value in row]
        # The newest column: rows sealed before it came had none, and must still read as sealed.
        if fields[-1] is None:
            fields.pop()
        digest.update(json.dumps(fields, ensure_ascii=True).encode())
    return digest.hexdigest()


def _settled() -> int:
    """The highest id below which nothing is still to be committed, or 0 while a writer of then is busy.

    Ids are handed out before transactions end: a slow one could commit a row beneath a sealed one.
    """
    with read_only() as session:
        newest, unborn = session.execute(
            select(
                func.coalesce(func.max(AuditEvent.id), 0),
                text("pg_snapshot_xmax(pg_current_snapshot())::text::bigint"),
            )
        ).one()
    with read_only() as session:
        oldest_running = session.scalars(
            text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        ).one()
    return int(newest) if oldest_running >= unborn else 0


def _seal_batch(through: int, now: datetime) -> int:
    with transaction() as session:
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('seal_audit', 0))"))
        last = session.execute(
            select(AuditSeal.last_event_id, AuditSeal.digest).order_by(AuditSeal.id.desc()).limit(1)
        ).one_or_none()
        after, before = (last.last_event_id, last.digest) if last else (0, GENESIS)
        rows = list(_rows(session, after=after, through=through, limit=BATCH))
        if not rows:
            return 0
        session.add(
            AuditSeal(
                first_event_id=rows[0].id,
                last_event_id=rows[-1].id,
                digest=digest_of(before, rows),
                sealed_at=now,
            )
        )
        return len(rows)


def _rows(session: Session, *, after: int, through: int, limit: int | None = None) -> Any:
    query = (
        select(AuditEvent.id, *COLUMNS)
        .where(AuditEvent.id > after, AuditEvent.id <= through)
        .order_by(AuditEvent.id)
        .limit(limit)
    )
    return iter(session.execute(query.execution_options(yield_per=BATCH)))


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
