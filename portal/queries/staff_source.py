"""The very segments of a kept file that a payer's decision or our claim was read from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from portal.db import read_only
from portal.models.claims import Claim, Visit
from portal.models.files import File
from portal.models.remittances import RemittanceClaim, RemittanceRow
from portal.ports import DocumentStore
from portal.x12.envelope import interchanges

# Where one claim's segments end: the next claim's begin, or its set does.
DECISION_ENDS = ("CLP", "LX", "PLB", "SE", "ST", "GE", "IEA")
CLAIM_ENDS = ("CLM", "HL", "SE", "ST", "GE", "IEA")
# Who opened the file for the chain of an amount needs no diagnosis and no free words about care (HIPAA-7).
HIDDEN = {"HI": "diagnosis codes", "NTE": "a note", "CRC": "a condition", "K3": "free text"}
LONGEST = 400


@dataclass(frozen=True, slots=True)
class SourceSegment:
    """One segment as it stands in the file, without its line breaks."""

    position: int
    text: str
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One claim's part of a file. No segments: the file was posted without being kept."""

    account_id: int
    patient_id: int
    file_name: str
    received_at: datetime
    sha256: str
    control_number: str
    segments: tuple[SourceSegment, ...]


def decision_source(
    account_id: int, decision_id: int, *, at: int | None, store: DocumentStore
) -> Source | None:
    """The CLP of a decision on one of this account's claims, with what follows it; None for another's."""
    query = (
        select(
            File.name,
            File.stored_as,
            File.sha256,
            File.received_at,
            RemittanceClaim.position,
            RemittanceClaim.patient_control_number.label("control_number"),
            Visit.patient_id,
        )
        .join(RemittanceRow, RemittanceRow.file_id == File.id)
        .join(RemittanceClaim, RemittanceClaim.remittance_id == RemittanceRow.id)
        .join(Claim, Claim.id == RemittanceClaim.claim_id)
        .join(Visit, Visit.id == Claim.visit_id)
        .where(RemittanceClaim.id == decision_id, Visit.guarantor_account_id == account_id)
    )
    return _source(query, account_id, at=at, store=store, ends=DECISION_ENDS)


def claim_source(account_id: int, claim_id: int, *, store: DocumentStore) -> Source | None:
    """The CLM of one of this account's claims, with what follows it; None for another's."""
    query = (
        select(
            File.name,
            File.stored_as,
            File.sha256,
            File.received_at,
            Claim.file_position.label("position"),
            Claim.patient_control_number.label("control_number"),
            Visit.patient_id,
        )
        .join(Claim, Claim.file_id == File.id)
        .join(Visit, Visit.id == Claim.visit_id)
        .where(Claim.id == claim_id, Visit.guarantor_account_id == account_id)
    )
    return _source(query, account_id, at=None, store=store, ends=CLAIM_ENDS)


def _source(
    query: Select[*tuple[Any, ...]],
    account_id: int,
    *,
    at: int | None,
    store: DocumentStore,
    ends: tuple[str, ...],
) -> Source | None:
    with read_only() as session:
        row = session.execute(query).one_or_none()
    if row is None or row.position is None:
        return None
    segments: tuple[SourceSegment, ...] = ()
    if row.stored_as:
        data = store.get(row.stored_as)
        segments = _part(data, row.name, start=row.position, at=at or row.position, ends=ends)
    return Source(
        account_id=account_id,
        patient_id=row.patient_id,
        file_name=row.name,
        received_at=row.received_at,
        sha256=row.sha256,
        control_number=row.control_number,
        segments=segments,
    )


def _part(
    data: bytes, name: str, *, start: int, at: int, ends: tuple[str, ...]
) -> tuple[SourceSegment, ...]:
    shown: list[SourceSegment] = []
    for chunk in interchanges(data, file=name):
        element = chunk.delimiters.element
        for position, text in enumerate(chunk.segments, start=chunk.first_position):
            if position < start:
                continue
            tag = text.split(element, 1)[0].strip()
            if (position > start and tag in ends) or len(shown) >= LONGEST:
                return tuple(shown)
            told = f"{tag}{element}({HIDDEN[tag]}, not shown here)" if tag in HIDDEN else text
            shown.append(SourceSegment(position, told, position == at))
    return tuple(shown)
