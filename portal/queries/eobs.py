"""Paper EOBs for the office: batches with how they stand, one EOB with its claims, and its scans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session, aliased

from billing.eob import TypedClaim, TypedEob, batch_faults
from billing.money import ZERO, Money
from portal.db import read_only
from portal.models.accounts import Payer
from portal.models.eobs import EobBatch, EobEntry, EobScan
from portal.models.identity import Login
from portal.queries.eob_claims import ClaimFacts, claim_facts
from portal.queries.eob_document import eob_of
from portal.queries.eob_twins import remittance_twin
from portal.queries.paging import Page, limits, page_of
from portal.queries.payer_list import payer_choices


@dataclass(frozen=True, slots=True, kw_only=True)
class EobRow:
    """One EOB of a batch."""

    id: UUID
    payer_name: str
    method: str
    number: str
    issued_on: date
    total: Money
    typed: Money  # what its claims and provider adjustments make
    claims: int
    balanced: bool
    state: str
    changed_by: str
    changed_at: datetime
    remittance_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSummary:
    """How a batch stands: what was counted, and what is entered."""

    id: UUID
    received_on: date
    checks: int
    total: Money
    by: str
    version: int
    entered: int
    entered_total: Money
    posted: int

    @property
    def faults(self) -> tuple[str, ...]:
        return batch_faults(
            checks=self.checks,
            control_total=self.total,
            entered=self.entered,
            total=self.entered_total,
        )

    @property
    def done(self) -> bool:
        return not self.faults and self.posted == self.checks


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPage:
    """One batch with its EOBs."""

    batch: BatchSummary
    entries: tuple[EobRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedClaim:
    """One claim of the EOB: as typed, and as we have it; `facts` is None once it is void."""

    place: int
    typed: TypedClaim
    facts: ClaimFacts | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRow:
    """One attached file."""

    id: UUID
    media_type: str
    size: int
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EobPage:
    """One EOB with everything that was typed."""

    row: EobRow
    batch: BatchSummary
    payer_id: int
    version: int
    begun_by: str
    eob: TypedEob
    claims: tuple[PlacedClaim, ...]
    scans: tuple[ScanRow, ...]
    faults: tuple[str, ...]
    twin: tuple[int, date] | None  # a remittance of this check that came in before

    @property
    def account_ids(self) -> frozenset[int]:
        return frozenset(one.facts.account_id for one in self.claims if one.facts)

    @property
    def patient_ids(self) -> frozenset[int]:
        return frozenset(one.facts.patient_id for one in self.claims if one.facts)

    @property
    def draft(self) -> bool:
        return self.row.state == "draft"


def payers() -> tuple[tuple[int, str], ...]:
    """The list to choose from."""
    with read_only() as session:
        return payer_choices(session)


def batch_list(*, number: int = 1) -> Page[BatchSummary]:
    """The newest first."""
    offset, limit = limits(number)
    query = _batches().order_by(EobBatch.received_on.desc(), EobBatch.begun_at.desc())
    with read_only() as session:
        rows = session.execute(query.offset(offset).limit(limit)).all()
    return page_of([_summary(row) for row in rows], number)


def batch_page(batch_id: UUID) -> BatchPage | None:
    """One batch; None when there is none by this id."""
    with read_only() as session:
        row = session.execute(_batches().where(EobBatch.id == batch_id)).one_or_none()
        if row is None:
            return None
        entries = _entries(session, EobEntry.batch_id == batch_id)
        return BatchPage(batch=_summary(row), entries=tuple(_row(one) for one in entries))


def eob_page(entry_id: UUID) -> EobPage | None:
    """One EOB, posted and discarded ones too; None when there is none by this id."""
    with read_only() as session:
        rows = _entries(session, EobEntry.id == entry_id)
        if not rows:
            return None
        entry: EobEntry = rows[0].EobEntry
        eob = eob_of(entry.document)
        facts = claim_facts(session, [claim.claim_id for claim in eob.claims])
        twin = remittance_twin(
            session, number=entry.number, amount=entry.total, payer_id=entry.payer_id
        )
        batch = _summary(session.execute(_batches().where(EobBatch.id == entry.batch_id)).one())
        return EobPage(
            row=_row(rows[0]),
            batch=batch,
            payer_id=entry.payer_id,
            version=entry.version,
            begun_by=rows[0].begun_by,
            eob=eob,
            claims=tuple(
                PlacedClaim(place=place, typed=claim, facts=facts.get(claim.claim_id))
                for place, claim in enumerate(eob.claims, start=1)
            ),
            scans=_scans(session, entry_id),
            faults=(*eob.faults(entry.total), *batch.faults),
            twin=twin if twin and twin[0] != entry.remittance_id else None,
        )


def scan_key(entry_id: UUID, scan_id: UUID) -> tuple[str, str] | None:
    """Where a scan of this EOB is kept, and what it is; None when it is another's."""
    with read_only() as session:
        row = session.execute(
            select(EobScan.stored_as, EobScan.media_type).where(
                EobScan.id == scan_id, EobScan.entry_id == entry_id
            )
        ).one_or_none()
    return (row.stored_as, row.media_type) if row else None


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedFrom:
    """Who typed the remittance, from which EOB."""

    entry_id: UUID
    by: str
    at: datetime
    scans: tuple[ScanRow, ...]


