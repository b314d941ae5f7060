"""What payers decided: one claim of a remittance with its lines, amounts and reasons, as staff read it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import Session

from billing.carc import explain, remark_sentence
from billing.money import Money
from portal.models.claims import Claim, Visit
from portal.models.remittances import LineAdjustment, RemittanceClaim, RemittanceLine, RemittanceRow


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedAmount:
    """One amount a payer took off a line, and what we made of it."""

    group: str
    carc: str
    amount: Money
    bucket: str
    outcome: str

    @property
    def sentence(self) -> str:
        """Our own words for the code, the same that a patient reads."""
        return explain(self.group, self.carc).sentence

    @property
    def next_step(self) -> str:
        return explain(self.group, self.carc).next_step


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedLine:
    """One line of a decision."""

    position: int
    charge_id: int | None
    procedure: str
    submitted_procedure: str
    service_on: date | None
    billed: Money
    paid: Money
    remarks: tuple[str, ...]
    amounts: tuple[DecidedAmount, ...]

    @property
    def remark_sentences(self) -> tuple[tuple[str, str], ...]:
        """Each remark code with our own words for it."""
        return tuple((code, remark_sentence(code)) for code in self.remarks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One claim of one remittance."""

    id: int
    remittance_id: int
    payer_id: int | None
    payer_name: str
    trace: str
    ordinal: int
    position: int
    control_number: str
    payer_claim_number: str
    original_reference: str
    status_code: str
    billed: Money
    paid: Money
    patient_responsibility: Money
    under_review: Money
    patient_name: str
    remarks: tuple[str, ...]
    disposition: str
    reasons: tuple[str, ...]
    decided_on: date
    replaced: bool
    claim_id: int | None
    visit_id: int | None
    account_id: int | None
    patient_id: int | None
    entry_id: UUID | None
    lines: tuple[DecidedLine, ...]

    @property
    def services(self) -> tuple[DecidedLine, ...]:
        """The SVC lines in the order of the file; claim-level amounts stand on a line of their own."""
        return tuple(line for line in self.lines if line.procedure or line.billed or line.paid)


def decisions(
    session: Session, *where: ColumnElement[bool], offset: int = 0, limit: int | None = None
) -> tuple[Decision, ...]:
    """The decisions that match, in the order of their remittance, with lines: two queries."""
    claims = session.execute(
        select(
            RemittanceClaim.id,
            RemittanceClaim.remittance_id,
            RemittanceClaim.ordinal,
            RemittanceClaim.position,
            RemittanceClaim.patient_control_number,
            RemittanceClaim.payer_claim_number,
            RemittanceClaim.original_reference,
            RemittanceClaim.status_code,
            RemittanceClaim.billed,
            RemittanceClaim.paid,
            RemittanceClaim.patient_responsibility,
            RemittanceClaim.under_review,
            RemittanceClaim.patient_name,
            RemittanceClaim.remarks,
            RemittanceClaim.disposition,
            RemittanceClaim.reasons,
            RemittanceClaim.decided_on,
            RemittanceClaim.reversed_by_id,
            RemittanceClaim.claim_id,
            RemittanceClaim.entry_id,
            RemittanceRow.payer_id,
            RemittanceRow.payer_name,
            RemittanceRow.trace,
            Claim.visit_id,
            Visit.guarantor_account_id,
            Visit.patient_id,
        )
        .join(RemittanceRow, RemittanceRow.id == RemittanceClaim.remittance_id)
        .outerjoin(Claim, Claim.id == RemittanceClaim.claim_id)
        .outerjoin(Visit, Visit.id == Claim.visit_id)
        .where(*where)
        .order_by(
            RemittanceClaim.decided_on, RemittanceClaim.remittance_id, RemittanceClaim.ordinal
        )
        .offset(offset)
        .limit(limit)
    ).all()
    lines = _lines(session, [claim.id for claim in claims])
    return tuple(_decision(claim, lines.get(claim.id, ())) for claim in claims)


def _lines(session: Session, claim_ids: Sequence[int]) -> dict[int, tuple[DecidedLine, ...]]:
    rows = session.execute(
        select(
            RemittanceLine.id,
            RemittanceLine.remittance_claim_id,
            RemittanceLine.position,
            RemittanceLine.charge_id,
            RemittanceLine.procedure,
            RemittanceLine.submitted_procedure,
            RemittanceLine.service_on,
            RemittanceLine.billed,
            RemittanceLine.paid,
            RemittanceLine.remarks,
            LineAdjustment.group_code,
            LineAdjustment.carc,
            LineAdjustment.amount,
            LineAdjustment.bucket,
            LineAdjustment.outcome,
        )
        .outerjoin(LineAdjustment, LineAdjustment.remittance_line_id == RemittanceLine.id)
        .where(RemittanceLine.remittance_claim_id.in_(claim_ids))
        .order_by(RemittanceLine.id, LineAdjustment.id)
    )
    found: dict[int, list[DecidedLine]] = defaultdict(list)
    for _, of_line in groupby(rows, key=lambda row: row.id):
        amounts = list(of_line)
        line = amounts[0]
        found[line.remittance_claim_id].append(
            DecidedLine(
                position=line.position,
                charge_id=line.charge_id,
                procedure=line.procedure,
                submitted_procedure=line.submitted_procedure,
                service_on=line.service_on,
                billed=line.billed,
                paid=line.paid,
                remarks=tuple(line.remarks),
                amounts=tuple(
                    DecidedAmount(
                        group=row.group_code,
                        carc=row.carc,
                        amount=row.amount,
                        bucket=row.bucket,
                        outcome=row.outcome,
                    )
                    for row in amounts
                    if row.carc is not None
                ),
            )
        )
    return {claim_id: tuple(of_claim) for claim_id, of_claim in found.items()}


def _decision(row: Row[*tuple[Any, ...]], lines: tuple[DecidedLine, ...]) -> Decision:
    return Decision(
        id=row.id,
        remittance_id=row.remittance_id,
        payer_id=row.payer_id,
        payer_name=row.payer_name,
        trace=row.trace,
        ordinal=row.ordinal,
        position=row.position,
        control_number=row.patient_control_number,
        payer_claim_number=row.payer_claim_number,
        original_reference=row.original_reference,
        status_code=row.status_code,
        billed=row.billed,
        paid=row.paid,
        patient_responsibility=row.patient_responsibility,
        under_review=row.under_review,
        patient_name=row.patient_name,
        remarks=tuple(row.remarks),
        disposition=row.disposition,
        reasons=tuple(row.reasons),
        decided_on=row.decided_on,
        replaced=row.reversed_by_id is not None,
        claim_id=row.claim_id,
        visit_id=row.visit_id,
        account_id=row.guarantor_account_id,
        patient_id=row.patient_id,
        entry_id=row.entry_id,
        lines=lines,
    )
