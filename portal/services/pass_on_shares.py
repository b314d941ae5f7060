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
    ids = [prior.remittance_claim_id for prior, _ in found]
    _mark(session, ids, {Outcome.POSTED, Outcome.REVIEW}, Outcome.PASSED_ON)
    close_items(session, ids, ("review",), now=now)


def mark_outdated(session: Session, found: Sequence[PriorDecision], *, now: datetime) -> None:
    """What was in review stood on a decision that is gone: it stays with the plan."""
    ids = [prior.remittance_claim_id for prior in found]
    _mark(session, ids, {Outcome.REVIEW}, Outcome.STAYS)
    close_items(session, ids, ("review",), now=now)


def close_items(
    session: Session,
    remittance_claim_ids: Collection[int],
    kinds: Collection[str],
    *,
    now: datetime,
) -> None:
    """Work that a decision opened and that a newer one settles."""
    if remittance_claim_ids:
        session.execute(
            update(WorkItem)
            .where(
                WorkItem.remittance_claim_id.in_(remittance_claim_ids),
                WorkItem.kind.in_(kinds),
                WorkItem.closed_at.is_(None),
            )
            .values(closed_at=now, outcome="corrected"),
            execution_options={"synchronize_session": None},
        )


def _mark(session: Session, ids: Collection[int], was: Collection[Outcome], now: Outcome) -> None:
    if not ids:
        return
    lines = select(RemittanceLine.id).where(RemittanceLine.remittance_claim_id.in_(ids))
    session.execute(
        update(LineAdjustment)
        .where(
            LineAdjustment.remittance_line_id.in_(lines),
            LineAdjustment.group_code == PATIENT_GROUP,
            LineAdjustment.outcome.in_([outcome.value for outcome in was]),
        )
        .values(outcome=now.value)
    )
    session.execute(
        update(RemittanceClaim).where(RemittanceClaim.id.in_(ids)).values(under_review=ZERO)
    )


def _party(claim: ClaimOnFile, charge_id: int) -> Party:
    return Party(
        guarantor_account_id=claim.guarantor_account_id,
        visit_id=claim.visit_id,
        charge_id=charge_id,
        claim_id=claim.claim_id,
        payer_id=claim.payer_id,
    )
