"""Files that were sent in one form: how far each is, what needs a person, and where the money went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from portal.db import read_only
from portal.models.files import Upload
from portal.queries.paging import PAGE_SIZE, Page
from portal.queries.set_totals import Totals, totals_of
from portal.queries.staff_uploads import ORDER, PATIENCE, UploadedClaim, claim_of, whose_claims
from portal.queries.viewer import StaffViewer


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFile:
    """One file of the group. `step`: reading, ready, refused, known, posting, posted, stuck."""

    id: UUID
    name: str
    step: str
    error: str
    sets: int
    claims: tuple[tuple[str, int], ...]  # disposition and how many
    totals: Totals


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPage:
    """The files in the order they were sent, and the claims of all, what needs a person first."""

    id: UUID
    files: tuple[GroupFile, ...]
    claims: Page[UploadedClaim]
    totals: Totals
    opens_work: bool  # whether posting all opens work that posting the clean claims would not
    account_ids: frozenset[int]
    patient_ids: frozenset[int]

    def count(self, *steps: str) -> int:
        return sum(1 for one in self.files if one.step in steps)

    @property
    def waits(self) -> bool:
        """Whether a job is at work on one of them."""
        return bool(self.count("reading", "posting"))


def upload_group(
    viewer: StaffViewer, group_id: UUID, *, now: datetime, number: int = 1
) -> GroupPage | None:
    """One's own group; anybody else's is not found."""
    with read_only() as session:
        rows = session.execute(
            select(
                Upload.id,
                Upload.name,
                Upload.uploaded_at,
                Upload.posted_at,
                Upload.preview,
                Upload.result,
            )
            .where(Upload.group_id == group_id, Upload.login_id == viewer.login_id)
            .order_by(Upload.uploaded_at, Upload.name, Upload.id)
        ).all()
        if not rows:
            return None
        claims = [
            claim_of(one["trace"], claim)
            for row in rows
            for one in _told(row).get("transactions", ())
            for claim in one["claims"]
        ]
        claims.sort(key=lambda claim: (ORDER.get(claim.disposition, 0), not claim.work))
        start = (max(number, 1) - 1) * PAGE_SIZE
        shown = claims[start : start + PAGE_SIZE]
        accounts, patients = whose_claims(session, shown)
    files = tuple(_file(row, now) for row in rows)
    return GroupPage(
        id=group_id,
        files=files,
        claims=Page(rows=shown, number=max(number, 1), has_next=len(claims) > start + PAGE_SIZE),
        totals=sum((one.totals for one in files), Totals()),
        opens_work=any(claim.work for claim in claims),
        account_ids=accounts,
        patient_ids=patients,
    )


def _told(row: Row[*tuple[Any, ...]]) -> Mapping[str, Any]:
    told: Mapping[str, Any] = row.result or row.preview or {}
    return told


def _file(row: Row[*tuple[Any, ...]], now: datetime) -> GroupFile:
    told = _told(row)
    sets: Sequence[Mapping[str, Any]] = told.get("transactions", ())
    counted = Counter(claim["disposition"] for one in sets for claim in one["claims"])
    return GroupFile(
        id=row.id,
        name=row.name,
        step=_step(row, told.get("status", ""), now),
        error=told.get("error") or "",
        sets=len(sets),
        claims=tuple(sorted(counted.items(), key=lambda item: ORDER.get(item[0], 0))),
        totals=totals_of(sets),
    )


def _step(row: Row[*tuple[Any, ...]], status: str, now: datetime) -> str:
    if row.result is not None:
        return "posted"
    if status == "rejected":
        return "refused"
    if status == "duplicate":
        return "known"
    if row.preview and row.posted_at is None:
        return "ready"
    stuck = now - (row.posted_at or row.uploaded_at) > PATIENCE
    return "stuck" if stuck else "posting" if row.posted_at else "reading"
