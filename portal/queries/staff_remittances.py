"""Remittances that came in: the list, and one of them with every claim and provider adjustment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, case, func, select
from sqlalchemy.orm import Session

from billing.money import ZERO, Money
from portal.db import read_only
from portal.models.files import File
from portal.models.remittances import ProviderAdjustmentRow, RemittanceClaim, RemittanceRow
from portal.queries.eobs import TypedFrom, typed_from
from portal.queries.paging import Page, limits, page_of
from portal.queries.staff_decisions import Decision, decisions


@dataclass(frozen=True, slots=True, kw_only=True)
class RemittanceSummary:
    """One remittance as a row of the list."""

    id: int
    payer_name: str
    trace: str
    issued_on: date
    received_at: datetime
    paid: Money
    plb: Money
    status: str
    reasons: tuple[str, ...]
    claim_count: int
    held_count: int
    file_name: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAdjustment:
    """Money a payer kept or gave beside the claims."""

    position: int
    reason: str
    reference: str
    amount: Money
    ledger_account: str
    entry_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemittanceDetail:
    """One remittance with a page of its claims."""

    summary: RemittanceSummary
    claims: Page[Decision]
    provider_adjustments: tuple[ProviderAdjustment, ...]
    typed: TypedFrom | None  # from a paper EOB, by a person


def remittance_list(*, number: int = 1, status: str = "") -> Page[RemittanceSummary]:
    """The newest remittances first."""
    offset, limit = limits(number)
    query = _summaries().order_by(RemittanceRow.received_at.desc(), RemittanceRow.id.desc())
    if status:
        query = query.where(RemittanceRow.status == status)
    with read_only() as session:
        rows = session.execute(query.offset(offset).limit(limit)).all()
    return page_of([_summary(row) for row in rows], number)


def recent_remittances(session: Session, *, limit: int) -> tuple[RemittanceSummary, ...]:
    """The last few that came in."""
    query = _summaries().order_by(RemittanceRow.received_at.desc(), RemittanceRow.id.desc())
    return tuple(_summary(row) for row in session.execute(query.limit(limit)))


def remittance_detail(remittance_id: int, *, number: int = 1) -> RemittanceDetail | None:
    """One remittance; None when there is none by this id."""
    offset, limit = limits(number)
    with read_only() as session:
        row = session.execute(_summaries().where(RemittanceRow.id == remittance_id)).one_or_none()
        if row is None:
            return None
        claims = decisions(
            session, RemittanceClaim.remittance_id == remittance_id, offset=offset, limit=limit
        )
        adjustments = session.execute(
            select(
                ProviderAdjustmentRow.position,
                ProviderAdjustmentRow.reason,
                ProviderAdjustmentRow.reference,
                ProviderAdjustmentRow.amount,
                ProviderAdjustmentRow.ledger_account,
                ProviderAdjustmentRow.entry_id,
            )
            .where(ProviderAdjustmentRow.remittance_id == remittance_id)
            .order_by(ProviderAdjustmentRow.position)
        )
        return RemittanceDetail(
            summary=_summary(row),
            claims=page_of(claims, number),
            typed=typed_from(session, remittance_id),
            provider_adjustments=tuple(ProviderAdjustment(**a._mapping) for a in adjustments),  # noqa: SLF001 (SQLAlchemy's public name)
        )


def _summaries() -> Select[*tuple[Any, ...]]:
    counts = (
        select(
            RemittanceClaim.remittance_id,
            func.count().label("claims"),
            func.count(case((RemittanceClaim.disposition.in_(("held", "unmatched")), 1))).label(
                "held"
            ),
        )
        .group_by(RemittanceClaim.remittance_id)
        .where(RemittanceClaim.remittance_id == RemittanceRow.id)
        .lateral()
    )
    query: Select[*tuple[Any, ...]] = (
        select(
            RemittanceRow.id,
            RemittanceRow.payer_name,
            RemittanceRow.trace,
            RemittanceRow.issued_on,
            RemittanceRow.received_at,
            RemittanceRow.paid,
            RemittanceRow.plb,
            RemittanceRow.status,
            RemittanceRow.reasons,
            RemittanceRow.position,
            File.name.label("file_name"),
            counts.c.claims,
            counts.c.held,
        )
        .join(File, File.id == RemittanceRow.file_id)
        .outerjoin(counts, counts.c.remittance_id == RemittanceRow.id)
    )
    return query


def _summary(row: Row[*tuple[Any, ...]]) -> RemittanceSummary:
    return RemittanceSummary(
        id=row.id,
        payer_name=row.payer_name,
        trace=row.trace,
        issued_on=row.issued_on,
        received_at=row.received_at,
        paid=row.paid,
        plb=row.plb or ZERO,
        status=row.status,
        reasons=tuple(row.reasons),
        claim_count=row.claims or 0,
        held_count=row.held or 0,
        file_name=row.file_name,
        position=row.position,
    )
