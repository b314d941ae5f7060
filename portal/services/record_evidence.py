"""Write down what became of an answer to a bank, by what the dispute itself says at the card company."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.transitions import EVIDENCE, EvidenceEvent, EvidenceState, Refused, next_state
from portal.db import transaction
from portal.models.disputes import Dispute, DisputeEvidence
from portal.models.payments import Payment
from portal.ports import DisputeFacts
from portal.services.open_work import open_work
from portal.services.practice_date import practice_date

NOT_TAKEN = "The card company did not take this answer, so the bank has none from it."
NEXT_STEP = (
    "Open the dispute and answer again before its date, or answer in the card company’s own pages."
)


def accept_evidence(facts: DisputeFacts, *, now: datetime) -> None:
    """The dispute carries our answer: the bank has it. Any other dispute is left alone."""
    if facts.evidence_id is None:
        return
    with transaction() as session:
        keep_answer(session, facts, now=now)


def keep_answer(session: Session, facts: DisputeFacts, *, now: datetime) -> None:
    """The same in the caller's transaction: the event may come before the call's own answer."""
    if facts.evidence_id is None or facts.standing.endswith("needs_response"):
        return  # not handed to the bank, whatever it carries
    evidence = session.scalar(
        select(DisputeEvidence).where(DisputeEvidence.id == facts.evidence_id).with_for_update()
    )
    if evidence is None:
        return
    dispute = session.get_one(Dispute, evidence.dispute_id)
    if dispute.provider_id == facts.provider_id:
        dispute.standing = facts.standing
        _move(evidence, EvidenceEvent.ACCEPT, now)


def refuse_evidence(*, evidence_id: UUID, now: datetime) -> None:
    """A clear no, or proven absent: a person answers again while there is time."""
    with transaction() as session:
        evidence = session.scalar(
            select(DisputeEvidence).where(DisputeEvidence.id == evidence_id).with_for_update()
        )
        if evidence is None or not _move(evidence, EvidenceEvent.REFUSE, now):
            return
        evidence.failure = NOT_TAKEN
        dispute = session.get_one(Dispute, evidence.dispute_id)
        payment = session.get_one(Payment, dispute.payment_id)
        open_work(
            session,
            key=f"evidence_refused:{evidence.id}",
            kind="card_dispute",
            reasons=[NOT_TAKEN],
            next_step=NEXT_STEP,
            amount=dispute.amount,
            account_id=payment.guarantor_account_id,
            due_on=practice_date(session, dispute.due_by) if dispute.due_by else None,
            now=now,
        )


def _move(evidence: DisputeEvidence, event: EvidenceEvent, now: datetime) -> bool:
    """Whether it moved."""
    following = next_state(EVIDENCE, EvidenceState(evidence.state), event)
    if isinstance(following, Refused) or following == evidence.state:
        return False
    evidence.state, evidence.state_at, evidence.lease_until = following.value, now, None
    evidence.failure = ""
    return True