def typed_from(session: Session, remittance_id: int) -> TypedFrom | None:
    """The paper EOB behind a remittance; None for one that came as a file."""
    row = session.execute(
        select(EobEntry.id, EobEntry.posted_at, _called(Login).label("by"))
        .join(Login, Login.id == EobEntry.posted_by_id)
        .where(EobEntry.remittance_id == remittance_id)
    ).one_or_none()
    if row is None:
        return None
    return TypedFrom(entry_id=row.id, by=row.by, at=row.posted_at, scans=_scans(session, row.id))


def _called(login: Any) -> Any:
    return func.coalesce(func.nullif(login.name, ""), login.email)


def _batches() -> Select[*tuple[Any, ...]]:
    sums = (
        select(
            func.count().label("entered"),
            func.sum(EobEntry.total).label("entered_total"),
            func.count(EobEntry.remittance_id).label("posted"),
        )
        .where(EobEntry.batch_id == EobBatch.id, EobEntry.state != "discarded")
        .lateral()
    )
    query: Select[*tuple[Any, ...]] = (
        select(
            EobBatch,
            _called(Login).label("by"),
            sums.c.entered,
            sums.c.entered_total,
            sums.c.posted,
        )
        .join(Login, Login.id == EobBatch.login_id)
        .join(sums, sums.c.entered.is_not(None))
    )
    return query


def _summary(row: Row[*tuple[Any, ...]]) -> BatchSummary:
    batch: EobBatch = row.EobBatch
    return BatchSummary(
        id=batch.id,
        received_on=batch.received_on,
        checks=batch.checks,
        total=batch.total,
        by=row.by,
        version=batch.version,
        entered=row.entered,
        entered_total=row.entered_total or ZERO,
        posted=row.posted,
    )


def _entries(session: Session, where: Any) -> Sequence[Row[*tuple[Any, ...]]]:
    began, changed = aliased(Login), aliased(Login)
    return session.execute(
        select(
            EobEntry,
            Payer.name.label("payer_name"),
            _called(began).label("begun_by"),
            _called(changed).label("changed_by"),
        )
        .join(Payer, Payer.id == EobEntry.payer_id)
        .join(began, began.id == EobEntry.begun_by_id)
        .join(changed, changed.id == EobEntry.changed_by_id)
        .where(where)
        .order_by(EobEntry.begun_at, EobEntry.id)
    ).all()


def _row(row: Row[*tuple[Any, ...]]) -> EobRow:
    entry: EobEntry = row.EobEntry
    eob = eob_of(entry.document)
    return EobRow(
        id=entry.id,
        payer_name=row.payer_name,
        method=entry.method,
        number=entry.number,
        issued_on=entry.issued_on,
        total=entry.total,
        typed=eob.paid,
        claims=len(eob.claims),
        balanced=not eob.faults(entry.total),
        state=entry.state,
        changed_by=row.changed_by,
        changed_at=entry.changed_at,
        remittance_id=entry.remittance_id,
    )


def _scans(session: Session, entry_id: UUID) -> tuple[ScanRow, ...]:
    rows = session.execute(
        select(EobScan, _called(Login).label("by"))
        .join(Login, Login.id == EobScan.login_id)
        .where(EobScan.entry_id == entry_id)
        .order_by(EobScan.at, EobScan.id)
    )
    return tuple(
        ScanRow(id=scan.id, media_type=scan.media_type, size=scan.size, at=scan.at, by=by)
        for scan, by in rows
    )
