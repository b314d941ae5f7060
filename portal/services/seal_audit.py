"""Seal audit rows in batches: each seal holds the hash of its rows and of the seal before it (HIPAA-3).

One chain under every page view would be one lock; so rows go in unchained and a job seals them after.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, func, select, text, true
from sqlalchemy.orm import Session

from portal.db import read_only, transaction
from portal.models.audit import AuditEvent, AuditSeal

BATCH = 1000
GENESIS = "0" * 64
COLUMNS = [column for column in AuditEvent.__table__.columns if column.name != "id"]
assert [column.name for column in COLUMNS[-2:]] == ["acting_for", "row_count"], (
    "`digest_of` leaves the newest columns out where they are empty"
)


@dataclass(frozen=True, slots=True)
class Broken:
    """The first seal that its rows do not bear out."""

    seal_id: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditProof:
    """What a walk along the chain found; `broken` is None when every row and every seal is as it was."""

    seals: int
    sealed_rows: int  # that the chain bears out, up to the first break
    unsealed_rows: int  # newer than the last seal: the job comes every five minutes
    last_seal: int
    last_digest: str
    broken: Broken | None

    @property
    def ok(self) -> bool:
        return self.broken is None

    def to_json(self) -> dict[str, Any]:
        """The contract of `verify-audit --json`."""
        broken = {"seal": self.broken.seal_id, "why": self.broken.why} if self.broken else None
        return {
            "ok": self.ok,
            "seals": self.seals,
            "sealed_rows": self.sealed_rows,
            "unsealed_rows": self.unsealed_rows,
            "last_seal": {"id": self.last_seal, "hash": self.last_digest},
            "broken": broken,
        }

    def lines(self) -> Iterator[str]:
        """The same for a person."""
        if self.broken is not None:
            yield f"BROKEN at seal {self.broken.seal_id}: {self.broken.why}"
        yield f"{self.seals} seals hold {self.sealed_rows} rows; {self.unsealed_rows} not sealed yet"
        yield f"last seal {self.last_seal}: {self.last_digest}"


def seal_audit(*, now: datetime) -> int:
    """Seal every row that can no longer get an older neighbour; how many. Two workers may run it at once."""
    sealed, through = 0, _settled()
    while batch := _seal_batch(through, now):
        sealed += batch
    return sealed


def check_audit(*, expect: str = "") -> AuditProof:
    """Walk the chain from its beginning.

    `expect` is the hash of a seal that was kept elsewhere, as the worker's log does each day: only it shows that
    the end of the chain was cut off, or cut off and sealed anew.
    """
    before, sealed, found, last_id = GENESIS, 0, not expect, None
    with read_only() as session:
        seals = session.execute(
            select(
                AuditSeal.id, AuditSeal.first_event_id, AuditSeal.last_event_id, AuditSeal.digest
            ).order_by(AuditSeal.id)
        ).all()
        newest = seals[-1] if seals else None
        unsealed = _unsealed(session, newest.last_event_id if newest else None)
        rows = _rows(session, after=None, through=newest.last_event_id if newest else 0)
        upcoming = next(rows, None) if newest else None
        broken: Broken | None = None
        for seal_id, first, last, digest in seals:
            batch = []
            while upcoming is not None and upcoming.id <= last:
                batch.append(upcoming)
                upcoming = next(rows, None)
            if last_id is not None and first <= last_id:
                broken = Broken(seal_id, "it overlaps the one before")
            elif digest_of(before, batch) != digest:
                broken = Broken(seal_id, f"rows {first} to {last} are not what was sealed")
            if broken is not None:
                break
            before, last_id, sealed = digest, last, sealed + len(batch)
            found = found or digest == expect
    if broken is None and not found:
        broken = Broken(seals[-1].id if seals else 0, "the seal that was kept elsewhere is gone")
    return AuditProof(
        seals=len(seals),
        sealed_rows=sealed,
        unsealed_rows=unsealed,
        last_seal=newest.id if newest else 0,
        last_digest=newest.digest if newest else GENESIS,
        broken=broken,
    )


def digest_of(before: str, rows: Iterable[Row[Any]]) -> str:
    """The hash of the seal before and of every field of every row, in order."""
    digest = hashlib.sha256(before.encode())
    for row in rows:
        fields = [_plain(value) for value in row]
        # The newest columns: rows sealed before they came had none, and must still read as sealed.
        while fields[-1] is None:
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


def _unsealed(session: Session, sealed_through: int | None) -> int:
    query = select(func.count()).select_from(AuditEvent)
    if sealed_through is not None:
        query = query.where(AuditEvent.id > sealed_through)
    return session.scalars(query).one()


def _rows(session: Session, *, after: int | None, through: int, limit: int | None = None) -> Any:
    query = (
        select(AuditEvent.id, *COLUMNS)
        .where(AuditEvent.id <= through, true() if after is None else AuditEvent.id > after)
        .order_by(AuditEvent.id)
        .limit(limit)
    )
    return iter(session.execute(query.execution_options(yield_per=BATCH)))


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
