"""What payers decided on many visits, with every amount they took off, and whom a visit still waits for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from billing.ledger import Account
from billing.money import Money
from portal.models.accounts import Payer
from portal.models.claims import Claim
from portal.models.ledger import LedgerAccount, PostingRow
from portal.models.remittances import (
    LineAdjustment,
    RemittanceClaim,
    RemittanceLine,
    RemittanceRow,
)

REVERSAL_STATUS = "22"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentFact:
    """One amount that a payer took off one of our lines, and what became of it."""

    charge_id: int | None
    group: str
    carc: str
    amount: Money
    bucket: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionFact:
    """One posted decision of one payer on one visit."""

    id: int
    payer_id: int
    payer: str
    sequence: str
    claim_number: str
    decided_on: date
    told: Money
    paid: Money
    under_review: Money
    replaced: bool
    adjustments: tuple[AdjustmentFact, ...]


def payer_decisions(session: Session, visit_ids: Sequence[int]) -> dict[int, list[DecisionFact]]:
    """Posted decisions by visit, in the order in which they were made."""
    rows = session.execute(
        select(
            RemittanceClaim.id,
            Claim.visit_id,
            Claim.payer_id,
            Claim.sequence,
            Payer.name,
            RemittanceClaim.payer_claim_number,
            RemittanceClaim.decided_on,
            RemittanceClaim.patient_responsibility,
            RemittanceClaim.paid,
            RemittanceClaim.under_review,
            RemittanceClaim.reversed_by_id,
            RemittanceClaim.share_returned_id,
        )
        .join(Claim, Claim.id == RemittanceClaim.claim_id)
        .join(Payer, Payer.id == Claim.payer_id)
        .join(RemittanceRow, RemittanceRow.id == RemittanceClaim.remittance_id)
        .where(
            Claim.visit_id.in_(visit_ids),
            RemittanceClaim.disposition == "posted",
            RemittanceClaim.status_code != REVERSAL_STATUS,
        )
        .order_by(RemittanceClaim.decided_on, RemittanceClaim.id)
    ).all()
    amounts = _adjustments(session, [row.id for row in rows])
    found: dict[int, list[DecisionFact]] = defaultdict(list)
    for row in rows:
        found[row.visit_id].append(
            DecisionFact(
                id=row.id,
                payer_id=row.payer_id,
                payer=row.name,
                sequence=row.sequence,
                claim_number=row.payer_claim_number,
                decided_on=row.decided_on,
                told=row.patient_responsibility,
                paid=row.paid,
                under_review=row.under_review,
                replaced=row.reversed_by_id is not None or row.share_returned_id is not None,
                adjustments=tuple(amounts[row.id]),
            )
        )
    return found


def _adjustments(
    session: Session, remittance_claim_ids: Sequence[int]
) -> dict[int, list[AdjustmentFact]]:
    rows = session.execute(
        select(RemittanceLine.remittance_claim_id, RemittanceLine.charge_id, LineAdjustment)
        .join(LineAdjustment, LineAdjustment.remittance_line_id == RemittanceLine.id)
        .where(RemittanceLine.remittance_claim_id.in_(remittance_claim_ids))
        .order_by(LineAdjustment.id)
    )
    found: dict[int, list[AdjustmentFact]] = defaultdict(list)
    for claim_id, charge_id, row in rows:
        found[claim_id].append(
            AdjustmentFact(
                charge_id=charge_id,
                group=row.group_code,
                carc=row.carc,
                amount=row.amount,
                bucket=row.bucket,
                outcome=row.outcome,
            )
        )
    return found


def taken_off(session: Session, visit_ids: Sequence[int]) -> dict[tuple[int, int], Money]:
    """Plan discounts as posted, by visit and payer."""
    signed = case((PostingRow.side == "debit", PostingRow.amount), else_=-PostingRow.amount)
    rows = session.execute(
        select(PostingRow.visit_id, PostingRow.payer_id, func.sum(signed).label("amount"))
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(
            PostingRow.visit_id.in_(visit_ids),
            PostingRow.payer_id.is_not(None),
            LedgerAccount.code == Account.CONTRACTUAL_ADJUSTMENT,
        )
        .group_by(PostingRow.visit_id, PostingRow.payer_id)
    )
    return {(row.visit_id, row.payer_id): row.amount for row in rows}


def waiting_for(session: Session, visit_ids: Sequence[int]) -> dict[int, str]:
    """The first payer that each undecided visit waits for."""
    rows = session.execute(
        select(Claim.visit_id, Payer.name)
        .join(Payer, Payer.id == Claim.payer_id)
        .where(Claim.visit_id.in_(visit_ids), Claim.state.in_(("open", "deciding_again")))
        .order_by(Claim.sequence.desc())
    )
    return {row.visit_id: row.name for row in rows}
