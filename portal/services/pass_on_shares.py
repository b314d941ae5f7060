"""A later plan answers after the patient was billed: what the earlier one left is its to decide first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from billing import entries
from billing.carc import PATIENT_GROUP
from billing.decision import Outcome
from billing.ledger import Entry, Party
from billing.money import ZERO
from billing.reversals import PriorDecision
from portal.models.remittances import LineAdjustment, RemittanceClaim, RemittanceLine
from portal.models.work import WorkItem
from portal.queries.visit_books import ClaimOnFile, VisitBook

Passed = tuple[PriorDecision, Entry]


def passed_on_shares(book: VisitBook, to: ClaimOnFile, *, on: date) -> list[Passed]:
    """What stands with the patient, or in review, by decisions of plans before this one."""
    claims = {one.claim_id: one for one in book.claims}
    found: list[Passed] = []
    for prior in book.priors:
        earlier = claims[prior.claim_id]
        legs = [
            leg
            for charge_id in prior.patient_share.keys() | prior.in_review.keys()
            for leg in entries.pass_on(
                share=prior.patient_share.get(charge_id, ZERO),
                in_review=prior.in_review.get(charge_id, ZERO),
                earlier=_party(earlier, charge_id),
                later=_party(to, charge_id),
            )
        ]
        # A decision of this very set has no row yet; it saw the later claim, and passed on itself.
        if earlier.rank < to.rank and legs and prior.returned is None and prior.remittance_claim_id:
            ref = f"passed:{prior.remittance_claim_id}"
            found.append((prior, entries.share_passed_on(source_ref=ref, on=on, legs=legs)))
    return found


def mark_passed_on(session: Session, found: Sequence[Passed], *, now: datetime) -> None:
    """The earlier decisions say what became of their share; nobody needs to review it now."""
    ids: Collection[int] = [prior.remittance_claim_id for prior, _ in found]
    if not ids:
        return
    lines = select(RemittanceLine.id).where(RemittanceLine.remittance_claim_id.in_(ids))
    standing = (Outcome.POSTED.value, Outcome.REVIEW.value)
    session.execute(
        update(LineAdjustment)
        .where(
            LineAdjustment.remittance_line_id.in_(lines),
            LineAdjustment.group_code == PATIENT_GROUP,
            LineAdjustment.outcome.in_(standing),
        )
        .values(outcome=Outcome.PASSED_ON.value)
    )
    session.execute(
        update(RemittanceClaim).where(RemittanceClaim.id.in_(ids)).values(under_review=ZERO)
    )
    session.execute(
        update(WorkItem)
        .where(
            WorkItem.remittance_claim_id.in_(ids),
            WorkItem.kind == "review",
            WorkItem.closed_at.is_(None),
        )
        .values(closed_at=now, outcome="corrected"),
    )


def _party(claim: ClaimOnFile, charge_id: int) -> Party:
    return Party(
        guarantor_account_id=claim.guarantor_account_id,
        visit_id=claim.visit_id,
        charge_id=charge_id,
        claim_id=claim.claim_id,
        payer_id=claim.payer_id,
    )
